/* chunks.h: a long loop over elements as tasks for or_parallel. Chunks are
   long enough to be worth waking a thread for, and few enough for arrays on the
   stack; where they begin depends on the loop's length alone. */
#ifndef OR_CHUNKS_H
#define OR_CHUNKS_H

#include <stddef.h>

enum { OR_CHUNK = 16384, OR_MOST_CHUNKS = 64 };

typedef struct or_chunks {
  size_t count, length; /* elements in all, and of each chunk but the last */
  int number;
} or_chunks;

static inline or_chunks or_chunks_of(size_t count) {
  size_t share = (count + OR_MOST_CHUNKS - 1) / OR_MOST_CHUNKS;
  size_t length = share > OR_CHUNK ? share : OR_CHUNK;
  return (or_chunks){count, length, (int)((count + length - 1) / length)};
}

/* Chunk i begins at *at, and has so many elements. */
static inline size_t or_chunk(const or_chunks *c, int i, size_t *at) {
  *at = (size_t)i * c->length;
  size_t left = c->count - *at;
  return left < c->length ? left : c->length;
}

#endif
