/* linalg.c: QR, SVD, symmetric eigenproblem, polar decomposition, norms (see
   linalg.h). What rests on LU or on a cut SVD is in solve.c. */
#include "linalg.h"

#include <math.h>

#include "arithmetic.h"
#include "blas.h"
#include "elements.h"
#include "exponent.h"
#include "factor.h"
#include "kernels.h"
#include "reduction.h"

/* --- QR ----------------------------------------------------------------- */

static void clear_below_diagonal(or_matrix *r) {
  for (int j = 0; j < r->cols && j + 1 < r->rows; j++) {
    or_matrix below = or_matrix_block(r, j + 1, j, r->rows - j - 1, 1);
    or_matrix_fill(&below, 0);
  }
}

/* LAPACK factors in place, in whichever of Q and R has A's shape; the part
   that the other one needs is copied out. */
or_status or_qr(const or_matrix *a, or_matrix *q, or_matrix *r,
                or_arena *arena) {
  const or_blas_table *blas = or_blas(a->precision);
  or_matrix *in_place = a->rows >= a->cols ? q : r;
  int k = or_shorter_side(a);
  q->exponent = r->exponent = 0;
  if (k == 0)
    return OR_OK;
  size_t mark = arena->used;
  void *tau = or_take(arena, (size_t)k * or_precision_size(a->precision));
  if (or_counting(arena))
    return or_counted(blas->geqrf(in_place, tau, arena),
                      blas->orgqr(q, tau, arena));
  TRY(or_load(a, in_place, arena));
  TRY(blas->geqrf(in_place, tau, arena));
  or_matrix square = or_matrix_block(in_place, 0, 0, k, k);
  or_matrix_copy(&square, in_place == q ? r : q);
  q->exponent = 0;
  clear_below_diagonal(r);
  or_matrix_settle(r);
  TRY(blas->orgqr(q, tau, arena));
  or_give_back(arena, mark);
  return OR_OK;
}

/* --- SVD ---------------------------------------------------------------- */

or_status or_svd(const or_matrix *a, or_matrix *u, or_matrix *s, or_matrix *vt,
                 or_arena *arena) {
  TRY(or_svd_scaled(a, u, s, vt, arena));
  or_matrix_settle(s);
  return OR_OK;
}

or_status or_singular_values(const or_matrix *a, or_matrix *s,
                             or_arena *arena) {
  return or_svd(a, NULL, s, NULL, arena);
}

/* --- symmetric eigenproblem --------------------------------------------- */

/* Largest |a_ij - a_ji| of a square matrix, in stored units, and its place
   below the diagonal. */
static double asymmetry(const or_matrix *a, int *row, int *col) {
  double worst = -1;
  for (int j = 0; j < a->cols; j++)
    for (int i = j + 1; i < a->rows; i++) {
      double d = fabs(or_stored(a, i, j) - or_stored(a, j, i));
      if (d > worst) {
        worst = d;
        *row = i;
        *col = j;
      }
    }
  return worst < 0 ? 0 : worst;
}

static or_status require_symmetric(const or_matrix *a, or_arena *arena) {
  double allowed = a->rows * or_precision_eps(a->precision) * or_max_abs(a);
  int row = -1, col = -1;
  if (asymmetry(a, &row, &col) <= allowed)
    return OR_OK;
  arena->row = row;
  arena->col = col;
  return OR_NOT_SYMMETRIC;
}

or_status or_eigh(const or_matrix *a, or_matrix *values, or_matrix *v,
                  or_arena *arena) {
  const or_blas_table *blas = or_blas(a->precision);
  if (a->rows != a->cols)
    return OR_NOT_SQUARE;
  values->exponent = 0;
  if (v)
    v->exponent = 0;
  if (a->rows == 0)
    return OR_OK;
  size_t mark = arena->used;
  or_matrix x = v ? *v : or_take_matrix(arena, a->rows, a->rows, a->precision);
  if (or_counting(arena))
    return blas->syevd(v, &x, values, arena);
  TRY(or_load(a, &x, arena));
  TRY(require_symmetric(&x, arena));
  TRY(blas->syevd(v, &x, values, arena));
  values->exponent = x.exponent;
  or_matrix_settle(values);
  or_give_back(arena, mark);
  return OR_OK;
}

/* --- polar decomposition ------------------------------------------------ */

static void mirror_lower(or_matrix *p) {
  for (int j = 0; j + 1 < p->cols; j++) {
    or_matrix down = or_matrix_block(p, j + 1, j, p->rows - j - 1, 1);
    or_matrix across = or_matrix_block(p, j, j + 1, 1, p->cols - j - 1);
    or_matrix_transpose(&down, &across);
  }
}

/* Row i of x times f(i-th of s). */
static void scale_rows(double (*f)(double), const or_matrix *s, or_matrix *x) {
  for (int i = 0; i < x->rows; i++) {
    or_matrix row = or_matrix_block(x, i, 0, 1, x->cols);
    or_kernels(x->precision)->scale(f(or_stored(s, i, 0)), &row, &row);
  }
}

