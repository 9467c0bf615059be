/* lib_network.c: methods of layers that pass through them: forward, backward,
   losses, the Jacobian, and the norms they leave behind. The core makes the
   passes (core/network.h), lib_pass.c has what they need of Lua; here arguments
   are checked and results are pushed. */

/*** @module layer */

#include <math.h>

#include "lib_layer.h"
#include "lib_loss.h"
#include "lib_pass.h"

/* --- forward and backward ----------------------------------------------- */

static void check_batch(lua_State *L, const char *who) {
  lib_checklayer(L, 1);
  or_matrix *x = lib_checkmatrix(L, 2);
  if (x->cols == 0)
    lib_error(L, "%s: the batch is empty (a %s matrix)", who, lib_shape(L, x));
}

/*** Methods of every layer.
   @section methods */

/*** The output. x is kept by reference for the way back: do not write into
   it before `net:backward`.
   @function net:forward
   @tparam matrix x inputs×batch
   @treturn matrix y, outputs×batch */
static int net_forward(lua_State *L) {
  run r;
  check_batch(L, "layer:forward");
  lua_settop(L, 2);
  lib_begin(L, &r, "layer:forward", 2);
  lib_forward(L, &r);
  lib_pushcopy(L, "layer:forward", &r.pass.now);
  lib_finish(L, &r);
  return 1;
}

static const char *last_name(const network *n) {
  int last = n->net.count - 1;
  return lib_stepname(last < 0 ? OR_STEP_CALL : n->steps[last]->kind);
}

/*** The way back, from the last `net:forward` of the same layer (not of a
   network that it is part of). Gradients of parameters add up until
   `net:zero_grad`.
   @function net:backward
   @tparam matrix dy dloss/dy, of y's shape
   @tparam[opt=true] bool wanted false skips dx and the first layer's product,
     and returns nothing
   @treturn matrix dx = dloss/dx
   @usage
   local r = ortho.rng(1)
   local net = ortho.mlp { width = 4, depth = 3, rng = r }
   local y = net:forward(r:normal(4, 8))
   local loss, dy = ortho.loss.mse(y, r:uniform(4, 8))
   net:zero_grad():backward(dy, false)
   print(ortho.metric.grad_norms(net)[1]) */
static int net_backward(lua_State *L) {
  run r;
  const char *who = "layer:backward";
  lib_checklayer(L, 1);
  or_matrix *dy = lib_checkmatrix(L, 2);
  bool wanted = lua_isnoneornil(L, 3) || lua_toboolean(L, 3);
  lua_settop(L, 3);
  if (!lib_takeup(L, &r, who, 3))
    lib_error(L, "%s:backward: call forward first",
              last_name(lib_pushnetwork(L, 1)));
  r.pass.wanted = wanted;
  lib_backmemory(L, &r);
  lib_backward(L, &r, dy, false);
  if (wanted) {
    const or_matrix *dx = lib_testmatrix(L, r.at + AT_DX);
    lib_pushcopy(L, who, dx ? dx : &r.pass.now);
  }
  lib_finish(L, &r);
  return wanted;
}

/* --- training steps: nothing is allocated, nothing copied ---------------- */

typedef struct step_loss {
  or_norm value;
  int correct;        /* right answers, -1 where the loss knows none */
  or_matrix gradient; /* of the output */
  bool own;           /* it is in our memory */
} step_loss;

/* The user's function(prediction, target) -> value, gradient. Pushes the
   gradient. The prediction is a copy: the function may keep it. */
static step_loss called_loss(lua_State *L, const run *r) {
  lua_pushvalue(L, 4);
  lib_pushcopy(L, r->who, &r->pass.now);
  lua_pushvalue(L, 3);
  lib_calluser(L, r, 2, 2);
  if (lua_type(L, -2) != LUA_TNUMBER || !lib_testmatrix(L, -1))
    lib_error(L,
              "%s: the loss function must return a number and the gradient, "
              "a matrix; it returned %s and %s",
              r->who, lib_describe(L, lua_gettop(L) - 1),
              lib_describe(L, lua_gettop(L) - 1));
  return (step_loss){
      {lua_tonumber(L, -2), 0}, -1, *lib_testmatrix(L, -1), false};
}

