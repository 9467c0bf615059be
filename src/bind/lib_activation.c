/* lib_activation.c: ortho.activation: single values of the activation
   functions, and their Gaussian expectations. No matrices here: layers apply
   activations to those. Functions of the user's own: lib_custom.c. */

/*** The functions by name: linear, relu, leaky_relu (α = 0.01), tanh,
   sigmoid, erf, gelu (x Φ(x), exact), silu, selu, elu (α = 1), hard_tanh,
   softplus; and one's own. `alpha` is an option of leaky_relu and elu.
   Here and in `theory` one's own need no name: a Lua function φ(x) will do, or
   {f = φ, derivative = φ', kinks = {...}}, of which f alone is needed; or
   {"leaky_relu", alpha = 0.1}. Where the derivative is not given it is that of
   the polynomials that integrals follow φ by, and kinks are found: as accurate.
   Expectations are over z ~ N(0,1), by composite Gauss–Legendre quadrature
   split at the kinks, to about 1e-14 relative (1e-12 for one's own).
   @module activation
   @pragma nostrip */

#include <limits.h>
#include <math.h>
#include <string.h>

#include "../core/activation.h"
#include "../core/quadrature.h"
#include "lib.h"

static const char *const names[] = {
#define X(name, ...) #name,
    OR_ACTIVATION_TABLE(X)
#undef X
        NULL};

enum { MOST = 64 }; /* the highest power an expectation is asked for */

/* The user's own names beside the built-in ones. */
static int unknown_name(lua_State *L, const char *who, const char *name) {
  lib_pushcustoms(L);
  int n = (int)lua_rawlen(L, -1);
  size_t size = sizeof names + (size_t)n * sizeof *names;
  const char **all = lua_newuserdatauv(L, size, 0);
  memcpy(all, names, sizeof names);
  for (int i = 0; i < n; i++) { /* the array keeps them */
    lua_rawgeti(L, -2, i + 1);
    all[OR_ACTIVATION_COUNT + i] = lua_tostring(L, -1);
    lua_pop(L, 1);
  }
  all[OR_ACTIVATION_COUNT + n] = NULL;
  return lib_unknown(L, who, "activation", name, all);
}

static void set_alpha(lua_State *L, const char *who, or_activation *phi,
                      double alpha) {
  if (!or_activation_has_alpha(*phi))
    lib_error(L, "%s: %s takes no alpha (leaky_relu and elu do)", who,
              or_activation_called(*phi));
  if (!isfinite(alpha))
    lib_error(L, "%s: alpha is %f; a finite number is needed", who, alpha);
  phi->alpha = alpha;
}

/* {"leaky_relu", alpha = 0.1} at arg, its name on top */
static or_activation with_own_alpha(lua_State *L, const char *who, int arg) {
  or_activation phi = lib_checkactivation(L, who, lua_gettop(L));
  for (lua_pushnil(L); lua_next(L, arg); lua_pop(L, 1)) {
    bool number = lua_type(L, -2) == LUA_TNUMBER;
    if (!number && strcmp(lua_tostring(L, -2), "alpha") == 0)
      set_alpha(L, who, &phi, lib_checknumber(L, lua_gettop(L)));
    else if (!number || lua_tonumber(L, -2) != 1)
      lib_error(L,
                "%s: an activation's table has a name and alpha, as in "
                "{\"leaky_relu\", alpha = 0.1}, not %s",
                who, lib_describe(L, lua_gettop(L) - 1));
  }
  lua_pop(L, 1);
  return phi;
}

or_activation lib_checkactivation(lua_State *L, const char *who, int arg) {
  or_activation phi = {OR_ACT_linear, 0, NULL};
  const char *name;
  if (lua_type(L, arg) == LUA_TTABLE && lua_rawgeti(L, arg, 1) != LUA_TSTRING)
    lua_pop(L, 1);
  else if (lua_type(L, arg) == LUA_TTABLE)
    return with_own_alpha(L, who, arg);
  if (lua_type(L, arg) == LUA_TFUNCTION || lua_type(L, arg) == LUA_TTABLE)
    return lib_checkcustom(L, who, arg);
  if (lua_type(L, arg) != LUA_TSTRING)
    lib_error(L, "%s: activation must be a name such as \"relu\", not %s", who,
              lua_isnone(L, arg) ? "nil" : luaL_typename(L, arg));
  name = lua_tostring(L, arg);
  if (!or_activation_find(name, &phi) && !lib_findcustom(L, name, &phi))
    unknown_name(L, who, name);
  return phi;
}

