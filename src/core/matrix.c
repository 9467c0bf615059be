/* matrix.c: matrices and their power-of-two exponents (matrix.h). The loops
   over elements are in kernels.c; here it is decided what they run on. */
#include "matrix.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>

#include "kernels.h"

/* Inside the window no product of two matrices can overflow or lose digits,
   whatever its inner size: 2^(2*40) * 2^31 < 2^127, 2^(2*300+31) < 2^1023. */
static int window(or_precision p) { return p == OR_FLOAT32 ? 40 : 300; }

bool or_in_window(or_precision p, double top) {
  int w = window(p);
  return top >= ldexp(1, -w) && top <= ldexp(1, w);
}

size_t or_precision_size(or_precision p) {
  return p == OR_FLOAT32 ? sizeof(float) : sizeof(double);
}

double or_precision_eps(or_precision p) {
  return p == OR_FLOAT32 ? FLT_EPSILON : DBL_EPSILON;
}

const char *or_precision_name(or_precision p) {
  return p == OR_FLOAT32 ? "float32" : "float64";
}

static double largest(or_precision p) {
  return p == OR_FLOAT32 ? FLT_MAX : DBL_MAX;
}

or_status or_matrix_bytes(int64_t rows, int64_t cols, or_precision p,
                          size_t *bytes) {
  if (rows < 0 || cols < 0 || rows > INT_MAX || cols > INT_MAX)
    return OR_SIZE;
  uint64_t count = (uint64_t)rows * (uint64_t)cols; /* < 2^62 */
  if (count > (PTRDIFF_MAX - 4096) / or_precision_size(p))
    return OR_SIZE;
  *bytes = (size_t)count * or_precision_size(p);
  return OR_OK;
}

or_matrix or_matrix_over(void *data, int rows, int cols, or_precision p) {
  return (or_matrix){data, rows, cols, rows > 0 ? rows : 1, p, 0};
}

or_matrix or_matrix_block(const or_matrix *m, int i, int j, int rows,
                          int cols) {
  or_matrix b = *m;
  size_t offset = (size_t)i + (size_t)j * (size_t)m->ld;
  b.data = (char *)m->data + offset * or_precision_size(m->precision);
  b.rows = rows;
  b.cols = cols;
  return b;
}

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

/* value * 2^k for any k; ldexp takes an int. */
static double shifted(double value, int64_t k) {
  return ldexp(value, k > 5000 ? 5000 : k < -5000 ? -5000 : (int)k);
}

or_status or_matrix_get(const or_matrix *m, int i, int j, double *value) {
  double stored = kernels(m)->get(m, i, j);
  *value = m->exponent ? shifted(stored, m->exponent) : stored;
  return isinf(*value) && isfinite(stored) ? OR_RANGE : OR_OK;
}

or_status or_matrix_set(or_matrix *m, int i, int j, double value) {
  double stored = m->exponent ? shifted(value, -m->exponent) : value;
  if (isfinite(value) && !(fabs(stored) <= largest(m->precision)))
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

/* --- exponents ---------------------------------------------------------- */

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
  int w = window(m->precision), stored = ilogb(top);
  int64_t log2 = stored + m->exponent;
  if (m->exponent != 0 && llabs(log2) < w)
    shift(m, (int)m->exponent);
  else if (!or_in_window(m->precision, top))
    shift(m, (stored > 0 ? w - w / 4 : w / 4 - w) - stored);
}

