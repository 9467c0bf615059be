/* lib_file.c: files for the Lua library: whole or not at all on the way out,
   streamed through zlib on the way in. What the bytes mean is Lua's business
   (orthorun.data), but for decoding numbers, which is core's.

   Failures of the system are returned (nil, message), not raised: the caller
   knows what the file was for. Between opening and closing nothing here calls
   Lua, so that no error can leave a file open. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "../core/decode.h"
#include "lib.h"

enum { CHUNK = 1 << 16 };

static int failure(lua_State *L, const char *message) {
  lua_pushnil(L);
  lua_pushstring(L, message);
  return 2;
}

static int system_failure(lua_State *L, int code) {
  return failure(L, strerror(code));
}

/* --- writing ------------------------------------------------------------ */

static bool write_all(int fd, const void *data, size_t size) {
  const char *from = data;
  while (size > 0) {
    ssize_t n = write(fd, from, size);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return false;
    from += n;
    size -= (size_t)n;
  }
  return true;
}

static bool write_matrix(int fd, const or_matrix *m) {
  size_t size = or_precision_size(m->precision);
  for (int j = 0; j < m->cols; j++) {
    const char *column =
        (const char *)m->data + size * (size_t)j * (size_t)m->ld;
    if (!write_all(fd, column, size * (size_t)m->rows))
      return false;
  }
  return true;
}

static bool write_content(int fd, const char *text, size_t size,
                          const or_matrix *m) {
  return write_all(fd, text, size) && (!m || write_matrix(fd, m));
}

/* A device or a pipe is written to as it stands; it must not be replaced. */
static int save_special(lua_State *L, const char *path, const char *text,
                        size_t size, const or_matrix *m) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  bool good = fd >= 0 && write_content(fd, text, size, m);
  int code = errno;
  if (fd >= 0 && close(fd) != 0 && good) {
    good = false;
    code = errno;
  }
  if (!good)
    return system_failure(L, code);
  lua_pushboolean(L, 1);
  return 1;
}

static mode_t usual_mode(void) {
  mode_t mask = umask(0);
  umask(mask);
  return 0666 & ~mask;
}

/* Fills the new file fd, called `temporary`, and gives it its name. Returns
   0, or the errno of what failed; the new file is then gone. */
static int fill_and_rename(int fd, const char *temporary, const char *path,
                           const char *text, size_t size, const or_matrix *m) {
  int code = 0;
  if (fchmod(fd, usual_mode()) != 0 || !write_content(fd, text, size, m) ||
      fsync(fd) != 0)
    code = errno;
  if (close(fd) != 0 && code == 0)
    code = errno;
  if (code == 0 && rename(temporary, path) != 0)
    code = errno;
  if (code != 0)
    unlink(temporary);
  return code;
}

/* save(path, text [, matrix]) -> true | nil, message
   The text, then the matrix's numbers as they lie in memory, column by
   column. The file takes its name only when it is complete. */
static int file_save(lua_State *L) {
  const char *path = lib_checkstring(L, 1, NULL);
  size_t size;
  const char *text = lib_checkstring(L, 2, &size);
  const or_matrix *m =
      lua_isnoneornil(L, 3) ? NULL : lib_plainmatrix(L, "save", 3);
  struct stat st;
  if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
    return S_ISDIR(st.st_mode) ? system_failure(L, EISDIR)
                               : save_special(L, path, text, size, m);
  size_t length = strlen(path);
  char *temporary = lua_newuserdatauv(L, length + 8, 0);
  memcpy(temporary, path, length);
  memcpy(temporary + length, ".XXXXXX", 8);
  int fd = mkstemp(temporary);
  if (fd < 0)
    return system_failure(L, errno);
  int code = fill_and_rename(fd, temporary, path, text, size, m);
  if (code != 0)
    return system_failure(L, code);
  lua_pushboolean(L, 1);
  return 1;
}

