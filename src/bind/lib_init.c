/* lib_init.c: ortho.init.NAME{options} makes an initializer, and calling one
   makes a matrix: W = f(rng, rows, cols [, precision]). The distributions are
   in core/init.h. */

/*** `init.NAME{options}` makes an initializer, and calling that makes a
   matrix. An initializer's options can be read, as in `f.gain`, and so can
   `f.name`.

   `init=` of a layer takes an initializer or a Lua function(r, rows, cols,
   precision) that returns a matrix of that shape and precision; in `mlp` a
   name will do, too. `gain=` is a number ≥ 0 or an activation's name, which
   stands for `activation.gain(name)`.

   | initializer | distribution of W_ij |
   |---|---|
   | `gaussian` | N(mean, std²) |
   | `scaled_gaussian` | N(0, gain²/fan_in) |
   | `he_normal` | N(0, gain²/fan), gain √2 |
   | `he_uniform` | U(−b, b), b = gain √(3/fan), gain √2 |
   | `glorot_normal` | N(0, 2 gain²/(fan_in + fan_out)) |
   | `glorot_uniform` | U(−b, b), b = gain √(6/(fan_in + fan_out)) |
   | `lecun_normal` | N(0, gain²/fan_in) |
   | `orthogonal` | gain · Haar; variance gain²/max(fan_in, fan_out) |
   @module init
   @pragma nostrip */

#include <limits.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "../core/activation.h"
#include "../core/init.h"
#include "../core/quadrature.h"
#include "lib.h"

/* --- options -------------------------------------------------------------*/

/* Options that are plain numbers, and where they go. The ends of an interval
   are called low and high, or a and b as in PyTorch's trunc_normal_. */
static const struct number_option {
  const char *key;
  size_t offset;
} number_options[] = {
    {"mean", offsetof(or_init, mean)},  {"std", offsetof(or_init, std)},
    {"low", offsetof(or_init, low)},    {"high", offsetof(or_init, high)},
    {"a", offsetof(or_init, low)},      {"b", offsetof(or_init, high)},
    {"value", offsetof(or_init, value)}};

static const char *const places[] = {"first", "hidden", "last", NULL};
static const char *const modes[] = {"fan_in", "fan_out", NULL};
static const char *const axes[] = {"row", "column", NULL};

/* The options of each initializer, in the order they print in */
static const char *const *known_options(or_init_kind kind) {
  static const char *const normal[] = {"mean", "std", NULL};
  static const char *const gain[] = {"gain", NULL};
  static const char *const he[] = {"gain", "mode", NULL};
  static const char *const truncated[] = {"mean", "std", "a", "b", NULL};
  static const char *const uniform[] = {"low", "high", NULL};
  static const char *const constant[] = {"value", NULL};
  static const char *const none[] = {NULL};
  static const char *const orthogonal[] = {"gain", "det", NULL};
  static const char *const looks_linear[] = {"gain", "layer", NULL};
  static const char *const sparse[] = {"std", "nonzeros", "per", NULL};
  switch (kind) {
  case OR_INIT_gaussian:
    return normal;
  case OR_INIT_he_normal:
  case OR_INIT_he_uniform:
    return he;
  case OR_INIT_truncated_normal:
    return truncated;
  case OR_INIT_uniform:
    return uniform;
  case OR_INIT_constant:
    return constant;
  case OR_INIT_zeros:
    return none;
  case OR_INIT_orthogonal:
    return orthogonal;
  case OR_INIT_looks_linear:
    return looks_linear;
  case OR_INIT_sparse:
    return sparse;
  default:
    return gain;
  }
}

static double *number_field(or_init *f, const char *key) {
  size_t n = sizeof number_options / sizeof *number_options;
  for (size_t i = 0; i < n; i++)
    if (strcmp(number_options[i].key, key) == 0)
      return (double *)((char *)f + number_options[i].offset);
  return NULL;
}

