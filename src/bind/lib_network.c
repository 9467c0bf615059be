/* lib_network.c: the passes through layers: forward, backward, the Jacobian,
   and the norms they leave behind. The numerics are core/layer.c's; here it
   is arranged who gets which buffer. A layer's buffers are planned once and
   kept for the few shapes of batch that training alternates between. Forward
   leaves one matrix for each layer, or two where an activation's slope cannot
   be told from its value; on the way back two take turns. */
#include "../core/layer.h"

#include <math.h>
#include <string.h>

#include "lib_layer.h"
#include "lib_loss.h"

/* --- buffers ------------------------------------------------------------ */

/* How many shapes a slot keeps buffers for: an epoch's batches, its short
   last one, and the two of an evaluation. */
enum { KEPT_BUFFERS = 4 };

static bool has_shape(lua_State *L, int rows, int cols, or_precision p) {
  const or_matrix *m = lib_testmatrix(L, -1);
  return m && m->rows == rows && m->cols == cols && m->precision == p;
}

/* A slot's buffers are a list through their user values. Looks behind the one
   on top: pushes the one of this shape, taken out of the list; or cuts the
   list where it is full, and pushes nil. */
static void take_buffer(lua_State *L, int rows, int cols, or_precision p) {
  lua_pushvalue(L, -1);
  for (int k = 1; k < KEPT_BUFFERS && lua_isuserdata(L, -1); k++) {
    lua_getiuservalue(L, -1, 1);
    if (has_shape(L, rows, cols, p)) {
      lua_getiuservalue(L, -1, 1);
      lua_setiuservalue(L, -3, 1);
      lua_remove(L, -2);
      return;
    }
    if (k == KEPT_BUFFERS - 1) {
      lua_pushnil(L);
      lua_setiuservalue(L, -3, 1);
    }
    lua_remove(L, -2);
  }
  lua_pop(L, 1);
  lua_pushnil(L);
}

/* Pushes the layer's buffer in `slot`, of this shape, contents unset. */
static or_matrix *buffer(lua_State *L, int idx, int slot, int rows, int cols,
                         or_precision p) {
  lua_getiuservalue(L, idx, slot);
  if (!has_shape(L, rows, cols, p)) {
    take_buffer(L, rows, cols, p);
    if (lua_isnil(L, -1))
      lib_newmatrix(L, "layer", rows, cols, p);
    else
      lua_pushvalue(L, -1);
    lua_remove(L, -2);
    lua_pushvalue(L, -2);
    lua_setiuservalue(L, -2, 1);
    lua_pushvalue(L, -1);
    lua_setiuservalue(L, idx, slot);
    lua_remove(L, -2);
  }
  or_matrix *m = lib_checkmatrix(L, lua_gettop(L));
  m->exponent = 0;
  return m;
}

static void keep(lua_State *L, int idx, int slot, int value) {
  lua_pushvalue(L, value);
  lua_setiuservalue(L, idx, slot);
}

static or_matrix *own_parameter(lua_State *L, int idx) {
  return lib_slot(L, idx, SLOT_WEIGHT);
}

/* c = op(a) op(b), rescaled or as the layer's plain mode says. */
static void layer_product(lua_State *L, const layer *l, bool ta,
                          const or_matrix *a, bool tb, const or_matrix *b,
                          or_matrix *c) {
  if (l->plain)
    lib_check(L, "layer", or_matrix_product_plain(ta, a, tb, b, c));
  else
    lib_product(L, "layer", ta, a, tb, b, c);
}

/* --- forward: each pushes the layer's output ---------------------------- */

typedef struct forward_pass {
  bool measure; /* leave norms behind */
  bool own;     /* x is a buffer that nobody reads again as it is */
} forward_pass;

static void check_input(lua_State *L, const layer *l, const char *name,
                        const or_matrix *w, const or_matrix *x) {
  if (x->rows != l->inputs)
    lib_error(L, "%s: takes %d inputs, got a %s matrix (one sample a column)",
              name, l->inputs, lib_shape(L, x));
  if (x->precision != w->precision)
    lib_error(L, "%s: weights are %s, input is %s; convert with :to(\"%s\")",
              name, or_precision_name(w->precision),
              or_precision_name(x->precision), or_precision_name(w->precision));
}

