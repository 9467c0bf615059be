/* expm_test.c: the matrix exponential: of diagonals, of rotations, of
   nilpotent matrices; e^A e^-A = I; and sizes that no number holds. */
#include <float.h>

#include "../../src/core/linalg.h"
#include "scratch.h"

static or_precision precision;

static double eps(void) { return or_precision_eps(precision); }

static or_status exponential(const or_matrix *a, or_matrix *x) {
  int status;
  *x = new_matrix(a->rows, a->cols, precision);
  WITH_ARENA(status, or_expm(a, x, &arena));
  return status;
}

static void diagonals_become_exponentials(void) {
  or_matrix a = new_matrix(4, 4, precision), x;
  const double d[] = {0, 1, -2.5, 10};
  or_matrix_fill(&a, 0);
  for (int i = 0; i < 4; i++)
    put(&a, i, i, d[i]);
  CHECK(exponential(&a, &x) == OR_OK);
  for (int j = 0; j < 4; j++)
    for (int i = 0; i < 4; i++) {
      double wanted = i == j ? exp(d[i]) : 0;
      CHECK(fabs(value_at(&x, i, j) - wanted) <= 30 * 4 * eps() * exp(10));
      CHECK(i == j || value_at(&x, i, j) == 0);
    }
}

static void skew_matrices_become_rotations(void) {
  for (int k = 0; k < 4; k++) {
    double angle = ldexp(0.3, 2 * k);
    const double values[] = {0, -angle, angle, 0};
    or_matrix a = matrix_of(2, 2, precision, values), x;
    CHECK(exponential(&a, &x) == OR_OK);
    double allowed = 20 * eps() * fmax(1, angle);
    CHECK(fabs(value_at(&x, 0, 0) - cos(at(&a, 1, 0))) < allowed);
    CHECK(fabs(value_at(&x, 1, 0) - sin(at(&a, 1, 0))) < allowed);
    CHECK(departure_from_isometry(&x) < allowed);
  }
}

static void nilpotent_matrices_give_a_polynomial(void) {
  const double values[] = {0, 6, 2, 0, 0, 4, 0, 0, 0};
  or_matrix a = matrix_of(3, 3, precision, values), x;
  CHECK(exponential(&a, &x) == OR_OK);
  const double wanted[] = {1, 6, 14, 0, 1, 4, 0, 0, 1}; /* I + A + A^2/2 */
  or_matrix polynomial = matrix_of(3, 3, precision, wanted);
  CHECK(difference(&x, &polynomial) < 50 * eps() * 14);
}

static void inverses_have_the_opposite_sign(void) {
  for (int s = -3; s <= 2; s++) {
    or_matrix a = random_matrix(12, 12, precision, 5), b = copy_of(&a), x, y;
    forget_matrices();
    pool_used = 1 << 20;
    or_matrix_scale(exp2(s) / 8, &a, &a);
    or_matrix_scale(-1, &a, &b);
    CHECK(exponential(&a, &x) == OR_OK && exponential(&b, &y) == OR_OK);
    or_matrix product = product_of(false, &x, false, &y),
              eye = copy_of(&product);
    or_matrix_eye(&eye);
    double size = 12 * largest_of(&x) * largest_of(&y);
    CHECK(difference(&product, &eye) < 100 * eps() * size);
  }
}

static double logarithm(const or_matrix *x) {
  return log(at(x, 0, 0)) + (double)x->exponent * log(2);
}

static void large_results_have_an_exponent(void) {
  or_matrix a = new_matrix(1, 1, precision), x;
  or_matrix_fill(&a, 12800);
  CHECK(exponential(&a, &x) == OR_OK && x.exponent > 0);
  CHECK(fabs(logarithm(&x) / 12800 - 1) < 4 * eps());
  or_matrix_fill(&a, -12800);
  CHECK(exponential(&a, &x) == OR_OK && at(&x, 0, 0) > 0);
  CHECK(fabs(logarithm(&x) / -12800 - 1) < 4 * eps());
}

static void what_has_no_right_digit_is_refused(void) {
  or_matrix a = random_matrix(3, 3, precision, 1), x;
  or_matrix wide = random_matrix(2, 3, precision, 2);
  or_matrix none = new_matrix(0, 0, precision);
  a.exponent = 100;
  CHECK(exponential(&a, &x) == OR_RANGE);
  a.exponent = 0;
  put(&a, 1, 2, NAN);
  CHECK(exponential(&a, &x) == OR_NOT_FINITE && arena.row == 1);
  CHECK(exponential(&wide, &x) == OR_NOT_SQUARE);
  CHECK(exponential(&none, &x) == OR_OK);
}

static void all(void) {
  diagonals_become_exponentials();
  skew_matrices_become_rotations();
  nilpotent_matrices_give_a_polynomial();
  inverses_have_the_opposite_sign();
  large_results_have_an_exponent();
  what_has_no_right_digit_is_refused();
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
