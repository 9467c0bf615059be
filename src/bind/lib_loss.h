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
/* The value of the loss of `pred` against the target at stack index `arg`
   (its prediction's shape; or labels: an array, or a 1 x batch row), and
   dvalue/dpred. labels has room for batch numbers; pushes nothing. *correct
   is the number of right answers, or -1 for a squared error. */
or_norm lib_loss(lua_State *L, const char *who, lib_loss_kind kind,
                 const or_matrix *pred, int arg, int *labels,
                 or_matrix *gradient, int *correct);

#endif
