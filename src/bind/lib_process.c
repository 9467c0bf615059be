/* lib_process.c: another program, over system/process.h. The record owns the
   child and its pipes, and its collection ends both, so that no error leaves a
   process or a descriptor behind. */

/*** @module file */

#include "../system/process.h"
#include "lib.h"

#define LIB_PROCESS "orthorun.process"

static int process_gc(lua_State *L) {
  sys_process_close(luaL_checkudata(L, 1, LIB_PROCESS));
  return 0;
}

/* Pushes a process that is closed when the function returns or raises. */
static sys_process *new_process(lua_State *L) {
  static const luaL_Reg metamethods[] = {
      {"__gc", process_gc}, {"__close", process_gc}, {NULL, NULL}};
  static const luaL_Reg methods[] = {{NULL, NULL}};
  lib_class(L, LIB_PROCESS, metamethods, methods);
  lua_pop(L, 1);
  sys_process *p = lib_new(L, LIB_PROCESS, sizeof *p, 0);
  *p = sys_process_none;
  lua_toclose(L, -1);
  return p;
}

/* The array of strings at arg as an argv on the Lua stack. */
static char **check_argv(lua_State *L, int arg) {
  lib_checktable(L, arg);
  lua_Integer n = luaL_len(L, arg);
  if (n < 1 || n >= 1000)
    lib_error(L, "file.spawn: needs 1 to 999 strings, got %I", (LUAI_UACINT)n);
  char **argv = lua_newuserdatauv(L, sizeof *argv * (size_t)(n + 1), 0);
  for (lua_Integer i = 0; i < n; i++) {
    if (lua_rawgeti(L, arg, i + 1) != LUA_TSTRING)
      lib_error(L, "file.spawn: string %I of the command is %s",
                (LUAI_UACINT)(i + 1), lib_describe(L, lua_gettop(L)));
    argv[i] = (char *)lua_tostring(L, -1); /* the array keeps it */
    lua_pop(L, 1);
  }
  argv[n] = NULL;
  return argv;
}

/* Appends the bytes to the array of strings at `list`. */
static void append(lua_State *L, int list, const char *bytes, size_t size) {
  if (size == 0)
    return;
  lua_pushlstring(L, bytes, size);
  lua_rawseti(L, list, (lua_Integer)lua_rawlen(L, list) + 1);
}

/* Writes the input and collects the output, until there is no more: stdout in
   the array at `lists`, stderr in the next. */
static void exchange(lua_State *L, sys_process *p, sys_input input, int lists) {
  char *both = lua_newuserdatauv(L, 2 * SYS_PROCESS_CHUNK, 0);
  char *const chunks[2] = {both, both + SYS_PROCESS_CHUNK};
  size_t got[2];
  while (sys_process_is_open(p)) {
    sys_process_exchange(p, &input, chunks, got);
    lib_poll(L);
    for (int i = 0; i < 2; i++)
      append(L, lists + i, chunks[i], got[i]);
  }
}

static void push_joined(lua_State *L, int list) {
  luaL_Buffer b;
  lua_Integer n = (lua_Integer)lua_rawlen(L, list);
  luaL_buffinit(L, &b);
  for (lua_Integer i = 1; i <= n; i++) {
    lua_rawgeti(L, list, i);
    luaL_addvalue(&b);
  }
  luaL_pushresult(&b);
}

/*** Runs a program that PATH has, without a shell, with text as its input.
   @function file.spawn
   @call file.spawn({program, ...} [, text])
   @tparam {string,...} command
   @tparam[opt] string text
   @treturn int exit status; 128 + the signal where one ended it
   @treturn string stdout
   @treturn string stderr */
int lib_spawn(lua_State *L) {
  sys_input input = {"", 0};
  lua_settop(L, 2);
  if (!lua_isnil(L, 2))
    input.bytes = lib_checkstring(L, 2, &input.left);
  char **argv = check_argv(L, 1);
  lua_newtable(L);
  lua_newtable(L);
  int lists = lua_gettop(L) - 1;
  sys_process *p = new_process(L);
  sys_status status = sys_process_start(p, argv);
  if (status != SYS_OK)
    return lib_failure(L, status);
  exchange(L, p, input, lists);
  sys_end end = sys_process_wait(p);
  lua_pushinteger(L, end.signalled ? 128 + end.number : end.number);
  push_joined(L, lists);
  push_joined(L, lists + 1);
  return 3;
}