/* In plain mode an exponent from outside is put into the elements first. */
static int plain_input(lua_State *L, int idx, const layer *l, int xi) {
  or_matrix *x = lib_checkmatrix(L, xi);
  if (!l->plain || x->exponent == 0)
    return xi;
  or_matrix *copy = buffer(L, idx, SLOT_WORK, x->rows, x->cols, x->precision);
  or_matrix_copy(x, copy);
  or_matrix_unscale(copy);
  return lua_gettop(L);
}

static void forward_linear(lua_State *L, int idx, layer *l, int xi,
                           forward_pass pass) {
  xi = plain_input(L, idx, l, xi);
  or_matrix *w = own_parameter(L, idx), *x = lib_checkmatrix(L, xi);
  check_input(L, l, "linear:forward", w, x);
  keep(L, idx, SLOT_INPUT, xi);
  or_matrix *z = buffer(L, idx, SLOT_OUTPUT, w->rows, x->cols, w->precision);
  layer_product(L, l, false, w, false, x, z);
  if (l->has_bias)
    lib_check(L, "linear:forward",
              or_linear_bias(lib_slot(L, idx, SLOT_BIAS), !l->plain, z));
}

/* An activation that is not homogeneous needs true values: a z that carries
   an exponent is folded into the layer's own copy, if a float can hold it. */
static int folded_input(lua_State *L, int idx, layer *l, int xi) {
  or_matrix *z = lib_checkmatrix(L, xi);
  if (z->exponent == 0 || or_activation_shape_of(l->phi).homogeneous)
    return xi;
  or_matrix *copy = buffer(L, idx, SLOT_WORK, z->rows, z->cols, z->precision);
  or_matrix_copy(z, copy);
  or_activation_fold(copy);
  return lua_gettop(L);
}

static void forward_activation(lua_State *L, int idx, layer *l, int xi,
                               forward_pass pass) {
  int zi = folded_input(L, idx, l, xi);
  or_matrix *z = lib_checkmatrix(L, zi), *a = z;
  keep(L, idx, SLOT_INPUT, zi);
  l->in_place = pass.own && zi == xi && or_activation_tells_slope(l->phi);
  if (l->in_place)
    lua_pushvalue(L, zi);
  else
    a = buffer(L, idx, SLOT_OUTPUT, z->rows, z->cols, z->precision);
  or_activation_forward(l->phi, !l->plain, z, a);
  l->measured = pass.measure;
  if (pass.measure)
    l->output = or_matrix_frobenius(a);
}

static void forward_norm(lua_State *L, int idx, layer *l, int xi,
                         forward_pass pass) {
  or_matrix *gain = own_parameter(L, idx), *x = lib_checkmatrix(L, xi);
  check_input(L, l, "layer_norm:forward", gain, x);
  or_matrix *rstd = buffer(L, idx, SLOT_RSTD, 1, x->cols, OR_FLOAT64);
  or_matrix *xhat = buffer(L, idx, SLOT_INPUT, x->rows, x->cols, x->precision);
  or_matrix *y = buffer(L, idx, SLOT_OUTPUT, x->rows, x->cols, x->precision);
  lib_check(L, "layer_norm:forward",
            or_layer_norm_forward(x, l->eps, gain, lib_slot(L, idx, SLOT_BIAS),
                                  xhat, rstd, y));
}

static bool forward_any(lua_State *L, int idx, int xi, forward_pass pass);

/* Returns whether what it pushed may be overwritten. */
static bool forward_children(lua_State *L, int idx, layer *l, int xi,
                             forward_pass pass) {
  lua_getiuservalue(L, idx, SLOT_CHILDREN);
  int children = lua_gettop(L);
  lua_pushvalue(L, xi);
  int y = lua_gettop(L);
  for (int i = 1; i <= l->count; i++) {
    lua_geti(L, children, i);
    pass.own = forward_any(L, lua_gettop(L), y, pass);
    lua_replace(L, y);
    lua_settop(L, y);
  }
  return pass.own;
}

