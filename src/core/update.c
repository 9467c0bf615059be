/* update.c: the loops of the optimizers' steps (optim.h). A template: compiled
   once for each precision. Factors are rounded to the precision once, before
   the loop, as PyTorch rounds its scalars. */
#include "update.h"

#include <math.h>

#include "chunks.h"
#include "clones.h"
#include "parallel.h"
#include "real.h"

/* What an update needs, and how its loop is shared out. Columns begin at these
   places in g, the states and w; a state that a rule has not is NULL. */
typedef struct update {
  void (*run)(const struct update *u, size_t at, size_t n);
  const void *factors;
  const real *g;
  real *first, *second, *w;
  or_chunks chunks;
} update;

static void run_chunk(void *context, int i) {
  const update *u = context;
  size_t at, n = or_chunk(&u->chunks, i, &at);
  u->run(u, at, n);
}

static bool packed(const or_matrix *m) { return !m || or_matrix_is_packed(m); }

static real *column(const or_matrix *m, int j) {
  return m ? COLUMN(m, j) : NULL;
}

/* Runs u over all elements: as one column where they lie side by side, as
   those of parameters, gradients and states do. */
static void over_columns(update *u, const or_matrix *g, const or_matrix *first,
                         const or_matrix *second, or_matrix *w) {
  bool whole = packed(g) && packed(first) && packed(second) && packed(w);
  u->chunks = or_chunks_of(whole ? or_matrix_count(w) : (size_t)w->rows);
  for (int j = 0; j < (whole ? 1 : w->cols); j++) {
    u->g = COLUMN(g, j);
    u->first = column(first, j);
    u->second = column(second, j);
    u->w = COLUMN(w, j);
    or_parallel(u->chunks.number, run_chunk, u);
  }
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

typedef struct sgd_factors {
  real lr, decay, scale, keep, look, own;
} sgd_factors;

static void run_sgd(const update *u, size_t at, size_t n) {
  const sgd_factors *f = u->factors;
  if (u->first)
    momentum_column(f->lr, f->decay, f->scale, f->keep, f->look, f->own,
                    u->g + at, u->first + at, u->w + at, n);
  else
    sgd_column(f->lr, f->decay, f->scale, u->g + at, u->w + at, n);
}

void R(or_sgd_update)(const or_sgd *rule, bool first, double scale,
                      const or_matrix *g, or_matrix *velocity, or_matrix *w) {
  real mu = (real)rule->momentum;
  sgd_factors f = {.lr = (real)rule->lr,
                   .decay = (real)rule->weight_decay,
                   .scale = (real)scale,
                   .keep = first ? 0 : mu,
                   .look = rule->nesterov ? mu : 1,
                   .own = rule->nesterov};
  update u = {.run = run_sgd, .factors = &f};
  over_columns(&u, g, velocity, NULL, w);
}

/* --- adam --------------------------------------------------------------- */

typedef struct adam_factors {
  real scale, shrink, decay, beta1, beta2, keep1, keep2, step, root, eps;
} adam_factors;

static adam_factors factors_of(const or_adam *rule, int64_t t, double scale) {
  double c1 = 1 - pow(rule->beta1, (double)t);
  double c2 = 1 - pow(rule->beta2, (double)t);
  double shrink = rule->decoupled ? 1 - rule->lr * rule->weight_decay : 1;
  return (adam_factors){(real)scale,
                        (real)shrink,
                        (real)(rule->decoupled ? 0 : rule->weight_decay),
                        (real)rule->beta1,
                        (real)rule->beta2,
                        (real)(1 - rule->beta1),
                        (real)(1 - rule->beta2),
                        (real)(rule->lr / c1),
                        (real)sqrt(c2),
                        (real)rule->eps};
}

CLONES static void adam_column(adam_factors f, const real *restrict g,
                               real *restrict m, real *restrict v,
                               real *restrict w, size_t n) {
  for (size_t i = 0; i < n; i++) {
    real x = f.shrink * w[i];
    real d = f.scale * g[i] + f.decay * x;
    m[i] = f.beta1 * m[i] + f.keep1 * d;
    v[i] = f.beta2 * v[i] + f.keep2 * d * d;
    real below = (OR_BITS == 32 ? sqrtf((float)v[i]) : sqrt(v[i])) / f.root;
    w[i] = x - f.step * m[i] / (below + f.eps);
  }
}

static void run_adam(const update *u, size_t at, size_t n) {
  const adam_factors *f = u->factors;
  adam_column(*f, u->g + at, u->first + at, u->second + at, u->w + at, n);
}

void R(or_adam_update)(const or_adam *rule, int64_t t, double scale,
                       const or_matrix *g, or_matrix *m, or_matrix *v,
                       or_matrix *w) {
  adam_factors f = factors_of(rule, t, scale);
  update u = {.run = run_adam, .factors = &f};
  over_columns(&u, g, m, v, w);
}
