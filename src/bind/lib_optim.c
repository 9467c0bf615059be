/* lib_optim.c: ortho.optim: optimizers that update a network's parameters in
   place. An optimizer keeps its state (velocities, moments) in a table in its
   user value, by the parameter's number: a step allocates nothing after the
   first one. */

/*** Updates in place; PyTorch's rules. One optimizer belongs to one network.

   Schedules are functions of the number of steps taken so far, 0 before the
   first, that return the rate of the next step: `opt:lr(schedule(step))`, or
   `schedule=` in `train`.
   @module optim
   @pragma nostrip */

#include "../core/optim.h"

#include <math.h>

#include "lib_layer.h"

typedef enum optim_kind { OPTIM_SGD, OPTIM_ADAM, OPTIM_ADAMW } optim_kind;

static const char *const kind_names[] = {"sgd", "adam", "adamw"};

typedef struct optimizer {
  optim_kind kind;
  or_sgd sgd;
  or_adam adam;
  int64_t steps; /* taken so far */
} optimizer;

static optimizer *check_optimizer(lua_State *L, int arg) {
  optimizer *o = luaL_testudata(L, arg, LIB_OPTIM);
  if (!o)
    lib_wrongargument(L, arg, "an optimizer");
  return o;
}

/* --- making ------------------------------------------------------------- */

static double bounded(lua_State *L, const char *who, const char *key,
                      double fallback, double low, double below) {
  double v = lib_optnumber(L, who, 1, key, fallback);
  if (!(v >= low && v < below))
    lib_error(L, "%s: %s is %f, must be at least %f and below %f", who, key, v,
              low, below);
  return v;
}

static double not_negative(lua_State *L, const char *who, const char *key,
                           double fallback) {
  return bounded(L, who, key, fallback, 0, INFINITY);
}

/* The learning rate: positive and finite; there is no default for sgd. */
static double rate(lua_State *L, const char *who, double value) {
  if (!(value > 0) || isinf(value))
    lib_error(L, "%s: lr is %f, must be positive and finite", who, value);
  return value;
}

static optimizer *new_optimizer(lua_State *L, optim_kind kind) {
  optimizer *o = lib_new(L, LIB_OPTIM, sizeof *o, 1);
  *o = (optimizer){.kind = kind};
  lua_newtable(L);
  lua_setiuservalue(L, -2, 1);
  return o;
}

static const char *const sgd_options[] = {"lr", "momentum", "nesterov",
                                          "weight_decay", NULL};

/*** d = g + weight_decay w; velocity = momentum velocity + d; w = w − lr
   velocity (nesterov: w − lr (d + momentum velocity)).
   @function optim.sgd
   @tparam table options
   @tparam number options.lr
   @tparam[opt=0] number options.momentum
   @tparam[opt=false] bool options.nesterov
   @tparam[opt=0] number options.weight_decay
   @treturn optimizer
   @usage
   local r = ortho.rng(1)
   local net = ortho.mlp { width = 4, depth = 2, rng = r }
   local x, y = r:normal(4, 8), r:normal(4, 8)
   local opt = ortho.optim.sgd { lr = 0.1, momentum = 0.9 }
   for _ = 1, 10 do
     net:zero_grad():loss_gradient(x, y, "mse")
     opt:step(net)
   end */
static int optim_sgd(lua_State *L) {
  const char *who = "optim.sgd";
  lua_settop(L, 1);
  if (!lib_options(L, who, 1, sgd_options))
    return lib_error(L, "%s: needs lr=, as in {lr=0.01}", who);
  if (lua_getfield(L, 1, "lr") == LUA_TNIL)
    return lib_error(L, "%s: needs lr=, as in {lr=0.01}", who);
  lua_settop(L, 1);
  or_sgd rule = {.lr = rate(L, who, lib_optnumber(L, who, 1, "lr", 0)),
                 .momentum = not_negative(L, who, "momentum", 0),
                 .weight_decay = not_negative(L, who, "weight_decay", 0),
                 .nesterov = lib_optboolean(L, who, 1, "nesterov", false)};
  if (rule.nesterov && rule.momentum == 0)
    lib_error(L, "%s: nesterov needs a momentum above 0", who);
  new_optimizer(L, OPTIM_SGD)->sgd = rule;
  return 1;
}

static const char *const adam_options[] = {"lr",  "beta1",        "beta2",
                                           "eps", "weight_decay", NULL};

