/* solve_test.c: systems, inverses, determinants, norms and conditions, against
   residuals of a few n eps and matrices whose answers are known; what is
   singular, what no number holds. */
#include <float.h>

#include "../../src/core/linalg.h"
#include "scratch.h"

static or_precision precision;

static double eps(void) { return or_precision_eps(precision); }

/* ||A x - b|| over eps n (|A| |x| + |b|): backward error, as LAPACK's tests
   have it. */
static double backward_error(const or_matrix *a, const or_matrix *x,
                             const or_matrix *b) {
  or_matrix ax = product_of(false, a, false, x);
  double size = a->cols * largest_of(a) * largest_of(x) + largest_of(b);
  return difference(&ax, b) / (a->cols * eps() * size);
}

static void square_systems_have_small_residuals(void) {
  const int sizes[] = {1, 2, 15, 80};
  for (int s = 0; s < 4; s++)
    for (int e = -2000; e <= 2000; e += 2000) {
      int n = sizes[s], status;
      forget_matrices();
      or_matrix a = random_matrix(n, n, precision, 1);
      or_matrix b = random_matrix(n, 3, precision, 2), before = copy_of(&a);
      or_matrix x = new_matrix(n, 3, precision);
      a.exponent = b.exponent = before.exponent = e;
      WITH_ARENA(status, or_solve(&a, &b, &x, &arena));
      CHECK(status == OR_OK && x.exponent == 0 && padding_is_intact(&x));
      CHECK(same_bits(&a, &before));
      a.exponent = b.exponent = 0;
      CHECK(backward_error(&a, &x, &b) < 30);
    }
}

/* The residual is at a right angle to the columns: A'(A x - b) = 0. */
static void tall_systems_are_least_squares(void) {
  int status;
  or_matrix a = random_matrix(30, 7, precision, 3), ax;
  or_matrix b = random_matrix(30, 2, precision, 4);
  or_matrix x = new_matrix(7, 2, precision);
  WITH_ARENA(status, or_solve(&a, &b, &x, &arena));
  CHECK(status == OR_OK);
  ax = product_of(false, &a, false, &x);
  for (int j = 0; j < 2; j++)
    for (int i = 0; i < 30; i++)
      put(&ax, i, j, at(&ax, i, j) - at(&b, i, j));
  or_matrix normal = product_of(true, &a, false, &ax);
  CHECK(largest_of(&normal) < 30 * 30 * eps() * largest_of(&a) * 5);
}

/* x = A'y: in the span of the rows, so that no shorter one solves it. */
static void wide_systems_have_the_least_norm(void) {
  int status;
  or_matrix a = random_matrix(7, 30, precision, 5);
  or_matrix b = random_matrix(7, 1, precision, 6);
  or_matrix x = new_matrix(30, 1, precision), y = new_matrix(7, 1, precision);
  or_matrix at_ = new_matrix(30, 7, precision);
  WITH_ARENA(status, or_solve(&a, &b, &x, &arena));
  CHECK(status == OR_OK && backward_error(&a, &x, &b) < 30);
  or_matrix_transpose(&a, &at_);
  WITH_ARENA(status, or_solve(&at_, &x, &y, &arena));
  or_matrix again = product_of(true, &a, false, &y);
  CHECK(difference(&again, &x) < 300 * eps() * largest_of(&x));
}

static void inverses_invert(void) {
  int n = 40, status;
  or_matrix a = random_matrix(n, n, precision, 7), eye = copy_of(&a);
  or_matrix x = new_matrix(n, n, precision), pinv = new_matrix(n, n, precision);
  WITH_ARENA(status, or_inverse(&a, &x, &arena));
  CHECK(status == OR_OK);
  or_matrix_eye(&eye);
  or_matrix product = product_of(false, &a, false, &x);
  double size = n * largest_of(&a) * largest_of(&x);
  CHECK(difference(&product, &eye) < 30 * n * eps() * size);
  WITH_ARENA(status, or_pseudo_inverse(&a, &pinv, &arena));
  CHECK(status == OR_OK);
  CHECK(difference(&pinv, &x) < 30 * n * eps() * size * largest_of(&x));
}

/* Penrose: A X A = A, of rank 2 among 5 x 4. */
static void pseudo_inverses_of_deficient_matrices(void) {
  or_matrix l = random_matrix(5, 2, precision, 8);
  or_matrix r = random_matrix(2, 4, precision, 9);
  or_matrix lr = product_of(false, &l, false, &r),
            a = new_matrix(5, 4, precision);
  or_matrix x = new_matrix(4, 5, precision);
  int status, rank;
  or_matrix_copy(&lr, &a);
  WITH_ARENA(status, or_pseudo_inverse(&a, &x, &arena));
  CHECK(status == OR_OK);
  or_matrix ax = product_of(false, &a, false, &x);
  or_matrix axa = product_of(false, &ax, false, &a);
  CHECK(difference(&axa, &a) < 500 * eps() * largest_of(&a));
  WITH_ARENA(status, or_rank(&a, -1, &rank, &arena));
  CHECK(status == OR_OK && rank == 2);
  WITH_ARENA(status, or_rank(&a, 1e6, &rank, &arena));
  CHECK(status == OR_OK && rank == 0);
}

static void singular_matrices_are_refused_with_their_pivot(void) {
  const double values[] = {1, 2, 3, 2, 4, 6, 1, 0, 1};
  or_matrix a = matrix_of(3, 3, precision, values), x = copy_of(&a);
  or_matrix b = random_matrix(3, 1, precision, 1), y = copy_of(&b);
  or_determinant d;
  double cond;
  int status;
  WITH_ARENA(status, or_inverse(&a, &x, &arena));
  CHECK(status == OR_SINGULAR && arena.row == 2);
  WITH_ARENA(status, or_solve(&a, &b, &y, &arena));
  CHECK(status == OR_SINGULAR && arena.row == 2);
  WITH_ARENA(status, or_det(&a, &d, &arena));
  CHECK(status == OR_OK && d.value == 0 && or_det_log(d) == -INFINITY);
  WITH_ARENA(status, or_cond(OR_NORM_ONE, &a, &cond, &arena));
  CHECK(status == OR_OK && cond == INFINITY);
}