/* y = x + chain(x) */
static void forward_residual(lua_State *L, int idx, layer *l, int xi,
                             forward_pass pass) {
  or_matrix *x = lib_checkmatrix(L, xi);
  pass.own = false;
  forward_children(L, idx, l, xi, pass);
  or_matrix *f = lib_checkmatrix(L, lua_gettop(L));
  if (!or_matrix_same_shape(x, f))
    lib_error(L,
              "residual:forward: the input is %s and the branch's output "
              "%s; a residual adds them",
              lib_shape(L, x), lib_shape(L, f));
  or_matrix *y = buffer(L, idx, SLOT_OUTPUT, x->rows, x->cols, x->precision);
  lib_check(L, "residual:forward", or_matrix_add(1, x, 1, f, y));
}

/* A copy that later passes cannot touch, of the matrix at idx. */
static void push_copy(lua_State *L, const char *who, int idx) {
  or_matrix *m = lib_checkmatrix(L, idx);
  or_matrix_copy(m, lib_newmatrix(L, who, m->rows, m->cols, m->precision));
}

/* Calls method(self, value) of the Lua layer at idx; pushes its matrix. The
   value is its own to keep: it never sees a buffer. */
static void call_lua_layer(lua_State *L, int idx, const char *method,
                           int value) {
  lua_getfield(L, idx, method);
  lua_pushvalue(L, idx);
  push_copy(L, "layer", value);
  lua_call(L, 2, 1);
  if (!lib_testmatrix(L, -1))
    lib_error(L, "a layer written in Lua: %s must return a matrix, not %s",
              method, lib_describe(L, lua_gettop(L)));
}

/* The value on top becomes the one at idx, and the top. */
static void settle_top(lua_State *L, int idx) {
  if (lua_gettop(L) > idx)
    lua_replace(L, idx);
  lua_settop(L, idx);
}

static bool forward_any(lua_State *L, int idx, int xi, forward_pass pass) {
  static void (*const forward[])(lua_State *, int, layer *, int,
                                 forward_pass) = {
      forward_linear, forward_activation, forward_norm, NULL, forward_residual};
  luaL_checkstack(L, 24, "layers are nested too deeply");
  layer *l = lib_testlayer(L, idx);
  int top = lua_gettop(L);
  bool own = l && l->kind != LAYER_ACTIVATION;
  if (!l)
    call_lua_layer(L, idx, "forward", xi);
  else if (l->kind == LAYER_SEQUENTIAL)
    own = forward_children(L, idx, l, xi, pass);
  else
    forward[l->kind](L, idx, l, xi, pass);
  settle_top(L, top + 1);
  return own;
}

static void check_batch(lua_State *L, const char *who) {
  lib_checklayer(L, 1);
  or_matrix *x = lib_checkmatrix(L, 2);
  if (x->cols == 0)
    lib_error(L, "%s: the batch is empty (a %s matrix)", who, lib_shape(L, x));
}

/* y = net:forward(x): x inputs x batch, y outputs x batch */
static int net_forward(lua_State *L) {
  check_batch(L, "layer:forward");
  lua_settop(L, 2);
  forward_any(L, 1, 2, (forward_pass){0});
  push_copy(L, "layer:forward", lua_gettop(L));
  return 1;
}

/* --- backward: each pushes dx, or nil where nobody wants it -------------- */

typedef enum gradients {
  NO_GRADIENTS,
  ADD_GRADIENTS,
  MEASURE_GRADIENTS
} gradients;

typedef struct backward_pass {
  gradients gradients; /* of parameters */
  bool wanted;         /* dx is read */
  bool own;            /* dy is a buffer that may be overwritten */
  int owner;           /* whose buffers take turns */
} backward_pass;

/* Pushes the one of the owner's two buffers that dy is not in. */
static or_matrix *delta_buffer(lua_State *L, backward_pass pass, or_matrix *dy,
                               int rows, int cols) {
  int64_t exponent = dy->exponent;
  or_matrix *dx = buffer(L, pass.owner, SLOT_DELTA, rows, cols, dy->precision);
  if (dx != dy)
    return dx;
  lua_pop(L, 1);
  dy->exponent = exponent;
  return buffer(L, pass.owner, SLOT_OTHER_DELTA, rows, cols, dy->precision);
}

/* Pushes the last forward's matrix in `slot`. It stays on the stack while it
   is used: a finalizer that runs another forward may empty the slot. */
static or_matrix *remembered(lua_State *L, int idx, int slot, const char *who) {
  lua_getiuservalue(L, idx, slot);
  or_matrix *x = lib_testmatrix(L, -1);
  if (!x)
    lib_error(L, "%s: call forward first", who);
  return x;
}

