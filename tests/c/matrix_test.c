/* matrix_test.c: matrices and their exponents without Lua: sizes, elements,
   folding, sums of unequal exponents, reductions, on packed matrices and on
   views. */
#include "../../src/core/matrix.h"

#include <float.h>
#include <limits.h>

#include "matrices.h"

/* --- sizes ---------------------------------------------------------------*/

static void sizes_that_fit_no_memory_are_refused(void) {
  size_t bytes = 7;
  CHECK(or_matrix_bytes(3, 5, OR_FLOAT32, &bytes) == OR_OK && bytes == 60);
  CHECK(or_matrix_bytes(3, 5, OR_FLOAT64, &bytes) == OR_OK && bytes == 120);
  CHECK(or_matrix_bytes(0, 5, OR_FLOAT64, &bytes) == OR_OK && bytes == 0);
  CHECK(or_matrix_bytes(-1, 5, OR_FLOAT64, &bytes) == OR_SIZE);
  CHECK(or_matrix_bytes(5, -1, OR_FLOAT64, &bytes) == OR_SIZE);
  CHECK(or_matrix_bytes((int64_t)INT_MAX + 1, 1, OR_FLOAT64, &bytes) ==
        OR_SIZE);
  CHECK(or_matrix_bytes(1, INT64_MAX, OR_FLOAT32, &bytes) == OR_SIZE);
  CHECK(or_matrix_bytes(INT_MAX, INT_MAX, OR_FLOAT64, &bytes) == OR_SIZE);
}

static void every_status_has_its_text(void) {
  CHECK(strcmp(or_status_text(OR_OK), "no error") == 0);
  CHECK(strcmp(or_status_text(OR_SHAPE), "shapes do not fit") == 0);
  for (int s = OR_OK; s <= OR_LAPACK; s++)
    CHECK(strlen(or_status_text((or_status)s)) > 5);
}

/* --- elements ------------------------------------------------------------*/

static void elements_honour_the_exponent(or_precision p) {
  or_matrix m = random_matrix(3, 2, p, 1);
  double x;
  m.exponent = 10;
  CHECK(or_matrix_set(&m, 2, 1, 3072) == OR_OK && at(&m, 2, 1) == 3);
  CHECK(or_matrix_get(&m, 2, 1, &x) == OR_OK && x == 3072);
  CHECK(or_matrix_set(&m, 0, 0, INFINITY) == OR_OK);
  CHECK(or_matrix_get(&m, 0, 0, &x) == OR_OK && x == INFINITY);
  CHECK(or_matrix_set(&m, 0, 0, NAN) == OR_OK && isnan(at(&m, 0, 0)));
  m.exponent = 5000;
  CHECK(or_matrix_get(&m, 2, 1, &x) == OR_RANGE && x == INFINITY);
  m.exponent = -5000;
  CHECK(or_matrix_get(&m, 2, 1, &x) == OR_OK && x == 0);
  CHECK(or_matrix_set(&m, 2, 1, 1) == OR_RANGE && at(&m, 2, 1) == 3);
  CHECK(padding_is_intact(&m));
}

static void what_no_float_holds_is_refused(void) {
  or_matrix m = new_matrix(1, 1, OR_FLOAT32);
  or_matrix_fill(&m, 2);
  CHECK(or_matrix_set(&m, 0, 0, 1e39) == OR_RANGE && at(&m, 0, 0) == 2);
  CHECK(or_matrix_set(&m, 0, 0, FLT_MAX) == OR_OK);
  CHECK(or_matrix_set(&m, 0, 0, 1e-60) == OR_OK && at(&m, 0, 0) == 0);
}

static void a_scan_finds_the_first_bad_place(or_precision p) {
  or_matrix m = random_matrix(4, 3, p, 2);
  int i = -5, j = -5;
  CHECK(or_matrix_check_finite(&m, &i, &j) == OR_OK && i == -5);
  put(&m, 1, 2, -INFINITY);
  put(&m, 3, 1, NAN);
  put(&m, 0, 0, -9);
  put(&m, 1, 0, 0);
  put(&m, 2, 0, 1e-20);
  or_scan s = or_matrix_scan(&m);
  CHECK(s.nans == 1 && s.infs == 1 && s.bad_row == 3 && s.bad_col == 1);
  CHECK(s.max_abs == 9 && fabs(s.min_nonzero - 1e-20) < 1e-26);
  CHECK(or_matrix_check_finite(&m, &i, &j) == OR_NOT_FINITE);
  CHECK(i == 3 && j == 1);
  or_matrix none = new_matrix(0, 3, p);
  CHECK(or_matrix_check_finite(&none, &i, &j) == OR_OK);
  CHECK(or_matrix_scan(&none).bad_row == -1);
}

