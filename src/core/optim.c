/* optim.c: steps of the optimizers, and clipping (optim.h). */
#include "optim.h"

#include <math.h>

#include "arithmetic.h"
#include "exponent.h"
#include "fpu.h"
#include "update.h"

/* scale, and the gradient's exponent as a factor of its elements, which is
   exact. An exponent too large for a factor has been folded, or does not fit.
 */
static or_status gradient_factor(double scale, const or_matrix *g,
                                 const or_matrix *w, double *factor) {
  int64_t e = g->exponent;
  int limit = or_precisions[w->precision].factor;
  *factor = scale;
  if (g->precision != w->precision)
    return OR_PRECISION;
  if (!or_matrix_same_shape(g, w))
    return OR_SHAPE;
  if (w->exponent != 0)
    return OR_RANGE;
  if (e == 0)
    return OR_OK;
  if (e > 0 && !or_matrix_fits(g, w->precision, 0))
    return OR_RANGE;
  *factor = e < -limit ? 0 : ldexp(scale, e > limit ? limit : (int)e);
  return e > limit ? OR_RANGE : OR_OK;
}

or_status or_sgd_step(const or_sgd *rule, bool first, double scale,
                      const or_matrix *g, or_matrix *velocity, or_matrix *w) {
  double factor;
  or_status status = gradient_factor(scale, g, w, &factor);
  if (status != OR_OK)
    return status;
  or_fpu_mode mode = or_flush_denormals();
  OR_FOR_PRECISION(w->precision, or_sgd_update)
  (rule, first, factor, g, velocity, w);
  or_fpu_restore(mode);
  return OR_OK;
}

or_status or_adam_step(const or_adam *rule, int64_t t, double scale,
                       const or_matrix *g, or_matrix *m, or_matrix *v,
                       or_matrix *w) {
  double factor;
  or_status status = gradient_factor(scale, g, w, &factor);
  if (status != OR_OK)
    return status;
  or_fpu_mode mode = or_flush_denormals();
  OR_FOR_PRECISION(w->precision, or_adam_update)(rule, t, factor, g, m, v, w);
  or_fpu_restore(mode);
  return OR_OK;
}

/* --- clipping ----------------------------------------------------------- */

or_norm or_norm_hypot(or_norm a, or_norm b) {
  if (a.value == 0 || (b.value != 0 && b.exponent > a.exponent)) {
    or_norm swap = a;
    a = b;
    b = swap;
  }
  a.value = hypot(a.value, or_shifted(b.value, b.exponent - a.exponent));
  return a;
}

or_norm or_clip_factor(or_norm total, double max_norm) {
  double plain = or_norm_value(total);
  if (isfinite(plain)) {
    double factor = max_norm / (plain + 1e-6);
    return (or_norm){factor < 1 ? factor : 1, 0};
  }
  return (or_norm){max_norm / total.value, -total.exponent};
}

void or_clip(or_norm factor, or_matrix *g) {
  g->exponent += factor.exponent;
  if (factor.value != 1)
    or_matrix_scale(factor.value, g, g);
  or_matrix_fold(g);
}