static void check_cotangent(lua_State *L, const char *who, int rows, int cols,
                            or_precision p, const or_matrix *dy) {
  if (dy->rows != rows || dy->cols != cols)
    lib_error(L, "%s: dy is %s, the last output was %dx%d", who,
              lib_shape(L, dy), rows, cols);
  if (dy->precision != p)
    lib_error(L, "%s: dy is %s, the layer %s", who,
              or_precision_name(dy->precision), or_precision_name(p));
}

/* into += value, or = value where the gradient is fresh. Pops nothing. */
static void accumulate(lua_State *L, const layer *l, const or_matrix *value,
                       or_matrix *into) {
  if (value != into)
    lib_check(L, "layer:backward", or_matrix_add(1, into, 1, value, into));
}

/* Where a gradient is computed: in place when fresh, else in a temporary. */
static or_matrix *gradient_target(lua_State *L, const layer *l,
                                  or_matrix *into) {
  if (l->fresh)
    return into;
  return lib_newmatrix(L, "layer:backward", into->rows, into->cols,
                       into->precision);
}

static void linear_gradients(lua_State *L, int idx, layer *l,
                             const or_matrix *x, const or_matrix *dz) {
  int top = lua_gettop(L);
  or_matrix *dw = lib_gradient(L, idx, SLOT_DWEIGHT);
  or_matrix *t = gradient_target(L, l, dw);
  layer_product(L, l, false, dz, true, x, t);
  accumulate(L, l, t, dw);
  if (l->has_bias) {
    or_matrix *db = lib_gradient(L, idx, SLOT_DBIAS);
    or_matrix *s = gradient_target(L, l, db);
    or_linear_bias_gradient(dz, s);
    accumulate(L, l, s, db);
  }
  l->fresh = false;
  lua_settop(L, top);
}

/* The weight gradient's norm alone. */
static void measure_gradient(lua_State *L, layer *l, const or_matrix *x,
                             const or_matrix *dz, int owner) {
  if (!l->plain && or_linear_gradient_norm(dz, x, &l->gradient))
    return;
  or_matrix *dw =
      buffer(L, owner, SLOT_PRODUCT, dz->rows, x->rows, dz->precision);
  layer_product(L, l, false, dz, true, x, dw);
  l->gradient = or_matrix_frobenius(dw);
  lua_pop(L, 1);
}

static void backward_linear(lua_State *L, int idx, layer *l, int di,
                            backward_pass pass) {
  const char *who = "linear:backward";
  or_matrix *w = own_parameter(L, idx);
  or_matrix *x = remembered(L, idx, SLOT_INPUT, who);
  di = plain_input(L, idx, l, di);
  or_matrix *dz = lib_checkmatrix(L, di);
  check_cotangent(L, who, w->rows, x->cols, w->precision, dz);
  if (pass.gradients != NO_GRADIENTS) {
    l->delta = or_matrix_frobenius(dz);
    l->passed_back = true;
  }
  if (pass.gradients == ADD_GRADIENTS)
    linear_gradients(L, idx, l, x, dz);
  else if (pass.gradients == MEASURE_GRADIENTS)
    measure_gradient(L, l, x, dz, pass.owner);
  if (!pass.wanted) {
    lua_pushnil(L);
    return;
  }
  or_matrix *dx = delta_buffer(L, pass, dz, w->cols, x->cols);
  layer_product(L, l, true, w, false, dz, dx);
}

static void backward_activation(lua_State *L, int idx, layer *l, int di,
                                backward_pass pass) {
  const char *who = "activation:backward";
  or_matrix *z = remembered(L, idx, SLOT_INPUT, who);
  or_matrix *da = lib_checkmatrix(L, di);
  check_cotangent(L, who, z->rows, z->cols, z->precision, da);
  or_matrix *dz = da;
  if (pass.own)
    lua_pushvalue(L, di);
  else
    dz = delta_buffer(L, pass, da, z->rows, z->cols);
  or_activation_backward(l->phi, !l->plain, z, da, dz);
}

