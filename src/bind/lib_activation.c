/* lib_activation.c: ortho.activation: single values of the activation
   functions, and their Gaussian expectations. No matrices here: layers apply
   activations to those. Functions of the user's own: lib_custom.c. */
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

or_activation lib_checkactivation(lua_State *L, const char *who, int arg) {
  or_activation phi = {OR_ACT_linear, 0, NULL};
  const char *name;
  if (lua_type(L, arg) != LUA_TSTRING)
    lib_error(L, "%s: activation must be a name such as \"relu\", not %s", who,
              lua_isnone(L, arg) ? "nil" : luaL_typename(L, arg));
  name = lua_tostring(L, arg);
  if (!or_activation_find(name, &phi) && !lib_findcustom(L, name, &phi))
    unknown_name(L, who, name);
  return phi;
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

static int value(lua_State *L) {
  lib_expectation e;
  or_activation phi = check_with_alpha(L, "activation.value");
  lib_expect(L, &phi, &e);
  return give(L, &e, or_activation_value(phi, lua_tonumber(L, 2)));
}

static int slope(lua_State *L) {
  lib_expectation e;
  or_activation phi = check_with_alpha(L, "activation.slope");
  lib_expect(L, &phi, &e);
  return give(L, &e, or_activation_slope(phi, lua_tonumber(L, 2)));
}

static int curvature(lua_State *L) {
  lib_expectation e;
  or_activation phi = check_with_alpha(L, "activation.curvature");
  lib_expect(L, &phi, &e);
  return give(L, &e, or_activation_curvature(phi, lua_tonumber(L, 2)));
}

static int moment(lua_State *L) {
  static const char *const known[] = {"q", "power", "slope", "alpha", NULL};
  static const char who[] = "activation.moment";
  lib_expectation e;
  or_activation phi = check_with_options(L, who, known);
  double q = check_q(L, who);
  int power = check_power(L, who, "power", 2);
  bool of_slope = lib_optboolean(L, who, 2, "slope", false);
  lib_expect(L, &phi, &e);
  return give(L, &e, or_gaussian_moment(phi, of_slope, power, q));
}

/* E[phi^value phi'^slope z^power] */
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
  lib_expect(L, &phi, &e);
  return give(L, &e, or_gaussian_mean(phi, values, slopes, power, q));
}

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
  lib_expect(L, &phi, &e);
  return give(L, &e, or_gaussian_joint(phi, of_slope, q, c));
}

/* E[f(u)^2 g(v)^2], `slopes` (0, 1 or 2) of f and g being phi' */
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
  lib_expect(L, &phi, &e);
  return give(L, &e, or_gaussian_joint_energy(phi, slopes, q, c));
}

/* mean and variance of ln(sum of `count` units' energies) */
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
  lib_expect(L, &phi, &e);
  or_log_energy(phi, of_slope, count, q, &average, &variance);
  lib_settle(L, &e);
  lua_pushnumber(L, average);
  lua_pushnumber(L, variance);
  return 2;
}

static int gain(lua_State *L) {
  static const char *const known[] = {"alpha", NULL};
  lib_expectation e;
  or_activation phi = check_with_options(L, "activation.gain", known);
  lib_expect(L, &phi, &e);
  return give(L, &e, or_gain(phi));
}

static void set_number(lua_State *L, const char *key, double x) {
  lua_pushnumber(L, x);
  lua_setfield(L, -2, key);
}

static int shape(lua_State *L) {
  static const char *const known[] = {"alpha", NULL};
  or_activation phi = check_with_options(L, "activation.shape", known);
  or_activation_shape s = or_activation_shape_of(phi);
  lua_newtable(L);
  lua_pushboolean(L, s.homogeneous);
  lua_setfield(L, -2, "homogeneous");
  set_number(L, "at_zero", s.at_zero);
  set_number(L, "slope_below", s.slope_below);
  set_number(L, "slope_above", s.slope_above);
  set_number(L, "far_left", s.far_left);
  set_number(L, "far_right", s.far_right);
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
