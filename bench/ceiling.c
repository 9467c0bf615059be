/* ceiling.c: the floor that `make bench` measures orthorun against: of each
   workload only the necessary BLAS and LAPACK calls. Not part of orthorun, and
   kept as it was first measured, so that figures stay comparable: without
   options, checks or comfort. Built twice, for float32 with -DREAL_IS_FLOAT.
   Column major; activations are n x B. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <immintrin.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#ifdef REAL_IS_FLOAT
typedef float real;
#define F(x) s##x##_
#define DT "float32"
#else
typedef double real;
#define F(x) d##x##_
#define DT "float64"
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
extern void F(syev)(const char *, const char *, const int *, real *,
                    const int *, real *, real *, const int *, int *);

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}
static int cmpd(const void *a, const void *b) {
  double x = *(double *)a, y = *(double *)b;
  return (x > y) - (x < y);
}
static double med(double *t, int n) {
  qsort(t, n, sizeof *t, cmpd);
  return t[n / 2];
}
static void *xal(size_t n) {
  void *p = 0;
  if (posix_memalign(&p, 64, n ? n : 64))
    abort();
  return p;
}
#define NEWR(n) ((real *)xal(sizeof(real) * (size_t)(n)))

/* ---------- RNG: 8x xoshiro256++ lanes + Box-Muller (vectorised through
 * libmvec) ---------- */
#define LN 16
typedef struct {
  uint64_t s[4][LN];
} rng_t;
static uint64_t smix(uint64_t *x) {
  uint64_t z = (*x += 0x9E3779B97F4A7C15ull);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}
