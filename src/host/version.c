/* version.c: what this program is made of, for people and for the record. */
#include <stdio.h>
#include <string.h>

#include "../core/blas.h"
#include "../core/parallel.h"
#include "../core/version.h"
#include "host.h"

#ifndef OR_RANDOM123
#define OR_RANDOM123 "(version unknown)"
#endif

#if defined(__clang__)
#define COMPILER __VERSION__
#elif defined(__GNUC__)
#define COMPILER "GCC " __VERSION__
#else
#define COMPILER "unknown"
#endif

typedef struct fact {
  const char *name;
  char text[160];
} fact;

enum { FACTS = 7 };

static void collect(fact facts[FACTS]) {
  or_blas_info blas;
  or_blas_describe(&blas);
  int k = 0;
#define FACT(key, ...)                                                         \
  facts[k].name = key;                                                         \
  snprintf(facts[k++].text, sizeof facts->text, __VA_ARGS__)
  FACT("orthorun", "%s", OR_VERSION);
  FACT("lua", "%s", LUA_RELEASE);
  FACT("blas", "%s", blas.library);
  FACT("kernel", "%s", blas.kernel[0] ? blas.kernel : "unknown");
  FACT("threads", "%d", or_threads());
  FACT("random123", "%s", OR_RANDOM123);
  FACT("compiler", "%s", COMPILER);
#undef FACT
}

/* All of it but the threads, which a run may set anew at any time. */
void host_push_environment(lua_State *L) {
  fact facts[FACTS];
  collect(facts);
  lua_createtable(L, 0, FACTS);
  for (int k = 0; k < FACTS; k++) {
    if (!strcmp(facts[k].name, "threads"))
      continue;
    lua_pushstring(L, facts[k].text);
    lua_setfield(L, -2, facts[k].name);
  }
}

void host_print_version(void) {
  fact facts[FACTS];
  collect(facts);
  printf("orthorun %s\n", OR_VERSION);
  for (int k = 1; k < FACTS; k++)
    printf("  %-10s %s\n", facts[k].name, facts[k].text);
}

void host_print_banner(void) {
  printf("orthorun %s, %s\n", OR_VERSION, LUA_COPYRIGHT);
  fflush(stdout);
}
