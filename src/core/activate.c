/* activate.c: phi, phi' and phi'' over the elements of a matrix. A template,
   compiled once for each precision. One function of x for each activation's
   value, one for its slope and one for its curvature; everything else here is
   the loop around them.

   Accuracy: a few units in the last place of the precision, no NaN and no
   overflow at huge or infinite x. Where one passes through zero away from the
   origin (gelu, silu) the error is relative to the terms that cancel. */
#include "activation.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "chunks.h"
#include "clones.h"
#include "parallel.h"
#include "real.h"

#if OR_BITS == 32
typedef int32_t bits;
#define MAGNITUDE INT32_MAX
#define C(name) name##f /* C's own name of a function: expf, tanhf */
#define FAR 16          /* exp(-FAR^2/2) and FAR*exp(-FAR*FAR/2) are 0 */
#define VERY_FAR 110    /* so is VERY_FAR*exp(-VERY_FAR) */
#define HALF_MASK 0xfffff000
#else
typedef int64_t bits;
#define MAGNITUDE INT64_MAX
#define C(name) name
#define FAR 40
#define VERY_FAR 800
#define HALF_MASK 0xfffffffff8000000
#endif
#include "error_function.h"

#if defined(__clang__) || !defined(__GNUC__)
#define IN_PLACE
#else /* element i reads element i alone: in place is fine */
#define IN_PLACE _Pragma("GCC ivdep")
#endif

static const real root_half = (real)0.70710678118654752440;
static const real selu_lambda = (real)1.0507009873554804934193349852946;
static const real selu_lambda_alpha = /* 1.67326324235437728... lambda */
    (real)1.7580993408473768599402175208123;

/* --- helpers, exact where it matters -------------------------------------*/

INLINE real clamp(real x, real low, real high) { /* NaN passes */
  x = x < low ? low : x;
  return x > high ? high : x;
}

INLINE real at_most_0(real x) { /* NaN passes */
  return x > 0 ? 0 : x;
}

/* exp(-scale x^2), |x| <= FAR, scale a power of 2: squaring a rounded half of
   x's digits is exact, so the exponential does not magnify its rounding. */
INLINE real gauss(real scale, real x) {
#if OR_BITS == 32
  uint32_t b;
#else
  uint64_t b;
#endif
  real high;
  memcpy(&b, &x, sizeof b);
  b &= HALF_MASK;
  memcpy(&high, &b, sizeof b);
  return exp_below(-scale * high * high) *
         exp_below(scale * (high - x) * (high + x));
}

/* --- phi -----------------------------------------------------------------*/

INLINE real linear_value(real x, real alpha) { return x; }

INLINE real relu_value(real x, real alpha) { return x <= 0 ? 0 : x; }

INLINE real leaky_relu_value(real x, real alpha) {
  return x <= 0 ? alpha * x : x;
}

INLINE real tanh_value(real x, real alpha) {
  return C(copysign)(tanh_of(C(fabs)(x)), x);
}

INLINE real sigmoid_value(real x, real alpha) {
  real e = exp_below(-C(fabs)(x));
  return (x < 0 ? e : 1) / (1 + e);
}

INLINE real erf_value(real x, real alpha) {
  real size = clamp(C(fabs)(x), 0, FAR);
  real far = 1 - scaled_erfc(size) * exp_below(-size * size);
  return C(copysign)(size < 1 ? small_erf(size) : far, x);
}

/* P(Z <= x), Z normal, |x| <= FAR; density is exp(-x^2/2). */
INLINE real normal_below(real x, real density) {
  real tail = (real)0.5 * scaled_erfc(root_half * C(fabs)(x)) * density;
  return x < 0 ? tail : 1 - tail;
}

INLINE real gelu_value(real x, real alpha) {
  real y = clamp(x, -FAR, FAR);
  return (x < 0 ? y : x) * normal_below(y, gauss((real)0.5, y));
}

INLINE real silu_value(real x, real alpha) {
  real y = x < -VERY_FAR ? -VERY_FAR : x;
  return y * sigmoid_value(y, 0);
}

INLINE real selu_value(real x, real alpha) {
  return x > 0 ? selu_lambda * x
               : selu_lambda_alpha * expm1_below(at_most_0(x));
}

INLINE real elu_value(real x, real alpha) {
  return x > 0 ? x : alpha * expm1_below(at_most_0(x));
}

INLINE real hard_tanh_value(real x, real alpha) { return clamp(x, -1, 1); }

