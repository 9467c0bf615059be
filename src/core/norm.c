/* norm.c: see norm.h. */
#include "norm.h"

or_norm or_norm_of(double value, int64_t exponent) {
  if (value == 0 || !isfinite(value))
    return (or_norm){value, 0};
  int e = ilogb(value);
  return (or_norm){ldexp(value, -e), exponent + e};
}

or_norm or_norm_of_square(double square, int64_t exponent) {
  return or_norm_of(sqrt(square), exponent);
}

double or_norm_value(or_norm n) { return or_shifted(n.value, n.exponent); }

double or_norm_log10(or_norm n) {
  return log10(n.value) + (double)n.exponent * 0.30102999566398119521;
}

/* ln 2 in two parts: an exponent times the first one is exact. */
double or_norm_log(or_norm n) {
  static const double high = 0x1.62e42fee00000p-1, low = 0x1.a39ef35793c76p-33;
  double e = (double)n.exponent;
  return e * high + (log(n.value) + e * low);
}
