/* lib.c: opens the modules, and what all binding files share: classes,
   arguments, options, errors. */
#include "lib.h"

#include "../core/blas.h"
#include "../core/parallel.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* --- modules ------------------------------------------------------------ */

static const luaL_Reg modules[] = {
    {"matrix", lib_open_matrix},
    {"arithmetic", lib_open_arithmetic},
    {"linalg", lib_open_linalg},
    {"layer", lib_open_layer},
    {"activation", lib_open_activation},
    {"file", lib_open_file},
    {"worker", lib_open_worker},
    {"store", lib_open_store},
    {"rng", lib_open_rng},
    {"init", lib_open_init},
    {"loss", lib_open_loss},
    {"metric", lib_open_metric},
    {"optim", lib_open_optim},
    {NULL, NULL},
};

static int set_precision(lua_State *L) {
  lib_checkprecision(L, "set_precision", 1);
  lib_setprecision(L, lua_tostring(L, 1));
  return 0;
}

static int get_precision(lua_State *L) {
  lua_pushstring(L, or_precision_name(lib_default_precision(L)));
  return 1;
}

/* set_threads(n): how many a product, and what runs over layers, may use */
static int set_threads(lua_State *L) {
  or_blas_set_threads((int)lib_checkinteger(L, "set_threads", 1, "threads", 1,
                                            OR_MOST_THREADS));
  return 0;
}

static int get_threads(lua_State *L) {
  lua_pushinteger(L, or_threads());
  return 1;
}

/* fail(message): raises at the user's line, however deep in the library */
static int fail(lua_State *L) {
  return lib_error(L, "%s", lib_checkstring(L, 1, NULL));
}

static int set_exit_status(lua_State *L) {
  lib_checkinteger(L, "set_exit_status", 1, "status", 0, 255);
  lua_pushvalue(L, 1);
  lua_setfield(L, LUA_REGISTRYINDEX, "orthorun.exit_status");
  return 0;
}

static const luaL_Reg run_functions[] = {{"set_precision", set_precision},
                                         {"precision", get_precision},
                                         {"set_threads", set_threads},
                                         {"threads", get_threads},
                                         {"fail", fail},
                                         {"nearest", lib_nearest},
                                         {"set_exit_status", set_exit_status},
                                         {NULL, NULL}};

int lib_exit_status(lua_State *L) {
  lua_getfield(L, LUA_REGISTRYINDEX, "orthorun.exit_status");
  int status = (int)lua_tointeger(L, -1);
  lua_pop(L, 1);
  return status;
}

int luaopen_orthorun_core(lua_State *L) {
  lua_newtable(L);
  for (const luaL_Reg *m = modules; m->name; m++) {
    if (m->func(L) == 0) /* its methods joined a class; there is no module */
      continue;
    lib_namemodule(L, m->name);
    lua_setfield(L, -2, m->name);
  }
  lib_nameclasses(L);
  luaL_setfuncs(L, run_functions, 0);
  return 1;
}

/* --- classes ------------------------------------------------------------ */

void lib_class(lua_State *L, const char *name, const luaL_Reg *metamethods,
               const luaL_Reg *methods) {
  if (!luaL_newmetatable(L, name))
    return;
  luaL_setfuncs(L, metamethods, 0);
  lua_newtable(L);
  luaL_setfuncs(L, methods, 0);
  lua_setfield(L, -2, "__index");
  lua_pushstring(L, name);
  lua_setfield(L, -2, "__metatable");
}

void lib_addmethods(lua_State *L, const char *class, const luaL_Reg *methods) {
  luaL_getmetatable(L, class);
  lua_getfield(L, -1, "__index");
  luaL_setfuncs(L, methods, 0);
  lua_pop(L, 2);
}

void *lib_new(lua_State *L, const char *name, size_t size, int slots) {
  void *u = lua_newuserdatauv(L, size, slots);
  luaL_setmetatable(L, name);
  return u;
}

/* --- scratch ------------------------------------------------------------ */

/* Memory of arenas is kept for the next computation: a small one for good, so
   that many small matrices in a row cost the collector nothing; a large one,
   which has a table with a weak value, until the collector comes by. */
static void push_keeper(lua_State *L, size_t bytes) {
  enum { SMALL = 1 << 18 };
  static const char keys[2];
  const char *key = &keys[bytes > SMALL];
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, key) == LUA_TTABLE)
    return;
  lua_pop(L, 1);
  lua_createtable(L, 1, 0);
  lua_createtable(L, 0, 1);
  lua_pushstring(L, bytes > SMALL ? "v" : "");
  lua_setfield(L, -2, "__mode");
  lua_setmetatable(L, -2);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, key);
}

/* Lays the arena over the userdata on top, which has OR_ALIGNMENT bytes more
   than are needed. */
static void lay_over(lua_State *L, or_arena *arena) {
  char *p = lua_touserdata(L, -1);
  size_t past = (uintptr_t)p % OR_ALIGNMENT;
  *arena = or_arena_over(past ? p + OR_ALIGNMENT - past : p, arena->needed);
}

void lib_grow_arena(lua_State *L, or_arena *arena) {
  size_t bytes = arena->needed + OR_ALIGNMENT;
  push_keeper(L, bytes);
  lua_rawgeti(L, -1, 1);
  if (lua_rawlen(L, -1) >= bytes) { /* taken out: nobody else finds it */
    lua_pushnil(L);
    lua_rawseti(L, -3, 1);
  } else {
    lua_pop(L, 1);
    lua_newuserdatauv(L, bytes, 0);
  }
  lua_remove(L, -2);
  lay_over(L, arena);
}

