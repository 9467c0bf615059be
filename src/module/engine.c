/* engine.c: `require "orthorun"` in another host of Lua 5.4: what bind has, and
   what the program would add to it, as far as it makes sense there. loader.c
   opens the shared object that this is in. */
#include <stdio.h>

#include "../bind/lib.h"
#include "../core/blas.h"
#include "../host/host.h"
#include "../host/kernel.h"
#include "engine.h"

/* Where the command line is another program's, its messages are plain. */
static int usage_error(lua_State *L) {
  fprintf(stderr, "%s\nTry --help behind the script's name.\n",
          luaL_checkstring(L, 1));
  return 0;
}

static const luaL_Reg functions[] = {{"read_run_option", host_read_run_option},
                                     {"usage_error", usage_error},
                                     {NULL, NULL}};

const char *orthorun_missing_kernel(void) { return blas_kernel_missing(); }

int luaopen_orthorun_engine(lua_State *L) {
  or_blas_single_thread();
  luaopen_orthorun_core(L);
  lua_newtable(L); /* nothing stands before the script's name */
  lua_setfield(L, -2, "options");
  host_push_environment(L);
  lua_setfield(L, -2, "environment");
  host_push_option_table(L);
  lua_setfield(L, -2, "run_options");
  luaL_setfuncs(L, functions, 0);
  return 1;
}
