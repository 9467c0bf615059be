/* lib_split.c: a step of training whose batch goes through the net in shares
   (core/split.h): its memory, its target, and what it returns for. */
#include "../core/split.h"

#include "lib_loss.h"
#include "lib_pass.h"

static void begin(lua_State *L, const run *r, or_split *p) {
  or_arena memory = lib_takememory(L, r, AT_SPLIT, NETWORK_SPLIT);
  or_arena deltas = lib_takememory(L, r, AT_DELTAS, NETWORK_DELTAS);
  or_status status = or_split_begin(p, &memory, &deltas);
  if (status == OR_SCRATCH) {
    if (memory.needed > memory.size)
      memory = lib_morememory(L, r, AT_SPLIT, &memory);
    if (deltas.needed > deltas.size)
      deltas = lib_morememory(L, r, AT_DELTAS, &deltas);
    memory.used = deltas.used = 0;
    status = or_split_begin(p, &memory, &deltas);
  }
  lib_check(L, r->who, status);
}

/* The target, if it fits the output; else the step as a whole refuses it. */
static bool read_target(lua_State *L, const run *r, or_loss_kind kind,
                        or_split *p) {
  const or_matrix *y = &p->plan->places[p->net->count - 1].output;
  int *labels =
      kind == OR_LOSS_CROSS_ENTROPY ? lib_labelroom(L, r, y->cols) : NULL;
  p->target = lib_readtarget(L, r->who, kind, y, 3, labels);
  const or_matrix *t = p->target.matrix;
  return !t || (or_matrix_same_shape(t, y) && t->precision == y->precision);
}

typedef or_status stage(or_split *p, or_arena *scratch);

/* To its end, or to what is not for it. */
static or_status go(lua_State *L, run *r, or_split *p, stage *part) {
  or_status status;
  while ((status = part(p, &r->scratch)) == OR_SCRATCH ||
         status == OR_INTERRUPTED)
    if (status == OR_SCRATCH)
      r->scratch = lib_morememory(L, r, AT_SCRATCH, &r->scratch);
    else
      lib_poll(L);
  return status;
}

bool lib_split(lua_State *L, run *r, or_loss_kind kind, or_norm *value,
               int *correct) {
  or_split p = {.net = r->pass.net,
                .plan = r->pass.plan,
                .x = r->pass.x,
                .interrupted = r->pass.interrupted};
  if (!or_split_pays(&p) || !read_target(L, r, kind, &p))
    return false;
  lib_gradientmemory(L, r);
  begin(L, r, &p);
  if (go(L, r, &p, or_split_run) != OR_OK)
    return false;
  lib_check(L, r->who, go(L, r, &p, or_split_gradients));
  *value = p.value;
  *correct = p.correct;
  return true;
}
