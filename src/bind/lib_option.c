/* lib_option.c: tables of options: known keys, typed fields, the precision. */
#include <string.h>

#include "lib.h"

/* Raises that there are no options. An initializer is made before it is
   called, which its users forget. */
static void wrong_options(lua_State *L, const char *who, int arg,
                          const char *const known[]) {
  bool is_init = !strncmp(who, "init.", 5) && luaL_testudata(L, arg, LIB_RNG);
  const char *found = lib_describe(L, arg);
  if (is_init)
    lib_error(L,
              "%s: options must be a table, not an rng: %s{} makes an "
              "initializer, which takes (rng, rows, cols)",
              who, who);
  lib_error(L, "%s: options must be a table%s%s%s, not %s", who,
            known[0] ? ", as in {" : "", known[0] ? known[0] : "",
            known[0] ? " = ...}" : "", found);
}

bool lib_options(lua_State *L, const char *who, int arg,
                 const char *const known[]) {
  if (lua_isnoneornil(L, arg))
    return false;
  if (!lua_istable(L, arg))
    wrong_options(L, who, arg, known);
  for (lua_pushnil(L); lua_next(L, arg); lua_pop(L, 1)) {
    const char *key =
        lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : NULL;
    if (!key)
      lib_error(L, "%s: options go by name, as in {%s=...}; found key %s", who,
                known[0] ? known[0] : "name", lib_describe(L, -2));
    int i = 0;
    while (known[i] && strcmp(known[i], key) != 0)
      i++;
    if (!known[i])
      lib_unknown(L, who, "option", key, known);
  }
  return true;
}

/* Pushes options[key]; false where there are no options or no such key. */
static bool push_option(lua_State *L, int arg, const char *key) {
  if (!lua_istable(L, arg))
    return false;
  if (lua_getfield(L, arg, key) != LUA_TNIL)
    return true;
  lua_pop(L, 1);
  return false;
}

static int wrong_option(lua_State *L, const char *who, const char *key,
                        const char *wanted) {
  return lib_error(L, "%s: %s must be %s, not %s", who, key, wanted,
                   lib_describe(L, lua_gettop(L)));
}

lua_Number lib_optnumber(lua_State *L, const char *who, int arg,
                         const char *key, lua_Number fallback) {
  if (!push_option(L, arg, key))
    return fallback;
  if (lua_type(L, -1) != LUA_TNUMBER)
    wrong_option(L, who, key, "a number");
  lua_Number v = lua_tonumber(L, -1);
  lua_pop(L, 1);
  return v;
}

lua_Integer lib_optinteger(lua_State *L, const char *who, int arg,
                           const char *key, lua_Integer fallback,
                           lua_Integer low, lua_Integer high) {
  if (!push_option(L, arg, key))
    return fallback;
  lua_Integer v = lib_checkinteger(L, who, lua_gettop(L), key, low, high);
  lua_pop(L, 1);
  return v;
}

bool lib_optboolean(lua_State *L, const char *who, int arg, const char *key,
                    bool fallback) {
  if (!push_option(L, arg, key))
    return fallback;
  if (!lua_isboolean(L, -1))
    wrong_option(L, who, key, "true or false");
  bool v = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return v;
}

/* --- precision ---------------------------------------------------------- */

or_precision lib_checkprecision(lua_State *L, const char *who, int arg) {
  const char *names[OR_PRECISION_COUNT + 1] = {NULL};
  or_precision p;
  for (int i = 0; i < OR_PRECISION_COUNT; i++)
    names[i] = or_precisions[i].name;
  if (lua_type(L, arg) != LUA_TSTRING)
    lib_error(L, "%s: precision must be 'float64' or 'float32', not %s", who,
              lib_describe(L, arg));
  if (!or_precision_find(lua_tostring(L, arg), &p))
    lib_unknown(L, who, "precision", lua_tostring(L, arg), names);
  return p;
}

static const char default_precision; /* its address is a key */

or_precision lib_default_precision(lua_State *L) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &default_precision);
  or_precision p = (or_precision)lua_tointeger(L, -1); /* nil: float64 */
  lua_pop(L, 1);
  return p;
}

void lib_setprecision(lua_State *L, or_precision p) {
  lua_pushinteger(L, p);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &default_precision);
}

or_precision lib_optprecision(lua_State *L, const char *who, int arg) {
  if (!push_option(L, arg, "precision"))
    return lib_default_precision(L);
  or_precision p = lib_checkprecision(L, who, lua_gettop(L));
  lua_pop(L, 1);
  return p;
}
