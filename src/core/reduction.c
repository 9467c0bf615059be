/* reduction.c: see reduction.h. */
#include "reduction.h"

#include <math.h>

#include "kernels.h"

static const or_kernels_table *kernels(const or_matrix *m) {
  return or_kernels(m->precision);
}

double or_matrix_sum(const or_matrix *m) {
  double total = 0;
  for (int j = 0; j < m->cols; j++)
    total += kernels(m)->column_sum(m, j);
  return or_shifted(total, m->exponent);
}

or_status or_matrix_extremes(const or_matrix *m, double *low, double *high) {
  if (or_matrix_is_empty(m))
    return OR_EMPTY;
  *low = *high = kernels(m)->get(m, 0, 0);
  for (int j = 0; j < m->cols; j++)
    for (int i = 0; i < m->rows; i++) {
      double v = kernels(m)->get(m, i, j);
      if (v < *low || v != v)
        *low = v;
      if (v > *high || v != v)
        *high = v;
      if (v != v)
        return OR_OK;
    }
  *low = or_shifted(*low, m->exponent);
  *high = or_shifted(*high, m->exponent);
  return OR_OK;
}

void or_matrix_column_sums(const or_matrix *m, or_matrix *s) {
  s->exponent = m->exponent;
  for (int j = 0; j < m->cols; j++)
    kernels(s)->set(s, 0, j, kernels(m)->column_sum(m, j));
}

void or_matrix_row_sums(const or_matrix *m, or_matrix *s) {
  s->exponent = m->exponent;
  kernels(m)->row_sums(m, s);
}

or_status or_matrix_dot(const or_matrix *x, const or_matrix *y, double *dot) {
  if (x->precision != y->precision)
    return OR_PRECISION;
  if (!or_matrix_same_shape(x, y))
    return OR_SHAPE;
  *dot = or_shifted(kernels(x)->dot(x, y), x->exponent + y->exponent);
  return OR_OK;
}

or_norm or_matrix_frobenius(const or_matrix *m) {
  double s = kernels(m)->sum_squares(m, 1);
  if (s > 1e-250 && s < 1e300)
    return or_norm_of_square(s, m->exponent);
  double top = kernels(m)->max_abs(m);
  if (top == 0 || !isfinite(top))
    return (or_norm){top, 0};
  /* 2^-e itself may not be a double: denormal maxima have e below -1023 */
  int e = ilogb(top) < -1022 ? -1022 : ilogb(top);
  s = kernels(m)->sum_squares(m, ldexp(1, -e));
  return or_norm_of_square(s, m->exponent + e);
}
