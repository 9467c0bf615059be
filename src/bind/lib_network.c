/* lib_network.c: the passes through layers: forward, backward, losses, the
   Jacobian, and the norms they leave behind. The core makes them
   (core/network.h); here their arguments are checked, memory is fetched, layers
   that are written in Lua are called, and errors are raised.

   A network keeps the plans of the last few shapes of batch, with their
   memory. A pass takes out what it works in, and puts it back at its end: one
   that runs in the midst of it (in a layer written in Lua, a loss function, a
   finalizer) finds none of it, and an error leaves nothing in a wrong state. */
#include "../core/network.h"

#include <math.h>
#include <string.h>

#include "lib_layer.h"
#include "lib_loss.h"

/* --- a pass and its memory ---------------------------------------------- */

/* A pass that is under way. Its things stand on the stack, one after the other,
   from `at` on. */
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
  AT_DX, /* what a first layer, written in Lua, gave; else nil */
  RUN_SLOTS
};

/* Moves the network's user value into the run's place for it. */
static void take_out(lua_State *L, const run *r, int slot, int place) {
  if (lua_getiuservalue(L, r->at, slot) == LUA_TUSERDATA) {
    lua_pushnil(L);
    lua_setiuservalue(L, r->at, slot);
  }
  lua_replace(L, r->at + place);
}

static void put_back(lua_State *L, const run *r, int place, int slot) {
  lua_pushvalue(L, r->at + place);
  lua_setiuservalue(L, r->at, slot);
}

/* An arena of the bytes that another one wants, as the value at idx. */
static or_arena new_arena(lua_State *L, int idx, const or_arena *wanting) {
  lib_new_arena(L, wanting->needed);
  lua_replace(L, idx);
  return lib_arena_at(L, idx);
}

/* Views' exponents, as they are now. */
static void refresh(const network *n) {
  for (int i = 0; i < n->net.count; i++) {
    if (n->steps[i]->w)
      lib_refresh(n->steps[i]->w);
    if (n->steps[i]->b)
      lib_refresh(n->steps[i]->b);
  }
}

static bool is_for(const or_plan *plan, int rows, int cols, or_precision p) {
  return plan && plan->rows == rows && plan->cols == cols &&
         plan->precision == p;
}

/* Lays the plan out over new memory, its user value. */
static void lay_out(lua_State *L, const run *r, or_plan *plan) {
  or_arena memory = or_arena_over(NULL, 0);
  or_status status = or_network_plan(&r->net->net, plan, &memory);
  lua_pushnil(L);
  if (status == OR_SCRATCH) {
    memory = new_arena(L, lua_gettop(L), &memory);
    status = or_network_plan(&r->net->net, plan, &memory);
  }
  lib_check(L, r->who, status);
  lua_setiuservalue(L, r->at + AT_PLAN, 1);
}

/* The plan for batches of this shape: one that was kept, or a new one. */
static or_plan *take_plan(lua_State *L, const run *r, int rows, int cols,
                          or_precision p) {
  for (int k = 0; k < KEPT_PLANS; k++) {
    lua_getiuservalue(L, r->at, NETWORK_PLANS + k);
    or_plan *plan = lua_touserdata(L, -1);
    lua_pop(L, 1);
    if (is_for(plan, rows, cols, p)) {
      take_out(L, r, NETWORK_PLANS + k, AT_PLAN);
      return plan;
    }
  }
  void *memory = lua_newuserdatauv(L, or_plan_bytes(&r->net->net), 1);
  lua_replace(L, r->at + AT_PLAN);
  or_plan *plan = or_plan_over(memory, &r->net->net, rows, cols, p);
  lay_out(L, r, plan);
  return plan;
}

/* Puts the plan first of those that are kept; the last goes, or one for the
   same shape, which another pass has made meanwhile. */
