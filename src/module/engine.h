/* engine.h: what engine.so shows to loader.c, which asks for it by name. */
#ifndef ORTHORUN_ENGINE_H
#define ORTHORUN_ENGINE_H

#include <lua.h>

#define ENGINE_EXPORT __attribute__((visibility("default")))

/* The kernel to load OpenBLAS with, or NULL where it is the right one. */
ENGINE_EXPORT const char *orthorun_missing_kernel(void);
/* What `require "orthorun.core"` returns. */
ENGINE_EXPORT int luaopen_orthorun_engine(lua_State *L);

#endif