static void blocks_are_views(or_precision p) {
  or_matrix m = random_matrix(5, 4, p, 3);
  or_matrix b = or_matrix_block(&m, 2, 1, 3, 2);
  CHECK(b.rows == 3 && b.cols == 2 && at(&b, 1, 1) == at(&m, 3, 2));
  or_matrix_fill(&b, 7);
  CHECK(at(&m, 2, 1) == 7 && at(&m, 4, 2) == 7);
  CHECK(at(&m, 1, 1) != 7 && at(&m, 2, 0) != 7 && at(&m, 2, 3) != 7);
  or_matrix_eye(&b);
  CHECK(at(&m, 2, 1) == 1 && at(&m, 3, 2) == 1 && at(&m, 2, 2) == 0);
  CHECK(padding_is_intact(&m));
}

/* --- exponents -----------------------------------------------------------*/

static void normalizing_is_exact(or_precision p) {
  or_matrix m = random_matrix(4, 4, p, 4), before = copy_of(&m);
  or_matrix_scale(64, &m, &m);
  or_matrix_normalize(&m);
  double top = or_matrix_scan(&m).max_abs;
  CHECK(top >= 1 && top < 2 && m.exponent != 0);
  CHECK(or_matrix_fold(&m) == OR_OK && m.exponent == 0);
  or_matrix_scale(1.0 / 64, &m, &m);
  CHECK(same_bits(&m, &before));
  or_matrix_fill(&m, 0);
  m.exponent = 77;
  or_matrix_normalize(&m);
  CHECK(m.exponent == 0);
}

static void folding_refuses_to_overflow(or_precision p) {
  or_matrix m = random_matrix(3, 3, p, 5);
  m.exponent = 5000;
  or_matrix before = copy_of(&m);
  CHECK(or_matrix_fold(&m) == OR_RANGE && same_bits(&m, &before));
  or_matrix_unscale(&m);
  CHECK(m.exponent == 0 && isinf(at(&m, 0, 0)));
  CHECK(signbit(at(&m, 1, 1)) == signbit(at(&before, 1, 1)));
  before.exponent = -5000;
  CHECK(or_matrix_fold(&before) == OR_OK && largest_of(&before) == 0);
}

static void the_window_is_kept(or_precision p) {
  int w = p == OR_FLOAT32 ? 40 : 300;
  or_matrix m = new_matrix(2, 2, p);
  const int far[] = {w + 5, -w - 5, w - 1, 1 - w};
  for (int k = 0; k < 4; k++) {
    or_matrix_fill(&m, ldexp(1.5, far[k]));
    or_matrix_keep_in_window(&m, ldexp(1.5, far[k]));
    CHECK((m.exponent == 0) == (k > 1));
    CHECK(or_in_window(p, fabs(at(&m, 0, 0))));
    CHECK(value_at(&m, 0, 0) == ldexp(1.5, far[k]));
  }
  or_matrix_fill(&m, 3); /* what has come back returns to exponent 0 */
  m.exponent = 2;
  or_matrix_keep_in_window(&m, 3);
  CHECK(m.exponent == 0 && at(&m, 1, 1) == 12);
  CHECK(padding_is_intact(&m));
}

static void copies_between_precisions_keep_what_float_cannot(void) {
  or_matrix wide = random_matrix(3, 3, OR_FLOAT64, 6), back = copy_of(&wide);
  or_matrix narrow = new_matrix(3, 3, OR_FLOAT32);
  or_matrix_copy(&wide, &narrow);
  CHECK(narrow.exponent == 0 && difference(&wide, &narrow) < 4 * FLT_EPSILON);
  or_matrix_scale(1e200, &wide, &wide);
  or_matrix_copy(&wide, &narrow);
  CHECK(narrow.exponent > 600);
  or_matrix_copy(&narrow, &back);
  CHECK(difference(&wide, &back) < FLT_EPSILON * largest_of(&wide));
  or_matrix plain = new_matrix(3, 3, OR_FLOAT32);
  CHECK(or_matrix_assign(&wide, &plain) == OR_RANGE);
  CHECK(!or_matrix_fits(&wide, OR_FLOAT32, 0));
  CHECK(or_matrix_fits(&wide, OR_FLOAT32, 700));
}

