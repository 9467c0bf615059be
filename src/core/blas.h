/* blas.h: the door to BLAS and LAPACK, one table per precision. blas.c is the
   only file that includes their headers: storage order, integer width, `info`
   and thread control have their home there. Everything works on STORED values
   and ignores exponents; callers scale before and after. Inputs of the LAPACK
   entries must be finite (LAPACK's SVD never returns on an Inf): the callers
   in linalg.c scan first. */
#ifndef OR_BLAS_H
#define OR_BLAS_H

#include "arena.h"

typedef struct or_blas_table {
  /* c = alpha op(a) op(b) + beta c; denormals flushed */
  void (*gemm)(bool ta, bool tb, double alpha, const or_matrix *a,
               const or_matrix *b, double beta, or_matrix *c);
  /* the same in one call: not in panels, and on the caller's thread alone */
  void (*gemm_whole)(bool ta, bool tb, double alpha, const or_matrix *a,
                     const or_matrix *b, double beta, or_matrix *c);
  /* lower triangle of c = a' a (transpose) or a a' */
  void (*syrk)(bool transpose, const or_matrix *a, or_matrix *c);

  /* LAPACK: matrices not empty, finite, contents overwritten as LAPACK does.
     Workspace is taken from the arena and given back. Where the arena has too
     little the matrices' elements are not looked at, and may be absent. */

  /* a (m x n) = Q R in compact form, tau has room for min(m,n) elements */
  or_status (*geqrf)(or_matrix *a, void *tau, or_arena *arena);
  /* q = the first q->cols columns of the Q that geqrf left in it */
  or_status (*orgqr)(or_matrix *q, const void *tau, or_arena *arena);
  /* thin SVD; a is destroyed, s is k x 1, u m x k, vt k x n, or both NULL.
     By divide and conquer (OR_SIZE where its sizes overflow) or by QR */
  or_status (*gesdd)(or_matrix *a, or_matrix *s, or_matrix *u, or_matrix *vt,
                     or_arena *arena);
  or_status (*gesvd)(or_matrix *a, or_matrix *s, or_matrix *u, or_matrix *vt,
                     or_arena *arena);
  /* symmetric eigenproblem of a's lower triangle; vectors replace a */
  or_status (*syevd)(bool vectors, or_matrix *a, or_matrix *values,
                     or_arena *arena);
  /* a = P L U, in place; OR_SINGULAR with the first zero pivot (0-based) in
   *zero, the factors being complete even then */
  or_status (*getrf)(or_matrix *a, int *pivots, int *zero);
  or_status (*getrs)(const or_matrix *lu, const int *pivots, or_matrix *b);
  or_status (*getri)(or_matrix *lu, const int *pivots, or_arena *arena);
} or_blas_table;

extern const or_blas_table or_blas_f32, or_blas_f64;

static inline const or_blas_table *or_blas(or_precision p) {
  return OR_FOR_PRECISION(p, &or_blas);
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
/* or_set_threads (parallel.h), but 1 over a BLAS that several threads cannot
   call at a time. */
void or_blas_set_threads(int threads);

#endif
