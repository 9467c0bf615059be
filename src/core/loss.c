/* loss.c: losses and their gradients (loss.h). */
#include "loss.h"

#include <math.h>

#include "kernels.h"

static or_norm norm_from(double value, int64_t exponent) {
  if (value == 0 || !isfinite(value))
    return (or_norm){value, 0};
  int e = ilogb(value);
  return (or_norm){ldexp(value, -e), exponent + e};
}

/* --- squared error ------------------------------------------------------ */

typedef struct factors {
  double value, gradient; /* value * sum of squares, gradient * difference */
} factors;

static factors factors_of(or_reduction reduction, const or_matrix *pred) {
  double count = (double)or_matrix_count(pred);
  switch (reduction) {
  case OR_MEAN:
    return (factors){1 / count, 2 / count};
  case OR_SUM:
    return (factors){1, 2};
  default:
    return (factors){0.5 / pred->cols, 1.0 / pred->cols};
  }
}

or_status or_mse(const or_matrix *pred, const or_matrix *target,
                 or_reduction reduction, or_norm *value, or_matrix *gradient) {
  if (pred->precision != target->precision)
    return OR_PRECISION;
  if (!or_matrix_same_shape(pred, target))
    return OR_SHAPE;
  if (or_matrix_is_empty(pred))
    return OR_EMPTY;
  or_status status = or_matrix_add(1, pred, -1, target, gradient);
  if (status != OR_OK)
    return status;
  factors f = factors_of(reduction, pred);
  or_norm r = or_matrix_frobenius(gradient);
  *value = norm_from(f.value * r.value * r.value, 2 * r.exponent);
  or_matrix_scale(f.gradient, gradient, gradient);
  return OR_OK;
}

/* --- cross-entropy ------------------------------------------------------ */

/* One sample's target: a label, or a column of probabilities. */
typedef struct target_column {
  int label; /* used where probabilities is NULL */
  const or_matrix *probabilities;
  int column;
} target_column;

static double target_at(const target_column *t, int i) {
  if (!t->probabilities)
    return i == t->label;
  return or_kernels(t->probabilities->precision)
      ->get(t->probabilities, i, t->column);
}

/* One column: gradient = (softmax - target)/b, returns -sum t log softmax in
   stored units times 2^-k. scale = 2^exponent as a double, or Inf: then
   softmax has collapsed onto the largest logits. */
static double column_loss(const or_matrix *z, int j, double scale,
                          const target_column *t, or_matrix *dz) {
  const or_kernels_table *k = or_kernels(z->precision);
  double top = -INFINITY, total = 0, loss = 0;
  for (int i = 0; i < z->rows; i++)
    top = fmax(top, k->get(z, i, j));
  for (int i = 0; i < z->rows; i++) {
    double d = k->get(z, i, j) - top;
    total += d == 0 ? 1 : exp(d * scale);
  }
  double log_total = log(total) / scale;
  for (int i = 0; i < z->rows; i++) {
    double d = k->get(z, i, j) - top, target = target_at(t, i);
    double p = (d == 0 ? 1 : exp(d * scale)) / total;
    k->set(dz, i, j, (p - target) / z->cols);
    if (target != 0)
      loss += target * (log_total - d);
  }
  return loss;
}

static bool has_nan(const or_matrix *m) {
  return isnan(or_kernels(m->precision)->max_abs(m));
}

static or_status cross_entropy(const or_matrix *logits, const int *labels,
                               const or_matrix *target, or_norm *value,
                               or_matrix *gradient) {
  if (or_matrix_is_empty(logits))
    return OR_EMPTY;
  double e = (double)logits->exponent;
  double scale = e > 1023 ? INFINITY : e < -1022 ? 0x1p-1022 : ldexp(1, (int)e);
  double total = has_nan(logits) ? NAN : 0;
  gradient->exponent = 0;
  for (int j = 0; j < logits->cols; j++) {
    target_column t = {labels ? labels[j] : 0, target, j};
    total += column_loss(logits, j, scale, &t, gradient);
  }
  int64_t k = e > 1023 ? logits->exponent : ilogb(scale);
  *value = norm_from(total / logits->cols, k);
  return OR_OK;
}

or_status or_cross_entropy(const or_matrix *logits, const int *labels,
                           or_norm *value, or_matrix *gradient) {
  return cross_entropy(logits, labels, NULL, value, gradient);
}

or_status or_cross_entropy_targets(const or_matrix *logits,
                                   const or_matrix *target, or_norm *value,
                                   or_matrix *gradient) {
  if (target->precision != logits->precision)
    return OR_PRECISION;
  if (!or_matrix_same_shape(logits, target))
    return OR_SHAPE;
  return cross_entropy(logits, NULL, target, value, gradient);
}

/* --- accuracy ----------------------------------------------------------- */

/* The first row of the largest element of column j; -1 if one is NaN. */
static int largest_row(const or_matrix *m, int j) {
  const or_kernels_table *k = or_kernels(m->precision);
  int best = 0;
  for (int i = 0; i < m->rows; i++) {
    double v = k->get(m, i, j);
    if (isnan(v))
      return -1;
    if (v > k->get(m, best, j))
      best = i;
  }
  return best;
}

int or_correct(const or_matrix *logits, const int *labels,
               const or_matrix *target) {
  int right = 0;
  for (int j = 0; j < logits->cols; j++) {
    int wanted = target ? largest_row(target, j) : labels[j];
    right += wanted >= 0 && largest_row(logits, j) == wanted;
  }
  return right;
}
