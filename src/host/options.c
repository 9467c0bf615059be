/* options.c: the command line up to the script: lua 5.4's own options, and
   the run options, which scripts also accept after their name. */
#include <stdio.h>
#include <string.h>

#include "../bind/lib.h"
#include "host.h"

/* --- the program's own options: one table --------------------------------- */

typedef enum section {
  LUA,
  SCRIPTS,
  RESULTS,
  SHARING,
  ABOUT,
  SECTIONS
} section;

static const char *const section_names[SECTIONS] = {"lua", "scripts", "results",
                                                    "sharing", "about"};

typedef struct own_option {
  section section;
  const char *word, *value, *about;
} own_option;

static const own_option table[] = {
    {LUA, "-e", "code", "run 'code'"},
    {LUA, "-i", NULL, "prompt after the script, with its locals"},
    {LUA, "-l", "mod", "require 'mod' into the global 'mod'"},
    {LUA, "-l", "g=mod", "require 'mod' into the global 'g'"},
    {LUA, "-v", NULL, "print the version in one line"},
    {LUA, "-E", NULL, "ignore LUA_INIT, LUA_PATH and LUA_CPATH"},
    {LUA, "-W", NULL, "turn Lua's warnings on"},
    {LUA, "--", NULL, "end of options"},
    {LUA, "-", NULL, "end of options, run stdin"},
    {LUA, "--no-strict", NULL,
     "undeclared globals of the script are nil, not errors"},
    {LUA, "--json-repl", NULL,
     "a session in JSON lines, for programs (docs/jupyter.md)"},
    {SCRIPTS, "--list", NULL, "the experiments that run by name"},
    {SCRIPTS, "--new", "NAME", "write NAME.lua, an experiment to start from"},
    {RESULTS, "--show", "FILE", "what a results file holds"},
    {RESULTS, "--merge", "FILE ... -o FILE",
     "the results of shards in one new file"},
    {SHARING, "--pack", "SCRIPT [arguments] [-o FILE.html]",
     "run it, and write script and results as one page"},
    {SHARING, "--verify", "FILE.html [--tolerance T]",
     "run what is in it again, and compare the results"},
    {SHARING, "FILE.html", NULL, "run the script that is in it"},
    {ABOUT, "--install-jupyter", "[--user | --sys-prefix | --prefix DIR]",
     "make orthorun a kernel of Jupyter's notebooks"},
    {ABOUT, "--selftest", "[--seed N]",
     "hold this BLAS and this build against closed forms"},
    {ABOUT, "--version", NULL, "every part and its version"},
    {ABOUT, "--help", NULL,
     "this text (or -h); `orthorun script --help` asks the script"},
};

enum { OPTIONS = sizeof table / sizeof *table };

/* Does the rest of the line belong to it? */
static bool is_tool(const char *word) {
  for (int k = 0; k < OPTIONS; k++)
    if (table[k].value && table[k].section != LUA &&
        !strcmp(word, table[k].word))
      return true;
  return false;
}

static void set_text(lua_State *L, const char *key, const char *text) {
  lua_pushstring(L, text); /* nil for NULL */
  lua_setfield(L, -2, key);
}

int host_push_own_options(lua_State *L) {
  lua_createtable(L, OPTIONS, 0);
  for (int k = 0; k < OPTIONS; k++) {
    lua_createtable(L, 0, 4);
    set_text(L, "word", table[k].word);
    set_text(L, "value", table[k].value);
    set_text(L, "about", table[k].about);
    set_text(L, "section", section_names[table[k].section]);
    lua_rawseti(L, -2, k + 1);
  }
  return 1;
}

/* --- run options, as given ------------------------------------------------ */

const char *host_run_option(const host_args *args, const char *name) {
  return args->run[host_find_run_option(name, strlen(name))];
}

void host_push_run_options(lua_State *L, const host_args *args) {
  lua_newtable(L);
  for (int k = 0; k < HOST_RUN_OPTIONS; k++) {
    if (!args->run[k])
      continue;
    if (host_run_option_takes_value(k))
      lua_pushstring(L, args->run[k]);
    else
      lua_pushboolean(L, true);
    lua_setfield(L, -2, host_run_option_name(k));
  }
}

/* --- messages ------------------------------------------------------------ */

void host_usage_error(const char *message) {
  host_message(message);
  fputs("Try 'orthorun --help'.\n", stderr);
}

static bool usage_error(const char *format, const char *a, const char *b) {
  char message[512];
  snprintf(message, sizeof message, format, a, b);
  host_usage_error(message);
  return false;
}

/* The option of the host, with two dashes, that is nearest to a name. */
static const char *nearest(const char *name) {
  const char *names[HOST_RUN_OPTIONS + OPTIONS + 1];
  int n = 0;
  for (int k = 0; k < HOST_RUN_OPTIONS; k++)
    names[n++] = host_run_option_name(k);
  for (int k = 0; k < OPTIONS; k++)
    if (!strncmp(table[k].word, "--", 2) && table[k].word[2])
      names[n++] = table[k].word + 2;
  names[n] = NULL;
  return lib_nearest_name(name, names);
}

