/* exponent.c: see exponent.h. */
#include "exponent.h"

#include <math.h>
#include <stdlib.h>

#include "kernels.h"
#include "norm.h"

bool or_in_window(or_precision p, double top) {
  const or_precision_traits *t = &or_precisions[p];
  return top >= t->window_low && top <= t->window_high;
}

static const or_kernels_table *kernels(const or_matrix *m) {
  return or_kernels(m->precision);
}

static void shift(or_matrix *m, int k) {
  kernels(m)->shift(m, k, m);
  m->exponent -= k;
}

void or_matrix_normalize(or_matrix *m) {
  double top = kernels(m)->max_abs(m);
  if (top == 0)
    m->exponent = 0;
  else if (isfinite(top) && ilogb(top) != 0)
    shift(m, -ilogb(top));
}

/* Within the window and exponent 0 is the normal form; a value that has come
   back from far away returns to it. One that leaves goes a quarter of the way
   back in: no further, because the smallest elements beside it must not
   underflow, and so far, that a net that grows is not shifted every layer. */
void or_matrix_keep_in_window(or_matrix *m, double top) {
  if (top == 0)
    m->exponent = 0;
  if (top == 0 || !isfinite(top))
    return;
  int w = or_precisions[m->precision].window, stored = ilogb(top);
  int64_t log2 = stored + m->exponent;
  if (m->exponent != 0 && llabs(log2) < w)
    shift(m, (int)m->exponent);
  else if (!or_in_window(m->precision, top))
    shift(m, (stored > 0 ? w - w / 4 : w / 4 - w) - stored);
}

bool or_matrix_fits(const or_matrix *x, or_precision p, int64_t exponent) {
  or_scan look;
  kernels(x)->scan(x, &look);
  return or_shifted(look.max_abs, x->exponent - exponent) <=
         or_precisions[p].largest;
}

void or_matrix_unscale(or_matrix *m) {
  kernels(m)->shift(m, m->exponent, m);
  m->exponent = 0;
}

or_status or_matrix_fold(or_matrix *m) {
  if (m->exponent == 0)
    return OR_OK;
  if (!or_matrix_fits(m, m->precision, 0))
    return OR_RANGE;
  or_matrix_unscale(m);
  return OR_OK;
}

void or_matrix_keep_result(or_matrix *m) {
  or_matrix_keep_in_window(m, kernels(m)->max_abs(m));
}

bool or_loses_digits(or_precision p, int64_t log2) {
  return log2 < or_precisions[p].bottom;
}

void or_matrix_settle(or_matrix *m) {
  double top = kernels(m)->max_abs(m);
  if (top == 0)
    m->exponent = 0;
  if (m->exponent == 0 || !isfinite(top))
    return;
  if (!or_loses_digits(m->precision, ilogb(top) + m->exponent))
    or_matrix_fold(m); /* refuses, and changes nothing, if too large */
}
