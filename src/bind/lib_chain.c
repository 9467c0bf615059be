/* lib_chain.c: singular values of products of many matrices:
   matrix.product_svd, and of a network's layers metric.jacobian_spectrum and
   metric.lyapunov. The core multiplies (core/chain.h); here factors are fetched
   one by one. */

/*** @module metric */

#include "../core/chain.h"

#include <float.h>

#include "../core/layer.h"
#include "lib_layer.h"
#include "lib_pass.h"

/* Factors, the one that acts first first: matrices of a list, or a network's at
   the point that a pass has gone through. */
typedef struct factors {
  const char *who;
  int list;    /* the list's stack index, whose last entry acts first; 0: */
  run r;       /* a network's, */
  int *starts; /* the step at which each begins */
  int count;
  int inputs, outputs, most;
} factors;

/* --- of a list ----------------------------------------------------------- */

/* Entry i of the list, from 1, which the list keeps. */
static or_matrix *entry(lua_State *L, const factors *f, int i) {
  lua_rawgeti(L, f->list, i);
  or_matrix *m = lib_testmatrix(L, -1);
  if (!m)
    lib_error(L, "%s: entry %d of the list must be a matrix, not %s", f->who, i,
              lib_describe(L, lua_gettop(L)));
  lua_pop(L, 1);
  return m;
}

static void measure_list(lua_State *L, factors *f) {
  f->count = (int)lua_rawlen(L, f->list);
  if (f->count == 0)
    lib_error(L, "%s: the list is empty; matrices are needed", f->who);
  const or_matrix *before = entry(L, f, 1);
  f->outputs = f->most = before->rows;
  for (int i = 1; i <= f->count; i++) {
    const or_matrix *m = entry(L, f, i);
    int row, col;
    if (i > 1 && m->rows != before->cols)
      lib_error(L,
                "%s: matrix %d is %s, matrix %d %s (inner sizes %d and %d "
                "differ)",
                f->who, i - 1, lib_shape(L, before), i, lib_shape(L, m),
                before->cols, m->rows);
    if (or_matrix_check_finite(m, &row, &col) != OR_OK)
      lib_error(L, "%s: NaN or Inf at (%d,%d) of matrix %d", f->who, row + 1,
                col + 1, i);
    f->most = f->most > m->cols ? f->most : m->cols;
    before = m;
  }
  f->inputs = before->cols;
}

/* --- of a network -------------------------------------------------------- */

static const or_place *place_of(const factors *f, int i) {
  return &f->r.pass.plan->places[i];
}

/* Does a factor begin with such a step? */
static bool begins(or_step_kind kind) {
  return kind == OR_STEP_LINEAR || kind == OR_STEP_LAYER_NORM ||
         kind == OR_STEP_BRANCH || kind == OR_STEP_CALL;
}

/* The step behind the residual block that begins at i, or behind step i. */
static int past(const or_network *net, int i) {
  int open = 0;
  do
    open += (net->steps[i]->kind == OR_STEP_BRANCH) -
            (net->steps[i]->kind == OR_STEP_JOIN);
  while (i++, open > 0);
  return i;
}

/* Where the factor that begins at i ends: before `end`. */
static int factor_end(const or_network *net, int i, int end) {
  i = past(net, i);
  while (i < end && !begins(net->steps[i]->kind))
    i++;
  return i;
}

/* What comes to step i, as a matrix of the pass. */
static or_matrix came_to(const factors *f, int i) {
  return i == 0 ? *f->r.pass.x : place_of(f, i - 1)->output;
}

/* Blocks within blocks are gone through by recursion. */
enum { DEEPEST = 100 };

static bool is_chain(const or_network *net) {
  return net->count > 0 && net->depth <= DEEPEST;
}

static or_matrix *push_matrix(lua_State *L, const factors *f, int rows,
                              int cols) {
  return lib_newmatrix(L, f->who, rows, cols, OR_FLOAT64);
}

/* Pushes what activation i took, with true values where there are such. */
static or_matrix *push_preactivation(lua_State *L, const factors *f, int i) {
  const or_place *place = place_of(f, i);
  const or_matrix *z = place->in_place ? &place->output
                       : place->batch  ? f->r.pass.x
                                       : &place->input;
  lib_pushcopy(L, f->who, z);
  or_matrix *copy = lib_testmatrix(L, -1);
  if (!or_activation_shape_of(f->r.net->net.steps[i]->phi).homogeneous)
    or_activation_fold(copy);
  return copy;
}

