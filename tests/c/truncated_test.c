/* truncated_test.c: normals that fall in an interval: inside it however far
   out it lies, of the right mean and variance, and what is no interval. */
#include "../../src/core/truncated.h"

#include <float.h>

#include "matrices.h"

#define FAR 1e30 /* where no normal ever comes */

enum { SIDE = 200, DRAWS = SIDE * SIDE };

static double phi(double x) { return exp(-x * x / 2) / sqrt(2 * acos(-1)); }

/* P(X > x), also far out */
static double above(double x) { return erfc(x / sqrt(2)) / 2; }

/* Is w inside, and of the mean and the variance that textbooks have, to five
   standard errors? a, b: the interval's ends, in deviations from the mean. */
static int is_right(const or_matrix *w, double mean, double std, double a,
                    double b) {
  double mass = b < 0 ? above(-b) - above(-a) : above(a) - above(b);
  double p = a * phi(a), q = b * phi(b), shift = (phi(a) - phi(b)) / mass;
  double variance = 1 + (p - q) / mass - shift * shift;
  double sum = 0, squares = 0;
  for (int j = 0; j < w->cols; j++)
    for (int i = 0; i < w->rows; i++) {
      double x = at(w, i, j), d = (x - mean) / std - shift;
      if (!(x >= mean + a * std && x <= mean + b * std))
        return 0;
      sum += d / DRAWS;
      squares += d * d / DRAWS;
    }
  /* a kurtosis of at most 9, which that of an exponential tail is */
  return fabs(sum) < 5 * sqrt(variance / DRAWS) &&
         fabs(squares - variance) < 5 * variance * sqrt(8. / DRAWS);
}

static void draws_have_their_mean_and_variance(or_precision p) {
  const double ends[][2] = {{-2, 2},  {0, FAR},       {-FAR, -1}, {3, 4},
                            {6, FAR}, {-0.125, 0.25}, {-9, -8},   {-FAR, FAR}};
  for (int k = 0; k < 8; k++) {
    forget_matrices();
    or_matrix w = new_matrix(SIDE, SIDE, p);
    double a = ends[k][0], b = ends[k][1];
    or_rng r = {17, 0};
    w.exponent = 7;
    CHECK(or_truncated_normal(&r, 0, 1, a, b, &w) == OR_OK);
    CHECK(w.exponent == 0 && is_right(&w, 0, 1, a, b));
    CHECK(padding_is_intact(&w));
  }
  or_matrix w = new_matrix(SIDE, SIDE, p);
  or_rng r = {18, 0};
  CHECK(or_truncated_normal(&r, 2, 0.5, 1, 3, &w) == OR_OK);
  CHECK(is_right(&w, 2, 0.5, -2, 2));
}

static void a_point_is_an_interval_too(or_precision p) {
  or_matrix w = new_matrix(3, 3, p);
  or_rng r = {1, 0};
  CHECK(or_truncated_normal(&r, 0, 1, 0.5, 0.5, &w) == OR_OK);
  CHECK(at(&w, 0, 0) == 0.5 && at(&w, 2, 2) == 0.5);
  CHECK(or_truncated_normal(&r, 0.25, 0, 0, 1, &w) == OR_OK);
  CHECK(at(&w, 0, 0) == 0.25 && at(&w, 2, 2) == 0.25);
}

static void what_is_no_interval_is_refused(or_precision p) {
  or_matrix w = new_matrix(3, 3, p);
  or_rng r = {1, 0};
  CHECK(or_truncated_normal(&r, 0, 1, 2, 1, &w) == OR_ARGUMENT);
  CHECK(or_truncated_normal(&r, 5, 0, 0, 1, &w) == OR_ARGUMENT);
  double low = 1 + 0x1p-60, high = 1 + 0x1p-58; /* no number between */
  CHECK(low == 1 || or_truncated_normal(&r, 0, 1, low, high, &w) == OR_RANGE);
  if (p == OR_FLOAT32) {
    CHECK(or_truncated_normal(&r, 0, 1, 1 + 0x1p-30, 1 + 0x1p-29, &w) ==
          OR_RANGE);
    CHECK(or_truncated_normal(&r, 0, 1, 1e39, 1e40, &w) == OR_RANGE);
  }
}

static void draws_depend_on_the_seed_alone(or_precision p) {
  or_matrix w = new_matrix(20, 5, p), v = new_matrix(20, 5, p);
  or_rng a = {9, 4}, b = {9, 4}, c = {10, 4};
  CHECK(or_truncated_normal(&a, 0, 1, 1, 2, &w) == OR_OK);
  CHECK(or_truncated_normal(&b, 0, 1, 1, 2, &v) == OR_OK);
  CHECK(same_bits(&w, &v) && a.counter == b.counter && a.counter > 4);
  CHECK(or_truncated_normal(&c, 0, 1, 1, 2, &v) == OR_OK);
  CHECK(!same_bits(&w, &v));
}

int main(void) {
  const or_precision p[] = {OR_FLOAT32, OR_FLOAT64};
  for (gap = 0; gap <= 3; gap += 3)
    for (int k = 0; k < 2; k++) {
      draws_have_their_mean_and_variance(p[k]);
      forget_matrices();
      a_point_is_an_interval_too(p[k]);
      what_is_no_interval_is_refused(p[k]);
      draws_depend_on_the_seed_alone(p[k]);
    }
  return check_report();
}
