/* lib_matrix.c: the matrix class: making, reading, writing, views, printing.
   Operators and reductions are in lib_arithmetic.c, factorizations in
   lib_linalg.c.

   A matrix's numbers live inside its userdata, so the collector sees every
   byte. A view is a small userdata that points into its parent's numbers and
   keeps the parent alive in its user value. */

/*** Dense matrices, column-major, with indices from 1. They are made here;
   what is called A below is one.

   Operators: `A * B` (matrix product; inner sizes must agree), `2 * A`, `A *
   2`, `A / 2`, `A + B`, `A - B`, `-A`, `A == B` (same shape, precision and
   elements; NaN equals nothing). In `+` and `-` a column, a row or a number
   broadcasts. Precisions do not mix: convert with `A:to`. There is no `A / B`
   and no `A ^ n`.

   `print(A)` shows up to 12×10 elements with five digits; a larger matrix
   shows its range, mean and norm.
   @module matrix
   @pragma nostrip */

#include <limits.h>
#include <math.h>
#include <string.h>

#include "../core/gather.h"
#include "lib.h"

static const char tag;

typedef struct matrix {
  const void *tag;
  or_matrix m;
  struct matrix *root; /* NULL, or the matrix that this one is a view of */
} matrix;

/* --- making ------------------------------------------------------------- */

or_matrix *lib_newmatrix(lua_State *L, const char *who, lua_Integer rows,
                         lua_Integer cols, or_precision p) {
  size_t bytes = 0;
  if (or_matrix_bytes(rows, cols, p, &bytes) != OR_OK)
    lib_error(L, "%s: cannot make a %Ix%I %s matrix: %s", who,
              (LUAI_UACINT)rows, (LUAI_UACINT)cols, or_precision_name(p),
              or_status_text(OR_SIZE));
  bytes += sizeof(matrix) + OR_ALIGNMENT;
  if (!lib_has_memory(L, bytes))
    lib_error(L, "%s: not enough memory: a %Ix%I %s matrix needs %s", who,
              (LUAI_UACINT)rows, (LUAI_UACINT)cols, or_precision_name(p),
              lib_size_text(L, (double)bytes));
  matrix *u = lib_new(L, LIB_MATRIX, bytes, 1);
  u->tag = &tag;
  u->m = or_matrix_over(or_align_pointer(u + 1), (int)rows, (int)cols, p);
  u->root = NULL;
  return &u->m;
}

/* Pushes a view of the matrix at stack index `parent`, which it keeps alive.
   0-based block, bounds checked by the caller. */
static or_matrix *new_view(lua_State *L, int parent, int i, int j, int rows,
                           int cols) {
  parent = lua_absindex(L, parent);
  matrix *from = lua_touserdata(L, parent);
  matrix *u = lib_new(L, LIB_MATRIX, sizeof(matrix), 1);
  u->tag = &tag;
  u->m = or_matrix_block(&from->m, i, j, rows, cols);
  u->root = from->root ? from->root : from;
  lua_pushvalue(L, parent);
  lua_setiuservalue(L, -2, 1);
  return &u->m;
}

or_matrix *lib_testmatrix(lua_State *L, int arg) {
  matrix *u = lib_tagged(L, arg, &tag, sizeof *u);
  if (!u)
    return NULL;
  if (u->root)
    u->m.exponent = u->root->m.exponent;
  return &u->m;
}

void lib_refresh(const or_matrix *m) {
  matrix *u = (matrix *)((char *)m - offsetof(matrix, m));
  if (u->root)
    u->m.exponent = u->root->m.exponent;
}

or_matrix *lib_checkmatrix(lua_State *L, int arg) {
  or_matrix *m = lib_testmatrix(L, arg);
  if (!m)
    lib_wrongargument(L, arg, "a matrix");
  return m;
}

or_matrix *lib_plainmatrix(lua_State *L, const char *who, int arg) {
  or_matrix *m = lib_checkmatrix(L, arg);
  if (m->exponent == 0)
    return m;
  or_matrix *plain = lib_newmatrix(L, who, m->rows, m->cols, m->precision);
  or_matrix_copy(m, plain);
  if (or_matrix_fold(plain) != OR_OK)
    lib_error(L,
              "%s: values near 10^%d do not fit %s; divide by a power of "
              "two first, or work with log10 norms",
              who, (int)or_norm_log10(or_matrix_frobenius(m)),
              or_precision_name(m->precision));
  lua_replace(L, arg);
  return plain;
}