/* factor = diag(phi'(z)) factor, z having come to step i. */
static void gate(lua_State *L, const factors *f, int i, or_matrix *factor) {
  or_activation phi = f->r.net->net.steps[i]->phi;
  or_matrix *z = push_preactivation(L, f, i), *slope;
  if (or_activation_is_callers(phi, z)) {
    slope = lib_applycustom(L, phi, OR_SLOPE, z);
  } else {
    slope = lib_newmatrix(L, f->who, z->rows, 1, z->precision);
    or_matrix_fill(slope, 1);
    or_activation_backward(phi, true, z, slope, slope);
  }
  or_matrix *wide = push_matrix(L, f, z->rows, 1);
  or_matrix_copy(slope, wide);
  lib_check(L, f->who, or_matrix_hadamard(factor, wide, factor));
  lua_pop(L, 3);
}

/* factor = diag(gain) (I - 1/n - xhat xhat'/n), times rstd */
static void normalization(const factors *f, int i, or_matrix *factor) {
  const or_step *s = f->r.net->net.steps[i];
  const or_place *place = place_of(f, i);
  int n = factor->rows;
  for (int j = 0; j < n; j++)
    for (int k = 0; k < n; k++) {
      double gain, x, y;
      or_matrix_get(s->w, k, 0, &gain);
      or_matrix_get(&place->input, k, 0, &x);
      or_matrix_get(&place->input, j, 0, &y);
      or_matrix_set(factor, k, j, gain * ((k == j) - (1 + x * y) / n));
    }
  or_matrix_scale(*(const double *)place->rstd.data, factor, factor);
  factor->exponent += place->rstd.exponent;
}

/* m = the transpose of what the layer's backward has returned, on top. */
static void take_answer(lua_State *L, const factors *f, or_matrix *m) {
  const or_matrix *dx = lib_testmatrix(L, -1);
  or_matrix *wide = push_matrix(L, f, m->cols, m->rows);
  if (dx && or_matrix_same_shape(dx, wide))
    or_matrix_copy(dx, wide);
  else
    lib_error(L,
              "%s: a layer written in Lua: backward must return a matrix of "
              "%s, not %s",
              f->who, lib_shape(L, wide), lib_describe(L, lua_gettop(L) - 1));
  or_matrix_transpose(wide, m);
  lua_pop(L, 1);
}

/* Pushes the Jacobian of the layer written in Lua at step i: its answer to unit
   vectors, one a column, when it has seen x that many times. */
static or_matrix *push_call(lua_State *L, factors *f, int i) {
  or_matrix x = came_to(f, i);
  int outputs = place_of(f, i)->output.rows;
  or_matrix *m = push_matrix(L, f, outputs, x.rows);
  lua_getiuservalue(L, f->r.at, NETWORK_LEAVES);
  lua_rawgeti(L, -1, f->r.net->net.steps[i]->id);
  for (int back = 0; back < 2; back++) {
    lua_getfield(L, -1, back ? "backward" : "forward");
    lua_pushvalue(L, -2);
    or_matrix *given =
        lib_newmatrix(L, f->who, back ? outputs : x.rows, outputs, x.precision);
    if (back)
      or_matrix_eye(given);
    else
      or_jacobian_batch(&x, given);
    lib_calluser(L, &f->r, 2, 1);
    if (!back)
      lua_pop(L, 1);
  }
  take_answer(L, f, m);
  lua_pop(L, 3);
  return m;
}

static or_matrix *push_steps(lua_State *L, factors *f, int i, int end);

/* Pushes I + s J of the residual block at step i, whose branch has J. */
static or_matrix *push_residual(lua_State *L, factors *f, int i) {
  const or_network *net = &f->r.net->net;
  int join = past(net, i) - 1, n = came_to(f, i).rows;
  or_matrix *m = push_matrix(L, f, n, n);
  or_matrix_eye(m);
  if (join > i + 1) {
    const or_matrix *branch = push_steps(L, f, i + 1, join);
    lib_check(L, f->who,
              or_matrix_add(1, m, net->steps[join]->factor, branch, m));
    lua_pop(L, 1);
  } else {
    or_matrix_scale(1 + net->steps[join]->factor, m, m);
  }
  return m;
}

/* Pushes the matrix of the step that a factor begins with: I for an activation
   at a network's or a branch's start. */
