/* truncated.c: see truncated.h. */
#include "truncated.h"

#include <math.h>

#include "kernels.h"

/* In units of std about the mean: [a, b] with -b <= a, mirrored if the
   interval lies to the left, so that the tail is always on the right. */
typedef struct interval {
  double a, b;
  bool mirrored;
} interval;

static interval standard(double mean, double std, double low, double high) {
  interval t = {(low - mean) / std, (high - mean) / std, false};
  if (-t.b > t.a)
    t = (interval){-t.b, -t.a, true};
  return t;
}

/* (0,1], never 0: the argument of a logarithm */
static double open_unit(or_rng *r) { return 1 - or_rng_double(r); }

/* Proposes uniformly in [a,b]; best where the interval is narrow. */
static double by_uniform(or_rng *r, double a, double b) {
  double top = a > 0 ? a : 0, z;
  do
    z = a + (b - a) * or_rng_double(r);
  while (open_unit(r) > exp(0.5 * (top - z) * (top + z)));
  return z;
}

/* Proposes from an exponential of the best rate; for a tail, a > 0. */
static double by_exponential(or_rng *r, double a, double b) {
  double rate = 0.5 * (a + sqrt(a * a + 4)), z;
  do
    z = a - log(open_unit(r)) / rate;
  while (z > b || open_unit(r) > exp(-0.5 * (z - rate) * (z - rate)));
  return z;
}

static double by_normal(or_rng *r, double a, double b) {
  double z;
  or_matrix one = or_matrix_over(&z, 1, 1, OR_FLOAT64);
  do
    or_rng_normal(r, 0, 1, &one);
  while (z < a || z > b);
  return z;
}

/* Wide, with the middle of the normal in it: plain draws are mostly inside */
static bool is_wide(interval t) { return t.a <= 0 && t.b - t.a > 2.5; }

/* Robert's bound on b, above which the exponential beats the uniform */
static bool is_tail(interval t) {
  double root = sqrt(t.a * t.a + 4), sum = t.a + root;
  return t.a > 0 && t.b - t.a > 2 / sum * exp(0.5 + 0.25 * t.a * (t.a - root));
}

static double draw(or_rng *r, interval t) {
  double z = is_wide(t)   ? by_normal(r, t.a, t.b)
             : is_tail(t) ? by_exponential(r, t.a, t.b)
                          : by_uniform(r, t.a, t.b);
  return t.mirrored ? -z : z;
}

/* The ends rounded inwards to the precision */
static void round_inwards(or_precision p, double *low, double *high) {
  if (p == OR_FLOAT64)
    return;
  float a = (float)*low, b = (float)*high;
  *low = a < *low ? nextafterf(a, INFINITY) : a;
  *high = b > *high ? nextafterf(b, -INFINITY) : b;
}

static double clamp(double x, double low, double high) {
  return x < low ? low : x > high ? high : x;
}

or_status or_truncated_normal(or_rng *r, double mean, double std, double low,
                              double high, or_matrix *w) {
  const or_kernels_table *kernels = or_kernels(w->precision);
  if (low > high || (std == 0 && (mean < low || mean > high)))
    return OR_ARGUMENT;
  interval t = standard(mean, std > 0 ? std : 1, low, high);
  round_inwards(w->precision, &low, &high);
  if (!(low <= high && isfinite(low) && isfinite(high) && isfinite(t.a) &&
        isfinite(t.b)))
    return OR_RANGE;
  bool first_pass =
      std > 0 && is_wide(t) && or_rng_normal_fits(mean, std, w->precision);
  if (first_pass)
    or_rng_normal(r, mean, std, w);
  for (int j = 0; j < w->cols; j++)
    for (int i = 0; i < w->rows; i++) {
      double x = first_pass ? kernels->get(w, i, j) : INFINITY;
      if (x >= low && x <= high)
        continue;
      x = std > 0 ? mean + std * draw(r, t) : mean;
      kernels->set(w, i, j, clamp(x, low, high));
    }
  w->exponent = 0;
  return OR_OK;
}
