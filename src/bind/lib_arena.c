/* lib_arena.c: memory for the core's scratch (core/arena.h): userdata, so that
   the collector and a memory limit see it. */
#include "lib.h"

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

void lib_new_arena(lua_State *L, size_t bytes) {
  lib_newmemory(L, bytes + OR_ALIGNMENT, 0);
}

or_arena lib_arena_at(lua_State *L, int idx) {
  size_t bytes = lua_rawlen(L, idx);
  if (bytes < OR_ALIGNMENT)
    return or_arena_over(NULL, 0);
  return or_arena_over(or_align_pointer(lua_touserdata(L, idx)),
                       bytes - OR_ALIGNMENT);
}

void lib_grow_arena(lua_State *L, or_arena *arena) {
  push_keeper(L, arena->needed + OR_ALIGNMENT);
  lua_rawgeti(L, -1, 1);
  if (lua_rawlen(L, -1) >= arena->needed + OR_ALIGNMENT) {
    lua_pushnil(L); /* no other computation finds it */
    lua_rawseti(L, -3, 1);
  } else {
    lua_pop(L, 1);
    lib_new_arena(L, arena->needed);
  }
  lua_remove(L, -2);
  *arena = lib_arena_at(L, -1);
}

void lib_keep_arena(lua_State *L) {
  push_keeper(L, lua_rawlen(L, -1));
  lua_insert(L, -2);
  lua_rawseti(L, -2, 1);
  lua_pop(L, 1);
}
