/* normals.c: standard normals by Box and Muller from xoshiro256++, LANES
   generators side by side, so that the loops vectorise. */
#include <math.h>
#include <string.h>

#include "ceiling.h"

#define INLINE static inline __attribute__((always_inline))

uint64_t split_mix(uint64_t *x) {
  uint64_t z = (*x += 0x9E3779B97F4A7C15ull);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}

void seed_generator(generator *g, uint64_t seed) {
  for (int i = 0; i < 4; i++)
    for (int j = 0; j < LANES; j++)
      g->s[i][j] = split_mix(&seed);
}

INLINE void next_words(generator *g, uint64_t *o) {
  for (int j = 0; j < LANES; j++) {
    uint64_t a = g->s[0][j], b = g->s[1][j], c = g->s[2][j], d = g->s[3][j];
    uint64_t t = a + d;
    o[j] = ((t << 23) | (t >> 41)) + a;
    t = b << 17;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 45) | (d >> 19);
    g->s[0][j] = a;
    g->s[1][j] = b;
    g->s[2][j] = c;
    g->s[3][j] = d;
  }
}

/* Cephes's polynomials: c[0] x^(n-1) + ... + c[n-1] */
#define HORNER2(x, a, b) ((a) * (x) + (b))
#define HORNER3(x, a, b, c) (HORNER2(x, a, b) * (x) + (c))

#ifdef REAL_IS_FLOAT

INLINE float logarithm(float a) {
  union {
    float f;
    int32_t i;
  } q = {a};
  int32_t e = ((q.i - 0x3f3504f3) >> 23);
  q.i -= e << 23;
  float x = q.f - 1.f, z = x * x;
  float y = HORNER3(x, 7.0376836292E-2f, -1.1514610310E-1f, 1.1676998740E-1f);
  y = HORNER3(x, y, -1.2420140846E-1f, 1.4249322787E-1f);
  y = HORNER3(x, y, -1.6668057665E-1f, 2.0000714765E-1f);
  y = HORNER3(x, y, -2.4999993993E-1f, 3.3333331174E-1f) * x * z;
  float fe = (float)e;
  y += -2.12194440e-4f * fe - 0.5f * z;
  return x + y + 0.693359375f * fe;
}

INLINE float sine(float t, float w) {
  float y = HORNER3(w, -1.9515295891E-4f, 8.3321608736E-3f, -1.6666654611E-1f);
  return y * w * t + t;
}

INLINE float cosine(float w) {
  float y = HORNER3(w, 2.443315711809948E-5f, -1.388731625493765E-3f,
                    4.166664568298827E-2f);
  return y * w * w - 0.5f * w + 1.f;
}

/* LANES pairs from LANES words; the radius has 32 bits, so |z| <= 6.76 */
INLINE void box_muller(const uint64_t *u, float *o) {
  for (int j = 0; j < LANES; j++) {
    uint32_t hi = (uint32_t)(u[j] >> 32), lo = (uint32_t)u[j];
    float a = ((float)(int32_t)(hi >> 1) + 0.25f) * 0x1p-31f;
    a = a > 0.99999994f ? 0.99999994f : a;
    float R = sqrtf(-2.f * logarithm(a));
    int32_t k = (int32_t)(lo >> 8), quarter = (k + (1 << 21)) >> 22;
    float t =
        (float)(k - (quarter << 22)) * (float)(0x1p-24 * 6.283185307179586);
    float w = t * t, sn = sine(t, w), cs = cosine(w);
    float c = (quarter & 1) ? sn : cs, s = (quarter & 1) ? cs : sn;
    c = ((quarter + 1) & 2) ? -c : c;
    s = (quarter & 2) ? -s : s;
    o[j] = R * c;
    o[j + LANES] = R * s;
  }
}

INLINE void next_block(generator *g, real *o) {
  uint64_t u[LANES];
  next_words(g, u);
  box_muller(u, o);
}

#else

/* fdlibm's */
INLINE double logarithm(double a) {
  union {
    double f;
    int64_t i;
  } q = {a};
  int64_t e = ((q.i - 0x3fe6a09e667f3bcdLL) >> 52);
  q.i -= e << 52;
  double f = q.f - 1., s = f / (2. + f), z = s * s;
  double y = HORNER3(z, 1.479819860511658591e-01, 1.531383769920937332e-01,
                     1.818357216161805012e-01);
  y = HORNER3(z, y, 2.222219843214978396e-01, 2.857142874366239149e-01);
  y = HORNER3(z, y, 3.999999999940941908e-01, 6.666666666666735130e-01) * z;
  double hf = .5 * f * f, fe = (double)e;
  return fe * 6.93147180369123816490e-01 -
         ((hf - (s * (hf + y) + fe * 1.90821492927058770002e-10)) - f);
}

INLINE double sine(double t, double w) {
  double y = HORNER3(w, 1.58962301576546568060E-10, -2.50507477628578072866E-8,
                     2.75573136213857245213E-6);
  y = HORNER3(w, y, -1.98412698295895385996E-4, 8.33333333332211858878E-3);
  y = HORNER2(w, y, -1.66666666666666307295E-1);
  return (y * w) * t + t;
}

INLINE double cosine(double w) {
  double y = HORNER3(w, -1.13585365213876817300E-11, 2.08757008419747316778E-9,
                     -2.75573141792967388112E-7);
  y = HORNER3(w, y, 2.48015872888517045348E-5, -1.38888888888730564116E-3);
  y = HORNER2(w, y, 4.16666666666665929218E-2);
  return y * w * w - .5 * w + 1.;
}

/* LANES pairs from two words each */
INLINE void box_muller(const uint64_t *u, const uint64_t *v, double *o) {
  for (int j = 0; j < LANES; j++) {
    double a = ((double)(int64_t)(u[j] >> 11) + 0.5) * 0x1p-53;
    double R = sqrt(-2. * logarithm(a));
    int64_t k = (int64_t)(v[j] >> 11), quarter = (k + (1LL << 50)) >> 51;
    double t = (double)(k - (quarter << 51)) * (0x1p-53 * 6.283185307179586);
    double w = t * t, sn = sine(t, w), cs = cosine(w);
    double c = (quarter & 1) ? sn : cs, d = (quarter & 1) ? cs : sn;
    c = ((quarter + 1) & 2) ? -c : c;
    d = (quarter & 2) ? -d : d;
    o[j] = R * c;
    o[j + LANES] = R * d;
  }
}

INLINE void next_block(generator *g, real *o) {
  uint64_t u[LANES], v[LANES];
  next_words(g, u);
  next_words(g, v);
  box_muller(u, v, o);
}

#endif

void normals(generator *g, real *x, size_t n) {
  real last[2 * LANES];
  generator own = *g;
  for (; n >= 2 * LANES; n -= 2 * LANES, x += 2 * LANES)
    next_block(&own, x);
  if (n) {
    next_block(&own, last);
    memcpy(x, last, n * sizeof *x);
  }
  *g = own;
}