/* P = V S Vt = B'B with B = sqrt(S) Vt: symmetric to the last bit. */
or_status or_polar(const or_matrix *a, or_matrix *u, or_matrix *p,
                   or_arena *arena) {
  const or_blas_table *blas = or_blas(a->precision);
  int k = or_shorter_side(a);
  size_t mark = arena->used;
  or_matrix left = or_take_matrix(arena, a->rows, k, a->precision);
  or_matrix s = or_take_matrix(arena, k, 1, a->precision);
  or_matrix vt = or_take_matrix(arena, k, a->cols, a->precision);
  u->exponent = p->exponent = 0;
  if (k == 0) {
    or_matrix_fill(u, 0);
    or_matrix_fill(p, 0);
    return OR_OK;
  }
  TRY(or_svd_scaled(a, &left, &s, &vt, arena));
  blas->gemm(false, false, 1, &left, &vt, 0, u);
  scale_rows(sqrt, &s, &vt);
  blas->syrk(true, &vt, p);
  mirror_lower(p);
  p->exponent = s.exponent;
  or_matrix_settle(p);
  or_give_back(arena, mark);
  return OR_OK;
}

/* --- norms -------------------------------------------------------------- */

/* Largest sum of magnitudes in a column, or in a row. Summed in double, with
   the largest element scaled to about 1. */
static or_norm largest_sum(bool by_row, const or_matrix *a) {
  double top = or_max_abs(a), best = 0;
  if (top == 0 || !isfinite(top))
    return (or_norm){top, 0};
  int e = ilogb(top) < -1022 ? -1022 : ilogb(top);
  double scale = ldexp(1, -e);
  int lines = by_row ? a->rows : a->cols, length = by_row ? a->cols : a->rows;
  for (int j = 0; j < lines; j++) {
    double sum = 0;
    for (int i = 0; i < length; i++)
      sum += scale * fabs(by_row ? or_stored(a, j, i) : or_stored(a, i, j));
    best = sum > best ? sum : best;
  }
  return or_norm_of(best, a->exponent + e);
}

static or_status spectral_norms(bool nuclear, const or_matrix *a, or_norm *norm,
                                or_arena *arena) {
  double sum = 0;
  *norm = (or_norm){0, 0};
  if (or_matrix_is_empty(a))
    return OR_OK;
  size_t mark = arena->used;
  or_matrix s = or_take_matrix(arena, or_shorter_side(a), 1, a->precision);
  TRY(or_svd_scaled(a, NULL, &s, NULL, arena));
  for (int i = s.rows - 1; i >= 0; i--) /* small ones first */
    sum += or_stored(&s, i, 0);
  *norm = or_norm_of(nuclear ? sum : or_stored(&s, 0, 0), s.exponent);
  or_give_back(arena, mark);
  return OR_OK;
}

or_status or_matrix_norm(or_norm_kind kind, const or_matrix *a, or_norm *norm,
                         or_arena *arena) {
  switch (kind) {
  case OR_NORM_FROBENIUS:
    *norm = or_matrix_frobenius(a);
    return OR_OK;
  case OR_NORM_MAX:
    *norm = or_norm_of(or_max_abs(a), a->exponent);
    return OR_OK;
  case OR_NORM_ONE:
  case OR_NORM_INF:
    *norm = largest_sum(kind == OR_NORM_INF, a);
    return OR_OK;
  case OR_NORM_SPECTRAL:
  case OR_NORM_NUCLEAR:
    return spectral_norms(kind == OR_NORM_NUCLEAR, a, norm, arena);
  }
  return OR_ARGUMENT;
}

/* --- what the singular values say --------------------------------------- */

or_status or_rank(const or_matrix *a, double tol, int *rank, or_arena *arena) {
  *rank = 0;
  if (or_matrix_is_empty(a))
    return OR_OK;
  size_t mark = arena->used;
  or_matrix s = or_take_matrix(arena, or_shorter_side(a), 1, a->precision);
  TRY(or_svd_scaled(a, NULL, &s, NULL, arena));
  double eps = or_precision_eps(a->precision);
  or_norm cut = or_norm_of(tol, -s.exponent);
  double limit = tol < 0 ? or_longer_side(a) * eps * or_stored(&s, 0, 0)
                         : or_norm_value(cut);
  while (*rank < s.rows && or_stored(&s, *rank, 0) > limit)
    ++*rank;
  or_give_back(arena, mark);
  return OR_OK;
}

or_status or_trace(const or_matrix *a, double *trace) {
  double sum = 0, scaled = 0;
  if (a->rows != a->cols)
    return OR_NOT_SQUARE;
  for (int i = 0; i < a->rows; i++) {
    sum += or_stored(a, i, i);
    scaled += ldexp(or_stored(a, i, i), -64); /* cannot overflow */
  }
  bool overflowed = !isfinite(sum) && isfinite(scaled);
  *trace = overflowed ? or_norm_value(or_norm_of(scaled, a->exponent + 64))
                      : or_norm_value(or_norm_of(sum, a->exponent));
  return OR_OK;
}
