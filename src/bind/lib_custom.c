/* lib_custom.c: activation functions of the user's own: activation.define{...}
   makes Lua functions known to layers, gains and theory by a name. The core
   sees or_custom (core/activation.h) alone: passes come back here with a matrix
   (lib_applycustom), quadrature with a few numbers (lib_expect).

   What was defined stays for good: a net keeps the functions that it was made
   with, whatever its activation's name comes to mean. */

/*** @module activation */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../core/panel.h"
#include "lib.h"

/* User values: the functions; where the value must be cut (find_pieces); what
   the same table meant before */
enum { VALUE = 1, SLOPE, CURVATURE, CUTS, PREVIOUS, ENTRY_SLOTS = PREVIOUS };
enum { NAME_ROOM = 64, STACK = 24 };

/* A definition: userdata with the Lua functions as user values. The registry
   has it by its address. */
typedef struct entry {
  or_custom custom; /* first: a step's phi points to it */
  char name[NAME_ROOM];
  /* What quadrature sees, once the function has been looked at out to `reach`:
     the shape with kinks that were found, cuts; where the value jumps, or NaN
   */
  or_custom seen;
  double reach, jump;
} entry;

/* What is being called: an entry's functions, at these stack indices; 0 of
   those that it has not, which come from differences. */
typedef struct functions {
  const entry *of;
  const or_custom *seen;    /* knows kinks and cuts */
  int at[OR_CURVATURE + 1]; /* by or_order */
} functions;

static const char anonymous; /* the registry's table of entries without a
                                name, by their address, weak */
static const char defined;   /* the registry's table: names at 1, 2, ...; and
                                each name's entry under it */

static void push_defined(lua_State *L) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &defined) == LUA_TTABLE)
    return;
  lua_pop(L, 1);
  lua_newtable(L);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &defined);
}

void lib_pushcustoms(lua_State *L) { push_defined(L); }

/* The entry called so, or NULL. */
static entry *find(lua_State *L, const char *name) {
  push_defined(L);
  lua_pushstring(L, name);
  lua_rawget(L, -2);
  entry *e = lua_touserdata(L, -1);
  lua_pop(L, 2);
  return e;
}

bool lib_findcustom(lua_State *L, const char *name, or_activation *phi) {
  const entry *e = find(L, name);
  if (e)
    *phi = (or_activation){OR_ACT_CUSTOM, 0, &e->custom};
  return e != NULL;
}

/* Pushes the entry's userdata. */
static void push_entry(lua_State *L, const entry *e) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, e) != LUA_TNIL)
    return;
  lua_pop(L, 1);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &anonymous);
  lua_rawgetp(L, -1, e);
  lua_remove(L, -2);
}

/* Pushes three values: the functions, the one for values on top; nil for those
   that it has not. */
static functions push_functions(lua_State *L, const entry *e) {
  functions f = {.of = e, .seen = &e->custom};
  push_entry(L, e);
  int self = lua_gettop(L);
  for (int order = OR_CURVATURE; order >= OR_VALUE; order--)
    if (lua_getiuservalue(L, self, VALUE + order) == LUA_TFUNCTION)
      f.at[order] = lua_gettop(L) - 1;
  lua_remove(L, self);
  return f;
}

/* --- calling them ------------------------------------------------------- */

/* An error of the user's function, on top, says at which x; Ctrl-C and values
   that are no texts pass as they are. */
static int raise_at(lua_State *L, const entry *e, const char *what, double x) {
  const char *message = lua_tostring(L, -1);
  if (!message || strstr(message, "interrupted!"))
    return lua_error(L);
  lua_pushfstring(L, "activation '%s': %s(%f): %s", e->name, what, x, message);
  return lua_error(L);
}

