/* norm.h: numbers with a power of two beside them, which cannot overflow, as
   norms are. */
#ifndef OR_NORM_H
#define OR_NORM_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

/* value * 2^exponent; exponent 0 where value is 0, NaN or Inf. What is called
   or_norm_of... returns |value| in [1,2) otherwise. */
typedef struct or_norm {
  double value;
  int64_t exponent;
} or_norm;

/* value * 2^k for any k; ldexp takes an int. */
static inline double or_shifted(double value, int64_t k) {
  return ldexp(value, k > 5000 ? 5000 : k < -5000 ? -5000 : (int)k);
}

/* Is x > y? Neither is below 0. */
static inline bool or_norm_above(or_norm x, or_norm y) {
  if (x.value == 0 || y.value == 0 || x.exponent == y.exponent)
    return x.value > y.value;
  return x.exponent > y.exponent;
}

or_norm or_norm_of(double value, int64_t exponent);         /* value 2^e */
or_norm or_norm_of_square(double square, int64_t exponent); /* sqrt * 2^e */
/* As a double: 0 or Inf past its range. */
double or_norm_value(or_norm n);
/* log10 of it (-Inf for 0), finite for every exponent. */
double or_norm_log10(or_norm n);
/* The natural logarithm likewise. */
double or_norm_log(or_norm n);

#endif
