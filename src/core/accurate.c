/* accurate.c: see accurate.h. */
#include "accurate.h"

#include <math.h>

#include "blas.h"
#include "column.h"

void or_accurate_take(or_accurate *w, int m, int k, int n, or_arena *arena) {
  w->a1 = or_take_matrix(arena, m, k, OR_FLOAT64);
  w->a2 = or_take_matrix(arena, m, k, OR_FLOAT64);
  w->b1 = or_take_matrix(arena, k, n, OR_FLOAT64);
  w->b2 = or_take_matrix(arena, k, n, OR_FLOAT64);
  w->rest = or_take_matrix(arena, m, n, OR_FLOAT64);
  w->shift = or_take(arena, (size_t)m * sizeof *w->shift);
}

/* Bits of a part, so that sums of so many products have 53 at most. */
static int bits_for(int terms) {
  return (53 - ilogb(2.0 * (terms > 0 ? terms : 1))) / 2;
}

/* x + shift - shift is x to `bits` bits, counted from the top of what is at
   most `most`. */
static double shift_for(double most, int bits) {
  return most > 0 ? 1.5 * ldexp(1, ilogb(most) + 1 + 52 - bits) : 0;
}

static double first_part(double x, double shift) { return x + shift - shift; }

static void split_rows(or_accurate *w, const or_matrix *a, int bits) {
  for (int i = 0; i < a->rows; i++)
    w->shift[i] = 0;
  for (int j = 0; j < a->cols; j++)
    for (int i = 0; i < a->rows; i++)
      w->shift[i] = fmax(w->shift[i], fabs(or_column(a, j)[i]));
  for (int i = 0; i < a->rows; i++)
    w->shift[i] = shift_for(w->shift[i], bits);
  for (int j = 0; j < a->cols; j++) {
    const double *x = or_column(a, j);
    double *first = or_column(&w->a1, j), *rest = or_column(&w->a2, j);
    for (int i = 0; i < a->rows; i++) {
      first[i] = first_part(x[i], w->shift[i]);
      rest[i] = x[i] - first[i];
    }
  }
}

static void split_columns(or_accurate *w, const or_matrix *b, int bits) {
  for (int j = 0; j < b->cols; j++) {
    const double *x = or_column(b, j);
    double *first = or_column(&w->b1, j), *rest = or_column(&w->b2, j);
    double most = 0;
    for (int i = 0; i < b->rows; i++)
      most = fmax(most, fabs(x[i]));
    double shift = shift_for(most, bits);
    for (int i = 0; i < b->rows; i++) {
      first[i] = first_part(x[i], shift);
      rest[i] = x[i] - first[i];
    }
  }
}

static void resize(or_matrix *m, int rows, int cols) {
  *m = or_matrix_over(m->data, rows, cols, OR_FLOAT64);
}

void or_accurate_product(or_accurate *w, const or_matrix *a, const or_matrix *b,
                         or_matrix *c) {
  const or_blas_table *blas = or_blas(OR_FLOAT64);
  int bits = bits_for(a->cols);
  resize(&w->a1, a->rows, a->cols);
  resize(&w->a2, a->rows, a->cols);
  resize(&w->b1, b->rows, b->cols);
  resize(&w->b2, b->rows, b->cols);
  resize(&w->rest, c->rows, c->cols);
  split_rows(w, a, bits);
  split_columns(w, b, bits);
  blas->gemm(false, false, 1, &w->a1, &w->b1, 0, c);
  blas->gemm(false, false, 1, &w->a1, &w->b2, 0, &w->rest);
  blas->gemm(false, false, 1, &w->a2, b, 1, &w->rest);
  for (int j = 0; j < c->cols; j++) {
    double *x = or_column(c, j), *rest = or_column(&w->rest, j);
    for (int i = 0; i < c->rows; i++)
      x[i] += rest[i];
  }
}
