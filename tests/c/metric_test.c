/* metric_test.c: what is measured of weights, and the sums over blocks of Gram
   matrices beneath (gram.c), against matrices that are written out in long
   double, and where the answer is known. */
#include "../../src/core/metric.h"

#include <float.h>

#include "../../src/core/gram.h"
#include "scratch.h"

static double square_of(const or_matrix *g) {
  long double sum = 0;
  for (int j = 0; j < g->cols; j++)
    for (int i = 0; i < g->rows; i++)
      sum += powl(at(g, i, j), 2);
  return (double)sum;
}

static int near(double got, double wanted, double relative) {
  return fabs(got - wanted) <= relative * fabs(wanted);
}

static or_matrix gram_of(bool columns, const or_matrix *a) {
  return columns ? product_of(true, a, false, a)
                 : product_of(false, a, true, a);
}

/* Sizes around the length of a block, 128. */
static void sums_over_blocks_are_those_of_the_whole(or_precision p) {
  const int shape[][2] = {{1, 1},    {5, 3},   {128, 7},
                          {129, 20}, {300, 2}, {9, 150}};
  double some = 500 * or_precision_eps(p);
  for (int s = 0; s < 6; s++)
    for (int columns = 0; columns < 2; columns++) {
      forget_matrices();
      or_matrix a = random_matrix(shape[s][0], shape[s][1], p, 1);
      or_matrix b = random_matrix(shape[s][0], shape[s][1], p, 2);
      or_matrix g = gram_of(columns, &a), h = gram_of(columns, &b);
      or_matrix start = new_matrix(h.rows, h.cols, p);
      CHECK(near(or_gram_square(columns, &a), square_of(&g), some));
      or_matrix_copy(&h, &start);
      or_matrix less = copy_of(&g), error = copy_of(&g), eye = copy_of(&g);
      or_matrix_eye(&eye);
      or_matrix_add(1, &g, -1, &h, &less);
      or_matrix_add(0.25, &g, -1, &eye, &error);
      CHECK(near(or_gram_difference(columns, &a, &start), square_of(&less),
                 some));
      CHECK(near(or_gram_error(columns, &a, 0.25), square_of(&error), some));
      or_matrix ab = product_of(false, &a, true, &b);
      CHECK(near(or_gram_product(&a, &b), square_of(&ab), some));
    }
}

static void parts_of_a_square_are_symmetric_and_skew(or_precision p) {
  or_matrix a = random_matrix(140, 140, p, 3), t = copy_of(&a), s = copy_of(&a);
  or_matrix_transpose(&a, &t);
  for (int sign = -1; sign <= 1; sign += 2) {
    or_matrix_add(1, &a, sign, &t, &s);
    CHECK(near(or_gram_with_transpose(&a, sign), square_of(&s),
               300 * or_precision_eps(p)));
  }
}

/* --- measures ------------------------------------------------------------*/

static double orthogonality_error(const or_matrix *w, double scale) {
  double error = NAN;
  int status;
  WITH_ARENA(status, or_orthogonality_error(w, scale, &error, &arena));
  CHECK(status == OR_OK);
  return error;
}

static void an_isometrys_error_is_roundings(or_precision p) {
  const int shape[][2] = {{1, 1}, {40, 40}, {60, 9}, {9, 60}};
  for (int s = 0; s < 4; s++) {
    int m = shape[s][0], n = shape[s][1], k = m < n ? m : n;
    or_matrix w = new_matrix(m, n, p);
    or_matrix_eye(&w);
    CHECK(orthogonality_error(&w, 1) == 0);
    or_matrix_scale(3, &w, &w);
    CHECK(orthogonality_error(&w, 3) == 0);
    CHECK(near(orthogonality_error(&w, 1), 8 * sqrt(k), 1e-14));
    w.exponent = 4;
    CHECK(orthogonality_error(&w, 48) == 0);
  }
}

static double drift(const or_matrix *w, const or_matrix *v,
                    const or_matrix *start) {
  or_norm found = {NAN, 0};
  int status;
  WITH_ARENA(status, or_gram_drift(w, v, start, &found, &arena));
  CHECK(status == OR_OK);
  return or_norm_value(found);
}

/* W = V + h D: the drift is h ||V D' + D V'|| to first order, also where h is
   less than what a Gram matrix could resolve. */
static void a_small_drift_has_all_its_digits(or_precision p) {
  or_matrix v = random_matrix(30, 30, p, 4), d = random_matrix(30, 30, p, 5);
  or_matrix vd = product_of(false, &v, true, &d), w = copy_of(&v);
  or_matrix turned = copy_of(&vd), sum = copy_of(&vd);
  or_matrix_transpose(&vd, &turned);
  or_matrix_add(1, &vd, 1, &turned, &sum);
  double first = sqrt(square_of(&sum));
  for (double h = 1e-2; h > (p == OR_FLOAT32 ? 1e-3 : 1e-10); h /= 10) {
    or_matrix_add(1, &v, h, &d, &w);
    CHECK(near(drift(&w, &v, NULL), h * first,
               5 * h + 40 * or_precision_eps(p) / h));
  }
  CHECK(drift(&v, &v, NULL) == 0);
}

static void a_known_start_changes_nothing_but_the_price(or_precision p) {
  or_matrix v = random_matrix(50, 50, p, 6), w = random_matrix(50, 50, p, 7);
  or_matrix start = new_matrix(50, 50, p), vv = product_of(false, &v, true, &v);
  or_matrix_copy(&vv, &start);
  CHECK(near(drift(&w, &v, &start), drift(&w, &v, NULL),
             200 * or_precision_eps(p)));
}

