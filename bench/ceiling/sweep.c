/* sweep.c: the depth sweep: nets of relu layers, one pass forward and one
   back, the gradient's norm at each layer. Workers take trials, the deepest
   first: ceiling sweep n depths seeds B gauss|qr|stewart|implicit workers
   [gram] */
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lapack.h"

enum { MOST_DEPTHS = 64, MOST_WORKERS = 16, MOST_LAYERS = 1024 };

/* implicit: reflections that are applied, never multiplied out */
typedef enum weights { GAUSS, QR, STEWART, IMPLICIT } weights;

typedef struct network {
  int n, B, gram;
  weights mode;
  real **W, **H, **T, *d, *d2, *G, *G2, *Y;
  signed char **sign;
  sampler *sampler;
  generator g;
  double seconds; /* that drawing weights took */
} network;

static network *new_network(int n, int B, int depth, weights mode, int gram) {
  network *s = calloc(1, sizeof *s);
  size_t nB = (size_t)n * B, side = n > B ? n : B;
  int blocks = (n + block_size - 1) / block_size;
  *s = (network){.n = n, .B = B, .gram = gram, .mode = mode};
  s->W = malloc(depth * sizeof *s->W);
  s->H = malloc((depth + 1) * sizeof *s->H);
  s->T = calloc(depth, sizeof *s->T);
  s->sign = malloc(depth * sizeof *s->sign);
  s->sampler = new_sampler(n, B);
  for (int l = 0; l < depth; l++) {
    s->W[l] = new_reals((size_t)n * n);
    if (mode == IMPLICIT)
      s->T[l] = new_reals((size_t)blocks * block_size * block_size);
    s->sign[l] = malloc(n);
  }
  for (int l = 0; l <= depth; l++)
    s->H[l] = new_reals(nB);
  s->d = new_reals(nB);
  s->d2 = new_reals(nB);
  s->G = new_reals(side * side);
  s->G2 = new_reals(side * side);
  s->Y = new_reals(nB);
  return s;
}

static real gain(void) { return (real)sqrt(2.0); }

static void draw_gaussian(network *s, real *W) {
  size_t nn = (size_t)s->n * s->n;
  real scale = (real)sqrt(2.0 / s->n);
  normals(&s->g, W, nn);
  for (size_t i = 0; i < nn; i++)
    W[i] *= scale;
}

static void draw_layer(network *s, int l) {
  switch (s->mode) {
  case GAUSS:
    draw_gaussian(s, s->W[l]);
    break;
  case QR:
    haar_by_qr(&s->g, s->sampler, s->W[l]);
    break;
  case STEWART:
    haar_by_stewart(&s->g, s->sampler, s->W[l]);
    break;
  case IMPLICIT:
    draw_reflections(&s->g, s->sampler, s->W[l]);
    memcpy(s->sign[l], s->sampler->sign, s->n);
    prepare_blocks(s->sampler, s->W[l], s->T[l]);
    break;
  }
}

static void draw(network *s, int depth, uint64_t seed) {
  seed_generator(&s->g, seed);
  double began = seconds();
  for (int l = 0; l < depth; l++)
    draw_layer(s, l);
  s->seconds += seconds() - began;
  normals(&s->g, s->H[0], (size_t)s->n * s->B);
  normals(&s->g, s->Y, (size_t)s->n * s->B);
}

static void forward(network *s, int l) {
  int n = s->n, B = s->B;
  size_t nB = (size_t)n * B;
  real *h = s->H[l + 1], g = gain();
  if (s->mode == IMPLICIT) {
    memcpy(h, s->H[l], nB * sizeof(real));
    apply_reflections(s->sampler, s->W[l], s->T[l], s->sign[l], h, B, 0);
    for (size_t i = 0; i < nB; i++)
      h[i] = h[i] > 0 ? g * h[i] : 0;
  } else {
    gemm("N", "N", n, B, n, s->mode == GAUSS ? 1 : g, s->W[l], n, s->H[l], n, 0,
         h, n);
    for (size_t i = 0; i < nB; i++)
      h[i] = h[i] > 0 ? h[i] : 0;
  }
}

/* d = dloss/dz of the last layer */
static void begin_backward(network *s, int depth) {
  size_t nB = (size_t)s->n * s->B;
  real c = (real)(2.0 / nB), *d = s->d, *h = s->H[depth];
  for (size_t i = 0; i < nB; i++)
    d[i] = h[i] > 0 ? c * (h[i] - s->Y[i]) : 0;
}

/* ||d h'||_F, whose square is <d'd, h'h>: from the lower triangles */
static double norm_by_grams(network *s, const real *h) {
  int n = s->n, B = s->B;
  const real *G = s->G, *G2 = s->G2;
  syrk("L", "T", B, n, s->d, n, s->G, B);
  syrk("L", "T", B, n, h, n, s->G2, B);
  double t = 0;
  for (int j = 0; j < B; j++) {
    real q = 0;
    for (int i = j + 1; i < B; i++)
      q += G[(size_t)j * B + i] * G2[(size_t)j * B + i];
    t += 2 * (double)q + (double)G[(size_t)j * B + j] * G2[(size_t)j * B + j];
  }
  return sqrt(t > 0 ? t : 0);
}

