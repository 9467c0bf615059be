/* lib_layer.c: making layers, and reaching their parameters. What they do is
   in lib_network.c. */
#include "lib_layer.h"

#include <limits.h>
#include <math.h>
#include <string.h>

static const char tag;

layer *lib_testlayer(lua_State *L, int idx) {
  return lib_tagged(L, idx, &tag, sizeof(layer));
}

layer *lib_checklayer(lua_State *L, int arg) {
  layer *l = lib_testlayer(L, arg);
  if (!l)
    lib_wrongargument(L, arg, "a layer");
  return l;
}

or_matrix *lib_slot(lua_State *L, int idx, int slot) {
  lua_getiuservalue(L, idx, slot);
  or_matrix *m = lib_testmatrix(L, -1);
  lua_pop(L, 1);
  return m;
}

static layer *new_layer(lua_State *L, layer_kind kind) {
  layer *l = lib_new(L, LIB_LAYER, sizeof *l, LAYER_SLOTS);
  memset(l, 0, sizeof *l);
  l->tag = &tag;
  l->kind = kind;
  l->fresh = true;
  return l;
}

/* --- linear ------------------------------------------------------------- */

static const char *const linear_options[] = {
    "inputs", "outputs", "init", "bias", "rng", "weight", "precision", NULL};

static bool is_callable(lua_State *L, int idx) {
  if (lua_isfunction(L, idx))
    return true;
  bool is = luaL_getmetafield(L, idx, "__call") != LUA_TNIL;
  lua_pop(L, is);
  return is;
}

/* Calls the initializer on top of the stack as f(rng, rows, cols, precision)
   and leaves its matrix there instead, checked. */
static or_matrix *initialize(lua_State *L, const char *who, int options,
                             int rows, int cols, or_precision p) {
  if (!is_callable(L, -1))
    lib_error(L,
              "%s: an initializer must be as from ortho.init, or a "
              "function(rng, rows, cols), not %s",
              who, lib_describe(L, lua_gettop(L)));
  lua_getfield(L, options, "rng");
  if (!luaL_testudata(L, -1, LIB_RNG))
    lib_error(L,
              "%s: init= draws random numbers, so rng= must be an "
              "ortho.rng(seed), not %s",
              who, lib_describe(L, lua_gettop(L)));
  lua_pushinteger(L, rows);
  lua_pushinteger(L, cols);
  lua_pushstring(L, or_precision_name(p));
  lua_call(L, 4, 1);
  or_matrix *w = lib_testmatrix(L, -1);
  if (!w)
    lib_error(L, "%s: init returned %s, not a matrix", who,
              lib_describe(L, lua_gettop(L)));
  if (w->rows != rows || w->cols != cols)
    lib_error(L, "%s: init returned a %s matrix where %dx%d was asked", who,
              lib_shape(L, w), rows, cols);
  if (w->precision != p)
    lib_error(L, "%s: init returned a %s matrix where %s was asked", who,
              or_precision_name(w->precision), or_precision_name(p));
  return w;
}

/* Pushes the weight matrix: weight= as it is, or init= called. */
static or_matrix *weight_option(lua_State *L, const char *who, int options) {
  if (lua_getfield(L, options, "weight") != LUA_TNIL) {
    or_matrix *w = lib_testmatrix(L, -1);
    if (!w)
      lib_error(L, "%s: weight must be a matrix, not %s", who,
                lib_describe(L, lua_gettop(L)));
    return w;
  }
  lua_pop(L, 1);
  lua_Integer n = lib_optinteger(L, who, options, "inputs", 0, 1, INT_MAX);
  lua_Integer m = lib_optinteger(L, who, options, "outputs", 0, 1, INT_MAX);
  if (n == 0 || m == 0)
    lib_error(L, "%s: needs inputs= and outputs=, or weight=", who);
  or_precision p = lib_optprecision(L, who, options);
  if (lua_getfield(L, options, "init") == LUA_TNIL)
    lib_error(
        L, "%s: needs init= (for example init.orthogonal{}) or weight=", who);
  return initialize(L, who, options, (int)m, (int)n, p);
}

/* Pushes the bias: zeros, or bias= called as an initializer of m x 1. */
static void bias_option(lua_State *L, const char *who, int options,
                        const or_matrix *w) {
  int type = lua_getfield(L, options, "bias");
  if (type == LUA_TNIL || type == LUA_TBOOLEAN) {
    lua_pop(L, 1);
    or_matrix_fill(lib_newmatrix(L, who, w->rows, 1, w->precision), 0);
    return;
  }
  initialize(L, who, options, w->rows, 1, w->precision);
}

