/* philox.c: see philox.h. The scalar mathematics of one Box-Muller pair, and
   one inclusion of the lanes template per instruction set. The logarithm,
   sine and cosine are fdlibm's (float64) and Cephes' (float32) polynomials,
   on arguments that come reduced: libm's would differ between machines. */
#include "philox.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "clones.h"

#if defined(__x86_64__) && !defined(__clang__)
#include <immintrin.h>
#endif

#define PHILOX_M0 0xD2511F53u
#define PHILOX_M1 0xCD9E8D57u
#define PHILOX_W0 0x9E3779B9u
#define PHILOX_W1 0xBB67AE85u

typedef struct float2 {
  float cos, sin;
} float2;
typedef struct double2 {
  double cos, sin;
} double2;

INLINE uint32_t bits32(float x) {
  uint32_t u;
  memcpy(&u, &x, sizeof u);
  return u;
}

INLINE float float_of(uint32_t u) {
  float x;
  memcpy(&x, &u, sizeof x);
  return x;
}

INLINE uint64_t bits64(double x) {
  uint64_t u;
  memcpy(&u, &x, sizeof u);
  return u;
}

INLINE double double_of(uint64_t u) {
  double x;
  memcpy(&x, &u, sizeof x);
  return x;
}

INLINE uint64_t word64(const uint32_t *w) {
  return w[0] | (uint64_t)w[1] << 32;
}

/* (double)x for |x| < 2^51: SSE2 and AVX2 have no such conversion, but a
   mantissa under 1.5 * 2^52 is one. */
INLINE double double_of_int(int64_t x) {
  return double_of(0x4338000000000000u + (uint64_t)x) - 0x1.8p52;
}

/* (double)x for x < 2^53, in two exact halves */
INLINE double double_of_53(uint64_t x) {
  double low = double_of(0x4330000000000000u | (x & 0xFFFFFFFFu)) - 0x1p52;
  double high = double_of(0x4530000000000000u | (x >> 32)) - 0x1p84;
  return high + low;
}

INLINE float unit32(uint32_t w) { return (float)(int32_t)(w >> 8) * 0x1p-24f; }

INLINE double unit64(uint64_t w) { return double_of_53(w >> 11) * 0x1p-53; }

/* log(1 + f) + k log 2, f in [sqrt(1/2) - 1, sqrt(2) - 1] (Cephes logf) */
INLINE float log32(float f, float k) {
  float z = f * f, y = 7.0376836292e-2f;
  y = y * f - 1.1514610310e-1f;
  y = y * f + 1.1676998740e-1f;
  y = y * f - 1.2420140846e-1f;
  y = y * f + 1.4249322787e-1f;
  y = y * f - 1.6668057665e-1f;
  y = y * f + 2.0000714765e-1f;
  y = y * f - 2.4999993993e-1f;
  y = y * f + 3.3333331174e-1f;
  y = y * f * z;
  y += k * -2.12194440e-4f;
  y -= 0.5f * z;
  return f + y + k * 0.693359375f;
}

/* sqrt(-2 log u), u = (w + 1/2) / 2^32. Near u = 1 the distance to 1 is what
   float holds exactly, so it is taken from the word's complement. */
INLINE float radius32(uint32_t w) {
  const uint32_t root = 0x3F3504F3u; /* sqrt(1/2) */
  uint32_t t = bits32((float)w + 0.5f) - root + 0x3F800000u;
  float k = (float)((int32_t)(t >> 23) - 127 - 32);
  float f = float_of((t & 0x7FFFFFu) + root) - 1;
  bool near_one = w >= 0xB504F334u; /* u >= sqrt(1/2) */
  float distance = ((float)~w + 0.5f) * -0x1p-32f;
  f = near_one ? distance : f;
  k = near_one ? 0 : k;
  return __builtin_sqrtf(-2 * log32(f, k));
}

/* cos and sin of 2 pi (w + 1/2) / 2^32: quadrant from the top bits, and the
   remainder in [-pi/4, pi/4] (Cephes sinf, cosf) */
INLINE float2 turn32(uint32_t w) {
  uint32_t q = (w + 0x20000000u) >> 30;
  float x = ((float)(int32_t)(w - (q << 30)) + 0.5f) * 0x1.921fb6p-30f;
  float z = x * x;
  float s =
      ((-1.9515295891e-4f * z + 8.3321608736e-3f) * z - 1.6666654611e-1f) * z *
          x +
      x;
  float c = ((2.443315711809948e-5f * z - 1.388731625493765e-3f) * z +
             4.166664568298827e-2f) *
                z * z -
            0.5f * z + 1;
  float first = q & 1 ? s : c, second = q & 1 ? c : s;
  return (float2){float_of(bits32(first) ^ ((q + 1) & 2) << 30),
                  float_of(bits32(second) ^ (q & 2) << 30)};
}

