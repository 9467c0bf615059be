/* optim_test.c: steps of the optimizers against their rules written out in
   long double, on parameters of every length (update.c), gradients with
   exponents, and clipping. PyTorch's numbers are in tests/net/optim_spec.lua.
 */
#include "../../src/core/optim.h"

#include <float.h>

#include "matrices.h"

typedef struct state {
  or_matrix w, first, second; /* the parameter; velocity, or m and v */
} state;

static state new_state(int rows, int cols, or_precision p) {
  state s = {random_matrix(rows, cols, p, 1), new_matrix(rows, cols, p),
             new_matrix(rows, cols, p)};
  or_matrix_fill(&s.first, 0);
  or_matrix_fill(&s.second, 0);
  return s;
}

/* Element (i,j) after `steps` of SGD with gradients g, 2g, 3g, ... */
static double sgd_by_hand(const or_sgd *r, int steps, double w, double g) {
  long double x = w, velocity = 0;
  for (int t = 1; t <= steps; t++) {
    long double d = t * (long double)g + r->weight_decay * x;
    velocity = t == 1 ? d : r->momentum * velocity + d;
    if (r->momentum != 0)
      d = r->nesterov ? d + r->momentum * velocity : velocity;
    x -= r->lr * d;
  }
  return (double)x;
}

static double adam_by_hand(const or_adam *r, int steps, double w, double g) {
  long double x = w, m = 0, v = 0;
  for (int t = 1; t <= steps; t++) {
    long double d = t * (long double)g;
    if (r->decoupled)
      x -= r->lr * r->weight_decay * x;
    else
      d += r->weight_decay * x;
    m = r->beta1 * m + (1 - r->beta1) * d;
    v = r->beta2 * v + (1 - r->beta2) * d * d;
    long double step = r->lr / (1 - powl(r->beta1, t));
    x -= step * m / (sqrtl(v / (1 - powl(r->beta2, t))) + r->eps);
  }
  return (double)x;
}

static void sgd_follows_its_rule(or_precision p) {
  const or_sgd rules[] = {{0.1, 0, 0, false},
                          {0.1, 0, 0.01, false},
                          {0.1, 0.9, 0, false},
                          {0.1, 0.9, 0.01, true}};
  const int lengths[] = {1, 7, 16, 33, 1000};
  for (int k = 0; k < 4; k++)
    for (int n = 0; n < 5; n++) {
      forget_matrices();
      state s = new_state(lengths[n], 3, p);
      or_matrix w = copy_of(&s.w), g = random_matrix(lengths[n], 3, p, 2);
      or_matrix *velocity = rules[k].momentum != 0 ? &s.first : NULL;
      for (int t = 1; t <= 4; t++)
        CHECK(or_sgd_step(&rules[k], t == 1, t, &g, velocity, &s.w) == OR_OK);
      int good = 1;
      for (int j = 0; j < 3; j++)
        for (int i = 0; i < lengths[n]; i++) {
          double wanted = sgd_by_hand(&rules[k], 4, at(&w, i, j), at(&g, i, j));
          good &= fabs(at(&s.w, i, j) - wanted) < 60 * or_precision_eps(p);
        }
      CHECK(good && padding_is_intact(&s.w) && padding_is_intact(&s.first));
    }
}

static void adam_follows_its_rule(or_precision p) {
  const or_adam rules[] = {{0.1, 0.9, 0.999, 1e-8, 0, false},
                           {0.01, 0.8, 0.99, 1e-6, 0.1, false},
                           {0.01, 0.9, 0.999, 1e-8, 0.1, true}};
  const int lengths[] = {1, 7, 16, 33, 1000};
  for (int k = 0; k < 3; k++)
    for (int n = 0; n < 5; n++) {
      forget_matrices();
      state s = new_state(lengths[n], 2, p);
      or_matrix w = copy_of(&s.w), g = random_matrix(lengths[n], 2, p, 2);
      for (int t = 1; t <= 4; t++)
        CHECK(or_adam_step(&rules[k], t, t, &g, &s.first, &s.second, &s.w) ==
              OR_OK);
      int good = 1;
      for (int j = 0; j < 2; j++)
        for (int i = 0; i < lengths[n]; i++) {
          double wanted =
              adam_by_hand(&rules[k], 4, at(&w, i, j), at(&g, i, j));
          good &= fabs(at(&s.w, i, j) - wanted) < 100 * or_precision_eps(p);
        }
      CHECK(good && padding_is_intact(&s.w) && padding_is_intact(&s.second));
    }
}

/* A gradient of 2^e g with scale 2^-e is g, whatever e is, as far as floats
   reach. */
