/* lib_layer.h: the layer userdata, shared by those who make layers
   (lib_layer.c, lib_container.c), walk over them (lib_tree.c) and pass through
   them (lib_network.c). */
#ifndef ORTHORUN_LIB_LAYER_H
#define ORTHORUN_LIB_LAYER_H

#include "../core/network.h"
#include "lib.h"

typedef enum layer_form {
  LAYER_LEAF,
  LAYER_SEQUENTIAL,
  LAYER_RESIDUAL
} layer_form;

typedef struct layer {
  const void *tag;
  layer_form form;
  int count;          /* children of a container */
  or_step step, join; /* a leaf's step; a residual's BRANCH and JOIN */
} layer;

/* User values: a leaf's matrices, which its step points to; a container's
   children, an array of layers (userdata, or Lua tables with forward and
   backward); and once it has been passed through as a whole, its network. */
enum {
  SLOT_WEIGHT = 1, /* linear's W; layer_norm's gain */
  SLOT_BIAS,
  SLOT_DWEIGHT,
  SLOT_DBIAS,
  SLOT_NETWORK,
  SLOT_CHILDREN = SLOT_WEIGHT,
  LAYER_SLOTS = SLOT_NETWORK
};

/* What passes through a layer need and keep: its steps, one after the other,
   and memory. User values: */
enum {
  NETWORK_LEAVES = 1, /* an array; a CALL's id is an index in it */
  NETWORK_BATCH,      /* the last forward's input; nil: there was none */
  NETWORK_SCRATCH,
  NETWORK_DELTAS, /* memory of the way back */
  NETWORK_LABELS,
  NETWORK_SPLIT,
  NETWORK_PLANS, /* the first of so many; that of the last forward is first */
  KEPT_PLANS = 4,
  NETWORK_SLOTS = NETWORK_PLANS + KEPT_PLANS - 1
};

typedef struct network {
  or_network net;
  bool has_gradients; /* every leaf has memory for them */
  or_step *steps[];   /* and behind them the steps that are CALLs */
} network;

layer *lib_newlayer(lua_State *L, layer_form form);
/* Pushes the module `layer` with all that makes a layer of no others. */
void lib_openleaves(lua_State *L);
layer *lib_testlayer(lua_State *L, int idx);
layer *lib_checklayer(lua_State *L, int arg);
/* The value on top is a layer: ours, or a table with forward and backward. */
bool lib_islayer(lua_State *L);
/* Makes the matrix on top, popped, the one in a leaf's slot. */
void lib_setslot(lua_State *L, int idx, int slot);
/* Memory for the gradients of the leaf at idx, where it has none. */
void lib_makegradients(lua_State *L, int idx);

/* Calls visit for every leaf (a userdata that is no container, or a Lua
   table) below the layer at idx, in order, with the leaf on top of the
   stack; visit leaves the stack as it was. Where `flat` is true, residuals'
   BRANCH and JOIN come along, as light userdata. */
typedef void lib_visitor(lua_State *L, void *context);
void lib_walk(lua_State *L, int idx, bool flat, lib_visitor *visit,
              void *context);
/* The same for leaves, from the network at idx, which is kept: allocates
   nothing from its second call on. */
void lib_eachleaf(lua_State *L, int idx, lib_visitor *visit, void *context);
/* Pushes the network of the layer at idx. */
network *lib_pushnetwork(lua_State *L, int idx);

/* Calls visit for every parameter w of the layer at idx and its gradient g
   (zeros where no pass has written it), layer by layer, weight before bias. */
void lib_eachparameter(lua_State *L, int idx,
                       void (*visit)(lua_State *L, const or_matrix *g,
                                     or_matrix *w, void *context),
                       void *context);

/* Fields of the metric table, and of the matrix one: */
int lib_hessian_product(lua_State *L);
int lib_jacobian_spectrum(lua_State *L);
int lib_lyapunov(lua_State *L);

extern const luaL_Reg lib_network_methods[]; /* forward, backward, ... */
extern const luaL_Reg lib_tree_methods[];    /* weights, copy, ... */

#endif