/* The gain that the activation called by the string at the top asks for */
static double activation_gain(lua_State *L, const char *who) {
  lib_expectation e;
  or_activation phi = lib_checkactivation(L, who, lua_gettop(L));
  lib_expect(L, &phi, 1, &e);
  double gain = or_gain(phi);
  lib_settle(L, &e);
  return gain;
}

static double read_gain(lua_State *L, const char *who) {
  if (lua_type(L, -1) == LUA_TSTRING)
    return activation_gain(L, who);
  if (lua_type(L, -1) != LUA_TNUMBER)
    lib_error(L, "%s: gain must be a number or an activation's name, not %s",
              who, lib_describe(L, lua_gettop(L)));
  double gain = lua_tonumber(L, -1);
  if (!(isfinite(gain) && gain >= 0))
    lib_error(L, "%s: gain must be finite and at least 0, not %f", who, gain);
  return gain;
}

/* The place in `list` of the string at the top */
static int read_choice(lua_State *L, const char *who, const char *key,
                       const char *const list[]) {
  if (lua_type(L, -1) != LUA_TSTRING)
    lib_error(L, "%s: %s must be a string, not %s", who, key,
              lib_describe(L, lua_gettop(L)));
  for (int i = 0; list[i]; i++)
    if (strcmp(list[i], lua_tostring(L, -1)) == 0)
      return i;
  return lib_unknown(L, who, key, lua_tostring(L, -1), list);
}

static int read_det(lua_State *L, const char *who) {
  lua_Integer det = lib_checkinteger(L, who, lua_gettop(L), "det",
                                     LUA_MININTEGER, LUA_MAXINTEGER);
  if (det != 1 && det != -1)
    lib_error(L, "%s: det must be 1, -1 or nil for either, not %I", who,
              (LUAI_UACINT)det);
  return (int)det;
}

static double read_number(lua_State *L, const char *who, const char *key) {
  if (lua_type(L, -1) != LUA_TNUMBER)
    lib_error(L, "%s: %s must be a number, not %s", who, key,
              lib_describe(L, lua_gettop(L)));
  double x = lua_tonumber(L, -1);
  if (!isfinite(x))
    lib_error(L, "%s: %s must be finite, not %f", who, key, x);
  return x;
}

/* Takes the value at the top of the stack as option `key`. */
static void read_option(lua_State *L, const char *who, const char *key,
                        or_init *f) {
  double *number = number_field(f, key);
  if (number)
    *number = read_number(L, who, key);
  else if (strcmp(key, "gain") == 0)
    f->gain = read_gain(L, who);
  else if (strcmp(key, "det") == 0)
    f->det = read_det(L, who);
  else if (strcmp(key, "mode") == 0)
    f->fan_out = read_choice(L, who, key, modes) == 1;
  else if (strcmp(key, "layer") == 0)
    f->place = (or_init_place)read_choice(L, who, key, places);
  else if (strcmp(key, "per") == 0)
    f->by_column = read_choice(L, who, key, axes) == 1;
  else if (strcmp(key, "nonzeros") == 0)
    f->nonzeros = (int)lib_checkinteger(L, who, lua_gettop(L), key, 0, INT_MAX);
}

/* Pushes option `key`; nil where det is free. */
static void push_option(lua_State *L, const or_init *f, const char *key) {
  or_init copy = *f;
  const double *number = number_field(&copy, key);
  if (number)
    lua_pushnumber(L, *number);
  else if (strcmp(key, "gain") == 0)
    lua_pushnumber(L, f->gain);
  else if (strcmp(key, "mode") == 0)
    lua_pushstring(L, modes[f->fan_out]);
  else if (strcmp(key, "layer") == 0)
    lua_pushstring(L, places[f->place]);
  else if (strcmp(key, "per") == 0)
    lua_pushstring(L, axes[f->by_column]);
  else if (strcmp(key, "nonzeros") == 0)
    lua_pushinteger(L, f->nonzeros);
  else if (f->det != 0)
    lua_pushinteger(L, f->det);
  else
    lua_pushnil(L);
}

