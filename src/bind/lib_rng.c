/* lib_rng.c: ortho.rng(seed) and the methods of a generator. What the numbers
   are is in core/rng.h. */

/*** Counter-based random numbers. They are those of Philox 4x32-10 (Salmon et
   al. 2011, through Random123). The state is a key and a position; there is no
   global generator. The stream is version 1 (`rng.version`) and does not
   change: the same seed gives the same bits on every machine. float32 and
   float64 draw different numbers from one seed. `r == s` compares key and
   position.
   @module rng
   @pragma nostrip */

#include <limits.h>
#include <math.h>
#include <stdio.h>

#include "lib.h"

or_rng *lib_checkrng(lua_State *L, int arg) {
  or_rng *r = luaL_testudata(L, arg, LIB_RNG);
  if (!r)
    lib_wrongargument(L, arg, "an rng, as from ortho.rng(seed)");
  return r;
}

static or_rng *new_rng(lua_State *L) {
  return lib_new(L, LIB_RNG, sizeof(or_rng), 0);
}

/*** A generator.
   @function rng
   @tparam int seed any 64-bit integer
   @treturn rng the generator
   @paper Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2,
     3 (2011)
   @usage
   local r = ortho.rng(1)
   print(r:normal(3, 2), r:integer(1, 6)) */
static int rng_call(lua_State *L) {
  lua_Integer seed =
      lib_checkinteger(L, "rng", 2, "seed", LUA_MININTEGER, LUA_MAXINTEGER);
  or_rng_seed(new_rng(L), (uint64_t)seed);
  return 1;
}

/* --- matrices ------------------------------------------------------------*/

static double finite_option(lua_State *L, const char *who, const char *key,
                            double fallback) {
  double x = lib_optnumber(L, who, 4, key, fallback);
  if (!isfinite(x))
    lib_error(L, "%s: %s must be finite, not %f", who, key, x);
  return x;
}

/* Pushes the matrix that arguments 2 (rows), 3 (cols) and the options ask
   for; with no arguments at all a 1x1 float64 matrix for one number. */
static or_matrix *new_draw(lua_State *L, const char *who) {
  if (lua_gettop(L) == 1)
    return lib_newmatrix(L, who, 1, 1, OR_FLOAT64);
  lua_Integer rows = lib_checkinteger(L, who, 2, "rows", 0, INT_MAX);
  lua_Integer cols = lib_checkinteger(L, who, 3, "cols", 0, INT_MAX);
  return lib_newmatrix(L, who, rows, cols, lib_optprecision(L, who, 4));
}

/* A matrix, or the number where no size was asked for. */
static int return_draw(lua_State *L, const or_matrix *m, bool number) {
  if (number)
    lua_pushnumber(L, *(double *)m->data);
  return 1;
}

/*** A matrix of N(mean, std²), by Box and Muller; without arguments one
   number.
   @function r:normal
   @call r:normal([rows, cols [, {mean=0, std=1, precision=}]])
   @tparam[opt] int rows
   @tparam[opt] int cols
   @tparam[opt] table options
   @tparam[opt=0] number options.mean
   @tparam[opt=1] number options.std at least 0
   @tparam[opt] string options.precision "float64" or "float32"; by default the
     run's
   @treturn matrix rows×cols
   @treturn[2] number where no size is given
   @raise where mean and std leave the precision's range.
   @usage
   local r = ortho.rng(1)
   local W = r:normal(4, 3, { std = 0.5 })
   local z = r:normal() */
static int rng_normal(lua_State *L) {
  static const char *const known[] = {"mean", "std", "precision", NULL};
  const char *who = "rng:normal";
  or_rng *r = lib_checkrng(L, 1);
  bool number = lua_gettop(L) == 1;
  lib_options(L, who, 4, known);
  double mean = finite_option(L, who, "mean", 0);
  double std = finite_option(L, who, "std", 1);
  if (std < 0)
    return lib_error(L, "%s: std must be at least 0, not %f", who, std);
  or_matrix *m = new_draw(L, who);
  if (!or_rng_normal_fits(mean, std, m->precision))
    return lib_error(L, "%s: mean %f with std %f overflows %s", who, mean, std,
                     or_precision_name(m->precision));
  or_rng_normal(r, mean, std, m);
  return return_draw(L, m, number);
}

/*** A matrix of U[low, high); without arguments one number in [0,1).
   @function r:uniform
   @call r:uniform([rows, cols [, {low=0, high=1, precision=}]])
   @tparam[opt] int rows
   @tparam[opt] int cols
   @tparam[opt] table options
   @tparam[opt=0] number options.low
   @tparam[opt=1] number options.high more than low
   @tparam[opt] string options.precision as in `r:normal`
   @treturn matrix rows×cols
   @treturn[2] number where no size is given
   @raise where low and high are the same number in the matrix's precision. */
