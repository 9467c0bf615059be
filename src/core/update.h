/* update.h: the optimizers' rules and their loops, for each precision
   (update.c). `scale` multiplies g; shapes and precisions agree, exponents
   are 0. */
#ifndef OR_UPDATE_H
#define OR_UPDATE_H

#include "matrix.h"

/* Stochastic gradient descent:
     d = g + weight_decay w
     velocity = d at the first step, else momentum velocity + d
     d = nesterov ? d + momentum velocity : velocity   (momentum != 0)
     w = w - lr d */
typedef struct or_sgd {
  double lr, momentum, weight_decay;
  bool nesterov;
} or_sgd;
void or_sgd_update_f32(const or_sgd *rule, bool first, double scale,
                       const or_matrix *g, or_matrix *velocity, or_matrix *w);
void or_sgd_update_f64(const or_sgd *rule, bool first, double scale,
                       const or_matrix *g, or_matrix *velocity, or_matrix *w);

/* Adam (Kingma, Ba 2015), and AdamW (Loshchilov, Hutter 2019) if decoupled:
     g = g + weight_decay w            (Adam)
     w = w - lr weight_decay w         (AdamW)
     m = beta1 m + (1 - beta1) g,  v = beta2 v + (1 - beta2) g^2
     w = w - lr/(1 - beta1^t) m / (sqrt(v/(1 - beta2^t)) + eps) */
typedef struct or_adam {
  double lr, beta1, beta2, eps, weight_decay;
  bool decoupled;
} or_adam;
void or_adam_update_f32(const or_adam *rule, int64_t t, double scale,
                        const or_matrix *g, or_matrix *m, or_matrix *v,
                        or_matrix *w);
void or_adam_update_f64(const or_adam *rule, int64_t t, double scale,
                        const or_matrix *g, or_matrix *m, or_matrix *v,
                        or_matrix *w);

#endif