static void check_values(lua_State *L, const char *who, const or_init *f) {
  if (f->std < 0)
    lib_error(L, "%s: std must be at least 0, not %f", who, f->std);
  if (f->kind == OR_INIT_uniform && !(f->low < f->high))
    lib_error(L, "%s: low must be less than high, not %f and %f", who, f->low,
              f->high);
  if (f->kind != OR_INIT_truncated_normal)
    return;
  if (f->low > f->high)
    lib_error(L, "%s: a must not be greater than b, not %f and %f", who, f->low,
              f->high);
  if (f->std == 0 && (f->mean < f->low || f->mean > f->high))
    lib_error(L, "%s: std 0 leaves only the mean, %f, outside [%f, %f]", who,
              f->mean, f->low, f->high);
}

/* --- making and looking --------------------------------------------------*/

static const char *push_who(lua_State *L, or_init_kind kind) {
  return lua_pushfstring(L, "init.%s", or_init_name(kind));
}

/*** N(mean, std²): std 1 is the article's exploding case.
   @function init.gaussian
   @tparam table options
   @tparam[opt=0] number options.mean
   @tparam[opt=1] number options.std at least 0
   @treturn initializer */

/*** N(0, gain²/fan_in).
   @function init.scaled_gaussian
   @tparam table options
   @tparam[opt=1] number|string options.gain
   @treturn initializer */

/*** N(0, gain²/fan).
   @function init.he_normal
   @tparam table options
   @tparam[opt=math.sqrt(2)] number|string options.gain
   @tparam[opt="fan_in"] "fan_in"|"fan_out" options.mode which fan
   @treturn initializer
   @paper He et al. 2015
   @usage
   local W = ortho.init.he_normal {}(ortho.rng(1), 4, 4) */

/*** U(−b, b) with b = gain √(3/fan): the variance of `init.he_normal`.
   @function init.he_uniform
   @tparam table options
   @tparam[opt=math.sqrt(2)] number|string options.gain
   @tparam[opt="fan_in"] "fan_in"|"fan_out" options.mode which fan
   @treturn initializer
   @paper He et al. 2015 */

/*** N(0, 2 gain²/(fan_in + fan_out)).
   @function init.glorot_normal
   @tparam table options
   @tparam[opt=1] number|string options.gain
   @treturn initializer
   @paper Glorot, Bengio 2010 */

/*** U(−b, b), b = gain √(6/(fan_in + fan_out)).
   @function init.glorot_uniform
   @tparam table options
   @tparam[opt=1] number|string options.gain
   @treturn initializer
   @paper Glorot, Bengio 2010 */

/*** N(0, gain²/fan_in), not cut off as in Keras.
   @function init.lecun_normal
   @tparam table options
   @tparam[opt=1] number|string options.gain
   @treturn initializer
   @paper LeCun et al. 1998 */

/*** N(mean, std²) given a ≤ x ≤ b, by exact rejection. The ends are
   absolute, as in PyTorch's `trunc_normal_`, not multiples of std.
   @function init.truncated_normal
   @tparam table options
   @tparam[opt=0] number options.mean
   @tparam[opt=1] number options.std at least 0
   @tparam[opt=-2] number options.a the least value
   @tparam[opt=2] number options.b the largest value
   @treturn initializer
   @paper Robert 1995 */

/*** U[low, high).
   @function init.uniform
   @tparam table options
   @tparam[opt=0] number options.low
   @tparam[opt=1] number options.high
   @treturn initializer */

/*** The same value everywhere.
   @function init.constant
   @tparam table options
   @tparam[opt=0] number options.value
   @treturn initializer */

/*** 0 everywhere.
   @function init.zeros
   @call init.zeros{}
   @treturn initializer */