const char *lib_shape(lua_State *L, const or_matrix *m) {
  return lua_pushfstring(L, "%dx%d", m->rows, m->cols);
}

/* --- constructors ------------------------------------------------------- */

/*** Making one.
   @section making */

static const char *const only_precision[] = {"precision", NULL};

static lua_Integer size_argument(lua_State *L, const char *who, int arg,
                                 const char *what) {
  return lib_checkinteger(L, who, arg, what, 0, INT_MAX);
}

/* A number in a table of numbers, at the top of the stack. */
static double element(lua_State *L, lua_Integer i, lua_Integer j) {
  if (lua_type(L, -1) != LUA_TNUMBER)
    lib_error(L, "matrix: element (%I,%I) is %s, not a number", (LUAI_UACINT)i,
              (LUAI_UACINT)j, lib_describe(L, lua_gettop(L)));
  return lua_tonumber(L, -1);
}

static void set_element(lua_State *L, or_matrix *m, int i, int j, double v) {
  if (or_matrix_set(m, i, j, v) != OR_OK)
    lib_error(L, "matrix: element (%d,%d) = %f does not fit %s%s", i + 1, j + 1,
              v, or_precision_name(m->precision),
              m->exponent ? " beside this matrix's other values" : "");
}

static void fill_row(lua_State *L, int row, or_matrix *m, int i) {
  for (int j = 0; j < m->cols; j++) {
    lua_geti(L, row, j + 1);
    set_element(L, m, i, j, element(L, i + 1, j + 1));
    lua_pop(L, 1);
  }
}

static lua_Integer row_length(lua_State *L, int rows, lua_Integer i) {
  lua_geti(L, rows, i);
  if (!lua_istable(L, -1))
    lib_error(L, "matrix: row %I is %s, not a table of numbers", (LUAI_UACINT)i,
              lib_describe(L, lua_gettop(L)));
  lua_Integer n = luaL_len(L, -1);
  lua_pop(L, 1);
  return n;
}

static void from_rows(lua_State *L, int table, or_precision p) {
  lua_Integer rows = luaL_len(L, table);
  lua_Integer cols = rows > 0 ? row_length(L, table, 1) : 0;
  for (lua_Integer i = 2; i <= rows; i++)
    if (row_length(L, table, i) != cols)
      lib_error(L, "matrix: row %I has %I numbers, row 1 has %I",
                (LUAI_UACINT)i, (LUAI_UACINT)row_length(L, table, i),
                (LUAI_UACINT)cols);
  or_matrix *m = lib_newmatrix(L, "matrix", rows, cols, p);
  for (int i = 0; i < m->rows; i++) {
    lua_geti(L, table, i + 1);
    fill_row(L, lua_gettop(L), m, i);
    lua_pop(L, 1);
  }
}

static void from_column(lua_State *L, int table, or_precision p) {
  or_matrix *m = lib_newmatrix(L, "matrix", luaL_len(L, table), 1, p);
  for (int i = 0; i < m->rows; i++) {
    lua_geti(L, table, i + 1);
    set_element(L, m, i, 0, element(L, i + 1, 1));
    lua_pop(L, 1);
  }
}

/*** A matrix from an array of rows.
   @function matrix
   @call matrix(rows [, {precision=}])
   @tparam {{number,...},...}|{number,...}|matrix rows a flat array gives a
     column, a matrix a copy, `{}` 0×0
   @tparam[opt] table options
   @tparam[opt] string options.precision "float64" or "float32"; by default the
     run's
   @treturn matrix m×n
   @raise where rows have different lengths, or an element is no number.
   @usage
   local A = ortho.matrix { { 1, 2 }, { 3, 4 } }
   local v = ortho.matrix { 1, 2, 3 }
   assert(A:get(2, 1) == 3 and v:rows() == 3) */
static int matrix_call(lua_State *L) {
  lua_remove(L, 1); /* the module itself */
  if (lua_type(L, 1) != LUA_TNUMBER)
    lib_options(L, "matrix", 2, only_precision);
  or_matrix *other = lib_testmatrix(L, 1);
  if (other) {
    or_precision p = lua_isnoneornil(L, 2) ? other->precision
                                           : lib_optprecision(L, "matrix", 2);
    or_matrix_copy(other,
                   lib_newmatrix(L, "matrix", other->rows, other->cols, p));
    return 1;
  }
  if (!lua_istable(L, 1))
    return lib_error(L,
                     "matrix: rows must be a table as in {{1,2},{3,4}}, "
                     "not %s; matrix.zeros(rows, cols) makes one of a size",
                     lib_describe(L, 1));
  bool column = lua_geti(L, 1, 1) != LUA_TTABLE && !lua_isnil(L, -1);
  lua_pop(L, 1);
  (column ? from_column : from_rows)(L, 1, lib_optprecision(L, "matrix", 2));
  return 1;
}

