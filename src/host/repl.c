/* repl.c: the prompt. Each line is first compiled as `return line`, else as a
   statement that may go on over several lines; what compiles runs once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "line.h"

#define CHUNK "=stdin"

/* Pushes the prompt: the global _PROMPT (or _PROMPT2), any value. */
static const char *push_prompt(lua_State *L, bool first) {
  if (lua_getglobal(L, first ? "_PROMPT" : "_PROMPT2") == LUA_TNIL) {
    lua_pushstring(L, first ? "> " : ">> ");
    lua_remove(L, -2);
  } else {
    luaL_tolstring(L, -1, NULL);
    lua_remove(L, -2);
  }
  return lua_tostring(L, -1);
}

/* Pushes the line read, if one was. */
static line_result push_line(lua_State *L, bool first) {
  char *line;
  line_result result = line_read(push_prompt(L, first), &line);
  lua_pop(L, 1);
  if (result == LINE_READ) {
    lua_pushstring(L, line);
    free(line);
  }
  return result;
}

/* The line at the top as an expression: its function takes its place. */
static bool compile_expression(lua_State *L) {
  const char *line = lua_tostring(L, -1);
  line += line[0] == '='; /* as Lua 5.1 had it */
  const char *code = lua_pushfstring(L, "return %s", line);
  bool good = luaL_loadbuffer(L, code, strlen(code), CHUNK) == LUA_OK;
  lua_remove(L, -2);
  lua_remove(L, good ? -2 : -1);
  return good;
}

/* Does the message on top say that more text could complete the chunk? */
static bool is_incomplete(lua_State *L, int status) {
  static const char mark[] = "<eof>";
  size_t length, n = sizeof mark - 1;
  const char *message = lua_tolstring(L, -1, &length);
  return status == LUA_ERRSYNTAX && length >= n &&
         !strcmp(message + length - n, mark);
}

/* The text at the top as statements, with more lines as long as they are
   wanted: replaced by a function or a message over the whole text. */
static line_result compile_statement(lua_State *L, int *status) {
  for (;;) {
    size_t length;
    const char *text = lua_tolstring(L, -1, &length);
    *status = luaL_loadbuffer(L, text, length, CHUNK);
    if (!is_incomplete(L, *status))
      return LINE_READ;
    line_result result = push_line(L, false);
    if (result == LINE_CANCELLED)
      return result;
    if (result == LINE_END)
      return LINE_READ; /* with the message about <eof> */
    lua_remove(L, -2);
    lua_pushliteral(L, "\n");
    lua_insert(L, -2);
    lua_concat(L, 3);
  }
}

/* Reads and compiles one piece of code; leaves a function or a message. */
static line_result read_code(lua_State *L, int *status) {
  lua_settop(L, 0);
  line_result result = push_line(L, true);
  if (result != LINE_READ)
    return result;
  lua_pushvalue(L, 1);
  *status = LUA_OK;
  if (compile_expression(L)) {
    line_remember(lua_tostring(L, 1));
  } else {
    result = compile_statement(L, status);
    if (result != LINE_READ)
      return result;
    line_remember(lua_tostring(L, -2));
  }
  lua_replace(L, 1);
  lua_settop(L, 1);
  return LINE_READ;
}

/* Prints the results on the stack by the global `print`. */
static void print_results(lua_State *L) {
  int n = lua_gettop(L);
  if (n == 0)
    return;
  luaL_checkstack(L, LUA_MINSTACK, "too many results to print");
  lua_getglobal(L, "print");
  lua_insert(L, 1);
  if (host_call(L, n, 0) != LUA_OK) {
    host_message(
        lua_pushfstring(L, "error calling 'print' (%s)", lua_tostring(L, -1)));
    lua_settop(L, 0);
  }
}

static void run_code(lua_State *L, int status) {
  if (status == LUA_OK)
    status = host_call(L, 0, LUA_MULTRET);
  if (status != LUA_OK && host_was_interrupted())
    host_message("interrupted!");
  else if (host_report(L, status) == LUA_OK)
    print_results(L);
}

void host_repl(lua_State *L) {
  int status = LUA_OK;
  line_result result;
  line_open_history();
  host_set_program(NULL);
  while ((result = read_code(L, &status)) != LINE_END)
    if (result == LINE_READ)
      run_code(L, status);
  lua_settop(L, 0);
  putchar('\n');
  fflush(stdout);
}
