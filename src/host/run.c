/* run.c: calls into Lua, with tracebacks and error messages. */
#include <stdio.h>
#include <string.h>

#include "../bind/lib.h"
#include "host.h"

static const char *program = "orthorun";

/* --- messages ------------------------------------------------------------ */

void host_set_program(const char *name) { program = name; }

void host_message(const char *message) {
  fflush(stdout);
  fprintf(stderr, "%s%s%s\n", program ? program : "", program ? ": " : "",
          message);
  fflush(stderr);
}

int host_report(lua_State *L, int status) {
  if (status != LUA_OK) {
    int top = lua_gettop(L) - 1;
    const char *message = lua_tostring(L, -1);
    host_message(message ? host_memory_message(L, message)
                         : "(error message is not a string)");
    lua_settop(L, top);
  }
  return status;
}

/* --- tracebacks ---------------------------------------------------------- */

static int add_traceback(lua_State *L) {
  const char *message = lua_tostring(L, 1);
  if (!message) {
    if (luaL_callmeta(L, 1, "__tostring") && lua_type(L, -1) == LUA_TSTRING)
      return 1;
    message =
        lua_pushfstring(L, "(error object is a %s value)", luaL_typename(L, 1));
  }
  message = host_memory_message(L, message);
  lib_push_traceback(L, lib_place_message(L, message, 1), 1, 0);
  return 1;
}

/* --- calls --------------------------------------------------------------- */

int host_call(lua_State *L, int arguments, int results) {
  int handler = lua_gettop(L) - arguments;
  lua_pushcfunction(L, add_traceback);
  lua_insert(L, handler);
  host_watch(L, false);
  int status = lua_pcall(L, arguments, results, handler);
  host_unwatch(L);
  lua_remove(L, handler);
  return status;
}
