/* svd.c: spectra of n x n Gaussian matrices and what stands in for them:
   ceiling svd n... */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lapack.h"

enum { ROUNDS = 5, POWER_STEPS = 20 };

typedef struct workspace {
  int n, lwork, liwork, *iwork;
  real *A, *B, *U, *V, *S, *work, *x, *y;
} workspace;

static workspace new_workspace(int n) {
  size_t nn = (size_t)n * n;
  workspace w = {.n = n, .lwork = 8 * n * n + 600 * n, .liwork = 10 * n + 10};
  w.A = new_reals(nn);
  w.B = new_reals(nn);
  w.U = new_reals(nn);
  w.V = new_reals(nn);
  w.S = new_reals(n);
  w.work = new_reals(w.lwork);
  w.iwork = malloc(w.liwork * sizeof(int));
  w.x = new_reals(n);
  w.y = new_reals(n);
  return w;
}

static void gesdd(workspace *w, const char *job) {
  int n = w->n, info;
  F(gesdd)
  (job, &n, &n, w->A, &n, w->S, w->U, &n, w->V, &n, w->work, &w->lwork,
   w->iwork, &info);
}

static void gesdd_values(workspace *w) { gesdd(w, "N"); }

static void gesdd_vectors(workspace *w) { gesdd(w, "A"); }

static void gesvd_values(workspace *w) {
  int n = w->n, info;
  F(gesvd)
  ("N", "N", &n, &n, w->A, &n, w->S, w->U, &n, w->V, &n, w->work, &w->lwork,
   &info);
}

static void gram(workspace *w) {
  syrk("L", "T", w->n, w->n, w->A, w->n, w->B, w->n);
}

static void gram_values(workspace *w) {
  int n = w->n, info;
  gram(w);
  F(syevd)
  ("N", "L", &n, w->B, &n, w->S, w->work, &w->lwork, w->iwork, &w->liwork,
   &info);
}

static void distance_by_syrk(workspace *w) {
  orthogonality_error(w->n, w->A, w->B);
}

static void distance_by_gemm(workspace *w) {
  int n = w->n;
  gemm("T", "N", n, n, n, 1, w->A, n, w->A, n, 0, w->B, n);
  sum_of_squares(w->B, (size_t)n * n);
}

static void power_iteration(workspace *w) {
  int n = w->n;
  for (int i = 0; i < n; i++)
    w->x[i] = 1;
  for (int step = 0; step < POWER_STEPS; step++) {
    gemv("N", n, w->A, w->x, w->y);
    gemv("T", n, w->A, w->y, w->x);
    double s = 0;
    for (int i = 0; i < n; i++)
      s += w->x[i] * w->x[i];
    real scale = (real)(1 / sqrt(s));
    for (int i = 0; i < n; i++)
      w->x[i] *= scale;
  }
}

/* One Newton-Schulz step toward the polar factor: 1.5 A - 0.5 A A'A */
static void newton_schulz(workspace *w) {
  int n = w->n;
  gram(w);
  for (int j = 0; j < n; j++)
    for (int i = j + 1; i < n; i++)
      w->B[(size_t)i * n + j] = w->B[(size_t)j * n + i];
  memcpy(w->U, w->A, (size_t)n * n * sizeof(real));
  gemm("N", "N", n, n, n, -.5f, w->A, n, w->B, n, 1.5f, w->U, n);
}

static const struct {
  const char *name;
  void (*run)(workspace *);
  int largest; /* n; 0: any */
} methods[] = {
    {"gesdd_N", gesdd_values, 0},       {"gesvd_N", gesvd_values, 0},
    {"gesdd_A", gesdd_vectors, 2000},   {"syrk+syevd_N", gram_values, 0},
    {"syrk+frob", distance_by_syrk, 0}, {"gemm+frob", distance_by_gemm, 0},
    {"power20", power_iteration, 0},    {"haar_ns_polish", newton_schulz, 0}};
enum { METHODS = sizeof methods / sizeof *methods };

static void draw_matrix(workspace *w, generator *g) {
  size_t nn = (size_t)w->n * w->n;
  real scale = (real)(1 / sqrt((double)w->n));
  normals(g, w->A, nn);
  for (size_t i = 0; i < nn; i++)
    w->A[i] *= scale;
}

static void race(int m, workspace *w, generator *g) {
  double t[ROUNDS];
  for (int k = -1; k < ROUNDS; k++) {
    draw_matrix(w, g);
    double began = seconds();
    methods[m].run(w);
    if (k >= 0)
      t[k] = seconds() - began;
  }
  printf("{\"what\":\"svd\",\"alg\":\"%s\",\"dtype\":\"%s\",\"n\":%d,"
         "\"ms\":%.3f}\n",
         methods[m].name, PRECISION, w->n, median(t, ROUNDS) * 1e3);
  fflush(stdout);
}

void run_svd(int count, char **words) {
  for (int i = 0; i < count; i++) {
    workspace w = new_workspace(atoi(words[i]));
    generator g;
    seed_generator(&g, 1);
    for (int m = 0; m < METHODS; m++)
      if (methods[m].largest == 0 || w.n <= methods[m].largest)
        race(m, &w, &g);
  }
}
