/* state.c: a Lua state with the standard libraries and orthorun in it. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <lualib.h>

#include "../bind/lib.h"
#include "../core/blas.h"
#include "host.h"

#define OPTIONS_KEY "orthorun.options"
#define EXPERIMENTS_KEY "orthorun.experiments"

/* --- the C part: package.preload["orthorun.core"] ------------------------ */

static int usage_error(lua_State *L) {
  host_usage_error(luaL_checkstring(L, 1));
  return 0;
}

static const luaL_Reg functions[] = {{"read_run_option", host_read_run_option},
                                     {"usage_error", usage_error},
                                     {"own_options", host_push_own_options},
                                     {"global_guards", host_global_guards},
                                     {"explain_memory", host_explain_memory},
                                     {NULL, NULL}};

/* Opened anew whenever package.loaded forgets it (busted does that per file),
   so what belongs to the run is put in each time. */
static int open_core(lua_State *L) {
  luaopen_orthorun_core(L);
  lua_getfield(L, LUA_REGISTRYINDEX, OPTIONS_KEY);
  lua_setfield(L, -2, "options");
  lua_getfield(L, LUA_REGISTRYINDEX, EXPERIMENTS_KEY);
  lua_setfield(L, -2, "experiments_folder");
  host_push_environment(L);
  lua_setfield(L, -2, "environment");
  host_push_option_table(L);
  lua_setfield(L, -2, "run_options");
  luaL_setfuncs(L, functions, 0);
  return 1;
}

static void preload_core(lua_State *L, const host_args *args) {
  host_push_run_options(L, args);
  lua_setfield(L, LUA_REGISTRYINDEX, OPTIONS_KEY);
  lua_pushstring(L, args->places.experiments);
  lua_setfield(L, LUA_REGISTRYINDEX, EXPERIMENTS_KEY);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
  lua_pushcfunction(L, open_core);
  lua_setfield(L, -2, "orthorun.core");
  lua_pop(L, 1);
}

/* --- the Lua part: a searcher -------------------------------------------- */

static bool is_ours(const char *module) {
  size_t n = strlen("orthorun");
  return !strncmp(module, "orthorun", n) && (!module[n] || module[n] == '.');
}

/* Loads the file into a function; false where there is none. */
static bool load_file(lua_State *L, const char *module, const char *file) {
  if (access(file, R_OK) != 0)
    return false;
  if (luaL_loadfile(L, file) != LUA_OK)
    luaL_error(L, "error loading module '%s' from file '%s':\n\t%s", module,
               file, lua_tostring(L, -1));
  return true;
}

/* Finds orthorun's own modules. package.path stays what Lua and LUA_PATH made
   it, and the folder may have any name, as those of a path may not. Upvalue 1:
   the folder. */
static int search_library(lua_State *L) {
  const char *module = luaL_checkstring(L, 1);
  if (!is_ours(module))
    return 0;
  const char *folder = lua_tostring(L, lua_upvalueindex(1));
  const char *name = luaL_gsub(L, module, ".", "/");
  const char *file = lua_pushfstring(L, "%s/%s.lua", folder, name);
  const char *room = lua_pushfstring(L, "%s/%s/init.lua", folder, name);
  const char *found = load_file(L, module, file)   ? file
                      : load_file(L, module, room) ? room
                                                   : NULL;
  lua_pushfstring(L, found ? "%s" : "no file '%s'", found ? found : file);
  if (!found)
    lua_pushfstring(L, "%s\n\tno file '%s'", lua_tostring(L, -1), room);
  return found ? 2 : 1;
}

/* package.searchers: preload, ours, then Lua's own. */
static void add_searcher(lua_State *L, const host_args *args) {
  lua_getglobal(L, "package");
  lua_getfield(L, -1, "searchers");
  for (lua_Integer i = luaL_len(L, -1); i >= 2; i--) {
    lua_rawgeti(L, -1, i);
    lua_rawseti(L, -2, i + 1);
  }
  lua_pushstring(L, args->places.library);
  lua_pushcclosure(L, search_library, 1);
  lua_rawseti(L, -2, 2);
  lua_pop(L, 2);
}

/* --- the run ------------------------------------------------------------- */

/* In a session of JSON lines no word is an option of the user's code. */
static void create_arg(lua_State *L, const host_args *args) {
  bool behind = args->script < args->argc || args->flags & HOST_JSON;
  int zero = behind ? args->script : 0;
  lua_createtable(L, args->argc - zero, zero + 1);
  for (int i = 0; i < args->argc; i++) {
    lua_pushstring(L, args->argv[i]);
    lua_rawseti(L, -2, i - zero);
  }
  lua_setglobal(L, "arg");
}

/* math.random from the run's seed; 0 where that is absent or a list. */
static void seed_math(lua_State *L, const char *seed) {
  char *rest = "";
  long long n = seed ? strtoll(seed, &rest, 10) : 0;
  lua_getglobal(L, "math");
  lua_getfield(L, -1, "randomseed");
  lua_pushinteger(L, *rest ? 0 : n);
  lua_call(L, 1, 0);
  lua_pop(L, 1);
}

static void set_ortho(lua_State *L) {
  lua_getglobal(L, "require");
  lua_pushliteral(L, "orthorun");
  if (host_report(L, host_call(L, 1, 1)) == LUA_OK)
    lua_setglobal(L, "ortho");
}

void host_open(lua_State *L, const host_args *args) {
  if (args->flags & HOST_NO_ENVIRONMENT) { /* before the libraries look */
    lua_pushboolean(L, true);
    lua_setfield(L, LUA_REGISTRYINDEX, "LUA_NOENV");
  }
  luaL_openlibs(L);
  host_open_coroutines(L);
  create_arg(L, args);
  preload_core(L, args);
  add_searcher(L, args);
  seed_math(L, host_run_option(args, "seed"));
  or_precision p;
  const char *precision = host_run_option(args, "precision");
  if (precision && or_precision_find(precision, &p))
    lib_setprecision(L, p);
  if (host_run_option(args, "traceback"))
    lib_whole_tracebacks(L);
  set_ortho(L);
  if (host_run_option(args, "threads")) /* else as the library finds right */
    or_blas_set_threads(atoi(host_run_option(args, "threads")));
}
