/* layer_test.c: layers in pairs: what goes forward against long double, what
   comes back against finite differences, gradients that are written or added
   to, and values that no float holds. Whole nets: network_test.c. */
#include "../../src/core/layer.h"

#include <float.h>

#include "scratch.h"

enum { OUT = 5, IN = 7, BATCH = 4 };

static double eps_of(or_precision p) { return or_precision_eps(p); }

/* sum of x .* y */
static double inner(const or_matrix *x, const or_matrix *y) {
  double sum = 0;
  for (int j = 0; j < x->cols; j++)
    for (int i = 0; i < x->rows; i++)
      sum += value_at(x, i, j) * value_at(y, i, j);
  return sum;
}

/* --- linear --------------------------------------------------------------*/

static void linear_is_w_x_and_bias(or_precision p) {
  or_matrix w = random_matrix(OUT, IN, p, 1),
            x = random_matrix(IN, BATCH, p, 2);
  or_matrix bias = random_matrix(OUT, 1, p, 3), z = new_matrix(OUT, BATCH, p);
  or_matrix wanted = product_of(false, &w, false, &x);
  double allowed = 20 * eps_of(p) * IN;
  int status;
  for (int rescale = 0; rescale < 2; rescale++) {
    WITH_ARENA(status, or_linear_forward(&w, NULL, rescale, &x, &z, &arena));
    CHECK(status == OR_OK && difference(&z, &wanted) < allowed);
  }
  for (int j = 0; j < BATCH; j++)
    for (int i = 0; i < OUT; i++)
      put(&wanted, i, j, at(&wanted, i, j) + at(&bias, i, 0));
  WITH_ARENA(status, or_linear_forward(&w, &bias, true, &x, &z, &arena));
  CHECK(status == OR_OK && difference(&z, &wanted) < allowed);
  CHECK(padding_is_intact(&z));
  or_matrix wrong = random_matrix(IN + 1, BATCH, p, 2);
  WITH_ARENA(status, or_linear_forward(&w, NULL, true, &wrong, &z, &arena));
  CHECK(status == OR_SHAPE);
}

static void linear_comes_back_transposed(or_precision p) {
  or_matrix w = random_matrix(OUT, IN, p, 1),
            x = random_matrix(IN, BATCH, p, 2);
  or_matrix dz = random_matrix(OUT, BATCH, p, 3), dx = new_matrix(IN, BATCH, p);
  or_matrix dw = new_matrix(OUT, IN, p), db = new_matrix(OUT, 1, p);
  or_matrix dx_wanted = product_of(true, &w, false, &dz);
  or_matrix dw_wanted = product_of(false, &dz, true, &x), db_wanted = db;
  or_gradients into = {&dw, &db, false};
  double allowed = 20 * eps_of(p) * IN;
  int status;
  db_wanted = new_matrix(OUT, 1, OR_FLOAT64);
  for (int i = 0; i < OUT; i++) {
    double sum = 0;
    for (int j = 0; j < BATCH; j++)
      sum += at(&dz, i, j);
    put(&db_wanted, i, 0, sum);
  }
  WITH_ARENA(status, or_linear_backward(&w, true, &x, &dz, &into, &dx, &arena));
  CHECK(status == OR_OK && difference(&dx, &dx_wanted) < allowed);
  CHECK(difference(&dw, &dw_wanted) < allowed);
  CHECK(difference(&db, &db_wanted) < allowed);
  into.add = true; /* once more: twice as much */
  WITH_ARENA(status,
             or_linear_backward(&w, true, &x, &dz, &into, NULL, &arena));
  or_matrix_scale(2, &dw_wanted, &dw_wanted);
  or_matrix_scale(2, &db_wanted, &db_wanted);
  CHECK(status == OR_OK && difference(&dw, &dw_wanted) < 2 * allowed);
  CHECK(difference(&db, &db_wanted) < 2 * allowed);
  or_matrix before = copy_of(&dw);
  WITH_ARENA(status, or_linear_backward(&w, true, &x, &dz, NULL, &dx, &arena));
  CHECK(status == OR_OK && same_bits(&dw, &before));
  CHECK(padding_is_intact(&dw) && padding_is_intact(&dx));
}