or_matrix *lib_gradient(lua_State *L, int idx, int slot) {
  or_matrix *gradient = lib_slot(L, idx, slot);
  const or_matrix *m = lib_slot(L, idx, slot - SLOT_DWEIGHT + SLOT_WEIGHT);
  if (!gradient && m) {
    gradient = lib_newmatrix(L, "layer", m->rows, m->cols, m->precision);
    lua_setiuservalue(L, idx, slot);
  }
  return gradient;
}

/* layer.linear{inputs=, outputs=, init=, rng=, bias=true|false|initializer,
   weight=, precision=}: z = W x + b, W outputs x inputs */
static int layer_linear(lua_State *L) {
  const char *who = "layer.linear";
  lib_checktable(L, 1);
  lib_options(L, who, 1, linear_options);
  lua_settop(L, 1);
  or_matrix *w = weight_option(L, who, 1); /* 2 */
  layer *l = new_layer(L, LAYER_LINEAR);   /* 3 */
  l->inputs = w->cols;
  l->outputs = w->rows;
  lua_getfield(L, 1, "bias");
  l->has_bias = lua_isnil(L, -1) || lua_toboolean(L, -1);
  lua_pop(L, 1);
  lua_pushvalue(L, 2);
  lua_setiuservalue(L, 3, SLOT_WEIGHT);
  if (l->has_bias) {
    bias_option(L, who, 1, w);
    lua_setiuservalue(L, 3, SLOT_BIAS);
  }
  lua_settop(L, 3);
  return 1;
}

/* --- activations -------------------------------------------------------- */

static const char *const no_options[] = {NULL};
static const char *const alpha_options[] = {"alpha", NULL};

/* layer.NAME(): upvalue 1 is the kind. leaky_relu and elu take {alpha=}. */
static int layer_activation(lua_State *L) {
  lua_settop(L, 1);
  or_activation phi = {
      (or_activation_kind)lua_tointeger(L, lua_upvalueindex(1)), 0};
  const char *who =
      lua_pushfstring(L, "layer.%s", or_activation_name(phi.kind));
  or_activation_find(or_activation_name(phi.kind), &phi);
  lib_options(L, who, 1, phi.alpha != 0 ? alpha_options : no_options);
  phi.alpha = lib_optnumber(L, who, 1, "alpha", phi.alpha);
  if (!isfinite(phi.alpha))
    lib_error(L, "%s: alpha must be finite", who);
  new_layer(L, LAYER_ACTIVATION)->phi = phi;
  return 1;
}

/* --- layer_norm --------------------------------------------------------- */

static const char *const norm_options[] = {"size", "eps", "precision", NULL};

/* layer.layer_norm{size=, eps=1e-5}: gain 1, bias 0 to begin with */
static int layer_layer_norm(lua_State *L) {
  const char *who = "layer.layer_norm";
  lib_checktable(L, 1);
  lib_options(L, who, 1, norm_options);
  lua_Integer n = lib_optinteger(L, who, 1, "size", 0, 1, INT_MAX);
  if (n == 0)
    lib_error(L, "%s: needs size=, the number of rows it normalizes", who);
  double eps = lib_optnumber(L, who, 1, "eps", 1e-5);
  if (!(eps >= 0) || isinf(eps))
    lib_error(L, "%s: eps is %f, must be finite and not negative", who, eps);
  or_precision p = lib_optprecision(L, who, 1);
  layer *l = new_layer(L, LAYER_NORM);
  int self = lua_gettop(L);
  l->inputs = l->outputs = (int)n;
  l->eps = eps;
  l->has_bias = true;
  for (int slot = SLOT_WEIGHT; slot <= SLOT_BIAS; slot++) {
    or_matrix *m = lib_newmatrix(L, who, n, 1, p);
    or_matrix_fill(m, slot == SLOT_WEIGHT ? 1 : 0);
    lua_setiuservalue(L, self, slot);
  }
  return 1;
}

/* --- containers --------------------------------------------------------- */

/* Is the value on top a layer, ours or a table with forward and backward? */
static bool is_layer(lua_State *L) {
  if (lib_testlayer(L, -1))
    return true;
  if (!lua_istable(L, -1))
    return false;
  bool both = lua_getfield(L, -1, "forward") == LUA_TFUNCTION;
  both = lua_getfield(L, -2, "backward") == LUA_TFUNCTION && both;
  lua_pop(L, 2);
  return both;
}

