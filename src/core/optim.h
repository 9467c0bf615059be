/* optim.h: one step of each optimizer, in place, nothing allocated. w is a
   parameter, g its gradient (any exponent that folds), which counts `scale`
   times (1, or what clips it), the rest its state, of w's shape and precision,
   zeros before the first step. Denormals count as zero. The rules are
   PyTorch's, to the bit where its order of operations is documented. */
#ifndef OR_OPTIM_H
#define OR_OPTIM_H

#include "norm.h"
#include "update.h"

/* velocity may be NULL where momentum is 0. OR_RANGE where g does not fit
   w's precision; nothing is changed then. */
or_status or_sgd_step(const or_sgd *rule, bool first, double scale,
                      const or_matrix *g, or_matrix *velocity, or_matrix *w);

/* t counts steps from 1. */
or_status or_adam_step(const or_adam *rule, int64_t t, double scale,
                       const or_matrix *g, or_matrix *m, or_matrix *v,
                       or_matrix *w);

/* sqrt(a^2 + b^2) */
or_norm or_norm_hypot(or_norm a, or_norm b);
/* min(1, max_norm / (total + 1e-6)), PyTorch's clip_grad_norm_, as mantissa
   and exponent: total may be any size. */
or_norm or_clip_factor(or_norm total, double max_norm);
/* g = factor g */
void or_clip(or_norm factor, or_matrix *g);

#endif