/* matrix.NAME(rows, cols [, {precision=}]) filled with value */
static int filled(lua_State *L, const char *who, double value, int options) {
  lua_Integer rows = size_argument(L, who, 1, "rows");
  lua_Integer cols = size_argument(L, who, 2, "cols");
  lib_options(L, who, options, only_precision);
  or_precision p = lib_optprecision(L, who, options);
  or_matrix_fill(lib_newmatrix(L, who, rows, cols, p), value);
  return 1;
}

/*** All 0. Sizes may be 0.
   @function matrix.zeros
   @tparam int rows
   @tparam int cols
   @tparam[opt] table options
   @tparam[opt] string options.precision
   @treturn matrix rows×cols */
static int matrix_zeros(lua_State *L) {
  return filled(L, "matrix.zeros", 0, 3);
}

/*** All 1.
   @function matrix.ones
   @tparam int rows
   @tparam int cols
   @tparam[opt] table options
   @tparam[opt] string options.precision
   @treturn matrix rows×cols */
static int matrix_ones(lua_State *L) { return filled(L, "matrix.ones", 1, 3); }

/*** The same value everywhere.
   @function matrix.full
   @tparam int rows
   @tparam int cols
   @tparam number value
   @tparam[opt] table options
   @tparam[opt] string options.precision
   @treturn matrix rows×cols */
static int matrix_full(lua_State *L) {
  return filled(L, "matrix.full", lib_checknumber(L, 3), 4);
}

/*** The identity.
   @function matrix.eye
   @tparam int n
   @tparam[opt] table options
   @tparam[opt] string options.precision
   @treturn matrix n×n */
static int matrix_eye(lua_State *L) {
  lua_Integer n = size_argument(L, "matrix.eye", 1, "n");
  lib_options(L, "matrix.eye", 2, only_precision);
  or_precision p = lib_optprecision(L, "matrix.eye", 2);
  or_matrix_eye(lib_newmatrix(L, "matrix.eye", n, n, p));
  return 1;
}

/*** Evenly spaced numbers, both ends exact.
   @function matrix.linspace
   @tparam number first
   @tparam number last
   @tparam int n at least 1
   @tparam[opt] table options
   @tparam[opt] string options.precision
   @treturn matrix n×1
   @usage
   local x = ortho.matrix.linspace(0, 1, 5)
   assert(x:get(2, 1) == 0.25) */
static int matrix_linspace(lua_State *L) {
  double a = lib_checknumber(L, 1), b = lib_checknumber(L, 2);
  lua_Integer n = lib_checkinteger(L, "matrix.linspace", 3, "n", 1, INT_MAX);
  lib_options(L, "matrix.linspace", 4, only_precision);
  or_precision p = lib_optprecision(L, "matrix.linspace", 4);
  or_matrix *m = lib_newmatrix(L, "matrix.linspace", n, 1, p);
  for (int i = 0; i < m->rows; i++) {
    double t = n == 1 ? 0 : (double)i / (double)(n - 1);
    set_element(L, m, i, 0, i == n - 1 && n > 1 ? b : a * (1 - t) + b * t);
  }
  return 1;
}

/* The vector at arg: a table of numbers becomes a column. */
static or_matrix *vector_argument(lua_State *L, const char *who, int arg,
                                  or_precision p) {
  if (lua_istable(L, arg)) {
    from_column(L, arg, p);
    lua_replace(L, arg);
  }
  or_matrix *v = lib_checkmatrix(L, arg);
  if (v->rows != 1 && v->cols != 1)
    lib_error(L, "%s: needs a vector, got %s", who, lib_shape(L, v));
  return v;
}

/*** v on the diagonal, 0 elsewhere.
   @function matrix.diag
   @tparam {number,...}|matrix v an array, a column or a row
   @tparam[opt] table options
   @tparam[opt] string options.precision
   @treturn matrix n×n */