static void backward_norm(lua_State *L, int idx, layer *l, int di,
                          backward_pass pass) {
  const char *who = "layer_norm:backward";
  or_matrix *xhat = remembered(L, idx, SLOT_INPUT, who);
  or_matrix *rstd = remembered(L, idx, SLOT_RSTD, who);
  or_matrix *dy = lib_checkmatrix(L, di);
  check_cotangent(L, who, xhat->rows, xhat->cols, xhat->precision, dy);
  if (rstd->cols != xhat->cols)
    lib_error(L, "%s: the last forward did not finish", who);
  or_precision p = xhat->precision;
  bool add = pass.gradients == ADD_GRADIENTS;
  or_matrix *dgain = lib_gradient(L, idx, SLOT_DWEIGHT);
  or_matrix *dbias = lib_gradient(L, idx, SLOT_DBIAS);
  layer temporary = *l;
  temporary.fresh = l->fresh && add;
  or_matrix *g = gradient_target(L, &temporary, dgain);
  or_matrix *b = gradient_target(L, &temporary, dbias);
  or_matrix *work = buffer(L, idx, SLOT_WORK, xhat->rows, xhat->cols, p);
  or_matrix *dx = delta_buffer(L, pass, dy, xhat->rows, xhat->cols);
  lib_check(L, who,
            or_layer_norm_backward(xhat, rstd, own_parameter(L, idx), dy, g, b,
                                   work, dx));
  if (!add)
    return;
  accumulate(L, l, g, dgain);
  accumulate(L, l, b, dbias);
  l->fresh = false;
}

static bool backward_any(lua_State *L, int idx, int di, backward_pass pass);

/* Returns whether what it pushed is a buffer of ours. */
static bool backward_children(lua_State *L, int idx, layer *l, int di,
                              backward_pass pass) {
  lua_getiuservalue(L, idx, SLOT_CHILDREN);
  int children = lua_gettop(L);
  lua_pushvalue(L, di);
  int dy = lua_gettop(L);
  for (int i = l->count; i >= 1; i--) {
    backward_pass each = pass;
    each.wanted = pass.wanted || i > 1;
    lua_geti(L, children, i);
    pass.own = backward_any(L, lua_gettop(L), dy, each);
    lua_replace(L, dy);
    lua_settop(L, dy);
  }
  return pass.own;
}

/* dx = dy + the chain's dx; dy is read after the chain, which therefore has
   buffers of its own. */
static void backward_residual(lua_State *L, int idx, layer *l, int di,
                              backward_pass pass) {
  backward_pass chain = pass;
  chain.own = false;
  chain.owner = idx;
  or_matrix *dy = lib_checkmatrix(L, di);
  bool own = backward_children(L, idx, l, di, chain);
  if (!pass.wanted)
    return;
  or_matrix *branch = lib_checkmatrix(L, lua_gettop(L)), *dx = branch;
  if (!or_matrix_same_shape(dy, branch))
    lib_error(L, "residual:backward: dy is %s, the branch's dx %s",
              lib_shape(L, dy), lib_shape(L, branch));
  if (!own)
    dx = delta_buffer(L, pass, dy, dy->rows, dy->cols);
  lib_check(L, "residual:backward", or_matrix_add(1, branch, 1, dy, dx));
}

static bool backward_any(lua_State *L, int idx, int di, backward_pass pass) {
  static void (*const backward[])(lua_State *, int, layer *, int,
                                  backward_pass) = {
      backward_linear, backward_activation, backward_norm, NULL,
      backward_residual};
  luaL_checkstack(L, 24, "layers are nested too deeply");
  layer *l = lib_testlayer(L, idx);
  int top = lua_gettop(L);
  bool own = l && (l->kind < LAYER_SEQUENTIAL || l->count > 0);
  if (!l)
    call_lua_layer(L, idx, "backward", di);
  else if (l->kind == LAYER_SEQUENTIAL)
    own = backward_children(L, idx, l, di, pass);
  else
    backward[l->kind](L, idx, l, di, pass);
  settle_top(L, top + 1);
  return own;
}

/* dx = net:backward(dy): dy = dloss/dy of the last forward's shape. Gradients
   of parameters add up. net:backward(dy, false) skips dx, which saves the
   first layer's product, and returns nothing. */
static int net_backward(lua_State *L) {
  lib_checklayer(L, 1);
  lib_checkmatrix(L, 2);
  bool wanted = lua_isnoneornil(L, 3) || lua_toboolean(L, 3);
  lua_settop(L, 2);
  backward_any(L, 1, 2, (backward_pass){ADD_GRADIENTS, wanted, false, 1});
  if (!wanted || lua_isnil(L, -1))
    return 0;
  push_copy(L, "layer:backward", lua_gettop(L));
  return 1;
}

