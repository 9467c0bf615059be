/* run_options.c: the options of a run: one table, from which the command
   line, both texts of --help, sweeps, reports and docs/api/sweep.md have names,
   kinds and ranges, and the one check of a value. Reads no argv, and prints
   nothing. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/parallel.h"
#include "host.h"

/* --- the table ----------------------------------------------------------- */

typedef enum option_kind {
  FLAG,    /* the kind of a row that says none */
  INTEGER, /* low .. high */
  NUMBER,  /* low .. high */
  CHOICE,  /* one of choices */
  TEXT,    /* anything but nothing */
  SHARD,   /* I/N */
  SEEDS    /* an integer; in a sweep over seeds also ranges and lists */
} option_kind;

static const char *const kind_names[] = {"flag", "integer", "number", "choice",
                                         "text", "shard",   "seeds"};

typedef struct run_option {
  const char *name;
  option_kind kind;
  const char *value; /* its value's name in --help; NULL for a flag */
  const char *about;
  const char *otherwise; /* what holds without it; NULL for a flag */
  bool changes_results;
  long low, high;
  const char *const *choices;
} run_option;

static const char *const precisions[] = {"float64", "float32", NULL};

static const char *const ends[] = {"done", "decided", NULL};

static const run_option table[HOST_RUN_OPTIONS] = {
    {.name = "precision",
     .kind = CHOICE,
     .value = "NAME",
     .about = "of new matrices: float64 or float32",
     .otherwise = "float64",
     .changes_results = true,
     .choices = precisions},
    {.name = "seed",
     .kind = SEEDS,
     .value = "N",
     .about = "of all random numbers; for a grid's seeds also 1-20",
     .otherwise = "0",
     .changes_results = true},
    {.name = "threads",
     .kind = INTEGER,
     .value = "N",
     .about = "cores for all trials together",
     .otherwise = "all",
     .low = 1,
     .high = OR_MOST_THREADS},
    {.name = "jobs",
     .kind = INTEGER,
     .value = "N",
     .about = "trials at a time; 0: without worker processes",
     .otherwise = "cores",
     .high = 100000},
    {.name = "out",
     .kind = TEXT,
     .value = "DIR",
     .about = "folder for what the run writes",
     .otherwise = "runs/NAME"},
    {.name = "shard",
     .kind = SHARD,
     .value = "I/N",
     .about = "do only the I-th of N parts",
     .otherwise = "as Slurm or mpirun say",
     .changes_results = true},
    {.name = "until",
     .kind = CHOICE,
     .value = "END",
     .about = "decided: add seeds until a comparison is",
     .otherwise = "done",
     .changes_results = true,
     .choices = ends},
    {.name = "fresh", .about = "forget the results of an earlier run"},
    {.name = "fresh-kernel",
     .about = "run again what another BLAS or its kernel did"},
    {.name = "dry-run", .about = "list the trials and what they would cost"},
    {.name = "shuffle", .about = "trials in random order; the same results"},
    {.name = "fail-fast", .about = "stop at the first trial that fails"},
    {.name = "trial-timeout",
     .kind = NUMBER,
     .value = "S",
     .about = "seconds that a trial may take; 0: any",
     .otherwise = "0",
     .high = 1000000000},
    {.name = "show-plots", .about = "show the plots in the terminal, too"},
    {.name = "ascii", .about = "the same in plain ASCII"},
    {.name = "quiet", .about = "no progress on stderr"},
    {.name = "traceback", .about = "errors with the library's own lines, too"},
};

const char *host_run_option_name(int k) { return table[k].name; }

bool host_run_option_takes_value(int k) { return table[k].kind != FLAG; }

static bool is_name(const char *name, const char *word, size_t length) {
  if (strlen(name) != length)
    return false;
  for (size_t i = 0; i < length; i++)
    if (name[i] != (word[i] == '_' ? '-' : word[i]))
      return false;
  return true;
}

int host_find_run_option(const char *name, size_t length) {
  for (int k = 0; k < HOST_RUN_OPTIONS; k++)
    if (is_name(table[k].name, name, length))
      return k;
  return -1;
}

/* --- values -------------------------------------------------------------- */

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* Reads a decimal integer of at least `low` from *s, and moves *s behind. */
static bool take_integer(const char **s, long long low, long long *value) {
  char *rest;
  if (!is_digit((*s)[**s == '-']))
    return false;
  errno = 0;
  *value = strtoll(*s, &rest, 10);
  *s = rest;
  return errno == 0 && *value >= low;
}

static bool is_integer(const run_option *o, const char *s) {
  long long n;
  return take_integer(&s, o->low, &n) && n <= o->high && !*s;
}

static bool is_number(const run_option *o, const char *s) {
  char *rest;
  double x = strtod(s, &rest);
  bool decimal = *s && !s[strspn(s, "0123456789+-.eE")];
  return decimal && !*rest && x >= (double)o->low && x <= (double)o->high;
}

static bool is_choice(const run_option *o, const char *s) {
  for (int i = 0; o->choices[i]; i++)
    if (!strcmp(o->choices[i], s))
      return true;
  return false;
}

static bool is_text(const run_option *o, const char *s) {
  (void)o;
  return *s;
}

static bool is_shard(const run_option *o, const char *s) {
  long long i, n;
  (void)o;
  return take_integer(&s, 1, &i) && *s++ == '/' && take_integer(&s, i, &n) &&
         n <= 1000000 && !*s;
}

