/* accurate_test.c: products whose terms cancel, against sums in long double;
   rows and columns of any size. */
#include "../../src/core/accurate.h"

#include <float.h>

#include "scratch.h"

/* Columns and rows of a half beside almost the same, with the other sign. */
static void mirror(or_matrix *a, or_matrix *b) {
  int half = a->cols / 2;
  for (int j = 0; j < half; j++) {
    double f = 1 + ldexp(j % 5 - 2, -30);
    for (int i = 0; i < a->rows; i++)
      put(a, i, half + j, f * at(a, i, j));
    for (int k = 0; k < b->cols; k++)
      put(b, half + j, k, -at(b, j, k));
  }
}

static void scale_sides(or_matrix *a, or_matrix *b) {
  for (int j = 0; j < a->cols; j++)
    for (int i = 0; i < a->rows; i++)
      put(a, i, j, ldexp(at(a, i, j), 37 * (i % 7) - 100));
  for (int k = 0; k < b->cols; k++)
    for (int j = 0; j < b->rows; j++)
      put(b, j, k, ldexp(at(b, j, k), 90 - 29 * (k % 5)));
}

/* What the sum is, and how far it may be from that. */
static long double wanted(const or_matrix *a, const or_matrix *b, int i, int k,
                          long double *allowed) {
  long double sum = 0, sizes = 0;
  for (int j = 0; j < a->cols; j++) {
    sum += (long double)at(a, i, j) * at(b, j, k);
    sizes += fabsl((long double)at(a, i, j) * at(b, j, k));
  }
  *allowed = 2 * DBL_EPSILON * fabsl(sum) + a->cols * 0x1p-62L * sizes;
  return sum;
}

static void keeps_digits(int m, int half, int n) {
  forget_matrices();
  or_matrix a = random_matrix(m, 2 * half, OR_FLOAT64, 1);
  or_matrix b = random_matrix(2 * half, n, OR_FLOAT64, 2);
  or_matrix c = new_matrix(m, n, OR_FLOAT64);
  or_accurate work;
  arena = or_arena_over(scratch, SCRATCH);
  mirror(&a, &b);
  scale_sides(&a, &b);
  or_accurate_take(&work, m, 2 * half, n, &arena);
  CHECK(or_ready(&arena) == OR_OK);
  or_accurate_product(&work, &a, &b, &c);
  for (int i = 0; i < m; i++)
    for (int k = 0; k < n; k++) {
      long double allowed, sum = wanted(&a, &b, i, k, &allowed);
      CHECK(fabsl(at(&c, i, k) - sum) <= allowed);
    }
}

/* A row and a column of zeros. */
static void has_zeros(void) {
  double x[4] = {0}, y[4] = {0}, z[4];
  or_matrix a = or_matrix_over(x, 2, 2, OR_FLOAT64);
  or_matrix b = or_matrix_over(y, 2, 2, OR_FLOAT64);
  or_matrix c = or_matrix_over(z, 2, 2, OR_FLOAT64);
  arena = or_arena_over(scratch, SCRATCH);
  or_accurate work;
  or_accurate_take(&work, 2, 2, 2, &arena);
  x[1] = x[3] = ldexp(1, 880);
  y[2] = ldexp(1, -880);
  y[3] = -y[2] * (1 - DBL_EPSILON);
  or_accurate_product(&work, &a, &b, &c);
  CHECK(z[0] == 0 && z[1] == 0 && z[2] == 0 && z[3] == DBL_EPSILON);
}

int main(void) {
  keeps_digits(1, 1, 1);
  keeps_digits(3, 2, 4);
  keeps_digits(40, 37, 33);
  keeps_digits(8, 500, 5);
  keeps_digits(3, 0, 2);
  has_zeros();
  return check_report();
}
