/* update.c: the loops of the optimizers' steps (optim.h). A template: compiled
   once for each precision. Factors are rounded to the precision once, before
   the loop, as PyTorch rounds its scalars. */
#include "update.h"

#include <math.h>

#include "clones.h"
#include "real.h"

/* A parameter's elements as columns: all in one where they lie side by side,
   as those of parameters, gradients and states do. */
typedef struct span {
  size_t length;
  int columns;
} span;

static bool packed(const or_matrix *m) { return !m || m->ld == m->rows; }

static span span_of(const or_matrix *a, const or_matrix *b, const or_matrix *c,
                    const or_matrix *d) {
  if (packed(a) && packed(b) && packed(c) && packed(d))
    return (span){or_matrix_count(a), or_matrix_count(a) > 0};
  return (span){(size_t)a->rows, a->cols};
}

/* --- sgd ---------------------------------------------------------------- */

CLONES static void sgd_column(real lr, real decay, real scale,
                              const real *restrict g, real *restrict w,
                              size_t n) {
  for (size_t i = 0; i < n; i++)
    w[i] -= lr * (scale * g[i] + decay * w[i]);
}

/* keep is momentum, or 0 at the first step; look, how much of the velocity is
   added to the gradient (Nesterov); own, how much of the gradient itself. */
CLONES static void momentum_column(real lr, real decay, real scale, real keep,
                                   real look, real own, const real *restrict g,
                                   real *restrict velocity, real *restrict w,
                                   size_t n) {
  for (size_t i = 0; i < n; i++) {
    real d = scale * g[i] + decay * w[i];
    real v = keep * velocity[i] + d;
    velocity[i] = v;
    w[i] -= lr * (own * d + look * v);
  }
}

void R(or_sgd_update)(const or_sgd *rule, bool first, double scale,
                      const or_matrix *g, or_matrix *velocity, or_matrix *w) {
  real lr = (real)rule->lr, decay = (real)rule->weight_decay;
  real mu = (real)rule->momentum, factor = (real)scale;
  span s = span_of(w, g, velocity, NULL);
  for (int j = 0; j < s.columns; j++)
    if (velocity)
      momentum_column(lr, decay, factor, first ? 0 : mu,
                      rule->nesterov ? mu : 1, rule->nesterov, COLUMN(g, j),
                      COLUMN(velocity, j), COLUMN(w, j), s.length);
    else
      sgd_column(lr, decay, factor, COLUMN(g, j), COLUMN(w, j), s.length);
}

/* --- adam --------------------------------------------------------------- */

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

CLONES static void adam_column(adam_factors f, real scale,
                               const real *restrict g, real *restrict m,
                               real *restrict v, real *restrict w, size_t n) {
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
  span s = span_of(w, g, m, v);
  for (int j = 0; j < s.columns; j++)
    adam_column(f, (real)scale, COLUMN(g, j), COLUMN(m, j), COLUMN(v, j),
                COLUMN(w, j), s.length);
}
