/* lib_layer.c: the class of layers, and those that have no others inside:
   linear, activations, layer norm, scale. */

/*** A layer maps inputs×batch to outputs×batch; a network is one. What is
   called net below is any layer.

   A Lua table with functions `forward(self, x)` → y and `backward(self, dy)` →
   dx is a layer, too. It may have `parameters`, `gradients`, `weights`,
   `biases`, `weight_gradients`, `bias_gradients` (each returns an array),
   `zero_grad` and `copy`. The same layer twice in one container is an error.
   @module layer
   @pragma nostrip */

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

bool lib_islayer(lua_State *L) {
  if (lib_testlayer(L, -1))
    return true;
  if (!lua_istable(L, -1))
    return false;
  bool both = lua_getfield(L, -1, "forward") == LUA_TFUNCTION;
  both = lua_getfield(L, -2, "backward") == LUA_TFUNCTION && both;
  lua_pop(L, 2);
  return both;
}

layer *lib_newlayer(lua_State *L, layer_form form) {
  layer *l = lib_new(L, LIB_LAYER, sizeof *l, LAYER_SLOTS);
  memset(l, 0, sizeof *l);
  l->tag = &tag;
  l->form = form;
  l->step.kind = OR_STEP_BRANCH;
  l->join.kind = OR_STEP_JOIN;
  l->join.factor = 1;
  l->step.fresh = true;
  return l;
}

static or_step *new_step(lua_State *L, or_step_kind kind) {
  layer *l = lib_newlayer(L, LAYER_LEAF);
  l->step.kind = kind;
  return &l->step;
}

void lib_setslot(lua_State *L, int idx, int slot) {
  or_step *s = &lib_testlayer(L, idx)->step;
  or_matrix *m = lib_testmatrix(L, -1);
  if (slot == SLOT_WEIGHT)
    s->w = m;
  else if (slot == SLOT_BIAS)
    s->b = m;
  else if (slot == SLOT_DWEIGHT)
    s->dw = m;
  else
    s->db = m;
  lua_setiuservalue(L, idx, slot);
}

static void make_gradient(lua_State *L, int idx, int slot, const or_matrix *m) {
  lib_newmatrix(L, "layer", m->rows, m->cols, m->precision);
  lib_setslot(L, idx, slot);
}

void lib_makegradients(lua_State *L, int idx) {
  const or_step *s = &lib_testlayer(L, idx)->step;
  if (s->w && !s->dw)
    make_gradient(L, idx, SLOT_DWEIGHT, s->w);
  if (s->b && !s->db)
    make_gradient(L, idx, SLOT_DBIAS, s->b);
}

/* --- linear ------------------------------------------------------------- */

static const char *const linear_options[] = {
    "inputs", "outputs", "init", "bias", "rng", "weight", "precision", NULL};

/* Calls the initializer on top of the stack, or that of the name there, as
   f(rng, rows, cols, precision) and leaves its matrix there instead, checked.
 */
