/* loader.c: orthorun/core.so, which opens engine.so beside it. It is apart
   because OpenBLAS chooses its kernel when it is loaded, and a module cannot
   start its host again: where the kernel is wrong, OpenBLAS goes, and comes
   back with the right one. Links neither BLAS nor anything else. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"

#define CHOICE "OPENBLAS_CORETYPE"

ENGINE_EXPORT int luaopen_orthorun_core(lua_State *L);

static void *symbol(lua_State *L, void *engine, const char *name) {
  void *found = dlsym(engine, name);
  if (!found)
    luaL_error(L, "orthorun: %s", dlerror());
  return found;
}

static void *open_engine(lua_State *L, const char *path, int flags) {
  void *engine = dlopen(path, RTLD_NOW | RTLD_LOCAL | flags);
  if (!engine)
    luaL_error(L, "orthorun: %s", dlerror());
  return engine;
}

/* Pushes the path of engine.so. */
static const char *push_path(lua_State *L) {
  Dl_info about;
  int (*own)(lua_State *) = luaopen_orthorun_core;
  void *address;
  memcpy(&address, &own, sizeof address); /* C has no such cast */
  if (!dladdr(address, &about) || !about.dli_fname)
    luaL_error(L, "orthorun: where is core.so?");
  const char *slash = strrchr(about.dli_fname, '/');
  lua_pushlstring(L, about.dli_fname,
                  slash ? (size_t)(slash + 1 - about.dli_fname) : 0);
  lua_pushliteral(L, "engine.so");
  lua_concat(L, 2);
  return lua_tostring(L, -1);
}

/* Loads it again under the kernel's name. Where somebody else has OpenBLAS
   open, too, it stays as it is: slow, not wrong. */
static void change_kernel(const char *path, void *engine, const char *kernel) {
  bool known = setenv(CHOICE, kernel, 1) == 0; /* a copy: its text goes */
  dlclose(engine);
  dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (known)
    unsetenv(CHOICE);
}

/* The user's choice, if he has made one, holds. */
static void choose_kernel(lua_State *L, const char *path) {
  const char *(*missing)(void);
  if (getenv(CHOICE))
    return;
  void *engine = open_engine(L, path, 0);
  void *found = symbol(L, engine, "orthorun_missing_kernel");
  memcpy(&missing, &found, sizeof missing);
  const char *kernel = missing();
  if (kernel)
    change_kernel(path, engine, kernel);
}

/* Its threads and finalizers outlive the state that loaded it, so the engine
   stays in the process. */
int luaopen_orthorun_core(lua_State *L) {
  lua_CFunction open;
  const char *path = push_path(L);
  choose_kernel(L, path);
  void *engine = open_engine(L, path, RTLD_NODELETE);
  void *found = symbol(L, engine, "luaopen_orthorun_engine");
  memcpy(&open, &found, sizeof open);
  return open(L);
}
