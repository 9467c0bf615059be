/* kernels.c: loops over elements. A template: compiled once for each
   precision (real.h). Works on stored values; exponents are matrix.c's. */
#include "kernels.h"

#include <math.h>
#include <string.h>

#include "clones.h"
#include "real.h"

/* A contiguous matrix is one long column: n columns of length m. */
typedef struct span {
  size_t length, columns;
} span;

static span span_of(const or_matrix *x, const or_matrix *y,
                    const or_matrix *z) {
  if (or_matrix_is_packed(x) && or_matrix_is_packed(y) &&
      or_matrix_is_packed(z))
    return (span){or_matrix_count(x), x->cols > 0 && x->rows > 0};
  return (span){(size_t)x->rows, (size_t)x->cols};
}

static double get(const or_matrix *x, int i, int j) { return COLUMN(x, j)[i]; }

static void set(or_matrix *x, int i, int j, double value) {
  COLUMN(x, j)[i] = (real)value;
}

/* --- looking ------------------------------------------------------------ */

/* Magnitudes of IEEE numbers order like their bit patterns, NaN above Inf: a
   maximum over integers needs no branch and keeps every NaN. */
#if OR_BITS == 32
typedef uint32_t bits;
#define MAGNITUDE 0x7fffffffu
#else
typedef uint64_t bits;
#define MAGNITUDE 0x7fffffffffffffffu
#endif

CLONES static real max_abs_column(const real *restrict x, size_t n) {
  bits top = 0;
  for (size_t i = 0; i < n; i++) {
    bits v;
    memcpy(&v, x + i, sizeof v);
    v &= MAGNITUDE;
    top = v > top ? v : top;
  }
  real r;
  memcpy(&r, &top, sizeof r);
  return r;
}

/* The larger, where NaN counts as largest. */
static double larger(double a, double b) { return (a > b || a != a) ? a : b; }

static double max_abs(const or_matrix *x) {
  span s = span_of(x, x, x);
  double top = 0;
  for (size_t j = 0; j < s.columns; j++)
    top = larger(max_abs_column(COLUMN(x, j), s.length), top);
  return top;
}

static void scan_column(const real *x, size_t n, int j, or_scan *s) {
  for (size_t i = 0; i < n; i++) {
    double v = fabs((double)x[i]);
    if (!(v <= REAL_MAX)) {
      if (s->nans + s->infs == 0) {
        s->bad_row = (int)i;
        s->bad_col = j;
      }
      s->nans += v != v;
      s->infs += v == v;
    } else if (v > 0) {
      s->max_abs = v > s->max_abs ? v : s->max_abs;
      if (s->min_nonzero == 0 || v < s->min_nonzero)
        s->min_nonzero = v;
    }
  }
}

static void scan(const or_matrix *x, or_scan *s) {
  *s = (or_scan){.bad_row = -1, .bad_col = -1};
  for (int j = 0; x->rows > 0 && j < x->cols; j++)
    scan_column(COLUMN(x, j), (size_t)x->rows, j, s);
}

/* --- moving ------------------------------------------------------------- */

static void fill(or_matrix *x, double value) {
  span s = span_of(x, x, x);
  for (size_t j = 0; j < s.columns; j++) {
    real *y = COLUMN(x, j);
    for (size_t i = 0; i < s.length; i++)
      y[i] = (real)value;
  }
}

static void copy(const or_matrix *x, or_matrix *y) {
  span s = span_of(x, y, y);
  for (size_t j = 0; j < s.columns; j++) {
    const real *u = COLUMN(x, j);
    real *v = COLUMN(y, j);
    for (size_t i = 0; i < s.length; i++)
      v[i] = u[i];
  }
}

#if OR_BITS == 32
typedef double other;
#else
typedef float other;
#endif

static void convert(const or_matrix *x, or_matrix *y) {
  for (int j = 0; j < x->cols; j++) {
    const other *u = (const other *)x->data + (size_t)j * (size_t)x->ld;
    real *v = COLUMN(y, j);
    for (int i = 0; i < x->rows; i++)
      v[i] = (real)u[i];
  }
}

/* 2^k as up to two factors, each of which a real can hold. */
static void shift_factors(int64_t k, real *first, real *second) {
  const int top = OR_BITS == 32 ? 120 : 1000;
  int a = k > top ? top : k < -top ? -top : (int)k;
  int64_t rest = k - a;
  int b = rest > top ? top : rest < -top ? -top : (int)rest;
  *first = (real)ldexp(1, a);
  *second = (real)ldexp(1, b);
}

CLONES static void times(const real *x, real f, real g, real *y, size_t n) {
  for (size_t i = 0; i < n; i++)
    y[i] = x[i] * f * g;
}

static void shift(const or_matrix *x, int64_t k, or_matrix *y) {
  span s = span_of(x, y, y);
  real f, g;
  shift_factors(k, &f, &g);
  for (size_t j = 0; j < s.columns; j++)
    times(COLUMN(x, j), f, g, COLUMN(y, j), s.length);
}