/* phi, phi' or phi'' at x, by the function for it; finite where x is */
static double call(lua_State *L, const functions *f, or_order order, double x) {
  static const char *const whats[] = {"value", "slope", "curvature"};
  const entry *e = f->of;
  const char *what = whats[order];
  lua_pushvalue(L, f->at[order]);
  lua_pushnumber(L, x);
  if (lua_pcall(L, 1, 1, 0) != LUA_OK)
    raise_at(L, e, what, x);
  if (lua_type(L, -1) != LUA_TNUMBER)
    lib_error(L, "activation '%s': %s(%f) returned %s, not a number%s", e->name,
              what, x, lib_describe(L, lua_gettop(L)),
              lua_isnil(L, -1) ? " (is there a return?)" : "");
  double y = lua_tonumber(L, -1);
  if (isnan(y) && isfinite(x))
    lib_error(L, "activation '%s': %s(%f) is nan, must be a finite number",
              e->name, what, x);
  if (isinf(y) && isfinite(x))
    lib_error(L, "activation '%s': %s(%f) is %f, must be a finite number",
              e->name, what, x, y);
  lua_pop(L, 1);
  return y;
}

static void make_room(const double *kinks, int count, double x, double *left,
                      double *right) {
  for (int k = 0; k < count; k++) {
    double away = kinks[k] - x;
    if (away >= 0)
      *right = fmin(*right, away);
    else
      *left = fmin(*left, -away);
  }
}

/* How far it is from x to the next kink or cut on either side; one at x is on
   the right, so that its left side counts. */
static void rooms_at(const or_custom *seen, double x, double *left,
                     double *right) {
  const or_activation_shape *s = &seen->shape;
  *left = *right = INFINITY;
  make_room(s->kinks, s->kink_count, x, left, right);
  make_room(seen->cuts, seen->cut_count, x, left, right);
}

/* Five values around x, or on the side away from a near kink, `h` apart: which
   side, 0 where around. */
static int five_points(lua_State *L, const functions *f, or_order order,
                       double x, double *h, double *y) {
  double left, right;
  rooms_at(f->seen, x, &left, &right);
  int side = right <= left ? -1 : 1;
  if (fmin(left, right) <= 2 * *h)
    *h = fmin(*h, fmax(left, right) / 4);
  else
    side = 0;
  for (int k = 0; k < 5; k++)
    y[k] = call(L, f, order, x + (side ? side * k : k - 2) * *h);
  return side;
}

/* The derivative at x of phi or phi'. */
static double difference(lua_State *L, const functions *f, or_order order,
                         double x) {
  double h = 1e-3 * fmax(1, fabs(x)), y[5];
  int side = five_points(L, f, order, x, &h, y);
  if (!side)
    return (8 * (y[3] - y[1]) - (y[4] - y[0])) / (12 * h);
  return side * (-25 * y[0] + 48 * y[1] - 36 * y[2] + 16 * y[3] - 3 * y[4]) /
         (12 * h);
}

/* phi''(x) from phi */
static double second_difference(lua_State *L, const functions *f, double x) {
  double h = 3e-3 * fmax(1, fabs(x)), y[5];
  if (!five_points(L, f, OR_VALUE, x, &h, y))
    return (16 * (y[1] + y[3]) - 30 * y[2] - (y[0] + y[4])) / (12 * h * h);
  return (35 * y[0] - 104 * y[1] + 114 * y[2] - 56 * y[3] + 11 * y[4]) /
         (12 * h * h);
}

/* phi(x), phi'(x) or phi''(x); what is not a number is not asked about. */
static double at(lua_State *L, const functions *f, or_order order, double x) {
  if (isnan(x))
    return x;
  if (f->at[order])
    return call(L, f, order, x);
  if (!isfinite(x))
    return NAN;
  if (f->seen->cuts && !isnan(f->of->jump))
    lib_error(L,
              "activation '%s': its value jumps at %f, where it has no "
              "slope; say which derivative is meant",
              f->of->name, f->of->jump);
  return order == OR_SLOPE || f->at[OR_SLOPE] ? difference(L, f, order - 1, x)
                                              : second_difference(L, f, x);
}

/* --- for quadrature ----------------------------------------------------- */

typedef struct job {
  const entry *of;
  const or_custom *seen;
  or_order order;
  const double *x;
  double *y;
  int n;
} job;

static int run_job(lua_State *L) {
  const job *j = lua_touserdata(L, 1);
  luaL_checkstack(L, STACK, "too little stack");
  functions f = push_functions(L, j->of);
  f.seen = j->seen;
  for (int k = 0; k < j->n; k++)
    j->y[k] = at(L, &f, j->order, j->x[k]);
  return 0;
}