static void keep_plan(lua_State *L, const run *r) {
  const or_plan *mine = r->pass.plan;
  int hole = 0;
  for (; hole < KEPT_PLANS - 1; hole++) {
    lua_getiuservalue(L, r->at, NETWORK_PLANS + hole);
    const or_plan *plan = lua_touserdata(L, -1);
    lua_pop(L, 1);
    if (!plan || is_for(plan, mine->rows, mine->cols, mine->precision))
      break;
  }
  for (; hole > 0; hole--) {
    lua_getiuservalue(L, r->at, NETWORK_PLANS + hole - 1);
    lua_setiuservalue(L, r->at, NETWORK_PLANS + hole);
  }
  put_back(L, r, AT_PLAN, NETWORK_PLANS);
}

/* Begins a run through the layer at 1, with no plan yet. */
static void begin(lua_State *L, run *r, const char *who, int x) {
  luaL_checkstack(L, 24, "too little stack");
  r->who = who;
  r->x = x;
  r->at = lua_gettop(L) + 1;
  r->net = lib_pushnetwork(L, 1);
  lua_settop(L, r->at + RUN_SLOTS - 1);
  take_out(L, r, NETWORK_SCRATCH, AT_SCRATCH);
  r->scratch = lib_arena_at(L, r->at + AT_SCRATCH);
  r->pass = (or_pass){.net = &r->net->net,
                      .x = lib_checkmatrix(L, x),
                      .scratch = &r->scratch,
                      .interrupted = &sys_interrupted,
                      .gradients = OR_ADD_GRADIENTS};
  refresh(r->net);
}

static void put_back_scratch(lua_State *L, const run *r) {
  put_back(L, r, AT_SCRATCH, NETWORK_SCRATCH);
  if (!lua_isnil(L, r->at + AT_DELTAS))
    put_back(L, r, AT_DELTAS, NETWORK_DELTAS);
}

/* A run that ends well leaves its memory and its plan, and what it was of: the
   network's last forward pass. */
static void finish(lua_State *L, const run *r) {
  put_back_scratch(L, r);
  if (!lua_isnil(L, r->at + AT_LABELS))
    put_back(L, r, AT_LABELS, NETWORK_LABELS);
  keep_plan(L, r);
  lua_pushvalue(L, r->x);
  lua_setiuservalue(L, r->at, NETWORK_BATCH);
}

/* Memory of the way back. */
static void prepare_back(lua_State *L, run *r) {
  int at = r->at + AT_DELTAS;
  if (lua_isnil(L, at))
    take_out(L, r, NETWORK_DELTAS, AT_DELTAS);
  or_arena memory = lib_arena_at(L, at);
  or_status status = or_backward_memory(&r->pass, &memory);
  if (status == OR_SCRATCH) {
    memory = new_arena(L, at, &memory);
    status = or_backward_memory(&r->pass, &memory);
  }
  lib_check(L, r->who, status);
}

/* A copy that later passes cannot touch. */
static void push_copy(lua_State *L, const char *who, const or_matrix *m) {
  or_matrix_copy(m, lib_newmatrix(L, who, m->rows, m->cols, m->precision));
}

/* --- errors ------------------------------------------------------------- */

static const char *step_name(or_step_kind kind) {
  static const char *const names[] = {"linear",   "activation", "layer_norm",
                                      "residual", "residual",   "layer"};
  return names[kind];
}

/* The step that is next does not take what comes in. */
static void refuse_input(lua_State *L, const or_pass *p, or_status status) {
  const or_step *s = p->net->steps[p->at];
  const or_matrix *x = &p->now;
  const char *name = step_name(s->kind);
  if (status == OR_SHAPE && s->kind == OR_STEP_JOIN)
    lib_error(L,
              "residual:forward: the input is %s and the branch's output "
              "%s; a residual adds them",
              lib_shape(L, &p->plan->branches[p->level - 1]), lib_shape(L, x));
  if (status == OR_SHAPE && s->w)
    lib_error(L,
              "%s:forward: takes %d inputs, got a %s matrix (one sample a "
              "column)",
              name, s->kind == OR_STEP_LINEAR ? s->w->cols : s->w->rows,
              lib_shape(L, x));
  if (status == OR_PRECISION && s->w)
    lib_error(L,
              "%s:forward: weights are %s, input is %s; convert with "
              ":to(\"%s\")",
              name, or_precision_name(s->w->precision),
              or_precision_name(x->precision),
              or_precision_name(s->w->precision));
  lib_error(L, "%s:forward: %s", name, or_status_text(status));
}