/* Small batches by Gram matrices, large ones by the product. */
static void a_gradient_is_measured_without_being_made(or_precision p) {
  const int batches[] = {1, 2, 4, 300};
  for (int k = 0; k < 4; k++)
    for (int e = -100000; e <= 100000; e += 100000) {
      forget_matrices();
      or_matrix x = random_matrix(40, batches[k], p, 2);
      or_matrix dz = random_matrix(30, batches[k], p, 3);
      or_matrix dw = product_of(false, &dz, true, &x);
      double wanted = sqrt(inner(&dw, &dw)), eps = 200 * eps_of(p);
      or_norm norm = {NAN, 0};
      int status;
      dz.exponent = e;
      WITH_ARENA(status, or_linear_measure(true, &x, &dz, &norm, &arena));
      norm.exponent -= e;
      CHECK(status == OR_OK);
      CHECK(fabs(or_norm_value(norm) / wanted - 1) < eps);
    }
}

/* --- activations ---------------------------------------------------------*/

static or_activation named(const char *name) {
  or_activation phi = {OR_ACT_linear, 0, NULL};
  CHECK(or_activation_find(name, &phi));
  return phi;
}

/* relu of an exploded value is exact; others are their asymptotes. */
static void activations_of_exploded_values(or_precision p) {
  or_matrix z = random_matrix(9, 3, p, 4), a = copy_of(&z), near = copy_of(&z);
  z.exponent = 100000;
  or_activation_forward(named("relu"), true, &z, &a);
  CHECK(a.exponent == 100000);
  int exact = 1;
  for (int i = 0; i < 9; i++)
    exact &= at(&a, i, 0) == fmax(at(&z, i, 0), 0);
  CHECK(exact);
  or_activation_forward(named("tanh"), true, &z, &a);
  int sign = a.exponent == 0;
  for (int i = 0; i < 9; i++)
    sign &= at(&a, i, 1) == (at(&z, i, 1) > 0 ? 1 : -1);
  CHECK(sign);
  or_activation_forward(named("gelu"), true, &z, &a);
  CHECK(a.exponent == 100000 && at(&a, 0, 0) == fmax(at(&z, 0, 0), 0));
  z.exponent = -100000; /* near 0 tanh is a line, gelu half of one */
  or_activation_forward(named("tanh"), true, &z, &near);
  CHECK(near.exponent == -100000 && at(&near, 3, 1) == at(&z, 3, 1));
  or_activation_forward(named("gelu"), true, &z, &near);
  or_norm half = or_matrix_frobenius(&near), all = or_matrix_frobenius(&z);
  CHECK(fabs(or_norm_log10(all) - or_norm_log10(half) - log10(2)) < 1e-9);
}

static void activations_come_back_by_differences(void) {
  const double h = 1e-5;
  for (int k = 0; k < OR_ACTIVATION_COUNT; k++) {
    forget_matrices();
    or_activation phi = named(or_activation_name((or_activation_kind)k));
    or_matrix z = random_matrix(11, 2, OR_FLOAT64, 5), a = copy_of(&z);
    or_matrix da = random_matrix(11, 2, OR_FLOAT64, 6), dz = copy_of(&z);
    or_matrix back = copy_of(&z);
    double worst = 0;
    or_activation_forward(phi, true, &z, &a);
    or_activation_backward(phi, true, &z, &da, &dz);
    for (int i = 0; i < 11; i++) {
      double x = at(&z, i, 1), slope = at(&dz, i, 1) / at(&da, i, 1);
      put(&back, i, 1, x + h);
      or_activation_forward(phi, true, &back, &a);
      double up = at(&a, i, 1);
      put(&back, i, 1, x - h);
      or_activation_forward(phi, true, &back, &a);
      worst = worse(worst, fabs((up - at(&a, i, 1)) / (2 * h) - slope));
    }
    CHECK(worst < 1e-8);
  }
}