/* The target is read before any memory is fetched: that may run anything. */
static step_loss named_loss(lua_State *L, run *r, or_loss_kind kind,
                            bool go_back) {
  step_loss s = {.own = true};
  const or_matrix *y = &r->pass.now;
  int *labels =
      kind == OR_LOSS_CROSS_ENTROPY ? lib_labelroom(L, r, y->cols) : 0;
  or_target target = lib_readtarget(L, r->who, kind, y, 3, labels);
  if (go_back) {
    lib_backmemory(L, r);
    s.gradient = or_backward_gradient(&r->pass);
  } else {
    s.gradient = lib_lossmemory(L, r);
  }
  s.value = lib_loss(L, r->who, &target, y, &s.gradient, &s.correct);
  return s;
}

/* Forward, and the loss (argument 4) of the output against the target
   (argument 3), and, unless gradients are OR_NO_GRADIENTS, backward. */
static step_loss loss_pass(lua_State *L, run *r, const char *who,
                           or_gradient_use gradients) {
  check_batch(L, who);
  lua_settop(L, 4);
  bool function = lua_type(L, 4) == LUA_TFUNCTION;
  bool go_back = gradients != OR_NO_GRADIENTS;
  or_loss_kind kind = function ? OR_LOSS_MSE : lib_checkloss(L, who, 4);
  lib_begin(L, r, who, 2);
  r->pass.gradients = go_back ? gradients : OR_ADD_GRADIENTS;
  lib_plan(L, r);
  step_loss s = {.own = true};
  if (!function && gradients == OR_ADD_GRADIENTS &&
      lib_split(L, r, kind, &s.value, &s.correct))
    return s;
  lib_goforward(L, r);
  s = function ? called_loss(L, r) : named_loss(L, r, kind, go_back);
  if (go_back) {
    if (function)
      lib_backmemory(L, r);
    lib_backward(L, r, &s.gradient, s.own);
  }
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

/*** Forward, a loss, and the way back: gradients of parameters add up.
   Allocates nothing after its first call.
   @function net:loss_gradient
   @tparam matrix x
   @tparam matrix|{int,...} target
   @tparam string|func loss as in `net:loss`
   @treturn number value
   @treturn number log10 value
   @treturn ?int the number of right answers, where there are classes */
static int net_loss_gradient(lua_State *L) {
  run r;
  step_loss s = loss_pass(L, &r, "layer:loss_gradient", OR_ADD_GRADIENTS);
  lib_finish(L, &r);
  return push_loss(L, s);
}

/*** Forward and a loss.
   @function net:loss
   @tparam matrix x
   @tparam matrix|{int,...} target as for that loss
   @tparam "mse"|"mse_half"|"mse_sum"|"cross_entropy"|func loss or a
     function(prediction, target) that returns value and gradient
   @treturn number value
   @treturn number log10 value
   @treturn ?int the number of right answers, where there are classes */
static int net_loss(lua_State *L) {
  run r;
  step_loss s = loss_pass(L, &r, "layer:loss", OR_NO_GRADIENTS);
  lib_finish(L, &r);
  return push_loss(L, s);
}

/* --- the Jacobian ------------------------------------------------------- */

enum { JACOBIAN_COLUMNS = 128 };

/* The rows from `first` on, as many as the batch at r->x has columns. */
static void jacobian_rows(lua_State *L, run *r, const or_matrix *x, int first,
                          or_matrix *jacobian) {
  or_status status;
  const or_matrix *dx;
  or_forward_begin(&r->pass);
  while ((status = or_network_jacobian(&r->pass, first, jacobian)) != OR_OK) {
    if (status == OR_SHAPE && !r->pass.back && r->pass.at == r->net->net.count)
      lib_error(L, "%s: the output was %s, and then %s", r->who,
                lib_shape(L, jacobian), lib_shape(L, &r->pass.now));
    lib_serve(L, r, status);
    if ((dx = lib_testmatrix(L, r->at + AT_DX)))
      lib_error(L, "%s: a backward pass gave %s where %dx%d was due", r->who,
                lib_shape(L, dx), x->rows, r->pass.x->cols);
  }
}

/* A batch of so many columns x, and a plan for it: both the run's own. */
static void repeat(lua_State *L, run *r, const or_matrix *x, int cols) {
  or_matrix *batch = lib_newmatrix(L, r->who, x->rows, cols, x->precision);
  lua_replace(L, r->x);
  or_jacobian_batch(x, batch);
  lib_ownbatch(L, r, batch);
}

static void all_rows(lua_State *L, run *r, const or_matrix *x,
                     or_matrix *jacobian, int64_t *exponents) {
  for (int first = 0; first < jacobian->rows; first += JACOBIAN_COLUMNS) {
    int cols = jacobian->rows - first;
    cols = cols < JACOBIAN_COLUMNS ? cols : JACOBIAN_COLUMNS;
    if (first == 0 || cols < JACOBIAN_COLUMNS)
      repeat(L, r, x, cols);
    lib_backmemory(L, r);
    jacobian_rows(L, r, x, first, jacobian);
    exponents[first / JACOBIAN_COLUMNS] = r->pass.now.exponent;
  }
}

/*** dy_i/dx_j at x. The last forward and the gradients stay as they are.
   Layers written in Lua do see the passes.
   @function net:jacobian
   @tparam matrix x one column
   @treturn matrix outputs×inputs */
static int net_jacobian(lua_State *L) {
  run r;
  const char *who = "layer:jacobian";
  lib_checklayer(L, 1);
  or_matrix *x = lib_checkmatrix(L, 2);
  if (x->cols != 1)
    lib_error(L, "%s: x must be one column, got %s", who, lib_shape(L, x));
  lua_settop(L, 2);
  lua_pushvalue(L, 2); /* 3: the batch */
  lib_begin(L, &r, who, 3);
  r.pass.gradients = OR_NO_GRADIENTS;
  r.pass.wanted = true;
  repeat(L, &r, x, 1);
  lib_goforward(L, &r); /* for the number of outputs */
  int outputs = r.pass.now.rows;
  or_matrix *jacobian = lib_newmatrix(L, who, outputs, x->rows, x->precision);
  size_t blocks = (size_t)outputs / JACOBIAN_COLUMNS + 1;
  int64_t *exponents = lua_newuserdatauv(L, blocks * sizeof *exponents, 0);
  all_rows(L, &r, x, jacobian, exponents);
  or_jacobian_join(jacobian, JACOBIAN_COLUMNS, exponents);
  lib_keepmemory(L, &r);
  lua_pop(L, 1);
  return 1;
}

/* --- what a pass leaves behind ------------------------------------------ */

static void push_norm(lua_State *L, int list, or_norm norm) {
  lua_pushnumber(L, or_norm_log10(norm));
  lua_rawseti(L, list, (lua_Integer)lua_rawlen(L, list) + 1);
}

/* Of a step, or where a pass is under way of its place in that. */
typedef or_norm norm_of(lua_State *L, const or_step *s, const or_place *place);

static or_norm delta_norm(lua_State *L, const or_step *s,
                          const or_place *place) {
  if (!place && !s->passed_back)
    lib_error(L, "delta_norms: no backward pass yet");
  return place ? place->delta : s->delta;
}

static or_norm grad_norm(lua_State *L, const or_step *s,
                         const or_place *place) {
  if (!place && s->fresh && !s->passed_back)
    lib_error(L, "grad_norms: no backward pass yet");
  return s->fresh ? (or_norm){0, 0} : or_matrix_frobenius(s->dw);
}

static or_norm measured_gradient(lua_State *L, const or_step *s,
                                 const or_place *place) {
  return place->gradient;
}

/* Pushes an array of norms, one for each linear layer. */
static void push_norms(lua_State *L, const network *n, const or_plan *plan,
                       norm_of *norm) {
  lua_newtable(L);
  for (int i = 0; i < n->net.count; i++)
    if (n->steps[i]->kind == OR_STEP_LINEAR)
      push_norm(L, lua_gettop(L),
                norm(L, n->steps[i], plan ? &plan->places[i] : NULL));
}

/* The norm of what step i put out in the last forward pass. */
static void push_output(lua_State *L, const network *n, const or_plan *plan,
                        int list, int i) {
  const or_step *s = i < 0 ? NULL : n->steps[i];
  if (!s)
    return;
  if (!plan && !s->measured)
    lib_error(L, "activation_norms: no forward pass yet (a layer inside a "
                 "network leaves them with the network)");
  if (!plan)
    push_norm(L, list, s->output);
  else if (plan->measured && s->kind == OR_STEP_ACTIVATION)
    push_norm(L, list, plan->places[i].norm);
  else
    push_norm(L, list, or_matrix_frobenius(&plan->places[i].output));
}

/* Pushes an array of norms: for each linear layer that of its output, after the
   activations that follow it. */
static void push_activation_norms(lua_State *L, const network *n,
                                  const or_plan *plan) {
  lua_newtable(L);
  int list = lua_gettop(L), pending = -1;
  for (int i = 0; i < n->net.count; i++) {
    or_step_kind kind = n->steps[i]->kind;
    if (kind == OR_STEP_LINEAR)
      push_output(L, n, plan, list, pending);
    if (kind == OR_STEP_LINEAR || (kind == OR_STEP_ACTIVATION && pending >= 0))
      pending = i;
  }
  push_output(L, n, plan, list, pending);
}

/*** As `metric.log10_delta_norms`.
   @function net:log10_delta_norms
   @treturn {number,...} */
static int net_log10_delta_norms(lua_State *L) {
  lib_checklayer(L, 1);
  push_norms(L, lib_pushnetwork(L, 1), NULL, delta_norm);
  return 1;
}

/*** As `metric.log10_grad_norms`.
   @function net:log10_grad_norms
   @treturn {number,...} */
static int net_log10_grad_norms(lua_State *L) {
  lib_checklayer(L, 1);
  push_norms(L, lib_pushnetwork(L, 1), NULL, grad_norm);
  return 1;
}

/*** As `metric.log10_activation_norms`.
   @function net:log10_activation_norms
   @treturn {number,...} */
static int net_log10_activation_norms(lua_State *L) {
  run r;
  lib_checklayer(L, 1);
  lua_settop(L, 2);
  if (!lib_takeup(L, &r, "activation_norms", 2)) {
    push_activation_norms(L, lib_pushnetwork(L, 1), NULL);
    return 1;
  }
  push_activation_norms(L, r.net, r.pass.plan);
  lib_finish(L, &r);
  return 1;
}

/*** How large everything is: log10 norms over the linear layers, layer 1
   first, as `theory.signal` predicts them. Gradients are measured, not
   made: faster than `net:loss_gradient`, and about half the memory. Those
   that are there stay. Where the batch is small beside the layer, ‖dz x'‖²
   is ⟨dz'dz, x'x⟩, which agrees with the product's to some batch·eps.
   @function net:signal
   @tparam matrix x
   @tparam matrix|{int,...} target
   @tparam string|func loss as in `net:loss`
   @treturn signal
   @usage
   local r = ortho.rng(1)
   local net = ortho.mlp { width = 16, depth = 5, rng = r }
   local s = net:signal(r:uniform(16, 4), r:uniform(16, 4), "mse_half")
   print(s.gradient[1], s.forward[5], s.log10_loss) */
/*** What `net:signal` returns.
   @table signal
   @tfield {number,...} forward log10 ‖a_l‖_F
   @tfield {number,...} delta log10 ‖dloss/dz_l‖_F
   @tfield {number,...} gradient log10 ‖dloss/dW_l‖_F
   @tfield number loss
   @tfield number log10_loss */
static int net_signal(lua_State *L) {
  run r;
  step_loss s = loss_pass(L, &r, "layer:signal", OR_MEASURE_GRADIENTS);
  lua_createtable(L, 0, 5);
  push_activation_norms(L, r.net, r.pass.plan);
  lua_setfield(L, -2, "forward");
  push_norms(L, r.net, r.pass.plan, delta_norm);
  lua_setfield(L, -2, "delta");
  push_norms(L, r.net, r.pass.plan, measured_gradient);
  lua_setfield(L, -2, "gradient");
  lua_pushnumber(L, or_norm_value(s.value));
  lua_setfield(L, -2, "loss");
  lua_pushnumber(L, or_norm_log10(s.value));
  lua_setfield(L, -2, "log10_loss");
  lib_finish(L, &r);
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
