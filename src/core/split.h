/* split.h: a training step in shares: some of a batch's columns go forward,
   through the loss and back on one thread, and meet the others once, before the
   gradients, which are made layer by layer over the threads. Shares and pieces
   depend on shapes alone: the same bits for any number of threads.

   This is for numbers that floats hold: where a matrix of a share needs an
   exponent, the step is to be made as a whole (network.h). */
#ifndef OR_SPLIT_H
#define OR_SPLIT_H

#include "loss.h"
#include "network.h"

typedef struct or_share or_share;
typedef struct or_piece or_piece;

/* The caller fills in the first part. */
typedef struct or_split {
  const or_network *net;
  or_plan *plan; /* of the whole batch, laid out */
  const or_matrix *x;
  or_target target; /* of the output's precision */
  const volatile sig_atomic_t *interrupted;

  int count; /* of shares, */
  int width; /* of so many columns each, the last of fewer */
  or_share *list;
  int pieces; /* of gradients */
  or_piece *parts;
  or_norm value; /* what the step leaves: the loss, and how many are right, */
  int correct;   /* or -1 */
} or_split;

/* Sets count and width. False where the batch is better left whole: little
   work, few columns, a product that is large by itself, layers of the caller's,
   or an exponent. */
bool or_split_pays(or_split *p);
/* Before each step: plans over `memory`, and matrices of the way back over
   `deltas`; OR_SCRATCH where either has too few bytes. */
or_status or_split_begin(or_split *p, or_arena *memory, or_arena *deltas);
/* All shares to their end: the loss is known then. OR_SCRATCH and
   OR_INTERRUPTED: call it again, as for a pass. Anything else but OR_OK: make
   the step as a whole; steps are as they were. */
or_status or_split_run(or_split *p, or_arena *scratch);
/* Then the gradients, added to dw and db as by a pass; OR_SCRATCH: again. The
   plan is as if the whole batch had gone through it. */
or_status or_split_gradients(or_split *p, or_arena *scratch);

#endif
