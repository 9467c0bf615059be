/* loss_test.c: losses by their definitions in long double, their gradients by
   finite differences, logits that no exponential survives, and accuracy; the
   loops over logits (softmax.c) with them. */
#include "../../src/core/loss.h"

#include <float.h>

#include "matrices.h"

enum { CLASSES = 5, BATCH = 7 };

static const int labels[BATCH] = {4, 0, 2, 2, 1, 3, 0};

/* --- squared error -------------------------------------------------------*/

static void squared_errors_are_reduced(or_precision p) {
  or_matrix x = random_matrix(CLASSES, BATCH, p, 1), g = copy_of(&x);
  or_matrix y = random_matrix(CLASSES, BATCH, p, 2);
  const or_reduction kinds[] = {OR_MEAN, OR_SUM, OR_HALF};
  const double over[] = {CLASSES * BATCH, 1, 2 * BATCH};
  long double sum = 0;
  for (int j = 0; j < BATCH; j++)
    for (int i = 0; i < CLASSES; i++)
      sum += powl((long double)at(&x, i, j) - at(&y, i, j), 2);
  for (int k = 0; k < 3; k++) {
    or_norm value;
    CHECK(or_mse(&x, &y, kinds[k], &value, &g) == OR_OK);
    double wanted = (double)sum / over[k], eps = or_precision_eps(p);
    CHECK(fabs(or_norm_value(value) - wanted) < 40 * eps * wanted);
    for (int j = 0; j < BATCH; j++)
      for (int i = 0; i < CLASSES; i++)
        CHECK(fabs(value_at(&g, i, j) -
                   2 * (at(&x, i, j) - at(&y, i, j)) / over[k]) < 20 * eps);
  }
  CHECK(padding_is_intact(&g));
}

static void an_exploded_output_has_a_loss(or_precision p) {
  or_matrix x = random_matrix(CLASSES, BATCH, p, 1), g = copy_of(&x);
  or_matrix y = random_matrix(CLASSES, BATCH, p, 2);
  or_norm plain, far;
  or_matrix_fill(&y, 0);
  CHECK(or_mse(&x, &y, OR_SUM, &plain, &g) == OR_OK);
  x.exponent = 100000;
  CHECK(or_mse(&x, &y, OR_SUM, &far, &g) == OR_OK);
  CHECK(far.value == plain.value && far.exponent == plain.exponent + 200000);
  CHECK(or_norm_value(far) == INFINITY && isfinite(or_norm_log10(far)));
}

static void what_does_not_fit_is_refused(or_precision p) {
  or_matrix x = random_matrix(3, 2, p, 1), y = random_matrix(2, 3, p, 2);
  or_matrix other = new_matrix(3, 2, p == OR_FLOAT32 ? OR_FLOAT64 : OR_FLOAT32);
  or_matrix none = new_matrix(3, 0, p), g = copy_of(&x);
  or_norm value;
  CHECK(or_mse(&x, &y, OR_MEAN, &value, &g) == OR_SHAPE);
  CHECK(or_mse(&x, &other, OR_MEAN, &value, &g) == OR_PRECISION);
  CHECK(or_mse(&none, &none, OR_MEAN, &value, &none) == OR_EMPTY);
  CHECK(or_cross_entropy_targets(&x, &y, &value, &g) == OR_SHAPE);
  CHECK(or_cross_entropy_targets(&x, &other, &value, &g) == OR_PRECISION);
  CHECK(or_cross_entropy(&none, NULL, &value, &none) == OR_EMPTY);
}

/* --- cross-entropy -------------------------------------------------------*/

static or_matrix one_hot(or_precision p) {
  or_matrix t = new_matrix(CLASSES, BATCH, p);
  or_matrix_fill(&t, 0);
  for (int j = 0; j < BATCH; j++)
    put(&t, labels[j], j, 1);
  return t;
}

static double cross_entropy_of(const or_matrix *z) {
  long double total = 0;
  for (int j = 0; j < BATCH; j++) {
    long double sum = 0;
    for (int i = 0; i < CLASSES; i++)
      sum += expl((long double)at(z, i, j));
    total += logl(sum) - at(z, labels[j], j);
  }
  return (double)(total / BATCH);
}

