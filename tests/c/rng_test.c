/* rng_test.c: Philox against its published vectors and Random123, the bits of
   every instruction set's variant, the accuracy of the transforms, the layout
   of the stream, and its statistics over millions of draws. */
#include <Random123/philox.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/core/philox.h"
#include "../../src/core/rng.h"
#include "check.h"

enum { STEPS = 40, WORDS = STEPS * PHILOX_STEP_WORDS, MANY = 1000000 };

static uint32_t words[WORDS], expected[WORDS];
static double numbers[MANY];
static float singles[MANY];

/* --- the cipher ----------------------------------------------------------*/

static int philox_gives(const uint32_t counter[4], const uint32_t key[2],
                        const uint32_t out[4]) {
  philox4x32_ctr_t c;
  philox4x32_key_t k;
  memcpy(c.v, counter, sizeof c.v);
  memcpy(k.v, key, sizeof k.v);
  c = philox4x32(c, k);
  return memcmp(c.v, out, sizeof c.v) == 0;
}

/* Random123's kat_vectors, the lines "philox4x32 10" */
static void published_vectors_hold(void) {
  const uint32_t zero[4] = {0}, ones[4] = {~0u, ~0u, ~0u, ~0u};
  const uint32_t pi[] = {0x243f6a88, 0x85a308d3, 0x13198a2e,
                         0x03707344, 0xa4093822, 0x299f31d0};
  const uint32_t of_zero[] = {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};
  const uint32_t of_ones[] = {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd};
  const uint32_t of_pi[] = {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1};
  CHECK(philox_gives(zero, zero, of_zero));
  CHECK(philox_gives(ones, ones, of_ones));
  CHECK(philox_gives(pi, pi + 4, of_pi));
  for (int v = 0; v < or_philox_count(); v++)
    if (or_philox_variant(v)) {
      or_philox_variant(v)->words(0, 0, 1, words);
      CHECK(memcmp(words, of_zero, sizeof of_zero) == 0);
    }
}

static void words_by_random123(uint64_t key, uint64_t block, uint32_t *out) {
  for (int i = 0; i < STEPS * PHILOX_STEP; i++) {
    uint64_t position = block + (uint64_t)i;
    philox4x32_ctr_t c = {{(uint32_t)position, (uint32_t)(position >> 32)}};
    philox4x32_key_t k = {{(uint32_t)key, (uint32_t)(key >> 32)}};
    c = philox4x32(c, k);
    memcpy(out + 4 * i, c.v, sizeof c.v);
  }
}

static void every_variant_is_random123_word_by_word(void) {
  const uint64_t keys[] = {0, 1, 42, 0x0123456789abcdef, UINT64_MAX};
  const uint64_t blocks[] = {
      0, 1, 77, 0xffffffff - 300, 1ull << 32, UINT64_MAX - 300};
  for (int v = 0; v < or_philox_count(); v++)
    for (int k = 0; or_philox_variant(v) && k < 5; k++)
      for (int b = 0; b < 6; b++) {
        words_by_random123(keys[k], blocks[b], expected);
        or_philox_variant(v)->words(keys[k], blocks[b], STEPS, words);
        CHECK(memcmp(words, expected, sizeof words) == 0);
      }
}

/* --- the transforms ------------------------------------------------------*/

/* FNV-1a of the bytes */
static uint64_t hash(const void *data, size_t n) {
  const unsigned char *p = data;
  uint64_t h = 0xcbf29ce484222325u;
  for (size_t i = 0; i < n; i++)
    h = (h ^ p[i]) * 0x100000001b3u;
  return h;
}

/* The stream is version 1 for ever: these numbers never change. */
static void every_variant_gives_the_same_bits(void) {
  const int n = WORDS, half = WORDS / 2;
  for (int v = 0; v < or_philox_count(); v++) {
    const or_philox *p = or_philox_variant(v);
    if (!p)
      continue;
    p->words(2026, 5, STEPS, words);
    p->normal32(words, n, 0.25f, 3, singles);
    CHECK(hash(singles, n * sizeof(float)) == 0xbce0a57c3e48057b);
    p->normal64(words, half, 0.25, 3, numbers);
    CHECK(hash(numbers, half * sizeof(double)) == 0xea937350b08d2688);
    p->uniform32(words, n, -2, 5, 3, singles);
    CHECK(hash(singles, n * sizeof(float)) == 0x142bfa01d5389a7d);
    p->uniform64(words, half, -2, 5, 3, numbers);
    CHECK(hash(numbers, half * sizeof(double)) == 0x8293f4086c50eb31);
  }
}