/*** gain on the main diagonal, any shape.
   @function init.identity
   @tparam table options
   @tparam[opt=1] number|string options.gain
   @treturn initializer */

/*** gain times a Haar-distributed orthogonal matrix; of a rectangle the
   shorter side is orthonormal (tall: columns, wide: rows). By Stewart's
   sampler, with R's signs.
   @function init.orthogonal
   @tparam table options
   @tparam[opt=1] number|string options.gain
   @tparam[opt=nil] 1|-1 options.det draws from that half of the square ones
   @treturn initializer
   @raise when called with det and a shape that is not square.
   @paper Stewart 1980
   @usage
   local Q = ortho.init.orthogonal {}(ortho.rng(1), 4, 4)
   assert(ortho.metric.orthogonality_error(Q) < 1e-14)
   local f = ortho.init.orthogonal { gain = "relu" } */

/*** gain · [Q −Q; −Q Q], Q Haar of half the size. A ReLU net so begun
   computes a linear map. Sizes must be even.
   @function init.looks_linear
   @tparam table options
   @tparam[opt=1] number|string options.gain
   @tparam[opt="hidden"] "first"|"hidden"|"last" options.layer first: [Q; −Q];
     last: [Q −Q]
   @treturn initializer
   @paper Balduzzi et al. 2017 */

/*** Each row or column has `nonzeros` weights N(0, std²) at random places.
   @function init.sparse
   @tparam table options
   @tparam[opt=1] number options.std
   @tparam[opt=15] int options.nonzeros
   @tparam[opt="row"] "row"|"column" options.per column: as in PyTorch
   @treturn initializer
   @paper Martens 2010 */

/* init.NAME{options}; the kind is the function's upvalue */
static int make(lua_State *L) {
  or_init f =
      or_init_default((or_init_kind)lua_tointeger(L, lua_upvalueindex(1)));
  lua_settop(L, 1);
  const char *who = push_who(L, f.kind);
  const char *const *known = known_options(f.kind);
  bool given = lib_options(L, who, 1, known);
  for (int i = 0; given && known[i]; i++) {
    if (lua_getfield(L, 1, known[i]) != LUA_TNIL)
      read_option(L, who, known[i], &f);
    lua_pop(L, 1);
  }
  check_values(L, who, &f);
  *(or_init *)lib_new(L, LIB_INIT, sizeof f, 0) = f;
  return 1;
}

static or_init *check_init(lua_State *L, int arg) {
  or_init *f = luaL_testudata(L, arg, LIB_INIT);
  if (!f)
    lib_wrongargument(L, arg, "an initializer");
  return f;
}

/* Pushes "key=value", or nothing and false where the option is nil. */
static bool push_setting(lua_State *L, const or_init *f, const char *key) {
  char number[32];
  push_option(L, f, key);
  if (lua_isnil(L, -1)) {
    lua_pop(L, 1);
    return false;
  }
  if (lua_type(L, -1) == LUA_TNUMBER) {
    snprintf(number, sizeof number, "%.5g", lua_tonumber(L, -1));
    lua_pushfstring(L, "%s=%s", key, number);
  } else {
    lua_pushfstring(L, "%s=\"%s\"", key, lua_tostring(L, -1));
  }
  lua_remove(L, -2);
  return true;
}

/* init.orthogonal{gain=1.4142} */
static int init_tostring(lua_State *L) {
  const or_init *f = check_init(L, 1);
  const char *const *known = known_options(f->kind);
  lua_pushfstring(L, "init.%s{", or_init_name(f->kind));
  for (int i = 0, n = 0; known[i]; i++)
    if (push_setting(L, f, known[i])) {
      lua_pushstring(L, n++ ? ", " : "");
      lua_insert(L, -2);
      lua_concat(L, 3);
    }
  lua_pushliteral(L, "}");
  lua_concat(L, 2);
  return 1;
}