/* The core is in between, which no error may jump over: it waits on the stack,
   and everything is NaN from then on. */
static void protected_over(void *context, or_order order, const double *x,
                           double *y, int n) {
  lib_expectation *e = context;
  job j = {(const entry *)e->entry, &e->custom, order, x, y, n};
  if (!e->failed) {
    lua_pushcfunction(e->L, run_job);
    lua_pushlightuserdata(e->L, &j);
    e->failed = lua_pcall(e->L, 1, 0, 0) != LUA_OK;
  }
  for (int k = 0; k < n && e->failed; k++)
    y[k] = NAN;
}

static void expect(lua_State *L, or_activation *phi, const or_custom *seen,
                   lib_expectation *e) {
  *e = (lib_expectation){.L = L};
  luaL_checkstack(L, STACK, "too little stack");
  e->entry = phi->custom;
  e->custom = *seen;
  e->custom.apply = protected_over;
  e->custom.context = e;
  phi->custom = &e->custom;
}

/* Looks for where the entry's function must be cut, out to `reach`. A call that
   is under way may have earlier cuts: those are kept by the new. */
static void find_pieces(lua_State *L, entry *own, double reach) {
  enum { ROOM = 1024 };
  or_activation phi = {OR_ACT_CUSTOM, 0, &own->custom};
  lib_expectation e;
  push_entry(L, own);
  double *cuts = lua_newuserdatauv(L, ROOM * sizeof *cuts, 1), jump;
  expect(L, &phi, &own->custom, &e);
  or_custom seen = own->custom;
  int count = or_pieces(phi, reach, cuts, ROOM, &seen.shape, &jump);
  lib_settle(L, &e);
  if (count < 0)
    lib_error(L,
              "activation '%s': changes too fast, or too often, between "
              "%f and %f to be integrated",
              own->name, -reach, reach);
  lua_getiuservalue(L, -2, CUTS);
  lua_setiuservalue(L, -2, 1);
  lua_setiuservalue(L, -2, CUTS);
  lua_pop(L, 1);
  own->seen = seen;
  own->seen.cuts = cuts;
  own->seen.cut_count = count;
  own->reach = reach;
  own->jump = jump;
  if (!isnan(jump)) /* no slopes from values, then */
    own->seen.has_slope = true;
}

/* Is phi(c x) = c phi(x) for c > 0, as far as a few values tell? */
static bool is_homogeneous(or_activation phi) {
  static const double at[] = {1e-3, 0.7, 3.1, 50};
  if (or_activation_value(phi, 0) != 0)
    return false;
  for (int side = -1; side <= 1; side += 2) {
    double unit = or_activation_value(phi, side);
    for (size_t k = 0; k < sizeof at / sizeof *at; k++) {
      double away = or_activation_value(phi, side * at[k]) - at[k] * unit;
      if (!(fabs(away) <= 1e-15 * at[k] * fabs(unit)))
        return false;
    }
  }
  return true;
}

/* The slopes at 0, told now from both sides of a kink that was found there. */
static void see_shape(lua_State *L, entry *own) {
  or_activation phi = {OR_ACT_CUSTOM, 0, &own->custom};
  or_activation_shape *s = &own->seen.shape;
  lib_expectation e;
  expect(L, &phi, &own->seen, &e);
  s->homogeneous = is_homogeneous(phi);
  if (s->homogeneous) {
    s->slope_above = s->far_right = or_activation_value(phi, 1);
    s->slope_below = s->far_left = -or_activation_value(phi, -1);
  } else if (isnan(own->jump)) {
    s->slope_below = or_activation_slope(phi, -1e-300);
    s->slope_above = or_activation_slope(phi, 1e-300);
  }
  lib_settle(L, &e);
}

