/* hessian.h: products of a loss's Hessian with a vector, exactly: the gradient
   differentiated along a direction of the parameters, forward over backward
   (Pearlmutter, Fast exact multiplication by the Hessian, Neural Computation 6,
   1994). At a kink of an activation phi' stays what it is and phi'' is 0: what
   automatic differentiation makes of the same network. Losses are the caller's
   business: he hands over the loss's gradient and its change.

   For every matrix of a pass there is its tangent: how it changes as the
   parameters move along the direction. A product begins where a forward pass
   has ended, in that pass's plan:
     or_hessian_begin, or_hessian_memory
     or_hessian_forward      pass->now's tangent is in `tangent`
     the caller              fills or_hessian_cotangent's two matrices
     or_hessian_backward     the products are in the sides' hw, hb
   and again from or_hessian_begin for another direction. forward and backward
   return and go on as passes do (network.h): OR_SCRATCH, OR_INTERRUPTED. A CALL
   has no second derivative: OR_ARGUMENT. */
#ifndef OR_HESSIAN_H
#define OR_HESSIAN_H

#include "network.h"

/* What stands beside a step. The caller fills in the first part. */
typedef struct or_side {
  const or_matrix *vw, *vb; /* the direction's share, like w and b; NULL: 0 */
  or_matrix *hw, *hb;       /* the product's; NULL: not wanted */
  /* of an activation that is a function of the caller's, where
     or_activation_is_callers: phi'(z) and phi''(z) */
  const or_matrix *slope, *bend;

  or_matrix tangent; /* of what the step put out; */
  or_matrix xhat;    /* of layer norm's xhat */
  bool still;        /* it is 0, and its memory holds anything */
} or_side;

typedef struct or_hessian {
  or_pass *pass;
  or_side *sides;
  or_side *branches; /* what waits for its JOIN; on the way back BRANCH: */
  int at, level;
  int last; /* the first step that has parameters: the way back's end */
  or_matrix tangent; /* of pass->now */
  bool still;        /* it is 0 */
  bool back;
  or_matrix dy, ry; /* the gradient, and its tangent, */
  char *deltas;     /* in this memory: pairs that take turns, */
  size_t stride;    /* of matrices of so many bytes */
  int turn;
} or_hessian;

/* Bytes for sides and branches; and a product over that memory, of a pass whose
   way forward is done: all sides are empty. */
size_t or_hessian_bytes(const or_network *net);
void or_hessian_over(void *memory, or_pass *pass, or_hessian *h);
/* Memory for tangents, taken from the arena (OR_SCRATCH: it has too few bytes).
 */
or_status or_hessian_memory(or_hessian *h, or_arena *memory);
/* z as step i's activation took it, which may be in scratch. */
or_status or_hessian_preactivation(or_hessian *h, int i, or_matrix *z);

void or_hessian_begin(or_hessian *h);
or_status or_hessian_forward(or_hessian *h);
/* Where the gradient of the loss and its tangent are to be put, of the output's
   shape; and the way back from there. */
void or_hessian_cotangent(or_hessian *h, or_matrix **dy, or_matrix **ry);
or_status or_hessian_backward(or_hessian *h);

#endif
