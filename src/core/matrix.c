/* matrix.c: see matrix.h. */
#include "matrix.h"

#include <limits.h>

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