static int adam(lua_State *L, const char *who, optim_kind kind, double decay) {
  lua_settop(L, 1);
  lib_options(L, who, 1, adam_options);
  or_adam rule = {.lr = rate(L, who, lib_optnumber(L, who, 1, "lr", 1e-3)),
                  .beta1 = bounded(L, who, "beta1", 0.9, 0, 1),
                  .beta2 = bounded(L, who, "beta2", 0.999, 0, 1),
                  .eps = not_negative(L, who, "eps", 1e-8),
                  .weight_decay = not_negative(L, who, "weight_decay", decay),
                  .decoupled = kind == OPTIM_ADAMW};
  new_optimizer(L, kind)->adam = rule;
  return 1;
}

/*** Adam; weight decay is added to the gradient.
   @function optim.adam
   @tparam table options
   @tparam[opt=1e-3] number options.lr
   @tparam[opt=0.9] number options.beta1
   @tparam[opt=0.999] number options.beta2
   @tparam[opt=1e-8] number options.eps
   @tparam[opt=0] number options.weight_decay
   @treturn optimizer
   @paper Kingma, Ba 2015 */
static int optim_adam(lua_State *L) {
  return adam(L, "optim.adam", OPTIM_ADAM, 0);
}

/*** Adam with decoupled decay, w = w − lr weight_decay w.
   @function optim.adamw
   @tparam table options
   @tparam[opt=1e-3] number options.lr
   @tparam[opt=0.9] number options.beta1
   @tparam[opt=0.999] number options.beta2
   @tparam[opt=1e-8] number options.eps
   @tparam[opt=0.01] number options.weight_decay
   @treturn optimizer
   @paper Loshchilov, Hutter 2019 */
static int optim_adamw(lua_State *L) {
  return adam(L, "optim.adamw", OPTIM_ADAMW, 0.01);
}

/* --- stepping ----------------------------------------------------------- */

typedef struct step {
  optimizer *o;
  int state;     /* stack index of the state table */
  int parameter; /* number of the parameter at hand, 1-based */
  double scale;  /* of the gradients */
} step;

/* State matrix `which` (0 or 1) of the parameter at hand, like w. */
static or_matrix *state_of(lua_State *L, const step *s, int which,
                           const or_matrix *w) {
  lua_Integer key = 2 * s->parameter + which;
  lua_rawgeti(L, s->state, key);
  or_matrix *m = lib_testmatrix(L, -1);
  lua_pop(L, 1);
  if (m && or_matrix_same_shape(m, w) && m->precision == w->precision)
    return m;
  if (m)
    lib_error(L,
              "optim:step: parameter %d was %s and is %s: one optimizer "
              "for one network",
              s->parameter, lib_shape(L, m), lib_shape(L, w));
  m = lib_newmatrix(L, "optim:step", w->rows, w->cols, w->precision);
  or_matrix_fill(m, 0);
  lua_rawseti(L, s->state, key);
  return m;
}

static or_status update(lua_State *L, const step *s, const or_matrix *g,
                        or_matrix *w) {
  const optimizer *o = s->o;
  if (o->kind == OPTIM_SGD) {
    or_matrix *velocity = o->sgd.momentum != 0 ? state_of(L, s, 0, w) : NULL;
    return or_sgd_step(&o->sgd, o->steps == 1, s->scale, g, velocity, w);
  }
  return or_adam_step(&o->adam, o->steps, s->scale, g, state_of(L, s, 0, w),
                      state_of(L, s, 1, w), w);
}

static void step_parameter(lua_State *L, const or_matrix *g, or_matrix *w,
                           void *context) {
  step *s = context;
  s->parameter++;
  or_status status = update(L, s, g, w);
  if (status == OR_RANGE)
    lib_error(L,
              "optim:step: the gradient of parameter %d (%s) is near "
              "10^%d, which does not fit; clip it first with optim.clip",
              s->parameter, lib_shape(L, w),
              (int)or_norm_log10(or_matrix_frobenius(g)));
  lib_check(L, "optim:step", status);
}

/*** Updates every parameter from scale times its gradient: what clipping and
   then a step would do, in one go.
   @function opt:step
   @tparam layer net
   @tparam[opt=1] number scale
   @treturn optimizer opt
   @raise where a gradient is too large for a number (clip it first). */
