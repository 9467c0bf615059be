/* update.c: the loops of the optimizers' steps (optim.h). A template: compiled
   once for each precision. Factors are rounded to the precision once, before
   the loop, as PyTorch rounds its scalars. */
#include "update.h"

#include <math.h>

#include "real.h"

static size_t rows_of(const or_matrix *m) { return (size_t)m->rows; }

static void sgd_column(const or_sgd *rule, bool first, real scale,
                       const real *restrict g, real *restrict velocity,
                       real *restrict w, size_t n) {
  real lr = (real)rule->lr, mu = (real)rule->momentum;
  real decay = (real)rule->weight_decay;
  for (size_t i = 0; i < n; i++) {
    real d = scale * g[i] + decay * w[i];
    if (velocity) {
      velocity[i] = first ? d : mu * velocity[i] + d;
      d = rule->nesterov ? d + mu * velocity[i] : velocity[i];
    }
    w[i] -= lr * d;
  }
}

void R(or_sgd_update)(const or_sgd *rule, bool first, double scale,
                      const or_matrix *g, or_matrix *velocity, or_matrix *w) {
  for (int j = 0; j < w->cols; j++)
    sgd_column(rule, first, (real)scale, COLUMN(g, j),
               velocity ? COLUMN(velocity, j) : NULL, COLUMN(w, j), rows_of(w));
}

typedef struct adam_factors {
  real shrink, decay, beta1, beta2, keep1, keep2, step, root, eps;
} adam_factors;

static adam_factors factors_of(const or_adam *rule, int64_t t) {
  double c1 = 1 - pow(rule->beta1, (double)t);
  double c2 = 1 - pow(rule->beta2, (double)t);
  double shrink = rule->decoupled ? 1 - rule->lr * rule->weight_decay : 1;
  return (adam_factors){(real)shrink,
                        (real)(rule->decoupled ? 0 : rule->weight_decay),
                        (real)rule->beta1,
                        (real)rule->beta2,
                        (real)(1 - rule->beta1),
                        (real)(1 - rule->beta2),
                        (real)(rule->lr / c1),
                        (real)sqrt(c2),
                        (real)rule->eps};
}

static void adam_column(adam_factors f, real scale, const real *restrict g,
                        real *restrict m, real *restrict v, real *restrict w,
                        size_t n) {
  for (size_t i = 0; i < n; i++) {
    real x = f.shrink * w[i];
    real d = scale * g[i] + f.decay * x;
    m[i] = f.beta1 * m[i] + f.keep1 * d;
    v[i] = f.beta2 * v[i] + f.keep2 * d * d;
    real below = (OR_BITS == 32 ? sqrtf((float)v[i]) : sqrt(v[i])) / f.root;
    w[i] = x - f.step * m[i] / (below + f.eps);
  }
}

void R(or_adam_update)(const or_adam *rule, int64_t t, double scale,
                       const or_matrix *g, or_matrix *m, or_matrix *v,
                       or_matrix *w) {
  adam_factors f = factors_of(rule, t);
  for (int j = 0; j < w->cols; j++)
    adam_column(f, (real)scale, COLUMN(g, j), COLUMN(m, j), COLUMN(v, j),
                COLUMN(w, j), rows_of(w));
}