static double gradient_norm(network *s, const real *h) {
  int n = s->n;
  if (s->gram && s->B < n)
    return norm_by_grams(s, h);
  gemm("N", "T", n, n, s->B, 1, s->d, n, h, n, 0, s->G, n);
  return sqrt(sum_of_squares(s->G, (size_t)n * n));
}

static void backward(network *s, int l) {
  int n = s->n, B = s->B;
  size_t nB = (size_t)n * B;
  real *h = s->H[l], *d = s->d, *d2 = s->d2, g = gain();
  if (s->mode == IMPLICIT) {
    apply_reflections(s->sampler, s->W[l], s->T[l], s->sign[l], d, B, 1);
    for (size_t i = 0; i < nB; i++)
      d[i] = h[i] > 0 ? g * d[i] : 0;
  } else {
    gemm("T", "N", n, B, n, s->mode == GAUSS ? 1 : g, s->W[l], n, d, n, 0, d2,
         n);
    for (size_t i = 0; i < nB; i++)
      d2[i] = h[i] > 0 ? d2[i] : 0;
    s->d = d2;
    s->d2 = d;
  }
}

/* The first layer's gradient norm. */
static double trial(network *s, int depth, uint64_t seed) {
  double norms[MOST_LAYERS];
  draw(s, depth, seed);
  for (int l = 0; l < depth; l++)
    forward(s, l);
  begin_backward(s, depth);
  for (int l = depth - 1; l >= 0; l--) {
    norms[l] = gradient_norm(s, s->H[l]);
    if (l)
      backward(s, l);
  }
  return norms[0];
}

/* --- workers ------------------------------------------------------------- */

typedef struct worker {
  int n, B, seeds, gram, count, *depths;
  weights mode;
  atomic_int *next;
  double drawing, check;
} worker;

static void *work(void *argument) {
  worker *w = argument;
  int deepest = 0, t;
  for (int i = 0; i < w->count; i++)
    if (w->depths[i] > deepest)
      deepest = w->depths[i];
  network *s = new_network(w->n, w->B, deepest, w->mode, w->gram);
  while ((t = atomic_fetch_add(w->next, 1)) < w->count * w->seeds) {
    int depth = w->depths[w->count - 1 - t / w->seeds];
    w->check = trial(s, depth, 1 + t % w->seeds);
  }
  w->drawing = s->seconds;
  return NULL;
}

/* Runs `count` workers like w, whose sums it takes: seconds of drawing. */
static double run_workers(int count, worker *w) {
  worker all[MOST_WORKERS];
  pthread_t threads[MOST_WORKERS];
  double drawing = 0;
  for (int i = 0; i < count; i++) {
    all[i] = *w;
    if (count > 1)
      pthread_create(threads + i, NULL, work, all + i);
    else
      work(all + i);
  }
  for (int i = 0; i < count; i++) {
    if (count > 1)
      pthread_join(threads[i], NULL);
    drawing += all[i].drawing;
  }
  w->check = all[0].check;
  return drawing;
}

/* Of products, and of what multiplies weights out. */
static double operations(const worker *w) {
  double n = w->n, layers = 0;
  for (int i = 0; i < w->count; i++)
    layers += w->seeds * (double)w->depths[i];
  double share = w->mode == QR ? 8. / 3 : w->mode == STEWART ? 4. / 3 : 0;
  return layers * (6 * n * n * w->B + share * n * n * n);
}

static weights mode_of(const char *name) {
  return !strcmp(name, "gauss")     ? GAUSS
         : !strcmp(name, "qr")      ? QR
         : !strcmp(name, "stewart") ? STEWART
                                    : IMPLICIT;
}

static int read_depths(const char *list, int *depths) {
  char copy[256] = "";
  int count = 0;
  strncpy(copy, list, sizeof copy - 1);
  for (char *t = strtok(copy, ","); t && count < MOST_DEPTHS;
       t = strtok(NULL, ","))
    depths[count++] = atoi(t);
  return count;
}

void run_sweep(int count, char **words) {
  int depths[MOST_DEPTHS], workers = atoi(words[5]);
  atomic_int next = 0;
  worker w = {.n = atoi(words[0]),
              .B = atoi(words[3]),
              .seeds = atoi(words[2]),
              .gram = count > 6 ? atoi(words[6]) : 0,
              .count = read_depths(words[1], depths),
              .depths = depths,
              .mode = mode_of(words[4]),
              .next = &next};
  double began = seconds(), drawing = run_workers(workers, &w);
  double t = seconds() - began;
  printf("{\"what\":\"sweep\",\"mode\":\"%s\",\"dtype\":\"%s\",\"n\":%d,"
         "\"depths\":\"%s\",\"seeds\":%d,\"B\":%d,\"workers\":%d,\"gram\":%d,"
         "\"seconds\":%.4f,\"init_cpu_seconds\":%.4f,\"gflops\":%.1f,"
         "\"check\":%g}\n",
         words[4], PRECISION, w.n, words[1], w.seeds, w.B, workers, w.gram, t,
         drawing, operations(&w) / t / 1e9, w.check);
}
