/* init.c: Haar matrices of n x n, each sampler in turn: ceiling init n... */
#include <stdio.h>
#include <stdlib.h>

#include "ceiling.h"

static int numbers_alone(generator *g, sampler *h, real *Q) {
  normals(g, Q, (size_t)h->n * h->n);
  return 0;
}

static int by_qr(generator *g, sampler *h, real *Q) {
  haar_by_qr(g, h, Q);
  return 0;
}

static int by_stewart_orgqr(generator *g, sampler *h, real *Q) {
  haar_by_stewart_orgqr(g, h, Q);
  return 0;
}

static int by_stewart(generator *g, sampler *h, real *Q) {
  haar_by_stewart(g, h, Q);
  return 0;
}

static int reflections_alone(generator *g, sampler *h, real *Q) {
  (void)Q;
  draw_reflections(g, h, h->V);
  prepare_blocks(h, h->V, h->T);
  return 0;
}

static const struct {
  const char *name;
  int (*run)(generator *, sampler *, real *); /* 0: it worked */
  int orthogonal;                             /* is Q, then? */
} methods[] = {{"rng_only", numbers_alone, 0},
               {"geqrf+orgqr", by_qr, 1},
               {"stewart+orgqr", by_stewart_orgqr, 1},
               {"stewart+WY", by_stewart, 1},
               {"cholqr2", haar_by_cholesky, 1},
               {"wy_T_only(implicit)", reflections_alone, 0}};
enum { METHODS = sizeof methods / sizeof *methods };

static int times_of(int n) {
  int times = n < 600 ? (int)(2e8 / ((double)n * n * n)) + 1 : 1;
  return times > 200 ? 200 : times;
}

static void race(int m, int n, generator *g, sampler *h, real *Q) {
  int times = times_of(n), rounds = n < 1500 ? 7 : 5, failed = 0;
  double t[7];
  for (int k = -1; k < rounds; k++) {
    double began = seconds();
    for (int q = 0; q < times; q++)
      failed |= methods[m].run(g, h, Q);
    if (k >= 0)
      t[k] = (seconds() - began) / times;
  }
  double error = methods[m].orthogonal ? exact_orthogonality_error(n, Q) : 0;
  double middle = median(t, rounds);
  printf("{\"what\":\"init\",\"alg\":\"%s\",\"dtype\":\"%s\",\"n\":%d,"
         "\"ms\":%.4f,\"ms_min\":%.4f,\"orth_err\":%.3g%s}\n",
         methods[m].name, PRECISION, n, middle * 1e3, t[0] * 1e3, error,
         failed ? ",\"FAILED\":1" : "");
  fflush(stdout);
}

void run_init(int count, char **words) {
  for (int i = 0; i < count; i++) {
    int n = atoi(words[i]);
    generator g;
    seed_generator(&g, 1);
    sampler *h = new_sampler(n, n);
    real *Q = new_reals((size_t)n * n);
    for (int m = 0; m < METHODS; m++)
      race(m, n, &g, h, Q);
    free(Q);
  }
}