typedef struct census {
  const char *who;
  int seen;          /* stack index of a table: leaf -> its entry */
  lua_Integer entry; /* the entry being walked */
} census;

/* The same layer twice would overwrite what its first place remembers. */
static void check_once(lua_State *L, void *context) {
  const census *c = context;
  lua_pushvalue(L, -1);
  if (lua_rawget(L, c->seen) != LUA_TNIL)
    lib_error(L, "%s: entries %I and %I share a layer; use :copy()", c->who,
              (LUAI_UACINT)lua_tointeger(L, -1), (LUAI_UACINT)c->entry);
  lua_pop(L, 1);
  lua_pushvalue(L, -1);
  lua_pushinteger(L, c->entry);
  lua_rawset(L, c->seen);
}

/* Passes descend by recursion, on the C stack. */
enum { MOST_NESTED = 100 };

/* How deep a container gets by the layer on top as its entry. */
static int depth_with(lua_State *L, const char *who, int depth) {
  const layer *l = lib_testlayer(L, -1);
  if (l && l->depth >= MOST_NESTED)
    lib_error(L,
              "%s: nested more than %d deep; put the layers side by side "
              "into one layer.sequential",
              who, MOST_NESTED);
  return l && l->depth >= depth ? l->depth + 1 : depth;
}

static int container(lua_State *L, const char *who, layer_kind kind) {
  lib_checktable(L, 1);
  lua_settop(L, 1);
  lua_Integer n = (lua_Integer)lua_rawlen(L, 1);
  int depth = 1;
  lua_createtable(L, (int)n, 0);
  lua_newtable(L);
  for (lua_Integer i = 1; i <= n; i++) {
    lua_geti(L, 1, i);
    if (!is_layer(L))
      lib_error(L,
                "%s: entry %I is %s, not a layer (a table needs functions "
                "forward and backward)",
                who, (LUAI_UACINT)i, lib_describe(L, lua_gettop(L)));
    depth = depth_with(L, who, depth);
    lib_eachleaf(L, 4, check_once, &(census){who, 3, i});
    lua_seti(L, 2, i);
  }
  layer *l = new_layer(L, kind);
  l->count = (int)n;
  l->depth = depth;
  lua_pushvalue(L, 2);
  lua_setiuservalue(L, -2, SLOT_CHILDREN);
  return 1;
}

/* layer.sequential{l1, l2, ...}: one after the other */
static int layer_sequential(lua_State *L) {
  return container(L, "layer.sequential", LAYER_SEQUENTIAL);
}

/* layer.residual{l1, l2, ...}: x + what the layers make of x */
static int layer_residual(lua_State *L) {
  return container(L, "layer.residual", LAYER_RESIDUAL);
}

