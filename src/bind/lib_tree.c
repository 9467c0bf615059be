/* lib_tree.c: what is done to all layers that are in one: walking over them,
   laying their steps out one after the other, their parameters, copies. Nothing
   recurses: containers may stand inside each other as deep as memory allows. */

/*** @module layer */

#include <string.h>

#include "lib_layer.h"

/* --- walking ------------------------------------------------------------ */

/* Pops a value onto the work list at `work`, whose length is n. */
static void push_work(lua_State *L, int work, lua_Integer *n) {
  lua_rawseti(L, work, ++*n);
}

/* The container on top goes onto the work list: its children, the first of
   them last, and in front of them its JOIN. */
static void unpack(lua_State *L, layer *l, bool flat, int work,
                   lua_Integer *n) {
  if (flat && l->form == LAYER_RESIDUAL) {
    lua_pushlightuserdata(L, &l->join);
    push_work(L, work, n);
  }
  lua_getiuservalue(L, -1, SLOT_CHILDREN);
  for (int i = l->count; i >= 1; i--) {
    lua_rawgeti(L, -1, i);
    push_work(L, work, n);
  }
  lua_pop(L, 1);
  if (flat && l->form == LAYER_RESIDUAL) {
    lua_pushlightuserdata(L, &l->step);
    push_work(L, work, n);
  }
}

static layer *test_container(lua_State *L, int idx) {
  layer *l = lib_testlayer(L, idx);
  return l && l->form != LAYER_LEAF ? l : NULL;
}

