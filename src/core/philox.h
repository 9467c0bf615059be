/* philox.h: Philox 4x32-10 (Salmon et al. 2011) many blocks at a time, and the
   two transforms from its words to floats. One variant per instruction set;
   all of them give the same bits: only IEEE operations in a fixed order, no
   fused multiply-add, no libm. What the stream means is in rng.h. */
#ifndef OR_PHILOX_H
#define OR_PHILOX_H

#include <stdint.h>

/* Words are made in steps of this many blocks of 4 words. */
enum { PHILOX_STEP = 16, PHILOX_STEP_WORDS = 4 * PHILOX_STEP };

/* Counts are in elements, multiples of PHILOX_STEP_WORDS / 2; a float64
   element takes 2 words, a float32 element 1. */
typedef struct or_philox {
  const char *name;
  /* out[4*i .. 4*i+3] = Philox4x32-10(counter = block + i, key) for i <
     PHILOX_STEP * steps; counter words are (low, high, 0, 0) */
  void (*words)(uint64_t key, uint64_t block, int steps, uint32_t *out);
  /* z = mean + std * Box-Muller of pairs of words */
  void (*normal32)(const uint32_t *w, int n, float mean, float std, float *z);
  void (*normal64)(const uint32_t *w, int n, double mean, double std,
                   double *z);
  /* u = low + span * [0,1), and never above `top` */
  void (*uniform32)(const uint32_t *w, int n, float low, float span, float top,
                    float *u);
  void (*uniform64)(const uint32_t *w, int n, double low, double span,
                    double top, double *u);
} or_philox;

/* The variant for this processor. */
const or_philox *or_philox_best(void);
/* Variant i if this build and processor have it, NULL if not, for tests;
   i < or_philox_count(). */
const or_philox *or_philox_variant(int i);
int or_philox_count(void);

#endif
