/* loss.c: losses and their gradients (loss.h). */
#include "loss.h"

#include <math.h>

#include "arena.h"
#include "arithmetic.h"
#include "exponent.h"
#include "kernels.h"
#include "reduction.h"
#include "softmax.h"

/* --- squared error ------------------------------------------------------ */

typedef struct factors {
  double value, gradient; /* value * sum of squares, gradient * difference */
} factors;

/* Of so many outputs and samples. */
static factors factors_of(or_reduction reduction, int rows, int batch) {
  double count = (double)rows * batch;
  switch (reduction) {
  case OR_MEAN:
    return (factors){1 / count, 2 / count};
  case OR_SUM:
    return (factors){1, 2};
  default:
    return (factors){0.5 / batch, 1.0 / batch};
  }
}

static or_status squared(const or_matrix *pred, const or_matrix *target,
                         or_reduction reduction, int batch, or_norm *value,
                         or_matrix *gradient) {
  if (pred->precision != target->precision)
    return OR_PRECISION;
  if (!or_matrix_same_shape(pred, target))
    return OR_SHAPE;
  if (or_matrix_is_empty(pred))
    return OR_EMPTY;
  or_status status = or_matrix_add(1, pred, -1, target, gradient);
  if (status != OR_OK)
    return status;
  factors f = factors_of(reduction, pred->rows, batch);
  or_norm r = or_matrix_frobenius(gradient);
  *value = or_norm_of(f.value * r.value * r.value, 2 * r.exponent);
  or_matrix_scale(f.gradient, gradient, gradient);
  return OR_OK;
}

or_status or_mse(const or_matrix *pred, const or_matrix *target,
                 or_reduction reduction, or_norm *value, or_matrix *gradient) {
  return squared(pred, target, reduction, pred->cols, value, gradient);
}

void or_mse_product(const or_matrix *along, or_reduction reduction,
                    or_matrix *product) {
  factors f = factors_of(reduction, along->rows, along->cols);
  or_matrix_scale(f.gradient, along, product);
}

/* --- cross-entropy ------------------------------------------------------ */

/* Of labels, or where those are NULL of probabilities. */
typedef struct targets {
  const int *labels;
  const or_matrix *probabilities;
} targets;

/* What the targets are worth: sum of t d over all elements, without those
   whose t is 0 (d may be -Inf there) */
static double weighted(const or_matrix *t, const or_matrix *d) {
  const or_kernels_table *k = or_kernels(d->precision);
  double sum = 0;
  for (int j = 0; j < t->cols; j++)
    for (int i = 0; i < t->rows; i++)
      if (k->get(t, i, j) != 0)
        sum += k->get(t, i, j) * k->get(d, i, j);
  return sum;
}

/* Column j of dz, which holds exponentials, becomes (softmax - target)/b;
   returns log of their sum. */
static double finish_column(or_matrix *dz, int j, targets t, double b) {
  const or_kernels_table *k = or_kernels(dz->precision);
  double total = k->column_sum(dz, j);
  or_matrix column = or_matrix_block(dz, 0, j, dz->rows, 1);
  double at_label = t.labels ? k->get(&column, t.labels[j], 0) / total : 0;
  k->scale(1 / (total * b), &column, &column);
  if (t.labels) {
    k->set(&column, t.labels[j], 0, (at_label - 1) / b);
  } else {
    or_matrix target = or_matrix_block(t.probabilities, 0, j, dz->rows, 1);
    k->add(1, &column, -1 / b, &target, &column);
  }
  return log(total);
}

static bool has_nan(const or_matrix *m) {
  return isnan(or_kernels(m->precision)->max_abs(m));
}

/* 2^exponent as a double, or Inf: then softmax has collapsed onto the largest
   logits. */
static double scale_of(const or_matrix *logits) {
  double e = (double)logits->exponent;
  return e > 1023 ? INFINITY : e < -1022 ? 0x1p-1022 : ldexp(1, (int)e);
}

/* The sum over columns of -sum t log softmax, over the batch's size, in units
   of 2^exponent: both parts of it, sum t (top - z) and log sum exp(z - top),
   are never negative. */