/* --- training steps: nothing is allocated, nothing copied ---------------- */

/* Room for `count` labels, which the layer at idx keeps. */
static int *label_room(lua_State *L, int idx, int count) {
  size_t bytes = sizeof(int) * (size_t)count;
  lua_getiuservalue(L, idx, SLOT_LABELS);
  if (lua_rawlen(L, -1) < bytes) {
    lua_newuserdatauv(L, bytes, 0);
    lua_pushvalue(L, -1);
    lua_setiuservalue(L, idx, SLOT_LABELS);
  }
  return lua_touserdata(L, -1);
}

typedef struct step_loss {
  or_norm value;
  int correct; /* right answers, -1 where the loss knows none */
  bool own;    /* the gradient is our buffer */
} step_loss;

/* The user's function(prediction, target) -> value, gradient. Pushes the
   gradient. The prediction is a copy: the function may keep it. */
static step_loss called_loss(lua_State *L, const char *who, int pred) {
  lua_pushvalue(L, 4);
  push_copy(L, who, pred);
  lua_pushvalue(L, 3);
  lua_call(L, 2, 2);
  if (lua_type(L, -2) != LUA_TNUMBER || !lib_testmatrix(L, -1))
    lib_error(L,
              "%s: the loss function must return a number and the gradient, "
              "a matrix; it returned %s and %s",
              who, lib_describe(L, lua_gettop(L) - 1),
              lib_describe(L, lua_gettop(L) - 1));
  return (step_loss){{lua_tonumber(L, -2), 0}, -1, false};
}

/* Forward, and the loss (argument 4) of the output against the target
   (argument 3). Pushes the output's gradient. */
static step_loss forward_loss(lua_State *L, const char *who, bool measure) {
  check_batch(L, who);
  lua_settop(L, 4);
  bool function = lua_type(L, 4) == LUA_TFUNCTION;
  lib_loss_kind kind = function ? LIB_LOSS_MSE : lib_checkloss(L, who, 4);
  lib_poll(L);
  forward_any(L, 1, 2, (forward_pass){.measure = measure}); /* 5 */
  if (function)
    return called_loss(L, who, 5);
  step_loss s = {.own = true};
  or_matrix *y = lib_checkmatrix(L, 5);
  int *labels = label_room(L, 1, y->cols);
  or_matrix *g = buffer(L, 1, SLOT_LOSS, y->rows, y->cols, y->precision);
  s.value = lib_loss(L, who, kind, y, 3, labels, g, &s.correct);
  return s;
}

static int push_loss(lua_State *L, step_loss s) {
  lua_pushnumber(L, or_norm_value(s.value));
  lua_pushnumber(L, or_norm_log10(s.value));
  if (s.correct >= 0)
    lua_pushinteger(L, s.correct);
  else
    lua_pushnil(L);
  return 3;
}

/* value, log10, correct = net:loss_gradient(x, target, loss): forward, loss
   and backward; gradients of parameters add up. loss: "mse", "mse_half",
   "mse_sum", "cross_entropy", or a function(prediction, target) that returns
   value and gradient. correct: right answers in the batch, where there are
   classes. */
static int net_loss_gradient(lua_State *L) {
  step_loss s = forward_loss(L, "layer:loss_gradient", false);
  backward_any(L, 1, lua_gettop(L),
               (backward_pass){ADD_GRADIENTS, false, s.own, 1});
  return push_loss(L, s);
}

/* The same value, log10 and correct, without backward: net:loss(x, target,
   loss) */
static int net_loss(lua_State *L) {
  return push_loss(L, forward_loss(L, "layer:loss", false));
}

/* --- the Jacobian ------------------------------------------------------- */

enum { JACOBIAN_COLUMNS = 128 };

/* Pushes x repeated in `cols` columns. */
static void repeated(lua_State *L, const or_matrix *x, int cols) {
  or_matrix *y =
      lib_newmatrix(L, "layer:jacobian", x->rows, cols, x->precision);
  for (int j = 0; j < cols; j++) {
    or_matrix column = or_matrix_block(y, 0, j, x->rows, 1);
    or_matrix_copy(x, &column);
  }
  y->exponent = x->exponent;
}

