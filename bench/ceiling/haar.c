/* haar.c: Haar matrices in four ways: QR of normals, Stewart's reflections by
   LAPACK's orgqr and in blocks of our own, and Cholesky twice. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lapack.h"

int block_size = 64;

sampler *new_sampler(int n, int cols) {
  sampler *h = calloc(1, sizeof *h);
  int most = cols > n ? cols : n, blocks = (n + block_size - 1) / block_size;
  h->n = n;
  h->block = block_size;
  h->V = new_reals((size_t)n * n);
  h->tau = new_reals(n);
  h->T = new_reals((size_t)blocks * block_size * block_size);
  h->W1 = new_reals((size_t)block_size * most);
  h->sign = malloc(n);
  real asked;
  int query = -1, info;
  F(geqrf)(&n, &n, h->V, &n, h->tau, &asked, &query, &info);
  h->lwork = (int)asked;
  F(orgqr)(&n, &n, &n, h->V, &n, h->tau, &asked, &query, &info);
  if ((int)asked > h->lwork)
    h->lwork = (int)asked;
  h->work = new_reals(h->lwork + 64);
  return h;
}

static void orgqr(sampler *h, real *Q) {
  int n = h->n, info;
  F(orgqr)(&n, &n, &n, Q, &n, h->tau, h->work, &h->lwork, &info);
}

/* The columns whose sign is negative change it. */
static void apply_signs(const sampler *h, real *Q) {
  int n = h->n;
  for (int j = 0; j < n; j++)
    if (h->sign[j] < 0) {
      real *q = Q + (size_t)j * n;
      for (int i = 0; i < n; i++)
        q[i] = -q[i];
    }
}

void haar_by_qr(generator *g, sampler *h, real *Q) {
  int n = h->n, info;
  normals(g, Q, (size_t)n * n);
  F(geqrf)(&n, &n, Q, &n, h->tau, h->work, &h->lwork, &info);
  for (int j = 0; j < n; j++)
    h->sign[j] = Q[(size_t)j * n + j] < 0 ? -1 : 1;
  orgqr(h, Q);
  apply_signs(h, Q);
}

/* v (n - k long) becomes the vector of reflection k. */
static void make_reflection(sampler *h, int k, real *v) {
  int n = h->n - k;
  double s = sum_of_squares(v, n), a = v[0];
  double beta = a >= 0 ? -sqrt(s) : sqrt(s);
  h->sign[k] = beta < 0 ? -1 : 1;
  h->tau[k] = (real)((beta - a) / beta);
  real scale = (real)(1 / (a - beta));
  for (int i = 1; i < n; i++)
    v[i] *= scale;
  v[0] = 1;
}

/* Stewart's: V unit lower trapezoidal, with zeros above. */
void draw_reflections(generator *g, sampler *h, real *V) {
  int n = h->n;
  for (int k = 0; k < n; k++) {
    real *v = V + (size_t)k * n;
    memset(v, 0, k * sizeof(real));
    normals(g, v + k, n - k);
    if (k < n - 1)
      make_reflection(h, k, v + k);
  }
  real *last = V + (size_t)n * n - 1;
  h->sign[n - 1] = *last < 0 ? -1 : 1;
  h->tau[n - 1] = 0;
  *last = 1;
}

void haar_by_stewart_orgqr(generator *g, sampler *h, real *Q) {
  draw_reflections(g, h, Q);
  orgqr(h, Q);
  apply_signs(h, Q);
}

/* T = inv(striu(V'V) + diag(1/tau)) of reflections k ... k + kb - 1: compact
   WY, by products */
static void make_block(sampler *h, const real *V, int k, int kb, real *T) {
  int n = h->n, nb = h->block, info;
  syrk("U", "T", kb, n - k, V + (size_t)k * n + k, n, T, nb);
  for (int j = 0; j < kb; j++) {
    real t = h->tau[k + j];
    T[(size_t)j * nb + j] = t != 0 ? 1 / t : (real)1e30;
    for (int i = j + 1; i < kb; i++)
      T[(size_t)j * nb + i] = 0;
  }
  F(trtri)("U", "N", &kb, T, &nb, &info);
}

