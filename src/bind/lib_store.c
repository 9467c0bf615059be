/* lib_store.c: what a results file needs, over src/system: SQLite, the lock
   that keeps a second writer out, and digests. What is stored is Lua's business
   (orthorun.sweep.store).

   A connection and a lock belong to the process that opened them; a forked
   copy never closes either. */
#include <stdio.h>
#include <string.h>

#include "../system/digest.h"
#include "../system/lock.h"
#include "../system/machine.h"
#include "../system/store.h"
#include "lib.h"

#define LIB_DATABASE "results database"
#define LIB_STATEMENT "results statement"
#define LIB_LOCK "results lock"

/* --- the connection ------------------------------------------------------ */

static sys_store *check_database(lua_State *L) {
  sys_store *d = luaL_checkudata(L, 1, LIB_DATABASE);
  if (!sys_store_is_open(d))
    luaL_error(L, "database: closed");
  if (!sys_store_is_ours(d))
    luaL_error(L, "database: opened by another process");
  if (d->statement)
    luaL_error(L, "database: used while one of its statements runs");
  return d;
}

static int database_gc(lua_State *L) {
  sys_store_close(luaL_checkudata(L, 1, LIB_DATABASE));
  return 0;
}

static int database_close(lua_State *L) {
  sys_store *d = luaL_checkudata(L, 1, LIB_DATABASE);
  if (sys_store_is_open(d) && sys_store_is_ours(d))
    sys_store_close(check_database(L));
  return 0;
}

/* nil, message, word */
static int sql_failure(lua_State *L, const sys_store *d) {
  char text[512];
  const char *word = sys_store_failure(d, text, sizeof text);
  lua_pushnil(L);
  lua_pushstring(L, text);
  lua_pushstring(L, word);
  return 3;
}

/* --- statements ---------------------------------------------------------- */

static int statement_gc(lua_State *L) {
  sys_store **d = luaL_checkudata(L, 1, LIB_STATEMENT);
  if (*d)
    sys_store_end(*d);
  *d = NULL;
  return 0;
}

/* Pushes what ends the statement of the database that it is given, when the
   function returns or raises. */
static sys_store **new_statement(lua_State *L) {
  static const luaL_Reg metamethods[] = {
      {"__gc", statement_gc}, {"__close", statement_gc}, {NULL, NULL}};
  static const luaL_Reg methods[] = {{NULL, NULL}};
  lib_class(L, LIB_STATEMENT, metamethods, methods);
  lua_pop(L, 1);
  sys_store **statement = lib_new(L, LIB_STATEMENT, sizeof *statement, 0);
  *statement = NULL;
  lua_toclose(L, -1);
  return statement;
}

/* nil, booleans, numbers and texts as they are; {bytes} for a blob. The bytes
   are the argument's own. */
static sys_value check_value(lua_State *L, int arg) {
  sys_value v = {SYS_NULL, 0, 0, NULL, 0};
  switch (lua_type(L, arg)) {
  case LUA_TNIL:
    break;
  case LUA_TBOOLEAN:
    v.kind = SYS_INTEGER;
    v.integer = lua_toboolean(L, arg);
    break;
  case LUA_TNUMBER:
    v.kind = lua_isinteger(L, arg) ? SYS_INTEGER : SYS_REAL;
    v.integer = lua_tointeger(L, arg);
    v.real = lua_tonumber(L, arg);
    break;
  case LUA_TSTRING:
    v.kind = SYS_TEXT;
    v.bytes = lua_tolstring(L, arg, &v.size);
    break;
  case LUA_TTABLE:
    v.kind = SYS_BLOB;
    if (lua_rawgeti(L, arg, 1) != LUA_TSTRING)
      luaL_argerror(L, arg, "expected {bytes}");
    v.bytes = lua_tolstring(L, -1, &v.size); /* the table keeps it */
    lua_pop(L, 1);
    break;
  default:
    luaL_argerror(L, arg, "expected a value that SQLite has");
  }
  return v;
}

static void push_value(lua_State *L, sys_value v) {
  switch (v.kind) {
  case SYS_NULL:
    lua_pushnil(L);
    break;
  case SYS_INTEGER:
    lua_pushinteger(L, v.integer);
    break;
  case SYS_REAL:
    lua_pushnumber(L, v.real);
    break;
  case SYS_TEXT:
  case SYS_BLOB:
    lua_pushlstring(L, v.bytes, v.size);
  }
}

/* Pushes the current row: {name = value, ...}. */
static void push_row(lua_State *L, const sys_store *d) {
  int n = sys_store_columns(d);
  lua_createtable(L, 0, n);
  for (int k = 0; k < n; k++) {
    push_value(L, sys_store_value(d, k));
    lua_setfield(L, -2, sys_store_name(d, k));
  }
}