/* As log32, fdlibm's e_log.c. */
INLINE double log64(double f, double k) {
  double s = f / (2 + f), z = s * s, w = z * z;
  double t1 =
      w * (3.999999999940941908e-01 +
           w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
  double t2 =
      z * (6.666666666666735130e-01 +
           w * (2.857142874366239149e-01 +
                w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
  double half = 0.5 * f * f;
  return k * 6.93147180369123816490e-01 -
         ((half - (s * (half + t1 + t2) + k * 1.90821492927058770002e-10)) - f);
}

/* As radius32 with u = ((w >> 11) + 1/2) / 2^53 */
INLINE double radius64(uint64_t w) {
  const uint64_t root = 0x3FE6A09E667F3BCDu, one = 0x3FF0000000000000u;
  uint64_t x = w >> 11;
  uint64_t t = bits64(double_of_53(x) + 0.5) + (one - root);
  double k = double_of_int((int64_t)(t >> 52) - 1023 - 53);
  double f = double_of((t & 0xFFFFFFFFFFFFFu) + root) - 1;
  bool near_one = x >= 0x16A09E667F3BCDu;
  double distance = (double_of_53(0x1FFFFFFFFFFFFFu - x) + 0.5) * -0x1p-53;
  f = near_one ? distance : f;
  k = near_one ? 0 : k;
  return __builtin_sqrt(-2 * log64(f, k));
}

/* fdlibm's k_sin.c and k_cos.c, |x| <= pi/4 */
INLINE double sin64(double x) {
  double z = x * x;
  double r = 8.33333333332248946124e-03 +
             z * (-1.98412698298579493134e-04 +
                  z * (2.75573137070700676789e-06 +
                       z * (-2.50507602534068634195e-08 +
                            z * 1.58969099521155010221e-10)));
  return x + z * x * (-1.66666666666666324348e-01 + z * r);
}

INLINE double cos64(double x) {
  double z = x * x;
  double r = z * (4.16666666666666019037e-02 +
                  z * (-1.38888888888741095749e-03 +
                       z * (2.48015872894767294178e-05 +
                            z * (-2.75573143513906633035e-07 +
                                 z * (2.08757232129817482790e-09 +
                                      z * -1.13596475577881948265e-11)))));
  double half = 0.5 * z, w = 1 - half;
  return w + ((1 - w - half) + z * r);
}

/* As turn32 with ((w >> 11) + 1/2) / 2^53 turns */
INLINE double2 turn64(uint64_t w) {
  uint64_t t = w >> 11, q = (t + ((uint64_t)1 << 50)) >> 51;
  double x = (double_of_int((int64_t)(t - (q << 51))) + 0.5) *
             (0x1.921fb54442d18p0 * 0x1p-51);
  double s = sin64(x), c = cos64(x);
  double first = q & 1 ? s : c, second = q & 1 ? c : s;
  return (double2){double_of(bits64(first) ^ ((q + 1) & 2) << 62),
                   double_of(bits64(second) ^ (q & 2) << 62)};
}

#if defined(__x86_64__) && !defined(__clang__)
#define V(name) name##_sse2
#define V_NAME "sse2"
#define LANES 2
#define MUL32(x, y) ((lanes_sse2)_mm_mul_epu32((__m128i)(x), (__m128i)(y)))
#include "philox_lanes.h"

#pragma GCC push_options
#pragma GCC target("avx2")
#define V(name) name##_avx2
#define V_NAME "avx2"
#define LANES 4
#define MUL32(x, y) ((lanes_avx2)_mm256_mul_epu32((__m256i)(x), (__m256i)(y)))
#include "philox_lanes.h"
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("avx512f,prefer-vector-width=512")
#define V(name) name##_avx512
#define V_NAME "avx512"
#define LANES 8
#define MUL32(x, y) ((lanes_avx512)_mm512_mul_epu32((__m512i)(x), (__m512i)(y)))
#include "philox_lanes.h"
#pragma GCC pop_options

static const or_philox *const variants[] = {&table_sse2, &table_avx2,
                                            &table_avx512};

static bool supported(int i) {
  return i == 0 || (i == 1 ? __builtin_cpu_supports("avx2")
                           : __builtin_cpu_supports("avx512f"));
}
#else
#define V(name) name##_plain
#define V_NAME "plain"
#define LANES 2
#define MUL32(x, y) (((x)&0xFFFFFFFFu) * (y))
#include "philox_lanes.h"

static const or_philox *const variants[] = {&table_plain};

static bool supported(int i) { return i == 0; }
#endif

int or_philox_count(void) { return sizeof variants / sizeof *variants; }

const or_philox *or_philox_variant(int i) {
  return supported(i) ? variants[i] : NULL;
}

const or_philox *or_philox_best(void) {
  int i = or_philox_count() - 1;
  while (!supported(i))
    i--;
  return variants[i];
}
