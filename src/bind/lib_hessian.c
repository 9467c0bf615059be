/* lib_hessian.c: metric.hessian_product: the Hessian of a network's loss times
   directions of its parameters. The core makes the passes (core/hessian.h);
   here directions are read, losses differentiated, and products pushed. */

/*** @module metric */

#include "../core/hessian.h"

#include <math.h>

#include "../core/layer.h"
#include "../core/loss.h"
#include "lib_layer.h"
#include "lib_loss.h"
#include "lib_pass.h"

static const char who[] = "metric.hessian_product";

enum { NET = 1, X, TARGET, LOSS, DIRECTION, RESULT, KEPT };

/* One product under way. */
typedef struct task {
  run r;
  or_hessian h;
  int parameters;    /* matrices */
  int64_t elements;  /* of all of them */
  or_matrix *blocks; /* of a flat direction, and as many of its product */
  int most_columns;
} task;

/* --- parameters ---------------------------------------------------------- */

/* Calls visit for every parameter, in net:parameters()' order. */
typedef void visitor(lua_State *L, task *t, int i, bool bias,
                     const or_matrix *p);

static void each_parameter(lua_State *L, task *t, visitor *visit) {
  const or_network *net = &t->r.net->net;
  for (int i = 0; i < net->count; i++) {
    if (net->steps[i]->w)
      visit(L, t, i, false, net->steps[i]->w);
    if (net->steps[i]->b)
      visit(L, t, i, true, net->steps[i]->b);
  }
}

static void count_parameter(lua_State *L, task *t, int i, bool bias,
                            const or_matrix *p) {
  t->parameters++;
  t->elements += (int64_t)p->rows * p->cols;
}

static or_precision precision_of(const task *t) {
  const or_network *net = &t->r.net->net;
  for (int i = 0; i < net->count; i++)
    if (net->steps[i]->w)
      return net->steps[i]->w->precision;
  return t->r.pass.x->precision;
}

static void check_layers(lua_State *L, const task *t) {
  const or_network *net = &t->r.net->net;
  for (int i = 0; i < net->count; i++)
    if (net->steps[i]->kind == OR_STEP_CALL)
      lib_error(L,
                "%s: the network has a layer written in Lua, whose second "
                "derivative nobody knows",
                who);
}

/* --- directions ---------------------------------------------------------- */

static void set_side(task *t, int i, bool bias, const or_matrix *v,
                     or_matrix *product) {
  or_side *side = &t->h.sides[i];
  *(bias ? &side->vb : &side->vw) = v;
  *(bias ? &side->hb : &side->hw) = product;
}

/* The next matrix of the array, which the array at KEPT keeps; its product goes
   into the array at RESULT. */
static void read_matrix(lua_State *L, task *t, int i, bool bias,
                        const or_matrix *p) {
  int k = ++t->parameters;
  lua_geti(L, DIRECTION, k);
  const or_matrix *v = lib_testmatrix(L, -1);
  if (!v) {
    lib_error(L, "%s: v[%d] must be a matrix like parameter %d, %s, not %s",
              who, k, k, lib_shape(L, p), lib_describe(L, lua_gettop(L)));
    return;
  }
  if (!or_matrix_same_shape(v, p))
    lib_error(L, "%s: v[%d] is %s, parameter %d is %s", who, k, lib_shape(L, v),
              k, lib_shape(L, p));
  if (v->precision != p->precision)
    lib_error(L, "%s: v[%d] is %s, parameter %d is %s", who, k,
              or_precision_name(v->precision), k,
              or_precision_name(p->precision));
  lua_rawseti(L, KEPT, k);
  or_matrix *product = lib_newmatrix(L, who, p->rows, p->cols, p->precision);
  lua_rawseti(L, RESULT, k);
  set_side(t, i, bias, v, product);
}

static void read_array(lua_State *L, task *t) {
  int wanted = t->parameters;
  lua_newtable(L);
  lua_replace(L, RESULT);
  if (luaL_len(L, DIRECTION) != wanted)
    lib_error(L, "%s: v has %I matrices, the network %d parameters", who,
              (LUAI_UACINT)luaL_len(L, DIRECTION), wanted);
  t->parameters = 0;
  each_parameter(L, t, read_matrix);
}

/* All elements of all parameters in one column after the other, of which each
   parameter has a stretch. */