/* --- arithmetic ----------------------------------------------------------*/

static void sums_align_exponents(or_precision p) {
  or_matrix x = new_matrix(2, 2, p), y = copy_of(&x), z = copy_of(&x);
  or_matrix_fill(&x, 1);
  or_matrix_fill(&y, 1);
  x.exponent = 4;
  CHECK(or_matrix_add(1, &x, 2, &y, &z) == OR_OK);
  CHECK(value_at(&z, 1, 0) == 18);
  x.exponent = 100000; /* the smaller one has no digit in the sum */
  CHECK(or_matrix_add(1, &x, 1, &y, &z) == OR_OK);
  CHECK(z.exponent + ilogb(at(&z, 0, 0)) == 100000);
  or_matrix_fill(&x, 0); /* zeros have no say, whatever their exponent */
  x.exponent = 100000;
  CHECK(or_matrix_add(1, &x, 1, &y, &z) == OR_OK && value_at(&z, 0, 0) == 1);
}

static void operands_broadcast_or_are_refused(or_precision p) {
  or_matrix x = random_matrix(3, 4, p, 7), z = copy_of(&x);
  const int shape[][2] = {{3, 4}, {3, 1}, {1, 4}, {1, 1}};
  for (int s = 0; s < 4; s++) {
    or_matrix y = random_matrix(shape[s][0], shape[s][1], p, 8);
    CHECK(or_matrix_hadamard(&x, &y, &z) == OR_OK);
    int good = 1;
    for (int j = 0; j < 4; j++)
      for (int i = 0; i < 3; i++) {
        double wanted = at(&x, i, j) * at(&y, i % y.rows, y.cols == 1 ? 0 : j);
        good &= fabs(at(&z, i, j) - wanted) <= FLT_EPSILON * fabs(wanted);
      }
    CHECK(good && padding_is_intact(&z));
    CHECK(or_matrix_divide(&z, &y, &z) == OR_OK);
    CHECK(difference(&z, &x) <= 4 * or_precision_eps(p) * largest_of(&x));
  }
  or_matrix wrong = random_matrix(4, 3, p, 9);
  or_matrix other =
      random_matrix(3, 4, p == OR_FLOAT32 ? OR_FLOAT64 : OR_FLOAT32, 9);
  CHECK(or_matrix_add(1, &x, 1, &wrong, &z) == OR_SHAPE);
  CHECK(or_matrix_hadamard(&x, &wrong, &z) == OR_SHAPE);
  CHECK(or_matrix_divide(&x, &wrong, &z) == OR_SHAPE);
  CHECK(or_matrix_add(1, &x, 1, &other, &z) == OR_PRECISION);
  CHECK(or_matrix_hadamard(&x, &other, &z) == OR_PRECISION);
  x.exponent = z.exponent = OR_EXPONENT_LIMIT;
  CHECK(or_matrix_hadamard(&x, &z, &wrong) == OR_RANGE);
}

static void scaling_by_anything_stays_finite(or_precision p) {
  or_matrix x = random_matrix(3, 3, p, 10), y = copy_of(&x);
  or_matrix_scale(1e300, &x, &y);
  or_matrix_scale(1e300, &y, &y);
  CHECK(isfinite(or_matrix_scan(&y).max_abs) && y.exponent > 1900);
  or_matrix_scale(1e-300, &y, &y);
  or_matrix_scale(1e-300, &y, &y);
  CHECK(difference(&x, &y) <= 8 * or_precision_eps(p) * largest_of(&x));
  or_matrix_scale(0, &x, &y);
  CHECK(largest_of(&y) == 0 && y.exponent == 0);
  or_matrix_scale(NAN, &x, &y);
  CHECK(isnan(at(&y, 1, 1)));
}

static void transposing_twice_changes_nothing(or_precision p) {
  or_matrix x = random_matrix(37, 19, p, 11);
  or_matrix y = new_matrix(19, 37, p), z = new_matrix(37, 19, p);
  x.exponent = 3;
  or_matrix_transpose(&x, &y);
  CHECK(at(&y, 18, 36) == at(&x, 36, 18) && at(&y, 0, 5) == at(&x, 5, 0));
  or_matrix_transpose(&y, &z);
  CHECK(same_bits(&x, &z) && padding_is_intact(&y) && padding_is_intact(&z));
}