static or_status cross_entropy(const or_matrix *logits, targets t, int batch,
                               or_norm *value, or_matrix *gradient) {
  if (or_matrix_is_empty(logits))
    return OR_EMPTY;
  or_precision p = logits->precision;
  double scale = scale_of(logits);
  gradient->exponent = 0;
  double distance =
      OR_FOR_PRECISION(p, or_below_largest)(logits, t.labels, gradient);
  if (t.probabilities)
    distance = weighted(t.probabilities, gradient);
  OR_FOR_PRECISION(p, or_exponentials)(scale, gradient);
  double total = has_nan(logits) ? NAN : -distance;
  for (int j = 0; j < logits->cols; j++)
    total += finish_column(gradient, j, t, batch) / scale;
  int64_t k = isinf(scale) ? logits->exponent : ilogb(scale);
  *value = or_norm_of(total / batch, k);
  return OR_OK;
}

or_status or_cross_entropy(const or_matrix *logits, const int *labels,
                           or_norm *value, or_matrix *gradient) {
  return cross_entropy(logits, (targets){labels, NULL}, logits->cols, value,
                       gradient);
}

or_status or_cross_entropy_targets(const or_matrix *logits,
                                   const or_matrix *target, or_norm *value,
                                   or_matrix *gradient) {
  if (target->precision != logits->precision)
    return OR_PRECISION;
  if (!or_matrix_same_shape(logits, target))
    return OR_SHAPE;
  return cross_entropy(logits, (targets){NULL, target}, logits->cols, value,
                       gradient);
}

/* The logit that others are compared with: what is small beside it stays exact.
   A column with NaN has none, and becomes NaN anyway. */
static int compared(const or_matrix *logits, int j) {
  int row = OR_FOR_PRECISION(logits->precision, or_largest_row)(logits, j);
  return row < 0 ? 0 : row;
}

/* Column j of e, which holds exponentials, becomes p .* (d - p'd)/b: p is
   softmax, d along less its element at `top`. */
static void product_column(or_matrix *e, const or_matrix *along, int top,
                           int j) {
  const or_kernels_table *k = or_kernels(e->precision);
  double total = k->column_sum(e, j), mean = 0, b = e->cols;
  double zero = k->get(along, top, j);
  for (int i = 0; i < e->rows; i++)
    mean += k->get(e, i, j) / total * (k->get(along, i, j) - zero);
  for (int i = 0; i < e->rows; i++) {
    double d = k->get(along, i, j) - zero - mean;
    k->set(e, i, j, k->get(e, i, j) / total * d / b);
  }
}

or_status or_cross_entropy_product(const or_matrix *logits,
                                   const or_matrix *along, or_matrix *product) {
  if (or_matrix_is_empty(logits))
    return OR_EMPTY;
  or_precision p = logits->precision;
  OR_FOR_PRECISION(p, or_below_largest)(logits, NULL, product);
  OR_FOR_PRECISION(p, or_exponentials)(scale_of(logits), product);
  for (int j = 0; j < logits->cols; j++)
    product_column(product, along, compared(logits, j), j);
  product->exponent = along->exponent;
  or_matrix_keep_result(product);
  return OR_OK;
}

/* --- accuracy ----------------------------------------------------------- */

static int largest_row(const or_matrix *m, int j) {
  return OR_FOR_PRECISION(m->precision, or_largest_row)(m, j);
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

/* --- a part of a batch --------------------------------------------------- */

/* Columns of m that go with pred's. */
static or_matrix part_of(const or_matrix *m, int first, const or_matrix *pred) {
  return or_matrix_block(m, 0, first, m->rows, pred->cols);
}

static or_status classes_loss(const or_target *target, int first, int batch,
                              const or_matrix *pred, or_norm *value,
                              or_matrix *gradient, int *correct) {
  or_matrix part;
  targets t = {NULL, NULL};
  if (target->matrix) {
    part = part_of(target->matrix, first, pred);
    t.probabilities = &part;
  } else {
    t.labels = target->labels + first;
  }
  TRY(cross_entropy(pred, t, batch, value, gradient));
  *correct = or_correct(pred, t.labels, t.probabilities);
  return OR_OK;
}

or_status or_loss(const or_target *target, int first, int batch,
                  const or_matrix *pred, or_norm *value, or_matrix *gradient,
                  int *correct) {
  *correct = -1;
  const or_matrix *t = target->matrix;
  if (t && t->precision != pred->precision)
    return OR_PRECISION;
  if (t && (t->rows != pred->rows || t->cols != batch))
    return OR_SHAPE;
  if (target->kind == OR_LOSS_CROSS_ENTROPY)
    return classes_loss(target, first, batch, pred, value, gradient, correct);
  or_matrix part = part_of(t, first, pred);
  return squared(pred, &part, (or_reduction)target->kind, batch, value,
                 gradient);
}