enum { TILE = 16 };

static void transpose(const or_matrix *x, or_matrix *y) {
  for (int j0 = 0; j0 < x->cols; j0 += TILE)
    for (int i0 = 0; i0 < x->rows; i0 += TILE) {
      int j1 = j0 + TILE < x->cols ? j0 + TILE : x->cols;
      int i1 = i0 + TILE < x->rows ? i0 + TILE : x->rows;
      for (int i = i0; i < i1; i++)
        for (int j = j0; j < j1; j++)
          COLUMN(y, i)[j] = COLUMN(x, j)[i];
    }
}

/* --- arithmetic --------------------------------------------------------- */

static void scale(double alpha, const or_matrix *x, or_matrix *y) {
  span s = span_of(x, y, y);
  for (size_t j = 0; j < s.columns; j++)
    times(COLUMN(x, j), (real)alpha, 1, COLUMN(y, j), s.length);
}

/* How y stands beside x: the same shape, a column for all columns, or a row
   whose element j goes to column j. A stride of 0 repeats. */
typedef struct broadcast {
  const real *data;
  size_t column, row; /* steps from column to column, from row to row */
} broadcast;

static broadcast broadcast_of(const or_matrix *y, const or_matrix *x) {
  size_t ld = (size_t)y->ld;
  return (broadcast){y->data, y->cols == x->cols ? ld : 0,
                     y->rows == x->rows ? 1 : 0};
}

CLONES static void add_column(real a, const real *x, real b, const real *y,
                              size_t step, real *z, size_t n) {
  if (step)
    for (size_t i = 0; i < n; i++)
      z[i] = a * x[i] + b * y[i];
  else
    for (size_t i = 0; i < n; i++)
      z[i] = a * x[i] + b * y[0];
}

CLONES static void hadamard_column(real a, const real *x, real b, const real *y,
                                   size_t step, real *z, size_t n) {
  for (size_t i = 0; i < n; i++)
    z[i] = x[i] * y[i * step];
}

static void divide_column(real a, const real *x, real b, const real *y,
                          size_t step, real *z, size_t n) {
  for (size_t i = 0; i < n; i++)
    z[i] = x[i] / y[i * step];
}

typedef void column_function(real a, const real *x, real b, const real *y,
                             size_t step, real *z, size_t n);

static void by_columns(column_function *f, double a, const or_matrix *x,
                       double b, const or_matrix *y, or_matrix *z) {
  broadcast p = broadcast_of(y, x);
  if (or_matrix_same_shape(x, y) && or_matrix_is_packed(x) &&
      or_matrix_is_packed(y) && or_matrix_is_packed(z)) {
    f((real)a, x->data, (real)b, p.data, 1, z->data, or_matrix_count(x));
    return;
  }
  for (int j = 0; j < x->cols; j++)
    f((real)a, COLUMN(x, j), (real)b, p.data + (size_t)j * p.column, p.row,
      COLUMN(z, j), (size_t)x->rows);
}

static void add(double alpha, const or_matrix *x, double beta,
                const or_matrix *y, or_matrix *z) {
  by_columns(add_column, alpha, x, beta, y, z);
}

static void hadamard(const or_matrix *x, const or_matrix *y, or_matrix *z) {
  by_columns(hadamard_column, 1, x, 1, y, z);
}

static void divide(const or_matrix *x, const or_matrix *y, or_matrix *z) {
  by_columns(divide_column, 1, x, 1, y, z);
}

/* --- sums: in double, in eight lanes whose order never changes ---------- */

#define LANES 8

static double lanes_total(const double *t) {
  return ((t[0] + t[1]) + (t[2] + t[3])) + ((t[4] + t[5]) + (t[6] + t[7]));
}

CLONES static double sum_column(const real *restrict x, size_t n) {
  double t[LANES] = {0};
  size_t i = 0;
  for (; i + LANES <= n; i += LANES)
    for (size_t k = 0; k < LANES; k++)
      t[k] += (double)x[i + k];
  for (size_t k = 0; i < n; i++, k++)
    t[k] += (double)x[i];
  return lanes_total(t);
}

static double column_sum(const or_matrix *x, int j) {
  return sum_column(COLUMN(x, j), (size_t)x->rows);
}

static void row_sums(const or_matrix *x, or_matrix *s) {
  real *t = s->data;
  for (int i = 0; i < x->rows; i++)
    t[i] = 0;
  for (int j = 0; j < x->cols; j++) {
    const real *u = COLUMN(x, j);
    for (int i = 0; i < x->rows; i++)
      t[i] += u[i];
  }
}

/* Sums of products over a matrix: four times as many lanes, since an addition
   takes four cycles. They go on from column to column, and into the total now
   and then; by columns whether packed or not: the same bits. */
enum { SETS = 4, OFTEN = 4096 };

