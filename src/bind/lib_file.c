/* lib_file.c: files for the Lua library, over src/system. What the bytes mean
   is Lua's business (orthorun.data).

   Failures of the system are returned (nil, message), not raised: the caller
   knows what the file was for. */

/*** What the library reads and writes with. Failures of the system return
   nil and a message.
   @module file
   @pragma nostrip */

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

/*** Writes the text, then A's elements as they lie in memory; the file takes
   its name only when complete.
   @function file.save
   @tparam string path
   @tparam string text
   @tparam[opt] matrix A
   @treturn bool true */
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

/*** Makes a folder; parents too, an existing one is fine.
   @function file.mkdir
   @tparam string path
   @treturn bool true */
static int file_mkdir(lua_State *L) {
  return succeed(L, sys_make_folder(lib_checkstring(L, 1, NULL)));
}

/* --- terminals ----------------------------------------------------------- */

/*** Is a descriptor a terminal?
   @function file.isterminal
   @tparam int n 0, 1 or 2
   @treturn bool */
static int file_isterminal(lua_State *L) {
  int fd = (int)lib_checkinteger(L, "file.isterminal", 1, "fd", 0, INT_MAX);
  lua_pushboolean(L, sys_is_terminal(fd));
  return 1;
}

/*** The width of the terminal that a descriptor is, in characters.
   @function file.columns
   @tparam int n 0, 1 or 2
   @treturn ?int nil where it is none */
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

/*** A file's size in bytes, unzipped; `most` where it is larger, which is
   not looked at further.
   @function file.size
   @tparam string path
   @tparam[opt] int most
   @treturn int */
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

/*** A file's bytes, unzipped if need be.
   @function file.read
   @tparam string path
   @treturn string */
static int file_read(lua_State *L) {
  return push_bytes(L, lib_checkstring(L, 1, NULL), INT64_MAX);
}

/*** A file's first n bytes, unzipped if need be.
   @function file.head
   @tparam string path
   @tparam int n
   @treturn string */
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

static const char *const block_options[] = {"encoding", "rows",      "cols",
                                            "offset",   "by_rows",   "divisor",
                                            "partial",  "precision", NULL};

/*** Numbers of a binary file as a matrix. A pipe is refused. The matrix is
   complete only where the bytes found are those asked for.
   @function file.load
   @tparam string path
   @tparam table options
   @tparam string options.encoding as NumPy writes it: "<f8", "|u1", ">i4", ...
   @tparam int options.rows
   @tparam int options.cols
   @tparam[opt=0] int options.offset bytes before them
   @tparam[opt=false] bool options.by_rows
   @tparam[opt=1] number options.divisor
   @tparam[opt=false] bool options.partial the file may go on behind them
   @tparam[opt] string options.precision
   @treturn matrix
   @treturn int the number of bytes found */
static int file_load(lua_State *L) {
  const char *path = lib_checkstring(L, 1, NULL);
  const lua_Integer most = INT64_MAX / 2;
  lib_checktable(L, 2);
  lib_options(L, "load", 2, block_options);
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

/*** The bytes of one number.
   @function file.encoding_size
   @tparam string encoding
   @treturn ?int nil where `file.load` does not know the encoding */
static int file_encoding_size(lua_State *L) {
  sys_encoding encoding;
  if (!sys_encoding_find(lib_checkstring(L, 1, NULL), &encoding))
    return 0;
  lua_pushinteger(L, (lua_Integer)encoding.size);
  return 1;
}

/* --- gzip in memory ------------------------------------------------------ */

/*** The gzip stream of bytes, the same for the same bytes.
   @function file.gzip
   @tparam string bytes
   @treturn string
   @usage
   local zipped = ortho.file.gzip "text"
   assert(ortho.file.gunzip(zipped, 100) == "text") */
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

/*** What a gzip stream holds; nil and a message where that is more than
   `most` bytes, or the stream is damaged.
   @function file.gunzip
   @tparam string bytes
   @tparam int most
   @treturn ?string */
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
