/* truncated.h: the normal distribution given that it falls in an interval. */
#ifndef OR_TRUNCATED_H
#define OR_TRUNCATED_H

#include "rng.h"

or_status or_truncated_normal_f32(or_rng *r, double mean, double std,
                                  double low, double high, or_matrix *w);
or_status or_truncated_normal_f64(or_rng *r, double mean, double std,
                                  double low, double high, or_matrix *w);

/* Fills w with N(mean, std^2) given low <= x <= high, by exact rejection
   (Robert, Statistics and Computing 5, 1995), however far out in the tail the
   interval lies. A first pass draws the whole matrix as or_rng_normal does
   where most of that is inside, and then the elements that fell outside are
   drawn again in column-major order. std = 0 gives mean if it is inside.
   OR_RANGE where no number of w's precision lies in the interval; OR_ARGUMENT
   where low > high, or std = 0 with mean outside. */
static inline or_status or_truncated_normal(or_rng *r, double mean, double std,
                                            double low, double high,
                                            or_matrix *w) {
  return OR_FOR_PRECISION(w->precision, or_truncated_normal)(r, mean, std, low,
                                                             high, w);
}

#endif