static int matrix_diag(lua_State *L) {
  lib_options(L, "matrix.diag", 2, only_precision);
  or_matrix *v = vector_argument(L, "matrix.diag", 1,
                                 lib_optprecision(L, "matrix.diag", 2));
  int n = v->rows == 1 ? v->cols : v->rows;
  or_precision p =
      lua_istable(L, 2) ? lib_optprecision(L, "matrix.diag", 2) : v->precision;
  or_matrix *m = lib_newmatrix(L, "matrix.diag", n, n, p);
  or_matrix_fill(m, 0);
  m->exponent = v->exponent;
  for (int i = 0; i < n; i++) {
    or_matrix to = or_matrix_block(m, i, i, 1, 1);
    or_matrix from = v->rows == 1 ? or_matrix_block(v, 0, i, 1, 1)
                                  : or_matrix_block(v, i, 0, 1, 1);
    lib_check(L, "matrix.diag", or_matrix_assign(&from, &to));
  }
  return 1;
}

/* Joins matrices: side by side (hcat) or one above the other (vcat). */
static int concatenate(lua_State *L, const char *who, bool across) {
  int n = lua_gettop(L);
  int64_t rows = 0, cols = 0;
  or_matrix *first = lib_plainmatrix(L, who, 1);
  for (int k = 1; k <= n; k++) {
    or_matrix *m = lib_plainmatrix(L, who, k);
    if (across ? m->rows != first->rows : m->cols != first->cols)
      lib_error(L, "%s: %s beside %s", who, lib_shape(L, first),
                lib_shape(L, m));
    rows = across ? m->rows : rows + m->rows;
    cols = across ? cols + m->cols : m->cols;
  }
  or_matrix *y = lib_newmatrix(L, who, rows, cols, first->precision);
  for (int k = 1, at = 0; k <= n; k++) {
    or_matrix *m = lib_checkmatrix(L, k);
    or_matrix part =
        or_matrix_block(y, across ? 0 : at, across ? at : 0, m->rows, m->cols);
    or_matrix_copy(m, &part);
    at += across ? m->cols : m->rows;
  }
  return 1;
}

/*** Matrices side by side.
   @function matrix.hcat
   @tparam matrix A
   @tparam matrix B as many rows
   @tparam matrix ... more of them
   @treturn matrix of A's precision
   @usage
   local A = ortho.matrix.eye(2)
   local B = ortho.matrix.hcat(A, 2 * A)
   assert(B:cols() == 4) */
static int matrix_hcat(lua_State *L) {
  return concatenate(L, "matrix.hcat", true);
}

/*** Matrices one above the other.
   @function matrix.vcat
   @tparam matrix A
   @tparam matrix B as many columns
   @tparam matrix ... more of them
   @treturn matrix of A's precision */
static int matrix_vcat(lua_State *L) {
  return concatenate(L, "matrix.vcat", false);
}

/* --- reading and writing ------------------------------------------------ */

/*** Looking, writing.
   @section looking */

/*** The number of rows.
   @function A:rows
   @treturn int m */
static int matrix_rows(lua_State *L) {
  lua_pushinteger(L, lib_checkmatrix(L, 1)->rows);
  return 1;
}

/*** The number of columns.
   @function A:cols
   @treturn int n */
static int matrix_cols(lua_State *L) {
  lua_pushinteger(L, lib_checkmatrix(L, 1)->cols);
  return 1;
}

/*** Rows and columns.
   @function A:shape
   @treturn int m
   @treturn int n */
static int matrix_shape(lua_State *L) {
  or_matrix *m = lib_checkmatrix(L, 1);
  lua_pushinteger(L, m->rows);
  lua_pushinteger(L, m->cols);
  return 2;
}

/*** The precision.
   @function A:precision
   @treturn "float64"|"float32" */
static int matrix_precision(lua_State *L) {
  lua_pushstring(L, or_precision_name(lib_checkmatrix(L, 1)->precision));
  return 1;
}

/*** The power of two that the stored values are multiplied with.
   @function A:exponent
   @treturn int */
static int matrix_exponent(lua_State *L) {
  lua_pushinteger(L, lib_checkmatrix(L, 1)->exponent);
  return 1;
}

/* Argument `arg` as a 0-based index into `n` rows or columns. */
static int index_argument(lua_State *L, const char *who, int arg,
                          const char *what, int n) {
  int whole = 0;
  lua_Integer v = 0;
  if (lua_type(L, arg) == LUA_TNUMBER)
    v = lua_tointegerx(L, arg, &whole);
  if (!whole || v < 1 || v > n) {
    const char *found = lib_describe(L, arg); /* before the stack grows */
    lib_error(L, "%s: %s is %s, must be 1 to %d in a %s matrix", who, what,
              found, n, lib_shape(L, lib_checkmatrix(L, 1)));
  }
  return (int)v - 1;
}