static void read_flat(lua_State *L, task *t, const or_matrix *v) {
  or_precision p = precision_of(t);
  if (v->rows != t->elements)
    lib_error(L,
              "%s: v is %s; an array of matrices like net:parameters() is "
              "needed, or a matrix with %I rows, one for each number of them",
              who, lib_shape(L, v), (LUAI_UACINT)t->elements);
  if (v->precision != p)
    lib_error(L, "%s: v is %s, the network %s", who,
              or_precision_name(v->precision), or_precision_name(p));
  lib_newmatrix(L, who, v->rows, v->cols, p);
  lua_replace(L, RESULT);
  t->most_columns = v->cols;
  size_t count = 2 * (size_t)t->parameters;
  t->blocks = lib_newmemory(L, count * sizeof *t->blocks, 0);
  lua_rawseti(L, KEPT, 1);
}

static or_matrix stretch(const or_matrix *m, int64_t from, int column,
                         const or_matrix *shape) {
  char *data = or_matrix_block(m, 0, column, m->rows, 1).data;
  or_matrix part =
      or_matrix_over(data + (size_t)from * or_precision_size(m->precision),
                     shape->rows, shape->cols, m->precision);
  part.exponent = m->exponent;
  return part;
}

/* The sides' shares of column j of the flat direction and of the product. */
static void take_column(lua_State *L, task *t, int j) {
  const or_matrix *v = lib_testmatrix(L, DIRECTION);
  const or_matrix *product = lib_testmatrix(L, RESULT);
  const or_network *net = &t->r.net->net;
  or_matrix *block = t->blocks;
  int64_t from = 0;
  for (int i = 0; i < net->count; i++)
    for (int bias = 0; bias < 2; bias++) {
      const or_matrix *p = bias ? net->steps[i]->b : net->steps[i]->w;
      if (!p)
        continue;
      block[0] = stretch(v, from, j, p);
      block[1] = stretch(product, from, j, p);
      set_side(t, i, bias, &block[0], &block[1]);
      block += 2;
      from += (int64_t)p->rows * p->cols;
    }
}

/* The stretches of a column have exponents of their own, and the matrix one:
   the largest. Those that are there already are brought to it, too. */
static void join_column(lua_State *L, task *t, int j) {
  or_matrix *product = lib_testmatrix(L, RESULT);
  int64_t largest = 0;
  bool any = j > 0 && product->exponent != 0;
  for (int k = 0; k < t->parameters; k++)
    any = any || t->blocks[2 * k + 1].exponent != 0;
  if (!any)
    return;
  largest = j > 0 ? product->exponent : t->blocks[1].exponent;
  for (int k = 0; k < t->parameters; k++)
    if (t->blocks[2 * k + 1].exponent > largest)
      largest = t->blocks[2 * k + 1].exponent;
  for (int k = 0; k < t->parameters; k++) {
    or_matrix *block = &t->blocks[2 * k + 1];
    block->exponent -= largest;
    or_matrix_unscale(block);
  }
  or_matrix before = or_matrix_block(product, 0, 0, product->rows, j);
  before.exponent = product->exponent - largest;
  or_matrix_unscale(&before);
  product->exponent = largest;
}

/* --- the loss's Hessian --------------------------------------------------- */

/* The user's loss at m, with `along` where that is not NULL: pushes what it
   returns, value, gradient and, if it knows it, the gradient's change. */
static void call_loss(lua_State *L, const task *t, const or_matrix *m,
                      const or_matrix *along) {
  lua_pushvalue(L, LOSS);
  lib_pushcopy(L, who, m);
  lua_pushvalue(L, TARGET);
  if (along)
    lib_pushcopy(L, who, along);
  lib_calluser(L, &t->r, along ? 3 : 2, 3);
}

/* The matrix at idx, of the output's shape and precision. */
static const or_matrix *check_output(lua_State *L, const task *t, int idx) {
  const or_matrix *y = &t->r.pass.now, *m = lib_testmatrix(L, idx);
  if (!m || !or_matrix_same_shape(m, y) || m->precision != y->precision)
    lib_error(L,
              "%s: the loss function must return a number and the gradient, "
              "a matrix like the output, %s; it returned %s",
              who, lib_shape(L, y), m ? lib_shape(L, m) : lib_describe(L, idx));
  return m;
}

