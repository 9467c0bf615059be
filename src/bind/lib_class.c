/* lib_class.c: classes: userdata with a metatable of their own. */
#include "lib.h"

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