static or_matrix *push_base(lua_State *L, factors *f, int i) {
  const or_step *s = f->r.net->net.steps[i];
  int cols = came_to(f, i).rows;
  if (s->kind == OR_STEP_BRANCH)
    return push_residual(L, f, i);
  if (s->kind == OR_STEP_CALL)
    return push_call(L, f, i);
  int rows = s->kind == OR_STEP_LINEAR ? s->w->rows : cols;
  or_matrix *m = push_matrix(L, f, rows, cols);
  or_matrix_eye(m);
  if (s->kind == OR_STEP_LINEAR)
    or_matrix_copy(s->w, m);
  else if (s->kind == OR_STEP_LAYER_NORM)
    normalization(f, i, m);
  else if (s->kind == OR_STEP_ACTIVATION)
    gate(L, f, i, m);
  else
    or_matrix_scale(s->factor, m, m);
  return m;
}

/* Pushes the factor of steps i to `end`: a linear layer, a normalization, a
   residual block or a layer written in Lua, and what stands behind it. */
static or_matrix *push_layer(lua_State *L, factors *f, int i, int end) {
  const or_network *net = &f->r.net->net;
  luaL_checkstack(L, 20, f->who);
  or_matrix *m = push_base(L, f, i);
  for (i = past(net, i); i < end; i++)
    if (net->steps[i]->kind == OR_STEP_ACTIVATION)
      gate(L, f, i, m);
    else if (net->steps[i]->kind == OR_STEP_SCALE)
      or_matrix_scale(net->steps[i]->factor, m, m);
  return m;
}

/* Pushes the Jacobian of steps i to `end`, as one matrix. */
static or_matrix *push_steps(lua_State *L, factors *f, int i, int end) {
  const or_network *net = &f->r.net->net;
  int next = factor_end(net, i, end);
  or_matrix *m = push_layer(L, f, i, next);
  while ((i = next) < end) {
    next = factor_end(net, i, end);
    const or_matrix *a = push_layer(L, f, i, next);
    or_matrix *product = push_matrix(L, f, a->rows, m->cols);
    lib_product(L, f->who, false, a, false, m, product);
    lua_replace(L, -3);
    lua_pop(L, 1);
    m = product;
  }
  return m;
}

static void check_layer(lua_State *L, const factors *f, const or_matrix *m) {
  int row, col;
  if (or_matrix_check_finite(m, &row, &col) != OR_OK)
    lib_error(L, "%s: the Jacobian of a layer has NaN or Inf at (%d,%d)",
              f->who, row + 1, col + 1);
}

/* Where factors begin, and how large they are. */
static void find_layers(lua_State *L, factors *f) {
  const or_network *net = &f->r.net->net;
  f->starts = lib_newmemory(L, ((size_t)net->count + 1) * sizeof(int), 0);
  f->count = 0;
  f->most = f->inputs;
  for (int i = 0; i < net->count;) {
    f->starts[f->count++] = i;
    i = factor_end(net, i, net->count);
    f->outputs = place_of(f, i - 1)->output.rows;
    f->most = f->most > f->outputs ? f->most : f->outputs;
  }
  f->starts[f->count] = net->count;
}

/* The factors of the network at 1 at the column at 2; false where there are
   none, or too many blocks within blocks. */
static bool open_network(lua_State *L, factors *f) {
  lib_checklayer(L, 1);
  or_matrix *x = lib_checkmatrix(L, 2);
  if (x->cols != 1)
    lib_error(L, "%s: x must be one column, got %s", f->who, lib_shape(L, x));
  lib_begin(L, &f->r, f->who, 2);
  if (!is_chain(&f->r.net->net)) {
    lib_keepmemory(L, &f->r);
    return false;
  }
  f->r.pass.gradients = OR_NO_GRADIENTS;
  lib_ownbatch(L, &f->r, x);
  lib_goforward(L, &f->r);
  f->inputs = x->rows;
  find_layers(L, f);
  return true;
}

/* --- products ------------------------------------------------------------ */

/* Pushes factor k, from 0, in the order in which they act. */
static or_matrix *push_factor(lua_State *L, factors *f, int k) {
  if (!f->list) {
    or_matrix *m = push_layer(L, f, f->starts[k], f->starts[k + 1]);
    check_layer(L, f, m);
    return m;
  }
  or_matrix *m = entry(L, f, f->count - k);
  lua_pushnil(L);
  return m;
}