static void a_gradients_exponent_counts(or_precision p) {
  const or_sgd rule = {0.5, 0.9, 0, false};
  int most = p == OR_FLOAT32 ? 90 : 900;
  for (int e = -most; e <= most; e += most / 3) {
    state a = new_state(5, 5, p), b = new_state(5, 5, p);
    or_matrix g = random_matrix(5, 5, p, 2), far = copy_of(&g);
    far.exponent = e;
    CHECK(or_sgd_step(&rule, true, 1, &g, &a.first, &a.w) == OR_OK);
    CHECK(or_sgd_step(&rule, true, ldexp(1, -e), &far, &b.first, &b.w) ==
          OR_OK);
    CHECK(same_bits(&a.w, &b.w) && same_bits(&a.first, &b.first));
  }
}

static void what_does_not_fit_changes_nothing(or_precision p) {
  const or_sgd rule = {0.1, 0, 0, false};
  const or_adam adam = {0.1, 0.9, 0.999, 1e-8, 0, false};
  state s = new_state(4, 4, p);
  or_matrix before = copy_of(&s.w), g = random_matrix(4, 4, p, 2);
  or_matrix wide = random_matrix(4, 5, p, 2);
  or_matrix other =
      random_matrix(4, 4, p == OR_FLOAT32 ? OR_FLOAT64 : OR_FLOAT32, 2);
  g.exponent = 5000;
  CHECK(or_sgd_step(&rule, true, 1, &g, NULL, &s.w) == OR_RANGE);
  CHECK(or_adam_step(&adam, 1, 1, &g, &s.first, &s.second, &s.w) == OR_RANGE);
  CHECK(or_sgd_step(&rule, true, 1, &wide, NULL, &s.w) == OR_SHAPE);
  CHECK(or_adam_step(&adam, 1, 1, &wide, &s.first, &s.second, &s.w) ==
        OR_SHAPE);
  CHECK(or_sgd_step(&rule, true, 1, &other, NULL, &s.w) == OR_PRECISION);
  CHECK(same_bits(&s.w, &before) && largest_of(&s.first) == 0);
  g.exponent = -5000; /* too small to move anything */
  CHECK(or_sgd_step(&rule, true, 1, &g, NULL, &s.w) == OR_OK);
  CHECK(same_bits(&s.w, &before));
}

/* --- clipping ------------------------------------------------------------*/

static void norms_add_up_at_any_size(void) {
  or_norm three = {3, 0}, four = {2, 1}, zero = {0, 0}, far = {1, 100000};
  CHECK(fabs(or_norm_value(or_norm_hypot(three, four)) - 5) < 1e-15);
  CHECK(or_norm_value(or_norm_hypot(three, zero)) == 3);
  CHECK(or_norm_value(or_norm_hypot(zero, four)) == 4);
  or_norm sum = or_norm_hypot(three, far);
  CHECK(sum.value == 1 && sum.exponent == 100000);
  far.exponent = 100001;
  sum = or_norm_hypot(far, far);
  CHECK(fabs(or_norm_log10(sum) - 100001 * log10(2) - 0.5 * log10(2)) < 1e-9);
}

static void clipping_keeps_what_is_small_enough(or_precision p) {
  or_matrix g = random_matrix(6, 6, p, 3), before = copy_of(&g);
  or_norm size = or_matrix_frobenius(&g);
  or_clip(or_clip_factor(size, 100), &g);
  CHECK(same_bits(&g, &before));
  or_clip(or_clip_factor(size, 0.5), &g);
  double wanted = 0.5 / (or_norm_value(size) + 1e-6) * or_norm_value(size);
  double got = or_norm_value(or_matrix_frobenius(&g));
  CHECK(fabs(got - wanted) < 40 * or_precision_eps(p));
}

static void an_exploded_gradient_is_clipped(or_precision p) {
  or_matrix g = random_matrix(6, 6, p, 3);
  g.exponent = 100000;
  or_clip(or_clip_factor(or_matrix_frobenius(&g), 2), &g);
  CHECK(g.exponent == 0);
  CHECK(fabs(or_norm_value(or_matrix_frobenius(&g)) - 2) <
        40 * or_precision_eps(p));
}

static void all(or_precision p) {
  sgd_follows_its_rule(p);
  adam_follows_its_rule(p);
  forget_matrices();
  a_gradients_exponent_counts(p);
  what_does_not_fit_changes_nothing(p);
  clipping_keeps_what_is_small_enough(p);
  an_exploded_gradient_is_clipped(p);
}

int main(void) {
  for (gap = 0; gap <= 3; gap += 3) {
    all(OR_FLOAT32);
    all(OR_FLOAT64);
  }
  norms_add_up_at_any_size();
  return check_report();
}