/* f.name, and f.gain and the other options */
static int init_index(lua_State *L) {
  const or_init *f = check_init(L, 1);
  const char *key = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
  const char *const *known = known_options(f->kind);
  if (strcmp(key, "name") == 0) {
    lua_pushstring(L, or_init_name(f->kind));
    return 1;
  }
  for (int i = 0; known[i]; i++)
    if (strcmp(known[i], key) == 0) {
      push_option(L, f, key);
      return 1;
    }
  return 0;
}

/* --- calling -------------------------------------------------------------*/

/* Raises what `status` means for this initializer and shape. */
static int refuse(lua_State *L, const or_init *f, const or_matrix *w,
                  or_status status) {
  const char *who = push_who(L, f->kind), *shape = lib_shape(L, w);
  const char *side = w->rows > w->cols ? "columns" : "rows";
  if (status == OR_SHAPE)
    return lib_error(L,
                     "%s: blocks [W -W; -W W] need even sizes, not %s "
                     "(layer=\"first\" needs even rows only, \"last\" even "
                     "cols only)",
                     who, shape);
  if (status == OR_NOT_SQUARE)
    return lib_error(L,
                     "%s: det=%d needs a square matrix; a %s one has "
                     "orthonormal %s and no determinant",
                     who, f->det, shape, side);
  if (status == OR_ARGUMENT)
    return lib_error(L, "%s: the determinant of a %s matrix is 1, not %d", who,
                     shape, f->det);
  if (status == OR_RANGE)
    return lib_error(L, "%s: values do not fit %s%s", who,
                     or_precision_name(w->precision),
                     f->kind == OR_INIT_truncated_normal
                         ? ", or a and b are too many deviations from the mean"
                         : "");
  lib_check(L, who, status);
  return 0;
}

/* The precision at arg: its name, {precision=}, or nothing for the run's */
static or_precision precision_argument(lua_State *L, const char *who, int arg) {
  static const char *const known[] = {"precision", NULL};
  if (lua_type(L, arg) == LUA_TSTRING)
    return lib_checkprecision(L, who, arg);
  lib_options(L, who, arg, known);
  return lib_optprecision(L, who, arg);
}

typedef struct draw {
  const or_init *f;
  or_rng *r;
  or_matrix *w;
} draw;

static or_status fill(void *context, or_arena *arena) {
  const draw *d = context;
  return or_init_fill(d->f, d->r, d->w, arena);
}

/*** Calls an initializer: the weights W, rows×cols = fan_out×fan_in (y = W
   x).
   @function f
   @tparam rng r
   @tparam int rows fan_out
   @tparam int cols fan_in
   @tparam[opt] string precision "float64" or "float32"
   @treturn matrix */
static int init_call(lua_State *L) {
  const or_init *f = check_init(L, 1);
  const char *who = push_who(L, f->kind);
  lua_insert(L, 1);
  if (!luaL_testudata(L, 3, LIB_RNG))
    return lib_error(L, "%s: the first argument must be an rng, not %s", who,
                     lib_describe(L, 3));
  or_rng *r = lib_checkrng(L, 3);
  int rows = (int)lib_checkinteger(L, who, 4, "rows", 0, INT_MAX);
  int cols = (int)lib_checkinteger(L, who, 5, "cols", 0, INT_MAX);
  or_precision p = precision_argument(L, who, 6);
  or_matrix *w = lib_newmatrix(L, who, rows, cols, p);
  draw d = {f, r, w};
  or_arena arena;
  or_status status = lib_compute(L, fill, &d, &arena);
  return status == OR_OK ? 1 : refuse(L, f, w, status);
}

/* --- by name -------------------------------------------------------------*/

/* What else the initializers are called. */
static const struct alias {
  const char *name, *ours, *uniform;
} aliases[] = {{"xavier", "glorot_normal", "glorot_uniform"},
               {"glorot", "glorot_normal", "glorot_uniform"},
               {"kaiming", "he_normal", "he_uniform"},
               {"he", "he_normal", "he_uniform"},
               {"lecun", "lecun_normal", NULL},
               {NULL, NULL, NULL}};