/* What may stand behind FROM..TO: ":7", ":7lin", ":7log". */
static void take_count(const char **s) {
  size_t digits = strspn(*s + (**s == ':'), "0123456789");
  if (**s != ':' || !digits)
    return;
  *s += 1 + digits;
  if (!strncmp(*s, "log", 3) || !strncmp(*s, "lin", 3))
    *s += 3;
}

/* "7", "1-20", "1..20", "1..20:4". */
static bool take_seeds(const char **s) {
  long long first, last;
  if (!take_integer(s, LLONG_MIN, &first))
    return false;
  if (**s == '-' && first >= 0)
    return is_digit(*++*s) && take_integer(s, first, &last);
  if (strncmp(*s, "..", 2) != 0)
    return true;
  *s += 2;
  if (!take_integer(s, first, &last))
    return false;
  take_count(s);
  return true;
}

static bool is_seeds(const run_option *o, const char *s) {
  (void)o;
  for (; take_seeds(&s); s++)
    if (*s != ',')
      return !*s;
  return false;
}

static bool (*const is_valid[])(const run_option *, const char *) = {
    [INTEGER] = is_integer, [NUMBER] = is_number, [CHOICE] = is_choice,
    [TEXT] = is_text,       [SHARD] = is_shard,   [SEEDS] = is_seeds};

/* --- messages ------------------------------------------------------------ */

/* What a value must be, into text. */
static void describe(const run_option *o, char *text, size_t size) {
  if (o->kind == INTEGER || o->kind == NUMBER)
    snprintf(text, size, "a %snumber from %ld to %ld",
             o->kind == INTEGER ? "whole " : "", o->low, o->high);
  else if (o->kind == CHOICE)
    snprintf(text, size, "%s or %s", o->choices[0], o->choices[1]);
  else if (o->kind == SHARD)
    snprintf(text, size, "I/N with 1 <= I <= N <= 1000000");
  else if (o->kind == SEEDS)
    snprintf(text, size, "a whole number (in a grid also 1-20 or 1,2,5)");
  else
    snprintf(text, size, "the name of a folder");
}

bool host_check_run_option(int k, const char *value, char *message,
                           size_t size) {
  const run_option *o = &table[k];
  char wanted[96];
  if (o->kind == FLAG && value)
    snprintf(message, size, "--%s takes no value, got '%.80s'", o->name, value);
  if (o->kind == FLAG)
    return !value;
  if (value && is_valid[o->kind](o, value))
    return true;
  describe(o, wanted, sizeof wanted);
  if (value)
    snprintf(message, size, "--%s: expected %s, got '%.80s'", o->name, wanted,
             value);
  else
    snprintf(message, size, "--%s: a value is missing: %s", o->name, wanted);
  return false;
}

void host_print_run_options(void) {
  for (int k = 0; k < HOST_RUN_OPTIONS; k++) {
    const run_option *o = &table[k];
    char left[40];
    snprintf(left, sizeof left, "--%s %s", o->name, o->value ? o->value : "");
    printf("  %-18s%s", left, o->about);
    if (o->otherwise)
      printf(" [%s]", o->otherwise);
    puts("");
  }
}

/* --- for the library ----------------------------------------------------- */

static void set_text(lua_State *L, const char *key, const char *text) {
  lua_pushstring(L, text); /* nil for NULL */
  lua_setfield(L, -2, key);
}

static void push_choices(lua_State *L, const char *const *choices) {
  lua_newtable(L);
  for (int i = 0; choices[i]; i++) {
    lua_pushstring(L, choices[i]);
    lua_rawseti(L, -2, i + 1);
  }
}

static void push_option(lua_State *L, const run_option *o) {
  lua_newtable(L);
  set_text(L, "name", o->name);
  set_text(L, "kind", kind_names[o->kind]);
  set_text(L, "value", o->value);
  set_text(L, "about", o->about);
  set_text(L, "otherwise", o->otherwise);
  lua_pushboolean(L, o->changes_results);
  lua_setfield(L, -2, "changes_results");
  if (o->choices) {
    push_choices(L, o->choices);
    lua_setfield(L, -2, "choices");
  }
  if (o->kind == INTEGER || o->kind == NUMBER) {
    lua_pushinteger(L, o->low);
    lua_setfield(L, -2, "low");
    lua_pushinteger(L, o->high);
    lua_setfield(L, -2, "high");
  }
}

void host_push_option_table(lua_State *L) {
  lua_createtable(L, HOST_RUN_OPTIONS, 0);
  for (int k = 0; k < HOST_RUN_OPTIONS; k++) {
    push_option(L, &table[k]);
    lua_rawseti(L, -2, k + 1);
  }
}

/* A number where the text is one, of the kinds that are numbers. */
static void push_value(lua_State *L, option_kind kind, const char *text) {
  if (kind == FLAG)
    lua_pushboolean(L, true);
  else if (kind == NUMBER)
    lua_pushnumber(L, strtod(text, NULL));
  else if ((kind != INTEGER && kind != SEEDS) ||
           lua_stringtonumber(L, text) == 0 || !lua_isinteger(L, -1))
    lua_pushstring(L, text);
}

int host_read_run_option(lua_State *L) {
  size_t length;
  const char *name = luaL_checklstring(L, 1, &length);
  const char *text = luaL_optstring(L, 2, NULL);
  int k = host_find_run_option(name, length);
  char message[256];
  luaL_argcheck(L, k >= 0, 1, "no run option of this name");
  if (host_check_run_option(k, text, message, sizeof message)) {
    push_value(L, table[k].kind, text);
    return 1;
  }
  lua_pushnil(L);
  lua_pushstring(L, message);
  return 2;
}