static or_chain begin(lua_State *L, const factors *f, bool flipped) {
  or_chain p;
  or_arena memory = or_arena_over(NULL, 0);
  int cols = flipped ? f->outputs : f->inputs;
  or_status status = or_chain_begin(&p, cols, f->most, &memory);
  lua_pushnil(L);
  if (status == OR_SCRATCH) {
    lib_new_arena(L, memory.needed);
    lua_replace(L, -2);
    memory = lib_arena_at(L, lua_gettop(L));
    status = or_chain_begin(&p, cols, f->most, &memory);
  }
  lib_check(L, f->who, status);
  return p;
}

/* All factors, from the end that has fewer numbers: the product's, or its
   transpose's, singular values. Pushes memory of theirs. */
static or_norm *multiply(lua_State *L, factors *f, int *rank) {
  bool flipped = f->outputs < f->inputs;
  or_chain p = begin(L, f, flipped);
  or_arena place = or_arena_over(NULL, 0);
  p.interrupted = &sys_interrupted;
  for (int k = 0; k < f->count; k++) {
    lib_poll(L);
    const or_matrix *m = push_factor(L, f, flipped ? f->count - 1 - k : k);
    lib_check(L, f->who, or_chain_multiply(&p, flipped, m, &place));
    lua_pop(L, 1);
  }
  or_norm *values = lib_newmemory(L, ((size_t)p.cols + 1) * sizeof *values, 0);
  or_status status = or_chain_values(&p, values);
  lib_poll(L);
  lib_check(L, f->who, status);
  *rank = p.rank;
  return values;
}

/* Pushes an array of so many numbers, the first `rank` of the values. */
static void push_values(lua_State *L, const or_norm *values, int rank,
                        int count, double (*number)(or_norm)) {
  lua_createtable(L, count, 0);
  for (int i = 0; i < count; i++) {
    lua_pushnumber(L, number(i < rank ? values[i] : (or_norm){0, 0}));
    lua_rawseti(L, -2, i + 1);
  }
}

static int smaller(int a, int b) { return a < b ? a : b; }

/* matrix.product_svd{A1, A2, ...}: lib_linalg.c's comments tell of it. */
int lib_product_svd(lua_State *L) {
  factors f = {.who = "matrix.product_svd", .list = 1};
  int rank;
  lib_checktable(L, 1);
  lua_settop(L, 1);
  measure_list(L, &f);
  or_norm *values = multiply(L, &f, &rank);
  push_values(L, values, rank, smaller(f.inputs, f.outputs), or_norm_log);
  return 1;
}

/* The Jacobian as one factor, in a list in place of the network. */
static void take_jacobian(lua_State *L, factors *f) {
  lua_settop(L, 2);
  lua_getfield(L, 1, "jacobian");
  lua_pushvalue(L, 1);
  lua_pushvalue(L, 2);
  lua_call(L, 2, 1);
  lua_createtable(L, 1, 0);
  lua_insert(L, -2);
  lua_rawseti(L, -2, 1);
  f->list = lua_gettop(L);
  measure_list(L, f);
}

/*** Singular values of `net:jacobian` at x, largest first, and their natural
   logarithms. They come from the layers' Jacobians, as in
   `matrix.product_svd`, so that small ones are
   right in deep networks, too, and logarithms finite where a number would be 0
   or inf. A residual block is one factor, and so is a layer written in Lua,
   which sees a forward pass and one back. Only of more than 100 residual blocks
   within one another they are those of the Jacobian as a matrix, small ones
   good to eps of the largest.
   @function metric.jacobian_spectrum
   @tparam layer net
   @tparam matrix x one column
   @treturn {number,...} singular values
   @treturn {number,...} their natural logarithms */
int lib_jacobian_spectrum(lua_State *L) {
  factors f = {.who = "metric.jacobian_spectrum"};
  int rank;
  lib_checklayer(L, 1);
  lib_checkmatrix(L, 2);
  lua_settop(L, 2);
  if (!open_network(L, &f))
    take_jacobian(L, &f);
  or_norm *values = multiply(L, &f, &rank);
  int count = smaller(f.inputs, f.outputs);
  if (!f.list)
    lib_keepmemory(L, &f.r);
  push_values(L, values, rank, count, or_norm_value);
  push_values(L, values, rank, count, or_norm_log);
  return 2;
}

/* --- Lyapunov exponents -------------------------------------------------- */

static void check_square(lua_State *L, const factors *f, const or_matrix *m,
                         int k) {
  if (m->rows != f->inputs || m->cols != f->inputs)
    lib_error(
        L,
        "%s: factor %d (counted as they act) is %s; square factors of one "
        "size are needed, here %dx%d",
        f->who, k + 1, lib_shape(L, m), f->inputs, f->inputs);
}

