/* scratch.h: what a call with an arena takes, for C tests. */
#ifndef SCRATCH_H
#define SCRATCH_H

#include "matrices.h"

enum { SCRATCH = 16 << 20 };

static _Alignas(OR_ALIGNMENT) unsigned char scratch[SCRATCH];

/* The arena of the last WITH_ARENA. */
static or_arena arena;

/* status = call, made as arena.h says: with an empty arena, and where that is
   not enough again, with as much as was asked for, full of junk, and not a
   byte more. */
#define WITH_ARENA(status, call)                                               \
  do {                                                                         \
    arena = or_arena_over(NULL, 0);                                            \
    (status) = (call);                                                         \
    if ((status) == OR_SCRATCH && arena.needed < SCRATCH - OR_ALIGNMENT) {     \
      memset(scratch, JUNK, arena.needed + OR_ALIGNMENT);                      \
      arena = or_arena_over(scratch, arena.needed);                            \
      (status) = (call);                                                       \
      CHECK(scratch[arena.size] == JUNK);                                      \
    }                                                                          \
  } while (0)

#endif
