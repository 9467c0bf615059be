/* lib_store.c: what a results file stands on: SQLite, the lock that keeps a
   second writer out, and digests. What is stored is Lua's business
   (orthorun.store).

   A connection and a lock belong to the process that opened them; a forked
   copy never closes either. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#ifdef __linux__
#include <sys/vfs.h>
#endif
#include <unistd.h>

#include "../core/digest.h"
#include "lib.h"

#define LIB_DATABASE "results database"
#define LIB_LOCK "results lock"

typedef struct database {
  pid_t owner;
  sqlite3 *db; /* NULL: closed */
} database;

/* --- errors -------------------------------------------------------------- */

/* A word for the failures that callers tell apart; else "error". */
static const char *word_of(int code) {
  static const struct {
    int code;
    const char *word;
  } words[] = {{SQLITE_BUSY, "busy"},        {SQLITE_LOCKED, "busy"},
               {SQLITE_FULL, "full"},        {SQLITE_CORRUPT, "damaged"},
               {SQLITE_NOTADB, "foreign"},   {SQLITE_READONLY, "readonly"},
               {SQLITE_CANTOPEN, "missing"}, {SQLITE_IOERR, "io"}};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (words[i].code == (code & 0xff))
      return words[i].word;
  return "error";
}

/* nil, message, word */
static int sql_failure(lua_State *L, sqlite3 *db, int code) {
  int system = db ? sqlite3_system_errno(db) : 0;
  bool told = system && (code & 0xff) != SQLITE_NOTADB &&
              (code & 0xff) != SQLITE_CORRUPT;
  lua_pushnil(L);
  lua_pushstring(L, db ? sqlite3_errmsg(db) : sqlite3_errstr(code));
  if (told) {
    lua_pushfstring(L, " (%s)", strerror(system));
    lua_concat(L, 2);
  }
  lua_pushstring(L, word_of(code));
  return 3;
}

/* --- the connection ------------------------------------------------------ */

static database *check_database(lua_State *L) {
  database *d = luaL_checkudata(L, 1, LIB_DATABASE);
  if (!d->db)
    luaL_error(L, "database: closed");
  if (d->owner != getpid())
    luaL_error(L, "database: opened by another process");
  return d;
}

static int database_close(lua_State *L) {
  database *d = luaL_checkudata(L, 1, LIB_DATABASE);
  if (!d->db || d->owner != getpid())
    return 0;
  sqlite3_stmt *s;
  while ((s = sqlite3_next_stmt(d->db, NULL)))
    sqlite3_finalize(s);
  sqlite3_close(d->db);
  d->db = NULL;
  return 0;
}

/* The statement for sql: made once for each text, and kept by SQLite. */
static int prepare(database *d, const char *sql, sqlite3_stmt **s) {
  for (*s = sqlite3_next_stmt(d->db, NULL); *s;
       *s = sqlite3_next_stmt(d->db, *s))
    if (!sqlite3_stmt_busy(*s) && !strcmp(sqlite3_sql(*s), sql))
      return SQLITE_OK;
  return sqlite3_prepare_v3(d->db, sql, -1, SQLITE_PREPARE_PERSISTENT, s, NULL);
}

/* nil, booleans, numbers and texts as they are; {bytes} for a blob. */
static int bind(lua_State *L, sqlite3_stmt *s, int place, int arg) {
  size_t size;
  const char *bytes;
  switch (lua_type(L, arg)) {
  case LUA_TNIL:
    return sqlite3_bind_null(s, place);
  case LUA_TBOOLEAN:
    return sqlite3_bind_int(s, place, lua_toboolean(L, arg));
  case LUA_TNUMBER:
    if (lua_isinteger(L, arg))
      return sqlite3_bind_int64(s, place, lua_tointeger(L, arg));
    return sqlite3_bind_double(s, place, lua_tonumber(L, arg));
  case LUA_TSTRING:
    bytes = lua_tolstring(L, arg, &size);
    return sqlite3_bind_text64(s, place, bytes, size, SQLITE_TRANSIENT,
                               SQLITE_UTF8);
  case LUA_TTABLE:
    lua_rawgeti(L, arg, 1);
    bytes = luaL_checklstring(L, -1, &size);
    int code = sqlite3_bind_blob64(s, place, bytes, size, SQLITE_TRANSIENT);
    lua_pop(L, 1);
    return code;
  default:
    return luaL_argerror(L, arg, "expected a value that SQLite has");
  }
}