static or_matrix *initialize(lua_State *L, const char *who, int options,
                             int rows, int cols, or_precision p) {
  if (lua_type(L, -1) == LUA_TSTRING) {
    lib_pushinitializer(L, lua_tostring(L, -1));
    lua_replace(L, -2);
  }
  if (!lib_is_callable(L, -1))
    lib_error(L,
              "%s: an initializer must be as from ortho.init, its name, or a "
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

/*** z = W x + b, W outputs×inputs; without options the identity activation.
   @function layer.linear
   @call layer.linear{inputs=, outputs=, init=, rng=, bias=true, weight=,
     precision=}
   @call layer.linear()
   @tparam table options
   @tparam[opt] int options.inputs
   @tparam[opt] int options.outputs
   @tparam[opt] initializer|string|func options.init see `init`
   @tparam[opt] rng options.rng
   @tparam[opt=true] bool|initializer|string options.bias true: zeros; false:
     none; or an initializer of outputs×1
   @tparam[opt] matrix options.weight W itself, without a copy, in place of
     inputs, outputs, init and rng
   @tparam[opt] string options.precision
   @treturn layer
   @usage
   local r = ortho.rng(1)
   local W = ortho.layer.linear { inputs = 3, outputs = 2,
     init = ortho.init.orthogonal {}, rng = r }
   local y = W:forward(r:normal(3, 5))
   assert(y:rows() == 2 and y:cols() == 5) */
static int layer_linear(lua_State *L) {
  const char *who = "layer.linear";
  lib_checktable(L, 1);
  lib_options(L, who, 1, linear_options);
  lua_settop(L, 1);
  or_matrix *w = weight_option(L, who, 1); /* 2 */
  new_step(L, OR_STEP_LINEAR);             /* 3 */
  lua_pushvalue(L, 2);
  lib_setslot(L, 3, SLOT_WEIGHT);
  lua_getfield(L, 1, "bias");
  bool has_bias = lua_isnil(L, -1) || lua_toboolean(L, -1);
  if (has_bias) {
    bias_option(L, who, 1, w);
    lib_setslot(L, 3, SLOT_BIAS);
  }
  lua_settop(L, 3);
  return 1;
}

/* --- activations -------------------------------------------------------- */

static const char *const no_options[] = {NULL};
static const char *const alpha_options[] = {"alpha", NULL};

/*** max(0, x), elementwise.
   @function layer.relu
   @treturn layer */

/*** x, or alpha x where x < 0.
   @function layer.leaky_relu
   @tparam[opt] table options
   @tparam[opt=0.01] number options.alpha
   @treturn layer */

/*** tanh x.
   @function layer.tanh
   @treturn layer */

/*** 1/(1 + e^−x).
   @function layer.sigmoid
   @treturn layer */

/*** erf x.
   @function layer.erf
   @treturn layer */

/*** x Φ(x), exact.
   @function layer.gelu
   @treturn layer */

/*** x times sigmoid x.
   @function layer.silu
   @treturn layer */

/*** elu scaled so that mean 0 and variance 1 stay.
   @function layer.selu
   @treturn layer
   @paper Klambauer et al. 2017 */

/*** x, or alpha (e^x − 1) where x < 0.
   @function layer.elu
   @tparam[opt] table options
   @tparam[opt=1] number options.alpha
   @treturn layer */

/*** x cut off at −1 and 1.
   @function layer.hard_tanh
   @treturn layer */

/*** log(1 + e^x).
   @function layer.softplus
   @treturn layer */

/* layer.NAME(): upvalue 1 is the kind. leaky_relu and elu take {alpha=}. */
static int layer_activation(lua_State *L) {
  lua_settop(L, 1);
  or_activation phi = {
      (or_activation_kind)lua_tointeger(L, lua_upvalueindex(1)), 0, NULL};
  const char *who =
      lua_pushfstring(L, "layer.%s", or_activation_name(phi.kind));
  or_activation_find(or_activation_name(phi.kind), &phi);
  lib_options(L, who, 1, phi.alpha != 0 ? alpha_options : no_options);
  phi.alpha = lib_optnumber(L, who, 1, "alpha", phi.alpha);
  if (!isfinite(phi.alpha))
    lib_error(L, "%s: alpha must be finite", who);
  new_step(L, OR_STEP_ACTIVATION)->phi = phi;
  return 1;
}

void lib_pushactivation(lua_State *L, or_activation phi) {
  new_step(L, OR_STEP_ACTIVATION)->phi = phi;
}

/* --- layer_norm --------------------------------------------------------- */

static const char *const norm_options[] = {"size", "eps", "precision", NULL};

/*** Each column less its mean, over √(variance + eps), times a gain (1 at
   first), plus a bias (0).
   @function layer.layer_norm
   @tparam table options
   @tparam int options.size the number of rows
   @tparam[opt=1e-5] number options.eps
   @tparam[opt] string options.precision
   @treturn layer
   @paper Ba, Kiros, Hinton 2016 */
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
  new_step(L, OR_STEP_LAYER_NORM)->eps = eps;
  int self = lua_gettop(L);
  for (int slot = SLOT_WEIGHT; slot <= SLOT_BIAS; slot++) {
    or_matrix *m = lib_newmatrix(L, who, n, 1, p);
    or_matrix_fill(m, slot == SLOT_WEIGHT ? 1 : 0);
    lib_setslot(L, self, slot);
  }
  return 1;
}

/* --- scale -------------------------------------------------------------- */

/*** a x. The factor is fixed: it is not trained.
   @function layer.scale
   @tparam number a finite
   @treturn layer */
static int layer_scale(lua_State *L) {
  if (lua_type(L, 1) != LUA_TNUMBER)
    lib_error(L, "layer.scale: takes a number, as in layer.scale(0.5), not %s",
              lib_describe(L, 1));
  double factor = lua_tonumber(L, 1);
  if (!isfinite(factor))
    lib_error(L, "layer.scale: the factor is %f, must be finite", factor);
  new_step(L, OR_STEP_SCALE)->factor = factor;
  return 1;
}

/* --- the module --------------------------------------------------------- */

/* layer.linear{...} is the affine layer; layer.linear() the identity
   activation. */
static int layer_linear_or_identity(lua_State *L) {
  if (!lua_isnoneornil(L, 1))
    return layer_linear(L);
  or_activation_find("linear", &new_step(L, OR_STEP_ACTIVATION)->phi);
  return 1;
}

static const char module; /* its place in the registry */

bool lib_haslayer(lua_State *L, const char *name) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &module);
  lua_pushstring(L, name);
  bool has = lua_rawget(L, -2) != LUA_TNIL;
  lua_pop(L, 2);
  return has;
}

void lib_addlayer(lua_State *L, const char *name) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &module);
  lua_pushstring(L, name);
  lua_rotate(L, -3, -1);
  lua_rawset(L, -3);
  lua_pop(L, 1);
}

void lib_openleaves(lua_State *L) {
  static const luaL_Reg leaves[] = {{"linear", layer_linear_or_identity},
                                    {"layer_norm", layer_layer_norm},
                                    {"scale", layer_scale},
                                    {NULL, NULL}};
  lua_newtable(L);
  for (int k = 0; k < OR_ACTIVATION_COUNT; k++) {
    lua_pushinteger(L, k);
    lua_pushcclosure(L, layer_activation, 1);
    lua_setfield(L, -2, or_activation_name((or_activation_kind)k));
  }
  luaL_setfuncs(L, leaves, 0);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &module);
}