/* Name at 1; option table at 2 with keys `known`, alpha among them. */
static or_activation check_with_options(lua_State *L, const char *who,
                                        const char *const known[]) {
  or_activation phi = lib_checkactivation(L, who, 1);
  if (!lib_options(L, who, 2, known))
    return phi;
  if (lua_getfield(L, 2, "alpha") != LUA_TNIL)
    set_alpha(L, who, &phi, lib_optnumber(L, who, 2, "alpha", 0));
  lua_pop(L, 1);
  return phi;
}

/* Name at 1, x at 2, alpha at 3 or absent. */
static or_activation check_with_alpha(lua_State *L, const char *who) {
  or_activation phi = lib_checkactivation(L, who, 1);
  if (lua_type(L, 2) != LUA_TNUMBER)
    lib_error(L, "%s: x must be a number, not %s", who, luaL_typename(L, 2));
  if (!lua_isnoneornil(L, 3))
    set_alpha(L, who, &phi, lib_checknumber(L, 3));
  return phi;
}

static double check_q(lua_State *L, const char *who) {
  double q = lib_optnumber(L, who, 2, "q", 1);
  if (!(q >= 0 && isfinite(q)))
    lib_error(L, "%s: q is %f; a variance, finite and not below 0, is needed",
              who, q);
  return q;
}

static int check_power(lua_State *L, const char *who, const char *key,
                       int fallback) {
  return (int)lib_optinteger(L, who, 2, key, fallback, 0, MOST);
}

/*** An array of the names, one's own last.
   @function activation.names
   @treturn {string,...} */
static int list_names(lua_State *L) {
  lua_createtable(L, OR_ACTIVATION_COUNT, 0);
  for (int k = 0; k < OR_ACTIVATION_COUNT; k++) {
    lua_pushstring(L, names[k]);
    lua_rawseti(L, -2, k + 1);
  }
  lib_pushcustoms(L);
  for (int k = 1; k <= (int)lua_rawlen(L, -1); k++) {
    lua_rawgeti(L, -1, k);
    lua_rawseti(L, -3, OR_ACTIVATION_COUNT + k);
  }
  lua_pop(L, 1);
  return 1;
}

/* Returns x, computed from phi after lib_expect. */
static int give(lua_State *L, const lib_expectation *e, double x) {
  lib_settle(L, e);
  lua_pushnumber(L, x);
  return 1;
}

/*** φ(x).
   @function activation.value
   @tparam string|func|table name
   @tparam number x
   @tparam[opt] number alpha
   @treturn number */
static int value(lua_State *L) {
  lib_expectation e;
  or_activation phi = check_with_alpha(L, "activation.value");
  lib_expect(L, &phi, 0, &e);
  return give(L, &e, or_activation_value(phi, lua_tonumber(L, 2)));
}

/*** φ'(x), at a kink the left one (relu'(0) = 0).
   @function activation.slope
   @tparam string|func|table name
   @tparam number x
   @tparam[opt] number alpha
   @treturn number */
static int slope(lua_State *L) {
  lib_expectation e;
  or_activation phi = check_with_alpha(L, "activation.slope");
  lib_expect(L, &phi, 0, &e);
  return give(L, &e, or_activation_slope(phi, lua_tonumber(L, 2)));
}

/*** φ''(x), at a kink the left one.
   @function activation.curvature
   @tparam string|func|table name
   @tparam number x
   @tparam[opt] number alpha
   @treturn number */
static int curvature(lua_State *L) {
  lib_expectation e;
  or_activation phi = check_with_alpha(L, "activation.curvature");
  lib_expect(L, &phi, 0, &e);
  return give(L, &e, or_activation_curvature(phi, lua_tonumber(L, 2)));
}

/*** E[φ(√q z)^power], of φ' where slope is set.
   @function activation.moment
   @tparam string|func|table name
   @tparam[opt] table options
   @tparam[opt=1] number options.q the variance
   @tparam[opt=2] int options.power 0 to 64
   @tparam[opt=false] bool options.slope
   @tparam[opt] number options.alpha
   @treturn number */
