/* arena.h: scratch memory, and the one way to have it. An arena is a piece of
   the caller's memory that functions take parts of and give back.

   A function that takes an or_arena is called with an empty one first. Where
   it needs no scratch it does its work and returns OR_OK; else it returns
   OR_SCRATCH, and arena->needed says how many bytes it wants. Called again
   over an arena of that many bytes it does its work. What it took it has given
   back when it returns OR_OK; after anything else the arena is made anew.
   OR_SIZE: more bytes than any memory has.

   Such a function takes all that it needs first and stops at
   TRY(or_ready(arena)). Where it calls others that need scratch it counts for
   them, too: by or_reserve, or by calling them if (or_counting(arena)). */
#ifndef OR_ARENA_H
#define OR_ARENA_H

#include "matrix.h"

typedef struct or_arena {
  unsigned char *base; /* aligned to OR_ALIGNMENT; NULL where empty */
  size_t size;         /* bytes at base */
  size_t used;         /* bytes that are taken, or were wanted in vain */
  size_t needed;       /* the most that `used` has been */
  int row, col;        /* 0-based place of an error that has one, else -1 */
} or_arena;

/* Returns the status of a call unless it is OR_OK. */
#define TRY(call)                                                              \
  do {                                                                         \
    or_status try_status = (call);                                             \
    if (try_status != OR_OK)                                                   \
      return try_status;                                                       \
  } while (0)

/* Nothing is counted beyond this, so that no sum of two sizes overflows. */
#define OR_ARENA_MOST ((size_t)PTRDIFF_MAX / OR_ALIGNMENT * OR_ALIGNMENT)

/* The next multiple of OR_ALIGNMENT; OR_ARENA_MOST at most. */
static inline size_t or_align_up(size_t bytes) {
  return bytes > OR_ARENA_MOST
             ? OR_ARENA_MOST
             : (bytes + OR_ALIGNMENT - 1) / OR_ALIGNMENT * OR_ALIGNMENT;
}

/* The first address from p on that is a multiple of OR_ALIGNMENT. */
static inline void *or_align_pointer(void *p) {
  size_t past = (uintptr_t)p % OR_ALIGNMENT;
  return past ? (char *)p + OR_ALIGNMENT - past : p;
}

/* An arena over `size` bytes at base; (NULL, 0) makes an empty one. */
static inline or_arena or_arena_over(void *base, size_t size) {
  return (or_arena){.base = base, .size = size, .row = -1, .col = -1};
}

/* Room for so many bytes, aligned to OR_ALIGNMENT, contents unset; NULL where
   the arena has too few (or_ready then says so). */
static inline void *or_take(or_arena *arena, size_t bytes) {
  size_t start = arena->used;
  arena->used = or_align_up(start + or_align_up(bytes));
  if (arena->needed < arena->used)
    arena->needed = arena->used;
  return arena->base && arena->used <= arena->size ? arena->base + start : NULL;
}

/* The same for a matrix, exponent 0. */
static inline or_matrix or_take_matrix(or_arena *arena, int rows, int cols,
                                       or_precision p) {
  size_t bytes = OR_ARENA_MOST;
  or_matrix_bytes(rows, cols, p, &bytes); /* leaves `bytes` if too large */
  return or_matrix_over(or_take(arena, bytes), rows, cols, p);
}

/* Gives back all that was taken since arena->used was `mark`. */
static inline void or_give_back(or_arena *arena, size_t mark) {
  arena->used = mark;
}

/* Asks for room that is to be taken later. */
static inline void or_reserve(or_arena *arena, size_t bytes) {
  size_t mark = arena->used;
  or_take(arena, bytes);
  or_give_back(arena, mark);
}

/* OR_OK where the arena had room for all that was wanted so far. */
static inline or_status or_ready(const or_arena *arena) {
  if (arena->needed >= OR_ARENA_MOST)
    return OR_SIZE;
  return arena->needed <= arena->size ? OR_OK : OR_SCRATCH;
}

static inline bool or_counting(const or_arena *arena) {
  return !arena->base || or_ready(arena) != OR_OK;
}

/* Of two calls that were to count: what one of them refused, or OR_SCRATCH. */
static inline or_status or_counted(or_status first, or_status second) {
  return first != OR_SCRATCH ? first : second;
}

#endif
