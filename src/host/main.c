/* main.c: the orthorun program: a Lua 5.4 interpreter that has the library
   inside. In the order of events: the command line, the BLAS kernel, LUA_INIT,
   -e and -l, the script, the prompt. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "../bind/lib.h"
#include "../core/blas.h"
#include "host.h"
#include "kernel.h"

/* --- pieces of code ------------------------------------------------------ */

static int run_loaded(lua_State *L, int status) {
  if (status == LUA_OK)
    status = host_call(L, 0, 0);
  return host_report(L, status);
}

static int run_file(lua_State *L, const char *name) {
  return run_loaded(L, luaL_loadfile(L, name));
}

static int run_string(lua_State *L, const char *code, const char *name) {
  return run_loaded(L, luaL_loadbuffer(L, code, strlen(code), name));
}

/* -l mod, -l global=mod */
static int run_library(lua_State *L, const char *word) {
  const char *equals = strchr(word, '=');
  const char *module = equals ? equals + 1 : word;
  lua_getglobal(L, "require");
  lua_pushstring(L, module);
  int status = host_call(L, 1, 1);
  if (status == LUA_OK) {
    lua_pushglobaltable(L);
    lua_pushlstring(L, word, equals ? (size_t)(equals - word) : strlen(word));
    lua_pushvalue(L, -3);
    lua_settable(L, -3);
    lua_pop(L, 2);
  }
  return host_report(L, status);
}

/* --- the steps ----------------------------------------------------------- */

static int run_init(lua_State *L) {
  const char *name = "=LUA_INIT_5_4";
  const char *init = getenv(name + 1);
  if (!init) {
    name = "=LUA_INIT";
    init = getenv(name + 1);
  }
  if (!init)
    return LUA_OK;
  return init[0] == '@' ? run_file(L, init + 1) : run_string(L, init, name);
}

/* -e, -l and -W, in the order given. */
static int run_options(lua_State *L, const host_args *args) {
  int status = LUA_OK, words;
  for (int i = 1; i < args->script && status == LUA_OK; i += words) {
    char **word = args->argv + i;
    words = host_option_words(args->argv, i);
    const char *value = words == 2 ? word[1] : word[0] + 2;
    if (word[0][1] == 'W')
      lua_warning(L, "@on", 0);
    else if (word[0][1] == 'e')
      status = run_string(L, value, "=(command line)");
    else if (word[0][1] == 'l')
      status = run_library(L, value);
  }
  return status;
}

/* Pushes the script's arguments, which -e may have changed. */
static int push_arguments(lua_State *L) {
  if (lua_getglobal(L, "arg") != LUA_TTABLE)
    luaL_error(L, "'arg' is not a table");
  int n = (int)luaL_len(L, -1);
  luaL_checkstack(L, n + 3, "too many arguments to script");
  for (int i = 1; i <= n; i++)
    lua_rawgeti(L, -i, i);
  lua_remove(L, -(n + 1));
  return n;
}

static bool is_page(const char *name) {
  size_t length = strlen(name);
  return length > 5 && !strcmp(name + length - 5, ".html");
}

/* Pushes the script inside a report. */
static int load_page(lua_State *L, const char *name) {
  lua_getglobal(L, "require");
  lua_pushliteral(L, "orthorun.report.load");
  int status = lua_pcall(L, 1, 1, 0);
  if (status != LUA_OK)
    return status;
  lua_pushstring(L, name);
  return lua_pcall(L, 1, 1, 0);
}

/* Errors of a script that ends with `return f(...)` have no line of its own on
   the stack: theirs is the last one that begins with `return`. */
static void note_last_return(lua_State *L, const char *name) {
  char line[16];
  int number = 1, last = 0;
  FILE *file = fopen(name, "r");
  while (file && fgets(line, sizeof line, file)) {
    if (!strncmp(line, "return", 6) && !isalnum((unsigned char)line[6]))
      last = number;
    while (!strchr(line, '\n') && fgets(line, sizeof line, file))
      continue;
    number++;
  }
  if (file)
    fclose(file);
  if (last)
    lua_pushfstring(L, "%s:%d: ", name, last);
  else
    lua_pushnil(L);
  lua_setfield(L, LUA_REGISTRYINDEX, LIB_LAST_LINE);
}

/* Replaces the script on top by what is to run: watched for undeclared
   globals, and its locals kept where the prompt follows. */
static int prepare_script(lua_State *L, const host_args *args,
                          const char *path) {
  bool strict = !(args->flags & HOST_LAX),
       keep = args->flags & (HOST_REPL | HOST_JSON);
  if (!strict && !keep)
    return LUA_OK;
  lua_getglobal(L, "require");
  lua_pushliteral(L, "orthorun.prompt.script");
  int status = lua_pcall(L, 1, 1, 0);
  if (status != LUA_OK)
    return status;
  lua_getfield(L, -1, "prepare");
  lua_replace(L, -2);
  lua_insert(L, -2);
  lua_pushstring(L, path);
  lua_pushboolean(L, strict);
  lua_pushboolean(L, keep);
  return lua_pcall(L, 4, 1, 0);
}

static int run_script(lua_State *L, const host_args *args) {
  char **word = args->argv + args->script;
  bool standard_input = !strcmp(word[0], "-") && strcmp(word[-1], "--") != 0;
  const char *path = standard_input ? NULL : word[0];
  bool page = path && is_page(path);
  int status = page ? load_page(L, path) : luaL_loadfile(L, path);
  if (status == LUA_OK && path && !page)
    status = prepare_script(L, args, path);
  if (status == LUA_OK) {
    if (path && !page)
      note_last_return(L, path);
    status = host_call(L, push_arguments(L), 0);
    lua_pushnil(L);
    lua_setfield(L, LUA_REGISTRYINDEX, LIB_LAST_LINE);
  }
  return host_report(L, status);
}

