/* lib_layer.h: the layer userdata, shared by construction (lib_layer.c) and
   the passes (lib_network.c). */
#ifndef ORTHORUN_LIB_LAYER_H
#define ORTHORUN_LIB_LAYER_H

#include "../core/activation.h"
#include "lib.h"

typedef enum layer_kind {
  LAYER_LINEAR,
  LAYER_ACTIVATION,
  LAYER_NORM,
  LAYER_SEQUENTIAL,
  LAYER_RESIDUAL
} layer_kind;

typedef struct layer {
  const void *tag;
  layer_kind kind;
  or_activation phi;   /* activation */
  double eps;          /* layer_norm */
  int inputs, outputs; /* linear, layer_norm */
  int count;           /* children of a container */
  int depth;           /* containers inside each other, 0 for a leaf */
  bool has_bias;       /* linear */
  bool fresh;          /* gradients are zero, whatever their memory holds */
  bool in_place;       /* activation: its output has its input's memory */
  bool measured;       /* output is that of the last forward */
  bool plain;          /* no rescaling: overflows as PyTorch does */
  bool passed_back;    /* delta is that of the last backward */
  or_norm output;      /* ||a||_F (activation) */
  or_norm delta;       /* ||dloss/dz||_F of the last backward (linear) */
  or_norm gradient;    /* ||dloss/dW||_F of the last signal (linear) */
} layer;

/* User values. Matrices, but for CHILDREN, an array of layers (userdata, or
   Lua tables with forward and backward). INPUT is the last forward's input,
   by reference; OUTPUT, the DELTAs, WORK, PRODUCT and LOSS are buffers, kept
   for the last few shapes. The layer that a pass starts from has the two DELTAs
   that it goes back through, by turns, and PRODUCT. */
enum {
  SLOT_WEIGHT = 1, /* linear's W; layer_norm's gain */
  SLOT_BIAS,
  SLOT_DWEIGHT,
  SLOT_DBIAS,
  SLOT_INPUT,
  SLOT_OUTPUT,
  SLOT_DELTA,
  SLOT_OTHER_DELTA,
  SLOT_PRODUCT, /* a gradient that is only measured */
  SLOT_WORK,
  SLOT_RSTD,
  SLOT_CHILDREN,
  SLOT_LOSS,   /* dloss/doutput of the last training step */
  SLOT_LABELS, /* its labels as ints, in a plain userdata */
  LAYER_SLOTS = SLOT_LABELS
};

layer *lib_testlayer(lua_State *L, int idx);
layer *lib_checklayer(lua_State *L, int arg);
/* The matrix in a slot of the layer at idx, or NULL. Pushes nothing: the
   layer keeps it alive. */
or_matrix *lib_slot(lua_State *L, int idx, int slot);
/* The gradient in SLOT_DWEIGHT or SLOT_DBIAS, in memory of the parameter's
   shape that is there from its first use on. */
or_matrix *lib_gradient(lua_State *L, int idx, int slot);
/* Calls visit for every leaf (a userdata that is no container, or a Lua
   table) below the layer at idx, in order, with the leaf on top of the
   stack; visit leaves the stack as it was. */
void lib_eachleaf(lua_State *L, int idx,
                  void (*visit)(lua_State *L, void *context), void *context);

/* Calls visit for every parameter w of the layer at idx and its gradient g
   (zeros where no pass has written it), layer by layer, weight before bias. */
void lib_eachparameter(lua_State *L, int idx,
                       void (*visit)(lua_State *L, const or_matrix *g,
                                     or_matrix *w, void *context),
                       void *context);
/* Pushes a copy of the layer at idx, without what passes left in it. With
   share, the copy has the very same parameters and Lua layers: a twin whose
   passes do not disturb the original's. */
void lib_copylayer(lua_State *L, int idx, bool share);

extern const luaL_Reg lib_network_methods[]; /* forward, backward, ... */

#endif
