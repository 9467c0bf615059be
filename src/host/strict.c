/* strict.c: what stands behind _G where a script or the prompt is watched for
   globals that nobody set (lua/orthorun/prompt/strict.lua). Code that is not
   watched finds _G as in plain Lua, and none of our Lua runs for it. */
#include "host.h"

enum { SOURCES = 1, DECLARED, HANDLER }; /* upvalues */

/* Does the code that reads or sets stand in a source that is watched? */
static bool is_watched(lua_State *L) {
  lua_Debug frame;
  if (!lua_getstack(L, 1, &frame) || !lua_getinfo(L, "S", &frame))
    return false;
  lua_pushlstring(L, frame.source, frame.srclen);
  bool watched = lua_rawget(L, lua_upvalueindex(SOURCES)) != LUA_TNIL;
  lua_pop(L, 1);
  return watched;
}

/* Calls handler(name). */
static void ask(lua_State *L, int results) {
  lua_pushvalue(L, lua_upvalueindex(HANDLER));
  lua_pushvalue(L, 2);
  lua_call(L, 1, results);
}

/* __index */
static int read_global(lua_State *L) {
  if (!is_watched(L))
    return 0;
  ask(L, 1);
  return 1;
}

/* __newindex */
static int write_global(lua_State *L) {
  lua_settop(L, 3);
  if (is_watched(L))
    ask(L, 0);
  lua_pushvalue(L, 2);
  lua_pushboolean(L, true);
  lua_rawset(L, lua_upvalueindex(DECLARED));
  lua_rawset(L, 1);
  return 0;
}

static void push_closure(lua_State *L, lua_CFunction f, int handler) {
  lua_pushvalue(L, 1);
  lua_pushvalue(L, 2);
  lua_pushvalue(L, handler);
  lua_pushcclosure(L, f, 3);
}

int host_global_guards(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_checktype(L, 2, LUA_TTABLE);
  luaL_checktype(L, 3, LUA_TFUNCTION);
  luaL_checktype(L, 4, LUA_TFUNCTION);
  push_closure(L, read_global, 3);
  push_closure(L, write_global, 4);
  return 2;
}
