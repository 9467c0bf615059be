/* options.c: the command line up to the script: lua 5.4's own options, and
   the run options, which scripts also accept after their name. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../bind/lib.h"
#include "../core/parallel.h"
#include "host.h"

/* --- values -------------------------------------------------------------- */

static bool is_precision(const char *s) {
  return !strcmp(s, "float64") || !strcmp(s, "float32");
}

static bool is_something(const char *s) { return *s != '\0'; }

/* Reads a decimal integer in [low, high] and what follows it. */
static bool read_integer(const char *s, long long low, long long high,
                         long long *value, char **rest) {
  errno = 0;
  *value = strtoll(s, rest, 10);
  return *rest != s && s[0] != ' ' && errno == 0 && *value >= low &&
         *value <= high;
}

static bool is_count(const char *s) {
  long long n;
  char *rest;
  return read_integer(s, 1, 100000, &n, &rest) && *rest == '\0';
}

static bool is_threads(const char *s) {
  return is_count(s) && strtol(s, NULL, 10) <= OR_MOST_THREADS;
}

/* 0 workers: trials in this process. */
static bool is_jobs(const char *s) { return !strcmp(s, "0") || is_count(s); }

static bool is_seconds(const char *s) {
  char *rest;
  double seconds = strtod(s, &rest);
  return rest != s && *rest == '\0' && seconds >= 0 && seconds < 1e9;
}

static bool is_shard(const char *s) {
  long long i, n;
  char *rest;
  return read_integer(s, 1, 1000000, &i, &rest) && *rest == '/' &&
         read_integer(rest + 1, i, 1000000, &n, &rest) && *rest == '\0';
}

/* "7", and for sweeps "1-20" and "1,2,5-9". */
static bool is_seeds(const char *s) {
  long long n, last;
  char *rest;
  for (;; s = rest + 1) {
    if (!read_integer(s, LLONG_MIN, LLONG_MAX, &n, &rest))
      return false;
    if (*rest == '-' && !read_integer(rest + 1, n, LLONG_MAX, &last, &rest))
      return false;
    if (*rest != ',')
      return *rest == '\0';
  }
}

/* --- the table of run options -------------------------------------------- */

typedef struct run_option {
  const char *name;
  const char *value; /* NULL for a flag */
  bool (*valid)(const char *);
  const char *wanted; /* for messages */
  const char *about;
} run_option;

static const run_option options[HOST_RUN_OPTIONS] = {
    {"precision", "NAME", is_precision, "float64 or float32",
     "float64 (the default) or float32"},
    {"seed", "N", is_seeds, "an integer, or for a sweep 1-20 or 1,2,5",
     "seed of the run and of math.random (default 0)"},
    {"threads", "N", is_threads, "a number from 1 to 256",
     "cores of a trial that is alone (default: all)"},
    {"jobs", "N", is_jobs, "a number of workers, or 0 for none",
     "worker processes (default: one per core)"},
    {"out", "DIR", is_something, "a folder", "folder for what the run writes"},
    {"shard", "I/N", is_shard, "I/N with 1 <= I <= N",
     "do only the I-th of N parts"},
    {"fresh", NULL, NULL, NULL, "forget the results of an earlier run"},
    {"dry-run", NULL, NULL, NULL, "list the trials and what they would cost"},
    {"shuffle", NULL, NULL, NULL, "trials in random order, the same results"},
    {"fail-fast", NULL, NULL, NULL, "stop at the first trial that fails"},
    {"trial-timeout", "S", is_seconds, "a number of seconds",
     "seconds that a trial may take"},
    {"ascii", NULL, NULL, NULL, "plots in the terminal in plain ASCII"},
    {"quiet", NULL, NULL, NULL, "no progress on stderr"},
};

static const char *const long_names[] = {
    "precision", "seed",    "jobs",    "out",       "shard",         "threads",
    "fresh",     "dry-run", "shuffle", "fail-fast", "trial-timeout", "ascii",
    "quiet",     "version", "merge",   "pack",      "verify",        "new",
    "show",      "help",    NULL};

static int find_option(const char *name, size_t length) {
  for (int k = 0; k < HOST_RUN_OPTIONS; k++)
    if (strlen(options[k].name) == length &&
        !strncmp(options[k].name, name, length))
      return k;
  return -1;
}

const char *host_run_option(const host_args *args, const char *name) {
  return args->run[find_option(name, strlen(name))];
}

void host_push_run_options(lua_State *L, const host_args *args) {
  lua_newtable(L);
  for (int k = 0; k < HOST_RUN_OPTIONS; k++) {
    if (!args->run[k])
      continue;
    if (options[k].value)
      lua_pushstring(L, args->run[k]);
    else
      lua_pushboolean(L, true);
    lua_setfield(L, -2, options[k].name);
  }
}

/* --- messages ------------------------------------------------------------ */

static bool usage_error(const char *format, const char *a, const char *b) {
  char message[512];
  snprintf(message, sizeof message, format, a, b);
  host_message(message);
  fputs("Try 'orthorun --help'.\n", stderr);
  return false;
}

