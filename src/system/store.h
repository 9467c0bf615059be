/* store.h: SQLite, as far as results files need it: statements with values,
   rows, and what went wrong. Its .c file is the only one that includes SQLite's
   header. What is stored is the callers' business.

   A connection belongs to the process that opened it; a forked copy never
   closes it, which would end the owner's locks on the file. */
#ifndef SYS_STORE_H
#define SYS_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct sys_store {
  pid_t owner;
  struct sqlite3 *db;             /* NULL: closed */
  struct sqlite3_stmt *statement; /* the one that runs, or NULL */
  int code;                       /* SQLite's, of what was done last */
} sys_store;

typedef enum sys_kind {
  SYS_NULL,
  SYS_INTEGER,
  SYS_REAL,
  SYS_TEXT,
  SYS_BLOB
} sys_kind;

typedef struct sys_value {
  sys_kind kind;
  int64_t integer;
  double real;
  const char *bytes; /* of a text or blob */
  size_t size;
} sys_value;

typedef enum sys_access { SYS_READ, SYS_WRITE, SYS_CREATE } sys_access;
typedef enum sys_step { SYS_ROW, SYS_DONE, SYS_FAILED } sys_step;

/* One of this process that is closed. */
sys_store sys_store_none(void);
/* false, here and below: sys_store_failure says why. */
bool sys_store_open(sys_store *d, const char *path, sys_access access);
/* Nothing where it is closed, or another process's. */
void sys_store_close(sys_store *d);
/* Is it open, and this process's? */
bool sys_store_is_open(const sys_store *d);
bool sys_store_is_ours(const sys_store *d);

/* One statement at a time: begin, bind its values (places count from 1), step
   until SYS_DONE, and end, which is fine at any time. */
bool sys_store_begin(sys_store *d, const char *sql);
bool sys_store_bind(sys_store *d, int place, const sys_value *value);
sys_step sys_store_step(sys_store *d);
void sys_store_end(sys_store *d);
/* Of the current row: how many columns, their names (from 0), and values,
   whose bytes hold until the next step. */
int sys_store_columns(const sys_store *d);
const char *sys_store_name(const sys_store *d, int column);
sys_value sys_store_value(const sys_store *d, int column);

/* Writes what failed last into `text`. Returns a word for the failures that
   callers tell apart: "busy", "full", "damaged", "foreign", "readonly",
   "missing", "io", or "error". */
const char *sys_store_failure(const sys_store *d, char *text, size_t size);
const char *sys_store_version(void);

#endif