static void cross_entropy_is_its_definition(or_precision p) {
  or_matrix z = random_matrix(CLASSES, BATCH, p, 3), g = copy_of(&z);
  or_matrix t = one_hot(p), g2 = copy_of(&z);
  or_norm value, again;
  double eps = or_precision_eps(p), wanted = cross_entropy_of(&z);
  CHECK(or_cross_entropy(&z, labels, &value, &g) == OR_OK);
  CHECK(fabs(or_norm_value(value) - wanted) < 20 * eps * wanted);
  CHECK(or_cross_entropy_targets(&z, &t, &again, &g2) == OR_OK);
  CHECK(fabs(or_norm_value(again) - wanted) < 20 * eps * wanted);
  CHECK(difference(&g, &g2) < 4 * eps);
  for (int j = 0; j < BATCH; j++) {
    double sum = 0;
    for (int i = 0; i < CLASSES; i++)
      sum += at(&g, i, j);
    CHECK(fabs(sum) < 4 * eps);
  }
  CHECK(padding_is_intact(&g));
}

static void its_gradient_is_that_of_differences(void) {
  const double h = 1e-5;
  or_matrix z = random_matrix(CLASSES, BATCH, OR_FLOAT64, 4), g = copy_of(&z);
  or_norm value;
  CHECK(or_cross_entropy(&z, labels, &value, &g) == OR_OK);
  for (int j = 0; j < BATCH; j++)
    for (int i = 0; i < CLASSES; i++) {
      double x = at(&z, i, j);
      put(&z, i, j, x + h);
      double up = cross_entropy_of(&z);
      put(&z, i, j, x - h);
      double down = cross_entropy_of(&z);
      put(&z, i, j, x);
      CHECK(fabs((up - down) / (2 * h) - at(&g, i, j)) < 1e-10);
    }
}

/* By 2^e: exponentials overflow, softmax collapses onto the largest logit,
   and the loss is the distance to it. */
static void large_logits_collapse(or_precision p) {
  const int exponents[] = {12, 2000, 100000};
  for (int k = 0; k < 3; k++) {
    or_matrix z = random_matrix(CLASSES, BATCH, p, 5), g = copy_of(&z);
    or_norm value;
    double distance = 0;
    for (int j = 0; j < BATCH; j++) {
      double most = -INFINITY;
      for (int i = 0; i < CLASSES; i++)
        most = fmax(most, at(&z, i, j));
      distance += (most - at(&z, labels[j], j)) / BATCH;
    }
    z.exponent = exponents[k];
    CHECK(or_cross_entropy(&z, labels, &value, &g) == OR_OK);
    CHECK(fabs(or_norm_log10(value) - log10(distance) -
               exponents[k] * log10(2)) < 1e-3);
    for (int j = 0; j < BATCH; j++)
      for (int i = 0; i < CLASSES; i++) {
        double share = fabs(at(&g, i, j)) * BATCH;
        CHECK(k == 0 || fabs(share - round(share)) < 1e-6);
      }
  }
}

static void nan_logits_give_nan(or_precision p) {
  or_matrix z = random_matrix(CLASSES, BATCH, p, 6), g = copy_of(&z);
  or_norm value;
  put(&z, 1, 3, NAN);
  CHECK(or_cross_entropy(&z, labels, &value, &g) == OR_OK);
  CHECK(isnan(or_norm_value(value)) && isnan(at(&g, 1, 3)));
  CHECK(!isnan(at(&g, 1, 2)));
}

/* --- accuracy ------------------------------------------------------------*/

static void the_first_of_equal_logits_counts(or_precision p) {
  or_matrix z = new_matrix(3, 4, p);
  const int wanted[] = {0, 1, 2, 0};
  or_matrix_fill(&z, 0); /* column 0: all equal, the first is right */
  put(&z, 1, 1, 2);      /* column 1: right */
  put(&z, 0, 2, 3);      /* column 2: wrong */
  put(&z, 2, 3, NAN);    /* column 3: wrong, though 0 is first */
  CHECK(or_correct(&z, wanted, NULL) == 2);
  or_matrix t = new_matrix(3, 4, p);
  or_matrix_fill(&t, 0);
  for (int j = 0; j < 4; j++)
    put(&t, wanted[j], j, 1);
  CHECK(or_correct(&z, NULL, &t) == 2);
  put(&z, 0, 2, -INFINITY);
  put(&z, 2, 2, INFINITY);
  CHECK(or_correct(&z, wanted, NULL) == 3);
}

static void all(or_precision p) {
  forget_matrices();
  squared_errors_are_reduced(p);
  an_exploded_output_has_a_loss(p);
  what_does_not_fit_is_refused(p);
  cross_entropy_is_its_definition(p);
  large_logits_collapse(p);
  nan_logits_give_nan(p);
  the_first_of_equal_logits_counts(p);
}

int main(void) {
  for (gap = 0; gap <= 3; gap += 3) {
    all(OR_FLOAT32);
    all(OR_FLOAT64);
    its_gradient_is_that_of_differences();
  }
  return check_report();
}
