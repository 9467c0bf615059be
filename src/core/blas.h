/* blas.h: the door to BLAS and LAPACK, one table per precision. blas.c is the
   only file that includes their headers: storage order, integer width, `info`
   and thread control have their home there. Everything works on STORED values
   and ignores exponents; callers scale before and after. Inputs of the LAPACK
   entries must be finite (LAPACK's SVD never returns on an Inf): the callers
   in linalg.c scan first.

   Entries with `work` follow LAPACK's query: lwork = -1 writes the wanted
   size (in elements) into *wanted and does nothing else. */
#ifndef OR_BLAS_H
#define OR_BLAS_H

#include "matrix.h"

typedef struct or_blas_table {
  /* c = alpha op(a) op(b) + beta c; denormals flushed */
  void (*gemm)(bool ta, bool tb, double alpha, const or_matrix *a,
               const or_matrix *b, double beta, or_matrix *c);
  /* lower triangle of c = a' a (transpose) or a a' */
  void (*syrk)(bool transpose, const or_matrix *a, or_matrix *c);
  /* b = alpha op(a) b or b op(a), a triangular */
  void (*trmm)(bool right, bool upper, bool transpose, bool unit, double alpha,
               const or_matrix *a, or_matrix *b);
  void (*trsm)(bool right, bool upper, bool transpose, bool unit, double alpha,
               const or_matrix *a, or_matrix *b);
} or_blas_table;

extern const or_blas_table or_blas_f32, or_blas_f64;

static inline const or_blas_table *or_blas(or_precision p) {
  return p == OR_FLOAT32 ? &or_blas_f32 : &or_blas_f64;
}

/* The library that does the work, for --version and for every run's record.
   kernel is OpenBLAS's core name ("Haswell"), "" where not OpenBLAS. */
typedef struct or_blas_info {
  char library[128]; /* "OpenBLAS 0.3.21", or "BLAS" */
  char kernel[64];
  int threads;
} or_blas_info;
void or_blas_describe(or_blas_info *info);
void or_blas_single_thread(void); /* BLAS's own threading off */

#endif
