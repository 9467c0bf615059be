/* lib_metric.c: ortho.metric: measures of one or two matrices, and of a
   network after its passes. */
#include "../core/metric.h"

#include <math.h>

#include "lib.h"
#include "lib_layer.h"

/* --- of matrices -------------------------------------------------------- */

typedef struct measure {
  const or_matrix *w, *v, *start;
  double scale;
  double result[2];
  int results;
} measure;

/* Computes, and pushes the results. */
static int run(lua_State *L, const char *who, measure *m, lib_computation *f) {
  or_arena arena;
  or_status status = lib_compute(L, f, m, &arena);
  if (status == OR_SHAPE)
    lib_error(L, "%s: %s and %s do not fit", who, lib_shape(L, m->w),
              lib_shape(L, m->v));
  if (status == OR_NOT_FINITE)
    lib_error(L, "%s: NaN or Inf at (%d,%d)", who, arena.row + 1,
              arena.col + 1);
  lib_check(L, who, status);
  for (int i = 0; i < m->results; i++)
    lua_pushnumber(L, m->result[i]);
  return m->results;
}

static or_status orthogonality_error(void *context, or_arena *arena) {
  measure *m = context;
  return or_orthogonality_error(m->w, m->scale, &m->result[0], arena);
}

static or_status gram_drift(void *context, or_arena *arena) {
  measure *m = context;
  or_norm n = {0, 0};
  or_status status = or_gram_drift(m->w, m->v, m->start, &n, arena);
  m->result[0] = or_norm_value(n);
  return status;
}

static or_status balance(void *context, or_arena *arena) {
  measure *m = context;
  or_norm n = {0, 0};
  or_status status = or_balance(m->w, m->v, &n, arena);
  m->result[0] = or_norm_value(n);
  return status;
}

static or_status gradient_split(void *context, or_arena *arena) {
  measure *m = context;
  or_norm symmetric = {0, 0}, skew = {0, 0};
  or_status status = or_gradient_split(m->w, m->v, &symmetric, &skew, arena);
  m->result[0] = or_norm_value(symmetric);
  m->result[1] = or_norm_value(skew);
  return status;
}

static const char *const scale_options[] = {"scale", NULL};

/* metric.orthogonality_error(W [, {scale=1}]): ||W'W/scale^2 - I||_F, of the
   smaller side */
static int metric_orthogonality_error(lua_State *L) {
  const char *who = "metric.orthogonality_error";
  measure m = {.w = lib_checkmatrix(L, 1), .results = 1};
  lib_options(L, who, 2, scale_options);
  m.scale = lib_optnumber(L, who, 2, "scale", 1);
  if (!(m.scale != 0 && isfinite(m.scale)))
    lib_error(L, "%s: scale is %f, must be finite and not 0", who, m.scale);
  return run(L, who, &m, orthogonality_error);
}

static int pair(lua_State *L, const char *who, int results,
                lib_computation *f) {
  measure m = {.w = lib_checkmatrix(L, 1),
               .v = lib_checkmatrix(L, 2),
               .results = results};
  return run(L, who, &m, f);
}

/* metric.gram_drift(W, W0 [, G0]): ||WW' - W0W0'||_F; G0 = W0 * W0:t(), which
   saves work once the drift is far above rounding */
static int metric_gram_drift(lua_State *L) {
  const char *who = "metric.gram_drift";
  measure m = {
      .w = lib_checkmatrix(L, 1), .v = lib_checkmatrix(L, 2), .results = 1};
  if (!lua_isnoneornil(L, 3)) {
    const or_matrix *g = m.start = lib_checkmatrix(L, 3);
    if (g->rows != m.v->rows || g->cols != m.v->rows)
      lib_error(L, "%s: G0 is %s, W0*W0:t() is %dx%d", who, lib_shape(L, g),
                m.v->rows, m.v->rows);
    if (g->precision != m.v->precision)
      lib_error(L, "%s: G0 is %s, W0 is %s", who,
                or_precision_name(g->precision),
                or_precision_name(m.v->precision));
  }
  return run(L, who, &m, gram_drift);
}

/* metric.balance(W2, W1): ||W2'W2 - W1W1'||_F, for z = W2 W1 x */
static int metric_balance(lua_State *L) {
  return pair(L, "metric.balance", 1, balance);
}

/* metric.gradient_split(W, G): Frobenius norms of the symmetric and the skew
   part of W'G */
static int metric_gradient_split(lua_State *L) {
  return pair(L, "metric.gradient_split", 2, gradient_split);
}

/* --- of singular values ------------------------------------------------- */

/* Pushes the singular values of the matrix at 1, k x 1, exponent 0 or not. */
static or_matrix *singular_values(lua_State *L, const char *who) {
  or_matrix *w = lib_checkmatrix(L, 1);
  int i, j;
  if (or_matrix_check_finite(w, &i, &j) != OR_OK)
    lib_error(L, "%s: NaN or Inf at (%d,%d)", who, i + 1, j + 1);
  lua_getfield(L, 1, "singular_values");
  lua_pushvalue(L, 1);
  lua_call(L, 1, 1);
  return lib_checkmatrix(L, lua_gettop(L));
}