/* Is it the name, perhaps with what others put behind it? */
static bool is_alias(const char *name, const char *alias) {
  static const char *const ends[] = {"",         "_init",    "_normal",
                                     "_normal_", "_uniform", "_uniform_"};
  size_t n = strlen(alias);
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
    if (!strncmp(name, alias, n) && !strcmp(name + n, ends[i]))
      return true;
  return false;
}

static int unknown_name(lua_State *L, const char *name) {
  for (const struct alias *a = aliases; a->name; a++) {
    bool uniform = a->uniform && strstr(name, "uniform");
    if (is_alias(name, a->name))
      return lib_error(L, "init: unknown initializer '%s': it is '%s' here%s%s",
                       name, uniform ? a->uniform : a->ours,
                       a->uniform && !uniform ? ", or " : "",
                       a->uniform && !uniform ? a->uniform : "");
  }
  const char *names[OR_INIT_COUNT + 1] = {NULL};
  for (int i = 0; i < OR_INIT_COUNT; i++)
    names[i] = or_init_name((or_init_kind)i);
  return lib_unknown(L, "init", "initializer", name, names);
}

/* init[key] for what is not there */
static int no_such_field(lua_State *L) {
  if (lua_type(L, 2) != LUA_TSTRING)
    return 0;
  return unknown_name(L, lua_tostring(L, 2));
}

int lib_pushinitializer(lua_State *L, const char *name) {
  for (int i = 0; i < OR_INIT_COUNT; i++)
    if (strcmp(or_init_name((or_init_kind)i), name) == 0) {
      or_init *f = lib_new(L, LIB_INIT, sizeof *f, 0);
      *f = or_init_default((or_init_kind)i);
      return 1;
    }
  return unknown_name(L, name);
}

/*** The initializer of that name with its default options; an initializer or
   a function comes back as it is.
   @function init.get
   @tparam string|initializer|func what
   @treturn initializer */
static int get(lua_State *L) {
  if (luaL_testudata(L, 1, LIB_INIT) || lua_isfunction(L, 1)) {
    lua_settop(L, 1);
    return 1;
  }
  if (lua_type(L, 1) != LUA_TSTRING)
    return lib_error(L,
                     "init.get: needs a name, an initializer or a "
                     "function(rng, rows, cols), not %s",
                     lib_describe(L, 1));
  return lib_pushinitializer(L, lua_tostring(L, 1));
}

/*** All names of initializers.
   @function init.names
   @treturn {string,...} */
static int names(lua_State *L) {
  lua_createtable(L, OR_INIT_COUNT, 0);
  for (int i = 0; i < OR_INIT_COUNT; i++) {
    lua_pushstring(L, or_init_name((or_init_kind)i));
    lua_rawseti(L, -2, i + 1);
  }
  return 1;
}

static const luaL_Reg metamethods[] = {
    {"__call", init_call}, {"__tostring", init_tostring}, {NULL, NULL}};
static const luaL_Reg methods[] = {{NULL, NULL}};
static const luaL_Reg functions[] = {
    {"get", get}, {"names", names}, {NULL, NULL}};

int lib_open_init(lua_State *L) {
  lib_class(L, LIB_INIT, metamethods, methods);
  lua_pushcfunction(L, init_index);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
  luaL_newlib(L, functions);
  for (int i = 0; i < OR_INIT_COUNT; i++) {
    lua_pushinteger(L, i);
    lua_pushcclosure(L, make, 1);
    lua_setfield(L, -2, or_init_name((or_init_kind)i));
  }
  lua_newtable(L);
  lua_pushcfunction(L, no_such_field);
  lua_setfield(L, -2, "__index");
  lua_setmetatable(L, -2);
  return 1;
}
