/* lib_loss.h: losses as a training step wants them: into buffers that are
   there already. The loss table itself is lib_loss.c's. */
#ifndef ORTHORUN_LIB_LOSS_H
#define ORTHORUN_LIB_LOSS_H

#include "../core/loss.h"
#include "lib.h"

/* The loss called by the string at arg: "mse", "mse_sum", "mse_half" or
   "cross_entropy"; raises on another. */
or_loss_kind lib_checkloss(lua_State *L, const char *who, int arg);
/* The target at stack index `arg`: a matrix, or where there are classes labels,
   from an array or a 1 x batch row, which are put into `labels`, with room for
   batch numbers. Runs what a table's __index and __len are; nothing after it
   runs anything. Pushes nothing. */
or_target lib_readtarget(lua_State *L, const char *who, or_loss_kind kind,
                         const or_matrix *pred, int arg, int *labels);
/* The loss of `pred`, and dvalue/dpred into gradient. *correct is the number of
   right answers, or -1 for a squared error. */
or_norm lib_loss(lua_State *L, const char *who, const or_target *target,
                 const or_matrix *pred, or_matrix *gradient, int *correct);

#endif