/* Pushes the rows first .. first+cols-1 of the Jacobian: unit cotangents, one
   a column, pulled back through the net at x repeated. */
static void jacobian_rows(lua_State *L, int xi, int first, int cols,
                          int outputs) {
  int top = lua_gettop(L);
  or_matrix *x = lib_checkmatrix(L, xi);
  repeated(L, x, cols);
  forward_any(L, 1, top + 1, (forward_pass){0});
  or_matrix *e =
      lib_newmatrix(L, "layer:jacobian", outputs, cols, x->precision);
  or_matrix_fill(e, 0);
  for (int j = 0; j < cols; j++)
    or_matrix_set(e, first + j, j, 1);
  backward_any(L, 1, lua_gettop(L),
               (backward_pass){NO_GRADIENTS, true, false, 1});
  or_matrix *dx = lib_checkmatrix(L, lua_gettop(L));
  if (dx->rows != x->rows || dx->cols != cols)
    lib_error(L, "layer:jacobian: a backward pass gave %s where %dx%d was due",
              lib_shape(L, dx), x->rows, cols);
  or_matrix_transpose(dx, lib_newmatrix(L, "layer:jacobian", dx->cols, dx->rows,
                                        dx->precision));
  lua_replace(L, top + 1);
  lua_settop(L, top + 1);
}

/* Copies the parts, an array at `list`, into J, at the exponent of the
   largest of them. */
static void join_rows(lua_State *L, int list, or_matrix *jacobian) {
  lua_Integer n = luaL_len(L, list);
  int64_t exponent = 0;
  for (lua_Integer k = 1; k <= n; k++) {
    lua_geti(L, list, k);
    or_matrix *part = lib_checkmatrix(L, lua_gettop(L));
    if (k == 1 || part->exponent > exponent)
      exponent = part->exponent;
    lua_pop(L, 1);
  }
  jacobian->exponent = exponent;
  for (lua_Integer k = 1, at = 0; k <= n; k++) {
    lua_geti(L, list, k);
    or_matrix *part = lib_checkmatrix(L, lua_gettop(L));
    or_matrix to =
        or_matrix_block(jacobian, (int)at, 0, part->rows, part->cols);
    lib_check(L, "layer:jacobian", or_matrix_assign(part, &to));
    at += part->rows;
    lua_pop(L, 1);
  }
}

/* J = net:jacobian(x): x one column; J outputs x inputs, dy_i/dx_j. Works on
   a twin, so the last forward and the gradients stay (layers written in Lua
   do see the passes). */
static int net_jacobian(lua_State *L) {
  lib_checklayer(L, 1);
  or_matrix *x = lib_checkmatrix(L, 2);
  if (x->cols != 1)
    lib_error(L, "layer:jacobian: x must be one column, got %s",
              lib_shape(L, x));
  lua_settop(L, 2);
  lib_copylayer(L, 1, true);
  lua_replace(L, 1);
  forward_any(L, 1, 2, (forward_pass){0});
  int outputs = lib_checkmatrix(L, 3)->rows;
  lua_settop(L, 2);
  lua_newtable(L);
  for (int first = 0; first < outputs; first += JACOBIAN_COLUMNS) {
    lib_poll(L);
    int cols = outputs - first;
    jacobian_rows(L, 2, first,
                  cols < JACOBIAN_COLUMNS ? cols : JACOBIAN_COLUMNS, outputs);
    lua_seti(L, 3, luaL_len(L, 3) + 1);
  }
  join_rows(L, 3,
            lib_newmatrix(L, "layer:jacobian", outputs, x->rows, x->precision));
  return 1;
}

/* --- what a pass leaves behind ------------------------------------------ */

static void push_norm(lua_State *L, int list, or_norm norm) {
  lua_pushnumber(L, or_norm_log10(norm));
  lua_seti(L, list, luaL_len(L, list) + 1);
}

static void delta_norm(lua_State *L, void *context) {
  layer *l = lib_testlayer(L, -1);
  if (!l || l->kind != LAYER_LINEAR)
    return;
  if (!l->passed_back)
    lib_error(L, "delta_norms: no backward pass yet");
  push_norm(L, *(int *)context, l->delta);
}