void lib_keep_arena(lua_State *L) {
  push_keeper(L, lua_rawlen(L, -1));
  lua_insert(L, -2);
  lua_rawseti(L, -2, 1);
  lua_pop(L, 1);
}

or_status lib_compute(lua_State *L, lib_computation *f, void *context,
                      or_arena *arena) {
  *arena = or_arena_over(NULL, 0);
  lib_poll(L);
  or_status status = f(context, arena);
  if (status != OR_SCRATCH)
    return status;
  lib_grow_arena(L, arena);
  status = f(context, arena);
  lib_keep_arena(L);
  return status;
}

/* --- errors ------------------------------------------------------------- */

/* Pushes "script.lua:12: " for the innermost line of Lua that is the user's:
   frames of our own Lua library are passed over. */
static void where(lua_State *L) {
  lua_Debug frame;
  for (int level = 1; lua_getstack(L, level, &frame); level++) {
    lua_getinfo(L, "Sl", &frame);
    if (frame.currentline > 0 && !strstr(frame.source, "/lua/orthorun/")) {
      lua_pushfstring(L, "%s:%d: ", frame.short_src, frame.currentline);
      return;
    }
  }
  luaL_where(L, 1);
}

int lib_error(lua_State *L, const char *format, ...) {
  va_list args;
  va_start(args, format);
  where(L);
  lua_pushvfstring(L, format, args);
  va_end(args);
  lua_concat(L, 2);
  return lua_error(L);
}

void lib_check(lua_State *L, const char *who, or_status status) {
  if (status != OR_OK)
    lib_error(L, "%s: %s", who, or_status_text(status));
}

void lib_poll(lua_State *L) {
  if (sys_interrupted) {
    sys_interrupted = 0;
    luaL_error(L, "interrupted!");
  }
}

int lib_failure(lua_State *L, sys_status status) {
  lib_poll(L);
  lua_pushnil(L);
  lua_pushstring(L, sys_status_text(status));
  return 2;
}

/* --- unknown names ------------------------------------------------------ */

int lib_unknown(lua_State *L, const char *who, const char *what,
                const char *name, const char *const list[]) {
  const char *near = lib_nearest_name(name, list);
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  for (int i = 0; list[i]; i++) {
    luaL_addstring(&b, i ? ", " : "");
    luaL_addstring(&b, list[i]);
  }
  luaL_pushresult(&b);
  const char *known = list[0] ? lua_tostring(L, -1) : "none";
  if (near)
    return lib_error(L, "%s: unknown %s '%s' (did you mean '%s'? known: %s)",
                     who, what, name, near, known);
  return lib_error(L, "%s: unknown %s '%s' (known: %s)", who, what, name,
                   known);
}

/* --- arguments ---------------------------------------------------------- */

const char *lib_describe(lua_State *L, int arg) {
  if (lua_type(L, arg) == LUA_TNUMBER)
    return luaL_tolstring(L, arg, NULL);
  if (lua_type(L, arg) == LUA_TSTRING)
    return lua_pushfstring(L, "the string '%s'", lua_tostring(L, arg));
  if (luaL_getmetafield(L, arg, "__name") == LUA_TSTRING)
    return lua_tostring(L, -1);
  return lua_isnoneornil(L, arg) ? "nothing" : luaL_typename(L, arg);
}

lua_Integer lib_checkinteger(lua_State *L, const char *who, int arg,
                             const char *what, lua_Integer low,
                             lua_Integer high) {
  int whole = 0;
  lua_Integer v = 0;
  if (lua_type(L, arg) == LUA_TNUMBER)
    v = lua_tointegerx(L, arg, &whole);
  if (!whole)
    lib_error(L, "%s: %s must be a whole number, not %s", who, what,
              lib_describe(L, arg));
  if (v < low)
    lib_error(L, "%s: %s is %I, must be at least %I", who, what, (LUAI_UACINT)v,
              (LUAI_UACINT)low);
  if (v > high)
    lib_error(L, "%s: %s is %I, must be at most %I", who, what, (LUAI_UACINT)v,
              (LUAI_UACINT)high);
  return v;
}

bool lib_options(lua_State *L, const char *who, int arg,
                 const char *const known[]) {
  if (lua_isnoneornil(L, arg))
    return false;
  if (!lua_istable(L, arg))
    lib_error(L, "%s: options must be a table, not %s", who,
              lib_describe(L, arg));
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

static const char *const precisions[] = {"float64", "float32", NULL};

or_precision lib_checkprecision(lua_State *L, const char *who, int arg) {
  if (lua_type(L, arg) != LUA_TSTRING)
    lib_error(L, "%s: precision must be 'float64' or 'float32', not %s", who,
              lib_describe(L, arg));
  const char *name = lua_tostring(L, arg);
  for (int i = 0; precisions[i]; i++)
    if (strcmp(name, precisions[i]) == 0)
      return (or_precision)i;
  lib_unknown(L, who, "precision", name, precisions);
  return OR_FLOAT64;
}

or_precision lib_default_precision(lua_State *L) {
  lua_getfield(L, LUA_REGISTRYINDEX, "orthorun.precision");
  bool single = lua_isstring(L, -1) && lua_tostring(L, -1)[5] == '3';
  lua_pop(L, 1);
  return single ? OR_FLOAT32 : OR_FLOAT64;
}

void lib_setprecision(lua_State *L, const char *name) {
  lua_pushstring(L, name);
  lua_setfield(L, LUA_REGISTRYINDEX, "orthorun.precision");
}

or_precision lib_optprecision(lua_State *L, const char *who, int arg) {
  if (!push_option(L, arg, "precision"))
    return lib_default_precision(L);
  or_precision p = lib_checkprecision(L, who, lua_gettop(L));
  lua_pop(L, 1);
  return p;
}