static int moment(lua_State *L) {
  static const char *const known[] = {"q", "power", "slope", "alpha", NULL};
  static const char who[] = "activation.moment";
  lib_expectation e;
  or_activation phi = check_with_options(L, who, known);
  double q = check_q(L, who);
  int power = check_power(L, who, "power", 2);
  bool of_slope = lib_optboolean(L, who, 2, "slope", false);
  lib_expect(L, &phi, q, &e);
  return give(L, &e, or_gaussian_moment(phi, of_slope, power, q));
}

/*** E[φ(x)^value φ'(x)^slope z^power], x = √q z.
   @function activation.mean
   @tparam string|func|table name
   @tparam[opt] table options
   @tparam[opt=1] number options.q the variance
   @tparam[opt=0] int options.value
   @tparam[opt=0] int options.slope
   @tparam[opt=0] int options.power
   @tparam[opt] number options.alpha
   @treturn number */
static int mean(lua_State *L) {
  static const char *const known[] = {"q",     "value", "slope",
                                      "power", "alpha", NULL};
  static const char who[] = "activation.mean";
  lib_expectation e;
  or_activation phi = check_with_options(L, who, known);
  double q = check_q(L, who);
  int values = check_power(L, who, "value", 0);
  int slopes = check_power(L, who, "slope", 0);
  int power = check_power(L, who, "power", 0);
  lib_expect(L, &phi, q, &e);
  return give(L, &e, or_gaussian_mean(phi, values, slopes, power, q));
}

/*** E[φ(u) φ(v)], or of φ' φ', for u, v normal of variance q and correlation
   c.
   @function activation.joint
   @tparam string|func|table name
   @tparam[opt] table options
   @tparam[opt=1] number options.q
   @tparam[opt=0] number options.c −1 to 1
   @tparam[opt=false] bool options.slope
   @tparam[opt] number options.alpha
   @treturn number */
static int joint(lua_State *L) {
  static const char *const known[] = {"q", "c", "slope", "alpha", NULL};
  static const char who[] = "activation.joint";
  lib_expectation e;
  or_activation phi = check_with_options(L, who, known);
  double q = check_q(L, who);
  double c = lib_optnumber(L, who, 2, "c", 0);
  bool of_slope = lib_optboolean(L, who, 2, "slope", false);
  if (!(c >= -1 && c <= 1))
    lib_error(L, "%s: c is %f; a correlation in [-1, 1] is needed", who, c);
  lib_expect(L, &phi, q, &e);
  return give(L, &e, or_gaussian_joint(phi, of_slope, q, c));
}

/*** E[f(u)² g(v)²] for u, v as in `activation.joint`: f = g = φ; with
   slopes=1 g = φ', with slopes=2 f = g = φ'.
   @function activation.joint_energy
   @tparam string|func|table name
   @tparam[opt] table options
   @tparam[opt=1] number options.q
   @tparam[opt=0] number options.c −1 to 1
   @tparam[opt=0] 0|1|2 options.slopes
   @tparam[opt] number options.alpha
   @treturn number */
static int joint_energy(lua_State *L) {
  static const char *const known[] = {"q", "c", "slopes", "alpha", NULL};
  static const char who[] = "activation.joint_energy";
  lib_expectation e;
  or_activation phi = check_with_options(L, who, known);
  double q = check_q(L, who);
  double c = lib_optnumber(L, who, 2, "c", 0);
  int slopes = (int)lib_optinteger(L, who, 2, "slopes", 0, 0, 2);
  if (!(q > 0))
    lib_error(L, "%s: q is %f; a variance above 0 is needed", who, q);
  if (!(c >= -1 && c <= 1))
    lib_error(L, "%s: c is %f; a correlation in [-1, 1] is needed", who, c);
  lib_expect(L, &phi, q, &e);
  return give(L, &e, or_gaussian_joint_energy(phi, slopes, q, c));
}