static int bind_all(lua_State *L, sqlite3_stmt *s, int first) {
  int code = SQLITE_OK, top = lua_gettop(L);
  for (int arg = first; arg <= top && code == SQLITE_OK; arg++)
    code = bind(L, s, arg - first + 1, arg);
  return code;
}

static void push_value(lua_State *L, sqlite3_stmt *s, int k) {
  switch (sqlite3_column_type(s, k)) {
  case SQLITE_NULL:
    lua_pushnil(L);
    break;
  case SQLITE_INTEGER:
    lua_pushinteger(L, sqlite3_column_int64(s, k));
    break;
  case SQLITE_FLOAT:
    lua_pushnumber(L, sqlite3_column_double(s, k));
    break;
  default: {
    const char *bytes = sqlite3_column_blob(s, k);
    size_t size = (size_t)sqlite3_column_bytes(s, k);
    lua_pushlstring(L, bytes ? bytes : "", size);
  }
  }
}

/* Pushes the current row: {name = value, ...}. */
static void push_row(lua_State *L, sqlite3_stmt *s) {
  int n = sqlite3_column_count(s);
  lua_createtable(L, 0, n);
  for (int k = 0; k < n; k++) {
    push_value(L, s, k);
    lua_setfield(L, -2, sqlite3_column_name(s, k));
  }
}

/* database:run(sql, ...) -> an array of rows {name = value, ...}
   | nil, message, "busy"|"full"|"damaged"|"foreign"|"readonly"|"io"|...
   One statement, its parameters in order. */
static int database_run(lua_State *L) {
  database *d = check_database(L);
  const char *sql = luaL_checkstring(L, 2);
  sqlite3_stmt *s = NULL;
  int code = prepare(d, sql, &s);
  if (code == SQLITE_OK)
    code = bind_all(L, s, 3);
  if (code != SQLITE_OK)
    return sql_failure(L, d->db, code);
  lua_newtable(L);
  for (lua_Integer i = 1; (code = sqlite3_step(s)) == SQLITE_ROW; i++) {
    push_row(L, s);
    lua_rawseti(L, -2, i);
  }
  int results = code == SQLITE_DONE ? 1 : sql_failure(L, d->db, code);
  sqlite3_reset(s);
  sqlite3_clear_bindings(s);
  return results;
}

/* open(path, "read"|"write"|"create") -> database | nil, message, word */
static int store_open(lua_State *L) {
  static const char *const modes[] = {"read", "write", "create", NULL};
  static const int flags[] = {SQLITE_OPEN_READONLY, SQLITE_OPEN_READWRITE,
                              SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE};
  static const luaL_Reg metamethods[] = {
      {"__gc", database_close}, {"__close", database_close}, {NULL, NULL}};
  static const luaL_Reg methods[] = {
      {"run", database_run}, {"close", database_close}, {NULL, NULL}};
  const char *path = luaL_checkstring(L, 1);
  int mode = luaL_checkoption(L, 2, "read", modes);
  lib_class(L, LIB_DATABASE, metamethods, methods);
  lua_pop(L, 1);
  database *d = lib_new(L, LIB_DATABASE, sizeof *d, 0);
  *d = (database){getpid(), NULL};
  int code = sqlite3_open_v2(path, &d->db, flags[mode], NULL);
  if (code != SQLITE_OK)
    return sql_failure(L, d->db, code);
  sqlite3_extended_result_codes(d->db, 1);
  sqlite3_busy_timeout(d->db, 5000); /* ms */
  return 1;
}

static int store_version(lua_State *L) {
  lua_pushstring(L, sqlite3_libversion());
  return 1;
}

/* --- the lock ------------------------------------------------------------ */

typedef struct lock {
  pid_t owner;
  int fd; /* -1: none held */
} lock;

static int lock_release(lua_State *L) {
  lock *k = luaL_checkudata(L, 1, LIB_LOCK);
  if (k->fd < 0 || k->owner != getpid())
    return 0;
  lua_getiuservalue(L, 1, 1);
  unlink(lua_tostring(L, -1)); /* while it is still held */
  close(k->fd);
  k->fd = -1;
  return 0;
}