/* --- reductions ----------------------------------------------------------*/

static void sums_are_those_of_long_double(or_precision p) {
  or_matrix x = random_matrix(211, 17, p, 12);
  or_matrix rows = new_matrix(211, 1, p), cols = new_matrix(1, 17, p);
  long double total = 0, squares = 0, row = 0, col = 0;
  for (int j = 0; j < 17; j++)
    for (int i = 0; i < 211; i++) {
      total += at(&x, i, j);
      squares += (long double)at(&x, i, j) * at(&x, i, j);
      row += i == 200 ? at(&x, i, j) : 0;
      col += j == 16 ? at(&x, i, j) : 0;
    }
  double eps = or_precision_eps(p), dot;
  or_matrix_row_sums(&x, &rows);
  or_matrix_column_sums(&x, &cols);
  CHECK(fabs(or_matrix_sum(&x) - (double)total) < 1e-12);
  CHECK(fabs(at(&rows, 200, 0) - (double)row) < 17 * 4 * eps);
  CHECK(fabs(at(&cols, 0, 16) - (double)col) < 40 * eps);
  CHECK(or_matrix_dot(&x, &x, &dot) == OR_OK);
  CHECK(fabs(dot / (double)squares - 1) < 211 * 17 * DBL_EPSILON);
  CHECK(fabs(or_norm_value(or_matrix_frobenius(&x)) - sqrt((double)squares)) <
        1e-12 * sqrt((double)squares));
  or_matrix y = random_matrix(17, 211, p, 12);
  CHECK(or_matrix_dot(&x, &y, &dot) == OR_SHAPE);
}

static void norms_do_not_overflow(or_precision p) {
  or_matrix x = new_matrix(3, 3, p);
  double big = p == OR_FLOAT32 ? FLT_MAX : DBL_MAX;
  or_matrix_fill(&x, big);
  CHECK(fabs(or_norm_log10(or_matrix_frobenius(&x)) - log10(big) - log10(3)) <
        1e-13 * log10(big));
  or_matrix_fill(&x, p == OR_FLOAT32 ? 0x1p-149 : 0x1p-1074);
  CHECK(fabs(or_norm_log10(or_matrix_frobenius(&x)) - log10(3) -
             (p == OR_FLOAT32 ? -149 : -1074) * log10(2)) < 1e-10);
  or_matrix_fill(&x, 0);
  CHECK(or_norm_log10(or_matrix_frobenius(&x)) == -INFINITY);
  put(&x, 1, 1, NAN);
  CHECK(isnan(or_norm_value(or_matrix_frobenius(&x))));
  put(&x, 1, 1, -INFINITY);
  CHECK(or_norm_value(or_matrix_frobenius(&x)) == INFINITY);
}

static void extremes_are_true_values(or_precision p) {
  or_matrix x = random_matrix(3, 3, p, 13), none = new_matrix(3, 0, p);
  double low, high;
  put(&x, 0, 2, -8);
  put(&x, 2, 0, 16);
  x.exponent = -2;
  CHECK(or_matrix_extremes(&x, &low, &high) == OR_OK);
  CHECK(low == -2 && high == 4);
  put(&x, 1, 1, NAN);
  CHECK(or_matrix_extremes(&x, &low, &high) == OR_OK);
  CHECK(isnan(low) && isnan(high));
  CHECK(or_matrix_extremes(&none, &low, &high) == OR_EMPTY);
}

static void all(or_precision p) {
  forget_matrices();
  elements_honour_the_exponent(p);
  a_scan_finds_the_first_bad_place(p);
  blocks_are_views(p);
  normalizing_is_exact(p);
  folding_refuses_to_overflow(p);
  the_window_is_kept(p);
  sums_align_exponents(p);
  operands_broadcast_or_are_refused(p);
  scaling_by_anything_stays_finite(p);
  transposing_twice_changes_nothing(p);
  sums_are_those_of_long_double(p);
  norms_do_not_overflow(p);
  extremes_are_true_values(p);
}

int main(void) {
  sizes_that_fit_no_memory_are_refused();
  every_status_has_its_text();
  for (gap = 0; gap <= 3; gap += 3) {
    all(OR_FLOAT32);
    all(OR_FLOAT64);
    what_no_float_holds_is_refused();
    copies_between_precisions_keep_what_float_cannot();
  }
  return check_report();
}