INLINE real softplus_value(real x, real alpha) {
  return log1p_fraction(exp_below(-C(fabs)(x))) + (x <= 0 ? 0 : x);
}

/* --- phi'. At a kink: PyTorch's choice -----------------------------------*/

/* low where x <= 0, high where x > 0, NaN where x is */
INLINE real step(real x, real low, real high) {
  return x <= 0 ? low : x > 0 ? high : x;
}

INLINE real linear_slope(real x, real alpha) { return x == x ? 1 : x; }

INLINE real relu_slope(real x, real alpha) { return step(x, 0, 1); }

INLINE real leaky_relu_slope(real x, real alpha) { return step(x, alpha, 1); }

INLINE real sigmoid_slope(real x, real alpha) {
  real e = exp_below(-C(fabs)(x));
  return e / ((1 + e) * (1 + e));
}

INLINE real tanh_slope(real x, real alpha) { /* not 1 - tanh^2, which cancels */
  return 4 * sigmoid_slope(2 * x, 0);
}

INLINE real erf_slope(real x, real alpha) {
  return (real)1.1283791670955125739 * gauss(1, clamp(x, -FAR, FAR));
}

INLINE real gelu_slope(real x, real alpha) {
  real y = clamp(x, -FAR, FAR), density = gauss((real)0.5, y);
  return normal_below(y, density) + (real)0.39894228040143267794 * y * density;
}

INLINE real silu_slope(real x, real alpha) {
  real y = clamp(x, -VERY_FAR, VERY_FAR);
  return sigmoid_value(y, 0) + y * sigmoid_slope(y, 0);
}

INLINE real selu_slope(real x, real alpha) {
  return x > 0 ? selu_lambda : selu_lambda_alpha * exp_below(at_most_0(x));
}

INLINE real elu_slope(real x, real alpha) {
  return x > 0 ? 1 : alpha * exp_below(at_most_0(x));
}

INLINE real hard_tanh_slope(real x, real alpha) {
  real size = C(fabs)(x);
  return size < 1 ? 1 : size >= 1 ? 0 : x;
}

INLINE real softplus_slope(real x, real alpha) { return sigmoid_value(x, 0); }

/* --- phi''. At a kink: of the side that phi' is of ------------------------*/

INLINE real linear_bend(real x, real alpha) { return x == x ? 0 : x; }

INLINE real relu_bend(real x, real alpha) { return x == x ? 0 : x; }

INLINE real leaky_relu_bend(real x, real alpha) { return x == x ? 0 : x; }

INLINE real tanh_bend(real x, real alpha) {
  return -2 * tanh_value(x, 0) * tanh_slope(x, 0);
}

INLINE real sigmoid_bend(real x, real alpha) { /* not 1 - 2 sigmoid */
  return -tanh_value((real)0.5 * x, 0) * sigmoid_slope(x, 0);
}

INLINE real erf_bend(real x, real alpha) {
  return -2 * clamp(x, -FAR, FAR) * erf_slope(x, 0);
}

INLINE real gelu_bend(real x, real alpha) {
  real y = clamp(x, -FAR, FAR);
  return (real)0.39894228040143267794 * (2 - y * y) * gauss((real)0.5, y);
}

INLINE real silu_bend(real x, real alpha) {
  real y = clamp(x, -VERY_FAR, VERY_FAR);
  return 2 * sigmoid_slope(y, 0) + y * sigmoid_bend(y, 0);
}

INLINE real selu_bend(real x, real alpha) {
  return x > 0 ? 0 : selu_lambda_alpha * exp_below(at_most_0(x));
}

INLINE real elu_bend(real x, real alpha) {
  return x > 0 ? 0 : alpha * exp_below(at_most_0(x));
}

INLINE real hard_tanh_bend(real x, real alpha) { return x == x ? 0 : x; }

INLINE real softplus_bend(real x, real alpha) { return sigmoid_slope(x, 0); }

/* --- the loops -----------------------------------------------------------*/

typedef real (*pointwise)(real x, real alpha);

/* |x| as an integer: ordered as |x| is, with NaN above infinity, so that an
   integer maximum is the maximum asked for, and vectorises. */
INLINE bits magnitude(real x) {
  bits b;
  memcpy(&b, &x, sizeof b);
  return b & MAGNITUDE;
}