static double get_element(lua_State *L, const char *who, const or_matrix *m,
                          int i, int j) {
  double v;
  if (or_matrix_get(m, i, j, &v) != OR_OK)
    lib_error(L,
              "%s: element (%d,%d) is past what a number holds (exponent "
              "2^%I); see :exponent() and :log10_norm()",
              who, i + 1, j + 1, (LUAI_UACINT)m->exponent);
  return v;
}

/*** Element (i,j).
   @function A:get
   @tparam int i
   @tparam int j
   @treturn number
   @raise where the value does not fit a number. */
static int matrix_get(lua_State *L) {
  or_matrix *m = lib_checkmatrix(L, 1);
  int i = index_argument(L, "matrix:get", 2, "row", m->rows);
  int j = index_argument(L, "matrix:get", 3, "column", m->cols);
  lua_pushnumber(L, get_element(L, "matrix:get", m, i, j));
  return 1;
}

/*** Sets element (i,j), in place.
   @function A:set
   @tparam int i
   @tparam int j
   @tparam number value
   @treturn matrix A */
static int matrix_set(lua_State *L) {
  or_matrix *m = lib_checkmatrix(L, 1);
  int i = index_argument(L, "matrix:set", 2, "row", m->rows);
  int j = index_argument(L, "matrix:set", 3, "column", m->cols);
  set_element(L, m, i, j, lib_checknumber(L, 4));
  lua_settop(L, 1);
  return 1;
}

/*** In place: the elements become B's, or all the number B.
   @function A:assign
   @tparam matrix|number B of A's shape; they may overlap
   @treturn matrix A */
static int matrix_assign(lua_State *L) {
  or_matrix *m = lib_checkmatrix(L, 1);
  if (lua_type(L, 2) == LUA_TNUMBER) {
    double number = lua_tonumber(L, 2);
    for (int j = 0; j < m->cols; j++)
      for (int i = 0; i < m->rows; i++)
        set_element(L, m, i, j, number);
    lua_settop(L, 1);
    return 1;
  }
  or_matrix *from = lib_checkmatrix(L, 2);
  if (!or_matrix_same_shape(m, from))
    lib_error(L, "matrix:assign: %s into %s", lib_shape(L, from),
              lib_shape(L, m));
  if (!or_matrix_fits(from, m->precision, m->exponent))
    lib_error(L, "matrix:assign: values near 10^%d do not fit this %s matrix",
              (int)or_norm_log10(or_matrix_frobenius(from)),
              or_precision_name(m->precision));
  or_matrix *copy = lib_newmatrix(L, "matrix:assign", from->rows, from->cols,
                                  from->precision); /* A and B may overlap */
  or_matrix_copy(from, copy);
  lib_check(L, "matrix:assign", or_matrix_assign(copy, m));
  lua_settop(L, 1);
  return 1;
}

/* --- views and copies --------------------------------------------------- */

/*** Views and copies.
   @section views */

/*** Column j as a view, which shares A's elements: writing into it changes
   A.
   @function A:col
   @tparam int j
   @treturn matrix m×1
   @usage
   local A = ortho.matrix.zeros(2, 3)
   A:col(2):assign(7)
   assert(A:sum() == 14) */
static int matrix_col(lua_State *L) {
  or_matrix *m = lib_checkmatrix(L, 1);
  int j = index_argument(L, "matrix:col", 2, "column", m->cols);
  new_view(L, 1, 0, j, m->rows, 1);
  return 1;
}

/*** Row i as a view, which shares A's elements.
   @function A:row
   @tparam int i
   @treturn matrix 1×n */
static int matrix_row(lua_State *L) {
  or_matrix *m = lib_checkmatrix(L, 1);
  int i = index_argument(L, "matrix:row", 2, "row", m->rows);
  new_view(L, 1, i, 0, 1, m->cols);
  return 1;
}

/* One end of a range that may be empty: last = first-1 gives no element. */
static int range_end(lua_State *L, const char *who, int arg, const char *what,
                     int first, int n) {
  lua_Integer v = lib_checkinteger(L, who, arg, what, first, INT_MAX);
  if (v > n)
    lib_error(L, "%s: %s is %I, past the end of a %s matrix", who, what,
              (LUAI_UACINT)v, lib_shape(L, lib_checkmatrix(L, 1)));
  return (int)v;
}

