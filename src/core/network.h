/* network.h: a network as a flat list of steps, and the passes through it:
   forward, backward, with gradients kept or only measured, and the Jacobian.
   Nothing recurses, and nothing is allocated: all matrices of a shape of batch
   are planned once, over memory of the caller's. Making networks, and layers
   that the caller has himself, are the caller's business.

   A residual block is a BRANCH, the steps inside, and a JOIN, which multiplies
   what they made by its factor and adds what came in at the BRANCH; blocks may
   stand inside each other to any depth.

   A pass returns before its end where it cannot go on by itself, and goes on
   where it was when it is called again:
     OR_SCRATCH      it wants scratch->needed bytes of scratch
     OR_CALLBACK     step `at` is a CALL: `now` is to go through the caller's
                     layer, and the result to or_pass_answer; or it is an
                     activation that is a function of the caller's: the answer
                     is phi(now), on the way back now .* phi'(z), z being
                     or_pass_input
     OR_INTERRUPTED  *interrupted was not 0
   What else is not OR_OK is an error of step `at`. */
#ifndef OR_NETWORK_H
#define OR_NETWORK_H

#include <signal.h>

#include "activation.h"
#include "arena.h"
#include "norm.h"

typedef enum or_step_kind {
  OR_STEP_LINEAR,
  OR_STEP_ACTIVATION,
  OR_STEP_LAYER_NORM,
  OR_STEP_SCALE,
  OR_STEP_BRANCH,
  OR_STEP_JOIN,
  OR_STEP_CALL
} or_step_kind;

/* A layer: what it is, its parameters (the caller's, who keeps them alive), and
   what passes leave in it. */
typedef struct or_step {
  or_step_kind kind;
  or_activation phi;      /* activation */
  double eps;             /* layer norm */
  double factor;          /* SCALE, and JOIN: what it multiplies by */
  const or_matrix *w, *b; /* linear: m x n, and m x 1 or NULL; layer norm: gain
                             and bias, n x 1 */
  or_matrix *dw, *db;     /* gradients; only backward with them needs them */
  int id;                 /* CALL: the caller's own number */
  bool plain;             /* no rescaling: overflows as PyTorch does */
  bool fresh;             /* dw and db are zero, whatever their memory holds */
  /* What the last pass that came to its end has left: */
  bool measured, passed_back; /* output and delta are there */
  or_norm output;             /* ||a||_F of an activation */
  or_norm delta;              /* ||dloss/dz||_F of a linear layer */
} or_step;

typedef struct or_network {
  or_step *const *steps; /* none of them twice */
  int count;
  int depth; /* the most branches that are open at once */
} or_network;

/* Over so many steps; OR_ARGUMENT where a JOIN has no BRANCH, or a BRANCH no
   JOIN. */
or_status or_network_over(or_step *const *steps, int count, or_network *net);

/* --- plans -------------------------------------------------------------- */

/* What a forward pass keeps of a step. */
typedef struct or_place {
  or_matrix input; /* for the way back: x, z, or layer norm's xhat */
  or_matrix output;
  or_matrix rstd; /* layer norm */
  size_t begin;   /* where its memory begins: what stands before it stays */
  bool own;       /* the input is a matrix that nobody reads again as it is, */
  bool in_place;  /* and the output overwrites it */
  bool batch;     /* the input is the batch itself */
  bool answered;  /* CALL: output has the shape of the last answer */
  or_norm norm;   /* of an activation's output, where the pass measures */
  or_norm delta;  /* ||dloss/dz||_F, and where the pass measures */
  or_norm gradient; /* ||dloss/dW||_F of a linear layer */
  or_matrix dz;     /* what came back to a step with parameters, if kept */
} or_place;

/* All matrices of the way forward for one shape of batch. */
typedef struct or_plan {
  int rows, cols; /* of the batch */
  or_precision precision;
  int known;        /* steps that are laid out; */
  or_status misfit; /* why not the next: OR_SHAPE, OR_PRECISION, OR_SIZE */
  bool measured;    /* the last forward pass has left places' norms */
  or_place *places;
  or_matrix *branches; /* what waits for its JOIN, or on the way back BRANCH */
  int *order;          /* of the matrices of the way back */
} or_plan;

/* Bytes of a plan, without its matrices; and a plan in that memory, which is
   empty: or_network_plan lays it out. */