/* Raises where dy is not of the shape of what step i has put out. */
static void check_cotangent(lua_State *L, const or_pass *p, int i,
                            const or_matrix *dy) {
  const or_step *s = p->net->steps[i];
  const or_matrix *y = &p->plan->places[i].output;
  const char *name = step_name(s->kind);
  if (s->kind == OR_STEP_BRANCH && !or_matrix_same_shape(dy, y))
    lib_error(L, "residual:backward: dy is %s, the branch's dx %s",
              lib_shape(L, y), lib_shape(L, dy));
  if (!or_matrix_same_shape(dy, y))
    lib_error(L, "%s:backward: dy is %s, the last output was %dx%d", name,
              lib_shape(L, dy), y->rows, y->cols);
  if (dy->precision != y->precision)
    lib_error(L, "%s:backward: dy is %s, the layer %s", name,
              or_precision_name(dy->precision),
              or_precision_name(y->precision));
}

/* --- going on ----------------------------------------------------------- */

/* Calls the method of the layer written in Lua that is next with now: a copy,
   its own to keep, so that it never sees a buffer. Pushes what it returns. */
static or_matrix *call_layer(lua_State *L, run *r, const char *method) {
  lua_getiuservalue(L, r->at, NETWORK_LEAVES);
  lua_rawgeti(L, -1, r->net->steps[r->pass.at]->id);
  lua_replace(L, -2);
  lua_getfield(L, -1, method);
  lua_insert(L, -2);
  push_copy(L, "layer", &r->pass.now);
  lua_call(L, 2, 1);
  refresh(r->net);
  or_matrix *m = lib_testmatrix(L, -1);
  if (!m)
    lib_error(L, "a layer written in Lua: %s must return a matrix, not %s",
              method, lib_describe(L, lua_gettop(L)));
  return m;
}

/* The plan anew, now that the shape of a layer's output is known: matrices up
   to it stay as they are. */
static void plan_anew(lua_State *L, run *r) {
  or_plan *plan = r->pass.plan;
  size_t kept = plan->places[r->pass.at].begin;
  lua_getiuservalue(L, r->at + AT_PLAN, 1);
  or_arena old = lib_arena_at(L, lua_gettop(L));
  lay_out(L, r, plan);
  lua_getiuservalue(L, r->at + AT_PLAN, 1);
  or_arena new = lib_arena_at(L, lua_gettop(L));
  if (kept > 0)
    memcpy(new.base, old.base, kept);
  or_pass_moved(&r->pass);
  lua_pop(L, 2);
  if (r->pass.deltas)
    prepare_back(L, r);
}

static void call_forward(lua_State *L, run *r) {
  or_matrix *y = call_layer(L, r, "forward");
  if (or_pass_answer(&r->pass, y) != OR_OK) {
    plan_anew(L, r);
    lib_check(L, r->who, or_pass_answer(&r->pass, y));
  }
  lua_pop(L, 1);
}

/* What the first layer of all gives goes to the caller, whatever its shape. */
static void call_backward(lua_State *L, run *r) {
  or_matrix *dx = call_layer(L, r, "backward");
  if (or_pass_answer(&r->pass, dx) == OR_OK) {
    lua_pop(L, 1);
  } else if (r->pass.at == 0) {
    lua_replace(L, r->at + AT_DX);
    r->pass.at--;
  } else {
    check_cotangent(L, &r->pass, r->pass.at - 1, dx);
  }
}

/* Does what a pass has returned for, or raises. */
static void serve(lua_State *L, run *r, or_status status) {
  if (status == OR_SCRATCH)
    r->scratch = new_arena(L, r->at + AT_SCRATCH, &r->scratch);
  else if (status == OR_CALLBACK && r->pass.back)
    call_backward(L, r);
  else if (status == OR_CALLBACK)
    call_forward(L, r);
  else if (status == OR_INTERRUPTED)
    lib_poll(L);
  else if (!r->pass.back)
    refuse_input(L, &r->pass, status);
  else
    lib_check(L, "layer:backward", status);
}