static int range_start(lua_State *L, const char *who, int arg, const char *what,
                       int n) {
  return (int)lib_checkinteger(L, who, arg, what, 1, (lua_Integer)n + 1) - 1;
}

/*** A view of rows i1..i2 and columns j1..j2; empty where i2 = i1 − 1 or j2
   = j1 − 1.
   @function A:sub
   @tparam int i1
   @tparam int i2
   @tparam int j1
   @tparam int j2
   @treturn matrix */
static int matrix_sub(lua_State *L) {
  const char *who = "matrix:sub";
  or_matrix *m = lib_checkmatrix(L, 1);
  int i = range_start(L, who, 2, "first row", m->rows);
  int i2 = range_end(L, who, 3, "last row", i, m->rows);
  int j = range_start(L, who, 4, "first column", m->cols);
  int j2 = range_end(L, who, 5, "last column", j, m->cols);
  new_view(L, 1, i, j, i2 - i, j2 - j);
  return 1;
}

static int copy_as(lua_State *L, const char *who, or_precision p) {
  or_matrix *m = lib_checkmatrix(L, 1);
  or_matrix_copy(m, lib_newmatrix(L, who, m->rows, m->cols, p));
  return 1;
}

/*** A copy of the same precision.
   @function A:copy
   @treturn matrix m×n */
static int matrix_copy(lua_State *L) {
  return copy_as(L, "matrix:copy", lib_checkmatrix(L, 1)->precision);
}

/*** A copy in another precision.
   @function A:to
   @tparam "float64"|"float32" precision
   @treturn matrix m×n */
static int matrix_to(lua_State *L) {
  return copy_as(L, "matrix:to", lib_checkprecision(L, "matrix:to", 2));
}

static void copy_column(const or_matrix *from, int j, or_matrix *to, int k) {
  or_matrix source = or_matrix_block(from, 0, j, from->rows, 1);
  or_matrix column = or_matrix_block(to, 0, k, to->rows, 1);
  or_matrix_copy(&source, &column);
}

/*** A copy of those columns, in that order, repeats allowed.
   @function A:select
   @call A:select{j1, j2, ...}
   @tparam {int,...} columns
   @treturn matrix */
static int matrix_select(lua_State *L) {
  or_matrix *m = lib_checkmatrix(L, 1);
  lib_checktable(L, 2);
  lua_Integer n = luaL_len(L, 2);
  or_matrix *y = lib_newmatrix(L, "matrix:select", m->rows, n, m->precision);
  for (int k = 0; k < y->cols; k++) {
    lua_geti(L, 2, k + 1);
    int j =
        index_argument(L, "matrix:select", lua_gettop(L), "column", m->cols);
    copy_column(m, j, y, k);
    lua_pop(L, 1);
  }
  y->exponent = m->exponent;
  return 1;
}

enum { GATHERED = 256 }; /* columns at a time, for a list on the stack */

/* Columns k .. k+count-1 of m from those that the indices at `first` on say,
   at stack index 3 */
static void gather_some(lua_State *L, const or_matrix *from, lua_Integer first,
                        or_matrix *m, int k, int count) {
  int columns[GATHERED];
  for (int i = 0; i < count; i++) {
    lua_rawgeti(L, 3, first + k + i);
    columns[i] =
        index_argument(L, "matrix:gather", lua_gettop(L), "column", from->cols);
    lua_pop(L, 1);
  }
  or_matrix some = or_matrix_block(m, 0, k, m->rows, count);
  or_gather(from, columns, &some);
}

/*** In place, A's columns become B's columns indices[first],
   indices[first+1], ... Allocates nothing.
   @function A:gather
   @tparam matrix B of A's rows, precision and exponent
   @tparam {int,...} indices
   @tparam[opt=1] int first */