static void grad_norm(lua_State *L, void *context) {
  int idx = lua_gettop(L);
  layer *l = lib_testlayer(L, idx);
  if (!l || l->kind != LAYER_LINEAR)
    return;
  or_norm zero = {0, 0};
  or_norm norm =
      l->fresh ? zero : or_matrix_frobenius(lib_slot(L, idx, SLOT_DWEIGHT));
  push_norm(L, *(int *)context, norm);
}

typedef struct activation_walk {
  int list;
  bool pending; /* a linear layer's output waits for its activation */
  const or_matrix *output; /* where its norm is to be taken, */
  or_norm measured;        /* or NULL: this is it */
} activation_walk;

static void push_activation(lua_State *L, const activation_walk *w) {
  if (w->pending)
    push_norm(L, w->list,
              w->output ? or_matrix_frobenius(w->output) : w->measured);
}

static void activation_norm(lua_State *L, void *context) {
  activation_walk *w = context;
  int idx = lua_gettop(L);
  layer *l = lib_testlayer(L, idx);
  if (!l || l->kind == LAYER_NORM)
    return;
  bool linear = l->kind == LAYER_LINEAR;
  if (linear)
    push_activation(L, w);
  w->pending = w->pending || linear;
  w->measured = l->output;
  w->output = lib_slot(L, idx, l->in_place ? SLOT_INPUT : SLOT_OUTPUT);
  if (!w->output)
    lib_error(L, "activation_norms: no forward pass yet");
  if (l->measured)
    w->output = NULL;
}

/* Pushes an array of what `visit` finds in the leaves of the layer at 1. */
static void push_norms(lua_State *L, void (*visit)(lua_State *, void *)) {
  lua_newtable(L);
  int list = lua_gettop(L);
  lib_eachleaf(L, 1, visit, &list);
}

static void push_activation_norms(lua_State *L) {
  lua_newtable(L);
  activation_walk w = {.list = lua_gettop(L)};
  lib_eachleaf(L, 1, activation_norm, &w);
  push_activation(L, &w);
}

/* log10 of ||dloss/dz_l||_F for each linear layer, of the last backward */
static int net_log10_delta_norms(lua_State *L) {
  lib_checklayer(L, 1);
  push_norms(L, delta_norm);
  return 1;
}

/* log10 of ||dloss/dW_l||_F for each linear layer */
static int net_log10_grad_norms(lua_State *L) {
  lib_checklayer(L, 1);
  push_norms(L, grad_norm);
  return 1;
}

/* log10 of ||a_l||_F for each linear layer: its output, after the activation
   that follows it, of the last forward */
static int net_log10_activation_norms(lua_State *L) {
  lib_checklayer(L, 1);
  push_activation_norms(L);
  return 1;
}

static void measured_gradient(lua_State *L, void *context) {
  layer *l = lib_testlayer(L, -1);
  if (l && l->kind == LAYER_LINEAR)
    push_norm(L, *(int *)context, l->gradient);
}

/* t = net:signal(x, target, loss): log10 norms for each linear layer, arrays
   forward, delta and gradient as above, and loss, log10_loss. Forward, loss and
   backward in one, without gradients: they are measured, not kept, so that a
   deep net takes less time and half the memory. */
static int net_signal(lua_State *L) {
  step_loss s = forward_loss(L, "layer:signal", true);
  backward_any(L, 1, lua_gettop(L),
               (backward_pass){MEASURE_GRADIENTS, false, s.own, 1});
  lua_createtable(L, 0, 5);
  push_activation_norms(L);
  lua_setfield(L, -2, "forward");
  push_norms(L, delta_norm);
  lua_setfield(L, -2, "delta");
  push_norms(L, measured_gradient);
  lua_setfield(L, -2, "gradient");
  lua_pushnumber(L, or_norm_value(s.value));
  lua_setfield(L, -2, "loss");
  lua_pushnumber(L, or_norm_log10(s.value));
  lua_setfield(L, -2, "log10_loss");
  return 1;
}

const luaL_Reg lib_network_methods[] = {
    {"forward", net_forward},
    {"backward", net_backward},
    {"loss_gradient", net_loss_gradient},
    {"loss", net_loss},
    {"signal", net_signal},
    {"jacobian", net_jacobian},
    {"log10_delta_norms", net_log10_delta_norms},
    {"log10_grad_norms", net_log10_grad_norms},
    {"log10_activation_norms", net_log10_activation_norms},
    {NULL, NULL}};
