/* update.h: the optimizers' loops, for each precision (update.c). `scale`
   multiplies g; shapes and precisions agree, exponents are 0. */
#ifndef OR_UPDATE_H
#define OR_UPDATE_H

#include "optim.h"

void or_sgd_update_f32(const or_sgd *rule, bool first, double scale,
                       const or_matrix *g, or_matrix *velocity, or_matrix *w);
void or_sgd_update_f64(const or_sgd *rule, bool first, double scale,
                       const or_matrix *g, or_matrix *velocity, or_matrix *w);
void or_adam_update_f32(const or_adam *rule, int64_t t, double scale,
                        const or_matrix *g, or_matrix *m, or_matrix *v,
                        or_matrix *w);
void or_adam_update_f64(const or_adam *rule, int64_t t, double scale,
                        const or_matrix *g, or_matrix *m, or_matrix *v,
                        or_matrix *w);

#endif
