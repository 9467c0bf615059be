/* main.c: the orthorun program: a Lua 5.4 interpreter that has the library
   inside. */
#define _GNU_SOURCE
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#include "../bind/lib.h"

#ifndef OR_PREFIX
#define OR_PREFIX "/usr/local"
#endif

static int traceback(lua_State *L) {
  const char *message = luaL_tolstring(L, 1, NULL);
  luaL_traceback(L, L, message, 1);
  return 1;
}

/* Directory of the running program, pushed as a string. */
static void push_program_dir(lua_State *L) {
  char path[PATH_MAX];
  ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
  path[n > 0 ? n : 0] = '\0';
  lua_pushstring(L, n > 0 ? dirname(path) : ".");
}

static void set_path(lua_State *L) {
  push_program_dir(L);
  const char *dir = lua_tostring(L, -1);
  lua_getglobal(L, "package");
  lua_getfield(L, -1, "path");
  lua_pushfstring(L,
                  "%s/lua/?.lua;%s/lua/?/init.lua;" OR_PREFIX
                  "/share/orthorun/?.lua;" OR_PREFIX
                  "/share/orthorun/?/init.lua;%s",
                  dir, dir, lua_tostring(L, -1));
  lua_setfield(L, -3, "path");
  lua_pop(L, 3);
}

static void preload(lua_State *L) {
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
  lua_pushcfunction(L, luaopen_orthorun_core);
  lua_setfield(L, -2, "orthorun.core");
  lua_pop(L, 1);
  if (luaL_dostring(L, "ortho = require 'orthorun'") != LUA_OK)
    lua_pop(L, 1); /* the script's own require will say what is wrong */
}

int main(int argc, char **argv) {
  lua_State *L = luaL_newstate();
  if (!L)
    return EXIT_FAILURE;
  luaL_openlibs(L);
  set_path(L);
  preload(L);
  lua_createtable(L, argc, 1);
  for (int i = 0; i < argc; i++) {
    lua_pushstring(L, argv[i]);
    lua_rawseti(L, -2, i - 1);
  }
  lua_setglobal(L, "arg");
  lua_pushcfunction(L, traceback);
  int status = luaL_loadfile(L, argc > 1 ? argv[1] : NULL);
  for (int i = 2; i < argc; i++)
    lua_pushstring(L, argv[i]);
  if (status == LUA_OK)
    status = lua_pcall(L, argc > 2 ? argc - 2 : 0, 0, 1);
  if (status != LUA_OK)
    fprintf(stderr, "orthorun: %s\n", lua_tostring(L, -1));
  lua_close(L);
  return status == LUA_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