void lib_expect(lua_State *L, or_activation *phi, double q,
                lib_expectation *e) {
  entry *own = (entry *)phi->custom;
  *e = (lib_expectation){.L = L};
  if (phi->kind != OR_ACT_CUSTOM)
    return;
  double reach = 16;
  while (reach < 17 * sqrt(q))
    reach *= 2;
  luaL_checkstack(L, STACK, "too little stack");
  if (q > 0 && own->reach < reach) {
    find_pieces(L, own, reach);
    see_shape(L, own);
  }
  expect(L, phi, own->reach > 0 ? &own->seen : &own->custom, e);
}

void lib_settle(lua_State *L, const lib_expectation *e) {
  if (e->failed)
    lua_error(L);
}

/* --- for passes --------------------------------------------------------- */

/* An element of z that a double holds. */
static double element(lua_State *L, const entry *e, const or_matrix *z, int i,
                      int j) {
  double x;
  or_matrix_get(z, i, j, &x);
  if (isinf(x) && z->exponent != 0)
    lib_error(L,
              "activation '%s': its input has norm 10^%f, which no number of "
              "Lua's holds",
              e->name, or_norm_log10(or_matrix_frobenius(z)));
  return x;
}

/* The matrix on top in float32, popped: with an exponent where it needs one. */
static or_matrix *narrowed(lua_State *L) {
  or_matrix *wide = lib_testmatrix(L, -1);
  or_matrix_normalize(wide);
  or_matrix *y =
      lib_newmatrix(L, "activation", wide->rows, wide->cols, OR_FLOAT32);
  or_matrix_copy(wide, y);
  or_matrix_settle(y);
  lua_remove(L, -2);
  return y;
}

or_matrix *lib_applycustom(lua_State *L, or_activation phi, or_order order,
                           const or_matrix *z) {
  const entry *e = (const entry *)phi.custom;
  luaL_checkstack(L, STACK, "too little stack");
  or_matrix *y = lib_newmatrix(L, "activation", z->rows, z->cols, OR_FLOAT64);
  int top = lua_gettop(L);
  functions f = push_functions(L, e);
  y->exponent = 0;
  for (int j = 0; j < z->cols; j++)
    for (int i = 0; i < z->rows; i++)
      or_matrix_set(y, i, j, at(L, &f, order, element(L, e, z, i, j)));
  lua_settop(L, top);
  or_matrix_keep_result(y);
  return z->precision == OR_FLOAT32 ? narrowed(L) : y;
}

/* --- definitions -------------------------------------------------------- */

static const char who[] = "activation.define";

static bool is_word(const char *name) {
  static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
  size_t length = strlen(name);
  return length > 0 && length < NAME_ROOM && !strchr("0123456789", *name) &&
         strspn(name, letters) == length;
}

static const char *check_name(lua_State *L) {
  or_activation phi;
  if (lua_getfield(L, 1, "name") != LUA_TSTRING)
    lib_error(L, "%s: name must be a string, as in name = \"wavy\", not %s",
              who, lib_describe(L, lua_gettop(L)));
  const char *name = lua_tostring(L, -1);
  if (!is_word(name) || lua_rawlen(L, -1) != strlen(name))
    lib_error(L,
              "%s: name is %s; letters, digits and _ are needed, a letter "
              "first, and no more than %d",
              who, lib_describe(L, lua_gettop(L)), NAME_ROOM - 1);
  if (or_activation_find(name, &phi))
    lib_error(L, "%s: %s is built in; choose another name", who, name);
  if (!find(L, name) && lib_haslayer(L, name))
    lib_error(L, "%s: layer.%s is another layer; choose another name", who,
              name);
  return name;
}

/* Pushes the function of that key at 1, or nil where there need not be one. */
static void check_function(lua_State *L, const char *key, bool needed) {
  int type = lua_getfield(L, 1, key);
  if (type != LUA_TFUNCTION && (needed || type != LUA_TNIL))
    lib_error(L, "%s: %s must be a function(x), not %s", who, key,
              lib_describe(L, lua_gettop(L)));
}