size_t or_plan_bytes(const or_network *net);
or_plan *or_plan_over(void *memory, const or_network *net, int rows, int cols,
                      or_precision p);
/* Lays the matrices over the arena; OR_SCRATCH where it has too few bytes. To
   begin with, a CALL is taken to keep the shape. A step that does not fit what
   comes before it ends the plan, and becomes an error when a pass gets there:
   the next answer of a CALL may be of another shape. */
or_status or_network_plan(const or_network *net, or_plan *plan,
                          or_arena *memory);

/* Columns first .. of a plan's batch, as many as `part` has, as a plan: its
   matrices are parts of the other's. */
void or_plan_columns(const or_network *net, const or_plan *whole, int first,
                     or_plan *part);

/* --- passes ------------------------------------------------------------- */

typedef enum or_gradient_use {
  OR_NO_GRADIENTS,      /* the steps are left as they are */
  OR_ADD_GRADIENTS,     /* to dw and db */
  OR_MEASURE_GRADIENTS, /* their norms alone, and outputs' on the way forward */
  OR_KEEP_DELTAS        /* places' dz, from which somebody else makes them; the
                           steps are left as they are */
} or_gradient_use;

/* A pass, under way or done. The caller fills in the first part. */
typedef struct or_pass {
  const or_network *net;
  or_plan *plan;
  const or_matrix *x; /* the batch; on the way back the same one */
  or_arena *scratch;
  const volatile sig_atomic_t *interrupted;
  or_gradient_use gradients;
  bool wanted; /* dx of the batch is read */

  int at;        /* the step that is next */
  or_matrix now; /* what it gets; at the end the pass's result */
  bool own;      /* now is in a matrix of ours */
  bool is_batch; /* now is the batch */
  bool back;     /* on the way back */
  int first;     /* the step that the data comes to first */
  int level;     /* branches that are open */
  char *deltas;  /* memory of the way back: depth + 2 matrices; */
  size_t stride; /* of so many bytes each */
  int column; /* OR_KEEP_DELTAS: or_deltas_kept, of which these are columns */
  int next;   /* column, column + 1, ..., and the first `next` are taken */
} or_pass;

void or_forward_begin(or_pass *p);
/* To the end: the output is in now, and stays there for the way back. */
or_status or_network_forward(or_pass *p);

/* Memory of the way back, which nobody reads after it: taken from the arena
   (OR_SCRATCH: it has too few bytes). */
or_status or_backward_memory(or_pass *p, or_arena *memory);
/* Where deltas are kept: as many matrices, of the stride of the whole batch. */
int or_deltas_kept(const or_network *net);
/* The matrix, in that memory, in which dloss/doutput may be made: it is
   overwritten then. */
or_matrix or_backward_gradient(or_pass *p);
/* Back from dy of the output's shape: own says that it is that matrix. */
void or_backward_begin(or_pass *p, const or_matrix *dy, bool own);
/* To the end: where it is wanted, dx is in now. */
or_status or_network_backward(or_pass *p);

/* What the caller's layer made of now; the pass has to be called again then.
   OR_SHAPE or OR_PRECISION, and nothing done, where it is not as planned: on
   the way forward the plan now knows it, and is to be laid out anew, over
   memory that begins with the places[at].begin bytes of the old one. Then comes
   or_pass_moved, and the same answer. */
or_status or_pass_answer(or_pass *p, const or_matrix *y);
void or_pass_moved(or_pass *p);
/* What came to the step that is next on the way forward. */
or_matrix or_pass_input(const or_pass *p);

/* --- the Jacobian ------------------------------------------------------- */

/* x, a column, so many times over */
void or_jacobian_batch(const or_matrix *x, or_matrix *batch);
/* Rows first .. first+b-1 of the Jacobian (outputs x inputs), where the pass's
   batch of b columns is x repeated: unit vectors are pulled back through the
   net. Goes on as passes do, after or_forward_begin; wants its memory of the
   way back from the start. Stored values, to be multiplied by 2^now.exponent.
   OR_SHAPE where the output is of another shape. */
or_status or_network_jacobian(or_pass *p, int first, or_matrix *jacobian);
/* The Jacobian of blocks of `height` rows that have these exponents, at the
   largest of them. */
void or_jacobian_join(or_matrix *jacobian, int height,
                      const int64_t *exponents);

#endif
