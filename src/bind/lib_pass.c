/* lib_pass.c: a pass under way (lib_pass.h): its memory, the layers written in
   Lua, and errors.

   A network keeps the plans of the last few shapes of batch, with their
   memory. A pass takes out what it works in, and puts it back at its end: one
   that runs in the midst of it (in a layer written in Lua, a loss function, a
   finalizer) finds none of it, and an error leaves nothing in a wrong state. */
#include "lib_pass.h"

#include <string.h>

#include "../core/arithmetic.h"
#include "../core/exponent.h"

/* --- a pass's memory ----------------------------------------------------- */

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

or_arena lib_takememory(lua_State *L, const run *r, int place, int slot) {
  if (lua_isnil(L, r->at + place))
    take_out(L, r, slot, place);
  return lib_arena_at(L, r->at + place);
}

/* An arena of the bytes that another one wants, as the value at idx. */
static or_arena new_arena(lua_State *L, int idx, const or_arena *wanting) {
  lib_new_arena(L, wanting->needed);
  lua_replace(L, idx);
  return lib_arena_at(L, idx);
}

or_arena lib_morememory(lua_State *L, const run *r, int place,
                        const or_arena *wanting) {
  return new_arena(L, r->at + place, wanting);
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

static or_plan *new_plan(lua_State *L, const run *r, int rows, int cols,
                         or_precision p) {
  void *memory = lib_newmemory(L, or_plan_bytes(&r->net->net), 1);
  lua_replace(L, r->at + AT_PLAN);
  or_plan *plan = or_plan_over(memory, &r->net->net, rows, cols, p);
  lay_out(L, r, plan);
  return plan;
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
  return new_plan(L, r, rows, cols, p);
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

void lib_begin(lua_State *L, run *r, const char *who, int x) {
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

void lib_keepmemory(lua_State *L, const run *r) {
  put_back(L, r, AT_SCRATCH, NETWORK_SCRATCH);
  if (!lua_isnil(L, r->at + AT_DELTAS))
    put_back(L, r, AT_DELTAS, NETWORK_DELTAS);
  if (!lua_isnil(L, r->at + AT_SPLIT))
    put_back(L, r, AT_SPLIT, NETWORK_SPLIT);
}

void lib_finish(lua_State *L, const run *r) {
  lib_keepmemory(L, r);
  if (!lua_isnil(L, r->at + AT_LABELS))
    put_back(L, r, AT_LABELS, NETWORK_LABELS);
  keep_plan(L, r);
  lua_pushvalue(L, r->x);
  lua_setiuservalue(L, r->at, NETWORK_BATCH);
}

void lib_backmemory(lua_State *L, run *r) {
  or_arena memory = lib_takememory(L, r, AT_DELTAS, NETWORK_DELTAS);
  or_status status = or_backward_memory(&r->pass, &memory);
  if (status == OR_SCRATCH) {
    memory = lib_morememory(L, r, AT_DELTAS, &memory);
    status = or_backward_memory(&r->pass, &memory);
  }
  lib_check(L, r->who, status);
}

int *lib_labelroom(lua_State *L, const run *r, int count) {
  int at = r->at + AT_LABELS;
  size_t bytes = sizeof(int) * (size_t)count;
  take_out(L, r, NETWORK_LABELS, AT_LABELS);
  if (lua_rawlen(L, at) < bytes) {
    lib_newmemory(L, bytes, 0);
    lua_replace(L, at);
  }
  return lua_touserdata(L, at);
}

or_matrix lib_lossmemory(lua_State *L, run *r) {
  const or_matrix *y = &r->pass.now;
  r->scratch.used = 0;
  or_matrix g = or_take_matrix(&r->scratch, y->rows, y->cols, y->precision);
  if (or_ready(&r->scratch) == OR_OK)
    return g;
  r->scratch = new_arena(L, r->at + AT_SCRATCH, &r->scratch);
  return or_take_matrix(&r->scratch, y->rows, y->cols, y->precision);
}

void lib_pushcopy(lua_State *L, const char *who, const or_matrix *m) {
  or_matrix_copy(m, lib_newmatrix(L, who, m->rows, m->cols, m->precision));
}

/* --- errors ------------------------------------------------------------- */

const char *lib_stepname(or_step_kind kind) {
  static const char *const names[] = {"linear", "activation", "layer_norm",
                                      "scale",  "residual",   "residual",
                                      "layer"};
  return names[kind];
}

/* The step that is next does not take what comes in. */
static void refuse_input(lua_State *L, const or_pass *p, or_status status) {
  const or_step *s = p->net->steps[p->at];
  const or_matrix *x = &p->now;
  const char *name = lib_stepname(s->kind);
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

/* Is dy like what step i has put out? */
static bool is_like_output(const or_pass *p, int i, const or_matrix *dy) {
  const or_matrix *y = &p->plan->places[i].output;
  return or_matrix_same_shape(dy, y) && dy->precision == y->precision;
}

static void refuse_cotangent(lua_State *L, const or_pass *p, int i,
                             const or_matrix *dy) {
  const or_step *s = p->net->steps[i];
  const or_matrix *y = &p->plan->places[i].output;
  const char *name = lib_stepname(s->kind);
  if (s->kind == OR_STEP_BRANCH && !or_matrix_same_shape(dy, y))
    lib_error(L, "residual:backward: dy is %s, the branch's dx %s",
              lib_shape(L, y), lib_shape(L, dy));
  if (!or_matrix_same_shape(dy, y))
    lib_error(L, "%s:backward: dy is %s, the last output was %dx%d", name,
              lib_shape(L, dy), y->rows, y->cols);
  lib_error(L, "%s:backward: dy is %s, the layer %s", name,
            or_precision_name(dy->precision), or_precision_name(y->precision));
}

/* --- going on ----------------------------------------------------------- */

void lib_calluser(lua_State *L, const run *r, int arguments, int results) {
  lua_call(L, arguments, results);
  refresh(r->net);
}

/* Calls the method of the layer written in Lua that is next with now: a copy,
   its own to keep, so that it never sees a buffer. Pushes what it returns. */
static or_matrix *call_layer(lua_State *L, run *r, const char *method) {
  lua_getiuservalue(L, r->at, NETWORK_LEAVES);
  lua_rawgeti(L, -1, r->net->steps[r->pass.at]->id);
  lua_replace(L, -2);
  lua_getfield(L, -1, method);
  lua_insert(L, -2);
  lib_pushcopy(L, "layer", &r->pass.now);
  lib_calluser(L, r, 2, 1);
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
    lib_backmemory(L, r);
}

/* now through an activation that is a function of the user's, or back. */
static void call_activation(lua_State *L, run *r) {
  or_activation phi = r->net->steps[r->pass.at]->phi;
  or_matrix z = or_pass_input(&r->pass);
  bool back = r->pass.back;
  or_matrix *y = lib_applycustom(L, phi, back ? OR_SLOPE : OR_VALUE, &z);
  refresh(r->net);
  if (back)
    lib_check(L, r->who, or_matrix_hadamard(y, &r->pass.now, y));
  if (r->net->steps[r->pass.at]->plain)
    or_matrix_unscale(y);
  lib_check(L, r->who, or_pass_answer(&r->pass, y));
  lua_pop(L, 1);
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
    refuse_cotangent(L, &r->pass, r->pass.at - 1, dx);
  }
}

void lib_serve(lua_State *L, run *r, or_status status) {
  if (status == OR_SCRATCH)
    r->scratch = new_arena(L, r->at + AT_SCRATCH, &r->scratch);
  else if (status == OR_CALLBACK &&
           r->net->steps[r->pass.at]->kind == OR_STEP_ACTIVATION)
    call_activation(L, r);
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

void lib_ownbatch(lua_State *L, run *r, const or_matrix *x) {
  r->pass.x = x;
  r->pass.plan = new_plan(L, r, x->rows, x->cols, x->precision);
}

void lib_goforward(lua_State *L, run *r) {
  or_status status;
  or_forward_begin(&r->pass);
  while ((status = or_network_forward(&r->pass)) != OR_OK)
    lib_serve(L, r, status);
}

void lib_plan(lua_State *L, run *r) {
  const or_matrix *x = r->pass.x;
  lua_pushnil(L); /* no pass is the last one until this one is done */
  lua_setiuservalue(L, r->at, NETWORK_BATCH);
  r->pass.plan = take_plan(L, r, x->rows, x->cols, x->precision);
}

void lib_forward(lua_State *L, run *r) {
  lib_plan(L, r);
  lib_goforward(L, r);
}

static void make_gradients(lua_State *L, void *context) {
  if (lib_testlayer(L, -1))
    lib_makegradients(L, lua_gettop(L));
}

void lib_gradientmemory(lua_State *L, const run *r) {
  if (r->net->has_gradients)
    return;
  lib_eachleaf(L, 1, make_gradients, NULL);
  r->net->has_gradients = true;
}

void lib_backward(lua_State *L, run *r, const or_matrix *dy, bool own) {
  or_status status;
  int last = r->net->net.count - 1;
  if (last >= 0 && r->net->steps[last]->kind != OR_STEP_CALL &&
      !is_like_output(&r->pass, last, dy)) {
    lib_finish(L, r); /* the way forward was good */
    refuse_cotangent(L, &r->pass, last, dy);
  }
  if (r->pass.gradients == OR_ADD_GRADIENTS)
    lib_gradientmemory(L, r);
  or_backward_begin(&r->pass, dy, own);
  while ((status = or_network_backward(&r->pass)) != OR_OK)
    lib_serve(L, r, status);
}

bool lib_takeup(lua_State *L, run *r, const char *who, int x) {
  lib_pushnetwork(L, 1);
  int type = lua_getiuservalue(L, -1, NETWORK_BATCH);
  lua_getiuservalue(L, -2, NETWORK_PLANS);
  bool is = type == LUA_TUSERDATA && lua_touserdata(L, -1);
  lua_pop(L, 1);
  lua_replace(L, x);
  lua_settop(L, x);
  if (!is)
    return false;
  lib_begin(L, r, who, x);
  take_out(L, r, NETWORK_PLANS, AT_PLAN);
  r->pass.plan = lua_touserdata(L, r->at + AT_PLAN);
  return true;
}
