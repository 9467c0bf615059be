/* lib_file.c: files for the Lua library, over src/system. What the bytes mean
   is Lua's business (orthorun.data).

   Failures of the system are returned (nil, message), not raised: the caller
   knows what the file was for. */
#include <limits.h>

#include "../system/file.h"
#include "../system/gzip.h"
#include "../system/load.h"
#include "lib.h"

#define LIB_STREAM "orthorun.stream"

enum { CHUNK = 1 << 16 };

static int succeed(lua_State *L, sys_status status) {
  if (status != SYS_OK)
    return lib_failure(L, status);
  lua_pushboolean(L, 1);
  return 1;
}

/* --- writing ------------------------------------------------------------- */

/* save(path, text [, matrix]) -> true | nil, message
   The text, then the matrix's numbers as they lie in memory, column by
   column. The file takes its name only when it is complete. */
static int file_save(lua_State *L) {
  const char *path = lib_checkstring(L, 1, NULL);
  sys_bytes parts[2] = {{.count = 1}};
  int count = 1;
  parts[0].bytes = lib_checkstring(L, 2, &parts[0].size);
  if (!lua_isnoneornil(L, 3)) {
    const or_matrix *m = lib_plainmatrix(L, "save", 3);
    size_t size = or_precision_size(m->precision);
    parts[1] = (sys_bytes){m->data, size * (size_t)m->rows, (size_t)m->cols,
                           size * (size_t)m->ld};
    count = 2;
  }
  return succeed(L, sys_save(path, parts, count));
}

/* mkdir(path) -> true | nil, message. Parents too; an existing folder is
   fine. */
static int file_mkdir(lua_State *L) {
  return succeed(L, sys_make_folder(lib_checkstring(L, 1, NULL)));
}

/* --- terminals ----------------------------------------------------------- */

static int file_isterminal(lua_State *L) {
  int fd = (int)lib_checkinteger(L, "file.isterminal", 1, "fd", 0, INT_MAX);
  lua_pushboolean(L, sys_is_terminal(fd));
  return 1;
}

/* file.columns(fd): the width of a terminal, or nil. */
static int file_columns(lua_State *L) {
  int fd = (int)lib_checkinteger(L, "file.columns", 1, "fd", 0, INT_MAX);
  int columns = sys_terminal_columns(fd);
  if (columns == 0)
    return 0;
  lua_pushinteger(L, columns);
  return 1;
}

/* --- reading (plain and gzipped alike) ----------------------------------- */

static int stream_gc(lua_State *L) {
  sys_stream_close(luaL_checkudata(L, 1, LIB_STREAM));
  return 0;
}

/* Pushes a stream that is closed when the function returns or raises. */
static sys_stream *new_stream(lua_State *L) {
  static const luaL_Reg metamethods[] = {
      {"__gc", stream_gc}, {"__close", stream_gc}, {NULL, NULL}};
  static const luaL_Reg methods[] = {{NULL, NULL}};
  lib_class(L, LIB_STREAM, metamethods, methods);
  lua_pop(L, 1);
  sys_stream *s = lib_new(L, LIB_STREAM, sizeof *s, 0);
  s->file = NULL;
  lua_toclose(L, -1);
  return s;
}

/* size(path [, most]) -> how many bytes it has, unpacked, looking at `most` of
   them at the most | nil, message */
static int file_size(lua_State *L) {
  const char *path = lib_checkstring(L, 1, NULL);
  int64_t most = INT64_MAX, got = 0;
  if (!lua_isnoneornil(L, 2))
    most = lib_checkinteger(L, "file.size", 2, "most", 0, INT64_MAX);
  sys_stream *s = new_stream(L);
  sys_status status = sys_stream_open(s, path);
  if (status == SYS_OK)
    status = sys_stream_skip(s, most, &got);
  if (status != SYS_OK)
    return lib_failure(L, status);
  lua_pushinteger(L, got);
  return 1;
}

/* Pushes the first `left` bytes of the file, unpacked; or nil, message. */
static int push_bytes(lua_State *L, const char *path, int64_t left) {
  int64_t got = 1;
  luaL_Buffer b;
  sys_stream *s = new_stream(L);
  sys_status status = sys_stream_open(s, path);
  luaL_buffinit(L, &b);
  while (status == SYS_OK && left > 0 && got > 0) {
    int64_t step = left < CHUNK ? left : CHUNK;
    status = sys_stream_read(s, luaL_prepbuffsize(&b, CHUNK), step, &got);
    luaL_addsize(&b, status == SYS_OK ? (size_t)got : 0);
    left -= got;
  }
  if (status != SYS_OK)
    return lib_failure(L, status);
  luaL_pushresult(&b);
  return 1;
}

