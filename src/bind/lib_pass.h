/* lib_pass.h: a pass through a layer that is under way: its plan and memory,
   and what it needs of Lua. lib_network.c has the methods that make passes. */
#ifndef ORTHORUN_LIB_PASS_H
#define ORTHORUN_LIB_PASS_H

#include "../core/loss.h"
#include "../core/network.h"
#include "lib.h"
#include "lib_layer.h"

/* Its things stand on the stack, one after the other, from `at` on. */
typedef struct run {
  or_pass pass;
  or_arena scratch;
  network *net;
  const char *who;
  int at;
  int x; /* the batch's place on the stack */
} run;

enum {
  AT_NETWORK,
  AT_PLAN,
  AT_SCRATCH,
  AT_DELTAS, /* memory of the way back */
  AT_LABELS,
  AT_SPLIT,
  AT_DX, /* what a first layer, written in Lua, gave; else nil */
  RUN_SLOTS
};

/* Begins a run through the layer at 1 of the batch at x, with no plan yet. */
void lib_begin(lua_State *L, run *r, const char *who, int x);
/* Begins one in the last forward pass, whose batch comes to stand at `x`, the
   top; false where there is none. */
bool lib_takeup(lua_State *L, run *r, const char *who, int x);
/* A run that ends well leaves its memory and its plan, and what it was of: the
   network's last forward pass. Memory alone: */
void lib_finish(lua_State *L, const run *r);
void lib_keepmemory(lua_State *L, const run *r);

/* The plan for the batch at r->x; and forward: the output is in pass.now. */
void lib_plan(lua_State *L, run *r);
void lib_forward(lua_State *L, run *r);
/* The net's gradients, where they have no memory yet. */
void lib_gradientmemory(lua_State *L, const run *r);
/* An arena over the run's memory at AT_..., which is the network's in `slot`;
   and one of the bytes that this one wants. */
or_arena lib_takememory(lua_State *L, const run *r, int place, int slot);
or_arena lib_morememory(lua_State *L, const run *r, int place,
                        const or_arena *wanting);
/* Backward from dy: dx is in pass.now, or at AT_DX. */
void lib_backward(lua_State *L, run *r, const or_matrix *dy, bool own);
/* Instead of a kept plan, one that is the run's own, for the batch x; and
   forward with that. */
void lib_ownbatch(lua_State *L, run *r, const or_matrix *x);
void lib_goforward(lua_State *L, run *r);
/* Does what a pass has returned for, or raises. */
void lib_serve(lua_State *L, run *r, or_status status);

/* Memory of the way back; room for so many labels; and a matrix for the
   gradient of a loss from which nobody goes back. */
void lib_backmemory(lua_State *L, run *r);
int *lib_labelroom(lua_State *L, const run *r, int count);
or_matrix lib_lossmemory(lua_State *L, run *r);

/* A step of training in shares (core/split.h), with the loss of that kind
   against argument 3: its value, and how many are right. False, and nothing
   done, where it is to be made as a whole. */
bool lib_split(lua_State *L, run *r, or_loss_kind kind, or_norm *value,
               int *correct);

/* lua_call of a function of the user's, which may do anything. */
void lib_calluser(lua_State *L, const run *r, int arguments, int results);
/* A copy that later passes cannot touch. */
void lib_pushcopy(lua_State *L, const char *who, const or_matrix *m);
/* "linear", "residual", ... for messages */
const char *lib_stepname(or_step_kind kind);

#endif
