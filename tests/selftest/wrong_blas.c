/* wrong_blas.c: a BLAS and LAPACK that is almost right, to be preloaded: wrong
   in what $WRONG_BLAS names, and the real one otherwise. No header of theirs:
   their enumerations are ints here. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int is(const char *what) {
  const char *wrong = getenv("WRONG_BLAS");
  return wrong && strstr(wrong, what);
}

typedef void dgemm(int, int, int, int, int, int, double, const double *, int,
                   const double *, int, double, double *, int);
typedef void sgemm(int, int, int, int, int, int, float, const float *, int,
                   const float *, int, float, float *, int);
typedef int dgesdd(int, char, int, int, double *, int, double *, double *, int,
                   double *, int, double *, int, int *);
typedef int dgetrs(int, char, int, int, const double *, int, const int *,
                   double *, int);

/* "last": the last element is off by 2^-40 of itself where both sides are odd
   and large; "nan": all are NaN. */
void cblas_dgemm(int order, int ta, int tb, int m, int n, int k, double alpha,
                 const double *a, int lda, const double *b, int ldb,
                 double beta, double *c, int ldc) {
  dgemm *real;
  *(void **)&real = dlsym(RTLD_NEXT, "cblas_dgemm");
  real(order, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
  if (is("last") && m > 64 && n > 32 && m % 2 && n % 2)
    c[m - 1 + (size_t)(n - 1) * ldc] *= 1 + ldexp(1, -40);
  if (is("nan"))
    for (int j = 0; j < n; j++)
      for (int i = 0; i < m; i++)
        c[i + (size_t)j * ldc] = NAN;
}

/* "float": a row of a product of 5 rows or more is that of another. */
void cblas_sgemm(int order, int ta, int tb, int m, int n, int k, float alpha,
                 const float *a, int lda, const float *b, int ldb, float beta,
                 float *c, int ldc) {
  sgemm *real;
  *(void **)&real = dlsym(RTLD_NEXT, "cblas_sgemm");
  real(order, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
  for (int j = 0; is("float") && m > 4 && j < n; j++)
    c[3 + (size_t)j * ldc] = c[4 + (size_t)j * ldc];
}

/* "lapack": the largest singular value, and the first solution, by 1e-12. */
int LAPACKE_dgesdd_work(int order, char job, int m, int n, double *a, int lda,
                        double *s, double *u, int ldu, double *vt, int ldvt,
                        double *work, int lwork, int *iwork) {
  dgesdd *real;
  *(void **)&real = dlsym(RTLD_NEXT, "LAPACKE_dgesdd_work");
  int info =
      real(order, job, m, n, a, lda, s, u, ldu, vt, ldvt, work, lwork, iwork);
  if (is("lapack") && lwork != -1)
    s[0] *= 1 + 1e-12;
  return info;
}

int LAPACKE_dgetrs_work(int order, char transpose, int n, int columns,
                        const double *a, int lda, const int *pivots, double *b,
                        int ldb) {
  dgetrs *real;
  *(void **)&real = dlsym(RTLD_NEXT, "LAPACKE_dgetrs_work");
  int info = real(order, transpose, n, columns, a, lda, pivots, b, ldb);
  if (is("lapack"))
    b[0] *= 1 + 1e-12;
  return info;
}
