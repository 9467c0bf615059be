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
    const char *message = lua_tostring(L, -1);
    host_message(message ? message : "(error message is not a string)");
    lua_pop(L, 1);
  }
  return status;
}

/* --- tracebacks ---------------------------------------------------------- */

/* Cuts the last line of a traceback, which is the host's own C. */
static void cut_host_frame(lua_State *L) {
  static const char frame[] = "\n\t[C]: in ?";
  size_t length, cut = sizeof frame - 1;
  const char *text = lua_tolstring(L, -1, &length);
  if (length >= cut && !strcmp(text + length - cut, frame))
    lua_pushlstring(L, text, length - cut);
}

static int add_traceback(lua_State *L) {
  const char *message = lua_tostring(L, 1);
  if (!message) {
    if (luaL_callmeta(L, 1, "__tostring") && lua_type(L, -1) == LUA_TSTRING)
      return 1;
    message =
        lua_pushfstring(L, "(error object is a %s value)", luaL_typename(L, 1));
  }
  luaL_traceback(L, L, message, 1);
  cut_host_frame(L);
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