/* --- forward and backward ----------------------------------------------- */

/* Forward, with the batch at r->x: the output is in pass.now. */
static void forward(lua_State *L, run *r) {
  const or_matrix *x = r->pass.x;
  or_status status;
  r->pass.plan = take_plan(L, r, x->rows, x->cols, x->precision);
  or_forward_begin(&r->pass);
  while ((status = or_network_forward(&r->pass)) != OR_OK)
    serve(L, r, status);
}

static void make_gradients(lua_State *L, void *context) {
  if (lib_testlayer(L, -1))
    lib_makegradients(L, lua_gettop(L));
}

/* Backward from dy: dx is in pass.now, or at AT_DX. */
static void backward(lua_State *L, run *r, const or_matrix *dy, bool own) {
  or_status status;
  int last = r->net->net.count - 1;
  if (last >= 0 && r->net->steps[last]->kind != OR_STEP_CALL)
    check_cotangent(L, &r->pass, last, dy);
  if (r->pass.gradients == OR_ADD_GRADIENTS && !r->net->has_gradients) {
    lib_eachleaf(L, 1, make_gradients, NULL);
    r->net->has_gradients = true;
  }
  or_backward_begin(&r->pass, dy, own);
  while ((status = or_network_backward(&r->pass)) != OR_OK)
    serve(L, r, status);
}

static void check_batch(lua_State *L, const char *who) {
  lib_checklayer(L, 1);
  or_matrix *x = lib_checkmatrix(L, 2);
  if (x->cols == 0)
    lib_error(L, "%s: the batch is empty (a %s matrix)", who, lib_shape(L, x));
}

/* The network has no last forward pass until this one is done. */
static void forget_forward(lua_State *L, const run *r) {
  lua_pushnil(L);
  lua_setiuservalue(L, r->at, NETWORK_BATCH);
}

/* y = net:forward(x): x inputs x batch, y outputs x batch */
static int net_forward(lua_State *L) {
  run r;
  check_batch(L, "layer:forward");
  lua_settop(L, 2);
  begin(L, &r, "layer:forward", 2);
  forget_forward(L, &r);
  forward(L, &r);
  push_copy(L, "layer:forward", &r.pass.now);
  finish(L, &r);
  return 1;
}

/* Takes up the last forward pass, whose batch comes to stand at `x`; false
   where there is none. */
static bool take_up(lua_State *L, run *r, const char *who, int x) {
  lib_pushnetwork(L, 1);
  int type = lua_getiuservalue(L, -1, NETWORK_BATCH);
  lua_getiuservalue(L, -2, NETWORK_PLANS);
  bool is = type == LUA_TUSERDATA && lua_touserdata(L, -1);
  lua_pop(L, 1);
  lua_replace(L, x);
  lua_settop(L, x);
  if (!is)
    return false;
  begin(L, r, who, x);
  take_out(L, r, NETWORK_PLANS, AT_PLAN);
  r->pass.plan = lua_touserdata(L, r->at + AT_PLAN);
  return true;
}

static const char *last_name(const network *n) {
  int last = n->net.count - 1;
  return step_name(last < 0 ? OR_STEP_CALL : n->steps[last]->kind);
}

/* dx = net:backward(dy): dy = dloss/dy of the last forward's shape. Gradients
   of parameters add up. net:backward(dy, false) skips dx, which saves the
   first layer's product, and returns nothing. */
static int net_backward(lua_State *L) {
  run r;
  const char *who = "layer:backward";
  lib_checklayer(L, 1);
  or_matrix *dy = lib_checkmatrix(L, 2);
  bool wanted = lua_isnoneornil(L, 3) || lua_toboolean(L, 3);
  lua_settop(L, 3);
  if (!take_up(L, &r, who, 3))
    lib_error(L, "%s:backward: call forward first",
              last_name(lib_pushnetwork(L, 1)));
  r.pass.wanted = wanted;
  prepare_back(L, &r);
  backward(L, &r, dy, false);
  if (wanted) {
    const or_matrix *dx = lib_testmatrix(L, r.at + AT_DX);
    push_copy(L, who, dx ? dx : &r.pass.now);
  }
  finish(L, &r);
  return wanted;
}

