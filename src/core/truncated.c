/* truncated.c: see truncated.h. A template: compiled once for each precision
   (real.h). */
#include "truncated.h"

#include <math.h>

#include "elements.h"
#include "real.h"

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

/* sqrt(a^2 + 4), which for so large an a is a. */
static double root_beside(double a) {
  return a < 0x1p500 ? sqrt(a * a + 4) : a;
}

/* Proposes from an exponential of the best rate; for a tail, a > 0. */
static double by_exponential(or_rng *r, double a, double b) {
  double rate = 0.5 * a + 0.5 * root_beside(a), z;
  do
    z = a - log(open_unit(r)) / rate;
  while (z > b || open_unit(r) > exp(-0.5 * (z - rate) * (z - rate)));
  return z;
}

/* Single normals, float64, one after the other, made many at a time: each
   call's is the first of a block. */
enum { AHEAD = 32 };
typedef struct singles {
  int used;
  double z[2 * AHEAD];
} singles;

static double single_normal(or_rng *r, singles *s) {
  if (s->used == AHEAD) {
    or_rng ahead = *r;
    or_matrix z = or_matrix_over(s->z, 2 * AHEAD, 1, OR_FLOAT64);
    or_rng_normal(&ahead, 0, 1, &z);
    s->used = 0;
  }
  r->counter++;
  return s->z[2 * s->used++];
}

static double by_normal(or_rng *r, singles *s, double a, double b) {
  double z;
  do
    z = single_normal(r, s);
  while (z < a || z > b);
  return z;
}

/* Wide, with the middle of the normal in it: plain draws are mostly inside */
static bool is_wide(interval t) { return t.a <= 0 && t.b - t.a > 2.5; }

/* Robert's bound on b, above which the exponential beats the uniform */
static bool is_tail(interval t) {
  double root = root_beside(t.a), sum = t.a + root;
  return t.a > 0 && t.b - t.a > 2 / sum * exp(0.5 + 0.25 * t.a * (t.a - root));
}

static double draw(or_rng *r, singles *s, interval t) {
  double z = is_wide(t)   ? by_normal(r, s, t.a, t.b)
             : is_tail(t) ? by_exponential(r, t.a, t.b)
                          : by_uniform(r, t.a, t.b);
  return t.mirrored ? -z : z;
}

/* The ends rounded inwards to the precision */
static void round_inwards(or_precision p, double *low, double *high) {
  double a = or_precision_round(p, *low), b = or_precision_round(p, *high);
  *low = a < *low ? or_precision_next(p, a, INFINITY) : a;
  *high = b > *high ? or_precision_next(p, b, -INFINITY) : b;
}

static double clamp(double x, double low, double high) {
  return x < low ? low : x > high ? high : x;
}

/* Draws again what fell outside. low and high are exact in w's precision. */
static void replace_outside(or_rng *r, interval t, double mean, double std,
                            double low, double high, or_matrix *w) {
  singles ahead = {.used = AHEAD};
  real a = (real)low, b = (real)high;
  for (int j = 0; j < w->cols; j++) {
    real *x = COLUMN(w, j);
    for (int i = 0; i < w->rows; i++)
      if (!(x[i] >= a && x[i] <= b))
        x[i] = (real)clamp(mean + std * draw(r, &ahead, t), low, high);
  }
}

or_status R(or_truncated_normal)(or_rng *r, double mean, double std, double low,
                                 double high, or_matrix *w) {
  if (low > high || (std == 0 && (mean < low || mean > high)))
    return OR_ARGUMENT;
  interval t = standard(mean, std > 0 ? std : 1, low, high);
  round_inwards(w->precision, &low, &high);
  if (!(low <= high && isfinite(low) && isfinite(high) && isfinite(t.a) &&
        isfinite(t.b)))
    return OR_RANGE;
  if (std == 0) {
    or_matrix_fill(w, clamp(mean, low, high));
    return OR_OK;
  }
  if (is_wide(t) && or_rng_normal_fits(mean, std, w->precision))
    or_rng_normal(r, mean, std, w);
  else
    or_matrix_fill(w, INFINITY);
  replace_outside(r, t, mean, std, low, high, w);
  return OR_OK;
}
