/* load.c: see load.h. */
#include "load.h"

#include <sys/stat.h>

#include "gzip.h"

enum { CHUNK = 1 << 16 };

/* `count` numbers to the places from (i, j) on, `stride` apart. */
static void decode(const sys_block *b, const unsigned char *bytes,
                   int64_t count, const sys_target *to, int64_t place,
                   int64_t stride) {
  if (to->single)
    sys_decode_f32(b->encoding, bytes, (size_t)count, b->divisor,
                   (float *)to->data + place, (size_t)stride);
  else
    sys_decode_f64(b->encoding, bytes, (size_t)count, b->divisor,
                   (double *)to->data + place, (size_t)stride);
}

/* Numbers k .. k+count-1 of the file's order, to their places. */
static void place(const sys_block *b, const unsigned char *bytes, int64_t k,
                  int64_t count, const sys_target *to) {
  if (!b->by_rows) {
    decode(b, bytes, count, to, k, 1);
    return;
  }
  while (count > 0) {
    int64_t i = k / to->cols, j = k % to->cols;
    int64_t run = to->cols - j < count ? to->cols - j : count;
    decode(b, bytes, run, to, i + j * to->ld, to->ld);
    bytes += run * (int64_t)b->encoding.size;
    k += run;
    count -= run;
  }
}

/* Fills the target as far as the stream goes. */
static sys_status fill(sys_stream *s, const sys_block *b, const sys_target *to,
                       int64_t *found) {
  unsigned char bytes[CHUNK];
  int64_t total = to->rows * to->cols, done = 0, n = 0;
  int64_t size = (int64_t)b->encoding.size, most = CHUNK / size;
  sys_status status = SYS_OK;
  for (*found = 0; done < total && *found == done * size; *found += n) {
    int64_t count = total - done < most ? total - done : most;
    status = sys_stream_read(s, bytes, count * size, &n);
    if (status != SYS_OK)
      break;
    place(b, bytes, done, n / size, to);
    done += count;
  }
  return status;
}

/* What sys_load does between opening and closing. */
static sys_status load(sys_stream *s, const sys_block *b, const sys_target *to,
                       int64_t *found) {
  int64_t rest;
  sys_status status = sys_stream_skip(s, b->offset, &rest);
  if (status != SYS_OK || rest < b->offset)
    return status;
  status = fill(s, b, to, found);
  if (status != SYS_OK || b->partial)
    return status;
  status = sys_stream_skip(s, INT64_MAX, &rest);
  *found += rest;
  return status;
}

/* A pipe's bytes are gone when the caller has read the header. */
static bool can_be_read_again(const char *path) {
  struct stat st;
  return stat(path, &st) != 0 || S_ISREG(st.st_mode) || S_ISDIR(st.st_mode);
}

sys_status sys_load(const char *path, const sys_block *b, const sys_target *to,
                    int64_t *found) {
  sys_stream s;
  *found = 0;
  if (!can_be_read_again(path))
    return SYS_NOT_A_FILE;
  sys_status status = sys_stream_open(&s, path);
  if (status == SYS_OK)
    status = load(&s, b, to, found);
  sys_stream_close(&s);
  return status;
}
