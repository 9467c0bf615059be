/* lib_argument.c: the arguments of C functions: checks of one type each, and
   messages that name the function. Lua's own luaL_argerror knows a function
   by what the caller calls it, and says '?' under pcall; so the functions of
   the library are listed by name, once, when it is opened. */
#include <stdio.h>
#include <string.h>

#include "lib.h"

#define NAMES_KEY "orthorun.names" /* a table: function -> "matrix:svd" */

/* Gives every C function in the table on top the name prefix .. key. */
static void name_functions(lua_State *L, const char *prefix) {
  int table = lua_gettop(L);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, NAMES_KEY);
  for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) {
    if (lua_type(L, -2) != LUA_TSTRING || !lua_iscfunction(L, -1))
      continue;
    lua_pushvalue(L, -1);
    lua_pushfstring(L, "%s%s", prefix, lua_tostring(L, -3));
    lua_rawset(L, table + 1);
  }
  lua_pop(L, 1);
}

void lib_namemodule(lua_State *L, const char *name) {
  char prefix[64];
  snprintf(prefix, sizeof prefix, "%s.", name);
  name_functions(L, prefix);
  if (luaL_getmetafield(L, -1, "__call") == LUA_TNIL)
    return;
  luaL_getsubtable(L, LUA_REGISTRYINDEX, NAMES_KEY);
  lua_insert(L, -2);
  lua_pushstring(L, name);
  lua_rawset(L, -3);
  lua_pop(L, 1);
}

/* The methods of the class whose metatable is on top; its key is `class`. */
static void name_class(lua_State *L, const char *class) {
  char prefix[64];
  snprintf(prefix, sizeof prefix, "%s:", class + strlen("orthorun."));
  name_functions(L, prefix);
  if (lua_getfield(L, -1, "__index") == LUA_TTABLE)
    name_functions(L, prefix);
  lua_pop(L, 1);
}

static bool is_class(lua_State *L, const char *name) {
  if (strncmp(name, "orthorun.", 9) != 0 || !lua_istable(L, -1))
    return false;
  bool is = lua_getfield(L, -1, "__name") == LUA_TSTRING;
  lua_pop(L, 1);
  return is;
}

void lib_nameclasses(lua_State *L) {
  luaL_getsubtable(L, LUA_REGISTRYINDEX, NAMES_KEY);
  lua_pop(L, 1); /* it is there before the registry is walked */
  for (lua_pushnil(L); lua_next(L, LUA_REGISTRYINDEX); lua_pop(L, 1))
    if (lua_type(L, -2) == LUA_TSTRING && is_class(L, lua_tostring(L, -2)))
      name_class(L, lua_tostring(L, -2));
}

const char *lib_describe(lua_State *L, int arg) {
  if (lua_type(L, arg) == LUA_TNUMBER)
    return luaL_tolstring(L, arg, NULL);
  if (lua_type(L, arg) == LUA_TSTRING)
    return lua_pushfstring(L, "the string '%s'", lua_tostring(L, arg));
  if (luaL_getmetafield(L, arg, "__name") == LUA_TSTRING)
    return lua_tostring(L, -1);
  return lua_isnoneornil(L, arg) ? "nothing" : luaL_typename(L, arg);
}

/* Pushes the name of the running C function. */
static const char *push_running(lua_State *L) {
  lua_Debug frame = {0};
  lua_getstack(L, 0, &frame);
  lua_getinfo(L, "nf", &frame);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, NAMES_KEY);
  lua_insert(L, -2);
  if (lua_rawget(L, -2) == LUA_TSTRING)
    return lua_tostring(L, -1);
  return frame.name ? frame.name : "orthorun";
}

int lib_wrongargument(lua_State *L, int arg, const char *wanted) {
  const char *found = lib_describe(L, arg), *who = push_running(L);
  bool method = strchr(who, ':') != NULL;
  if (method && arg == 1)
    return lib_error(L, "%s: self must be %s, not %s; call it with a colon",
                     who, wanted, found);
  bool is_table = arg == 1 && !strcmp(wanted, "a table");
  return lib_error(L, "%s: argument %d must be %s%s%s%s, not %s", who,
                   arg - method, wanted, is_table ? ", as in " : "",
                   is_table ? who : "", is_table ? "{...}" : "", found);
}

bool lib_is_callable(lua_State *L, int arg) {
  if (lua_isfunction(L, arg))
    return true;
  bool is = luaL_getmetafield(L, arg, "__call") != LUA_TNIL;
  lua_pop(L, is);
  return is && !luaL_testudata(L, arg, LIB_MATRIX) &&
         !luaL_testudata(L, arg, LIB_LAYER);
}

lua_Number lib_checknumber(lua_State *L, int arg) {
  if (lua_type(L, arg) != LUA_TNUMBER)
    lib_wrongargument(L, arg, "a number");
  return lua_tonumber(L, arg);
}

lua_Integer lib_checkinteger(lua_State *L, const char *who, int arg,
                             const char *what, lua_Integer low,
                             lua_Integer high) {
  int whole = 0;
  lua_Integer v = 0;
  if (lua_type(L, arg) == LUA_TNUMBER)
    v = lua_tointegerx(L, arg, &whole);
  if (!whole) {
    const char *found = lib_describe(L, arg);
    bool is_module = !strncmp(found, "ortho.", 6);
    lib_error(L, "%s: %s must be a whole number, not %s%s", who, what, found,
              is_module ? "; call it with a dot" : "");
  }
  if (v < low)
    lib_error(L, "%s: %s is %I, must be at least %I", who, what, (LUAI_UACINT)v,
              (LUAI_UACINT)low);
  if (v > high)
    lib_error(L, "%s: %s is %I, must be at most %I", who, what, (LUAI_UACINT)v,
              (LUAI_UACINT)high);
  return v;
}

const char *lib_checkstring(lua_State *L, int arg, size_t *length) {
  if (lua_type(L, arg) != LUA_TSTRING)
    lib_wrongargument(L, arg, "a string");
  return lua_tolstring(L, arg, length);
}

void lib_checktable(lua_State *L, int arg) {
  if (!lua_istable(L, arg))
    lib_wrongargument(L, arg, "a table");
}
