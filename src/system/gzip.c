/* gzip.c: see gzip.h. */
#include "gzip.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <zlib.h>

enum { CHUNK = 1 << 16, BUFFER = 1 << 17, GZIP_WINDOW = 15 + 16 };

static sys_status status_of(int code) {
  switch (code) {
  case Z_OK:
  case Z_STREAM_END:
    return SYS_OK;
  case Z_ERRNO:
    return errno != 0 ? errno : EIO;
  case Z_MEM_ERROR:
    return ENOMEM;
  case Z_BUF_ERROR:
    return SYS_GZIP_SHORT;
  default:
    return SYS_GZIP_DAMAGED;
  }
}

/* --- files ---------------------------------------------------------------- */

sys_status sys_stream_open(sys_stream *s, const char *path) {
  errno = 0;
  s->file = gzopen(path, "rbe");
  if (!s->file)
    return errno != 0 ? errno : ENOMEM;
  gzbuffer(s->file, BUFFER);
  return SYS_OK;
}

void sys_stream_close(sys_stream *s) {
  if (s->file)
    gzclose_r(s->file);
  s->file = NULL;
}

sys_status sys_stream_read(sys_stream *s, void *to, int64_t size,
                           int64_t *got) {
  int n = 1, code;
  for (*got = 0; *got < size && n > 0; *got += n > 0 ? n : 0) {
    if (sys_interrupted)
      return SYS_INTERRUPTED;
    int64_t step = size - *got < CHUNK ? size - *got : CHUNK;
    n = gzread(s->file, (char *)to + *got, (unsigned)step);
  }
  gzerror(s->file, &code);
  return status_of(code);
}

sys_status sys_stream_skip(sys_stream *s, int64_t size, int64_t *got) {
  unsigned char bytes[CHUNK];
  sys_status status = SYS_OK;
  int64_t n = CHUNK;
  for (*got = 0; *got < size && n == CHUNK && status == SYS_OK; *got += n) {
    int64_t step = size - *got < CHUNK ? size - *got : CHUNK;
    status = sys_stream_read(s, bytes, step, &n);
  }
  return status;
}

/* --- memory --------------------------------------------------------------- */

/* zlib counts a call's bytes in unsigned int. */
static uInt at_most(size_t size) {
  return size < UINT_MAX ? (uInt)size : UINT_MAX;
}

size_t sys_gzip_bound(size_t size) {
  return size + (size >> 8) + (size >> 10) + 64;
}

sys_status sys_gzip(const void *from, size_t size, void *to, size_t room,
                    size_t *used) {
  z_stream z = {.next_in = (Bytef *)from, .next_out = to};
  int code = deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, 8,
                          Z_DEFAULT_STRATEGY);
  if (code != Z_OK)
    return status_of(code);
  do {
    size_t in = size - z.total_in;
    z.avail_in = at_most(in < CHUNK ? in : CHUNK);
    z.avail_out = at_most(room - z.total_out);
    code = deflate(&z, z.avail_in == in ? Z_FINISH : Z_NO_FLUSH);
  } while (code == Z_OK && !sys_interrupted);
  *used = z.total_out;
  deflateEnd(&z);
  return code == Z_OK ? SYS_INTERRUPTED : status_of(code);
}

/* Takes `size` more expanded bytes, unless there are then too many. */
static sys_status take(const unsigned char *bytes, size_t size, char *to,
                       size_t room, size_t *total) {
  if (sys_interrupted)
    return SYS_INTERRUPTED;
  if (size > room - *total)
    return SYS_GZIP_LARGE;
  if (to)
    memcpy(to + *total, bytes, size);
  *total += size;
  return SYS_OK;
}

sys_status sys_gunzip(const void *from, size_t size, void *to, size_t room,
                      size_t *total) {
  unsigned char bytes[CHUNK];
  const unsigned char *end = (const unsigned char *)from + size;
  z_stream z = {.next_in = (Bytef *)from};
  sys_status status = SYS_OK;
  int code = inflateInit2(&z, GZIP_WINDOW);
  *total = 0;
  if (code != Z_OK)
    return status_of(code);
  while (code == Z_OK && status == SYS_OK) {
    z.avail_in = at_most((size_t)(end - z.next_in));
    z.next_out = bytes;
    z.avail_out = sizeof bytes;
    code = inflate(&z, Z_NO_FLUSH);
    status = take(bytes, sizeof bytes - z.avail_out, to, room, total);
    if (code == Z_STREAM_END && z.next_in != end)
      code = inflateReset(&z);
  }
  inflateEnd(&z);
  return status != SYS_OK ? status : status_of(code);
}