bool or_matrix_fits(const or_matrix *x, or_precision p, int64_t exponent) {
  double top = or_matrix_scan(x).max_abs;
  return shifted(top, x->exponent - exponent) <= largest(p);
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

/* From one precision to the other, element by element, times 2^k. */
static void convert_shifted(const or_matrix *x, int64_t k, or_matrix *y) {
  for (int j = 0; j < x->cols; j++)
    for (int i = 0; i < x->rows; i++)
      kernels(y)->set(y, i, j, shifted(kernels(x)->get(x, i, j), k));
}

void or_matrix_copy(const or_matrix *x, or_matrix *y) {
  y->exponent = x->exponent;
  if (x->precision == y->precision) {
    if (x->data != y->data)
      kernels(y)->copy(x, y);
    return;
  }
  double top = or_matrix_scan(x).max_abs;
  if (y->precision == OR_FLOAT64 || top == 0 || or_in_window(OR_FLOAT32, top)) {
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

/* --- arithmetic --------------------------------------------------------- */

void or_matrix_transpose(const or_matrix *x, or_matrix *y) {
  y->exponent = x->exponent;
  kernels(x)->transpose(x, y);
}

/* Every result goes back into the window, so that no chain of operations
   overflows: the next one starts far from the ends of the range. */
static void settle(or_matrix *m) {
  or_matrix_keep_in_window(m, kernels(m)->max_abs(m));
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
  settle(y);
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
  return k > 0 && isfinite(alpha) ? 0 : shifted(alpha, k);
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
  settle(z);
  return OR_OK;
}

static bool exponent_fits(int64_t e) { return llabs(e) <= OR_EXPONENT_LIMIT; }

or_status or_matrix_hadamard(const or_matrix *x, const or_matrix *y,
                             or_matrix *z) {
  if (x->precision != y->precision)
    return OR_PRECISION;
  if (!broadcasts(x, y))
    return OR_SHAPE;
  if (!exponent_fits(x->exponent + y->exponent))
    return OR_RANGE;
  kernels(x)->hadamard(x, y, z);
  z->exponent = x->exponent + y->exponent;
  settle(z);
  return OR_OK;
}

or_status or_matrix_divide(const or_matrix *x, const or_matrix *y,
                           or_matrix *z) {
  if (x->precision != y->precision)
    return OR_PRECISION;
  if (!broadcasts(x, y))
    return OR_SHAPE;
  if (!exponent_fits(x->exponent - y->exponent))
    return OR_RANGE;
  kernels(x)->divide(x, y, z);
  z->exponent = x->exponent - y->exponent;
  settle(z);
  return OR_OK;
}

/* --- reductions --------------------------------------------------------- */

double or_matrix_sum(const or_matrix *m) {
  double total = 0;
  for (int j = 0; j < m->cols; j++)
    total += kernels(m)->column_sum(m, j);
  return shifted(total, m->exponent);
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
  *low = shifted(*low, m->exponent);
  *high = shifted(*high, m->exponent);
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
  *dot = shifted(kernels(x)->dot(x, y), x->exponent + y->exponent);
  return OR_OK;
}

/* s = value^2, as a norm with its mantissa in [1,2). */
or_norm or_norm_of_square(double s, int64_t exponent) {
  double root = sqrt(s);
  if (root == 0 || !isfinite(root))
    return (or_norm){root, 0};
  int e = ilogb(root);
  return (or_norm){ldexp(root, -e), exponent + e};
}

or_norm or_matrix_frobenius(const or_matrix *m) {
  double s = kernels(m)->sum_squares(m, 1);
  if (s > 1e-250 && s < 1e300)
    return or_norm_of_square(s, m->exponent);
  double top = kernels(m)->max_abs(m);
  if (top == 0 || !isfinite(top))
    return (or_norm){top, 0};
  or_scan look = or_matrix_scan(m);
  int e = ilogb(look.max_abs);
  /* 2^-e itself may not be a double: denormal maxima have e below -1023 */
  or_matrix shown = *m;
  int64_t carried = m->exponent + e;
  s = kernels(m)->sum_squares(&shown, e < -1022 ? 0x1p1022 : ldexp(1, -e));
  if (e < -1022)
    carried = m->exponent - 1022;
  return or_norm_of_square(s, carried);
}

double or_norm_value(or_norm n) { return shifted(n.value, n.exponent); }

double or_norm_log10(or_norm n) {
  return log10(n.value) + (double)n.exponent * 0.30102999566398119521;
}
