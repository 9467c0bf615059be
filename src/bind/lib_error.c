/* lib_error.c: how C code raises, and looks for Ctrl-C. */
#include <stdarg.h>
#include <string.h>

#include "lib.h"

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
