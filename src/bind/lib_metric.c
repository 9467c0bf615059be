/* lib_metric.c: ortho.metric: measures of one or two matrices, and of a
   network after its passes. */

/*** Of matrices, computed in float64 whatever W's precision, but for the two
   that training asks for every step (orthogonality_error, gram_drift). Of
   networks, arrays over the linear layers, layer 1 first: the plain ones
   are 0 or `inf` where a number cannot hold a norm; the log10 ones always
   tell.
   @module metric
   @pragma nostrip */

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

/*** ‖W'W/scale² − I‖_F of the smaller side (WW' of a wide W). A float32 W's
   relative error is below 1e-3, and 1e-15 where W is so close to
   orthogonal that float32 could not tell.
   @function metric.orthogonality_error
   @tparam matrix W
   @tparam[opt] table options
   @tparam[opt=1] number options.scale the gain that W should have
   @treturn number
   @usage
   local Q = ortho.init.orthogonal { gain = 2 }(ortho.rng(1), 5, 5)
   assert(ortho.metric.orthogonality_error(Q, { scale = 2 }) < 1e-13) */
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

/*** ‖WW' − W0 W0'‖_F. Matrices alike are compared in their own precision,
   from W − W0: a relative error of a few eps, however little W has moved.
   @function metric.gram_drift
   @tparam matrix W
   @tparam matrix W0 of as many rows
   @tparam[opt] matrix G0 W0 * W0:t(), computed once, halves the work where the
     drift is far above rounding; the relative error is below 1e-4 then
     (float64: 1e-8)
   @treturn number */
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

/*** ‖W2'W2 − W1 W1'‖_F for z = W2 W1 x; conserved by gradient flow in linear
   nets.
   @function metric.balance
   @tparam matrix W2
   @tparam matrix W1
   @treturn number
   @paper Arora, Cohen, Hazan 2018 */
static int metric_balance(lua_State *L) {
  return pair(L, "metric.balance", 1, balance);
}

/*** Frobenius norms of the symmetric and of the skew part of W'G: the first
   changes W'W to first order, the second turns W.
   @function metric.gradient_split
   @tparam matrix W
   @tparam matrix G
   @treturn number symmetric
   @treturn number skew */
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

/*** log(mean s²) − mean(log s²) over the singular values s; 0 for a multiple
   of an isometry.
   @function metric.isometry_gap
   @tparam matrix W
   @treturn number
   @paper Meterez et al. 2024 */
static int metric_isometry_gap(lua_State *L) {
  return of_spectrum(L, "metric.isometry_gap", or_isometry_gap);
}

/*** Σ s²/s₁².
   @function metric.stable_rank
   @tparam matrix W
   @treturn number */
static int metric_stable_rank(lua_State *L) {
  return of_spectrum(L, "metric.stable_rank", or_stable_rank);
}

/*** exp of the entropy of s/Σs.
   @function metric.effective_rank
   @tparam matrix W
   @treturn number
   @paper Roy, Vetterli 2007 */
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

/*** The singular values, largest first.
   @function metric.singular_values
   @tparam matrix W
   @treturn {number,...} */
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

/*** The largest singular value, s₁.
   @function metric.spectral_norm
   @tparam matrix W
   @treturn number */
static int metric_spectral_norm(lua_State *L) {
  return delegate(L, "norm", "spectral");
}

/*** s₁/s_k.
   @function metric.condition_number
   @tparam matrix W
   @treturn number */
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

/*** Of networks.
   @section networks */

/*** ‖dloss/dW_l‖_F of the gradients as they stand.
   @function metric.grad_norms
   @tparam layer net
   @treturn {number,...}
   @raise before the first backward. */

/*** log10 ‖dloss/dW_l‖_F of the gradients as they stand.
   @function metric.log10_grad_norms
   @tparam layer net
   @treturn {number,...}
   @raise before the first backward. */

/*** ‖dloss/dz_l‖_F over the batch of the last backward, z_l the layer's
   output before the activation.
   @function metric.delta_norms
   @tparam layer net
   @treturn {number,...} */

/*** log10 of `metric.delta_norms`.
   @function metric.log10_delta_norms
   @tparam layer net
   @treturn {number,...} */

/*** ‖a_l‖_F of the last forward, a_l the output after the activation.
   @function metric.activation_norms
   @tparam layer net
   @treturn {number,...} */

/*** log10 of `metric.activation_norms`.
   @function metric.log10_activation_norms
   @tparam layer net
   @treturn {number,...} */

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
    {"jacobian_spectrum", lib_jacobian_spectrum},
    {"lyapunov", lib_lyapunov},
    {"hessian_product", lib_hessian_product},
    {NULL, NULL}};

int lib_open_metric(lua_State *L) {
  luaL_newlib(L, functions);
  return 1;
}