/* Words where something could break: both ends, the quadrants' borders, and
   sqrt(1/2), where the logarithm changes its form */
static void put_edges(uint32_t *w, int n) {
  const uint32_t edge[] = {0,          1,          2,          0xffffffff,
                           0xfffffffe, 0x1fffffff, 0x20000000, 0x3fffffff,
                           0x40000000, 0x5fffffff, 0x60000000, 0x80000000,
                           0x9fffffff, 0xa0000000, 0xb504f332, 0xb504f333,
                           0xb504f334, 0xb504f335, 0xc0000000, 0xe0000000};
  const int k = sizeof edge / sizeof *edge;
  for (int i = 0; i < k * k && 2 * i + 1 < n; i++) {
    w[2 * i] = edge[i % k];
    w[2 * i + 1] = edge[i / k];
  }
}

static long double turns(long double t) { return 2 * acosl(-1) * t; }

/* Error against long double, in units of eps * max(|z|, r / 1000): a cosine
   near its zero has a small absolute error, not a small relative one. */
static double error(double z, long double r, long double angle, int sine,
                    double eps) {
  long double exact = r * (sine ? sinl(angle) : cosl(angle));
  long double scale = fmaxl(fabsl(exact), r / 1000);
  return (double)(fabsl(z - exact) / scale / eps);
}

static void normals_are_accurate_to_a_few_ulps(void) {
  double worst32 = 0, worst64 = 0;
  or_philox_best()->words(1, 0, STEPS, words);
  put_edges(words, 800);
  or_philox_best()->normal32(words, WORDS, 0, 1, singles);
  or_philox_best()->normal64(words, WORDS / 2, 0, 1, numbers);
  for (int i = 0; i < WORDS; i += 2) {
    long double u = ldexpl(words[i] + 0.5L, -32);
    long double a = turns(ldexpl(words[i + 1] + 0.5L, -32));
    for (int s = 0; s < 2; s++)
      worst32 = fmax(worst32, error(singles[i + s], sqrtl(-2 * logl(u)), a, s,
                                    FLT_EPSILON));
  }
  for (int i = 0; i < WORDS; i += 4) {
    uint64_t w = words[i] | (uint64_t)words[i + 1] << 32;
    uint64_t t = words[i + 2] | (uint64_t)words[i + 3] << 32;
    long double u = ldexpl((w >> 11) + 0.5L, -53);
    long double a = turns(ldexpl((t >> 11) + 0.5L, -53));
    for (int s = 0; s < 2; s++)
      worst64 =
          fmax(worst64, error(numbers[i / 2 + s], sqrtl(-2 * log1pl(u - 1)), a,
                              s, DBL_EPSILON));
  }
  printf("worst error in eps: float32 %.2f, float64 %.2f\n", worst32, worst64);
  CHECK(worst32 < 4);
  CHECK(worst64 < 4);
}

static void tails_reach_as_far_as_the_words_allow(void) {
  memset(words, 0, sizeof words);
  or_philox_best()->normal32(words, 64, 0, 1, singles);
  or_philox_best()->normal64(words, 32, 0, 1, numbers);
  CHECK(fabsf(singles[0] - 6.76370f) < 1e-5); /* sqrt(66 log 2) */
  CHECK(fabs(numbers[0] - 8.65216) < 1e-5);   /* sqrt(108 log 2) */
}

static void uniforms_never_reach_high(void) {
  memset(words, 0xff, sizeof words);
  or_rng r = {7, 0};
  or_matrix m = or_matrix_over(singles, 1000, 1000, OR_FLOAT32);
  float top = nextafterf(3, 0);
  or_philox_best()->uniform32(words, 64, 1, 2, top, singles);
  CHECK(singles[0] == top); /* rounds to 3 without the guard */
  or_philox_best()->uniform64(words, 32, 1, 2, nextafter(3, 0), numbers);
  CHECK(numbers[0] == nextafter(3, 0));
  or_rng_uniform(&r, 1, 1 + 2 * FLT_EPSILON, &m); /* two numbers to choose */
  size_t low = 0, middle = 0;
  for (int i = 0; i < MANY; i++) {
    low += singles[i] == 1;
    middle += singles[i] == 1 + FLT_EPSILON;
  }
  CHECK(low + middle == MANY);
  CHECK(low > 0 && middle > 0);
}

/* --- the stream ----------------------------------------------------------*/