static int matrix_gather(lua_State *L) {
  const char *who = "matrix:gather";
  or_matrix *m = lib_checkmatrix(L, 1), *from = lib_checkmatrix(L, 2);
  lib_checktable(L, 3);
  lua_Integer n = luaL_len(L, 3);
  lua_Integer first =
      lua_isnoneornil(L, 4)
          ? 1
          : lib_checkinteger(L, who, 4, "first", 1, LUA_MAXINTEGER);
  if (m->rows != from->rows || m->precision != from->precision)
    lib_error(L, "%s: columns of a %s %s matrix into a %s %s one", who,
              lib_shape(L, from), or_precision_name(from->precision),
              lib_shape(L, m), or_precision_name(m->precision));
  if (n < m->cols || first - 1 > n - m->cols)
    lib_error(L, "%s: %d columns from place %I on, of %I indices", who, m->cols,
              (LUAI_UACINT)first, (LUAI_UACINT)n);
  if (m->exponent != from->exponent)
    lib_error(L, "%s: the matrices have different exponents, 2^%I and 2^%I",
              who, (LUAI_UACINT)m->exponent, (LUAI_UACINT)from->exponent);
  lua_pushvalue(L, 2);
  lua_replace(L, 1); /* errors of an index name B's size */
  for (int k = 0; k < m->cols; k += GATHERED)
    gather_some(L, from, first, m, k,
                m->cols - k < GATHERED ? m->cols - k : GATHERED);
  return 0;
}

/*** A copy with as many elements, read and filled column by column.
   @function A:reshape
   @tparam int rows
   @tparam int cols
   @treturn matrix rows×cols */
static int matrix_reshape(lua_State *L) {
  or_matrix *m = lib_checkmatrix(L, 1);
  lua_Integer rows = size_argument(L, "matrix:reshape", 2, "rows");
  lua_Integer cols = size_argument(L, "matrix:reshape", 3, "cols");
  if ((size_t)rows * (size_t)cols != or_matrix_count(m))
    lib_error(L, "matrix:reshape: %s into %Ix%I", lib_shape(L, m),
              (LUAI_UACINT)rows, (LUAI_UACINT)cols);
  or_matrix *y = lib_newmatrix(L, "matrix:reshape", rows, cols, m->precision);
  or_matrix flat = or_matrix_over(y->data, m->rows, m->cols, m->precision);
  or_matrix_copy(m, &flat);
  y->exponent = m->exponent;
  return 1;
}

/*** An array of rows.
   @function A:totable
   @treturn {{number,...},...}
   @raise where a value does not fit a number. */
static int matrix_totable(lua_State *L) {
  or_matrix *m = lib_checkmatrix(L, 1);
  lua_createtable(L, m->rows, 0);
  for (int i = 0; i < m->rows; i++) {
    lua_createtable(L, m->cols, 0);
    for (int j = 0; j < m->cols; j++) {
      lua_pushnumber(L, get_element(L, "matrix:totable", m, i, j));
      lua_seti(L, -2, j + 1);
    }
    lua_seti(L, -2, i + 1);
  }
  return 1;
}

/*** A flat array, column by column.
   @function A:tolist
   @treturn {number,...}
   @raise where a value does not fit a number. */
static int matrix_tolist(lua_State *L) {
  or_matrix *m = lib_checkmatrix(L, 1);
  lua_createtable(L, (int)(or_matrix_count(m) % INT_MAX), 0);
  lua_Integer k = 0;
  for (int j = 0; j < m->cols; j++)
    for (int i = 0; i < m->rows; i++) {
      lua_pushnumber(L, get_element(L, "matrix:tolist", m, i, j));
      lua_seti(L, -2, ++k);
    }
  return 1;
}

/* --- printing ----------------------------------------------------------- */

enum { PRINT_ROWS = 12, PRINT_COLS = 10, PRINT_VALUE = 10, PRINT_LINE = 80 };

/* An element as text, in at least `width` characters; how many it has. */
static int write_value(char *text, size_t size, const or_matrix *m, int i,
                       int j, int width) {
  double v;
  or_matrix_get(m, i, j, &v);
  return snprintf(text, size, "%*.5g", width, isnan(v) ? NAN : v); /* no -nan */
}

static int widest_value(const or_matrix *m) {
  char text[48];
  int most = PRINT_VALUE;
  for (int i = 0; i < m->rows; i++)
    for (int j = 0; j < m->cols; j++) {
      int width = write_value(text, sizeof text, m, i, j, 0);
      most = width > most ? width : most;
    }
  return most;
}

static void print_columns(luaL_Buffer *b, const or_matrix *m, int first,
                          int last, int width) {
  char text[48];
  for (int i = 0; i < m->rows; i++) {
    luaL_addstring(b, "\n");
    for (int j = first; j < last; j++) {
      luaL_addchar(b, ' ');
      write_value(text, sizeof text, m, i, j, width);
      luaL_addstring(b, text);
    }
  }
}