/* read(path) -> its bytes, unpacked | nil, message */
static int file_read(lua_State *L) {
  return push_bytes(L, lib_checkstring(L, 1, NULL), INT64_MAX);
}

/* head(path, n) -> the first n bytes, unpacked; fewer in a shorter file
   | nil, message */
static int file_head(lua_State *L) {
  const char *path = lib_checkstring(L, 1, NULL);
  return push_bytes(L, path,
                    lib_checkinteger(L, "head", 2, "size", 0, INT64_MAX));
}

static void check_encoding(lua_State *L, sys_encoding *encoding) {
  lua_getfield(L, 2, "encoding");
  const char *name = lua_tostring(L, -1);
  if (!name || !sys_encoding_find(name, encoding))
    lib_error(L, "load: no encoding '%s'", name ? name : "");
  lua_pop(L, 1);
}

/* load(path, {offset=, encoding=, rows=, cols=, by_rows=, divisor=, partial=,
   precision=}) -> matrix, bytes found behind the offset | nil, message
   The matrix is complete only where the bytes found are those asked for;
   with `partial` the file may go on behind them. */
static int file_load(lua_State *L) {
  const char *path = lib_checkstring(L, 1, NULL);
  const lua_Integer most = INT64_MAX / 2;
  lib_checktable(L, 2);
  sys_block b = {0};
  check_encoding(L, &b.encoding);
  b.divisor = lib_optnumber(L, "load", 2, "divisor", 1);
  b.by_rows = lib_optboolean(L, "load", 2, "by_rows", false);
  b.partial = lib_optboolean(L, "load", 2, "partial", false);
  b.offset = lib_optinteger(L, "load", 2, "offset", 0, 0, most);
  lua_Integer rows = lib_optinteger(L, "load", 2, "rows", 0, 0, most);
  lua_Integer cols = lib_optinteger(L, "load", 2, "cols", 0, 0, most);
  or_matrix *m =
      lib_newmatrix(L, "load", rows, cols, lib_optprecision(L, "load", 2));
  sys_target to = {m->data, m->precision == OR_FLOAT32, m->rows, m->cols,
                   m->ld};
  int64_t found;
  sys_status status = sys_load(path, &b, &to, &found);
  if (status != SYS_OK)
    return lib_failure(L, status);
  lua_pushinteger(L, found);
  return 2;
}

/* encoding_size(name) -> the bytes of a number in NumPy's encoding of that
   name ("<f8": 8), or nil where it is none that load knows. */
static int file_encoding_size(lua_State *L) {
  sys_encoding encoding;
  if (!sys_encoding_find(lib_checkstring(L, 1, NULL), &encoding))
    return 0;
  lua_pushinteger(L, (lua_Integer)encoding.size);
  return 1;
}

/* --- gzip in memory ------------------------------------------------------ */

/* gzip(bytes) -> the gzip stream of them, the same for the same bytes */
static int file_gzip(lua_State *L) {
  size_t size, used, room;
  const char *bytes = lib_checkstring(L, 1, &size);
  luaL_Buffer b;
  room = sys_gzip_bound(size);
  sys_status status =
      sys_gzip(bytes, size, luaL_buffinitsize(L, &b, room), room, &used);
  if (status != SYS_OK)
    return lib_failure(L, status);
  luaL_pushresultsize(&b, used);
  return 1;
}

/* gunzip(bytes, most) -> what the gzip stream holds, at most `most` bytes
   | nil, message */
static int file_gunzip(lua_State *L) {
  size_t size, total;
  const char *bytes = lib_checkstring(L, 1, &size);
  size_t most =
      (size_t)lib_checkinteger(L, "file.gunzip", 2, "most", 0, INT64_MAX / 2);
  sys_status status = sys_gunzip(bytes, size, NULL, most, &total);
  if (status != SYS_OK)
    return lib_failure(L, status);
  luaL_Buffer b;
  char *to = luaL_buffinitsize(L, &b, total);
  status = sys_gunzip(bytes, size, to, total, &total);
  if (status != SYS_OK)
    return lib_failure(L, status);
  luaL_pushresultsize(&b, total);
  return 1;
}

int lib_open_file(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"save", file_save},
      {"mkdir", file_mkdir},
      {"size", file_size},
      {"read", file_read},
      {"head", file_head},
      {"load", file_load},
      {"encoding_size", file_encoding_size},
      {"gzip", file_gzip},
      {"gunzip", file_gunzip},
      {"isterminal", file_isterminal},
      {"columns", file_columns},
      {"spawn", lib_spawn},
      {NULL, NULL},
  };
  luaL_newlib(L, functions);
  return 1;
}