static void rseed(rng_t *r, uint64_t s) {
  for (int i = 0; i < 4; i++)
    for (int j = 0; j < LN; j++)
      r->s[i][j] = smix(&s);
}
static inline void rnext(rng_t *r, uint64_t *o) {
  for (int j = 0; j < LN; j++) {
    uint64_t a = r->s[0][j], b = r->s[1][j], c = r->s[2][j], d = r->s[3][j];
    uint64_t t = a + d;
    o[j] = ((t << 23) | (t >> 41)) + a;
    t = b << 17;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 45) | (d >> 19);
    r->s[0][j] = a;
    r->s[1][j] = b;
    r->s[2][j] = c;
    r->s[3][j] = d;
  }
}
#ifdef REAL_IS_FLOAT
static inline void bm_block(
    const uint64_t *u,
    float *o) { /* 16 pairs from 16 words; 32-bit radius uniform => |z|<=6.76 */
  for (int j = 0; j < LN; j++) {
    uint32_t hi = (uint32_t)(u[j] >> 32), lo = (uint32_t)u[j];
    float a = ((float)(int32_t)(hi >> 1) + 0.25f) * 0x1p-31f;
    a = a > 0.99999994f ? 0.99999994f : a;
    union {
      float f;
      int32_t i;
    } q = {a};
    int32_t e = ((q.i - 0x3f3504f3) >> 23);
    q.i -= e << 23;
    float x = q.f - 1.f, z = x * x;
    float y = ((((((((7.0376836292E-2f * x - 1.1514610310E-1f) * x +
                     1.1676998740E-1f) *
                        x -
                    1.2420140846E-1f) *
                       x +
                   1.4249322787E-1f) *
                      x -
                  1.6668057665E-1f) *
                     x +
                 2.0000714765E-1f) *
                    x -
                2.4999993993E-1f) *
                   x +
               3.3333331174E-1f) *
              x * z;
    float fe = (float)e;
    y += -2.12194440e-4f * fe - 0.5f * z;
    float lg = x + y + 0.693359375f * fe;
    float R = sqrtf(-2.f * lg);
    int32_t k = (int32_t)(lo >> 8);
    int32_t qd = (k + (1 << 21)) >> 22;
    float t = (float)(k - (qd << 22)) * (float)(0x1p-24 * 6.283185307179586);
    float w = t * t;
    float sn =
        ((-1.9515295891E-4f * w + 8.3321608736E-3f) * w - 1.6666654611E-1f) *
            w * t +
        t;
    float cs = ((2.443315711809948E-5f * w - 1.388731625493765E-3f) * w +
                4.166664568298827E-2f) *
                   w * w -
               0.5f * w + 1.f;
    float c = (qd & 1) ? sn : cs, s = (qd & 1) ? cs : sn;
    c = ((qd + 1) & 2) ? -c : c;
    s = (qd & 2) ? -s : s;
    o[j] = R * c;
    o[j + LN] = R * s;
  }
}
#else
static inline void bm_block(const uint64_t *u, const uint64_t *v, double *o) {
  for (int j = 0; j < LN; j++) {
    double a = ((double)(int64_t)(u[j] >> 11) + 0.5) * 0x1p-53;
    union {
      double f;
      int64_t i;
    } q = {a};
    int64_t e = ((q.i - 0x3fe6a09e667f3bcdLL) >> 52);
    q.i -= e << 52;
    double f = q.f - 1., s = f / (2. + f), z = s * s;
    double R0 =
        z * (6.666666666666735130e-01 +
             z * (3.999999999940941908e-01 +
                  z * (2.857142874366239149e-01 +
                       z * (2.222219843214978396e-01 +
                            z * (1.818357216161805012e-01 +
                                 z * (1.531383769920937332e-01 +
                                      z * 1.479819860511658591e-01))))));
    double hf = .5 * f * f, fe = (double)e;
    double lg = fe * 6.93147180369123816490e-01 -
                ((hf - (s * (hf + R0) + fe * 1.90821492927058770002e-10)) - f);
    double R = sqrt(-2. * lg);
    int64_t k = (int64_t)(v[j] >> 11);
    int64_t qd = (k + (1LL << 50)) >> 51;
    double t = (double)(k - (qd << 51)) * (0x1p-53 * 6.283185307179586),
           w = t * t;
    double sn =
        ((((((1.58962301576546568060E-10 * w - 2.50507477628578072866E-8) * w +
             2.75573136213857245213E-6) *
                w -
            1.98412698295895385996E-4) *
               w +
           8.33333333332211858878E-3) *
              w -
          1.66666666666666307295E-1) *
         w) *
            t +
        t;
    double cs =
        (((((-1.13585365213876817300E-11 * w + 2.08757008419747316778E-9) * w -
            2.75573141792967388112E-7) *
               w +
           2.48015872888517045348E-5) *
              w -
          1.38888888888730564116E-3) *
             w +
         4.16666666666665929218E-2) *
            w * w -
        .5 * w + 1.;
    double c = (qd & 1) ? sn : cs, d = (qd & 1) ? cs : sn;
    c = ((qd + 1) & 2) ? -c : c;
    d = (qd & 2) ? -d : d;
    o[j] = R * c;
    o[j + LN] = R * d;
  }
}
#endif
static void normals(rng_t *rr, real *x, size_t n) {
  uint64_t u[LN], v[LN];
  (void)v;
  real o[2 * LN];
  rng_t r_ = *rr, *r = &r_;
  while (n >= 2 * LN) {
    rnext(r, u);
#ifdef REAL_IS_FLOAT
    bm_block(u, x);
#else
    rnext(r, v);
    bm_block(u, v, x);
#endif
    x += 2 * LN;
    n -= 2 * LN;
  }
  if (n) {
    rnext(r, u);
#ifdef REAL_IS_FLOAT
    bm_block(u, o);
#else
    rnext(r, v);
    bm_block(u, v, o);
#endif
    memcpy(x, o, n * sizeof *x);
  }
  *rr = r_;
}
/* scalar xoshiro + ziggurat (Marsaglia-Tsang 256, double-exact tail) */
static uint64_t zs[4];
static inline uint64_t z1(void) {
  uint64_t t = zs[0] + zs[3], o = ((t << 23) | (t >> 41)) + zs[0];
  t = zs[1] << 17;
  zs[2] ^= zs[0];
  zs[3] ^= zs[1];
  zs[1] ^= zs[2];
  zs[0] ^= zs[3];
  zs[2] ^= t;
  zs[3] = (zs[3] << 45) | (zs[3] >> 19);
  return o;
}
static double zx[257], zf[257];
static void zinit(void) {
  double R = 3.6541528853610088, V = 0.00492867323399, f = exp(-.5 * R * R);
  zx[0] = V / f;
  zx[1] = R;
  for (int i = 2; i < 256; i++)
    zx[i] = sqrt(-2 * log(V / zx[i - 1] + exp(-.5 * zx[i - 1] * zx[i - 1])));
  zx[256] = 0;
  for (int i = 0; i < 257; i++)
    zf[i] = exp(-.5 * zx[i] * zx[i]);
  uint64_t s = 1;
  for (int i = 0; i < 4; i++)
    zs[i] = smix(&s);
}
static double zig(void) {
  for (;;) {
    uint64_t u = z1();
    int i = u & 255;
    double x = ((double)((int64_t)u >> 11) * 0x1p-52) * zx[i];
    if (fabs(x) < zx[i + 1])
      return x;
    if (i == 0) {
      double a, b;
      do {
        a = -log((double)((z1() >> 11) + 1) * 0x1p-53) / zx[1];
        b = -log((double)((z1() >> 11) + 1) * 0x1p-53);
      } while (b + b < a * a);
      return x < 0 ? -zx[1] - a : zx[1] + a;
    }
    if (zf[i] + ((double)(z1() >> 11) * 0x1p-53) * (zf[i + 1] - zf[i]) <
        exp(-.5 * x * x))
      return x;
  }
}

