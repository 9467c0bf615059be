/* repl.c: what the prompt needs of the terminal, as Lua functions. The prompt
   itself is written in Lua (lua/orthorun/prompt). */
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "host.h"
#include "line.h"
#include "session.h"

/* --- lines -------------------------------------------------------------------
 */

/* read(prompt) -> line | nil, "end" | nil, "cancelled" */
static int read_line(lua_State *L) {
  char *line;
  size_t length;
  switch (line_read(luaL_checkstring(L, 1), &line, &length)) {
  case LINE_READ:
    lua_pushlstring(L, line, length);
    free(line);
    return 1;
  case LINE_CANCELLED:
    luaL_pushfail(L);
    lua_pushliteral(L, "cancelled");
    return 2;
  default:
    luaL_pushfail(L);
    lua_pushliteral(L, "end");
    return 2;
  }
}

/* peek() -> the pasted line that comes next, as far as it is known | nil */
static int peek(lua_State *L) {
  char *line = line_peek();
  lua_pushstring(L, line); /* nil for NULL */
  free(line);
  return 1;
}

/* remember(entry): what the arrows recall */
static int remember(lua_State *L) {
  line_remember(luaL_checkstring(L, 1));
  return 0;
}

/* drop_input(): forgets what was typed ahead or pasted */
static int drop_input(lua_State *L) {
  (void)L;
  line_drop_input();
  return 0;
}

/* --- pictures ------------------------------------------------------------ */

/* ask_terminal(kitty, seconds) -> {kitty =, sixel =, colors =}: what it says of
   itself within that time; whether to ask for kitty's protocol. */
static int ask_terminal(lua_State *L) {
  double patience = 1000 * luaL_checknumber(L, 2);
  answers said = line_ask_terminal(lua_toboolean(L, 1), (int)patience);
  lua_createtable(L, 0, 3);
  lua_pushboolean(L, said.kitty);
  lua_setfield(L, -2, "kitty");
  lua_pushboolean(L, said.sixel);
  lua_setfield(L, -2, "sixel");
  lua_pushinteger(L, said.colors);
  lua_setfield(L, -2, "colors");
  return 1;
}

/* size() -> the terminal's columns, rows, width and height in pixels; 0 where
   it does not know. */
static int get_size(lua_State *L) {
  struct winsize size = {0};
  ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
  lua_pushinteger(L, size.ws_col);
  lua_pushinteger(L, size.ws_row);
  lua_pushinteger(L, size.ws_xpixel);
  lua_pushinteger(L, size.ws_ypixel);
  return 4;
}

/* --- completion --------------------------------------------------------------
 */

/* Calls the Lua function (text) -> insert, show. What it raises is no more
   than "nothing known". */
static line_answer call_completer(void *context, const char *text) {
  lua_State *L = context;
  line_answer answer = {NULL, NULL};
  int top = lua_gettop(L);
  if (lua_checkstack(L, LUA_MINSTACK) &&
      lua_getfield(L, LUA_REGISTRYINDEX, "orthorun.completer") ==
          LUA_TFUNCTION) {
    lua_pushstring(L, text);
    if (lua_pcall(L, 1, 2, 0) == LUA_OK) {
      answer.insert = lua_tostring(L, -2);
      answer.show = lua_tostring(L, -1);
      lua_setfield(L, LUA_REGISTRYINDEX, "orthorun.shown");
      lua_setfield(L, LUA_REGISTRYINDEX, "orthorun.inserted");
    }
  }
  lua_settop(L, top);
  return answer;
}

/* set_completer(f): f(text up to the cursor) -> what to insert, what to show */
static int set_completer(lua_State *L) {
  luaL_checktype(L, 1, LUA_TFUNCTION);
  lua_settop(L, 1);
  lua_setfield(L, LUA_REGISTRYINDEX, "orthorun.completer");
  lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_MAINTHREAD);
  line_set_completer(call_completer, lua_tothread(L, -1));
  return 0;
}

/* --- the prompt ---------------------------------------------------------- */

static void push_functions(lua_State *L) {
  static const luaL_Reg functions[] = {{"read", read_line},
                                       {"peek", peek},
                                       {"remember", remember},
                                       {"drop_input", drop_input},
                                       {"ask_terminal", ask_terminal},
                                       {"size", get_size},
                                       {"set_completer", set_completer},
                                       {NULL, NULL}};
  session_push_functions(L);
  luaL_setfuncs(L, functions, 0);
  lua_pushboolean(L, line_is_edited());
  lua_setfield(L, -2, "edited");
  lua_pushboolean(L, isatty(STDIN_FILENO) && isatty(STDOUT_FILENO));
  lua_setfield(L, -2, "interactive");
}

void host_repl(lua_State *L) {
  line_open();
  host_set_program(NULL);
  session_run(L, "orthorun.prompt", push_functions);
  putchar('\n');
  fflush(stdout);
}
