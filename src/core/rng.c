/* rng.c: streams, splitting and matrices of random numbers; see rng.h for
   what each number is made of. philox.c does the blocks in bulk. */
#include "rng.h"

#include <Random123/philox.h>
#include <math.h>
#include <string.h>

#include "parallel.h"
#include "philox.h"

/* The last word of the counter: what a block is for */
enum { DRAW, SPLIT_NUMBER, SPLIT_NAME };

static uint64_t block_word(uint64_t key, uint64_t position, uint32_t extra,
                           uint32_t purpose) {
  philox4x32_ctr_t c = {
      {(uint32_t)position, (uint32_t)(position >> 32), extra, purpose}};
  philox4x32_key_t k = {{(uint32_t)key, (uint32_t)(key >> 32)}};
  c = philox4x32(c, k);
  return c.v[0] | (uint64_t)c.v[1] << 32;
}

void or_rng_seed(or_rng *r, uint64_t seed) {
  r->key = seed;
  r->counter = 0;
}

or_rng or_rng_split_number(const or_rng *r, int64_t number) {
  return (or_rng){block_word(r->key, (uint64_t)number, 0, SPLIT_NUMBER), 0};
}

/* Up to 8 bytes as a little-endian number, on every machine */
static uint64_t little_endian(const char *bytes, size_t n) {
  uint64_t x = 0;
  for (size_t i = 0; i < n && i < 8; i++)
    x |= (uint64_t)(unsigned char)bytes[i] << (8 * i);
  return x;
}

or_rng or_rng_split_name(const or_rng *r, const char *name, size_t length) {
  uint64_t key = r->key;
  size_t i = 0;
  do {
    uint64_t bytes = little_endian(name + i, length - i);
    key = block_word(key, bytes, (uint32_t)length, SPLIT_NAME);
    i += 8;
  } while (i < length);
  return (or_rng){key, 0};
}

/* What to make of the words: normals have mean a and std b; uniforms low a,
   span b and the largest value `top`. */
typedef struct recipe {
  bool normal;
  double a, b, top;
} recipe;

enum { CHUNK_WORDS = 16 * PHILOX_STEP_WORDS };

static void transform(const recipe *f, const uint32_t *w, int n, or_precision p,
                      void *out) {
  const or_philox *philox = or_philox_best();
  float a = (float)f->a, b = (float)f->b, top = (float)f->top;
  if (p == OR_FLOAT64 && f->normal)
    philox->normal64(w, n, f->a, f->b, out);
  else if (p == OR_FLOAT64)
    philox->uniform64(w, n, f->a, f->b, f->top, out);
  else if (f->normal)
    philox->normal32(w, n, a, b, out);
  else
    philox->uniform32(w, n, a, b, top, out);
}

/* Writes n consecutive elements, e = i + j*rows onwards */
static void scatter(const char *from, size_t e, size_t n, or_matrix *m) {
  size_t size = or_precision_size(m->precision), rows = (size_t)m->rows;
  while (n > 0) {
    size_t i = e % rows, j = e / rows;
    size_t run = n < rows - i ? n : rows - i;
    memcpy((char *)m->data + (i + j * (size_t)m->ld) * size, from, run * size);
    from += run * size;
    e += run;
    n -= run;
  }
}

/* A draw in parts: the counter says where each begins, so that threads may
   share them, and the numbers are those of one pass. */
typedef struct filling {
  or_rng rng;
  recipe recipe;
  or_matrix *m;
  size_t count, words; /* elements in all, and words for each */
} filling;

enum { PART = 1 << 14 }; /* elements, a multiple of any chunk */

static void *element(const or_matrix *m, size_t e) {
  return (char *)m->data + e * or_precision_size(m->precision);
}

/* Elements e .. e+n-1, where words are made in steps: straight into m where
   its elements stand side by side and n is whole steps. */
static void fill_chunk(const filling *f, size_t e, size_t n) {
  _Alignas(OR_ALIGNMENT) uint32_t words[CHUNK_WORDS];
  _Alignas(OR_ALIGNMENT) char values[CHUNK_WORDS * sizeof(uint32_t)];
  size_t steps = (n * f->words + PHILOX_STEP_WORDS - 1) / PHILOX_STEP_WORDS;
  int made = (int)(steps * PHILOX_STEP_WORDS / f->words);
  bool direct = or_matrix_is_packed(f->m) && n == (size_t)made;
  or_philox_best()->words(f->rng.key, f->rng.counter + e * f->words / 4,
                          (int)steps, words);
  transform(&f->recipe, words, made, f->m->precision,
            direct ? element(f->m, e) : values);
  if (!direct)
    scatter(values, e, n, f->m);
}

static void fill_part(void *context, int part) {
  const filling *f = context;
  size_t chunk = CHUNK_WORDS / f->words, e = (size_t)part * PART;
  size_t end = f->count - e < PART ? f->count : e + PART;
  for (; e < end; e += chunk)
    fill_chunk(f, e, end - e < chunk ? end - e : chunk);
}

static void fill(or_rng *r, recipe how, or_matrix *m) {
  size_t words = or_precision_size(m->precision) / sizeof(uint32_t);
  filling f = {*r, how, m, or_matrix_count(m), words};
  or_parallel((int)((f.count + PART - 1) / PART), fill_part, &f);
  r->counter += (f.count * words + 3) / 4;
  m->exponent = 0;
}

void or_rng_normal(or_rng *r, double mean, double std, or_matrix *m) {
  recipe f = {true, mean, std, 0};
  fill(r, f, m);
}

void or_rng_uniform(or_rng *r, double low, double high, or_matrix *m) {
  or_precision p = m->precision;
  low = or_precision_round(p, low);
  high = or_precision_round(p, high);
  recipe f = {false, low, or_precision_round(p, high - low),
              or_precision_next(p, high, low)};
  fill(r, f, m);
}

bool or_rng_normal_fits(double mean, double std, or_precision p) {
  return isfinite(mean) && std >= 0 &&
         fabs(mean) / 2 + std * 4.5 <= or_precisions[p].largest / 2;
}

bool or_rng_uniform_fits(double low, double high, or_precision p) {
  if (!(fabs(low) <= or_precisions[p].largest &&
        fabs(high) <= or_precisions[p].largest))
    return false;
  low = or_precision_round(p, low);
  high = or_precision_round(p, high);
  return low < high && isfinite(or_precision_round(p, high - low));
}

uint64_t or_rng_word(or_rng *r) {
  return block_word(r->key, r->counter++, 0, DRAW);
}

double or_rng_double(or_rng *r) {
  return (double)(or_rng_word(r) >> 11) * 0x1p-53;
}

int64_t or_rng_integer(or_rng *r, int64_t low, int64_t high) {
  uint64_t span = (uint64_t)high - (uint64_t)low + 1; /* 0 means 2^64 */
  uint64_t word = or_rng_word(r);
  if (span == 0)
    return (int64_t)word;
  while (word < -span % span)
    word = or_rng_word(r);
  return (int64_t)((uint64_t)low + word % span);
}

void or_rng_permutation(or_rng *r, int n, int *p) {
  for (int i = 0; i < n; i++)
    p[i] = i;
  for (int i = n - 1; i > 0; i--) {
    int j = (int)or_rng_integer(r, 0, i), swap = p[i];
    p[i] = p[j];
    p[j] = swap;
  }
}