static bool is_folder(const char *path) {
  struct stat st;
  return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* mkdir(path) -> true | nil, message. Parents too; an existing folder is
   fine. */
static int file_mkdir(lua_State *L) {
  size_t length;
  const char *path = lib_checkstring(L, 1, &length);
  char *part = lua_newuserdatauv(L, length + 1, 0);
  memcpy(part, path, length + 1);
  for (size_t i = 1; i <= length; i++) {
    if (part[i] != '/' && part[i] != '\0')
      continue;
    part[i] = '\0';
    int code = mkdir(part, 0777) == 0 ? 0 : errno;
    if (code != 0 && !is_folder(part))
      return system_failure(L, code == EEXIST ? ENOTDIR : code);
    part[i] = i < length ? '/' : '\0';
  }
  lua_pushboolean(L, 1);
  return 1;
}

static int file_isterminal(lua_State *L) {
  int fd = (int)lib_checkinteger(L, "file.isterminal", 1, "fd", 0, INT_MAX);
  lua_pushboolean(L, isatty(fd));
  return 1;
}

/* file.columns(fd): the width of a terminal, or nil. */
static int file_columns(lua_State *L) {
  int fd = (int)lib_checkinteger(L, "file.columns", 1, "fd", 0, INT_MAX);
  struct winsize size;
  if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
    return 0;
  lua_pushinteger(L, size.ws_col);
  return 1;
}

/* --- reading (plain and gzipped alike) ---------------------------------- */

static int stream_failure(lua_State *L, gzFile file) {
  int code;
  const char *text = gzerror(file, &code);
  lua_pushnil(L);
  if (code == Z_ERRNO)
    lua_pushstring(L, strerror(errno));
  else if (code == Z_BUF_ERROR)
    lua_pushliteral(L, "the gzip stream ends too early");
  else
    lua_pushfstring(L, "damaged gzip stream (%s)", text);
  return 2;
}

static gzFile stream_open(const char *path) {
  errno = 0;
  gzFile file = gzopen(path, "rbe");
  if (file)
    gzbuffer(file, 1 << 17);
  return file;
}

static int open_failure(lua_State *L) {
  return system_failure(L, errno ? errno : ENOMEM);
}

/* Up to `size` bytes; fewer at the end of the file; -1 where damaged. */
static int64_t stream_read(gzFile file, unsigned char *to, int64_t size) {
  int64_t done = 0;
  while (done < size && !lib_interrupted) {
    int64_t step = size - done < CHUNK ? size - done : CHUNK;
    int n = gzread(file, to + done, (unsigned)step);
    if (n < 0)
      return -1;
    if (n == 0)
      break;
    done += n;
  }
  int code;
  gzerror(file, &code);
  return code == Z_OK || code == Z_STREAM_END ? done : -1;
}

/* Reads on to the end; how many bytes there were, -1 where damaged. */
static int64_t stream_drain(gzFile file) {
  unsigned char bytes[CHUNK];
  int64_t total = 0, n;
  while ((n = stream_read(file, bytes, CHUNK)) > 0)
    total += n;
  return n < 0 ? -1 : total;
}

/* size(path) -> bytes, unpacked | nil, message */
static int file_size(lua_State *L) {
  gzFile file = stream_open(lib_checkstring(L, 1, NULL));
  if (!file)
    return open_failure(L);
  int64_t total = stream_drain(file);
  int results = 1;
  if (total < 0)
    results = stream_failure(L, file);
  else
    lua_pushinteger(L, total);
  gzclose_r(file);
  lib_poll(L);
  return results;
}

/* head(path, n) -> the first n bytes, unpacked; fewer in a shorter file
   | nil, message */
static int file_head(lua_State *L) {
  const char *path = lib_checkstring(L, 1, NULL);
  lua_Integer size = lib_checkinteger(L, "head", 2, "size", 0, INT64_MAX / 2);
  unsigned char *bytes = lua_newuserdatauv(L, (size_t)size + 1, 0);
  gzFile file = stream_open(path);
  if (!file)
    return open_failure(L);
  int64_t n = stream_read(file, bytes, size);
  int results = n < 0 ? stream_failure(L, file) : 0;
  gzclose_r(file);
  lib_poll(L);
  if (results)
    return results;
  lua_pushlstring(L, (const char *)bytes, (size_t)n);
  return 1;
}

typedef struct source {
  gzFile file;
  or_encoding encoding;
  double divisor;
  bool by_rows;
} source;

/* Numbers k .. k+count-1 of the file's order, to their places in m. */
static void place(const source *s, const unsigned char *bytes, int64_t k,
                  int64_t count, or_matrix *m) {
  size_t size = or_precision_size(m->precision);
  char *data = m->data;
  if (!s->by_rows) {
    or_decode(s->encoding, bytes, (size_t)count, s->divisor, m->precision,
              data + size * (size_t)k, 1);
    return;
  }
  while (count > 0) {
    int64_t i = k / m->cols, j = k % m->cols;
    int64_t run = m->cols - j < count ? m->cols - j : count;
    or_decode(s->encoding, bytes, (size_t)run, s->divisor, m->precision,
              data + size * (size_t)(i + j * m->ld), (size_t)m->ld);
    bytes += run * (int64_t)s->encoding.size;
    k += run;
    count -= run;
  }
}

/* Fills m from the stream; how many bytes it found, -1 where damaged. */
static int64_t stream_fill(const source *s, or_matrix *m) {
  unsigned char bytes[CHUNK];
  int64_t total = (int64_t)m->rows * m->cols, done = 0;
  int64_t size = (int64_t)s->encoding.size, most = CHUNK / size;
  while (done < total && !lib_interrupted) {
    int64_t count = total - done < most ? total - done : most;
    int64_t n = stream_read(s->file, bytes, count * size);
    if (n < 0)
      return -1;
    place(s, bytes, done, n / size, m);
    if (n < count * size)
      return done * size + n;
    done += count;
  }
  return done * size;
}

/* Skips the header, fills m, and counts what is left unless `partial`. */
static int64_t stream_load(const source *s, int64_t offset, bool partial,
                           or_matrix *m) {
  unsigned char skipped[CHUNK];
  while (offset > 0) {
    int64_t step = offset < CHUNK ? offset : CHUNK;
    int64_t n = stream_read(s->file, skipped, step);
    if (n != step)
      return n < 0 ? -1 : 0;
    offset -= step;
  }
  int64_t found = stream_fill(s, m);
  if (found < 0 || partial)
    return found;
  int64_t rest = stream_drain(s->file);
  return rest < 0 ? -1 : found + rest;
}

/* load(path, {offset=, encoding=, rows=, cols=, by_rows=, divisor=, partial=,
   precision=}) -> matrix, bytes found behind the offset | nil, message
   The matrix is complete only where the bytes found are those asked for;
   with `partial` the file may go on behind them. */
static int file_load(lua_State *L) {
  const char *path = lib_checkstring(L, 1, NULL);
  lib_checktable(L, 2);
  source s = {0};
  lua_getfield(L, 2, "encoding");
  const char *encoding = lua_tostring(L, -1);
  if (!encoding || !or_encoding_find(encoding, &s.encoding))
    return lib_error(L, "load: no encoding '%s'", encoding ? encoding : "");
  s.divisor = lib_optnumber(L, "load", 2, "divisor", 1);
  s.by_rows = lib_optboolean(L, "load", 2, "by_rows", false);
  bool partial = lib_optboolean(L, "load", 2, "partial", false);
  lua_Integer offset =
      lib_optinteger(L, "load", 2, "offset", 0, 0, INT64_MAX / 2);
  lua_Integer rows = lib_optinteger(L, "load", 2, "rows", 0, 0, INT64_MAX / 2);
  lua_Integer cols = lib_optinteger(L, "load", 2, "cols", 0, 0, INT64_MAX / 2);
  or_matrix *m =
      lib_newmatrix(L, "load", rows, cols, lib_optprecision(L, "load", 2));
  s.file = stream_open(path);
  if (!s.file)
    return open_failure(L);
  int64_t found = stream_load(&s, offset, partial, m);
  int results = found < 0 ? stream_failure(L, s.file) : 0;
  gzclose_r(s.file);
  lib_poll(L);
  if (results)
    return results;
  lua_pushinteger(L, found);
  return 2;
}

int lib_open_file(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"save", file_save},  {"mkdir", file_mkdir},
      {"size", file_size},  {"head", file_head},
      {"load", file_load},  {"isterminal", file_isterminal},
      {"spawn", lib_spawn}, {"columns", file_columns},
      {NULL, NULL},
  };
  luaL_newlib(L, functions);
  return 1;
}