/* All elements; the columns that a line has no room for go below. */
static void print_small(lua_State *L, luaL_Buffer *b, const or_matrix *m) {
  (void)L;
  char text[48];
  int width = widest_value(m), each = PRINT_LINE / (width + 1);
  for (int j = 0; j < m->cols || j == 0; j += each) {
    int end = j + each < m->cols ? j + each : m->cols;
    if (each < m->cols) {
      snprintf(text, sizeof text, "\ncolumns %d to %d", j + 1, end);
      luaL_addstring(b, text);
    }
    print_columns(b, m, j, end, width);
  }
}

static void print_summary(lua_State *L, luaL_Buffer *b, const or_matrix *m) {
  char text[160];
  or_scan s = or_matrix_scan(m);
  double low, high;
  or_matrix_extremes(m, &low, &high);
  double norm = or_norm_value(or_matrix_frobenius(m));
  snprintf(text, sizeof text, ", from %.5g to %.5g, mean %.5g, norm %.5g", low,
           high, or_matrix_sum(m) / (double)or_matrix_count(m), norm);
  luaL_addstring(b, text);
  if (s.nans + s.infs) {
    snprintf(text, sizeof text, ", %zu NaN, %zu Inf", s.nans, s.infs);
    luaL_addstring(b, text);
  }
}

/* Small matrices print their elements, large ones a line about themselves. */
static int matrix_tostring(lua_State *L) {
  char text[96];
  or_matrix *m = lib_checkmatrix(L, 1);
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  snprintf(text, sizeof text, "matrix %dx%d %s", m->rows, m->cols,
           or_precision_name(m->precision));
  luaL_addstring(&b, text);
  double size = or_norm_log10(or_matrix_frobenius(m));
  if (m->exponent != 0 && fabs(size) > 300) {
    snprintf(text, sizeof text, ", norm 10^%.6g (exponent 2^%lld)", size,
             (long long)m->exponent);
    luaL_addstring(&b, text);
  } else if (!or_matrix_is_empty(m)) {
    bool small = m->rows <= PRINT_ROWS && m->cols <= PRINT_COLS;
    (small ? print_small : print_summary)(L, &b, m);
  }
  luaL_pushresult(&b);
  return 1;
}

/* A(i, j) in Octave and Julia; `for row in A` in Python */
static int matrix_called(lua_State *L) {
  return lib_error(L,
                   "matrix: A(...) is no element and no loop: use A:get(i, j), "
                   "or A:row(i) for i = 1, A:rows()");
}

static int matrix_length(lua_State *L) {
  return lib_error(L, "matrix: #A is not defined: use A:rows() or A:cols()");
}

static const luaL_Reg metamethods[] = {{"__tostring", matrix_tostring},
                                       {"__call", matrix_called},
                                       {"__len", matrix_length},
                                       {NULL, NULL}};

static const luaL_Reg methods[] = {{"rows", matrix_rows},
                                   {"cols", matrix_cols},
                                   {"shape", matrix_shape},
                                   {"precision", matrix_precision},
                                   {"exponent", matrix_exponent},
                                   {"get", matrix_get},
                                   {"set", matrix_set},
                                   {"assign", matrix_assign},
                                   {"col", matrix_col},
                                   {"row", matrix_row},
                                   {"sub", matrix_sub},
                                   {"copy", matrix_copy},
                                   {"to", matrix_to},
                                   {"select", matrix_select},
                                   {"gather", matrix_gather},
                                   {"reshape", matrix_reshape},
                                   {"totable", matrix_totable},
                                   {"tolist", matrix_tolist},
                                   {NULL, NULL}};

static const luaL_Reg constructors[] = {{"zeros", matrix_zeros},
                                        {"ones", matrix_ones},
                                        {"full", matrix_full},
                                        {"eye", matrix_eye},
                                        {"diag", matrix_diag},
                                        {"linspace", matrix_linspace},
                                        {"product_svd", lib_product_svd},
                                        {"hcat", matrix_hcat},
                                        {"vcat", matrix_vcat},
                                        {NULL, NULL}};

/* The module: a table of constructors that can itself be called. */
int lib_open_matrix(lua_State *L) {
  lib_class(L, LIB_MATRIX, metamethods, methods);
  lua_pop(L, 1);
  luaL_newlib(L, constructors);
  lua_createtable(L, 0, 1);
  lua_pushcfunction(L, matrix_call);
  lua_setfield(L, -2, "__call");
  lua_setmetatable(L, -2);
  return 1;
}