static double fro2(const real *x, size_t n) {
  real s[64] = {0};
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
  (void)s;
  for (; i < n; i++)
    t += (double)x[i] * x[i];
  return t;
}
static double orth_err_sy(int n, const real *W, real *G) {
  const real o = 1, z = 0;
  F(syrk)("L", "T", &n, &n, &o, W, &n, &z, G, &n);
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
static double
orth_err_d(int n,
           const real *Q) { /* accurate, in double, slow-ish, for reports */
  extern void dgemm_(const char *, const char *, const int *, const int *,
                     const int *, const double *, const double *, const int *,
                     const double *, const int *, const double *, double *,
                     const int *);
  double *A = xal(8ul * n * n), *G = xal(8ul * n * n), o = 1, z = 0;
  for (size_t i = 0; i < (size_t)n * n; i++)
    A[i] = Q[i];
  dgemm_("T", "N", &n, &n, &n, &o, A, &n, A, &n, &z, G, &n);
  double t = 0;
  for (int j = 0; j < n; j++)
    for (int i = 0; i < n; i++) {
      double d = G[(size_t)j * n + i] - (i == j);
      t += d * d;
    }
  free(A);
  free(G);
  return sqrt(t);
}

/* ---------- Haar samplers ---------- */
typedef struct {
  real *V, *tau, *T, *W1, *W2, *work;
  signed char *sg;
  int lwork, n, nb;
} hs_t;
static int NB = 64;
static hs_t *hs_new(int n, int ncol) {
  hs_t *h = calloc(1, sizeof *h);
  h->n = n;
  h->nb = NB;
  int nblk = (n + NB - 1) / NB;
  h->V = NEWR((size_t)n * n);
  h->tau = NEWR(n);
  h->T = NEWR((size_t)nblk * NB * NB);
  int m = ncol > n ? ncol : n;
  h->W1 = NEWR((size_t)NB * m);
  h->W2 = NEWR((size_t)NB * m);
  real q;
  int mone = -1, info;
  h->sg = malloc(n);
  F(geqrf)(&n, &n, h->V, &n, h->tau, &q, &mone, &info);
  h->lwork = (int)q;
  F(orgqr)(&n, &n, &n, h->V, &n, h->tau, &q, &mone, &info);
  if ((int)q > h->lwork)
    h->lwork = (int)q;
  h->work = NEWR(h->lwork + 64);
  return h;
}
static void haar_qr(rng_t *r, hs_t *h, real *Q) {
  int n = h->n, info;
  normals(r, Q, (size_t)n * n);
  F(geqrf)(&n, &n, Q, &n, h->tau, h->work, &h->lwork, &info);
  for (int j = 0; j < n; j++)
    h->sg[j] = Q[(size_t)j * n + j] < 0 ? -1 : 1;
  F(orgqr)(&n, &n, &n, Q, &n, h->tau, h->work, &h->lwork, &info);
  for (int j = 0; j < n; j++)
    if (h->sg[j] < 0) {
      real *q = Q + (size_t)j * n;
      for (int i = 0; i < n; i++)
        q[i] = -q[i];
    }
}
/* Stewart: sample the Householder vectors themselves; V unit lower trapezoidal,
 * explicit zeros above */
static void stew_V(rng_t *r, hs_t *h, real *V) {
  int n = h->n;
  for (int k = 0; k < n; k++) {
    real *v = V + (size_t)k * n;
    memset(v, 0, k * sizeof(real));
    normals(r, v + k, n - k);
    if (k == n - 1) {
      h->sg[k] = v[k] < 0 ? -1 : 1;
      h->tau[k] = 0;
      v[k] = 1;
      break;
    }
    double s = fro2(v + k, n - k), a = v[k], be = a >= 0 ? -sqrt(s) : sqrt(s);
    h->sg[k] = be < 0 ? -1 : 1;
    h->tau[k] = (real)((be - a) / be);
    real sc = (real)(1 / (a - be));
    for (int i = k + 1; i < n; i++)
      v[i] *= sc;
    v[k] = 1;
  }
}
static void haar_stew_orgqr(rng_t *r, hs_t *h, real *Q) {
  int n = h->n, info;
  stew_V(r, h, Q);
  F(orgqr)(&n, &n, &n, Q, &n, h->tau, h->work, &h->lwork, &info);
  for (int j = 0; j < n; j++)
    if (h->sg[j] < 0) {
      real *q = Q + (size_t)j * n;
      for (int i = 0; i < n; i++)
        q[i] = -q[i];
    }
}
/* T = inv(striu(V'V) + diag(1/tau)) : compact WY, gemm rich */
static void wy_T(hs_t *h, const real *V, int k, int kb, real *T) {
  int n = h->n, m = n - k, info;
  const real o = 1, z = 0;
  F(syrk)("U", "T", &kb, &m, &o, V + (size_t)k * n + k, &n, &z, T, &h->nb);
  for (int j = 0; j < kb; j++) {
    real t = h->tau[k + j];
    T[(size_t)j * h->nb + j] = t != 0 ? 1 / t : (real)1e30;
    for (int i = j + 1; i < kb; i++)
      T[(size_t)j * h->nb + i] = 0;
  }
  F(trtri)("U", "N", &kb, T, &h->nb, &info);
}
static void haar_stew_wy(rng_t *r, hs_t *h, real *Q) {
  int n = h->n, nb = h->nb;
  real *V = h->V;
  const real o = 1, z = 0, mo = -1;
  stew_V(r, h, V);
  int nblk = (n + nb - 1) / nb;
  for (int b = nblk - 1; b >= 0; b--) {
    int k = b * nb, kb = n - k < nb ? n - k : nb, m = n - k, m2 = m - kb;
    real *T = h->T;
    wy_T(h, V, k, kb, T);
    real *Vk = V + (size_t)k * n + k;
    /* columns k..k+kb-1 : I - V T V1' */
    /* W1(kb x kb) = T V1' */
    for (int j = 0; j < kb; j++)
      for (int i = 0; i < kb; i++)
        h->W1[(size_t)j * nb + i] = Vk[(size_t)i * n + j];
    F(trmm)("L", "U", "N", "N", &kb, &kb, &o, T, &nb, h->W1, &nb);
    F(gemm)
    ("N", "N", &m, &kb, &kb, &mo, Vk, &n, h->W1, &nb, &z, Q + (size_t)k * n + k,
     &n);
    for (int j = 0; j < kb; j++)
      Q[(size_t)(k + j) * n + k + j] += 1;
    if (m2 > 0) {
      real *Q22 = Q + (size_t)(k + kb) * n + k + kb,
           *Q12 = Q + (size_t)(k + kb) * n + k;
      F(gemm)
      ("T", "N", &kb, &m2, &m2, &o, Vk + kb, &n, Q22, &n, &z, h->W1, &nb);
      F(trmm)("L", "U", "N", "N", &kb, &m2, &o, T, &nb, h->W1, &nb);
      F(gemm)("N", "N", &kb, &m2, &kb, &mo, Vk, &n, h->W1, &nb, &z, Q12, &n);
      F(gemm)
      ("N", "N", &m2, &m2, &kb, &mo, Vk + kb, &n, h->W1, &nb, &o, Q22, &n);
    }
    for (int j = 0; j < k; j++)
      memset(Q + (size_t)j * n + k, 0, 0);
  }
  /* zero upper-left untouched parts are produced above: every entry is written
   * by some block */
  for (int j = 0; j < n; j++)
    if (h->sg[j] < 0) {
      real *q = Q + (size_t)j * n;
      for (int i = 0; i < n; i++)
        q[i] = -q[i];
    }
}
/* NB: Q12/Q22 entries above the diagonal blocks start at Q12 (overwritten,
 * beta=0) and later updated; lower-left (rows>k+kb, cols k..) done by beta=0 */
static int chol_pass(int n, real *Q, real *G) {
  const real o = 1, z = 0;
  int info;
  F(syrk)("U", "T", &n, &n, &o, Q, &n, &z, G, &n);
  F(potrf)("U", &n, G, &n, &info);
  if (info)
    return info;
  F(trsm)("R", "U", "N", "N", &n, &n, &o, G, &n, Q, &n);
  return 0;
}
static int haar_cholqr2(rng_t *r, hs_t *h, real *Q) {
  int n = h->n;
  normals(r, Q, (size_t)n * n);
  real sc = (real)(1 / sqrt((double)n));
  for (size_t i = 0; i < (size_t)n * n; i++)
    Q[i] *= sc;
  int e = chol_pass(n, Q, h->V);
  if (e)
    return e;
  return chol_pass(n, Q, h->V);
}
/* implicit: X <- H_1..H_n D X (dir=0) or its transpose (dir=1), X n x B */
static void stew_prepT(hs_t *h, const real *V, real *T) {
  int n = h->n, nb = h->nb;
  for (int b = 0; b * nb < n; b++) {
    int k = b * nb, kb = n - k < nb ? n - k : nb;
    wy_T(h, V, k, kb, T + (size_t)b * nb * nb);
  }
}
static void stew_apply(hs_t *h, const real *V, const real *T,
                       const signed char *sg, real *X, int B, int tr) {
  int n = h->n, nb = h->nb, nblk = (n + nb - 1) / nb;
  const real o = 1, z = 0, mo = -1;
  if (!tr)
    for (int j = 0; j < B; j++)
      for (int i = 0; i < n; i++)
        X[(size_t)j * n + i] *= sg[i];
  for (int q = 0; q < nblk; q++) {
    int b = tr ? q : nblk - 1 - q, k = b * nb, kb = n - k < nb ? n - k : nb,
        m = n - k;
    const real *Vk = V + (size_t)k * n + k;
    F(gemm)("T", "N", &kb, &B, &m, &o, Vk, &n, X + k, &n, &z, h->W1, &nb);
    F(trmm)
    ("L", "U", tr ? "T" : "N", "N", &kb, &B, &o, T + (size_t)b * nb * nb, &nb,
     h->W1, &nb);
    F(gemm)("N", "N", &m, &B, &kb, &mo, Vk, &n, h->W1, &nb, &o, X + k, &n);
  }
  if (tr)
    for (int j = 0; j < B; j++)
      for (int i = 0; i < n; i++)
        X[(size_t)j * n + i] *= sg[i];
}

/* ---------- depth sweep ---------- */
typedef struct {
  int n, B, Lmax, mode, gram;
  real **W, **H, *D, *D2, *G, *Y, **Tt, *G2;
  signed char **sg;
  hs_t *hs;
  rng_t r;
  double tinit;
} sw_t;
static sw_t *sw_new(int n, int B, int L, int mode, int gram) {
  sw_t *s = calloc(1, sizeof *s);
  s->n = n;
  s->B = B;
  s->Lmax = L;
  s->mode = mode;
  s->gram = gram;
  s->W = malloc(L * sizeof *s->W);
  s->H = malloc((L + 1) * sizeof *s->H);
  s->Tt = malloc(L * sizeof *s->Tt);
  s->sg = malloc(L * sizeof *s->sg);
  s->hs = hs_new(n, B);
  int nblk = (n + NB - 1) / NB;
  for (int i = 0; i < L; i++) {
    s->W[i] = NEWR((size_t)n * n);
    s->Tt[i] = mode == 3 ? NEWR((size_t)nblk * NB * NB) : 0;
    s->sg[i] = malloc(n);
  }
  for (int i = 0; i <= L; i++)
    s->H[i] = NEWR((size_t)n * B);
  s->D = NEWR((size_t)n * B);
  s->D2 = NEWR((size_t)n * B);
  int g = n > B ? n : B;
  s->G = NEWR((size_t)g * g);
  s->G2 = NEWR((size_t)g * g);
  s->Y = NEWR((size_t)n * B);
  return s;
}
static double trial(sw_t *s, int L, uint64_t seed, double *norms) {
  int n = s->n, B = s->B;
  const real o = 1, z = 0;
  rseed(&s->r, seed);
  double ti = now();
  real gain = (real)sqrt(2.0);
  for (int l = 0; l < L; l++) {
    switch (s->mode) {
    case 0:
      normals(&s->r, s->W[l], (size_t)n * n);
      {
        real sc = (real)(sqrt(2.0 / n));
        for (size_t i = 0; i < (size_t)n * n; i++)
          s->W[l][i] *= sc;
      }
      break;
    case 1:
      haar_qr(&s->r, s->hs, s->W[l]);
      break;
    case 2:
      haar_stew_wy(&s->r, s->hs, s->W[l]);
      break;
    case 3:
      stew_V(&s->r, s->hs, s->W[l]);
      memcpy(s->sg[l], s->hs->sg, n);
      stew_prepT(s->hs, s->W[l], s->Tt[l]);
      break;
    }
  }
  s->tinit += now() - ti;
  size_t nB = (size_t)n * B;
  normals(&s->r, s->H[0], nB);
  normals(&s->r, s->Y, nB);
  real al = s->mode == 0 ? 1 : gain;
  for (int l = 0; l < L; l++) {
    real *h = s->H[l + 1];
    if (s->mode == 3) {
      memcpy(h, s->H[l], nB * sizeof(real));
      stew_apply(s->hs, s->W[l], s->Tt[l], s->sg[l], h, B, 0);
      for (size_t i = 0; i < nB; i++)
        h[i] = h[i] > 0 ? gain * h[i] : 0;
    } else {
      F(gemm)("N", "N", &n, &B, &n, &al, s->W[l], &n, s->H[l], &n, &z, h, &n);
      for (size_t i = 0; i < nB; i++)
        h[i] = h[i] > 0 ? h[i] : 0;
    }
  }
  real c = (real)(2.0 / nB);
  real *d = s->D, *d2 = s->D2, *hL = s->H[L];
  for (size_t i = 0; i < nB; i++)
    d[i] = hL[i] > 0 ? c * (hL[i] - s->Y[i]) : 0;
  for (int l = L - 1; l >= 0; l--) {
    if (s->gram && B < n) {
      F(syrk)("L", "T", &B, &n, &o, d, &n, &z, s->G, &B);
      F(syrk)("L", "T", &B, &n, &o, s->H[l], &n, &z, s->G2, &B);
      double t = 0;
      for (int j = 0; j < B; j++) {
        real q = 0;
        for (int i = j + 1; i < B; i++)
          q += s->G[(size_t)j * B + i] * s->G2[(size_t)j * B + i];
        t += 2 * (double)q +
             (double)s->G[(size_t)j * B + j] * s->G2[(size_t)j * B + j];
      }
      norms[l] = sqrt(t > 0 ? t : 0);
    } else {
      F(gemm)("N", "T", &n, &n, &B, &o, d, &n, s->H[l], &n, &z, s->G, &n);
      norms[l] = sqrt(fro2(s->G, (size_t)n * n));
    }
    if (l) {
      real *h = s->H[l];
      if (s->mode == 3) {
        stew_apply(s->hs, s->W[l], s->Tt[l], s->sg[l], d, B, 1);
        for (size_t i = 0; i < nB; i++)
          d[i] = h[i] > 0 ? gain * d[i] : 0;
      } else {
        F(gemm)("T", "N", &n, &B, &n, &al, s->W[l], &n, d, &n, &z, d2, &n);
        for (size_t i = 0; i < nB; i++)
          d2[i] = h[i] > 0 ? d2[i] : 0;
        real *t = d;
        d = d2;
        d2 = t;
      }
    }
  }
  return norms[0];
}
typedef struct {
  int n, B, mode, seeds, gram, nd, *dep;
  atomic_int *next;
  double tinit, chk;
} tw_t;
static void *sw_thread(void *p) {
  tw_t *w = p;
  int Lm = 0;
  for (int i = 0; i < w->nd; i++)
    if (w->dep[i] > Lm)
      Lm = w->dep[i];
  sw_t *s = sw_new(w->n, w->B, Lm, w->mode, w->gram);
  double norms[1024];
  int N = w->nd * w->seeds, t;
  /* longest first */ while ((t = atomic_fetch_add(w->next, 1)) < N) {
    int di = w->nd - 1 - t / w->seeds;
    w->chk = trial(s, w->dep[di], 1 + t % w->seeds, norms);
  }
  w->tinit = s->tinit;
  return 0;
}
static void do_sweep(int n, const char *deps, int seeds, int B,
                     const char *mode, int thr, int gram) {
  int dep[64], nd = 0;
  char b[256];
  strncpy(b, deps, 255);
  b[255] = 0;
  for (char *t = strtok(b, ","); t; t = strtok(0, ","))
    dep[nd++] = atoi(t);
  int m = !strcmp(mode, "gauss")     ? 0
          : !strcmp(mode, "qr")      ? 1
          : !strcmp(mode, "stewart") ? 2
                                     : 3;
  atomic_int nx = 0;
  tw_t w[16];
  pthread_t th[16];
  double t0 = now(), tin = 0;
  for (int i = 0; i < thr; i++) {
    w[i] = (tw_t){n, B, m, seeds, gram, nd, dep, &nx, 0, 0};
    if (thr > 1)
      pthread_create(th + i, 0, sw_thread, w + i);
    else
      sw_thread(w + i);
  }
  for (int i = 0; i < thr; i++) {
    if (thr > 1)
      pthread_join(th[i], 0);
    tin += w[i].tinit;
  }
  double t = now() - t0, fl = 0;
  for (int i = 0; i < nd; i++)
    fl += seeds * (double)dep[i] * 6 * n * (double)n * B;
  double fi = m == 0 ? 0 : m == 1 ? 8. / 3 : m == 2 ? 4. / 3 : 0;
  for (int i = 0; i < nd; i++)
    fi += 0;
  double flq = 0;
  for (int i = 0; i < nd; i++)
    flq += seeds * (double)dep[i] *
           (m == 1   ? 8. / 3
            : m == 2 ? 4. / 3
                     : 0) *
           n * (double)n * n;
  printf("{\"what\":\"sweep\",\"mode\":\"%s\",\"dtype\":\"%s\",\"n\":%d,"
         "\"depths\":\"%s\",\"seeds\":%d,\"B\":%d,\"workers\":%d,\"gram\":%d,"
         "\"seconds\":%.4f,\"init_cpu_seconds\":%.4f,\"gflops\":%.1f,\"check\":"
         "%g}\n",
         mode, DT, n, deps, seeds, B, thr, gram, t, tin, (fl + flq) / t / 1e9,
         w[0].chk);
}

/* ---------- drift ---------- */
static void do_drift(int n, int L, int B, int steps, int every, int svd) {
  rng_t r;
  rseed(&r, 1);
  hs_t *h = hs_new(n, B);
  real **W = malloc(L * sizeof *W), **H = malloc((L + 1) * sizeof *H);
  const real o = 1, z = 0;
  double t0 = now();
  for (int l = 0; l < L; l++) {
    W[l] = NEWR((size_t)n * n);
    haar_stew_wy(&r, h, W[l]);
  }
  for (int l = 0; l <= L; l++)
    H[l] = NEWR((size_t)n * B);
  size_t nB = (size_t)n * B;
  real *Y = NEWR(nB), *d = NEWR(nB), *d2 = NEWR(nB), *G = NEWR((size_t)n * n);
  normals(&r, H[0], nB);
  normals(&r, Y, nB);
  real lr = (real)-0.01;
  double torth = 0, tsvd = 0, e = 0, t1 = now();
  int lw = 8 * n * n + 64, liw = 10 * n;
  real *work = NEWR(lw), *ev = NEWR(n);
  int *iw = malloc(4 * liw);
  for (int s = 0; s < steps; s++) {
    for (int l = 0; l < L; l++) {
      F(gemm)("N", "N", &n, &B, &n, &o, W[l], &n, H[l], &n, &z, H[l + 1], &n);
      real *x = H[l + 1];
#ifdef REAL_IS_FLOAT
      for (size_t i = 0; i < nB; i++)
        x[i] = tanhf(x[i]);
#else
      for (size_t i = 0; i < nB; i++)
        x[i] = tanh(x[i]);
#endif
    }
    real c = (real)(2.0 / nB), *hL = H[L];
    for (size_t i = 0; i < nB; i++)
      d[i] = c * (hL[i] - Y[i]) * (1 - hL[i] * hL[i]);
    for (int l = L - 1; l >= 0; l--) {
      if (l)
        F(gemm)("T", "N", &n, &B, &n, &o, W[l], &n, d, &n, &z, d2, &n);
      F(gemm)("N", "T", &n, &n, &B, &lr, d, &n, H[l], &n, &o, W[l], &n);
      if (l) {
        real *x = H[l];
        for (size_t i = 0; i < nB; i++)
          d2[i] *= 1 - x[i] * x[i];
        real *t = d;
        d = d2;
        d2 = t;
      }
    }
    if (every && s % every == 0) {
      double t = now();
      for (int l = 0; l < L; l++)
        e = orth_err_sy(n, W[l], G);
      torth += now() - t;
    }
    if (svd && s % svd == 0) {
      double t = now();
      for (int l = 0; l < L; l++) {
        int info;
        F(syrk)("L", "T", &n, &n, &o, W[l], &n, &z, G, &n);
        F(syevd)("N", "L", &n, G, &n, ev, work, &lw, iw, &liw, &info);
      }
      tsvd += now() - t;
    }
  }
  double t2 = now();
  printf("{\"what\":\"drift\",\"dtype\":\"%s\",\"n\":%d,\"depth\":%d,\"B\":%d,"
         "\"steps\":%d,\"every\":%d,\"svd_every\":%d,\"seconds\":%.4f,\"loop_"
         "seconds\":%.4f,\"orth_seconds\":%.4f,\"svd_seconds\":%.4f,\"check\":%"
         "g}\n",
         DT, n, L, B, steps, every, svd, t2 - t0, t2 - t1, torth, tsvd, e);
}

int main(int c, char **v) {
  if (getenv("NB"))
    NB = atoi(getenv("NB"));
  char *(*cn)(void) = dlsym(RTLD_DEFAULT, "openblas_get_corename");
  if (getenv("SHOWCORE"))
    fprintf(stderr, "core=%s\n", cn ? cn() : "(not OpenBLAS)");
  const char *w = c > 1 ? v[1] : "";
  const real o = 1, z = 0;
  if (!strcmp(w, "peak")) {
    for (int i = 2; i < c; i++) {
      int n = atoi(v[i]);
      rng_t r;
      rseed(&r, 1);
      real *A = NEWR((size_t)n * n), *B = NEWR((size_t)n * n),
           *C = NEWR((size_t)n * n);
      normals(&r, A, (size_t)n * n);
      normals(&r, B, (size_t)n * n);
      int in = (int)(3e8 / ((double)n * n * n)) + 1;
      double t[9];
      F(gemm)("N", "N", &n, &n, &n, &o, A, &n, B, &n, &z, C, &n);
      for (int k = 0; k < 9; k++) {
        double a = now();
        for (int q = 0; q < in; q++)
          F(gemm)("N", "N", &n, &n, &n, &o, A, &n, B, &n, &z, C, &n);
        t[k] = (now() - a) / in;
      }
      double m = med(t, 9);
      printf("{\"what\":\"gemm\",\"dtype\":\"%s\",\"n\":%d,\"gflops_med\":%.1f,"
             "\"gflops_best\":%.1f,\"us_med\":%.2f}\n",
             DT, n, 2. * n * n * n / m / 1e9, 2. * n * n * n / t[0] / 1e9,
             m * 1e6);
      fflush(stdout);
    }
  } else if (!strcmp(w, "sweep"))
    do_sweep(atoi(v[2]), v[3], atoi(v[4]), atoi(v[5]), v[6], atoi(v[7]),
             c > 8 ? atoi(v[8]) : 0);
  else if (!strcmp(w, "drift"))
    do_drift(atoi(v[2]), atoi(v[3]), atoi(v[4]), atoi(v[5]), atoi(v[6]),
             atoi(v[7]));
  else if (!strcmp(w, "init")) {
    for (int i = 2; i < c; i++) {
      int n = atoi(v[i]);
      rng_t r;
      rseed(&r, 1);
      hs_t *h = hs_new(n, n);
      real *Q = NEWR((size_t)n * n);
      int in = n < 600 ? (int)(2e8 / ((double)n * n * n)) + 1 : 1;
      if (in > 200)
        in = 200;
      int reps = n < 1500 ? 7 : 5;
      const char *nm[] = {"rng_only",   "geqrf+orgqr", "stewart+orgqr",
                          "stewart+WY", "cholqr2",     "wy_T_only(implicit)"};
      for (int m = 0; m < 6; m++) {
        double t[16];
        int e = 0;
        for (int k = -1; k < reps; k++) {
          double a = now();
          for (int q = 0; q < in; q++)
            switch (m) {
            case 0:
              normals(&r, Q, (size_t)n * n);
              break;
            case 1:
              haar_qr(&r, h, Q);
              break;
            case 2:
              haar_stew_orgqr(&r, h, Q);
              break;
            case 3:
              haar_stew_wy(&r, h, Q);
              break;
            case 4:
              e |= haar_cholqr2(&r, h, Q);
              break;
            case 5:
              stew_V(&r, h, h->V);
              stew_prepT(h, h->V, h->T);
              break;
            }
          if (k >= 0)
            t[k] = (now() - a) / in;
        }
        double err = m == 0 || m == 5 ? 0 : orth_err_d(n, Q), M = med(t, reps);
        printf("{\"what\":\"init\",\"alg\":\"%s\",\"dtype\":\"%s\",\"n\":%d,"
               "\"ms\":%.4f,\"ms_min\":%.4f,\"orth_err\":%.3g%s}\n",
               nm[m], DT, n, M * 1e3, t[0] * 1e3, err,
               e ? ",\"FAILED\":1" : "");
        fflush(stdout);
      }
      free(Q);
    }
  } else if (!strcmp(w, "svd")) {
    for (int i = 2; i < c; i++) {
      int n = atoi(v[i]);
      rng_t r;
      rseed(&r, 1);
      size_t nn = (size_t)n * n;
      real *A = NEWR(nn), *B = NEWR(nn), *U = NEWR(nn), *V = NEWR(nn),
           *S = NEWR(n);
      int lw = 8 * n * n + 600 * n, liw = 10 * n + 10, info;
      real *wk = NEWR(lw);
      int *iw = malloc(4 * liw);
      real *x = NEWR(n), *y = NEWR(n);
      const char *nm[] = {"gesdd_N",      "gesvd_N",       "gesdd_A",
                          "syrk+syevd_N", "syrk+frob",     "gemm+frob",
                          "power20",      "haar_ns_polish"};
      for (int m = 0; m < 8; m++) {
        if (m == 2 && n > 2000)
          continue;
        double t[7];
        for (int k = -1; k < 5; k++) {
          normals(&r, A, nn);
          real sc = (real)(1 / sqrt((double)n));
          for (size_t q = 0; q < nn; q++)
            A[q] *= sc;
          double a = now();
          switch (m) {
          case 0:
            F(gesdd)("N", &n, &n, A, &n, S, U, &n, V, &n, wk, &lw, iw, &info);
            break;
          case 1:
            F(gesvd)("N", "N", &n, &n, A, &n, S, U, &n, V, &n, wk, &lw, &info);
            break;
          case 2:
            F(gesdd)("A", &n, &n, A, &n, S, U, &n, V, &n, wk, &lw, iw, &info);
            break;
          case 3:
            F(syrk)("L", "T", &n, &n, &o, A, &n, &z, B, &n);
            F(syevd)("N", "L", &n, B, &n, S, wk, &lw, iw, &liw, &info);
            break;
          case 4:
            orth_err_sy(n, A, B);
            break;
          case 5:
            F(gemm)("T", "N", &n, &n, &n, &o, A, &n, A, &n, &z, B, &n);
            fro2(B, nn);
            break;
          case 6: {
            for (int q = 0; q < n; q++)
              x[q] = 1;
            int one = 1;
            for (int it = 0; it < 20; it++) {
              F(gemv)("N", &n, &n, &o, A, &n, x, &one, &z, y, &one);
              F(gemv)("T", &n, &n, &o, A, &n, y, &one, &z, x, &one);
              double s = 0;
              for (int q = 0; q < n; q++)
                s += x[q] * x[q];
              real is = (real)(1 / sqrt(s));
              for (int q = 0; q < n; q++)
                x[q] *= is;
            }
          } break;
          case 7: {
            const real hf = -.5f, oh = 1.5f;
            F(syrk)("L", "T", &n, &n, &o, A, &n, &z, B, &n);
            for (int j = 0; j < n; j++)
              for (int q = j + 1; q < n; q++)
                B[(size_t)q * n + j] = B[(size_t)j * n + q];
            memcpy(U, A, nn * sizeof(real));
            F(gemm)("N", "N", &n, &n, &n, &hf, A, &n, B, &n, &oh, U, &n);
          } break;
          }
          if (k >= 0)
            t[k] = now() - a;
        }
        printf("{\"what\":\"svd\",\"alg\":\"%s\",\"dtype\":\"%s\",\"n\":%d,"
               "\"ms\":%.3f}\n",
               nm[m], DT, n, med(t, 5) * 1e3);
        fflush(stdout);
      }
    }
  } else if (!strcmp(w, "rng")) {
    size_t n = 1 << 22;
    real *x = NEWR(n);
    rng_t r;
    rseed(&r, 1);
    zinit();
    double t[7];
    for (int m = 0; m < 2; m++) {
      for (int k = -1; k < 7; k++) {
        double a = now();
        if (m == 0)
          normals(&r, x, n);
        else
          for (size_t i = 0; i < n; i++)
            x[i] = (real)zig();
        if (k >= 0)
          t[k] = now() - a;
      }
      double s1 = 0, s2 = 0, s4 = 0;
      for (size_t i = 0; i < n; i++) {
        s1 += x[i];
        s2 += (double)x[i] * x[i];
        s4 += pow(x[i], 4);
      }
      printf("{\"what\":\"rng\",\"alg\":\"%s\",\"dtype\":\"%s\",\"ns\":%.3f,"
             "\"mean\":%.4f,\"var\":%.4f,\"kurt\":%.3f}\n",
             m ? "ziggurat_scalar" : "boxmuller_vec", DT, med(t, 7) / n * 1e9,
             s1 / n, s2 / n, s4 / n);
    }
  } else if (!strcmp(w, "denorm")) {
    int n = c > 2 ? atoi(v[2]) : 512;
    size_t nn = (size_t)n * n;
    real *A = NEWR(nn), *B = NEWR(nn), *C = NEWR(nn);
    rng_t r;
    rseed(&r, 1);
#ifdef REAL_IS_FLOAT
    real tiny = 1e-41f, half = 1e-21f, mn = 1.17549435e-38f;
#else
    real tiny = 1e-310, half = 1e-156, mn = 2.2250738585072014e-308;
#endif
    for (int ftz = 0; ftz < 2; ftz++) {
      _mm_setcsr((_mm_getcsr() & ~0x8040u) | (ftz ? 0x8040u : 0));
      const char *cs[] = {"normal", "A_denormal", "product_denormal",
                          "10pct_denormal"};
      double base = 0;
      for (int m = 0; m < 4; m++) {
        unsigned sv = _mm_getcsr();
        _mm_setcsr(sv & ~0x8040u);
        normals(&r, A, nn);
        normals(&r, B, nn);
        volatile real q;
        for (size_t i = 0; i < nn; i++) {
          if (m == 1 || (m == 3 && i % 10 == 0)) {
            q = A[i];
            A[i] = q * tiny;
          }
          if (m == 2) {
            A[i] *= half;
            B[i] *= half;
          }
        }
        _mm_setcsr(sv);
        double t[7];
        for (int k = -1; k < 7; k++) {
          double a = now();
          F(gemm)("N", "N", &n, &n, &n, &o, A, &n, B, &n, &z, C, &n);
          if (k >= 0)
            t[k] = now() - a;
        }
        double M = med(t, 7);
        if (!m)
          base = M;
        _mm_setcsr(sv & ~0x8040u);
        size_t dn = 0;
        for (size_t i = 0; i < nn; i++) {
          uint64_t u = 0;
          memcpy(&u, C + i, sizeof(real));
#ifdef REAL_IS_FLOAT
          if ((u & 0x7f800000u) == 0 && (u & 0x7fffffu))
            dn++;
#else
          if ((u & 0x7ff0000000000000ull) == 0 && (u & 0xfffffffffffffull))
            dn++;
#endif
        }
        (void)mn;
        _mm_setcsr(sv);
        printf("{\"what\":\"denorm\",\"dtype\":\"%s\",\"n\":%d,\"ftz_main\":%d,"
               "\"case\":\"%s\",\"ms\":%.3f,\"slowdown\":%.2f,\"denormal_"
               "outputs\":%zu}\n",
               DT, n, ftz, cs[m], M * 1e3, M / base, dn);
      }
    }
  } else {
    fprintf(stderr, "usage: ceiling {peak n..|sweep n depths seeds B "
                    "gauss|qr|stewart|implicit workers [gram]|drift n L B "
                    "steps every svd|init n..|svd n..|rng|denorm n}\n");
    return 2;
  }
  return 0;
}
