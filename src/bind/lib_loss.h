/* lib_loss.h: losses as a training step wants them: into buffers that are
   there already. The loss table itself is lib_loss.c's. */
#ifndef ORTHORUN_LIB_LOSS_H
#define ORTHORUN_LIB_LOSS_H

#include "lib.h"

typedef enum lib_loss_kind {
  LIB_LOSS_MSE, /* in or_reduction's order */
  LIB_LOSS_MSE_SUM,
  LIB_LOSS_MSE_HALF,
  LIB_LOSS_CROSS_ENTROPY
} lib_loss_kind;

/* The loss called by the string at arg: "mse", "mse_sum", "mse_half" or
   "cross_entropy"; raises on another. */
lib_loss_kind lib_checkloss(lua_State *L, const char *who, int arg);
/* What a prediction is compared with: a matrix, or labels that count from 0. */
typedef struct lib_target {
  const or_matrix *matrix;
  const int *labels;
} lib_target;

/* The target at stack index `arg`: a matrix, or where there are classes labels,
   from an array or a 1 x batch row, which are put into `labels`, with room for
   batch numbers. Runs what a table's __index and __len are; nothing after it
   runs anything. Pushes nothing. */
lib_target lib_readtarget(lua_State *L, const char *who, lib_loss_kind kind,
                          const or_matrix *pred, int arg, int *labels);
/* The loss of `pred`, and dvalue/dpred into gradient. *correct is the number of
   right answers, or -1 for a squared error. */
or_norm lib_loss(lua_State *L, const char *who, lib_loss_kind kind,
                 const or_matrix *pred, lib_target target, or_matrix *gradient,
                 int *correct);

#endif