/* Pushes the rows, or nil, message, word; the number of these. */
static int run_statement(lua_State *L, sys_store *d, int last) {
  bool good = sys_store_begin(d, lua_tostring(L, 2));
  for (int arg = 3; arg <= last && good; arg++) {
    sys_value value = check_value(L, arg);
    good = sys_store_bind(d, arg - 2, &value);
  }
  if (!good)
    return sql_failure(L, d);
  sys_step step;
  lua_newtable(L);
  for (lua_Integer i = 1; (step = sys_store_step(d)) == SYS_ROW; i++) {
    push_row(L, d);
    lua_rawseti(L, -2, i);
  }
  return step == SYS_DONE ? 1 : sql_failure(L, d);
}

/* database:run(sql, ...) -> an array of rows {name = value, ...}
   | nil, message, "busy"|"full"|"damaged"|"foreign"|"readonly"|"io"|...
   One statement, its parameters in order. It ends here, and where something
   raises in its closing: stock Lua's hook for Ctrl-C may raise before that is
   called. */
static int database_run(lua_State *L) {
  luaL_checkstring(L, 2);
  int last = lua_gettop(L);
  sys_store **statement = new_statement(L); /* may run a finalizer */
  sys_store *d = check_database(L);
  *statement = d;
  int results = run_statement(L, d, last);
  sys_store_end(d);
  *statement = NULL;
  return results;
}

/* open(path, "read"|"write"|"create") -> database | nil, message, word */
static int store_open(lua_State *L) {
  static const char *const access[] = {"read", "write", "create", NULL};
  static const luaL_Reg metamethods[] = {
      {"__gc", database_gc}, {"__close", database_gc}, {NULL, NULL}};
  static const luaL_Reg methods[] = {
      {"run", database_run}, {"close", database_close}, {NULL, NULL}};
  const char *path = luaL_checkstring(L, 1);
  int mode = luaL_checkoption(L, 2, "read", access);
  lib_class(L, LIB_DATABASE, metamethods, methods);
  lua_pop(L, 1);
  sys_store *d = lib_new(L, LIB_DATABASE, sizeof *d, 0);
  *d = sys_store_none();
  return sys_store_open(d, path, (sys_access)mode) ? 1 : sql_failure(L, d);
}

static int store_version(lua_State *L) {
  lua_pushstring(L, sys_store_version());
  return 1;
}

/* --- the lock ------------------------------------------------------------ */

typedef struct lock {
  sys_lock held;
  char path[];
} lock;

static int lock_release(lua_State *L) {
  lock *k = luaL_checkudata(L, 1, LIB_LOCK);
  sys_lock_release(&k->held);
  return 0;
}

/* lock(path) -> lock | nil, message [, pid of the process that has it]
   The file at `path` goes when the lock is released. */
static int store_lock(lua_State *L) {
  static const luaL_Reg metamethods[] = {
      {"__gc", lock_release}, {"__close", lock_release}, {NULL, NULL}};
  static const luaL_Reg methods[] = {{"release", lock_release}, {NULL, NULL}};
  pid_t holder;
  size_t length;
  const char *path = luaL_checklstring(L, 1, &length);
  lib_class(L, LIB_LOCK, metamethods, methods);
  lua_pop(L, 1);
  lock *k = lib_new(L, LIB_LOCK, sizeof *k + length + 1, 0);
  k->held = sys_lock_none();
  memcpy(k->path, path, length + 1);
  sys_status status = sys_lock_take(&k->held, k->path, &holder);
  if (status == SYS_OK)
    return 1;
  int results = lib_failure(L, status);
  if (status != SYS_LOCKED)
    return results;
  lua_pushinteger(L, holder);
  return results + 1;
}

/* --- and the rest -------------------------------------------------------- */

/* local_disk(path) -> is its file system one of this machine alone? */
static int store_local_disk(lua_State *L) {
  lua_pushboolean(L, sys_is_local_disk(luaL_checkstring(L, 1)));
  return 1;
}

static sys_digest matrix_digest(const or_matrix *m) {
  size_t size = or_precision_size(m->precision);
  int64_t head[4] = {m->rows, m->cols, m->precision, m->exponent};
  sys_digest d = sys_digest_add(sys_digest_empty, head, sizeof head);
  for (int j = 0; j < m->cols; j++)
    d = sys_digest_add(d, (char *)m->data + size * (size_t)j * (size_t)m->ld,
                       size * (size_t)m->rows);
  return d;
}

/* digest(bytes or matrix) -> 32 hexadecimal digits (128-bit FNV-1a). */
static int store_digest(lua_State *L) {
  const or_matrix *m = lib_testmatrix(L, 1);
  sys_digest d;
  if (m) {
    d = matrix_digest(m);
  } else {
    size_t size;
    const char *bytes = luaL_checklstring(L, 1, &size);
    d = sys_digest_add(sys_digest_empty, bytes, size);
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
