/* drift.c: training a deep tanh net with plain steps, and how far its weights
   leave the orthogonal group: ceiling drift n L B steps every svd */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "lapack.h"

typedef struct training {
  int n, L, B, lwork, liwork, *iwork;
  real **W, **H, *Y, *d, *d2, *G, *work, *values;
} training;

static void draw(training *s) {
  generator g;
  size_t nn = (size_t)s->n * s->n, nB = (size_t)s->n * s->B;
  seed_generator(&g, 1);
  sampler *h = new_sampler(s->n, s->B);
  for (int l = 0; l < s->L; l++) {
    s->W[l] = new_reals(nn);
    haar_by_stewart(&g, h, s->W[l]);
  }
  for (int l = 0; l <= s->L; l++)
    s->H[l] = new_reals(nB);
  s->Y = new_reals(nB);
  normals(&g, s->H[0], nB);
  normals(&g, s->Y, nB);
}

static training new_training(int n, int L, int B) {
  training s = {.n = n, .L = L, .B = B};
  size_t nB = (size_t)n * B;
  s.W = malloc(L * sizeof *s.W);
  s.H = malloc((L + 1) * sizeof *s.H);
  draw(&s);
  s.d = new_reals(nB);
  s.d2 = new_reals(nB);
  s.G = new_reals((size_t)n * n);
  s.lwork = 8 * n * n + 64;
  s.liwork = 10 * n;
  s.work = new_reals(s.lwork);
  s.values = new_reals(n);
  s.iwork = malloc(s.liwork * sizeof(int));
  return s;
}

static void forward(training *s, int l) {
  int n = s->n, B = s->B;
  size_t nB = (size_t)n * B;
  real *x = s->H[l + 1];
  gemm("N", "N", n, B, n, 1, s->W[l], n, s->H[l], n, 0, x, n);
  for (size_t i = 0; i < nB; i++)
#ifdef REAL_IS_FLOAT
    x[i] = tanhf(x[i]);
#else
    x[i] = tanh(x[i]);
#endif
}

/* d = dloss/dz of the last layer */
static void begin_backward(training *s) {
  size_t nB = (size_t)s->n * s->B;
  real c = (real)(2.0 / nB), *d = s->d, *h = s->H[s->L];
  for (size_t i = 0; i < nB; i++)
    d[i] = c * (h[i] - s->Y[i]) * (1 - h[i] * h[i]);
}

/* The gradient toward the layer's input, then the layer's own step. */
static void backward(training *s, int l) {
  int n = s->n, B = s->B;
  size_t nB = (size_t)n * B;
  real rate = (real)-0.01, *d = s->d, *d2 = s->d2, *x = s->H[l];
  if (l)
    gemm("T", "N", n, B, n, 1, s->W[l], n, d, n, 0, d2, n);
  gemm("N", "T", n, n, B, rate, d, n, x, n, 1, s->W[l], n);
  if (!l)
    return;
  for (size_t i = 0; i < nB; i++)
    d2[i] *= 1 - x[i] * x[i];
  s->d = d2;
  s->d2 = d;
}

static void step(training *s) {
  for (int l = 0; l < s->L; l++)
    forward(s, l);
  begin_backward(s);
  for (int l = s->L - 1; l >= 0; l--)
    backward(s, l);
}

/* The last layer's; all are computed. */
static double measure_orthogonality(training *s) {
  double error = 0;
  for (int l = 0; l < s->L; l++)
    error = orthogonality_error(s->n, s->W[l], s->G);
  return error;
}

static void measure_spectra(training *s) {
  int n = s->n, info;
  for (int l = 0; l < s->L; l++) {
    syrk("L", "T", n, n, s->W[l], n, s->G, n);
    F(syevd)
    ("N", "L", &n, s->G, &n, s->values, s->work, &s->lwork, s->iwork,
     &s->liwork, &info);
  }
}

typedef struct times {
  double all, loop, orthogonality, spectra, check;
} times;

static times train(training *s, int steps, int every, int svd, double began) {
  times t = {0, 0, 0, 0, 0};
  double loop = seconds();
  for (int k = 0; k < steps; k++) {
    step(s);
    double now = seconds();
    if (every && k % every == 0) {
      t.check = measure_orthogonality(s);
      t.orthogonality += seconds() - now;
    }
    now = seconds();
    if (svd && k % svd == 0) {
      measure_spectra(s);
      t.spectra += seconds() - now;
    }
  }
  t.loop = seconds() - loop;
  t.all = seconds() - began;
  return t;
}

void run_drift(int count, char **words) {
  (void)count;
  int n = atoi(words[0]), L = atoi(words[1]), B = atoi(words[2]);
  int steps = atoi(words[3]), every = atoi(words[4]), svd = atoi(words[5]);
  double began = seconds();
  training s = new_training(n, L, B);
  times t = train(&s, steps, every, svd, began);
  printf("{\"what\":\"drift\",\"dtype\":\"%s\",\"n\":%d,\"depth\":%d,\"B\":%d,"
         "\"steps\":%d,\"every\":%d,\"svd_every\":%d,\"seconds\":%.4f,"
         "\"loop_seconds\":%.4f,\"orth_seconds\":%.4f,\"svd_seconds\":%.4f,"
         "\"check\":%g}\n",
         PRECISION, n, L, B, steps, every, svd, t.all, t.loop, t.orthogonality,
         t.spectra, t.check);
}
