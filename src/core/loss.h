/* loss.h: losses, each with its gradient. Predictions are classes (or
   outputs) x batch, one sample per column. Values come as or_norm (value *
   2^exponent), since the loss of an exploding network fits no double. */
#ifndef OR_LOSS_H
#define OR_LOSS_H

#include "matrix.h"
#include "norm.h"

typedef enum or_reduction {
  OR_MEAN, /* over all elements, as PyTorch */
  OR_SUM,
  OR_HALF /* sum / (2 batch) */
} or_reduction;

/* Squared error, reduced; gradient (same shape as pred) = dvalue/dpred. */
or_status or_mse(const or_matrix *pred, const or_matrix *target,
                 or_reduction reduction, or_norm *value, or_matrix *gradient);

/* Mean over the batch of -log softmax(logits)[label]; labels are 0-based and
   have been checked to lie in 0..rows-1. */
or_status or_cross_entropy(const or_matrix *logits, const int *labels,
                           or_norm *value, or_matrix *gradient);
/* The same against probabilities: columns of target sum to 1 (one-hot). */
or_status or_cross_entropy_targets(const or_matrix *logits,
                                   const or_matrix *target, or_norm *value,
                                   or_matrix *gradient);

/* The same by what is compared with what, for training. */
typedef enum or_loss_kind { /* first the squared errors, as or_reduction */
                            OR_LOSS_MSE,
                            OR_LOSS_MSE_SUM,
                            OR_LOSS_MSE_HALF,
                            OR_LOSS_CROSS_ENTROPY
} or_loss_kind;
typedef struct or_target {
  or_loss_kind kind;
  const or_matrix *matrix; /* NULL where there are */
  const int *labels;
} or_target;
/* pred has columns first, first + 1, ... of a batch of so many: their part of
   the loss, their columns of its gradient, and how many of them are right (-1:
   the loss knows no classes). */
or_status or_loss(const or_target *target, int first, int batch,
                  const or_matrix *pred, or_norm *value, or_matrix *gradient,
                  int *correct);

/* How the gradient changes as pred moves along `along`, of its shape and
   precision: the loss's Hessian times it. `product` is like both. */
void or_mse_product(const or_matrix *along, or_reduction reduction,
                    or_matrix *product);
/* The same of both cross-entropies: their Hessian knows no targets. */
or_status or_cross_entropy_product(const or_matrix *logits,
                                   const or_matrix *along, or_matrix *product);

/* How many columns have their largest logit in the right row: labels[j], or
   where target is not NULL the row of its largest. Of equal logits the first
   counts; a column with NaN is wrong. */
int or_correct(const or_matrix *logits, const int *labels,
               const or_matrix *target);

#endif