typedef double lanes __attribute__((vector_size(LANES * sizeof(double))));
typedef real reals __attribute__((vector_size(LANES * sizeof(real)),
                                  aligned(sizeof(real)), may_alias));

typedef struct sums {
  lanes set[SETS];
  double rest[LANES]; /* the ends of columns */
} sums;

INLINE double sums_total(const sums *t) {
  lanes all = (t->set[0] + t->set[1]) + (t->set[2] + t->set[3]);
  double each[LANES];
  memcpy(each, &all, sizeof each);
  return lanes_total(each) + lanes_total(t->rest);
}

/* sum += f x f y, in all lanes */
INLINE void add_eight(const real *x, const real *y, double f, lanes *sum) {
  *sum += (f * __builtin_convertvector(*(const reals *)x, lanes)) *
          (f * __builtin_convertvector(*(const reals *)y, lanes));
}

/* Adds f x f y over a column to t. */
INLINE void add_products(const real *x, const real *y, size_t n, double f,
                         sums *t) {
  size_t i = 0;
  for (; i + SETS * LANES <= n; i += SETS * LANES)
    for (size_t k = 0; k < SETS; k++)
      add_eight(x + i + k * LANES, y + i + k * LANES, f, &t->set[k]);
  for (; i + LANES <= n; i += LANES)
    add_eight(x + i, y + i, f, &t->set[0]);
  for (size_t k = 0; i < n; i++, k++)
    t->rest[k] += (f * (double)x[i]) * (f * (double)y[i]);
}

INLINE double products(const or_matrix *x, const or_matrix *y, double f) {
  double total = 0;
  size_t n = (size_t)x->rows, waiting = 0;
  sums t = {0};
  for (int j = 0; j < x->cols; j++) {
    add_products(COLUMN(x, j), COLUMN(y, j), n, f, &t);
    waiting += n;
    if (waiting < OFTEN && j < x->cols - 1)
      continue;
    total += sums_total(&t);
    t = (sums){0};
    waiting = 0;
  }
  return total;
}

CLONES static double squares_of(const or_matrix *x, double f) {
  return f == 1 ? products(x, x, 1) : products(x, x, f);
}

CLONES static double products_of(const or_matrix *x, const or_matrix *y) {
  return products(x, y, 1);
}

static double sum_squares(const or_matrix *x, double f) {
  return squares_of(x, f);
}

static double dot(const or_matrix *x, const or_matrix *y) {
  return products_of(x, y);
}

/* --- layer normalization ------------------------------------------------ */

static double deviation_squares(const real *x, size_t n, double mean) {
  double total = 0;
  for (size_t i = 0; i < n; i++)
    total += ((double)x[i] - mean) * ((double)x[i] - mean);
  return total;
}

static void standardize(const or_matrix *x, double eps, or_matrix *y,
                        double *rstd) {
  size_t n = (size_t)x->rows;
  for (int j = 0; j < x->cols; j++) {
    const real *u = COLUMN(x, j);
    real *v = COLUMN(y, j);
    double mean = sum_column(u, n) / (double)n;
    double variance = deviation_squares(u, n, mean) / (double)n;
    rstd[j] = 1 / sqrt(variance + eps);
    for (size_t i = 0; i < n; i++)
      v[i] = (real)(((double)u[i] - mean) * rstd[j]);
  }
}

/* dx = rstd (dy - mean(dy) - y mean(dy y)) */
static void standardize_back(const or_matrix *y, const double *rstd,
                             const or_matrix *dy, or_matrix *dx) {
  size_t n = (size_t)y->rows;
  for (int j = 0; j < y->cols; j++) {
    const real *v = COLUMN(y, j), *dv = COLUMN(dy, j);
    real *du = COLUMN(dx, j);
    double mean = sum_column(dv, n) / (double)n;
    or_matrix a = or_matrix_block(dy, 0, j, dy->rows, 1);
    or_matrix b = or_matrix_block(y, 0, j, y->rows, 1);
    double along = products_of(&a, &b) / (double)n;
    for (size_t i = 0; i < n; i++)
      du[i] = (real)(rstd[j] * ((double)dv[i] - mean - along * (double)v[i]));
  }
}

const or_kernels_table R(or_kernels) = {.scan = scan,
                                        .max_abs = max_abs,
                                        .get = get,
                                        .set = set,
                                        .fill = fill,
                                        .copy = copy,
                                        .convert = convert,
                                        .shift = shift,
                                        .transpose = transpose,
                                        .scale = scale,
                                        .add = add,
                                        .hadamard = hadamard,
                                        .divide = divide,
                                        .column_sum = column_sum,
                                        .row_sums = row_sums,
                                        .sum_squares = sum_squares,
                                        .dot = dot,
                                        .activate = R(or_activate),
                                        .activate_back = R(or_activate_back),
                                        .activate_bend = R(or_activate_bend),
                                        .standardize = standardize,
                                        .standardize_back = standardize_back};