static bool unknown_option(const char *word) {
  char name[64];
  bool is_long = word[1] == '-' && word[2] && word[2] != '-';
  snprintf(name, sizeof name, "%.*s", (int)strcspn(word + is_long + 1, "="),
           word + is_long + 1);
  const char *near = is_long ? lib_nearest(name, long_names) : NULL;
  if (near)
    return usage_error("unrecognized option '%s' (did you mean '--%s'?)", word,
                       near);
  return usage_error("unrecognized option '%s'%s", word, "");
}

void host_print_help(void) {
  puts("usage: orthorun [options] [script [arguments]]\n"
       "\n"
       "Runs a Lua 5.4 script with the orthorun library in it (as `ortho`).\n"
       "Without a script: reads stdin, or prompts where that is a terminal.\n"
       "\n"
       "  -e code   run 'code'\n"
       "  -i        prompt after the script\n"
       "  -l mod    require 'mod' into the global 'mod'\n"
       "  -l g=mod  require 'mod' into the global 'g'\n"
       "  -v        print the version in one line\n"
       "  -E        ignore LUA_INIT, LUA_PATH and LUA_CPATH\n"
       "  -W        turn Lua's warnings on\n"
       "  --        end of options\n"
       "  -         end of options, run stdin\n"
       "\n"
       "Run options, before the script or after it:");
  for (int k = 0; k < HOST_RUN_OPTIONS; k++) {
    char left[40];
    snprintf(left, sizeof left, "--%s %s", options[k].name,
             options[k].value ? options[k].value : "");
    printf("  %-17s %s\n", left, options[k].about);
  }
  puts("\n"
       "Results files:\n"
       "  --show FILE       what a results file holds\n"
       "  --merge FILE ... -o FILE\n"
       "                    the results of shards in one new file\n"
       "\n"
       "Sharing (docs/sharing.md):\n"
       "  --pack SCRIPT [arguments] [-o FILE.html]\n"
       "                    run it, and write script and results as one page\n"
       "  --verify FILE.html [--tolerance T]\n"
       "                    run what is in it again, and compare the results\n"
       "  FILE.html         run the script that is in it\n"
       "  --new NAME        write NAME.lua, an experiment to start from\n"
       "\n"
       "  --version         every part and its version\n"
       "  --help            this text; `orthorun script --help` asks the "
       "script\n"
       "\n"
       "Exit codes: 0, 1 error in a script, 2 wrong usage, 3 some trials of a\n"
       "sweep failed, 130 Ctrl-C.");
}

/* --- parsing ------------------------------------------------------------- */

int host_option_words(char **argv, int i) {
  const char *word = argv[i];
  if (word[1] == '-') {
    int k = find_option(word + 2, strlen(word + 2));
    return k >= 0 && options[k].value ? 2 : 1;
  }
  return strchr("el", word[1]) && !word[2] ? 2 : 1;
}

static bool set_run_option(host_args *args, int k, const char *value) {
  const run_option *o = &options[k];
  char name[32];
  snprintf(name, sizeof name, "--%s", o->name);
  if (!o->value && value)
    return usage_error("option '%s' takes no value, not '%s'", name, value);
  if (o->value && !value)
    return usage_error("option '%s' needs a value: %s", name, o->wanted);
  if (value && !o->valid(value)) {
    char wrong[256];
    snprintf(wrong, sizeof wrong, "%s '%s'", name, value);
    return usage_error("option %s: must be %s", wrong, o->wanted);
  }
  args->run[k] = value ? value : "";
  return true;
}

static bool parse_long(host_args *args, int i) {
  char *word = args->argv[i] + 2;
  char *equals = strchr(word, '=');
  int k = find_option(word, equals ? (size_t)(equals - word) : strlen(word));
  if (k >= 0) {
    char *next =
        host_option_words(args->argv, i) == 2 ? args->argv[i + 1] : NULL;
    bool follows = next && strncmp(next, "--", 2) != 0;
    return set_run_option(args, k,
                          equals ? equals + 1 : (follows ? next : NULL));
  }
  if (!strcmp(word, "help"))
    args->flags |= HOST_HELP;
  else if (!strcmp(word, "version"))
    args->flags |= HOST_VERSION;
  else
    return unknown_option(args->argv[i]);
  return true;
}

static unsigned letter_flags(char letter) {
  switch (letter) {
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
  if (!strchr("ivEWel", word[1]) || (word[2] && !takes_value))
    return unknown_option(word);
  const char *next = args->argv[i + 1];
  if (takes_value && !word[2] && (!next || next[0] == '-'))
    return usage_error("'%s' needs argument%s", word, "");
  args->flags |= letter_flags(word[1]);
  return true;
}

/* The rest of the line belongs to the tool. */
static bool is_tool(const char *word) {
  static const char *const tools[] = {"--merge",  "--show", "--pack",
                                      "--verify", "--new",  NULL};
  for (int k = 0; tools[k]; k++)
    if (!strcmp(word, tools[k]))
      return true;
  return false;
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
