/* lib_compute.c: runs a computation of the core with the scratch it asks for,
   and a long one, where a prompt waits for it, in a copy of this process. */
#include "lib.h"

/* A quarter of a second for an SVD, half of one for a product, where it was
   measured; the copy takes some hundredths more. */
static const double long_cost = 1e9;

typedef struct job {
  lib_computation *f;
  void *context;
  or_arena *arena;
  or_status status;
} job;

static void run_here(void *context) {
  job *j = context;
  j->status = j->f(j->context, j->arena);
}

void lib_add_part(lib_effort *effort, or_matrix *m) {
  size_t size = or_precision_size(m->precision) * (size_t)m->ld;
  effort->parts[effort->count++] = (sys_part){m, sizeof *m};
  effort->parts[effort->count++] =
      (sys_part){m->data, or_matrix_is_empty(m) ? 0 : size * (size_t)m->cols};
}

/* In a copy of the process; here where that cannot be had. */
static void run_apart(lua_State *L, job *j, const lib_effort *effort) {
  enum { OURS = 2, ALL = OURS + sizeof effort->parts / sizeof *effort->parts };
  sys_part parts[ALL] = {{j, sizeof *j}, {j->arena, sizeof *j->arena}};
  or_arena before = *j->arena;
  for (int i = 0; i < effort->count; i++)
    parts[OURS + i] = effort->parts[i];
  sys_status status = sys_apart(run_here, j, parts, OURS + effort->count);
  if (status == SYS_INTERRUPTED)
    lib_poll(L);
  if (status == SYS_OK)
    return;
  *j->arena = before;
  run_here(j);
}

or_status lib_compute_long(lua_State *L, lib_computation *f, void *context,
                           or_arena *arena, const lib_effort *effort) {
  bool apart = effort->cost > long_cost && sys_apart_wanted();
  *arena = or_arena_over(NULL, 0);
  job j = {.f = f, .context = context, .arena = arena};
  lib_poll(L);
  if (apart && effort->at_once)
    run_apart(L, &j, effort);
  else
    run_here(&j);
  if (j.status != OR_SCRATCH)
    return j.status;
  lib_grow_arena(L, arena);
  if (apart)
    run_apart(L, &j, effort);
  else
    run_here(&j);
  lib_keep_arena(L);
  return j.status;
}

or_status lib_compute(lua_State *L, lib_computation *f, void *context,
                      or_arena *arena) {
  static const lib_effort little = {0};
  return lib_compute_long(L, f, context, arena, &little);
}
