/* activation_test.c: the table of activations and its loops (activate.c):
   names, values against the C library's, slopes against differences, what
   shapes promise, and vectors of any length against single values. */
#include "../../src/core/activation.h"

#include <float.h>

#include "../../src/core/kernels.h"
#include "matrices.h"

static or_activation kind(int k) {
  or_activation phi = {(or_activation_kind)k, 0, NULL};
  or_activation_find(or_activation_name(phi.kind), &phi);
  return phi;
}

/* The definitions, by the C library. */
static double reference(or_activation phi, double x) {
  const double scale = 1.0507009873554805, alpha = 1.6732632423543772;
  switch (phi.kind) {
  case OR_ACT_linear:
    return x;
  case OR_ACT_relu:
    return x > 0 ? x : 0;
  case OR_ACT_leaky_relu:
    return x > 0 ? x : phi.alpha * x;
  case OR_ACT_tanh:
    return tanh(x);
  case OR_ACT_sigmoid:
    return 1 / (1 + exp(-x));
  case OR_ACT_erf:
    return erf(x);
  case OR_ACT_gelu:
    return (double)(0.5L * x * erfcl(-x / sqrtl(2))); /* or x^2 eps are lost */
  case OR_ACT_silu:
    return x / (1 + exp(-x));
  case OR_ACT_selu:
    return scale * (x > 0 ? x : alpha * expm1(x));
  case OR_ACT_elu:
    return x > 0 ? x : phi.alpha * expm1(x);
  case OR_ACT_hard_tanh:
    return x < -1 ? -1 : x > 1 ? 1 : x;
  default: /* softplus */
    return fmax(x, 0) + log1p(exp(-fabs(x)));
  }
}

static void names_are_found_and_others_are_not(void) {
  or_activation phi = {OR_ACT_tanh, 7, NULL};
  for (int k = 0; k < OR_ACTIVATION_COUNT; k++) {
    CHECK(or_activation_find(or_activation_name((or_activation_kind)k), &phi));
    CHECK((int)phi.kind == k);
  }
  CHECK(or_activation_find("leaky_relu", &phi) && phi.alpha == 0.01);
  CHECK(or_activation_find("elu", &phi) && phi.alpha == 1);
  CHECK(!or_activation_find("rely", &phi) && !or_activation_find("", &phi));
  CHECK(!strcmp(or_activation_name((or_activation_kind)99), "?"));
}

/* In units of the last place, also far left, where gelu and silu vanish. */
static void values_are_the_c_librarys(void) {
  for (int k = 0; k < OR_ACTIVATION_COUNT; k++) {
    double worst = 0;
    for (double x = -30; x <= 30; x += 0.0625) {
      double wanted = reference(kind(k), x);
      double error = fabs(or_activation_value(kind(k), x) - wanted);
      worst = worse(worst, error / (DBL_EPSILON * fabs(wanted) + 1e-300));
    }
    CHECK(worst <= 8);
  }
}

static void slopes_are_those_of_the_values(void) {
  const double h = 1e-5;
  for (int k = 0; k < OR_ACTIVATION_COUNT; k++) {
    double worst = 0;
    for (double x = -8; x <= 8; x += 0.06251) {
      double left = or_activation_value(kind(k), x - h);
      double right = or_activation_value(kind(k), x + h);
      double slope = or_activation_slope(kind(k), x);
      worst = worse(worst, fabs((right - left) / (2 * h) - slope));
    }
    CHECK(worst < 1e-9);
  }
}

/* Away from kinks: h may not reach over one. */
static void curvatures_are_those_of_the_slopes(void) {
  const double h = 1e-5;
  for (int k = 0; k < OR_ACTIVATION_COUNT; k++) {
    double worst = 0;
    for (double x = -8.03; x <= 8; x += 0.06251) {
      double left = or_activation_slope(kind(k), x - h);
      double right = or_activation_slope(kind(k), x + h);
      double curvature = or_activation_curvature(kind(k), x);
      worst = worse(worst, fabs((right - left) / (2 * h) - curvature));
    }
    CHECK(worst < 1e-9);
    CHECK(isnan(or_activation_curvature(kind(k), NAN)));
    CHECK(!or_activation_is_straight(kind(k)) ||
          or_activation_curvature(kind(k), 0.3) == 0);
  }
}

static void a_kinks_slope_is_the_left_one(void) {
  CHECK(or_activation_slope(kind(OR_ACT_relu), 0) == 0);
  CHECK(or_activation_slope(kind(OR_ACT_leaky_relu), 0) == 0.01);
  CHECK(or_activation_slope(kind(OR_ACT_linear), 0) == 1);
}

static void far_out_values_are_limits(void) {
  for (int k = 0; k < OR_ACTIVATION_COUNT; k++) {
    or_activation_shape s = or_activation_shape_of(kind(k));
    CHECK(isnan(or_activation_value(kind(k), NAN)));
    CHECK(isnan(or_activation_slope(kind(k), NAN)));
    double right = or_activation_value(kind(k), INFINITY);
    double left = or_activation_value(kind(k), -INFINITY);
    CHECK(s.far_right == 0 ? isfinite(right) : right == INFINITY);
    CHECK(s.far_left == 0 ? isfinite(left) : left == -INFINITY);
    CHECK(or_activation_value(kind(k), 1e300) == right ||
          or_activation_value(kind(k), 1e300) >= 1e300);
  }
}