INLINE bits forward(pointwise phi, real alpha, const real *z, real *a,
                    size_t n) {
  bits top = 0;
  IN_PLACE
  for (size_t i = 0; i < n; i++) {
    real y = phi(z[i], alpha);
    bits m = magnitude(y);
    a[i] = y;
    top = m > top ? m : top;
  }
  return top;
}

INLINE bits backward(pointwise slope, real alpha, const real *z, const real *da,
                     real *dz, size_t n) {
  bits top = 0;
  IN_PLACE
  for (size_t i = 0; i < n; i++) {
    real y = da[i] * slope(z[i], alpha);
    bits m = magnitude(y);
    dz[i] = y;
    top = m > top ? m : top;
  }
  return top;
}

CLONES static bits values(or_activation phi, const real *z, real *a, size_t n) {
  real alpha = (real)phi.alpha;
  switch (phi.kind) {
#define X(name, ...)                                                           \
  case OR_ACT_##name:                                                          \
    return forward(name##_value, alpha, z, a, n);
    OR_ACTIVATION_TABLE(X)
#undef X
  default:
    return 0;
  }
}

CLONES static bits slopes(or_activation phi, const real *z, const real *da,
                          real *dz, size_t n) {
  real alpha = (real)phi.alpha;
  switch (phi.kind) {
#define X(name, ...)                                                           \
  case OR_ACT_##name:                                                          \
    return backward(name##_slope, alpha, z, da, dz, n);
    OR_ACTIVATION_TABLE(X)
#undef X
  default:
    return 0;
  }
}

CLONES static bits bends(or_activation phi, const real *z, const real *da,
                         real *dz, size_t n) {
  real alpha = (real)phi.alpha;
  switch (phi.kind) {
#define X(name, ...)                                                           \
  case OR_ACT_##name:                                                          \
    return backward(name##_bend, alpha, z, da, dz, n);
    OR_ACTIVATION_TABLE(X)
#undef X
  default:
    return 0;
  }
}

/* --- over matrices, in chunks that threads share -------------------------*/

/* Elements that lie side by side: dz = phi(z), da phi'(z) or da phi''(z). */
typedef struct stretch {
  or_activation phi;
  or_order order;
  const real *z, *da;
  real *dz;
  or_chunks chunks;
  bits tops[OR_MOST_CHUNKS];
} stretch;

static void run_chunk(void *context, int i) {
  stretch *s = context;
  size_t at, n = or_chunk(&s->chunks, i, &at);
  s->tops[i] = s->order == OR_VALUE ? values(s->phi, s->z + at, s->dz + at, n)
               : s->order == OR_SLOPE
                   ? slopes(s->phi, s->z + at, s->da + at, s->dz + at, n)
                   : bends(s->phi, s->z + at, s->da + at, s->dz + at, n);
}

static bits run_stretch(stretch *s) {
  bits top = 0;
  or_parallel(s->chunks.number, run_chunk, s);
  for (int i = 0; i < s->chunks.number; i++)
    top = s->tops[i] > top ? s->tops[i] : top;
  return top;
}

static double as_real(bits top) {
  real x;
  memcpy(&x, &top, sizeof x);
  return x;
}

/* One stretch where all matrices are contiguous, else one for each column. */
static double run(or_activation phi, or_order order, const or_matrix *z,
                  const or_matrix *da, or_matrix *dz) {
  bool whole = or_matrix_is_packed(z) && or_matrix_is_packed(dz) &&
               (!da || or_matrix_is_packed(da));
  stretch s; /* tops are not cleared: one number may be all there is */
  bits top = 0;
  s.phi = phi;
  s.order = order;
  s.chunks = or_chunks_of((size_t)z->rows * (size_t)(whole ? z->cols : 1));
  for (int j = 0; j < (whole ? 1 : z->cols); j++) {
    s.z = COLUMN(z, j);
    s.da = da ? COLUMN(da, j) : NULL;
    s.dz = COLUMN(dz, j);
    bits m = run_stretch(&s);
    top = m > top ? m : top;
  }
  return as_real(top);
}

double R(or_activate)(or_activation phi, const or_matrix *z, or_matrix *a) {
  return run(phi, OR_VALUE, z, NULL, a);
}

double R(or_activate_back)(or_activation phi, const or_matrix *z,
                           const or_matrix *da, or_matrix *dz) {
  return run(phi, OR_SLOPE, z, da, dz);
}

double R(or_activate_bend)(or_activation phi, const or_matrix *z,
                           const or_matrix *da, or_matrix *dz) {
  return run(phi, OR_CURVATURE, z, da, dz);
}
