/* rng.h: counter-based random numbers (Philox, Salmon et al. 2011). The state
   is a key and a position, nothing else: no global generator, no spare normal
   kept back. */
#ifndef OR_RNG_H
#define OR_RNG_H

#include <stddef.h>
#include <stdint.h>

#include "matrix.h"

typedef struct or_rng {
  uint64_t key;     /* which stream */
  uint64_t counter; /* the next unused block of it */
} or_rng;

void or_rng_seed(or_rng *r, uint64_t seed);
/* An independent stream: depends on r's key and on the name alone, not on
   r's position. A number and its decimal text are different names. */
or_rng or_rng_split_name(const or_rng *r, const char *name, size_t length);
or_rng or_rng_split_number(const or_rng *r, int64_t number);

/* Fill m (any ld), column by column; exponent becomes 0. Each call starts at
   a fresh block, so what a call draws depends on its position alone. */
void or_rng_normal(or_rng *r, double mean, double std, or_matrix *m);
void or_rng_uniform(or_rng *r, double low, double high, or_matrix *m);
double or_rng_double(or_rng *r); /* [0,1), 53 bits */
uint64_t or_rng_word(or_rng *r); /* 64 random bits */
/* Uniform in [low, high], no modulo bias. */
int64_t or_rng_integer(or_rng *r, int64_t low, int64_t high);
/* A uniform permutation of 0..n-1 into p (Fisher-Yates). */
void or_rng_permutation(or_rng *r, int n, int *p);

#endif
