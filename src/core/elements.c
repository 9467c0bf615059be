/* elements.c: see elements.h. */
#include "elements.h"

#include <float.h>
#include <math.h>

#include "exponent.h"
#include "kernels.h"
#include "norm.h"

static const or_kernels_table *kernels(const or_matrix *m) {
  return or_kernels(m->precision);
}

or_scan or_matrix_scan(const or_matrix *m) {
  or_scan s;
  kernels(m)->scan(m, &s);
  return s;
}

or_status or_matrix_check_finite(const or_matrix *m, int *i, int *j) {
  if (isfinite(kernels(m)->max_abs(m)))
    return OR_OK;
  or_scan s = or_matrix_scan(m);
  *i = s.bad_row;
  *j = s.bad_col;
  return OR_NOT_FINITE;
}

or_status or_matrix_get(const or_matrix *m, int i, int j, double *value) {
  double stored = kernels(m)->get(m, i, j);
  *value = m->exponent ? or_shifted(stored, m->exponent) : stored;
  return isinf(*value) && isfinite(stored) ? OR_RANGE : OR_OK;
}

or_status or_matrix_set(or_matrix *m, int i, int j, double value) {
  double stored = m->exponent ? or_shifted(value, -m->exponent) : value;
  bool narrow = fabs(stored) <= FLT_MAX; /* every precision holds it */
  if (!narrow && isfinite(value) &&
      !(fabs(stored) <= or_precisions[m->precision].largest))
    return OR_RANGE;
  kernels(m)->set(m, i, j, stored);
  return OR_OK;
}

void or_matrix_fill(or_matrix *m, double value) {
  m->exponent = 0;
  kernels(m)->fill(m, value);
}

void or_matrix_eye(or_matrix *m) {
  or_matrix_fill(m, 0);
  for (int i = 0; i < m->rows && i < m->cols; i++)
    kernels(m)->set(m, i, i, 1);
}

/* From one precision to the other, element by element, times 2^k. */
static void convert_shifted(const or_matrix *x, int64_t k, or_matrix *y) {
  for (int j = 0; j < x->cols; j++)
    for (int i = 0; i < x->rows; i++)
      kernels(y)->set(y, i, j, or_shifted(kernels(x)->get(x, i, j), k));
}

void or_matrix_copy(const or_matrix *x, or_matrix *y) {
  y->exponent = x->exponent;
  if (x->precision == y->precision) {
    if (x->data != y->data)
      kernels(y)->copy(x, y);
    return;
  }
  double top = or_matrix_scan(x).max_abs;
  bool wider =
      or_precision_size(y->precision) > or_precision_size(x->precision);
  if (wider || top == 0 || or_in_window(y->precision, top)) {
    kernels(y)->convert(x, y);
    return;
  }
  convert_shifted(x, -ilogb(top), y);
  y->exponent += ilogb(top);
  or_matrix_fold(y); /* where float32 holds it after all */
}

or_status or_matrix_assign(const or_matrix *x, or_matrix *y) {
  int64_t k = x->exponent - y->exponent;
  if (k == 0 &&
      or_precision_size(x->precision) <= or_precision_size(y->precision)) {
    int64_t keep = y->exponent;
    or_matrix_copy(x, y);
    y->exponent = keep;
    return OR_OK;
  }
  if (!or_matrix_fits(x, y->precision, y->exponent))
    return OR_RANGE;
  if (x->precision == y->precision)
    kernels(y)->shift(x, k, y);
  else
    convert_shifted(x, k, y);
  return OR_OK;
}