/* Element e of a call that started at block `start`, from first principles */
static double element(uint64_t key, uint64_t start, size_t e, or_precision p) {
  size_t each = p == OR_FLOAT32 ? 1 : 2, pair = e / 2 * 2;
  uint32_t w[PHILOX_STEP_WORDS];
  or_philox_best()->words(key, start + pair * each / 4, 1, w);
  size_t at = pair * each % 4; /* of the block's four words */
  if (p == OR_FLOAT32) {
    float z[PHILOX_STEP_WORDS];
    or_philox_best()->normal32(w, PHILOX_STEP_WORDS, 0, 1, z);
    return z[at + e % 2];
  }
  double z[PHILOX_STEP_WORDS / 2];
  or_philox_best()->normal64(w, PHILOX_STEP_WORDS / 2, 0, 1, z);
  return z[e % 2];
}

static double get(const or_matrix *m, int i, int j) {
  size_t k = (size_t)i + (size_t)j * (size_t)m->ld;
  return m->precision == OR_FLOAT32 ? ((float *)m->data)[k]
                                    : ((double *)m->data)[k];
}

/* The pieces that the filling is cut into must not show. */
static int layout_holds(int rows, int cols, int ld, or_precision p) {
  or_rng r = {99, 1000};
  or_matrix m = or_matrix_over(numbers, rows, cols, p);
  m.ld = ld;
  or_rng_normal(&r, 0, 1, &m);
  size_t count = (size_t)rows * (size_t)cols, a_block = p == OR_FLOAT32 ? 4 : 2;
  for (size_t e = 0; e<count; e += count> 5000 ? 97 : 1) {
    int i = (int)(e % (size_t)rows), j = (int)(e / (size_t)rows);
    if (get(&m, i, j) != element(99, 1000, e, p))
      return 0;
  }
  return r.counter == 1000 + (count + a_block - 1) / a_block;
}

static void elements_come_from_their_documented_words(void) {
  const int shape[][3] = {{1, 1, 1},         {2, 1, 2},       {3, 1, 5},
                          {1, 7, 1},         {5, 7, 5},       {5, 7, 11},
                          {64, 16, 64},      {1025, 1, 1025}, {33, 63, 40},
                          {1, 2049, 1},      {3000, 3, 3001}, {0, 5, 1},
                          {5, 0, 5},         {128, 256, 128}, {260, 127, 260},
                          {40000, 1, 40000}, {190, 180, 193}};
  for (size_t i = 0; i < sizeof shape / sizeof *shape; i++) {
    CHECK(layout_holds(shape[i][0], shape[i][1], shape[i][2], OR_FLOAT32));
    CHECK(layout_holds(shape[i][0], shape[i][1], shape[i][2], OR_FLOAT64));
  }
}

static void elements_between_columns_are_left_alone(void) {
  or_rng r = {1, 0};
  for (int i = 0; i < 100; i++)
    numbers[i] = -99;
  or_matrix m = or_matrix_over(numbers, 3, 5, OR_FLOAT64);
  m.ld = 7;
  or_rng_normal(&r, 0, 1, &m);
  int untouched = 0;
  for (int i = 0; i < 100; i++)
    untouched += numbers[i] == -99;
  CHECK(untouched == 100 - 15);
}

static void single_numbers_are_the_stream_too(void) {
  or_rng a = {5, 17}, b = a, c = a;
  double x;
  or_matrix one = or_matrix_over(&x, 1, 1, OR_FLOAT64);
  or_rng_uniform(&a, 0, 1, &one);
  CHECK(x == or_rng_double(&b));
  CHECK(x == (double)(or_rng_word(&c) >> 11) * 0x1p-53);
  CHECK(a.counter == 18 && b.counter == 18 && c.counter == 18);
}

/* --- statistics ----------------------------------------------------------*/

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Kolmogorov's sqrt(n) D, and its value at p = 1e-4 */
static double kolmogorov(double *x, int n, double (*cdf)(double)) {
  double d = 0;
  qsort(x, (size_t)n, sizeof *x, ascending);
  for (int i = 0; i < n; i++) {
    double f = cdf(x[i]);
    d = fmax(d, fmax(f - (double)i / n, (double)(i + 1) / n - f));
  }
  return d * sqrt(n);
}
#define KOLMOGOROV_LIMIT 2.23

static double normal_cdf(double x) { return 0.5 * erfc(-x / sqrt(2)); }

static double unit_cdf(double x) { return x; }

static double power_mean(const double *x, int n, int power) {
  double sum = 0;
  for (int i = 0; i < n; i++)
    sum += pow(x[i], power);
  return sum / n;
}

/* Is a count of hits out of n with probability p within 4.5 sd? */
static int count_fits(double hits, double n, double p) {
  return fabs(hits - n * p) < 4.5 * sqrt(n * p * (1 - p));
}