static void check_kinks(lua_State *L, const char *from, int arg,
                        or_activation_shape *s) {
  int type = lua_getfield(L, arg, "kinks");
  if (type == LUA_TNIL) {
    lua_pop(L, 1);
    return;
  }
  if (type != LUA_TTABLE || lua_rawlen(L, -1) > OR_MOST_KINKS)
    lib_error(L, "%s: kinks must be an array of at most %d numbers, not %s",
              from, OR_MOST_KINKS,
              type == LUA_TTABLE ? "a longer one"
                                 : lib_describe(L, lua_gettop(L)));
  s->kink_count = (int)lua_rawlen(L, -1);
  for (int k = 0; k < s->kink_count; k++) {
    bool number = lua_rawgeti(L, -1, k + 1) == LUA_TNUMBER;
    s->kinks[k] = lua_tonumber(L, -1);
    if (!number || !isfinite(s->kinks[k]))
      lib_error(L, "%s: kinks[%d] is %s, must be a finite number", from, k + 1,
                lib_describe(L, lua_gettop(L)));
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
}

/* The slope far out, where the function has one: NaN where it fails there. */
static double far_slope(lua_State *L, const entry *e, double x) {
  or_activation phi = {OR_ACT_CUSTOM, 0, &e->custom};
  lib_expectation expectation;
  lib_expect(L, &phi, 0, &expectation);
  double slope = or_activation_slope(phi, x);
  lua_pop(L, expectation.failed);
  return slope;
}

static void find_shape(lua_State *L, entry *e) {
  or_activation_shape *s = &e->custom.shape;
  functions f = push_functions(L, e);
  s->at_zero = at(L, &f, OR_VALUE, 0);
  s->slope_below = at(L, &f, OR_SLOPE, -1e-300);
  s->slope_above = at(L, &f, OR_SLOPE, 1e-300);
  lua_pop(L, 3);
  s->far_left = far_slope(L, e, -1e6);
  s->far_right = far_slope(L, e, 1e6);
}

/* layer.NAME(): upvalue 1 is the entry */
static int layer_custom(lua_State *L) {
  static const char *const none[] = {NULL};
  const entry *e = lua_touserdata(L, lua_upvalueindex(1));
  lua_settop(L, 1);
  lib_options(L, lua_pushfstring(L, "layer.%s", e->name), 1, none);
  lib_pushactivation(L, (or_activation){OR_ACT_CUSTOM, 0, &e->custom});
  return 1;
}

/* Has the name mean the entry on top. */
static void enter(lua_State *L, const entry *e) {
  push_defined(L);
  if (!find(L, e->name)) {
    lua_pushstring(L, e->name);
    lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
  }
  lua_pushvalue(L, -2);
  lua_setfield(L, -2, e->name);
  lua_pop(L, 1);
  lua_pushlightuserdata(L, (void *)e);
  lua_pushcclosure(L, layer_custom, 1);
  lib_addlayer(L, e->name);
}

/*** Makes the name an activation from then on: for `mlp`, `resnet`,
   `layer.NAME()`, `gain=`, `theory` and all of this. A net keeps the
   functions it was made with; the same name may be defined anew, a
   built-in one not. Each element is a call of Lua: some 35 times slower
   than tanh here. Values that no number of Lua's holds are an error; what
   vanishes is multiplied by the slope at 0, where value(0) is 0. In a
   sweep, definitions count as the trial's code: where one is edited,
   trials run again.
   @function activation.define
   @tparam table options
   @tparam string options.name
   @tparam func options.value a function(x) of one number; a finite number for
     every finite x
   @tparam[opt] func options.slope its derivative; by default differences, good
     to 1e-10
   @tparam[opt] func options.curvature the second derivative, which Hessians
     alone need; by default differences, good to 1e-10 of slope, to 1e-8 of
     value
   @tparam[opt] {number,...} options.kinks at most 8 places where the slope
     jumps, which integrals and differences must know
   @treturn string name
   @raise at the first x for which one of them is not finite.
   @usage
   ortho.activation.define {
     name = "cubic_relu",
     value = function(x) return x > 0 and x ^ 3 or 0 end,
     slope = function(x) return x > 0 and 3 * x ^ 2 or 0 end,
   }
   local net = ortho.mlp { sizes = { 4, 4, 2 }, activation = "cubic_relu",
     rng = ortho.rng(1) } */
static int define(lua_State *L) {
  static const char *const known[] = {"name",      "value", "slope",
                                      "curvature", "kinks", NULL};
  lib_checktable(L, 1);
  lib_options(L, who, 1, known);
  lua_settop(L, 1);
  const char *name = check_name(L);                        /* 2 */
  entry *e = lua_newuserdatauv(L, sizeof *e, ENTRY_SLOTS); /* 3 */
  memset(e, 0, sizeof *e);
  strcpy(e->name, name);
  e->custom.name = e->name;
  check_kinks(L, who, 1, &e->custom.shape);
  check_function(L, "value", true);
  lua_setiuservalue(L, 3, VALUE);
  check_function(L, "slope", false);
  e->custom.has_slope = !lua_isnil(L, -1);
  lua_setiuservalue(L, 3, SLOPE);
  check_function(L, "curvature", false);
  lua_setiuservalue(L, 3, CURVATURE);
  lua_pushvalue(L, 3);
  lua_rawsetp(L, LUA_REGISTRYINDEX, e);
  find_shape(L, e);
  lua_settop(L, 3);
  enter(L, e);
  lua_pushvalue(L, 2);
  return 1;
}

/* --- functions without a name --------------------------------------------- */

/* Pushes the table of entries by what stands for them, a function or a table:
   both tables are weak, so that an entry lives as long as that. */
static void push_known(lua_State *L) {
  static const char known;
  static const char *const modes[] = {"v", "k"};
  const void *keys[] = {&anonymous, &known};
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &known) == LUA_TTABLE)
    return;
  lua_pop(L, 1);
  for (int k = 0; k < 2; k++) {
    lua_newtable(L);
    lua_createtable(L, 0, 1);
    lua_pushstring(L, modes[k]);
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, keys[k]);
  }
  lua_rawgetp(L, LUA_REGISTRYINDEX, &known);
}