/* ln |R_ii|; -inf where it is no more than rounding of its column. */
static double log_of_diagonal(const or_matrix *r, int i) {
  or_matrix column = or_matrix_block(r, 0, i, i + 1, 1);
  or_matrix element = or_matrix_block(r, i, i, 1, 1);
  column.exponent = element.exponent = r->exponent;
  double whole = or_norm_log(or_matrix_frobenius(&column));
  double size = or_norm_log(or_matrix_frobenius(&element));
  return size > whole + log(4 * DBL_EPSILON * r->rows) ? size : -INFINITY;
}

/* Q R of the matrix on top, which is popped: Q takes its place, and R's
   diagonal's logarithms go to `logs`. */
static void factorize(lua_State *L, double *logs) {
  lua_getfield(L, -1, "qr");
  lua_insert(L, -2);
  lua_call(L, 1, 2);
  const or_matrix *r = lib_testmatrix(L, -1);
  for (int i = 0; i < r->cols; i++)
    logs[i] = log_of_diagonal(r, i);
  lua_pop(L, 1);
}

/* Pushes the logarithms: of factor k, those from k n on. */
static double *grow(lua_State *L, factors *f) {
  size_t n = (size_t)f->inputs;
  double *logs = lib_newmemory(L, sizeof *logs * n * (size_t)f->count + 1, 0);
  or_matrix_eye(lib_newmatrix(L, f->who, f->inputs, f->inputs, OR_FLOAT64));
  for (int k = 0; k < f->count; k++) { /* the stack: logs, Q */
    lib_poll(L);
    const or_matrix *m = push_factor(L, f, k), *q = lib_testmatrix(L, -2);
    check_square(L, f, m, k);
    or_matrix *wide = lib_newmatrix(L, f->who, m->rows, m->cols, OR_FLOAT64);
    or_matrix_copy(m, wide);
    or_matrix *next = lib_newmatrix(L, f->who, m->rows, m->cols, OR_FLOAT64);
    lib_product(L, f->who, false, wide, false, q, next);
    factorize(L, logs + n * (size_t)k);
    lua_replace(L, -4);
    lua_pop(L, 2);
  }
  lua_pop(L, 1);
  return logs;
}

/* Pushes n means over the factors into the array at `means`, and their standard
   errors into the one at `errors`. */
static void push_means(lua_State *L, const double *logs, int n, int count) {
  int means = lua_gettop(L) + 1, errors = means + 1;
  lua_createtable(L, n, 0);
  lua_createtable(L, n, 0);
  for (int i = 0; i < n; i++) {
    or_average a = or_series_average(logs + i, n, count);
    lua_pushnumber(L, a.mean);
    lua_rawseti(L, means, i + 1);
    lua_pushnumber(L, a.error);
    lua_rawseti(L, errors, i + 1);
  }
}

/*** Lyapunov exponents: by how much the logarithms of a product's singular
   values grow with each factor, as means of ln |R_ii| along the chain of
   factorizations A_k Q = Q' R, and the standard errors of these means, for
   which factors near each other may be correlated (Newey and West's, over
   count^(1/3) neighbours). They come in QR's order: largest first, but for
   noise, once there are many factors.
   @function metric.lyapunov
   @tparam {matrix,...} factors of the product A1 A2 ... AN, square, of one
   size; or a net whose layers are, or residual blocks
   @tparam[opt] matrix x of a net: one column, the Jacobians being those at x
   @treturn {number,...} exponents; −inf where a factor is singular
   @treturn {number,...} standard errors; nan of one factor alone
   @paper Benettin et al. 1980
   @usage
   local A = ortho.matrix{{2, 0}, {0, 0.5}}
   local exponents = ortho.metric.lyapunov{A, A, A}
   assert(math.abs(exponents[1] - math.log(2)) < 1e-15) */
int lib_lyapunov(lua_State *L) {
  factors f = {.who = "metric.lyapunov"};
  lua_settop(L, 2);
  bool net = lib_testlayer(L, 1) != NULL;
  if (!net) {
    f.list = 1;
    lib_checktable(L, 1);
    measure_list(L, &f);
  } else if (!open_network(L, &f)) {
    lib_error(L,
              "%s: a net of layers is needed, with at most %d residual "
              "blocks within one another",
              f.who, DEEPEST);
  }
  const double *logs = grow(L, &f);
  if (net)
    lib_keepmemory(L, &f.r);
  push_means(L, logs, f.inputs, f.count);
  return 2;
}