/* Columns k ... k + kb - 1 of Q from row k on: those of I - V T V1'. */
static void first_columns(sampler *h, const real *Vk, int k, int kb, real *Q) {
  int n = h->n, nb = h->block;
  for (int j = 0; j < kb; j++)
    for (int i = 0; i < kb; i++)
      h->W1[(size_t)j * nb + i] = Vk[(size_t)i * n + j];
  trmm("N", kb, kb, h->T, nb, h->W1, nb);
  gemm("N", "N", n - k, kb, kb, -1, Vk, n, h->W1, nb, 0, Q + (size_t)k * n + k,
       n);
  for (int j = 0; j < kb; j++)
    Q[(size_t)(k + j) * n + k + j] += 1;
}

/* The columns behind them, whose first rows are zero so far. */
static void other_columns(sampler *h, const real *Vk, int k, int kb, real *Q) {
  int n = h->n, nb = h->block, m = n - k - kb;
  real *Q12 = Q + (size_t)(k + kb) * n + k, *Q22 = Q12 + kb;
  gemm("T", "N", kb, m, m, 1, Vk + kb, n, Q22, n, 0, h->W1, nb);
  trmm("N", kb, m, h->T, nb, h->W1, nb);
  gemm("N", "N", kb, m, kb, -1, Vk, n, h->W1, nb, 0, Q12, n);
  gemm("N", "N", m, m, kb, -1, Vk + kb, n, h->W1, nb, 1, Q22, n);
}

void haar_by_stewart(generator *g, sampler *h, real *Q) {
  int n = h->n, nb = h->block;
  draw_reflections(g, h, h->V);
  for (int k = (n - 1) / nb * nb; k >= 0; k -= nb) {
    int kb = n - k < nb ? n - k : nb;
    const real *Vk = h->V + (size_t)k * n + k;
    make_block(h, h->V, k, kb, h->T);
    first_columns(h, Vk, k, kb, Q);
    if (k + kb < n)
      other_columns(h, Vk, k, kb, Q);
  }
  apply_signs(h, Q);
}

static int cholesky_pass(int n, real *Q, real *G) {
  const real one = 1;
  int info;
  syrk("U", "T", n, n, Q, n, G, n);
  F(potrf)("U", &n, G, &n, &info);
  if (info)
    return info;
  F(trsm)("R", "U", "N", "N", &n, &n, &one, G, &n, Q, &n);
  return 0;
}

int haar_by_cholesky(generator *g, sampler *h, real *Q) {
  int n = h->n;
  real scale = (real)(1 / sqrt((double)n));
  normals(g, Q, (size_t)n * n);
  for (size_t i = 0; i < (size_t)n * n; i++)
    Q[i] *= scale;
  int failed = cholesky_pass(n, Q, h->V);
  return failed ? failed : cholesky_pass(n, Q, h->V);
}

/* --- reflections that are never multiplied out --------------------------- */

void prepare_blocks(sampler *h, const real *V, real *T) {
  int n = h->n, nb = h->block;
  for (int k = 0; k < n; k += nb)
    make_block(h, V, k, n - k < nb ? n - k : nb, T + (size_t)k * nb);
}

static void scale_rows(int n, const signed char *sign, real *X, int B) {
  for (int j = 0; j < B; j++)
    for (int i = 0; i < n; i++)
      X[(size_t)j * n + i] *= sign[i];
}

void apply_reflections(sampler *h, const real *V, const real *T,
                       const signed char *sign, real *X, int B, int transpose) {
  int n = h->n, nb = h->block, blocks = (n + nb - 1) / nb;
  if (!transpose)
    scale_rows(n, sign, X, B);
  for (int q = 0; q < blocks; q++) {
    int b = transpose ? q : blocks - 1 - q, k = b * nb, m = n - k;
    int kb = m < nb ? m : nb;
    const real *Vk = V + (size_t)k * n + k;
    gemm("T", "N", kb, B, m, 1, Vk, n, X + k, n, 0, h->W1, nb);
    trmm(transpose ? "T" : "N", kb, B, T + (size_t)b * nb * nb, nb, h->W1, nb);
    gemm("N", "N", m, B, kb, -1, Vk, n, h->W1, nb, 1, X + k, n);
  }
  if (transpose)
    scale_rows(n, sign, X, B);
}
