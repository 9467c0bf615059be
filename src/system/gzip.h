/* gzip.h: files that may be gzipped, read from the front, and gzip streams in
   memory. Its .c file is the only one that includes zlib's header. */
#ifndef SYS_GZIP_H
#define SYS_GZIP_H

#include <stddef.h>
#include <stdint.h>

#include "status.h"

/* --- files ---------------------------------------------------------------- */

/* A file that is open for reading, plain or gzipped: what is read is the
   expanded contents either way. */
typedef struct sys_stream {
  struct gzFile_s *file; /* NULL: closed */
} sys_stream;

sys_status sys_stream_open(sys_stream *s, const char *path);
/* Closes it, and does nothing where it is closed. */
void sys_stream_close(sys_stream *s);
/* Reads `size` bytes, or as many as there are; *got is how many. */
sys_status sys_stream_read(sys_stream *s, void *to, int64_t size, int64_t *got);
/* Reads on over up to `size` bytes; *got is how many there were. */
sys_status sys_stream_skip(sys_stream *s, int64_t size, int64_t *got);

/* --- memory --------------------------------------------------------------- */

/* Room that is enough for the gzip stream of `size` bytes. */
size_t sys_gzip_bound(size_t size);
/* The gzip stream of `size` bytes, to `to`; *used bytes of `room`. The same
   bytes give the same stream: no name and no time are in it. */
sys_status sys_gzip(const void *from, size_t size, void *to, size_t room,
                    size_t *used);
/* What the gzip stream holds, to `to` if that is not NULL; *total is how many
   bytes. SYS_GZIP_LARGE where they are more than `room`. Streams one after the
   other are read as one; other bytes behind them are SYS_GZIP_DAMAGED. */
sys_status sys_gunzip(const void *from, size_t size, void *to, size_t room,
                      size_t *total);

#endif