static int of_spectrum(lua_State *L, const char *who,
                       double (*f)(const or_matrix *)) {
  or_matrix *s = singular_values(L, who);
  if (or_matrix_is_empty(s))
    lib_error(L, "%s: a %s matrix has no singular values", who,
              lib_shape(L, lib_checkmatrix(L, 1)));
  lua_pushnumber(L, f(s));
  return 1;
}

static int metric_isometry_gap(lua_State *L) {
  return of_spectrum(L, "metric.isometry_gap", or_isometry_gap);
}

static int metric_stable_rank(lua_State *L) {
  return of_spectrum(L, "metric.stable_rank", or_stable_rank);
}

static int metric_effective_rank(lua_State *L) {
  return of_spectrum(L, "metric.effective_rank", or_effective_rank);
}

/* Replaces the matrix on top by the array of its elements. */
static int as_array(lua_State *L) {
  lua_getfield(L, -1, "tolist");
  lua_insert(L, -2);
  lua_call(L, 1, 1);
  return 1;
}

/* metric.singular_values(W): an array, largest first */
static int metric_singular_values(lua_State *L) {
  singular_values(L, "metric.singular_values");
  return as_array(L);
}

/* Calls matrix:method(argument) of the matrix at 1. */
static int delegate(lua_State *L, const char *method, const char *argument) {
  lib_checkmatrix(L, 1);
  lua_settop(L, 1);
  lua_getfield(L, 1, method);
  lua_insert(L, 1);
  if (argument)
    lua_pushstring(L, argument);
  lua_call(L, argument ? 2 : 1, 1);
  return 1;
}

static int metric_spectral_norm(lua_State *L) {
  return delegate(L, "norm", "spectral");
}

static int metric_condition_number(lua_State *L) {
  return delegate(L, "cond", NULL);
}

/* --- of networks -------------------------------------------------------- */

/* Calls net:method() of the layer at 1: an array of log10 norms. */
static void log10_norms(lua_State *L, const char *method) {
  lib_checklayer(L, 1);
  lua_settop(L, 1);
  lua_getfield(L, 1, method);
  lua_pushvalue(L, 1);
  lua_call(L, 1, 1);
}

/* The same as plain norms: 0 or Inf where a number cannot hold one. */
static int plain_norms(lua_State *L, const char *method) {
  log10_norms(L, method);
  lua_Integer n = luaL_len(L, 2);
  for (lua_Integer i = 1; i <= n; i++) {
    lua_geti(L, 2, i);
    lua_pushnumber(L, pow(10, lua_tonumber(L, -1)));
    lua_seti(L, 2, i);
    lua_pop(L, 1);
  }
  return 1;
}

#define NET_NORMS(X) X(grad_norms) X(delta_norms) X(activation_norms)

/* metric.NAME(net) and metric.log10_NAME(net): arrays, layer 1 first */
#define X(name)                                                                \
  static int metric_##name(lua_State *L) {                                     \
    return plain_norms(L, "log10_" #name);                                     \
  }                                                                            \
  static int metric_log10_##name(lua_State *L) {                               \
    log10_norms(L, "log10_" #name);                                            \
    return 1;                                                                  \
  }
NET_NORMS(X)
#undef X

/* metric.jacobian_spectrum(net, x): singular values of dy/dx at x, an array,
   largest first */
static int metric_jacobian_spectrum(lua_State *L) {
  lib_checklayer(L, 1);
  lib_checkmatrix(L, 2);
  lua_settop(L, 2);
  lua_getfield(L, 1, "jacobian");
  lua_insert(L, 1);
  lua_call(L, 2, 1);
  singular_values(L, "metric.jacobian_spectrum");
  return as_array(L);
}

static const luaL_Reg functions[] = {
#define X(name) {#name, metric_##name}, {"log10_" #name, metric_log10_##name},
    NET_NORMS(X)
#undef X
        {"orthogonality_error", metric_orthogonality_error},
    {"gram_drift", metric_gram_drift},
    {"balance", metric_balance},
    {"gradient_split", metric_gradient_split},
    {"isometry_gap", metric_isometry_gap},
    {"stable_rank", metric_stable_rank},
    {"effective_rank", metric_effective_rank},
    {"spectral_norm", metric_spectral_norm},
    {"condition_number", metric_condition_number},
    {"singular_values", metric_singular_values},
    {"jacobian_spectrum", metric_jacobian_spectrum},
    {"hessian_product", lib_hessian_product},
    {NULL, NULL}};

int lib_open_metric(lua_State *L) {
  luaL_newlib(L, functions);
  return 1;
}
