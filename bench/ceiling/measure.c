/* measure.c: clock, memory and norms (ceiling.h). */
#define _GNU_SOURCE
#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "lapack.h"

double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

static int compare(const void *a, const void *b) {
  double x = *(double *)a, y = *(double *)b;
  return (x > y) - (x < y);
}

double median(double *t, int n) {
  qsort(t, n, sizeof *t, compare);
  return t[n / 2];
}

static void *aligned(size_t bytes) {
  void *p = 0;
  if (posix_memalign(&p, 64, bytes ? bytes : 64))
    abort();
  return p;
}

real *new_reals(size_t n) { return aligned(n * sizeof(real)); }

double sum_of_squares(const real *x, size_t n) {
  double t = 0;
  size_t i = 0;
  for (; i + 4096 <= n; i += 4096) {
    real q[64] = {0};
    for (int k = 0; k < 4096; k += 64)
      for (int j = 0; j < 64; j++)
        q[j] += x[i + k + j] * x[i + k + j];
    for (int j = 0; j < 64; j++)
      t += q[j];
  }
  for (; i < n; i++)
    t += (double)x[i] * x[i];
  return t;
}

double orthogonality_error(int n, const real *W, real *G) {
  syrk("L", "T", n, n, W, n, G, n);
  double t = 0;
  for (int j = 0; j < n; j++) {
    double d = G[(size_t)j * n + j] - 1;
    t += d * d;
    real s = 0;
    const real *g = G + (size_t)j * n;
    for (int i = j + 1; i < n; i++)
      s += g[i] * g[i];
    t += 2 * (double)s;
  }
  return sqrt(t);
}

extern void dgemm_(const char *, const char *, const int *, const int *,
                   const int *, const double *, const double *, const int *,
                   const double *, const int *, const double *, double *,
                   const int *);

double exact_orthogonality_error(int n, const real *Q) {
  size_t nn = (size_t)n * n;
  double *A = aligned(nn * sizeof *A), *G = aligned(nn * sizeof *G), t = 0;
  const double one = 1, zero = 0;
  for (size_t i = 0; i < nn; i++)
    A[i] = Q[i];
  dgemm_("T", "N", &n, &n, &n, &one, A, &n, A, &n, &zero, G, &n);
  for (int j = 0; j < n; j++)
    for (int i = 0; i < n; i++) {
      double d = G[(size_t)j * n + i] - (i == j);
      t += d * d;
    }
  free(A);
  free(G);
  return sqrt(t);
}
