/* rng.h: counter-based random numbers (Philox, Salmon et al. 2011). The state
   is a key and a position, nothing else: no global generator, no spare normal
   kept back.

   THE STREAM, VERSION 1. It never changes for a given key; a better one would
   be a new version beside it.

   Block c of key k is Philox4x32-10 with counter words (c mod 2^32, c / 2^32,
   0, 0) and key words (k mod 2^32, k / 2^32): Random123's philox4x32, as in
   TensorFlow and cuRAND. Its four words are numbered on: word t of a call is
   word t mod 4 of block counter + t / 4, and the 64-bit word s is
   word 2s + 2^32 * word (2s + 1).

   A call that fills a matrix numbers its elements column by column, e = i +
   j * rows, whatever ld is, and takes
     normal float32   elements e, e+1 (e even) from words e, e+1
     normal float64   elements e, e+1 (e even) from 64-bit words e, e+1
     uniform float32  element e from word e: its 24 high bits / 2^24
     uniform float64  element e from 64-bit word e: its 53 high bits / 2^53
   and moves the counter past the last block it touched: by ceil(count / 4) in
   float32, ceil(count / 2) in float64, 0 for an empty matrix. So float32 and
   float64 matrices of one position differ.

   Normals are Box-Muller's (1958): of two words (w, v) the first gives
   u = (w + 1/2) / 2^32, the second the angle a = 2 pi (v + 1/2) / 2^32, and
   the pair is sqrt(-2 log u) (cos a, sin a); in float64 with 53 high bits and
   2^53. |z| reaches 6.76 in float32, 8.65 in float64. Then z * std + mean, in
   the matrix's precision. The bits hold on every machine (no libm, no fused
   multiply-add). */
#ifndef OR_RNG_H
#define OR_RNG_H

#include <stddef.h>
#include <stdint.h>

#include "matrix.h"

enum { OR_RNG_VERSION = 1 };

typedef struct or_rng {
  uint64_t key;     /* which stream */
  uint64_t counter; /* the next unused block of it */
} or_rng;

void or_rng_seed(or_rng *r, uint64_t seed); /* key = seed, counter 0 */
/* An independent stream: depends on r's key and on the name alone, not on
   r's position. A number and its decimal text are different names. The new key
   is the first 64-bit word of a block that no draw ever uses, for its counter's
   last word is not 0:
     number x: counter (x as two words, 0, 1) under r's key
     name: counter (8 bytes of the name as two little-endian words, the name's
           length, 2), chained: each 8 bytes under the key that the bytes before
           gave; zeros pad the end, and an empty name counts as 8 zeros. */
or_rng or_rng_split_name(const or_rng *r, const char *name, size_t length);
or_rng or_rng_split_number(const or_rng *r, int64_t number);

/* Fill m (any ld), column by column; exponent becomes 0. Each call starts at
   a fresh block, so what a call draws depends on its position alone. */
void or_rng_normal(or_rng *r, double mean, double std, or_matrix *m);
/* In [low, high), never high itself. Needs or_rng_uniform_fits. */
void or_rng_uniform(or_rng *r, double low, double high, or_matrix *m);
/* Is every draw of such a normal finite in p? (mean, std finite, std >= 0) */
bool or_rng_normal_fits(double mean, double std, or_precision p);
/* Are low < high still different in p, finite, and high - low too? */
bool or_rng_uniform_fits(double low, double high, or_precision p);

/* One number each, and one block each (integer: one block a try). */
uint64_t or_rng_word(or_rng *r); /* 64 random bits: 64-bit word 0 */
double or_rng_double(or_rng *r); /* [0,1), 53 bits: as a 1x1 float64 uniform */
/* Uniform in [low, high], low <= high, no modulo bias: words under 2^64 mod
   (high - low + 1) are thrown away. */
int64_t or_rng_integer(or_rng *r, int64_t low, int64_t high);
/* A uniform permutation of 0..n-1 into p (Fisher-Yates from the end). */
void or_rng_permutation(or_rng *r, int n, int *p);

#endif