/* Pushes the function under either key of the table at arg, or nil. */
static bool push_either(lua_State *L, const char *from, int arg,
                        const char *key, const char *other) {
  if (lua_getfield(L, arg, key) == LUA_TNIL) {
    lua_pop(L, 1);
    lua_getfield(L, arg, other);
    key = other;
  }
  if (!lua_isnil(L, -1) && !lua_isfunction(L, -1))
    lib_error(L,
              "%s: the activation's %s must be a function of a number, not "
              "%s",
              from, key, lib_describe(L, lua_gettop(L)));
  return !lua_isnil(L, -1);
}

static void check_keys(lua_State *L, const char *from, int arg) {
  static const char *const keys[] = {"f",     "value", "derivative", "slope",
                                     "kinks", "name",  "curvature",  NULL};
  for (lua_pushnil(L); lua_next(L, arg); lua_pop(L, 1)) {
    const char *const *known = keys;
    if (lua_type(L, -2) != LUA_TSTRING)
      lib_error(L,
                "%s: an activation's table has its parts by name, as in "
                "{f = function(x) ... end}, not %s",
                from, lib_describe(L, lua_gettop(L) - 1));
    while (*known && strcmp(*known, lua_tostring(L, -2)) != 0)
      known++;
    if (!*known)
      lib_unknown(L, from, "part of an activation", lua_tostring(L, -2), keys);
  }
}

/* Pushes value, slope and curvature, nil where there is none, of the function
   or table at arg. */
static void push_given(lua_State *L, const char *from, int arg) {
  if (lua_isfunction(L, arg)) {
    lua_pushvalue(L, arg);
    lua_pushnil(L);
    lua_pushnil(L);
    return;
  }
  check_keys(L, from, arg);
  if (!push_either(L, from, arg, "f", "value"))
    lib_error(L,
              "%s: an activation's table needs f = a function of a number, "
              "or a name as in {\"leaky_relu\", alpha = 0.1}",
              from);
  push_either(L, from, arg, "derivative", "slope");
  push_either(L, from, arg, "curvature", "curvature");
}

/* What errors call it: its name, or where its function, on top, is. May leave
   the name on the stack. */
