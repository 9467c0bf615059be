/* quadrature_test.c: Gaussian expectations against closed forms. Golden
   numbers and other activations are in tests/core/activation_spec.lua. */
#include "../../src/core/quadrature.h"

#include <math.h>

#include "check.h"

static const double pi = 3.14159265358979324;

static or_activation named(const char *name) {
  or_activation phi = {OR_ACT_linear, 0, NULL};
  CHECK(or_activation_find(name, &phi));
  return phi;
}

static int near(double got, double wanted, double relative) {
  return fabs(got - wanted) <= relative * fmax(fabs(wanted), 1e-30);
}

static void powers_of_a_line_are_gaussian_moments(void) {
  const double moments[] = {1, 0, 1, 0, 3, 0, 15};
  for (int n = 0; n <= 6; n++) {
    double got = or_gaussian_mean(named("linear"), n, 3, 0, 1.7);
    CHECK(fabs(got - moments[n] * pow(1.7, 0.5 * n)) < 1e-12);
    CHECK(fabs(or_gaussian_mean(named("linear"), 0, 1, n, 1.7) - moments[n]) <
          1e-13);
  }
}

static void relu_is_half_a_line(void) {
  for (double q = 1e-8; q < 1e9; q *= 1000) {
    or_activation relu = named("relu");
    CHECK(near(or_gaussian_moment(relu, false, 2, q), q / 2, 1e-13));
    CHECK(near(or_gaussian_moment(relu, true, 2, q), 0.5, 1e-13));
    CHECK(
        near(or_gaussian_moment(relu, false, 1, q), sqrt(q / (2 * pi)), 1e-13));
    CHECK(near(or_gaussian_mean(relu, 1, 1, 1, q), 0.5 * sqrt(q), 1e-13));
  }
}

/* Cho, Saul 2009 */
static void joint_means_of_relu_are_arccosines(void) {
  for (double c = -1; c <= 1; c += 0.125) {
    double angle = acos(c), q = 2.5;
    or_activation relu = named("relu");
    CHECK(fabs(or_gaussian_joint(relu, false, q, c) -
               q * (sin(angle) + (pi - angle) * c) / (2 * pi)) < 1e-12);
    CHECK(fabs(or_gaussian_joint(relu, true, q, c) - (pi - angle) / (2 * pi)) <
          1e-12);
  }
}

/* Williams 1997 */
static void joint_means_of_erf_are_arcsines(void) {
  for (double c = -1; c <= 1; c += 0.25)
    for (double q = 0.01; q < 300; q *= 10) {
      double wanted = 2 / pi * asin(2 * q * c / (1 + 2 * q));
      double got = or_gaussian_joint(named("erf"), false, q, c);
      CHECK(fabs(got - wanted) < 1e-12);
    }
}

static void ends_are_those_of_one_variable(void) {
  for (int k = 0; k < OR_ACTIVATION_COUNT; k++) {
    or_activation phi = named(or_activation_name((or_activation_kind)k));
    double q = 1.3, mean = or_gaussian_moment(phi, false, 1, q);
    double square = or_gaussian_moment(phi, false, 2, q);
    double slopes = or_gaussian_moment(phi, true, 2, q);
    CHECK(near(or_gaussian_joint(phi, false, q, 1), square, 1e-11));
    CHECK(fabs(or_gaussian_joint(phi, false, q, 0) - mean * mean) < 1e-12);
    CHECK(near(or_gaussian_joint(phi, true, q, 1), slopes, 1e-11));
    CHECK(near(or_gaussian_joint_energy(phi, 1, q, 0), square * slopes, 1e-10));
    CHECK(near(or_gaussian_mean(phi, 2, 0, 0, q), square, 1e-13));
    CHECK(near(or_gain(phi) * or_gain(phi),
               1 / or_gaussian_moment(phi, false, 2, 1), 1e-13));
  }
}

static void at_no_variance_means_are_limits(void) {
  for (int k = 0; k < OR_ACTIVATION_COUNT; k++) {
    or_activation phi = named(or_activation_name((or_activation_kind)k));
    or_activation_shape s = or_activation_shape_of(phi);
    double below = s.slope_below, above = s.slope_above;
    CHECK(near(or_gaussian_moment(phi, true, 2, 0),
               0.5 * (below * below + above * above), 1e-13));
    CHECK(fabs(or_gaussian_moment(phi, false, 2, 0) - s.at_zero * s.at_zero) <
          1e-15);
  }
}

/* psi(n/2) + ln 2 and psi'(n/2) for n = 64, by mpmath */
static void energies_of_a_line_are_log_chi_squared(void) {
  for (int slope = 0; slope < 2; slope++) {
    double mean, variance;
    or_log_energy(named("linear"), slope, 64, 1, &mean, &variance);
    CHECK(near(mean, 3.4500295305349872 + log(2), 1e-9));
    CHECK(near(variance, 0.031743366520302090, 1e-6));
    or_log_energy(named("linear"), slope, 64, exp(2), &mean, &variance);
    CHECK(near(mean, 3.4500295305349872 + log(2) + (slope ? 0 : 2), 1e-9));
  }
}

int main(void) {
  powers_of_a_line_are_gaussian_moments();
  relu_is_half_a_line();
  joint_means_of_relu_are_arccosines();
  joint_means_of_erf_are_arcsines();
  ends_are_those_of_one_variable();
  at_no_variance_means_are_limits();
  energies_of_a_line_are_log_chi_squared();
  return check_report();
}