/* h such that h times `along` is a small share of the output. */
static double step_of(const task *t, const or_matrix *along) {
  double eps = or_precision_eps(along->precision);
  double size = or_norm_value(or_matrix_frobenius(&t->r.pass.now));
  double root = sqrt((double)or_matrix_count(along));
  return pow(eps, 0.2) * fmax(size, root) /
         or_norm_value(or_matrix_frobenius(along));
}

/* ry = the change of the loss function's gradient along `along`, by five
   points: exact for a squared error, and good to some eps^(4/5) of others. */
static void differentiate(lua_State *L, const task *t, const or_matrix *along,
                          or_matrix *ry) {
  static const double weights[] = {8, -8, -1, 1}, points[] = {1, -1, 2, -2};
  double h = step_of(t, along);
  or_matrix_fill(ry, 0);
  if (!isfinite(h))
    return;
  const or_matrix *y = &t->r.pass.now;
  or_matrix *at = lib_newmatrix(L, who, y->rows, y->cols, y->precision);
  for (int k = 0; k < 4; k++) {
    lib_check(L, who, or_matrix_add(1, y, points[k] * h, along, at));
    call_loss(L, t, at, NULL);
    const or_matrix *g = check_output(L, t, lua_gettop(L) - 1);
    lib_check(L, who, or_matrix_add(1, ry, weights[k] / (12 * h), g, ry));
    lua_pop(L, 3);
  }
  lua_pop(L, 1);
}

static void called_loss(lua_State *L, task *t, or_matrix *along) {
  or_matrix *dy, *ry;
  call_loss(L, t, &t->r.pass.now, along);
  int top = lua_gettop(L);
  const or_matrix *g = check_output(L, t, top - 1);
  const or_matrix *change = lib_testmatrix(L, top);
  or_hessian_cotangent(&t->h, &dy, &ry);
  or_matrix_copy(g, dy);
  if (change)
    or_matrix_copy(check_output(L, t, top), ry);
  else
    differentiate(L, t, along, ry);
  lua_settop(L, top - 3);
}

static void named_loss(lua_State *L, task *t, const or_matrix *along) {
  const or_matrix *y = &t->r.pass.now;
  or_matrix *dy, *ry;
  int correct;
  or_loss_kind kind = lib_checkloss(L, who, LOSS);
  int *labels = lib_newmemory(L, sizeof(int) * (size_t)y->cols, 0);
  or_target target = lib_readtarget(L, who, kind, y, TARGET, labels);
  or_hessian_cotangent(&t->h, &dy, &ry);
  lib_loss(L, who, &target, y, dy, &correct);
  if (kind == OR_LOSS_CROSS_ENTROPY)
    lib_check(L, who, or_cross_entropy_product(y, along, ry));
  else
    or_mse_product(along, (or_reduction)kind, ry);
  lua_pop(L, 1);
}

/* --- passes -------------------------------------------------------------- */

/* phi' and phi'' of activations that are functions of the user's, whose values
   the array at KEPT keeps. */
static void apply_customs(lua_State *L, task *t) {
  const or_network *net = &t->r.net->net;
  for (int i = 0; i < net->count; i++) {
    or_matrix z;
    or_step *s = net->steps[i];
    if (s->kind != OR_STEP_ACTIVATION || s->phi.kind != OR_ACT_CUSTOM)
      continue;
    while (or_hessian_preactivation(&t->h, i, &z) == OR_SCRATCH)
      lib_serve(L, &t->r, OR_SCRATCH);
    t->r.scratch.used = 0;
    if (!or_activation_is_callers(s->phi, &z))
      continue;
    t->h.sides[i].slope = lib_applycustom(L, s->phi, OR_SLOPE, &z);
    lua_rawseti(L, KEPT, (lua_Integer)lua_rawlen(L, KEPT) + 1);
    t->h.sides[i].bend = lib_applycustom(L, s->phi, OR_CURVATURE, &z);
    lua_rawseti(L, KEPT, (lua_Integer)lua_rawlen(L, KEPT) + 1);
  }
}

static void serve(lua_State *L, task *t, or_status status) {
  if (status == OR_SCRATCH || status == OR_INTERRUPTED)
    lib_serve(L, &t->r, status);
  else
    lib_check(L, who, status);
}

