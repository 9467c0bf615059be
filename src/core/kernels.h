/* kernels.h: the loops over elements, one table per precision. kernels.c is
   the template; or_kernels(p) picks the table. Every kernel works on stored
   values and leaves exponents to its caller; shapes have been checked. */
#ifndef OR_KERNELS_H
#define OR_KERNELS_H

#include "activation.h"
#include "matrix.h"

typedef struct or_kernels_table {
  void (*scan)(const or_matrix *x, or_scan *s);
  double (*max_abs)(const or_matrix *x); /* Inf or NaN where x has one */
  double (*get)(const or_matrix *x, int i, int j);
  void (*set)(or_matrix *x, int i, int j, double value);
  void (*fill)(or_matrix *x, double value);
  void (*copy)(const or_matrix *x, or_matrix *y);
  void (*convert)(const or_matrix *x, or_matrix *y); /* from the other one */
  void (*shift)(const or_matrix *x, int64_t k, or_matrix *y); /* y = 2^k x */
  void (*transpose)(const or_matrix *x, or_matrix *y);
  void (*scale)(double alpha, const or_matrix *x, or_matrix *y);
  void (*add)(double alpha, const or_matrix *x, double beta, const or_matrix *y,
              or_matrix *z);
  void (*hadamard)(const or_matrix *x, const or_matrix *y, or_matrix *z);
  void (*divide)(const or_matrix *x, const or_matrix *y, or_matrix *z);
  double (*column_sum)(const or_matrix *x, int j);
  void (*row_sums)(const or_matrix *x, or_matrix *s);
  double (*sum_squares)(const or_matrix *x, double scale); /* of scale*x */
  double (*dot)(const or_matrix *x, const or_matrix *y);
  /* a = phi(z), elementwise; returns max |a|. in-place is fine. */
  double (*activate)(or_activation phi, const or_matrix *z, or_matrix *a);
  /* dz = da .* phi'(z); dz may be da; returns max |dz|. */
  double (*activate_back)(or_activation phi, const or_matrix *z,
                          const or_matrix *da, or_matrix *dz);
  /* dz = da .* phi''(z), likewise */
  double (*activate_bend)(or_activation phi, const or_matrix *z,
                          const or_matrix *da, or_matrix *dz);
  /* Each column to mean 0 and variance 1: y = (x - mean) rstd[j], rstd[j] =
     1/sqrt(variance + eps); and its derivative: dx from dy. */
  void (*standardize)(const or_matrix *x, double eps, or_matrix *y,
                      double *rstd);
  void (*standardize_back)(const or_matrix *y, const double *rstd,
                           const or_matrix *dy, or_matrix *dx);
} or_kernels_table;

extern const or_kernels_table or_kernels_f32, or_kernels_f64;

static inline const or_kernels_table *or_kernels(or_precision p) {
  return OR_FOR_PRECISION(p, &or_kernels);
}

/* The largest stored magnitude; Inf or NaN where there is one. */
static inline double or_max_abs(const or_matrix *m) {
  return or_kernels(m->precision)->max_abs(m);
}

/* Element (i,j) as it is stored. */
static inline double or_stored(const or_matrix *m, int i, int j) {
  return or_kernels(m->precision)->get(m, i, j);
}

#endif