/* Of a container at idx. */
static void walk_down(lua_State *L, int idx, bool flat, lib_visitor *visit,
                      void *context) {
  lua_newtable(L);
  int work = lua_gettop(L);
  lua_Integer n = 0;
  lua_pushvalue(L, idx);
  push_work(L, work, &n);
  while (n > 0) {
    lua_rawgeti(L, work, n);
    lua_pushnil(L);
    lua_rawseti(L, work, n--);
    layer *l = test_container(L, -1);
    if (l)
      unpack(L, l, flat, work, &n);
    else
      visit(L, context);
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
}

void lib_walk(lua_State *L, int idx, bool flat, lib_visitor *visit,
              void *context) {
  luaL_checkstack(L, 24, "too little stack");
  if (test_container(L, idx)) {
    walk_down(L, idx, flat, visit, context);
    return;
  }
  lua_pushvalue(L, idx);
  visit(L, context);
  lua_pop(L, 1);
}

/* --- networks ----------------------------------------------------------- */

/* Stack indices of arrays that grow: the leaves; and for each step a pointer,
   or a CALL's index in the leaves. */
typedef struct layout {
  int leaves, steps;
  int calls;
} layout;

static void append(lua_State *L, int list) {
  lua_rawseti(L, list, (lua_Integer)lua_rawlen(L, list) + 1);
}

static void lay_step(lua_State *L, void *context) {
  layout *at = context;
  layer *l = lib_testlayer(L, -1);
  bool branch = lua_islightuserdata(L, -1);
  lua_pushvalue(L, -1);
  append(L, branch ? at->steps : at->leaves);
  if (branch)
    return;
  if (l)
    lua_pushlightuserdata(L, &l->step);
  else
    lua_pushinteger(L, (lua_Integer)lua_rawlen(L, at->leaves));
  append(L, at->steps);
  at->calls += !l;
}

/* Pushes a network of the steps in the array at `steps`. */
static network *new_network(lua_State *L, int steps, int calls) {
  size_t count = lua_rawlen(L, steps);
  network *n = lua_newuserdatauv(
      L, sizeof *n + count * sizeof *n->steps + (size_t)calls * sizeof(or_step),
      NETWORK_SLOTS);
  or_step *call = (or_step *)(n->steps + count);
  n->has_gradients = false;
  for (size_t i = 0; i < count; i++) {
    lua_rawgeti(L, steps, (lua_Integer)i + 1);
    n->steps[i] = lua_touserdata(L, -1);
    if (!n->steps[i]) {
      *call = (or_step){.kind = OR_STEP_CALL, .id = (int)lua_tointeger(L, -1)};
      n->steps[i] = call++;
    }
    lua_pop(L, 1);
  }
  lib_check(L, "layer", or_network_over(n->steps, (int)count, &n->net));
  return n;
}

network *lib_pushnetwork(lua_State *L, int idx) {
  luaL_checkstack(L, 24, "too little stack");
  lua_getiuservalue(L, idx, SLOT_NETWORK);
  network *n = lua_touserdata(L, -1);
  if (n)
    return n;
  lua_newtable(L);
  lua_newtable(L);
  layout at = {lua_gettop(L) - 1, lua_gettop(L), 0};
  lib_walk(L, idx, true, lay_step, &at);
  n = new_network(L, at.steps, at.calls);
  lua_pushvalue(L, at.leaves);
  lua_setiuservalue(L, -2, NETWORK_LEAVES);
  lua_pushvalue(L, -1);
  lua_setiuservalue(L, idx, SLOT_NETWORK);
  lua_replace(L, at.leaves - 1);
  lua_settop(L, at.leaves - 1);
  return n;
}

void lib_eachleaf(lua_State *L, int idx, lib_visitor *visit, void *context) {
  lib_pushnetwork(L, idx);
  lua_getiuservalue(L, -1, NETWORK_LEAVES);
  int leaves = lua_gettop(L);
  lua_Integer n = (lua_Integer)lua_rawlen(L, leaves);
  for (lua_Integer i = 1; i <= n; i++) {
    lua_rawgeti(L, leaves, i);
    visit(L, context);
    lua_pop(L, 1);
  }
  lua_pop(L, 2);
}

/* --- parameters --------------------------------------------------------- */

/* A fresh gradient's memory holds anything; who looks at it sees zeros. */
static void settle_gradients(lua_State *L, int idx, or_step *s) {
  if (!s->fresh)
    return;
  lib_makegradients(L, idx);
  if (s->dw)
    or_matrix_fill(s->dw, 0);
  if (s->db)
    or_matrix_fill(s->db, 0);
  s->fresh = false;
}

typedef struct gathering {
  int list;           /* stack index of the array that grows */
  int slots[2];       /* which slots of each leaf, 0 for none */
  bool linear_only;   /* leave layer_norm out */
  const char *method; /* what a Lua layer is asked */
} gathering;

/* A Lua layer may have a method of the same name that returns an array. */
static void gather_from_table(lua_State *L, const gathering *g) {
  if (lua_getfield(L, -1, g->method) != LUA_TFUNCTION) {
    lua_pop(L, 1);
    return;
  }
  lua_pushvalue(L, -2);
  lua_call(L, 1, 1);
  if (!lua_istable(L, -1))
    lib_error(L, "a layer written in Lua: %s must return an array, not %s",
              g->method, lib_describe(L, lua_gettop(L)));
  lua_Integer n = luaL_len(L, -1);
  for (lua_Integer i = 1; i <= n; i++) {
    lua_geti(L, -1, i);
    append(L, g->list);
  }
  lua_pop(L, 1);
}

static void gather(lua_State *L, void *context) {
  gathering *g = context;
  int idx = lua_gettop(L);
  layer *l = lib_testlayer(L, idx);
  if (!l) {
    gather_from_table(L, g);
    return;
  }
  if (g->linear_only && l->step.kind != OR_STEP_LINEAR)
    return;
  for (int k = 0; k < 2 && g->slots[k]; k++) {
    if (g->slots[k] == SLOT_DWEIGHT || g->slots[k] == SLOT_DBIAS)
      settle_gradients(L, idx, &l->step);
    if (lua_getiuservalue(L, idx, g->slots[k]) == LUA_TUSERDATA)
      append(L, g->list);
    else
      lua_pop(L, 1);
  }
}

static int gathered(lua_State *L, gathering g) {
  lib_checklayer(L, 1);
  lua_settop(L, 1);
  lua_newtable(L);
  g.list = 2;
  lib_eachleaf(L, 1, gather, &g);
  return 1;
}

/*** The linear layers' own weight matrices, layer 1 first. Writing into them
   changes the network.
   @function net:weights
   @treturn {matrix,...} */
static int net_weights(lua_State *L) {
  return gathered(L, (gathering){0, {SLOT_WEIGHT, 0}, true, "weights"});
}

/*** The linear layers' own biases, layer 1 first.
   @function net:biases
   @treturn {matrix,...} */
static int net_biases(lua_State *L) {
  return gathered(L, (gathering){0, {SLOT_BIAS, 0}, true, "biases"});
}

/*** The gradients of `net:weights`, in the same order.
   @function net:weight_gradients
   @treturn {matrix,...} */
static int net_weight_gradients(lua_State *L) {
  return gathered(L,
                  (gathering){0, {SLOT_DWEIGHT, 0}, true, "weight_gradients"});
}

/*** The gradients of `net:biases`, in the same order.
   @function net:bias_gradients
   @treturn {matrix,...} */
static int net_bias_gradients(lua_State *L) {
  return gathered(L, (gathering){0, {SLOT_DBIAS, 0}, true, "bias_gradients"});
}

/*** All that can be trained (layer_norm's included).
   @function net:parameters
   @treturn {matrix,...} */
static int net_parameters(lua_State *L) {
  return gathered(
      L, (gathering){0, {SLOT_WEIGHT, SLOT_BIAS}, false, "parameters"});
}

/*** The gradients of `net:parameters`, in the same order.
   @function net:gradients
   @treturn {matrix,...} */
static int net_gradients(lua_State *L) {
  return gathered(
      L, (gathering){0, {SLOT_DWEIGHT, SLOT_DBIAS}, false, "gradients"});
}

typedef struct parameter_walk {
  void (*visit)(lua_State *, const or_matrix *, or_matrix *, void *);
  void *context;
} parameter_walk;

/* A Lua layer's, from its methods parameters and gradients, if it has them. */
static void walk_table(lua_State *L, const parameter_walk *walk) {
  gathering parameters = {.method = "parameters"};
  gathering gradients = {.method = "gradients"};
  lua_newtable(L);
  parameters.list = lua_gettop(L);
  lua_pushvalue(L, -2);
  gather_from_table(L, &parameters);
  lua_newtable(L);
  gradients.list = lua_gettop(L);
  lua_pushvalue(L, -2);
  gather_from_table(L, &gradients);
  lua_Integer n = luaL_len(L, parameters.list);
  for (lua_Integer i = 1; i <= n; i++) {
    lua_geti(L, gradients.list, i);
    lua_geti(L, parameters.list, i);
    or_matrix *gradient = lib_testmatrix(L, -2);
    or_matrix *parameter = lib_testmatrix(L, -1);
    if (!gradient || !parameter || !or_matrix_same_shape(gradient, parameter))
      lib_error(L,
                "a layer written in Lua: parameters() and gradients() must "
                "return arrays of matrices, alike in shape; entry %I is not",
                (LUAI_UACINT)i);
    walk->visit(L, gradient, parameter, walk->context);
    lua_pop(L, 2);
  }
  lua_settop(L, parameters.list - 1);
}

/* The parameter in a slot, which keeps it alive. */
static or_matrix *own_matrix(lua_State *L, int idx, int slot) {
  lua_getiuservalue(L, idx, slot);
  or_matrix *m = lib_testmatrix(L, -1);
  lua_pop(L, 1);
  return m;
}

static void walk_parameters(lua_State *L, void *context) {
  const parameter_walk *walk = context;
  int idx = lua_gettop(L);
  layer *l = lib_testlayer(L, idx);
  if (!l) {
    walk_table(L, walk);
    return;
  }
  or_step *s = &l->step;
  settle_gradients(L, idx, s);
  if (s->w)
    walk->visit(L, s->dw, own_matrix(L, idx, SLOT_WEIGHT), walk->context);
  if (s->b)
    walk->visit(L, s->db, own_matrix(L, idx, SLOT_BIAS), walk->context);
}

void lib_eachparameter(lua_State *L, int idx,
                       void (*visit)(lua_State *L, const or_matrix *g,
                                     or_matrix *w, void *context),
                       void *context) {
  parameter_walk walk = {visit, context};
  lib_eachleaf(L, idx, walk_parameters, &walk);
}

static void zero_leaf(lua_State *L, void *context) {
  layer *l = lib_testlayer(L, -1);
  if (l) {
    l->step.fresh = true;
    l->step.passed_back = false;
  } else if (lua_getfield(L, -1, "zero_grad") == LUA_TFUNCTION) {
    lua_pushvalue(L, -2);
    lua_call(L, 1, 0);
  } else {
    lua_pop(L, 1);
  }
}

/*** Sets all gradients to 0.
   @function net:zero_grad
   @treturn layer net */
static int net_zero_grad(lua_State *L) {
  lib_checklayer(L, 1);
  lua_settop(L, 1);
  lib_eachleaf(L, 1, zero_leaf, NULL);
  return 1;
}

static void set_plain(lua_State *L, void *context) {
  layer *l = lib_testlayer(L, -1);
  if (l)
    l->step.plain = *(bool *)context;
}

/*** With false plain arithmetic, which overflows and vanishes as in NumPy
   and PyTorch; with true (the default) exponents. Where plain numbers hold
   a result, both have the same bits.
   @function net:rescale
   @tparam bool on
   @treturn layer net */
static int net_rescale(lua_State *L) {
  lib_checklayer(L, 1);
  if (!lua_isboolean(L, 2))
    lib_wrongargument(L, 2, "true or false");
  bool plain = !lua_toboolean(L, 2);
  lua_settop(L, 1);
  lib_eachleaf(L, 1, set_plain, &plain);
  return 1;
}

/* --- copies ------------------------------------------------------------- */

/* Replaces the Lua layer on top by layer:copy(), which it must have. */
static void copy_table_layer(lua_State *L) {
  if (lua_getfield(L, -1, "copy") != LUA_TFUNCTION)
    lib_error(L, "layer:copy: a layer written in Lua has no method copy");
  lua_insert(L, -2);
  lua_call(L, 1, 1);
  if (!lib_islayer(L))
    lib_error(L, "layer:copy: the method copy of a layer returned %s",
              lib_describe(L, lua_gettop(L)));
}

/* Pushes a copy of the leaf at idx, without what passes left in it. */
static void copy_leaf(lua_State *L, int idx, const layer *l) {
  layer *c = lib_newlayer(L, LAYER_LEAF);
  int to = lua_gettop(L);
  int last = l->step.fresh ? SLOT_BIAS : SLOT_DBIAS; /* fresh: hold nothing */
  or_step *s = &c->step;
  *s = l->step;
  s->w = s->b = s->dw = s->db = NULL;
  s->passed_back = s->measured = false;
  for (int slot = SLOT_WEIGHT; slot <= last; slot++) {
    const or_matrix *m = own_matrix(L, idx, slot);
    if (!m)
      continue;
    or_matrix_copy(
        m, lib_newmatrix(L, "layer:copy", m->rows, m->cols, m->precision));
    lib_setslot(L, to, slot);
  }
}

/* Replaces the container on top by a copy with no children in it yet; the list
   of copies under way grows by where they are and where they go. */
static void copy_container(lua_State *L, int list) {
  const layer *l = lib_testlayer(L, -1);
  lua_getiuservalue(L, -1, SLOT_CHILDREN);
  append(L, list);
  layer *c = lib_newlayer(L, l->form);
  c->count = l->count;
  c->step.plain = l->step.plain;
  c->join = l->join;
  lua_createtable(L, l->count, 0);
  lua_pushvalue(L, -1);
  append(L, list);
  lua_setiuservalue(L, -2, SLOT_CHILDREN);
  lua_remove(L, -2);
}

/* Replaces the layer on top by a copy. */
static void copy_any(lua_State *L, int list) {
  const layer *l = lib_testlayer(L, -1);
  if (!l) {
    copy_table_layer(L);
  } else if (l->form != LAYER_LEAF) {
    copy_container(L, list);
  } else {
    copy_leaf(L, lua_gettop(L), l);
    lua_remove(L, -2);
  }
}

/*** An independent network with the same parameters.
   @function net:copy
   @treturn layer */
static int net_copy(lua_State *L) {
  lib_checklayer(L, 1);
  lua_settop(L, 1);
  lua_newtable(L); /* 2: children that are to be copied, and to where */
  lua_pushvalue(L, 1);
  copy_any(L, 2); /* 3 */
  for (lua_Integer at = 1; at < (lua_Integer)lua_rawlen(L, 2); at += 2) {
    lua_rawgeti(L, 2, at);
    lua_rawgeti(L, 2, at + 1);
    lua_Integer n = (lua_Integer)lua_rawlen(L, 4);
    for (lua_Integer i = 1; i <= n; i++) {
      lua_rawgeti(L, 4, i);
      copy_any(L, 2);
      lua_rawseti(L, 5, i);
    }
    lua_settop(L, 3);
  }
  return 1;
}

const luaL_Reg lib_tree_methods[] = {{"weights", net_weights},
                                     {"biases", net_biases},
                                     {"weight_gradients", net_weight_gradients},
                                     {"bias_gradients", net_bias_gradients},
                                     {"parameters", net_parameters},
                                     {"gradients", net_gradients},
                                     {"zero_grad", net_zero_grad},
                                     {"rescale", net_rescale},
                                     {"copy", net_copy},
                                     {NULL, NULL}};
