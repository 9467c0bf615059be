/* matrices.h: matrices for C tests: memory, entries, comparisons. No test's
   results depend on `gap`: the rows of padding between the columns of new
   matrices, which are NaN and stay so. */
#ifndef MATRICES_H
#define MATRICES_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/core/arena.h"
#include "../../src/core/arithmetic.h"
#include "../../src/core/elements.h"
#include "../../src/core/exponent.h"
#include "../../src/core/reduction.h"
#include "../../src/core/rng.h"
#include "check.h"

enum { POOL = 32 << 20, JUNK = 0xff };

static _Alignas(OR_ALIGNMENT) unsigned char pool[POOL];
static size_t pool_used;
static int gap;

/* All matrices made so far are gone. */
static inline void forget_matrices(void) { pool_used = 0; }

/* rows x cols of NaN; exponent 0. */
static inline or_matrix new_matrix(int rows, int cols, or_precision p) {
  or_matrix m = or_matrix_over(pool + pool_used, rows, cols, p);
  m.ld += gap;
  size_t bytes =
      or_align_up((size_t)m.ld * (size_t)cols * or_precision_size(p));
  pool_used += bytes;
  if (pool_used > POOL) {
    printf("matrices.h: the pool is too small\n");
    exit(1);
  }
  memset(m.data, JUNK, bytes);
  return m;
}

static inline double at(const or_matrix *m, int i, int j) {
  size_t k = (size_t)i + (size_t)j * (size_t)m->ld;
  return m->precision == OR_FLOAT32 ? ((float *)m->data)[k]
                                    : ((double *)m->data)[k];
}

static inline void put(or_matrix *m, int i, int j, double x) {
  size_t k = (size_t)i + (size_t)j * (size_t)m->ld;
  if (m->precision == OR_FLOAT32)
    ((float *)m->data)[k] = (float)x;
  else
    ((double *)m->data)[k] = x;
}

/* Standard normals by a seed, the same in both precisions up to rounding. */
static inline or_matrix random_matrix(int rows, int cols, or_precision p,
                                      uint64_t seed) {
  or_matrix m = new_matrix(rows, cols, p);
  or_rng r = {seed, 0};
  double packed[64];
  int left = 0;
  for (int j = 0; j < cols; j++)
    for (int i = 0; i < rows; i++) {
      if (left == 0) {
        or_matrix next = or_matrix_over(packed, 64, 1, OR_FLOAT64);
        or_rng_normal(&r, 0, 1, &next);
        left = 64;
      }
      put(&m, i, j, packed[--left]);
    }
  return m;
}

/* A matrix of the values listed row by row. */
static inline or_matrix matrix_of(int rows, int cols, or_precision p,
                                  const double *values) {
  or_matrix m = new_matrix(rows, cols, p);
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < cols; j++)
      put(&m, i, j, values[i * cols + j]);
  return m;
}

static inline or_matrix copy_of(const or_matrix *x) {
  or_matrix m = new_matrix(x->rows, x->cols, x->precision);
  m.exponent = x->exponent;
  for (int j = 0; j < x->cols; j++)
    for (int i = 0; i < x->rows; i++)
      put(&m, i, j, at(x, i, j));
  return m;
}

/* The true value of an element, where a double holds it. */
static inline double value_at(const or_matrix *m, int i, int j) {
  return ldexp(at(m, i, j), (int)m->exponent);
}

/* The larger of two sizes, infinite where one is NaN: no error hides. */
static inline double worse(double a, double b) {
  return isnan(a) || isnan(b) ? INFINITY : a > b ? a : b;
}

/* The largest |a - b| of true values; infinite where one is NaN, or the
   shapes differ. */
static inline double difference(const or_matrix *a, const or_matrix *b) {
  double most = 0;
  if (a->rows != b->rows || a->cols != b->cols)
    return INFINITY;
  for (int j = 0; j < a->cols; j++)
    for (int i = 0; i < a->rows; i++)
      most = worse(most, fabs(value_at(a, i, j) - value_at(b, i, j)));
  return most;
}

static inline double largest_of(const or_matrix *a) {
  double most = 0;
  for (int j = 0; j < a->cols; j++)
    for (int i = 0; i < a->rows; i++)
      most = worse(most, fabs(value_at(a, i, j)));
  return most;
}

/* Equal to the bit, exponents too; NaN equals NaN. */
static inline int same_bits(const or_matrix *a, const or_matrix *b) {
  size_t bytes = (size_t)a->rows * or_precision_size(a->precision);
  if (a->rows != b->rows || a->cols != b->cols ||
      a->precision != b->precision || a->exponent != b->exponent)
    return 0;
  for (int j = 0; j < a->cols; j++) {
    or_matrix x = or_matrix_block(a, 0, j, a->rows, 1);
    or_matrix y = or_matrix_block(b, 0, j, b->rows, 1);
    if (memcmp(x.data, y.data, bytes) != 0)
      return 0;
  }
  return 1;
}

/* Is what stands between m's columns as new_matrix left it? */
static inline int padding_is_intact(const or_matrix *m) {
  size_t size = or_precision_size(m->precision);
  for (int j = 0; j < m->cols; j++) {
    const unsigned char *end =
        (unsigned char *)m->data + ((size_t)j * m->ld + m->rows) * size;
    for (size_t k = 0; k < (size_t)(m->ld - m->rows) * size; k++)
      if (end[k] != JUNK)
        return 0;
  }
  return 1;
}

/* op(a) op(b) of true values in long double, as float64. */
static inline or_matrix product_of(bool ta, const or_matrix *a, bool tb,
                                   const or_matrix *b) {
  int m = ta ? a->cols : a->rows, n = tb ? b->rows : b->cols;
  int inner = ta ? a->rows : a->cols;
  or_matrix c = new_matrix(m, n, OR_FLOAT64);
  for (int j = 0; j < n; j++)
    for (int i = 0; i < m; i++) {
      long double sum = 0;
      for (int k = 0; k < inner; k++)
        sum += (long double)(ta ? value_at(a, k, i) : value_at(a, i, k)) *
               (tb ? value_at(b, j, k) : value_at(b, k, j));
      put(&c, i, j, (double)sum);
    }
  return c;
}

/* ||Q'Q - I||, the largest element of it. */
static inline double departure_from_isometry(const or_matrix *q) {
  or_matrix gram = product_of(true, q, false, q), eye = copy_of(&gram);
  or_matrix_eye(&eye);
  return difference(&gram, &eye);
}

#endif
