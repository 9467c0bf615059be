/* lib.c: opens the modules, and what is the run's: its precision, threads and
   exit status. */

/*** The run as a whole: precision, threads, options, versions. All stand in
   `ortho` itself.
   @module run
   @pragma nostrip */

#include "lib.h"

#include "../core/blas.h"
#include "../core/parallel.h"

/* --- modules ------------------------------------------------------------ */

static const luaL_Reg modules[] = {
    {"matrix", lib_open_matrix},
    {"arithmetic", lib_open_arithmetic},
    {"linalg", lib_open_linalg},
    {"layer", lib_open_layer},
    {"activation", lib_open_activation},
    {"file", lib_open_file},
    {"worker", lib_open_worker},
    {"store", lib_open_store},
    {"rng", lib_open_rng},
    {"init", lib_open_init},
    {"loss", lib_open_loss},
    {"metric", lib_open_metric},
    {"optim", lib_open_optim},
    {NULL, NULL},
};

/*** Sets the run's default precision.
   @function set_precision
   @tparam "float64"|"float32" name */
static int set_precision(lua_State *L) {
  lib_setprecision(L, lib_checkprecision(L, "set_precision", 1));
  return 0;
}

/*** The run's default precision.
   @function precision
   @treturn "float64"|"float32" */
static int get_precision(lua_State *L) {
  lua_pushstring(L, or_precision_name(lib_default_precision(L)));
  return 1;
}

/*** Sets how many threads a large product may use.
   @function set_threads
   @tparam int n 1 to 256 */
static int set_threads(lua_State *L) {
  or_blas_set_threads((int)lib_checkinteger(L, "set_threads", 1, "threads", 1,
                                            OR_MOST_THREADS));
  return 0;
}

/*** How many threads a large product may use: at first one per core. A
   sweep's workers share them. Results have the same bits for any number.
   @function threads
   @treturn int */
static int get_threads(lua_State *L) {
  lua_pushinteger(L, or_threads());
  return 1;
}

/*** Raises an error at the line of the user's script, however deep in the
   library.
   @function fail
   @tparam string message */
static int fail(lua_State *L) {
  lib_checkstring(L, 1, NULL);
  lib_push_place(L);
  lua_pushvalue(L, 1);
  lua_concat(L, 2);
  return lua_error(L);
}

/* What stands in place of functions of Lua's own: C without upvalues, as those
   are, since programs may look. What they do is in the registry. */
static const char *const stand_ins[] = {"print", "io.write", "file:write",
                                        NULL};

static int call_stand_in(lua_State *L, int k) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &stand_ins[k]);
  lua_insert(L, 1);
  lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
  return lua_gettop(L);
}

static int call_print(lua_State *L) { return call_stand_in(L, 0); }
static int call_io_write(lua_State *L) { return call_stand_in(L, 1); }
static int call_file_write(lua_State *L) { return call_stand_in(L, 2); }

/* original(name, f): f, Lua's own function of that name; when it is called
   again the one that it got first, f then being the one that stands in */
static int original(lua_State *L) {
  static const char originals[sizeof stand_ins / sizeof *stand_ins];
  int k = luaL_checkoption(L, 1, NULL, stand_ins);
  luaL_checktype(L, 2, LUA_TFUNCTION);
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &originals[k]) == LUA_TFUNCTION)
    return 1;
  lua_pushvalue(L, 2);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &originals[k]);
  lua_pushvalue(L, 2);
  return 1;
}

/* stand_in(name, f): the C function that stands in place of Lua's function of
   that name, and does what f does */
static int stand_in(lua_State *L) {
  static const lua_CFunction functions[] = {call_print, call_io_write,
                                            call_file_write};
  int k = luaL_checkoption(L, 1, NULL, stand_ins);
  luaL_checktype(L, 2, LUA_TFUNCTION);
  lua_settop(L, 2);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &stand_ins[k]);
  lua_pushcfunction(L, functions[k]);
  return 1;
}

/* traceback(message [, outer]): what a message handler makes of a message: at
   the user's line, and with the user's lines that led there, but for the
   outermost `outer` frames */
static int traceback(lua_State *L) {
  const char *message = lib_checkstring(L, 1, NULL);
  int outer = (int)luaL_optinteger(L, 2, 0);
  lua_settop(L, 1);
  message = lib_place_message(L, message, 2);
  lua_pushstring(L, message);
  lib_push_traceback(L, message, 2, outer);
  return 2;
}

/* stack_depth(): how many frames there are, the caller's among them */
static int stack_depth(lua_State *L) {
  lua_pushinteger(L, lib_stack_depth(L) - 1);
  return 1;
}

/* is_ours(source): is a chunk of this source, as debug.getinfo has it, a file
   of the library? */
static int is_ours(lua_State *L) {
  lua_pushboolean(L, lib_is_ours(lib_checkstring(L, 1, NULL)));
  return 1;
}

/* set_library(root): what the sources of the library's files begin with */
static int set_library(lua_State *L) {
  lib_set_library(lib_checkstring(L, 1, NULL));
  return 0;
}

/* whole_tracebacks(): with all frames from now on */
static int whole_tracebacks(lua_State *L) {
  lib_whole_tracebacks(L);
  return 0;
}

static int set_exit_status(lua_State *L) {
  lib_checkinteger(L, "set_exit_status", 1, "status", 0, 255);
  lua_pushvalue(L, 1);
  lua_setfield(L, LUA_REGISTRYINDEX, "orthorun.exit_status");
  return 0;
}

static const luaL_Reg run_functions[] = {{"set_precision", set_precision},
                                         {"precision", get_precision},
                                         {"set_threads", set_threads},
                                         {"threads", get_threads},
                                         {"fail", fail},
                                         {"original", original},
                                         {"stand_in", stand_in},
                                         {"traceback", traceback},
                                         {"stack_depth", stack_depth},
                                         {"is_ours", is_ours},
                                         {"set_library", set_library},
                                         {"whole_tracebacks", whole_tracebacks},
                                         {"nearest", lib_nearest},
                                         {"add_method", lib_addmethod},
                                         {"set_exit_status", set_exit_status},
                                         {NULL, NULL}};

int lib_exit_status(lua_State *L) {
  lua_getfield(L, LUA_REGISTRYINDEX, "orthorun.exit_status");
  int status = (int)lua_tointeger(L, -1);
  lua_pop(L, 1);
  return status;
}

int luaopen_orthorun_core(lua_State *L) {
  lua_newtable(L);
  for (const luaL_Reg *m = modules; m->name; m++) {
    if (m->func(L) == 0) /* its methods joined a class; there is no module */
      continue;
    lib_namemodule(L, m->name);
    lua_setfield(L, -2, m->name);
  }
  lib_nameclasses(L);
  luaL_setfuncs(L, run_functions, 0);
  return 1;
}