static int beyond(const double *x, int n, double limit) {
  int hits = 0;
  for (int i = 0; i < n; i++)
    hits += fabs(x[i]) > limit;
  return hits;
}

static void moments_are_normal(const double *x, int n) {
  double root = sqrt(n); /* variances of z..z^4: 1, 2, 15, 96 */
  CHECK(fabs(power_mean(x, n, 1)) * root < 4.5);
  CHECK(fabs(power_mean(x, n, 2) - 1) * root < 4.5 * sqrt(2));
  CHECK(fabs(power_mean(x, n, 3)) * root < 4.5 * sqrt(15));
  CHECK(fabs(power_mean(x, n, 4) - 3) * root < 4.5 * sqrt(96));
}

/* Box-Muller's pair, and neighbours of different pairs, must not be related,
   nor their squares. */
static void neighbours_are_independent(const double *x, int n) {
  for (int lag = 1; lag <= 4; lag++) {
    double product = 0, squares = 0;
    for (int i = 0; i + lag < n; i++) {
      product += x[i] * x[i + lag];
      squares += (x[i] * x[i] - 1) * (x[i + lag] * x[i + lag] - 1);
    }
    CHECK(fabs(product) < 4.5 * sqrt(n));
    CHECK(fabs(squares) < 4.5 * 2 * sqrt(n));
  }
}

static void draw_normals(uint64_t seed, or_precision p) {
  or_rng r;
  or_rng_seed(&r, seed);
  void *to = p == OR_FLOAT32 ? (void *)singles : (void *)numbers;
  or_matrix m = or_matrix_over(to, 1000, MANY / 1000, p);
  or_rng_normal(&r, 0, 1, &m);
  for (int i = 0; p == OR_FLOAT32 && i < MANY; i++)
    numbers[i] = singles[i];
}

static void normals_are_normal(uint64_t seed, or_precision p) {
  draw_normals(seed, p);
  moments_are_normal(numbers, MANY);
  neighbours_are_independent(numbers, MANY);
  for (double limit = 0.5; limit < 5; limit += 0.5)
    CHECK(
        count_fits(beyond(numbers, MANY, limit), MANY, erfc(limit / sqrt(2))));
  CHECK(kolmogorov(numbers, MANY, normal_cdf) < KOLMOGOROV_LIMIT);
}

static void uniforms_are_uniform(uint64_t seed, or_precision p) {
  or_rng r;
  or_rng_seed(&r, seed);
  void *to = p == OR_FLOAT32 ? (void *)singles : (void *)numbers;
  or_matrix m = or_matrix_over(to, MANY, 1, p);
  or_rng_uniform(&r, 0, 1, &m);
  for (int i = 0; p == OR_FLOAT32 && i < MANY; i++)
    numbers[i] = singles[i];
  CHECK(fabs(power_mean(numbers, MANY, 1) - 0.5) * sqrt(12.0 * MANY) < 4.5);
  CHECK(kolmogorov(numbers, MANY, unit_cdf) < KOLMOGOROV_LIMIT);
  CHECK(numbers[0] >= 0 && numbers[MANY - 1] < 1); /* sorted by now */
}

/* With 3 * 2^62 values a plain modulo would favour the first third 2 to 1. */
static void integers_have_no_modulo_bias(void) {
  or_rng r = {11, 0};
  int64_t low = INT64_MIN, third = (int64_t)1 << 62, n = 100000;
  int64_t high = low + third - 1 + third + third;
  int hits[3] = {0};
  for (int i = 0; i < n; i++) {
    int64_t x = or_rng_integer(&r, low, high);
    hits[((uint64_t)x - (uint64_t)low) / (uint64_t)third]++;
  }
  for (int i = 0; i < 3; i++)
    CHECK(count_fits(hits[i], (double)n, 1.0 / 3));
}

static void integers_fill_their_range(void) {
  or_rng r = {12, 0};
  int hits[6] = {0}, n = 60000, outside = 0;
  for (int i = 0; i < n; i++) {
    int64_t x = or_rng_integer(&r, -3, 2);
    outside += x < -3 || x > 2;
    hits[(x + 3) % 6]++;
  }
  CHECK(outside == 0);
  for (int i = 0; i < 6; i++)
    CHECK(count_fits(hits[i], n, 1.0 / 6));
  CHECK(or_rng_integer(&r, 5, 5) == 5);
  CHECK(or_rng_integer(&r, INT64_MIN, INT64_MIN) == INT64_MIN);
}