static int rng_uniform(lua_State *L) {
  static const char *const known[] = {"low", "high", "precision", NULL};
  const char *who = "rng:uniform";
  or_rng *r = lib_checkrng(L, 1);
  bool number = lua_gettop(L) == 1;
  lib_options(L, who, 4, known);
  double low = finite_option(L, who, "low", 0);
  double high = finite_option(L, who, "high", 1);
  if (!(low < high))
    return lib_error(L, "%s: low must be less than high, not %f and %f", who,
                     low, high);
  or_matrix *m = new_draw(L, who);
  if (!or_rng_uniform_fits(low, high, m->precision))
    return lib_error(L,
                     "%s: low %f and high %f are the same number, or too far "
                     "apart, in %s",
                     who, low, high, or_precision_name(m->precision));
  or_rng_uniform(r, low, high, m);
  return return_draw(L, m, number);
}

/* --- integers ------------------------------------------------------------*/

/*** A whole number, both ends included, without bias.
   @function r:integer
   @tparam int low
   @tparam int high at least low
   @treturn int */
static int rng_integer(lua_State *L) {
  const char *who = "rng:integer";
  or_rng *r = lib_checkrng(L, 1);
  lua_Integer low =
      lib_checkinteger(L, who, 2, "low", LUA_MININTEGER, LUA_MAXINTEGER);
  lua_Integer high = lib_checkinteger(L, who, 3, "high", low, LUA_MAXINTEGER);
  lua_pushinteger(L, or_rng_integer(r, low, high));
  return 1;
}

/*** The numbers 1..n in random order.
   @function r:permutation
   @tparam int n
   @treturn {int,...} */
static int rng_permutation(lua_State *L) {
  const char *who = "rng:permutation";
  or_rng *r = lib_checkrng(L, 1);
  int n = (int)lib_checkinteger(L, who, 2, "n", 0, INT_MAX);
  int *p = lua_newuserdatauv(L, (size_t)n * sizeof(int), 0);
  or_rng_permutation(r, n, p);
  lua_createtable(L, n, 0);
  for (int i = 0; i < n; i++) {
    if (i % 65536 == 0)
      lib_poll(L);
    lua_pushinteger(L, p[i] + 1);
    lua_rawseti(L, -2, i + 1);
  }
  return 1;
}

/* --- streams -------------------------------------------------------------*/

/*** An independent generator by name. It depends on r's key and the name
   alone, not on what r has drawn, so that the numbers of a part do not
   change when another part draws more. 1 and "1" are different names.
   @function r:split
   @tparam string|int key the name
   @treturn rng
   @usage
   local r = ortho.rng(1)
   local weights, data = r:split "weights", r:split "data" */
static int rng_split(lua_State *L) {
  const or_rng *r = lib_checkrng(L, 1);
  or_rng part;
  if (lua_type(L, 2) == LUA_TSTRING) {
    size_t length;
    const char *name = lua_tolstring(L, 2, &length);
    part = or_rng_split_name(r, name, length);
  } else if (lua_type(L, 2) == LUA_TNUMBER) {
    lua_Integer number = lib_checkinteger(L, "rng:split", 2, "key",
                                          LUA_MININTEGER, LUA_MAXINTEGER);
    part = or_rng_split_number(r, number);
  } else {
    return lib_error(L, "rng:split: key must be a string or an integer, not %s",
                     lib_describe(L, 2));
  }
  *new_rng(L) = part;
  return 1;
}

/*** A generator that goes on from here as r would.
   @function r:copy
   @treturn rng */
static int rng_copy(lua_State *L) {
  const or_rng *r = lib_checkrng(L, 1);
  *new_rng(L) = *r;
  return 1;
}

static int rng_equal(lua_State *L) {
  const or_rng *a = luaL_testudata(L, 1, LIB_RNG);
  const or_rng *b = luaL_testudata(L, 2, LIB_RNG);
  lua_pushboolean(L, a && b && a->key == b->key && a->counter == b->counter);
  return 1;
}

static int rng_tostring(lua_State *L) {
  const or_rng *r = lib_checkrng(L, 1);
  char text[80];
  snprintf(text, sizeof text,
           "rng: Philox 4x32-10, key 0x%llx, next block %llu",
           (unsigned long long)r->key, (unsigned long long)r->counter);
  lua_pushstring(L, text);
  return 1;
}

static const luaL_Reg metamethods[] = {
    {"__tostring", rng_tostring}, {"__eq", rng_equal}, {NULL, NULL}};

static const luaL_Reg methods[] = {{"normal", rng_normal},
                                   {"uniform", rng_uniform},
                                   {"integer", rng_integer},
                                   {"permutation", rng_permutation},
                                   {"split", rng_split},
                                   {"copy", rng_copy},
                                   {NULL, NULL}};

/*** The number of the stream: 1.
   @field rng.version */
int lib_open_rng(lua_State *L) {
  lib_class(L, LIB_RNG, metamethods, methods);
  lua_pop(L, 1);
  lua_newtable(L);
  lua_pushinteger(L, OR_RNG_VERSION);
  lua_setfield(L, -2, "version");
  lua_newtable(L);
  lua_pushcfunction(L, rng_call);
  lua_setfield(L, -2, "__call");
  lua_setmetatable(L, -2);
  return 1;
}
