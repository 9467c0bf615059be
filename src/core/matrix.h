/* matrix.h: dense column-major matrices in two precisions, carrying a power
   of two. Owns no memory: the caller provides `data` and keeps it alive.

   THE EXPONENT. The true value of an element is stored * 2^exponent. Almost
   every matrix has exponent 0. Products (or_matrix_product) move the exponent
   when a result would leave the comfortable window (2^-40 to 2^40, in float64
   2^-300 to 2^300), so a product of 10,000 Gaussian matrices is a matrix like
   any other, where plain floating point prints inf. A power of two is exact:
   values that plain arithmetic can hold have the same bits either way.

   Shapes in comments are rows x cols; indices here are 0-based. */
#ifndef OR_MATRIX_H
#define OR_MATRIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

typedef enum or_precision { OR_FLOAT64, OR_FLOAT32 } or_precision;

typedef struct or_matrix {
  void *data;         /* element (i,j) stands at data[i + j*ld] */
  int rows, cols, ld; /* ld >= max(1, rows) */
  or_precision precision;
  int64_t exponent; /* true value = stored value * 2^exponent */
} or_matrix;

/* What one look at all elements tells. Magnitudes are stored ones: multiply
   by 2^exponent for the true value. */
typedef struct or_scan {
  double max_abs;     /* over the finite elements; 0 where there are none */
  double min_nonzero; /* smallest nonzero |x|, finite; 0 where none */
  size_t nans, infs;
  int bad_row, bad_col; /* first NaN or Inf, 0-based; -1 where none */
} or_scan;

enum { OR_ALIGNMENT = 64 };
/* |exponent| never passes this; beyond it an operation returns OR_RANGE. */
#define OR_EXPONENT_LIMIT ((int64_t)1 << 60)

size_t or_precision_size(or_precision p);      /* bytes of one element */
double or_precision_eps(or_precision p);       /* 2^-52 or 2^-23 */
const char *or_precision_name(or_precision p); /* "float64", "float32" */

/* Bytes for rows x cols elements. OR_SIZE where rows*cols*size or a BLAS int
   would overflow, or a size is negative. */
or_status or_matrix_bytes(int64_t rows, int64_t cols, or_precision p,
                          size_t *bytes);
/* A matrix over memory of or_matrix_bytes bytes; contents are untouched. */
or_matrix or_matrix_over(void *data, int rows, int cols, or_precision p);
/* The block of m that starts at (i,j); the caller has checked the bounds. */
or_matrix or_matrix_block(const or_matrix *m, int i, int j, int rows, int cols);

static inline bool or_matrix_is_empty(const or_matrix *m) {
  return m->rows == 0 || m->cols == 0;
}
static inline bool or_matrix_same_shape(const or_matrix *a,
                                        const or_matrix *b) {
  return a->rows == b->rows && a->cols == b->cols;
}
static inline size_t or_matrix_count(const or_matrix *m) {
  return (size_t)m->rows * (size_t)m->cols;
}

or_scan or_matrix_scan(const or_matrix *m);
/* OR_OK, or OR_NOT_FINITE with the first bad place (0-based) in *i, *j. */
or_status or_matrix_check_finite(const or_matrix *m, int *i, int *j);

/* Element (i,j) as a double. OR_RANGE where the exponent takes it beyond
   what a double holds (*value is then +-Inf); underflow gives 0. */
or_status or_matrix_get(const or_matrix *m, int i, int j, double *value);
/* Sets (i,j). OR_RANGE where a finite value would become infinite. */
or_status or_matrix_set(or_matrix *m, int i, int j, double value);

void or_matrix_fill(or_matrix *m, double value); /* exponent becomes 0 */
void or_matrix_eye(or_matrix *m);                /* ones on the diagonal */

/* y = x, any precisions, any exponents; y takes x's exponent. x and y may be
   the same matrix, and may not overlap otherwise. */
void or_matrix_copy(const or_matrix *x, or_matrix *y);
/* y = x with y's exponent kept as it is (for views and in-place assignment).
   OR_RANGE, with y partly written, where a finite value becomes infinite:
   ask or_matrix_fits first. */
or_status or_matrix_assign(const or_matrix *x, or_matrix *y);
/* Would x, given `exponent` and precision p, hold all its finite values? */
bool or_matrix_fits(const or_matrix *x, or_precision p, int64_t exponent);
/* Folds the exponent into the elements: exponent 0 after it, and OR_OK; or
   OR_RANGE and nothing changed where a value would overflow. */
or_status or_matrix_fold(or_matrix *m);
/* The same whatever comes: overflows to Inf and vanishes to 0 as IEEE does. */
void or_matrix_unscale(or_matrix *m);
/* Moves powers of two into the exponent until the largest stored magnitude
   is in [1,2). Exact. Zero matrices get exponent 0. */
void or_matrix_normalize(or_matrix *m);
/* As or_matrix_normalize, only if max_abs (the stored maximum, known to the
   caller) lies outside the window that products are safe in. */
void or_matrix_keep_in_window(or_matrix *m, double max_abs);
/* Is max_abs inside it? */
bool or_in_window(or_precision p, double max_abs);

void or_matrix_transpose(const or_matrix *x, or_matrix *y); /* y = x' */
/* y = alpha * x; alpha finite. Huge alphas go to the exponent. */
void or_matrix_scale(double alpha, const or_matrix *x, or_matrix *y);
/* z = alpha x + beta y, exponents aligned to the larger term. y may be a
   column (rows x 1) or a row (1 x cols), which then broadcasts. z may be x. */
or_status or_matrix_add(double alpha, const or_matrix *x, double beta,
                        const or_matrix *y, or_matrix *z);
/* z = x .* y and z = x ./ y, broadcasting y as or_matrix_add does. */
or_status or_matrix_hadamard(const or_matrix *x, const or_matrix *y,
                             or_matrix *z);
or_status or_matrix_divide(const or_matrix *x, const or_matrix *y,
                           or_matrix *z);

/* Reductions over stored values, times 2^exponent where a double holds it.
   Sums run in double, in lanes whose order never changes. */
double or_matrix_sum(const or_matrix *m);
or_status or_matrix_extremes(const or_matrix *m, double *low, double *high);
/* s[j], j < cols = sum of column j; s[i], i < rows = sum of row i. */
void or_matrix_column_sums(const or_matrix *m, or_matrix *s /* 1 x cols */);
void or_matrix_row_sums(const or_matrix *m, or_matrix *s /* rows x 1 */);
/* Frobenius inner product sum_ij x_ij y_ij of equal shapes. */
or_status or_matrix_dot(const or_matrix *x, const or_matrix *y, double *dot);

/* ||m||_F without overflow: value * 2^exponent, value in [1,4) or 0, NaN, Inf.
   or_norm_value folds it (0 or Inf past a double's range), or_norm_log10
   gives log10 of it (-Inf for 0), finite for every exponent. */
typedef struct or_norm {
  double value;
  int64_t exponent;
} or_norm;
or_norm or_matrix_frobenius(const or_matrix *m);
or_norm or_norm_of_square(double square, int64_t exponent); /* sqrt * 2^e */
double or_norm_value(or_norm n);
double or_norm_log10(or_norm n);

#endif