static void determinants_of_any_size_have_a_logarithm(void) {
  int n = 6, status;
  or_matrix a = new_matrix(n, n, precision), none = new_matrix(0, 0, precision);
  or_determinant d;
  or_matrix_eye(&a);
  put(&a, 0, 0, -3);
  a.exponent = 100000;
  WITH_ARENA(status, or_det(&a, &d, &arena));
  CHECK(status == OR_OK && d.value < 0 && d.value >= -1);
  CHECK(ldexp(d.value, (int)(d.exponent - 600000)) == -3);
  CHECK(fabs(or_det_log(d) - (log(3) + 600000 * log(2))) < 1e-9);
  WITH_ARENA(status, or_det(&none, &d, &arena));
  CHECK(status == OR_OK && ldexp(d.value, (int)d.exponent) == 1);
  or_matrix wide = new_matrix(2, 3, precision);
  WITH_ARENA(status, or_det(&wide, &d, &arena));
  CHECK(status == OR_NOT_SQUARE);
}

static double norm(or_norm_kind kind, const or_matrix *a) {
  or_norm n = {NAN, 0};
  int status;
  WITH_ARENA(status, or_matrix_norm(kind, a, &n, &arena));
  CHECK(status == OR_OK);
  return or_norm_value(n);
}

static void norms_are_those_of_textbooks(void) {
  const double values[] = {3, 0, 0, -4, 0, 0};
  or_matrix a = matrix_of(3, 2, precision, values);
  /* columns (3, 0, 0) and (0, -4, 0) */
  CHECK(norm(OR_NORM_FROBENIUS, &a) == 5 && norm(OR_NORM_MAX, &a) == 4);
  CHECK(norm(OR_NORM_ONE, &a) == 4 && norm(OR_NORM_INF, &a) == 4);
  CHECK(fabs(norm(OR_NORM_SPECTRAL, &a) - 4) < 8 * eps());
  CHECK(fabs(norm(OR_NORM_NUCLEAR, &a) - 7) < 8 * eps());
  a.exponent = 3;
  CHECK(norm(OR_NORM_ONE, &a) == 32);
  or_matrix none = new_matrix(0, 3, precision);
  for (int kind = OR_NORM_FROBENIUS; kind <= OR_NORM_INF; kind++)
    CHECK(norm((or_norm_kind)kind, &none) == 0);
  or_norm n;
  int status;
  put(&a, 1, 1, NAN);
  CHECK(isnan(norm(OR_NORM_ONE, &a)) && isnan(norm(OR_NORM_MAX, &a)));
  WITH_ARENA(status, or_matrix_norm(OR_NORM_SPECTRAL, &a, &n, &arena));
  CHECK(status == OR_NOT_FINITE && arena.row == 1 && arena.col == 1);
}

static void conditions_are_ratios(void) {
  or_matrix a = new_matrix(3, 3, precision);
  double cond = 0, trace;
  int status;
  or_matrix_eye(&a);
  put(&a, 1, 1, 8);
  put(&a, 2, 2, -0.5);
  const or_norm_kind kinds[] = {OR_NORM_SPECTRAL, OR_NORM_ONE, OR_NORM_INF};
  for (int k = 0; k < 3; k++) {
    WITH_ARENA(status, or_cond(kinds[k], &a, &cond, &arena));
    CHECK(status == OR_OK && fabs(cond - 16) < 16 * 16 * eps());
  }
  CHECK(or_trace(&a, &trace) == OR_OK && trace == 8.5);
  or_matrix wide = random_matrix(2, 3, precision, 1);
  CHECK(or_trace(&wide, &trace) == OR_NOT_SQUARE);
  WITH_ARENA(status, or_cond(OR_NORM_ONE, &wide, &cond, &arena));
  CHECK(status == OR_NOT_SQUARE);
}

static void what_does_not_fit_is_refused(void) {
  or_matrix a = random_matrix(3, 3, precision, 1);
  or_matrix b = random_matrix(4, 1, precision, 2);
  or_matrix x = new_matrix(3, 1, precision);
  int status;
  WITH_ARENA(status, or_solve(&a, &b, &x, &arena));
  CHECK(status == OR_SHAPE);
  b = random_matrix(3, 1, precision, 2);
  put(&b, 1, 0, NAN);
  WITH_ARENA(status, or_solve(&a, &b, &x, &arena));
  CHECK(status == OR_NOT_FINITE);
  put(&a, 0, 2, INFINITY);
  WITH_ARENA(status, or_inverse(&a, &a, &arena));
  CHECK(status == OR_NOT_FINITE && arena.row == 0 && arena.col == 2);
}

static void all(void) {
  square_systems_have_small_residuals();
  forget_matrices();
  tall_systems_are_least_squares();
  wide_systems_have_the_least_norm();
  inverses_invert();
  pseudo_inverses_of_deficient_matrices();
  singular_matrices_are_refused_with_their_pivot();
  determinants_of_any_size_have_a_logarithm();
  norms_are_those_of_textbooks();
  conditions_are_ratios();
  what_does_not_fit_is_refused();
}

int main(void) {
  for (gap = 0; gap <= 3; gap += 3) {
    precision = OR_FLOAT32;
    all();
    precision = OR_FLOAT64;
    all();
  }
  return check_report();
}