static bool unknown_option(const char *word) {
  char name[64];
  bool is_long = word[1] == '-' && word[2] && word[2] != '-';
  snprintf(name, sizeof name, "%.*s", (int)strcspn(word + is_long + 1, "="),
           word + is_long + 1);
  const char *near = is_long ? nearest(name) : NULL;
  if (near)
    return usage_error("unknown option %s (did you mean --%s?)", word, near);
  return usage_error("unknown option %s (--help lists the options)%s", word,
                     "");
}

/* The rows of a section, their texts from a column on; on a line of its own
   where the left side leaves no room. */
static void print_section(const char *title, section s, int column) {
  printf("%s", title);
  for (int k = 0; k < OPTIONS; k++) {
    const own_option *o = &table[k];
    if (o->section != s)
      continue;
    int width = printf("  %s%s%s", o->word, o->value ? " " : "",
                       o->value ? o->value : "");
    if (width >= column)
      printf("\n%*s", column, "");
    else
      printf("%*s", column - width, "");
    puts(o->about);
  }
}

void host_print_help(void) {
  print_section(
      "usage: orthorun [options] [script [arguments]]\n"
      "\n"
      "Runs a Lua 5.4 script with the orthorun library in it (as `ortho`), or\n"
      "one of its experiments, by name. Without a script: reads stdin, or\n"
      "prompts where that is a terminal.\n"
      "\n",
      LUA, 12);
  puts("\nRun options, before the script or after it:");
  host_print_run_options();
  print_section("\nExperiments (orthorun depth_sweep, from anywhere):\n",
                SCRIPTS, 20);
  print_section("\nResults files:\n", RESULTS, 20);
  print_section("\nSharing (docs/sharing.md):\n", SHARING, 20);
  print_section("\n", ABOUT, 20);
  puts("\n"
       "Exit codes: 0, 1 error in a script, 2 wrong usage, 3 some trials of a\n"
       "sweep failed, 130 Ctrl-C.");
}

/* --- parsing ------------------------------------------------------------- */

int host_option_words(char **argv, int i) {
  const char *word = argv[i];
  if (word[1] == '-') {
    int k = host_find_run_option(word + 2, strlen(word + 2));
    return k >= 0 && host_run_option_takes_value(k) ? 2 : 1;
  }
  return strchr("el", word[1]) && !word[2] ? 2 : 1;
}

/* The text that belongs to the run option at i: behind "=", or the next word
   unless that is an option; NULL: none. */
static const char *value_of(char **argv, int i) {
  const char *equals = strchr(argv[i], '=');
  const char *next = argv[i + 1];
  if (equals)
    return equals + 1;
  if (host_option_words(argv, i) == 1 || !next || !strncmp(next, "--", 2))
    return NULL;
  return next;
}

static bool parse_long(host_args *args, int i) {
  const char *word = args->argv[i] + 2;
  int k = host_find_run_option(word, strcspn(word, "="));
  if (k >= 0) {
    char message[256];
    const char *value = value_of(args->argv, i);
    args->run[k] = value ? value : "";
    if (host_check_run_option(k, value, message, sizeof message))
      return true;
    host_usage_error(message);
    return false;
  }
  if (!strcmp(word, "help"))
    args->flags |= HOST_HELP;
  else if (!strcmp(word, "version"))
    args->flags |= HOST_VERSION;
  else if (!strcmp(word, "list"))
    args->flags |= HOST_LIST;
  else if (!strcmp(word, "no-strict"))
    args->flags |= HOST_LAX;
  else if (!strcmp(word, "json-repl"))
    args->flags |= HOST_JSON;
  else
    return unknown_option(args->argv[i]);
  return true;
}

static unsigned letter_flags(char letter) {
  switch (letter) {
  case 'h':
    return HOST_HELP;
  case 'i':
    return HOST_REPL | HOST_BANNER;
  case 'v':
    return HOST_BANNER;
  case 'E':
    return HOST_NO_ENVIRONMENT;
  case 'e':
    return HOST_CODE;
  default:
    return 0;
  }
}

static bool parse_letter(host_args *args, int i) {
  const char *word = args->argv[i];
  bool takes_value = strchr("el", word[1]) != NULL;
  if (!strchr("hivEWel", word[1]) || (word[2] && !takes_value))
    return unknown_option(word);
  const char *next = args->argv[i + 1];
  if (takes_value && !word[2] && (!next || next[0] == '-'))
    return usage_error("'%s' needs argument%s", word, "");
  args->flags |= letter_flags(word[1]);
  return true;
}

bool host_parse(host_args *args, int argc, char **argv) {
  *args = (host_args){.argc = argc, .argv = argv};
  int i = 1;
  while (i < argc && argv[i][0] == '-' && argv[i][1]) {
    if (!strcmp(argv[i], "--")) {
      i++;
      break;
    }
    if (is_tool(argv[i])) {
      args->flags |= HOST_TOOL;
      break;
    }
    if (!(argv[i][1] == '-' ? parse_long(args, i) : parse_letter(args, i)))
      return false;
    i += host_option_words(argv, i);
  }
  args->script = i < argc ? i : argc;
  return true;
}

int host_script_word(const host_args *args) {
  char **word = args->argv + args->script;
  if (args->script == args->argc)
    return args->argc;
  if (args->flags & HOST_TOOL)
    return strcmp(*word, "--pack") ? args->argc : args->script + 1;
  bool standard_input = !strcmp(*word, "-") && strcmp(word[-1], "--") != 0;
  return standard_input ? args->argc : args->script;
}