static void what_is_balanced_has_no_imbalance(or_precision p) {
  const double first[] = {1, 2, 3, 4, 5, 6}, second[] = {0, 0, 0, 1, 0, 0};
  or_matrix w = matrix_of(2, 3, p, first), v = matrix_of(3, 2, p, second);
  or_norm found = {NAN, 0};
  int status;
  /* V'V - WW' = [0 0; 0 1] - [14 32; 32 77] */
  WITH_ARENA(status, or_balance(&v, &w, &found, &arena));
  CHECK(status == OR_OK);
  CHECK(
      near(or_norm_value(found), sqrt(14 * 14 + 2 * 32 * 32 + 76 * 76), 1e-14));
  or_matrix transposed = new_matrix(3, 2, p);
  or_matrix_transpose(&w, &transposed);
  WITH_ARENA(status, or_balance(&transposed, &w, &found, &arena));
  CHECK(status == OR_OK && or_norm_value(found) < 1e-12);
  WITH_ARENA(status, or_balance(&w, &w, &found, &arena));
  CHECK(status == OR_SHAPE);
}

static void a_gradients_parts_are_of_w_transposed_g(or_precision p) {
  or_matrix w = random_matrix(12, 8, p, 8), g = random_matrix(12, 8, p, 9);
  or_matrix wg = product_of(true, &w, false, &g), t = copy_of(&wg), s = t;
  or_norm symmetric = {0, 0}, skew = {0, 0};
  int status;
  or_matrix_transpose(&wg, &t);
  WITH_ARENA(status, or_gradient_split(&w, &g, &symmetric, &skew, &arena));
  CHECK(status == OR_OK);
  s = copy_of(&wg);
  or_matrix_add(0.5, &wg, 0.5, &t, &s);
  CHECK(near(or_norm_value(symmetric), sqrt(square_of(&s)), 1e-5));
  or_matrix_add(0.5, &wg, -0.5, &t, &s);
  CHECK(near(or_norm_value(skew), sqrt(square_of(&s)), 1e-5));
}

static void ranks_of_spectra_are_those_of_their_definitions(void) {
  const double flat[] = {2, 2, 2, 2}, one[] = {3, 0, 0, 0};
  or_matrix s = matrix_of(4, 1, OR_FLOAT64, flat);
  CHECK(fabs(or_isometry_gap(&s)) < 1e-15);
  CHECK(near(or_stable_rank(&s), 4, 1e-15));
  CHECK(near(or_effective_rank(&s), 4, 1e-14));
  s = matrix_of(4, 1, OR_FLOAT64, one);
  CHECK(or_isometry_gap(&s) == INFINITY);
  CHECK(or_stable_rank(&s) == 1 && near(or_effective_rank(&s), 1, 1e-15));
  const double two[] = {2, 1};
  s = matrix_of(2, 1, OR_FLOAT64, two);
  CHECK(near(or_isometry_gap(&s), log(2.5) - log(2), 1e-14));
  CHECK(near(or_stable_rank(&s), 1.25, 1e-15));
  /* entropy of 2/3, 1/3 */
  CHECK(near(or_effective_rank(&s), exp(log(3) - 2.0 / 3 * log(2)), 1e-14));
}

static void nan_is_measured_or_refused_never_lost(or_precision p) {
  or_matrix w = random_matrix(6, 6, p, 1), v = random_matrix(6, 6, p, 2);
  double error = 0;
  or_norm found = {0, 0};
  int status;
  put(&w, 2, 3, NAN);
  WITH_ARENA(status, or_orthogonality_error(&w, 1, &error, &arena));
  CHECK(status == OR_NOT_FINITE || isnan(error));
  WITH_ARENA(status, or_gram_drift(&w, &v, NULL, &found, &arena));
  CHECK(status == OR_NOT_FINITE || isnan(or_norm_value(found)));
  or_matrix other = random_matrix(5, 6, p, 2);
  WITH_ARENA(status, or_gram_drift(&v, &other, NULL, &found, &arena));
  CHECK(status == OR_SHAPE);
}

/* n * n * 8 wraps around to a small number; the elements are never looked at */
static void gram_matrices_too_large_are_refused(or_precision p) {
  enum { LONG = 1518500250 };
  or_matrix tall = or_matrix_over(NULL, LONG, 0, p), column = tall;
  or_matrix row = or_matrix_over(NULL, 1, LONG, p);
  or_matrix wide = or_matrix_over(NULL, 0, LONG, p);
  or_norm found;
  column.cols = 1;
  arena = or_arena_over(NULL, 0);
  CHECK(or_gram_drift(&column, &tall, NULL, &found, &arena) == OR_SIZE);
  arena = or_arena_over(NULL, 0);
  CHECK(or_gram_drift(&column, &column, NULL, &found, &arena) == OR_SIZE);
  arena = or_arena_over(NULL, 0);
  CHECK(or_balance(&row, &tall, &found, &arena) == OR_SIZE);
  arena = or_arena_over(NULL, 0);
  CHECK(or_balance(&wide, &tall, &found, &arena) == OR_OK && found.value == 0);
}

static void all(or_precision p) {
  sums_over_blocks_are_those_of_the_whole(p);
  forget_matrices();
  parts_of_a_square_are_symmetric_and_skew(p);
  an_isometrys_error_is_roundings(p);
  a_small_drift_has_all_its_digits(p);
  a_known_start_changes_nothing_but_the_price(p);
  what_is_balanced_has_no_imbalance(p);
  a_gradients_parts_are_of_w_transposed_g(p);
  nan_is_measured_or_refused_never_lost(p);
  gram_matrices_too_large_are_refused(p);
}

int main(void) {
  for (gap = 0; gap <= 3; gap += 3) {
    all(OR_FLOAT32);
    all(OR_FLOAT64);
  }
  ranks_of_spectra_are_those_of_their_definitions();
  return check_report();
}
