/* store.c: see store.h. */
#include "store.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* --- errors --------------------------------------------------------------- */

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

const char *sys_store_failure(const sys_store *d, char *text, size_t size) {
  const char *word = word_of(d->code);
  int system = d->db ? sqlite3_system_errno(d->db) : 0;
  if (!strcmp(word, "foreign") || !strcmp(word, "damaged"))
    system = 0; /* what it says there is of some earlier call */
  snprintf(text, size, "%s%s%s%s",
           d->db ? sqlite3_errmsg(d->db) : sqlite3_errstr(d->code),
           system ? " (" : "", system ? strerror(system) : "",
           system ? ")" : "");
  return word;
}

const char *sys_store_version(void) { return sqlite3_libversion(); }

/* --- the connection ------------------------------------------------------- */

sys_store sys_store_none(void) {
  return (sys_store){getpid(), NULL, NULL, SQLITE_OK};
}

bool sys_store_is_open(const sys_store *d) { return d->db != NULL; }

bool sys_store_is_ours(const sys_store *d) { return d->owner == getpid(); }

bool sys_store_open(sys_store *d, const char *path, sys_access access) {
  static const int flags[] = {SQLITE_OPEN_READONLY, SQLITE_OPEN_READWRITE,
                              SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE};
  *d = sys_store_none();
  d->code = sqlite3_open_v2(path, &d->db, flags[access], NULL);
  if (d->code != SQLITE_OK)
    return false;
  sqlite3_extended_result_codes(d->db, 1);
  sqlite3_busy_timeout(d->db, 5000); /* ms */
  return true;
}

void sys_store_close(sys_store *d) {
  if (!d->db || !sys_store_is_ours(d))
    return;
  sqlite3_stmt *s;
  while ((s = sqlite3_next_stmt(d->db, NULL)))
    sqlite3_finalize(s);
  sqlite3_close(d->db);
  d->statement = NULL;
  d->db = NULL;
}

/* --- statements ----------------------------------------------------------- */

/* The statement for `sql`: made once for each text, and kept by SQLite. */
static sqlite3_stmt *find(const sys_store *d, const char *sql) {
  sqlite3_stmt *s = sqlite3_next_stmt(d->db, NULL);
  while (s && strcmp(sqlite3_sql(s), sql) != 0)
    s = sqlite3_next_stmt(d->db, s);
  return s;
}

bool sys_store_begin(sys_store *d, const char *sql) {
  sys_store_end(d);
  d->statement = find(d, sql);
  d->code = SQLITE_OK;
  if (!d->statement)
    d->code = sqlite3_prepare_v3(d->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
                                 &d->statement, NULL);
  return d->code == SQLITE_OK;
}

static int bind(sqlite3_stmt *s, int place, const sys_value *v) {
  switch (v->kind) {
  case SYS_INTEGER:
    return sqlite3_bind_int64(s, place, v->integer);
  case SYS_REAL:
    return sqlite3_bind_double(s, place, v->real);
  case SYS_TEXT:
    return sqlite3_bind_text64(s, place, v->bytes, v->size, SQLITE_TRANSIENT,
                               SQLITE_UTF8);
  case SYS_BLOB:
    return sqlite3_bind_blob64(s, place, v->bytes, v->size, SQLITE_TRANSIENT);
  default:
    return sqlite3_bind_null(s, place);
  }
}

bool sys_store_bind(sys_store *d, int place, const sys_value *value) {
  d->code = bind(d->statement, place, value);
  return d->code == SQLITE_OK;
}

sys_step sys_store_step(sys_store *d) {
  /* an empty text is no statement, and has nothing to do */
  d->code = d->statement ? sqlite3_step(d->statement) : SQLITE_DONE;
  return d->code == SQLITE_ROW    ? SYS_ROW
         : d->code == SQLITE_DONE ? SYS_DONE
                                  : SYS_FAILED;
}

void sys_store_end(sys_store *d) {
  if (!d->db || !d->statement || !sys_store_is_ours(d))
    return;
  sqlite3_reset(d->statement);
  sqlite3_clear_bindings(d->statement);
  d->statement = NULL;
}

/* --- rows ----------------------------------------------------------------- */

int sys_store_columns(const sys_store *d) {
  return sqlite3_column_count(d->statement);
}

const char *sys_store_name(const sys_store *d, int column) {
  const char *name = sqlite3_column_name(d->statement, column);
  return name ? name : "";
}

sys_value sys_store_value(const sys_store *d, int column) {
  sqlite3_stmt *s = d->statement;
  sys_value v = {SYS_NULL, 0, 0, "", 0};
  int type = sqlite3_column_type(s, column);
  switch (type) {
  case SQLITE_NULL:
    return v;
  case SQLITE_INTEGER:
    v.kind = SYS_INTEGER;
    v.integer = sqlite3_column_int64(s, column);
    return v;
  case SQLITE_FLOAT:
    v.kind = SYS_REAL;
    v.real = sqlite3_column_double(s, column);
    return v;
  default:
    v.kind = type == SQLITE_TEXT ? SYS_TEXT : SYS_BLOB;
    v.bytes = sqlite3_column_blob(s, column);
    v.size = (size_t)sqlite3_column_bytes(s, column);
    v.bytes = v.bytes ? v.bytes : "";
    return v;
  }
}