static int run_prompt(lua_State *L) {
  host_repl(L);
  return LUA_OK;
}

/* Where neither options nor a script say what to do: the prompt, or stdin. */
static int run_rest(lua_State *L, const host_args *args) {
  if (args->script < args->argc || args->flags & (HOST_CODE | HOST_BANNER))
    return LUA_OK;
  if (!isatty(STDIN_FILENO))
    return run_file(L, NULL);
  host_print_banner();
  return run_prompt(L);
}

static const char *tool_module(const char *word) {
  if (!strcmp(word, "--install-jupyter"))
    return "orthorun.prompt.jupyter";
  return strcmp(word, "--selftest") ? "orthorun.report.tools"
                                    : "orthorun.selftest";
}

/* --merge, --show and their like are Lua's work: functions of a module, by
   name, with the words that follow. */
static int run_tool(lua_State *L, char **word) {
  lua_getglobal(L, "require");
  lua_pushstring(L, tool_module(word[0]));
  int status = host_call(L, 1, 1);
  if (status == LUA_OK) {
    lua_getfield(L, -1, word[0] + 2);
    status = host_call(L, push_arguments(L), 0);
  }
  return host_report(L, status);
}

/* What follows LUA_INIT, -e, -l and the script. */
static int run_session(lua_State *L, const host_args *args) {
  if (args->flags & HOST_JSON)
    return host_json_repl(L) ? LUA_OK : LUA_ERRRUN;
  return run_prompt(L);
}

static int run_all(lua_State *L, const host_args *args) {
  int status = LUA_OK;
  if (args->flags & HOST_TOOL)
    return run_tool(L, args->argv + args->script);
  if (!(args->flags & HOST_NO_ENVIRONMENT))
    status = run_init(L);
  if (status == LUA_OK)
    status = run_options(L, args);
  if (status == LUA_OK && args->script < args->argc)
    status = run_script(L, args);
  if (args->flags & (HOST_REPL | HOST_JSON)) /* also after an error */
    return run_session(L, args);
  if (status == LUA_OK)
    status = run_rest(L, args);
  return status;
}

/* --- main ---------------------------------------------------------------- */

static int protected_main(lua_State *L) {
  const host_args *args = lua_touserdata(L, 1);
  if (args->flags & HOST_BANNER)
    host_print_banner();
  lua_gc(L, LUA_GCSTOP);
  host_open(L, args);
  lua_gc(L, LUA_GCRESTART);
  bool good = true;
  if (args->flags & HOST_VERSION)
    host_print_version(); /* now that the threads are set */
  else
    good = run_all(L, args) == LUA_OK;
  lua_pushboolean(L, good);
  return 1;
}

static int run_state(host_args *args) {
  lua_State *L = luaL_newstate();
  if (!L) {
    host_message("cannot create a Lua state: not enough memory");
    return HOST_FAILED;
  }
  host_keep_refusals(L);
  lua_pushcfunction(L, protected_main);
  lua_pushlightuserdata(L, args);
  int status = host_report(L, lua_pcall(L, 1, 1, 0));
  bool good = status == LUA_OK && lua_toboolean(L, -1);
  int asked = lib_exit_status(L);
  lua_close(L);
  if (good)
    return asked;
  return host_was_interrupted() ? HOST_INTERRUPTED : HOST_FAILED;
}

/* Output that could not be written must not look like success. */
static int check_output(int code) {
  if (fflush(stdout) == 0 && !ferror(stdout))
    return code;
  clearerr(stdout); /* said once */
  host_message("cannot write to standard output");
  return code ? code : HOST_FAILED;
}

/* The same for a script that leaves by os.exit. */
static void check_output_at_exit(void) {
  if (fflush(stdout) != 0 || ferror(stdout)) {
    host_message("cannot write to standard output");
    _exit(HOST_FAILED);
  }
}

/* A sweep makes and drops networks of one size: their memory stays ours, or
   the kernel would have to clear its pages again for each. */
static void keep_memory(void) {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_TOP_PAD, 1 << 20);
#endif
}

/* Puts the file's path in place of an experiment's name, which may be all
   that the command line has. */
static bool find_script(host_args *args) {
  static char path[HOST_PATH];
  int word = host_script_word(args);
  if (word >= args->argc)
    return true;
  if (!host_find_script(&args->places, args->argv[word], path))
    return false;
  args->argv[word] = path;
  return true;
}

/* What needs no Lua. */
static void print_texts(const host_args *args) {
  if (args->flags & HOST_HELP)
    host_print_help();
  else
    host_list_experiments(&args->places);
}

int main(int argc, char **argv) {
  host_args args;
  if (argc > 0 && argv[0][0])
    host_set_program(argv[0]);
  if (!host_parse(&args, argc, argv))
    return HOST_USAGE;
  blas_kernel_choose(argv);
  atexit(check_output_at_exit);
  unsigned json = args.flags & (HOST_JSON | HOST_HELP | HOST_VERSION);
  if (json == HOST_JSON && !host_open_json())
    return HOST_FAILED;
  or_blas_single_thread();
  keep_memory();
  host_find_places(&args.places, argv[0]);
  if (args.flags & (HOST_HELP | HOST_LIST)) {
    print_texts(&args);
    return check_output(HOST_OK);
  }
  if (!find_script(&args))
    return HOST_FAILED;
  return check_output(run_state(&args));
}
