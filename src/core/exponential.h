/* exponential.h: exp, expm1, log1p and tanh as straight-line arithmetic, so
   that a loop over them vectorises. For template files: include after real.h,
   with `bits` the integer type of real's size. Within 2 units in the last
   place; nothing here depends on how a loop is cut into vectors. */
#ifndef OR_EXPONENTIAL_H
#define OR_EXPONENTIAL_H

#include <string.h>

#include "clones.h"

#if OR_BITS == 32
#define OR_ROUND (real)12582912 /* 1.5 * 2^23: adding it rounds to integers */
#define OR_DIGITS 23
#define OR_BIAS 127
#define OR_LOWEST (real) - 87 /* exp of it is still a normal number */
#define OR_LN2_HIGH (real)0.693145751953125
#define OR_LN2_LOW (real)1.4286068203094172321e-6
#else
#define OR_ROUND (real)6755399441055744 /* 1.5 * 2^52 */
#define OR_DIGITS 52
#define OR_BIAS 1023
#define OR_LOWEST (real) - 708
#define OR_LN2_HIGH (real)0.6931471803691238164901733
#define OR_LN2_LOW (real)1.908214929270587816144266e-10
#endif

INLINE real pick_above(real x, real low) { /* NaN passes */
  return x < low ? low : x;
}

/* 2^n, where `rounded` is n + OR_ROUND: n stands in its last bits */
INLINE real power_of_two(real rounded) {
  bits b;
  real x;
  memcpy(&b, &rounded, sizeof b);
#if OR_BITS == 32
  b = (bits)((uint32_t)b << OR_DIGITS) + ((bits)OR_BIAS << OR_DIGITS);
#else
  b = (bits)((uint64_t)b << OR_DIGITS) + ((bits)OR_BIAS << OR_DIGITS);
#endif
  memcpy(&x, &b, sizeof x);
  return x;
}

/* exp(r) - 1 for |r| <= ln(2)/2, Taylor; the last term left out is below a
   quarter of a unit in the last place of exp(r). */
INLINE real small_expm1(real r) {
#if OR_BITS == 32
  real q = (real)(1.0 / 5040);
#else
  real q = 1.0 / 6227020800;
  q = q * r + 1.0 / 479001600;
  q = q * r + 1.0 / 39916800;
  q = q * r + 1.0 / 3628800;
  q = q * r + 1.0 / 362880;
  q = q * r + 1.0 / 40320;
  q = q * r + 1.0 / 5040;
#endif
  q = q * r + (real)(1.0 / 720);
  q = q * r + (real)(1.0 / 120);
  q = q * r + (real)(1.0 / 24);
  q = q * r + (real)(1.0 / 6);
  q = q * r + (real)0.5;
  return r + r * r * q;
}

/* x = n ln(2) + r; returns exp(r) - 1 and 2^n. x in [OR_LOWEST, 88]. */
INLINE real reduced_expm1(real x, real *scale) {
  real rounded = x * (real)1.4426950408889634074 + OR_ROUND;
  real n = rounded - OR_ROUND;
  *scale = power_of_two(rounded);
  return small_expm1((x - n * OR_LN2_HIGH) - n * OR_LN2_LOW);
}

/* exp(x), x <= 0 or NaN; 0 where it would be denormal */
INLINE real exp_below(real x) {
  real scale, p = reduced_expm1(pick_above(x, OR_LOWEST), &scale);
  return x < OR_LOWEST ? 0 : scale + scale * p;
}

/* exp(x) - 1, x <= 0 or NaN */
INLINE real expm1_below(real x) {
  real scale, p = reduced_expm1(pick_above(x, OR_LOWEST), &scale);
  return scale * p + (scale - 1);
}

/* ln(1 + e), e in [0, 1] or NaN: 2 artanh(s), s = e/(2 + e) <= 1/3 */
INLINE real log1p_fraction(real e) {
  real s = e / (2 + e), z = s * s, q = 0;
#ifdef __GNUC__ /* flat, or the loop around it does not vectorise */
#pragma GCC unroll 32
#endif
  for (int k = OR_BITS == 32 ? 17 : 35; k > 1; k -= 2)
    q = (q + (real)1 / (real)k) * z;
  return 2 * s + 2 * s * q;
}

/* tanh |x| = -m/(2 + m), m = exp(-2|x|) - 1: relative accuracy everywhere */
INLINE real tanh_of(real size) {
  real m = expm1_below(-2 * size);
  return -m / (2 + m);
}

#endif
