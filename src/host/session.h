/* session.h: what the two fronts of a session share: the terminal's (repl.c)
   and the one of JSON lines (json_repl.c). */
#ifndef ORTHORUN_SESSION_H
#define ORTHORUN_SESSION_H

#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>

/* Pushes a table of the functions that any front has. */
void session_push_functions(lua_State *L);
/* Calls run(functions) of a Lua module, with the table that `push` pushes,
   until it returns. An error in its own code is told, and it is called again.
   false: the module cannot be loaded, or fails too often. */
bool session_run(lua_State *L, const char *module, void (*push)(lua_State *));

#endif