static int optim_step(lua_State *L) {
  step s = {.o = check_optimizer(L, 1), .state = 3, .scale = 1};
  lib_checklayer(L, 2);
  if (!lua_isnoneornil(L, 3))
    s.scale = lib_checknumber(L, 3);
  if (!(s.scale >= 0) || isinf(s.scale))
    lib_error(L, "optim:step: scale is %f, must be finite and not negative",
              s.scale);
  lua_settop(L, 2);
  lua_getiuservalue(L, 1, 1);
  s.o->steps++;
  lib_eachparameter(L, 2, step_parameter, &s);
  lua_settop(L, 1);
  return 1;
}

static double *rate_of(optimizer *o) {
  return o->kind == OPTIM_SGD ? &o->sgd.lr : &o->adam.lr;
}

/*** The learning rate, set to value if there is one.
   @function opt:lr
   @tparam[opt] number value
   @treturn number */
static int optim_lr(lua_State *L) {
  optimizer *o = check_optimizer(L, 1);
  if (!lua_isnoneornil(L, 2))
    *rate_of(o) = rate(L, "optim:lr", lib_checknumber(L, 2));
  lua_pushnumber(L, *rate_of(o));
  return 1;
}

/*** How many steps were taken.
   @function opt:steps
   @treturn int */
static int optim_steps(lua_State *L) {
  lua_pushinteger(L, check_optimizer(L, 1)->steps);
  return 1;
}

/* --- clipping ----------------------------------------------------------- */

static void add_norm(lua_State *L, const or_matrix *g, or_matrix *w,
                     void *context) {
  or_norm *total = context;
  *total = or_norm_hypot(*total, or_matrix_frobenius(g));
}

static void clip_one(lua_State *L, const or_matrix *g, or_matrix *w,
                     void *context) {
  or_clip(*(or_norm *)context, (or_matrix *)g);
}

/* The joint norm of all gradients of the network at argument 1. */
static or_norm total_norm(lua_State *L) {
  or_norm total = {0, 0};
  lib_checklayer(L, 1);
  lua_settop(L, 1);
  lib_eachparameter(L, 1, add_norm, &total);
  return total;
}

static int push_norm(lua_State *L, or_norm norm) {
  lua_pushnumber(L, or_norm_value(norm));
  lua_pushnumber(L, or_norm_log10(norm));
  return 2;
}

/*** The joint norm of all gradients.
   @function optim.grad_norm
   @tparam layer net
   @treturn number the norm
   @treturn number log10 of it */
static int optim_grad_norm(lua_State *L) { return push_norm(L, total_norm(L)); }

/*** Scales all gradients, in place, to a joint norm of at most max_norm
   (PyTorch's `clip_grad_norm_`). A NaN or Inf norm changes nothing.
   @function optim.clip
   @tparam layer net
   @tparam number max_norm
   @treturn number the norm before
   @treturn number log10 of it */
static int optim_clip(lua_State *L) {
  double max_norm = lib_checknumber(L, 2);
  if (!(max_norm > 0))
    lib_error(L, "optim.clip: max_norm is %f, must be positive", max_norm);
  or_norm total = total_norm(L);
  if (isfinite(total.value)) {
    or_norm factor = or_clip_factor(total, max_norm);
    lib_eachparameter(L, 1, clip_one, &factor);
  }
  return push_norm(L, total);
}

/* --- opening ------------------------------------------------------------ */

static int optim_tostring(lua_State *L) {
  optimizer *o = check_optimizer(L, 1);
  lua_pushfstring(L, "optim.%s{lr=%f}, %I steps", kind_names[o->kind],
                  *rate_of(o), (LUAI_UACINT)o->steps);
  return 1;
}

static const luaL_Reg metamethods[] = {{"__tostring", optim_tostring},
                                       {NULL, NULL}};
static const luaL_Reg methods[] = {{"step", optim_step},
                                   {"lr", optim_lr},
                                   {"steps", optim_steps},
                                   {NULL, NULL}};
static const luaL_Reg functions[] = {{"sgd", optim_sgd},
                                     {"adam", optim_adam},
                                     {"adamw", optim_adamw},
                                     {"clip", optim_clip},
                                     {"grad_norm", optim_grad_norm},
                                     {NULL, NULL}};

int lib_open_optim(lua_State *L) {
  lib_class(L, LIB_OPTIM, metamethods, methods);
  lua_pop(L, 1);
  luaL_newlib(L, functions);
  return 1;
}