/* The memory of tangents, which stays on the stack. */
static void take_memory(lua_State *L, task *t) {
  or_arena memory = or_arena_over(NULL, 0);
  or_status status = or_hessian_memory(&t->h, &memory);
  lua_pushnil(L);
  if (status == OR_SCRATCH) {
    lib_new_arena(L, memory.needed);
    lua_replace(L, -2);
    memory = lib_arena_at(L, lua_gettop(L));
    status = or_hessian_memory(&t->h, &memory);
  }
  lib_check(L, who, status);
}

/* The product along what stands in the sides. */
static void multiply(lua_State *L, task *t) {
  or_status status;
  or_hessian_begin(&t->h);
  while ((status = or_hessian_forward(&t->h)) != OR_OK)
    serve(L, t, status);
  if (lua_type(L, LOSS) == LUA_TFUNCTION)
    called_loss(L, t, &t->h.tangent);
  else
    named_loss(L, t, &t->h.tangent);
  while ((status = or_hessian_backward(&t->h)) != OR_OK)
    serve(L, t, status);
}

static void check_arguments(lua_State *L) {
  lib_checklayer(L, NET);
  or_matrix *x = lib_checkmatrix(L, X);
  if (x->cols == 0)
    lib_error(L, "%s: the batch is empty (a %s matrix)", who, lib_shape(L, x));
  if (lua_type(L, LOSS) != LUA_TFUNCTION)
    lib_checkloss(L, who, LOSS);
  if (!lib_testmatrix(L, DIRECTION) && lua_type(L, DIRECTION) != LUA_TTABLE)
    lib_error(L,
              "%s: v must be an array of matrices like net:parameters(), or a "
              "matrix with a row for each number of them, not %s",
              who, lib_describe(L, DIRECTION));
  lua_settop(L, DIRECTION);
  lua_pushnil(L);
  lua_newtable(L);
}

/* Forward, in a plan of the task's own: what the network's last pass was stays.
 */
static void go_forward(lua_State *L, task *t) {
  lib_begin(L, &t->r, who, X);
  t->r.pass.gradients = OR_NO_GRADIENTS;
  check_layers(L, t);
  each_parameter(L, t, count_parameter);
  if (t->parameters == 0)
    lib_error(L, "%s: the network has no parameters", who);
  lib_ownbatch(L, &t->r, lib_checkmatrix(L, X));
  lib_goforward(L, &t->r);
  void *memory = lib_newmemory(L, or_hessian_bytes(&t->r.net->net), 0);
  or_hessian_over(memory, &t->r.pass, &t->h);
  take_memory(L, t);
}

/*** H v, exactly: H is the Hessian of the loss on all of x, y with respect
   to all parameters. At kinks φ'' is 0 and φ' what backward takes, so it
   is what automatic differentiation makes of the same net. Three to four
   times the work of a gradient. Gradients, and what `net:backward` goes
   back from, stay.
   @function metric.hessian_product
   @tparam layer net
   @tparam matrix x
   @tparam matrix|{int,...} y
   @tparam string|func loss as in `net:loss`. A function(prediction, target,
     along) may return, after value and gradient, how the gradient changes
     along `along`, a matrix like the prediction; else differences of its
     gradients say so, exactly for squared errors, else to some 1e-12
   @tparam {matrix,...}|matrix v an array of matrices like `net:parameters`, or
     a matrix whose columns hold all their elements, one parameter after the
     other, each column by column (an identity makes H itself)
   @treturn {matrix,...}|matrix of v's form
   @raise where a layer is written in Lua.
   @paper Pearlmutter 1994 */
int lib_hessian_product(lua_State *L) {
  task t = {.parameters = 0};
  check_arguments(L);
  go_forward(L, &t);
  const or_matrix *flat = lib_testmatrix(L, DIRECTION);
  if (flat)
    read_flat(L, &t, flat);
  else
    read_array(L, &t);
  apply_customs(L, &t);
  for (int j = 0; j < t.most_columns; j++) {
    take_column(L, &t, j);
    multiply(L, &t);
    join_column(L, &t, j);
  }
  if (!flat)
    multiply(L, &t);
  lib_keepmemory(L, &t.r);
  lua_pushvalue(L, RESULT);
  return 1;
}
