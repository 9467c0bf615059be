/* arithmetic.c: see arithmetic.h. */
#include "arithmetic.h"

#include <math.h>
#include <stdlib.h>

#include "exponent.h"
#include "kernels.h"
#include "norm.h"

static const or_kernels_table *kernels(const or_matrix *m) {
  return or_kernels(m->precision);
}

void or_matrix_transpose(const or_matrix *x, or_matrix *y) {
  y->exponent = x->exponent;
  kernels(x)->transpose(x, y);
}

/* alpha x where plain arithmetic might overflow or vanish: x near 1, alpha
   near 1, and the powers of two in the exponent. */
static void scale_apart(double alpha, double top, const or_matrix *x,
                        or_matrix *y) {
  int k = ilogb(alpha), t = ilogb(top);
  kernels(x)->shift(x, -t, y);
  kernels(x)->scale(ldexp(alpha, -k), y, y);
  y->exponent = x->exponent + k + t;
}

void or_matrix_scale(double alpha, const or_matrix *x, or_matrix *y) {
  double top = kernels(x)->max_abs(x);
  bool special = alpha == 0 || !isfinite(alpha) || top == 0 || !isfinite(top);
  if (special || (or_in_window(x->precision, fabs(alpha)) &&
                  or_in_window(x->precision, top))) {
    y->exponent = x->exponent;
    kernels(x)->scale(alpha, x, y);
  } else {
    scale_apart(alpha, top, x, y);
  }
  or_matrix_keep_result(y);
}

static bool broadcasts(const or_matrix *x, const or_matrix *y) {
  return x->precision == y->precision && (y->rows == x->rows || y->rows == 1) &&
         (y->cols == x->cols || y->cols == 1);
}

static bool is_zero(const or_matrix *m) { return kernels(m)->max_abs(m) == 0; }

/* The exponent that a sum of x and y is done at: the larger, but a matrix of
   zeros has no say. */
static int64_t common_exponent(const or_matrix *x, const or_matrix *y) {
  if (x->exponent == y->exponent || is_zero(y))
    return x->exponent;
  if (is_zero(x))
    return y->exponent;
  return x->exponent > y->exponent ? x->exponent : y->exponent;
}

/* The factor of a term. k > 0 only for matrices of zeros, where a factor that
   overflowed would make NaN. */
static double term_scale(double alpha, int64_t k) {
  return k > 0 && isfinite(alpha) ? 0 : or_shifted(alpha, k);
}

or_status or_matrix_add(double alpha, const or_matrix *x, double beta,
                        const or_matrix *y, or_matrix *z) {
  if (x->precision != y->precision)
    return OR_PRECISION;
  if (!broadcasts(x, y))
    return OR_SHAPE;
  int64_t e = common_exponent(x, y);
  kernels(x)->add(term_scale(alpha, x->exponent - e), x,
                  term_scale(beta, y->exponent - e), y, z);
  z->exponent = e;
  or_matrix_keep_result(z);
  return OR_OK;
}

/* z = f(x, y), whose exponent is known. */
static or_status combine(void (*f)(const or_matrix *, const or_matrix *,
                                   or_matrix *),
                         const or_matrix *x, const or_matrix *y,
                         int64_t exponent, or_matrix *z) {
  if (x->precision != y->precision)
    return OR_PRECISION;
  if (!broadcasts(x, y))
    return OR_SHAPE;
  if (llabs(exponent) > OR_EXPONENT_LIMIT)
    return OR_RANGE;
  f(x, y, z);
  z->exponent = exponent;
  or_matrix_keep_result(z);
  return OR_OK;
}

or_status or_matrix_hadamard(const or_matrix *x, const or_matrix *y,
                             or_matrix *z) {
  return combine(kernels(x)->hadamard, x, y, x->exponent + y->exponent, z);
}

or_status or_matrix_divide(const or_matrix *x, const or_matrix *y,
                           or_matrix *z) {
  return combine(kernels(x)->divide, x, y, x->exponent - y->exponent, z);
}