void lib_eachleaf(lua_State *L, int idx,
                  void (*visit)(lua_State *L, void *context), void *context) {
  layer *l = lib_testlayer(L, idx);
  luaL_checkstack(L, 24, "layers are nested too deeply");
  if (!l || l->kind < LAYER_SEQUENTIAL) {
    lua_pushvalue(L, idx);
    visit(L, context);
    lua_pop(L, 1);
    return;
  }
  lua_getiuservalue(L, idx, SLOT_CHILDREN);
  int children = lua_gettop(L);
  for (int i = 1; i <= l->count; i++) {
    lua_geti(L, children, i);
    lib_eachleaf(L, lua_gettop(L), visit, context);
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
}

/* --- parameters --------------------------------------------------------- */

/* A fresh gradient's memory holds anything; who looks at it sees zeros. */
static void settle_gradients(lua_State *L, int idx, layer *l) {
  or_matrix *m;
  if (!l->fresh)
    return;
  for (int slot = SLOT_DWEIGHT; slot <= SLOT_DBIAS; slot++)
    if ((m = lib_gradient(L, idx, slot)))
      or_matrix_fill(m, 0);
  l->fresh = false;
}

typedef struct gathering {
  int list;           /* stack index of the array that grows */
  int slots[2];       /* which slots of each leaf, 0 for none */
  bool linear_only;   /* leave layer_norm out */
  const char *method; /* what a Lua layer is asked */
} gathering;

static void append(lua_State *L, int list) {
  lua_seti(L, list, luaL_len(L, list) + 1);
}

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
  if (g->linear_only && l->kind != LAYER_LINEAR)
    return;
  for (int k = 0; k < 2 && g->slots[k]; k++) {
    if (g->slots[k] == SLOT_DWEIGHT || g->slots[k] == SLOT_DBIAS)
      settle_gradients(L, idx, l);
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

/* net:weights(), :biases(), :weight_gradients(), :bias_gradients(): arrays
   of the linear layers' own matrices, layer 1 first. Writing into them
   changes the network. */
static int net_weights(lua_State *L) {
  return gathered(L, (gathering){0, {SLOT_WEIGHT, 0}, true, "weights"});
}

static int net_biases(lua_State *L) {
  return gathered(L, (gathering){0, {SLOT_BIAS, 0}, true, "biases"});
}

static int net_weight_gradients(lua_State *L) {
  return gathered(L,
                  (gathering){0, {SLOT_DWEIGHT, 0}, true, "weight_gradients"});
}

static int net_bias_gradients(lua_State *L) {
  return gathered(L, (gathering){0, {SLOT_DBIAS, 0}, true, "bias_gradients"});
}

/* net:parameters(), net:gradients(): everything that can be trained, and the
   gradients in the same order. */
static int net_parameters(lua_State *L) {
  return gathered(
      L, (gathering){0, {SLOT_WEIGHT, SLOT_BIAS}, false, "parameters"});
}

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

static void walk_parameters(lua_State *L, void *context) {
  const parameter_walk *walk = context;
  int idx = lua_gettop(L);
  layer *l = lib_testlayer(L, idx);
  if (!l) {
    walk_table(L, walk);
    return;
  }
  settle_gradients(L, idx, l);
  for (int slot = SLOT_WEIGHT; slot <= SLOT_BIAS; slot++) {
    or_matrix *w = lib_slot(L, idx, slot);
    if (w)
      walk->visit(L, lib_slot(L, idx, slot + SLOT_DWEIGHT - SLOT_WEIGHT), w,
                  walk->context);
  }
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
    l->fresh = true;
    l->passed_back = false;
  } else if (lua_getfield(L, -1, "zero_grad") == LUA_TFUNCTION) {
    lua_pushvalue(L, -2);
    lua_call(L, 1, 0);
  } else {
    lua_pop(L, 1);
  }
}

/* net:zero_grad() */
static int net_zero_grad(lua_State *L) {
  lib_checklayer(L, 1);
  lua_settop(L, 1);
  lib_eachleaf(L, 1, zero_leaf, NULL);
  return 1;
}

static void set_plain(lua_State *L, void *context) {
  layer *l = lib_testlayer(L, -1);
  if (l)
    l->plain = *(bool *)context;
}

/* net:rescale(false): plain arithmetic, which overflows and vanishes as NumPy
   and PyTorch do; net:rescale(true), the default, carries exponents. */
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

static void copy_slot(lua_State *L, int from, int to, int slot, bool share) {
  or_matrix *m = lib_slot(L, from, slot);
  if (!m)
    return;
  if (share)
    lua_getiuservalue(L, from, slot);
  else
    or_matrix_copy(
        m, lib_newmatrix(L, "layer:copy", m->rows, m->cols, m->precision));
  lua_setiuservalue(L, to, slot);
}

/* Replaces the Lua layer on top by layer:copy(), which it must have. */
static void copy_table_layer(lua_State *L) {
  if (lua_getfield(L, -1, "copy") != LUA_TFUNCTION)
    lib_error(L, "layer:copy: a layer written in Lua has no method copy");
  lua_insert(L, -2);
  lua_call(L, 1, 1);
  if (!is_layer(L))
    lib_error(L, "layer:copy: the method copy of a layer returned %s",
              lib_describe(L, lua_gettop(L)));
}

static void copy_children(lua_State *L, int from, int to, int count,
                          bool share) {
  lua_getiuservalue(L, from, SLOT_CHILDREN);
  int children = lua_gettop(L);
  lua_createtable(L, count, 0);
  for (int i = 1; i <= count; i++) {
    lua_geti(L, children, i);
    if (lib_testlayer(L, -1))
      lib_copylayer(L, lua_gettop(L), share);
    else if (!share)
      copy_table_layer(L);
    lua_seti(L, children + 1, i);
    lua_settop(L, children + 1);
  }
  lua_setiuservalue(L, to, SLOT_CHILDREN);
  lua_pop(L, 1);
}

void lib_copylayer(lua_State *L, int idx, bool share) {
  luaL_checkstack(L, 24, "layers are nested too deeply");
  layer *l = lib_testlayer(L, idx);
  layer *c = new_layer(L, l->kind);
  int to = lua_gettop(L);
  *c = *l;
  c->passed_back = c->measured = false;
  int last = l->fresh ? SLOT_BIAS : SLOT_DBIAS; /* fresh ones hold nothing */
  for (int slot = SLOT_WEIGHT; slot <= last; slot++)
    copy_slot(L, idx, to, slot, share);
  if (l->kind >= LAYER_SEQUENTIAL)
    copy_children(L, idx, to, l->count, share);
}

/* net:copy(): an independent network with the same parameters */
static int net_copy(lua_State *L) {
  lib_checklayer(L, 1);
  lua_settop(L, 1);
  lib_copylayer(L, 1, false);
  return 1;
}

/* --- printing, opening -------------------------------------------------- */

static const char *const container_names[] = {"sequential", "residual"};

static void describe_leaf(lua_State *L, const layer *l) {
  if (l->kind == LAYER_LINEAR)
    lua_pushfstring(L, "linear %d -> %d%s", l->inputs, l->outputs,
                    l->has_bias ? "" : ", no bias");
  else if (l->kind == LAYER_NORM)
    lua_pushfstring(L, "layer_norm %d", l->inputs);
  else
    lua_pushstring(L, or_activation_name(l->phi.kind));
}

typedef struct outline {
  luaL_Buffer b;
  int leaves;
} outline;

enum { OUTLINE_LEAVES = 12 };

static void outline_leaf(lua_State *L, void *context) {
  int *count = context;
  layer *l = lib_testlayer(L, -1);
  if (++*count > OUTLINE_LEAVES)
    return;
  if (l)
    describe_leaf(L, l);
  else
    lua_pushstring(L, "a Lua layer");
  lua_pushfstring(L, "%s\n  %s", lua_tostring(L, 2), lua_tostring(L, -1));
  lua_replace(L, 2);
  lua_pop(L, 1);
}

/* A leaf is one line; a container lists its first leaves. */
static int layer_tostring(lua_State *L) {
  layer *l = lib_checklayer(L, 1);
  int count = 0;
  lua_settop(L, 1);
  if (l->kind < LAYER_SEQUENTIAL) {
    describe_leaf(L, l);
    lua_pushfstring(L, "layer: %s", lua_tostring(L, -1));
    return 1;
  }
  lua_pushfstring(
      L, "%s of %d layer%s:", container_names[l->kind - LAYER_SEQUENTIAL],
      l->count, l->count == 1 ? "" : "s");
  lib_eachleaf(L, 1, outline_leaf, &count);
  if (count > OUTLINE_LEAVES)
    lua_pushfstring(L, "%s\n  ... and %d more", lua_tostring(L, 2),
                    count - OUTLINE_LEAVES);
  return 1;
}

static const luaL_Reg metamethods[] = {{"__tostring", layer_tostring},
                                       {NULL, NULL}};

static const luaL_Reg methods[] = {{"weights", net_weights},
                                   {"biases", net_biases},
                                   {"weight_gradients", net_weight_gradients},
                                   {"bias_gradients", net_bias_gradients},
                                   {"parameters", net_parameters},
                                   {"gradients", net_gradients},
                                   {"zero_grad", net_zero_grad},
                                   {"rescale", net_rescale},
                                   {"copy", net_copy},
                                   {NULL, NULL}};

static const luaL_Reg constructors[] = {{"linear", layer_linear},
                                        {"layer_norm", layer_layer_norm},
                                        {"sequential", layer_sequential},
                                        {"residual", layer_residual},
                                        {NULL, NULL}};

/* layer.linear{...} is the affine layer; layer.linear() the identity
   activation. */
static int layer_linear_or_identity(lua_State *L) {
  if (!lua_isnoneornil(L, 1))
    return layer_linear(L);
  or_activation_find("linear", &new_layer(L, LAYER_ACTIVATION)->phi);
  return 1;
}

int lib_open_layer(lua_State *L) {
  lib_class(L, LIB_LAYER, metamethods, methods);
  lua_pop(L, 1);
  lib_addmethods(L, LIB_LAYER, lib_network_methods);
  luaL_newlib(L, constructors);
  for (int k = 0; k < OR_ACTIVATION_COUNT; k++) {
    lua_pushinteger(L, k);
    lua_pushcclosure(L, layer_activation, 1);
    lua_setfield(L, -2, or_activation_name((or_activation_kind)k));
  }
  lua_pushcfunction(L, layer_linear_or_identity);
  lua_setfield(L, -2, "linear");
  return 1;
}