/* --- layer normalization -------------------------------------------------*/

typedef struct normalization {
  or_matrix x, gain, bias, xhat, rstd, y;
} normalization;

static normalization new_normalization(or_precision p) {
  normalization n = {.x = random_matrix(IN, BATCH, p, 7),
                     .gain = random_matrix(IN, 1, p, 8),
                     .bias = random_matrix(IN, 1, p, 9),
                     .xhat = new_matrix(IN, BATCH, p),
                     .rstd =
                         or_matrix_over(pool + pool_used, 1, BATCH, OR_FLOAT64),
                     .y = new_matrix(IN, BATCH, p)};
  int kept = gap;
  gap = 0; /* rstd is a row that lies side by side */
  n.rstd = new_matrix(1, BATCH, OR_FLOAT64);
  gap = kept;
  return n;
}

static or_status normalize(normalization *n) {
  return or_layer_norm_forward(&n->x, 1e-5, &n->gain, &n->bias, &n->xhat,
                               &n->rstd, &n->y);
}

static void scale_does_not_matter_to_a_norm(or_precision p) {
  normalization n = new_normalization(p);
  CHECK(normalize(&n) == OR_OK);
  or_matrix y = copy_of(&n.y);
  double mean = 0;
  for (int i = 0; i < IN; i++)
    mean += at(&n.xhat, i, 2) / IN;
  CHECK(fabs(mean) < 8 * eps_of(p));
  n.x.exponent = 100000; /* so that eps vanishes beside the variance */
  CHECK(normalize(&n) == OR_OK);
  CHECK(difference(&y, &n.y) < 1e-4);
  n.x.exponent = -100000; /* and here the variance beside eps */
  CHECK(normalize(&n) == OR_OK);
  CHECK(largest_of(&n.xhat) == 0);
}

static void a_norm_comes_back_by_differences(void) {
  const double h = 1e-5;
  normalization n = new_normalization(OR_FLOAT64);
  or_matrix dy = random_matrix(IN, BATCH, OR_FLOAT64, 10), dx = copy_of(&dy);
  or_matrix dgain = copy_of(&n.gain), dbias = copy_of(&n.bias);
  or_gradients into = {&dgain, &dbias, false};
  double worst = 0;
  int status;
  CHECK(normalize(&n) == OR_OK);
  WITH_ARENA(status, or_layer_norm_backward(&n.xhat, &n.rstd, &n.gain, &dy,
                                            &into, &dx, &arena));
  CHECK(status == OR_OK);
  or_matrix *moved[] = {&n.x, &n.gain, &n.bias};
  or_matrix *found[] = {&dx, &dgain, &dbias};
  for (int k = 0; k < 3; k++)
    for (int i = 0; i < IN; i++) {
      double value = at(moved[k], i, 0);
      put(moved[k], i, 0, value + h);
      CHECK(normalize(&n) == OR_OK);
      double up = inner(&n.y, &dy);
      put(moved[k], i, 0, value - h);
      CHECK(normalize(&n) == OR_OK);
      double slope = (up - inner(&n.y, &dy)) / (2 * h);
      put(moved[k], i, 0, value);
      worst = worse(worst, fabs(slope - value_at(found[k], i, 0)));
    }
  CHECK(worst < 1e-8);
}

static void all(or_precision p) {
  forget_matrices();
  linear_is_w_x_and_bias(p);
  linear_comes_back_transposed(p);
  a_gradient_is_measured_without_being_made(p);
  forget_matrices();
  activations_of_exploded_values(p);
  scale_does_not_matter_to_a_norm(p);
}

int main(void) {
  for (gap = 0; gap <= 3; gap += 3) {
    all(OR_FLOAT32);
    all(OR_FLOAT64);
    activations_come_back_by_differences();
    a_norm_comes_back_by_differences();
  }
  return check_report();
}