/*** Mean and variance of ln Σ φ(√q z_i)² over `count` independent units,
   given that the sum is not 0. Both are good to about 1e-14, the variance
   relative to its size.
   @function activation.log_energy
   @tparam string|func|table name
   @tparam[opt] table options
   @tparam[opt=1] number options.q
   @tparam[opt=1] int options.count
   @tparam[opt=false] bool options.slope of ln Σ φ'(√q z_i)² g_i² instead, g_i
     normal
   @tparam[opt] number options.alpha
   @treturn number mean
   @treturn number variance */
static int log_energy(lua_State *L) {
  static const char *const known[] = {"q", "count", "slope", "alpha", NULL};
  static const char who[] = "activation.log_energy";
  lib_expectation e;
  or_activation phi = check_with_options(L, who, known);
  double q = check_q(L, who), average, variance;
  int count = (int)lib_optinteger(L, who, 2, "count", 1, 1, INT_MAX);
  bool of_slope = lib_optboolean(L, who, 2, "slope", false);
  if (q == 0)
    lib_error(L, "%s: q is 0; a variance above 0 is needed", who);
  lib_expect(L, &phi, q, &e);
  or_log_energy(phi, of_slope, count, q, &average, &variance);
  lib_settle(L, &e);
  lua_pushnumber(L, average);
  lua_pushnumber(L, variance);
  return 2;
}

/*** 1/√E[φ(z)²]: the weight gain that keeps E[φ²] at 1. √2 for relu, 1.5925
   for tanh, 1 for selu (PyTorch's table has 5/3 for tanh and 3/4 for selu,
   for other reasons).
   @function activation.gain
   @tparam string|func|table name
   @tparam[opt] table options
   @tparam[opt] number options.alpha
   @treturn number
   @usage
   assert(math.abs(ortho.activation.gain "relu" - math.sqrt(2)) < 1e-12) */
static int gain(lua_State *L) {
  static const char *const known[] = {"alpha", NULL};
  lib_expectation e;
  or_activation phi = check_with_options(L, "activation.gain", known);
  lib_expect(L, &phi, 1, &e);
  double g = or_gain(phi);
  lib_settle(L, &e);
  if (isinf(g))
    lib_error(L,
              "activation.gain: %s is 0 everywhere: no gain keeps its values",
              or_activation_called(phi));
  return give(L, &e, g);
}

static void set_number(lua_State *L, const char *key, double x) {
  lua_pushnumber(L, x);
  lua_setfield(L, -2, key);
}

/*** What is known of a function's shape.
   @function activation.shape
   @tparam string|func|table name
   @tparam[opt] table options
   @tparam[opt] number options.alpha
   @treturn table homogeneous (φ(cx) = c φ(x) for c > 0), at_zero, slope_below,
     slope_above, far_left, far_right (slopes at 0∓ and ∓∞), kinks (where the
     slope jumps, at most 8; of one's own those that were given or found) */
static int shape(lua_State *L) {
  static const char *const known[] = {"alpha", NULL};
  or_activation phi = check_with_options(L, "activation.shape", known);
  lib_expectation e;
  lib_expect(L, &phi, 1, &e);
  lib_settle(L, &e);
  or_activation_shape s = or_activation_shape_of(phi);
  lua_newtable(L);
  lua_pushboolean(L, s.homogeneous);
  lua_setfield(L, -2, "homogeneous");
  set_number(L, "at_zero", s.at_zero);
  set_number(L, "slope_below", s.slope_below);
  set_number(L, "slope_above", s.slope_above);
  set_number(L, "far_left", s.far_left);
  set_number(L, "far_right", s.far_right);
  lua_createtable(L, s.kink_count, 0);
  for (int k = 0; k < s.kink_count; k++) {
    lua_pushnumber(L, s.kinks[k]);
    lua_rawseti(L, -2, k + 1);
  }
  lua_setfield(L, -2, "kinks");
  return 1;
}

int lib_open_activation(lua_State *L) {
  static const luaL_Reg functions[] = {{"names", list_names},
                                       {"value", value},
                                       {"slope", slope},
                                       {"curvature", curvature},
                                       {"moment", moment},
                                       {"mean", mean},
                                       {"joint", joint},
                                       {"joint_energy", joint_energy},
                                       {"gain", gain},
                                       {"shape", shape},
                                       {"log_energy", log_energy},
                                       {NULL, NULL}};
  luaL_newlib(L, functions);
  luaL_setfuncs(L, lib_custom_functions, 0);
  return 1;
}
