/* matrix.h: dense column-major matrices in two precisions, carrying a power
   of two: the type. Owns no memory: the caller provides `data` and keeps it
   alive. What is done with matrices stands beside it: exponent.h, elements.h,
   arithmetic.h, product.h, reduction.h.

   THE EXPONENT. The true value of an element is stored * 2^exponent. Almost
   every matrix has exponent 0. Operations move the exponent when a result
   would leave the window that products are safe in (precision.h: 2^-40 to 2^40,
   in float64 2^-300 to 2^300), so a product of 10,000 Gaussian matrices is a
   matrix like any other, where plain floating point prints inf. A power of two
   is exact: values that plain arithmetic can hold have the same bits either
   way.

   Shapes in comments are rows x cols; indices here are 0-based. */
#ifndef OR_MATRIX_H
#define OR_MATRIX_H

#include <stdint.h>

#include "precision.h"
#include "status.h"

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
static inline int or_shorter_side(const or_matrix *m) {
  return m->rows < m->cols ? m->rows : m->cols;
}
static inline int or_longer_side(const or_matrix *m) {
  return m->rows > m->cols ? m->rows : m->cols;
}
/* Do all elements stand side by side, as one long column? */
static inline bool or_matrix_is_packed(const or_matrix *m) {
  return m->ld == m->rows || m->cols <= 1 || m->rows == 0;
}

#endif