static void give_name(lua_State *L, entry *e, int arg) {
  lua_Debug at;
  lua_pushvalue(L, -1);
  lua_getinfo(L, ">S", &at);
  if (lua_istable(L, arg) && lua_getfield(L, arg, "name") == LUA_TSTRING)
    snprintf(e->name, NAME_ROOM, "%s", lua_tostring(L, -1));
  else if (*at.what == 'C')
    snprintf(e->name, NAME_ROOM, "a function of C's");
  else
    snprintf(e->name, NAME_ROOM, "function at %.40s:%d", at.short_src,
             at.linedefined);
}

/* A new entry of the three functions on top, popped; pushed. */
static entry *new_anonymous(lua_State *L, const char *from, int arg) {
  entry *e = lua_newuserdatauv(L, sizeof *e, ENTRY_SLOTS);
  int self = lua_gettop(L);
  memset(e, 0, sizeof *e);
  lua_pushvalue(L, self - 3);
  give_name(L, e, arg);
  lua_settop(L, self);
  e->custom.name = e->name;
  e->custom.has_slope = !lua_isnil(L, self - 2);
  for (int order = VALUE; order <= CURVATURE; order++) {
    lua_pushvalue(L, self - 4 + order);
    lua_setiuservalue(L, self, order);
  }
  lua_rawgetp(L, LUA_REGISTRYINDEX, &anonymous);
  lua_pushvalue(L, self);
  lua_rawsetp(L, -2, e);
  lua_pop(L, 1);
  if (lua_istable(L, arg))
    check_kinks(L, from, arg, &e->custom.shape);
  find_shape(L, e);
  lua_replace(L, self - 3);
  lua_settop(L, self - 3);
  return e;
}

/* Has the entry at `known` the functions above it? */
static bool is_current(lua_State *L, int known) {
  bool same = true;
  for (int order = VALUE; order <= CURVATURE; order++) {
    lua_getiuservalue(L, known, order);
    same = same && lua_rawequal(L, -1, known + order);
    lua_pop(L, 1);
  }
  return same;
}

or_activation lib_checkcustom(lua_State *L, const char *from, int arg) {
  luaL_checkstack(L, STACK, "too little stack");
  int top = lua_gettop(L);
  push_known(L); /* top + 1 */
  lua_pushvalue(L, arg);
  lua_rawget(L, top + 1); /* top + 2 */
  entry *e = lua_touserdata(L, top + 2);
  if (!e || lua_istable(L, arg)) {
    push_given(L, from, arg);
    if (!e || !is_current(L, top + 2)) {
      e = new_anonymous(L, from, arg); /* top + 3 */
      lua_pushvalue(L, top + 2);
      lua_setiuservalue(L, top + 3, PREVIOUS);
      lua_pushvalue(L, arg);
      lua_pushvalue(L, top + 3);
      lua_rawset(L, top + 1);
    }
  }
  lua_settop(L, top);
  return (or_activation){OR_ACT_CUSTOM, 0, &e->custom};
}

static void push_definition(lua_State *L, const entry *e) {
  const or_activation_shape *s = &e->custom.shape;
  lua_createtable(L, 0, 5);
  lua_pushstring(L, e->name);
  lua_setfield(L, -2, "name");
  push_functions(L, e);
  lua_setfield(L, -4, "value");
  lua_setfield(L, -3, "slope");
  lua_setfield(L, -2, "curvature");
  lua_createtable(L, s->kink_count, 0);
  for (int k = 0; k < s->kink_count; k++) {
    lua_pushnumber(L, s->kinks[k]);
    lua_rawseti(L, -2, k + 1);
  }
  lua_setfield(L, -2, "kinks");
}

/*** What was defined.
   @function activation.defined
   @treturn {table,...} each {name=, value=, slope=, curvature=, kinks=} */
static int list_defined(lua_State *L) {
  lua_settop(L, 0);
  push_defined(L);
  lua_newtable(L);
  for (lua_Integer k = 1; k <= (lua_Integer)lua_rawlen(L, 1); k++) {
    lua_rawgeti(L, 1, k);
    push_definition(L, find(L, lua_tostring(L, -1)));
    lua_rawseti(L, 2, k);
    lua_pop(L, 1);
  }
  return 1;
}

const luaL_Reg lib_custom_functions[] = {
    {"define", define}, {"defined", list_defined}, {NULL, NULL}};