static void shapes_keep_what_they_promise(void) {
  for (int k = 0; k < OR_ACTIVATION_COUNT; k++) {
    or_activation_shape s = or_activation_shape_of(kind(k));
    CHECK(s.at_zero == or_activation_value(kind(k), 0));
    CHECK(s.far_right == or_activation_slope(kind(k), 1e6));
    CHECK(s.far_left == or_activation_slope(kind(k), -1e6));
    for (int i = 0; i < s.kink_count; i++) {
      double x = s.kinks[i];
      CHECK(or_activation_slope(kind(k), x - 1e-9) !=
            or_activation_slope(kind(k), x + 1e-9));
    }
    for (double x = -2; s.homogeneous && x <= 2; x += 0.25)
      CHECK(or_activation_value(kind(k), 8 * x) ==
            8 * or_activation_value(kind(k), x));
  }
}

/* The slope from the value alone, for those that tell it: the output takes
   the input's place on the way back. */
static void values_tell_slopes_where_they_should(void) {
  for (int k = 0; k < OR_ACTIVATION_COUNT; k++)
    for (double x = -3.03; or_activation_tells_slope(kind(k)) && x < 3; x++) {
      double value = or_activation_value(kind(k), x);
      CHECK(or_activation_slope(kind(k), value) ==
            or_activation_slope(kind(k), x));
    }
  CHECK(!or_activation_tells_slope(kind(OR_ACT_tanh)));
  or_activation flipped = {OR_ACT_leaky_relu, -1, NULL};
  CHECK(!or_activation_tells_slope(flipped));
}

/* Lengths around every vector width, in place and not: the same bits as one
   element alone, and the true maximum. */
static void loops_are_single_values(or_precision p) {
  const or_kernels_table *f = or_kernels(p);
  for (int k = 0; k < OR_ACTIVATION_COUNT; k++)
    for (int n = 0; n < 70; n += n < 20 ? 1 : 7) {
      forget_matrices();
      or_matrix z = random_matrix(n, 2, p, 3), a = new_matrix(n, 2, p);
      or_matrix one = new_matrix(1, 1, p), inside = copy_of(&z);
      double top = f->activate(kind(k), &z, &a), most = 0;
      int same = 1;
      for (int j = 0; j < 2; j++)
        for (int i = 0; i < n; i++) {
          put(&one, 0, 0, at(&z, i, j));
          f->activate(kind(k), &one, &one);
          same &= at(&one, 0, 0) == at(&a, i, j);
          most = worse(most, fabs(at(&a, i, j)));
        }
      f->activate(kind(k), &inside, &inside);
      CHECK(same && top == most && same_bits(&inside, &a));
      CHECK(padding_is_intact(&a) && padding_is_intact(&inside));
    }
}

static void the_way_back_multiplies_by_the_slope(or_precision p) {
  const or_kernels_table *f = or_kernels(p);
  for (int k = 0; k < OR_ACTIVATION_COUNT; k++) {
    forget_matrices();
    or_matrix z = random_matrix(37, 2, p, 4), da = random_matrix(37, 2, p, 5);
    or_matrix dz = new_matrix(37, 2, p), inside = copy_of(&da);
    double top = f->activate_back(kind(k), &z, &da, &dz), most = 0;
    double worst = 0;
    for (int j = 0; j < 2; j++)
      for (int i = 0; i < 37; i++) {
        double slope = or_activation_slope(kind(k), at(&z, i, j));
        double wanted = slope * at(&da, i, j);
        most = worse(most, fabs(at(&dz, i, j)));
        worst =
            worse(worst, fabs(at(&dz, i, j) - wanted) / fmax(1, fabs(wanted)));
      }
    CHECK(worst <= 16 * or_precision_eps(p));
    f->activate_back(kind(k), &z, &inside, &inside);
    CHECK(top == most && same_bits(&inside, &dz) && padding_is_intact(&dz));
    put(&z, 36, 1, NAN);
    CHECK(isnan(f->activate(kind(k), &z, &dz)));
  }
}

int main(void) {
  names_are_found_and_others_are_not();
  values_are_the_c_librarys();
  slopes_are_those_of_the_values();
  curvatures_are_those_of_the_slopes();
  a_kinks_slope_is_the_left_one();
  far_out_values_are_limits();
  shapes_keep_what_they_promise();
  values_tell_slopes_where_they_should();
  for (gap = 0; gap <= 3; gap += 3) {
    loops_are_single_values(OR_FLOAT32);
    loops_are_single_values(OR_FLOAT64);
    the_way_back_multiplies_by_the_slope(OR_FLOAT32);
    the_way_back_multiplies_by_the_slope(OR_FLOAT64);
  }
  return check_report();
}