static void permutations_are_uniform(void) {
  or_rng r = {13, 0};
  int hits[256] = {0}, n = 48000, p[4], kinds = 0;
  for (int i = 0; i < n; i++) {
    or_rng_permutation(&r, 4, p);
    hits[p[0] * 64 + p[1] * 16 + p[2] * 4 + p[3]]++;
  }
  for (int i = 0; i < 256; i++)
    if (hits[i] > 0) {
      kinds++;
      CHECK(count_fits(hits[i], n, 1.0 / 24));
    }
  CHECK(kinds == 24);
}

/* Streams split from one key by neighbouring numbers, and by neighbouring
   seeds: element by element they must not be correlated. */
static double correlation(or_rng a, or_rng b) {
  enum { N = 20000 };
  static double x[N], y[N];
  or_matrix mx = or_matrix_over(x, N, 1, OR_FLOAT64);
  or_matrix my = or_matrix_over(y, N, 1, OR_FLOAT64);
  double sum = 0;
  or_rng_normal(&a, 0, 1, &mx);
  or_rng_normal(&b, 0, 1, &my);
  for (int i = 0; i < N; i++)
    sum += x[i] * y[i];
  return sum / sqrt(N);
}

static void streams_are_independent(void) {
  or_rng root = {2026, 0};
  for (int i = 0; i < 20; i++) {
    or_rng a = or_rng_split_number(&root, i);
    or_rng b = or_rng_split_number(&root, i + 1);
    or_rng seed = {(uint64_t)i, 0}, next = {(uint64_t)i + 1, 0};
    CHECK(fabs(correlation(a, b)) < 4.5);
    CHECK(fabs(correlation(root, a)) < 4.5);
    CHECK(fabs(correlation(seed, next)) < 4.5);
  }
}

static void splitting_depends_on_key_and_name_alone(void) {
  or_rng a = {2026, 0}, b = {2026, 12345}, other = {2027, 0};
  CHECK(or_rng_split_name(&a, "w", 1).key == or_rng_split_name(&b, "w", 1).key);
  CHECK(or_rng_split_number(&a, 3).key == or_rng_split_number(&b, 3).key);
  CHECK(or_rng_split_number(&a, 3).key != or_rng_split_number(&other, 3).key);
  CHECK(or_rng_split_name(&a, "3", 1).key != or_rng_split_number(&a, 3).key);
  CHECK(or_rng_split_name(&a, "a", 1).key !=
        or_rng_split_name(&a, "a\0", 2).key);
  CHECK(or_rng_split_name(&a, "", 0).key != or_rng_split_name(&a, "\0", 1).key);
  CHECK(or_rng_split_name(&a, "12345678", 8).key !=
        or_rng_split_name(&a, "12345678\0", 9).key);
  CHECK(or_rng_split_name(&a, "w", 1).counter == 0);
}

static void what_fits_is_known(void) {
  CHECK(or_rng_normal_fits(0, 1, OR_FLOAT32));
  CHECK(!or_rng_normal_fits(0, 1e38, OR_FLOAT32));
  CHECK(or_rng_normal_fits(0, 1e38, OR_FLOAT64));
  CHECK(!or_rng_normal_fits(0, 1e308, OR_FLOAT64));
  CHECK(!or_rng_normal_fits(0, NAN, OR_FLOAT64));
  CHECK(or_rng_uniform_fits(1, 1 + 1e-9, OR_FLOAT64));
  CHECK(!or_rng_uniform_fits(1, 1 + 1e-9, OR_FLOAT32));
  CHECK(!or_rng_uniform_fits(-1e308, 1e308, OR_FLOAT64));
  CHECK(!or_rng_uniform_fits(0, 1e39, OR_FLOAT32));
  CHECK(!or_rng_uniform_fits(0, NAN, OR_FLOAT64));
}

int main(void) {
  published_vectors_hold();
  every_variant_is_random123_word_by_word();
  every_variant_gives_the_same_bits();
  normals_are_accurate_to_a_few_ulps();
  tails_reach_as_far_as_the_words_allow();
  uniforms_never_reach_high();
  elements_come_from_their_documented_words();
  elements_between_columns_are_left_alone();
  single_numbers_are_the_stream_too();
  for (uint64_t seed = 1; seed <= 2; seed++) {
    normals_are_normal(seed, OR_FLOAT32);
    normals_are_normal(seed, OR_FLOAT64);
    uniforms_are_uniform(seed, OR_FLOAT32);
    uniforms_are_uniform(seed, OR_FLOAT64);
  }
  integers_have_no_modulo_bias();
  integers_fill_their_range();
  permutations_are_uniform();
  streams_are_independent();
  splitting_depends_on_key_and_name_alone();
  what_fits_is_known();
  return check_report();
}
