/* lapack.h: BLAS and LAPACK in this build's precision, sizes by value. */
#ifndef CEILING_LAPACK_H
#define CEILING_LAPACK_H

#include "ceiling.h"

#ifdef REAL_IS_FLOAT
#define F(name) s##name##_
#else
#define F(name) d##name##_
#endif

extern void F(gemm)(const char *, const char *, const int *, const int *,
                    const int *, const real *, const real *, const int *,
                    const real *, const int *, const real *, real *,
                    const int *);
extern void F(syrk)(const char *, const char *, const int *, const int *,
                    const real *, const real *, const int *, const real *,
                    real *, const int *);
extern void F(trmm)(const char *, const char *, const char *, const char *,
                    const int *, const int *, const real *, const real *,
                    const int *, real *, const int *);
extern void F(trsm)(const char *, const char *, const char *, const char *,
                    const int *, const int *, const real *, const real *,
                    const int *, real *, const int *);
extern void F(gemv)(const char *, const int *, const int *, const real *,
                    const real *, const int *, const real *, const int *,
                    const real *, real *, const int *);
extern void F(geqrf)(const int *, const int *, real *, const int *, real *,
                     real *, const int *, int *);
extern void F(orgqr)(const int *, const int *, const int *, real *, const int *,
                     const real *, real *, const int *, int *);
extern void F(potrf)(const char *, const int *, real *, const int *, int *);
extern void F(trtri)(const char *, const char *, const int *, real *,
                     const int *, int *);
extern void F(gesdd)(const char *, const int *, const int *, real *,
                     const int *, real *, real *, const int *, real *,
                     const int *, real *, const int *, int *, int *);
extern void F(gesvd)(const char *, const char *, const int *, const int *,
                     real *, const int *, real *, real *, const int *, real *,
                     const int *, real *, const int *, int *);
extern void F(syevd)(const char *, const char *, const int *, real *,
                     const int *, real *, real *, const int *, int *,
                     const int *, int *);

/* c (m x n) = alpha op(a) op(b) + beta c, k the inner size */
static inline void gemm(const char *ta, const char *tb, int m, int n, int k,
                        real alpha, const real *a, int lda, const real *b,
                        int ldb, real beta, real *c, int ldc) {
  F(gemm)(ta, tb, &m, &n, &k, &alpha, a, &lda, b, &ldb, &beta, c, &ldc);
}

/* a triangle of c (n x n) = a' a ("T") or a a' ("N"), k the inner size */
static inline void syrk(const char *uplo, const char *trans, int n, int k,
                        const real *a, int lda, real *c, int ldc) {
  const real one = 1, zero = 0;
  F(syrk)(uplo, trans, &n, &k, &one, a, &lda, &zero, c, &ldc);
}

/* b (m x n) = op(a) b, a upper triangular */
static inline void trmm(const char *trans, int m, int n, const real *a, int lda,
                        real *b, int ldb) {
  const real one = 1;
  F(trmm)("L", "U", trans, "N", &m, &n, &one, a, &lda, b, &ldb);
}

/* y = op(a) x, a n x n */
static inline void gemv(const char *trans, int n, const real *a, const real *x,
                        real *y) {
  const real one = 1, zero = 0;
  const int step = 1;
  F(gemv)(trans, &n, &n, &one, a, &n, x, &step, &zero, y, &step);
}

#endif