/* Tries to lock the whole file; 0, or the process that has it, or -1. */
static pid_t try_lock(int fd) {
  struct flock f = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  if (fcntl(fd, F_SETLK, &f) == 0)
    return 0;
  if (errno != EACCES && errno != EAGAIN)
    return -1;
  f = (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET};
  if (fcntl(fd, F_GETLK, &f) != 0)
    return -1;
  return f.l_type == F_UNLCK ? try_lock(fd) : f.l_pid;
}

/* Is the locked file still the one that has the name? */
static bool still_named(int fd, const char *path) {
  struct stat ours, named;
  return fstat(fd, &ours) == 0 && stat(path, &named) == 0 &&
         ours.st_ino == named.st_ino && ours.st_dev == named.st_dev;
}

/* lock(path) -> lock | nil, message [, pid of the process that has it]
   A record lock: gone with the process, however it ends; not inherited by
   forked copies. The file goes when the lock is released. */
static int store_lock(lua_State *L) {
  static const luaL_Reg metamethods[] = {
      {"__gc", lock_release}, {"__close", lock_release}, {NULL, NULL}};
  static const luaL_Reg methods[] = {{"release", lock_release}, {NULL, NULL}};
  const char *path = luaL_checkstring(L, 1);
  lib_class(L, LIB_LOCK, metamethods, methods);
  lua_pop(L, 1);
  lock *k = lib_new(L, LIB_LOCK, sizeof *k, 1);
  *k = (lock){getpid(), -1};
  lua_pushvalue(L, 1);
  lua_setiuservalue(L, -2, 1);
  for (;;) {
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    pid_t other = fd < 0 ? -1 : try_lock(fd);
    int code = errno;
    if (other == 0 && still_named(fd, path)) {
      k->fd = fd;
      return 1;
    }
    if (fd >= 0)
      close(fd);
    if (other == 0)
      continue; /* its last holder has just removed it */
    lua_pushnil(L);
    lua_pushstring(L, other > 0 ? "locked" : strerror(code));
    if (other > 0)
      lua_pushinteger(L, other);
    return other > 0 ? 3 : 2;
  }
}

/* --- and the rest -------------------------------------------------------- */

/* local_disk(path) -> is its file system one of this machine alone? Memory
   that processes share (SQLite's write-ahead log) works on no other. */
static int store_local_disk(lua_State *L) {
  const char *path = luaL_checkstring(L, 1);
  bool local = false;
#ifdef __linux__
  static const unsigned long known[] = {0xef53 /* ext */,
                                        0x58465342 /* xfs */,
                                        0x9123683e /* btrfs */,
                                        0x01021994 /* tmp */,
                                        0x794c7630 /* overlay */,
                                        0x2fc12fc1 /* zfs */,
                                        0xf2f52010 /* f2fs */};
  struct statfs st;
  if (statfs(path, &st) == 0)
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
      local = local || (unsigned long)st.f_type == known[i];
#else
  (void)path;
#endif
  lua_pushboolean(L, local);
  return 1;
}

static or_digest matrix_digest(const or_matrix *m) {
  size_t size = or_precision_size(m->precision);
  int64_t head[4] = {m->rows, m->cols, m->precision, m->exponent};
  or_digest d = or_digest_add(or_digest_empty, head, sizeof head);
  for (int j = 0; j < m->cols; j++)
    d = or_digest_add(d, (char *)m->data + size * (size_t)j * (size_t)m->ld,
                      size * (size_t)m->rows);
  return d;
}

/* digest(bytes or matrix) -> 32 hexadecimal digits (128-bit FNV-1a). */
static int store_digest(lua_State *L) {
  const or_matrix *m = lib_testmatrix(L, 1);
  or_digest d;
  if (m) {
    d = matrix_digest(m);
  } else {
    size_t size;
    const char *bytes = luaL_checklstring(L, 1, &size);
    d = or_digest_add(or_digest_empty, bytes, size);
  }
  char text[33];
  snprintf(text, sizeof text, "%016llx%016llx", (unsigned long long)d.high,
           (unsigned long long)d.low);
  lua_pushstring(L, text);
  return 1;
}

int lib_open_store(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"open", store_open},       {"lock", store_lock},
      {"digest", store_digest},   {"local_disk", store_local_disk},
      {"version", store_version}, {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
