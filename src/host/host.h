/* host.h: what the files of the program share. The host reads the command
   line, opens Lua with the library in it, and runs scripts or the REPL. It
   computes nothing. */
#ifndef ORTHORUN_HOST_H
#define ORTHORUN_HOST_H

#include <lauxlib.h>
#include <limits.h>
#include <lua.h>
#include <stdbool.h>

/* Exit codes. */
enum { HOST_OK = 0, HOST_FAILED = 1, HOST_USAGE = 2, HOST_INTERRUPTED = 130 };

/* --- place.c: where the program's parts stand ---------------------------- */

enum { HOST_PATH = PATH_MAX + 64 };

typedef struct host_places {
  char library[HOST_PATH];     /* the folder with orthorun/init.lua */
  char experiments[HOST_PATH]; /* the folder of scripts that run by name */
} host_places;

/* program: argv[0], for systems without /proc. */
void host_find_places(host_places *places, const char *program);

/* --- experiments.c: scripts by name -------------------------------------- */

/* Writes into path which file a word of the command line means as a script: a
   file of that name, else the experiment called so. false, with a message on
   stderr, where neither is there. */
bool host_find_script(const host_places *places, const char *word,
                      char path[HOST_PATH]);
void host_list_experiments(const host_places *places); /* on stdout */

/* --- run_options.c: the options that scripts also accept ----------------- */

enum { HOST_RUN_OPTIONS = 17 };

/* The option of this name, in which '_' stands for '-', or -1. */
int host_find_run_option(const char *name, size_t length);
const char *host_run_option_name(int k);
bool host_run_option_takes_value(int k);
/* May `value` (NULL: none) be the value of option k? If not, message says what
   would be right. */
bool host_check_run_option(int k, const char *value, char *message,
                           size_t size);
void host_print_run_options(void); /* their part of --help */
/* Pushes the table of options: an array of {name, kind, value, about,
   otherwise, changes_results, low, high, choices}. */
void host_push_option_table(lua_State *L);
/* Lua: (name, text) -> the value, or nil and a message; text nil: none. */
int host_read_run_option(lua_State *L);

/* --- options.c: the command line ----------------------------------------- */

enum {
  HOST_REPL = 1,           /* -i */
  HOST_BANNER = 2,         /* -v, -i */
  HOST_CODE = 4,           /* -e */
  HOST_NO_ENVIRONMENT = 8, /* -E */
  HOST_HELP = 16,          /* --help */
  HOST_VERSION = 32,       /* --version */
  HOST_TOOL = 64,          /* --merge, --show, ...: `script` is that word */
  HOST_LAX = 128,          /* --no-strict */
  HOST_JSON = 256,         /* --json-repl */
  HOST_LIST = 512          /* --list */
};

typedef struct host_args {
  int argc;
  char **argv;
  int script;     /* index in argv of the script, argc where there is none */
  unsigned flags; /* HOST_REPL ... */
  host_places places;
  const char *run[HOST_RUN_OPTIONS]; /* values as given; NULL: not given */
} host_args;

/* Reads the options before the script. false, with a message on stderr, where
   the user got them wrong. */
bool host_parse(host_args *args, int argc, char **argv);
/* How many words of argv the option at `i` takes: 1, or 2 with its value. */
int host_option_words(char **argv, int i);
/* Pushes a table of the run options given: strings, true for flags. */
void host_push_run_options(lua_State *L, const host_args *args);
/* The value of --name, or NULL. */
const char *host_run_option(const host_args *args, const char *name);
/* The index in argv of the word that is a script's name; argc: none is. */
int host_script_word(const host_args *args);
/* Lua: () -> an array of {word, value, about, section}: the options that are
   the program's own. */
int host_push_own_options(lua_State *L);
void host_print_help(void); /* on stdout */
/* Prints a message about the command line on stderr. */
void host_usage_error(const char *message);

/* --- run.c: calling Lua, and errors -------------------------------------- */

/* Calls the function under its arguments with a traceback handler, stopped by
   Ctrl-C. Returns Lua's status; results or the message are on the stack. */
int host_call(lua_State *L, int arguments, int results);
/* Prints the message on top of the stack (and pops it) unless status is
   LUA_OK. Returns status. */
int host_report(lua_State *L, int status);
/* Prints "program: message" on stderr. */
void host_message(const char *message);
void host_set_program(const char *name); /* NULL: none in messages */

/* --- interrupt.c: Ctrl-C ------------------------------------------------- */

/* From here on Ctrl-C raises an error in what L calls. stubborn: an entry at
   the prompt, which cannot go on by catching it, and where a second Ctrl-C
   does not end the process. Until host_unwatch(L). */
void host_watch(lua_State *L, bool stubborn);
void host_unwatch(lua_State *L);
/* Was there a Ctrl-C since the last host_watch? */
bool host_was_interrupted(void);
/* The state or coroutine that runs between host_watch and host_unwatch; else
   NULL. */
lua_State *host_running(void);
/* coroutine.resume and coroutine.wrap that let Ctrl-C in. */
void host_open_coroutines(lua_State *L);

/* --- strict.c: globals that nobody set ----------------------------------- */

/* Lua: (sources, declared, on_read, on_write) -> __index and __newindex for _G.
   Where code whose source is a key of `sources` reads a name that is not there,
   on_read(name) gives the value or raises; where it sets one, on_write(name)
   may raise. Every name that is set becomes a key of `declared`. */
int host_global_guards(lua_State *L);

/* --- memory.c: what memory was refused -------------------------------------
 */

/* Has L allocate as before, and remembers what it was refused. */
void host_keep_refusals(lua_State *L);
/* `message`; where it is Lua's "not enough memory", one with the size and the
   user's line, pushed on the stack. */
const char *host_memory_message(lua_State *L, const char *message);
int host_explain_memory(lua_State *L); /* Lua: (message) -> the same */

/* --- state.c: Lua with the library in it --------------------------------- */

/* Opens the standard libraries and orthorun, sets `arg` and `ortho`. */
void host_open(lua_State *L, const host_args *args);

/* --- version.c ----------------------------------------------------------- */

void host_print_version(void); /* all parts and their versions, on stdout */
void host_print_banner(void);  /* one line, as lua -v */
/* Pushes the same facts as a table of strings: version, lua, blas, ... */
void host_push_environment(lua_State *L);

/* --- repl.c -------------------------------------------------------------- */

void host_repl(lua_State *L); /* until Ctrl-D */

/* --- json_repl.c --------------------------------------------------------- */

/* Makes standard input and output those of JSON lines. Before Lua is opened.
   false, with a message, where the system refuses. */
bool host_open_json(void);
/* Answers requests until there are no more; false: it could not. */
bool host_json_repl(lua_State *L);

#endif
