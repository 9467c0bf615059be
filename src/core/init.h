/* init.h: the initial distributions of a weight matrix W, rows x cols =
   fan_out x fan_in (y = W x). Scales follow PyTorch's torch.nn.init where it
   has the same name. */
#ifndef OR_INIT_H
#define OR_INIT_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "rng.h"

/* fan = fan_in, or fan_out on request (he_* only)
   gaussian          N(mean, std^2)
   scaled_gaussian   N(0, gain^2 / fan_in)
   he_normal         N(0, gain^2 / fan), gain sqrt 2 (He et al. 2015)
   he_uniform        U(-b, b), b = gain sqrt(3 / fan)
   glorot_normal     N(0, 2 gain^2 / (fan_in + fan_out)) (Glorot, Bengio 2010)
   glorot_uniform    U(-b, b), b = gain sqrt(6 / (fan_in + fan_out))
   lecun_normal      N(0, gain^2 / fan_in), gain 1 (LeCun et al. 1998); not cut
                     off at two deviations as in Keras
   truncated_normal  N(mean, std^2) given low <= x <= high, exactly
   uniform           U[low, high)
   constant          value everywhere
   zeros
   identity          gain on the main diagonal, any shape
   orthogonal        gain * Haar, see haar.h
   looks_linear      gain * [Q -Q; -Q Q], Q Haar of half the size; of the first
                     layer [Q; -Q], of the last [Q -Q] (Balduzzi et al. 2017):
                     a ReLU net so begun computes a linear map
   sparse            each unit (row) has `nonzeros` weights N(0, std^2) at
                     random places, the rest 0 (Martens 2010); by_column: each
                     input (column), as in PyTorch's sparse_ */
#define OR_INIT_TABLE(X)                                                       \
  X(gaussian)                                                                  \
  X(scaled_gaussian)                                                           \
  X(he_normal)                                                                 \
  X(he_uniform)                                                                \
  X(glorot_normal)                                                             \
  X(glorot_uniform)                                                            \
  X(lecun_normal)                                                              \
  X(truncated_normal)                                                          \
  X(uniform)                                                                   \
  X(constant)                                                                  \
  X(zeros)                                                                     \
  X(identity)                                                                  \
  X(orthogonal)                                                                \
  X(looks_linear)                                                              \
  X(sparse)

typedef enum or_init_kind {
#define X(name) OR_INIT_##name,
  OR_INIT_TABLE(X)
#undef X
      OR_INIT_COUNT
} or_init_kind;

typedef enum or_init_place {
  OR_PLACE_FIRST,
  OR_PLACE_HIDDEN,
  OR_PLACE_LAST
} or_init_place;

/* What an initializer is; each kind reads its own fields (above). */
typedef struct or_init {
  or_init_kind kind;
  double mean, std, low, high, value; /* finite, std >= 0 */
  double gain;                        /* finite, >= 0 */
  int det;                            /* 1, -1, or 0 for either */
  int nonzeros;                       /* at most this many */
  bool by_column, fan_out;
  or_init_place place; /* looks_linear: which layer W is */
} or_init;

const char *or_init_name(or_init_kind kind);
/* The kind's own defaults: mean 0, std 1, gain 1 (he: sqrt 2), uniform [0,1),
   truncated to [-2,2], 15 nonzeros, any det, hidden layer. */
or_init or_init_default(or_init_kind kind);

/* Fills w (any ld, either precision), exponent 0. An empty w draws nothing.
   OR_SHAPE: odd sizes for looks_linear. OR_NOT_SQUARE, OR_ARGUMENT: det on a
   rectangle, or -1 of 0x0. OR_RANGE: a value would not fit the precision, or
   no value of the precision lies in the interval. On error w is
   unchanged, and r has drawn nothing. */
or_status or_init_fill(const or_init *f, or_rng *r, or_matrix *w,
                       or_arena *arena);

#endif