/* --- training steps: nothing is allocated, nothing copied ---------------- */

/* Room for `count` labels. */
static int *label_room(lua_State *L, const run *r, int count) {
  int at = r->at + AT_LABELS;
  size_t bytes = sizeof(int) * (size_t)count;
  take_out(L, r, NETWORK_LABELS, AT_LABELS);
  if (lua_rawlen(L, at) < bytes) {
    lua_newuserdatauv(L, bytes, 0);
    lua_replace(L, at);
  }
  return lua_touserdata(L, at);
}

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
  push_copy(L, r->who, &r->pass.now);
  lua_pushvalue(L, 3);
  lua_call(L, 2, 2);
  refresh(r->net);
  if (lua_type(L, -2) != LUA_TNUMBER || !lib_testmatrix(L, -1))
    lib_error(L,
              "%s: the loss function must return a number and the gradient, "
              "a matrix; it returned %s and %s",
              r->who, lib_describe(L, lua_gettop(L) - 1),
              lib_describe(L, lua_gettop(L) - 1));
  return (step_loss){
      {lua_tonumber(L, -2), 0}, -1, *lib_testmatrix(L, -1), false};
}

/* A matrix for the gradient of a loss from which nobody goes back. */
static or_matrix loss_scratch(lua_State *L, run *r) {
  const or_matrix *y = &r->pass.now;
  r->scratch.used = 0;
  or_matrix g = or_take_matrix(&r->scratch, y->rows, y->cols, y->precision);
  if (or_ready(&r->scratch) == OR_OK)
    return g;
  r->scratch = new_arena(L, r->at + AT_SCRATCH, &r->scratch);
  return or_take_matrix(&r->scratch, y->rows, y->cols, y->precision);
}

/* The target is read before any memory is fetched: that may run anything. */
static step_loss named_loss(lua_State *L, run *r, lib_loss_kind kind,
                            bool go_back) {
  step_loss s = {.own = true};
  const or_matrix *y = &r->pass.now;
  int *labels = kind == LIB_LOSS_CROSS_ENTROPY ? label_room(L, r, y->cols) : 0;
  lib_target target = lib_readtarget(L, r->who, kind, y, 3, labels);
  if (go_back) {
    prepare_back(L, r);
    s.gradient = or_backward_gradient(&r->pass);
  } else {
    s.gradient = loss_scratch(L, r);
  }
  s.value = lib_loss(L, r->who, kind, y, target, &s.gradient, &s.correct);
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
  lib_loss_kind kind = function ? LIB_LOSS_MSE : lib_checkloss(L, who, 4);
  begin(L, r, who, 2);
  forget_forward(L, r);
  r->pass.gradients = go_back ? gradients : OR_ADD_GRADIENTS;
  forward(L, r);
  step_loss s = function ? called_loss(L, r) : named_loss(L, r, kind, go_back);
  if (go_back) {
    if (function)
      prepare_back(L, r);
    backward(L, r, &s.gradient, s.own);
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

/* value, log10, correct = net:loss_gradient(x, target, loss): forward, loss
   and backward; gradients of parameters add up. loss: "mse", "mse_half",
   "mse_sum", "cross_entropy", or a function(prediction, target) that returns
   value and gradient. correct: right answers in the batch, where there are
   classes. */
static int net_loss_gradient(lua_State *L) {
  run r;
  step_loss s = loss_pass(L, &r, "layer:loss_gradient", OR_ADD_GRADIENTS);
  finish(L, &r);
  return push_loss(L, s);
}

/* The same value, log10 and correct, without backward: net:loss(x, target,
   loss) */
static int net_loss(lua_State *L) {
  run r;
  step_loss s = loss_pass(L, &r, "layer:loss", OR_NO_GRADIENTS);
  finish(L, &r);
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
    serve(L, r, status);
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
  r->pass.x = batch;
  void *memory = lua_newuserdatauv(L, or_plan_bytes(&r->net->net), 1);
  lua_replace(L, r->at + AT_PLAN);
  r->pass.plan =
      or_plan_over(memory, &r->net->net, x->rows, cols, x->precision);
  lay_out(L, r, r->pass.plan);
}

/* Runs forward for the number of outputs. */
static int count_outputs(lua_State *L, run *r, const or_matrix *x) {
  or_status status;
  repeat(L, r, x, 1);
  or_forward_begin(&r->pass);
  while ((status = or_network_forward(&r->pass)) != OR_OK)
    serve(L, r, status);
  return r->pass.now.rows;
}

static void all_rows(lua_State *L, run *r, const or_matrix *x,
                     or_matrix *jacobian, int64_t *exponents) {
  for (int first = 0; first < jacobian->rows; first += JACOBIAN_COLUMNS) {
    int cols = jacobian->rows - first;
    cols = cols < JACOBIAN_COLUMNS ? cols : JACOBIAN_COLUMNS;
    if (first == 0 || cols < JACOBIAN_COLUMNS)
      repeat(L, r, x, cols);
    prepare_back(L, r);
    jacobian_rows(L, r, x, first, jacobian);
    exponents[first / JACOBIAN_COLUMNS] = r->pass.now.exponent;
  }
}

/* J = net:jacobian(x): x one column; J outputs x inputs, dy_i/dx_j. Works in
   memory of its own, so the last forward and the gradients stay (layers
   written in Lua do see the passes). */
static int net_jacobian(lua_State *L) {
  run r;
  const char *who = "layer:jacobian";
  lib_checklayer(L, 1);
  or_matrix *x = lib_checkmatrix(L, 2);
  if (x->cols != 1)
    lib_error(L, "%s: x must be one column, got %s", who, lib_shape(L, x));
  lua_settop(L, 2);
  lua_pushvalue(L, 2); /* 3: the batch */
  begin(L, &r, who, 3);
  r.pass.gradients = OR_NO_GRADIENTS;
  r.pass.wanted = true;
  int outputs = count_outputs(L, &r, x);
  or_matrix *jacobian = lib_newmatrix(L, who, outputs, x->rows, x->precision);
  size_t blocks = (size_t)outputs / JACOBIAN_COLUMNS + 1;
  int64_t *exponents = lua_newuserdatauv(L, blocks * sizeof *exponents, 0);
  all_rows(L, &r, x, jacobian, exponents);
  or_jacobian_join(jacobian, JACOBIAN_COLUMNS, exponents);
  put_back_scratch(L, &r);
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

/* log10 of ||dloss/dz_l||_F for each linear layer, of the last backward */
static int net_log10_delta_norms(lua_State *L) {
  lib_checklayer(L, 1);
  push_norms(L, lib_pushnetwork(L, 1), NULL, delta_norm);
  return 1;
}

/* log10 of ||dloss/dW_l||_F for each linear layer */
static int net_log10_grad_norms(lua_State *L) {
  lib_checklayer(L, 1);
  push_norms(L, lib_pushnetwork(L, 1), NULL, grad_norm);
  return 1;
}

/* log10 of ||a_l||_F for each linear layer: its output, after the activation
   that follows it, of the last forward */
static int net_log10_activation_norms(lua_State *L) {
  run r;
  lib_checklayer(L, 1);
  lua_settop(L, 2);
  if (!take_up(L, &r, "activation_norms", 2)) {
    push_activation_norms(L, lib_pushnetwork(L, 1), NULL);
    return 1;
  }
  push_activation_norms(L, r.net, r.pass.plan);
  finish(L, &r);
  return 1;
}

/* t = net:signal(x, target, loss): log10 norms for each linear layer, arrays
   forward, delta and gradient as above, and loss, log10_loss. Forward, loss and
   backward in one, without gradients: they are measured, not kept, so that a
   deep net takes less time and half the memory. */
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
  finish(L, &r);
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
