/* lib_arithmetic.c: operators, elementwise functions and reductions of the
   matrix class. */

/*** @module matrix */

#include <math.h>
#include <stdlib.h>

#include "lib.h"

/* --- sums, products ----------------------------------------------------- */

/*** Arithmetic.
   @section arithmetic */

/* Operands of a binary operator: matrices, or a number that acts as a 1x1
   matrix in the other one's precision. */
typedef struct operands {
  or_matrix *x, *y;
  or_matrix scalar;
  double as_double;
  float as_float;
} operands;

/* Its mantissa with the power of two as exponent where a float32 would make
   Inf or 0 of it. */
static void scalar_operand(operands *o, double value, or_precision p) {
  int e = 0;
  if (p == OR_FLOAT32 && isfinite(value) && value != 0 &&
      abs(ilogb(value)) > 100)
    value = frexp(value, &e);
  o->as_double = value;
  o->as_float = (float)value;
  void *data = p == OR_FLOAT32 ? (void *)&o->as_float : &o->as_double;
  o->scalar = or_matrix_over(data, 1, 1, p);
  o->scalar.exponent = e;
}

static or_matrix *operand(lua_State *L, const char *who, int arg) {
  or_matrix *m = lib_testmatrix(L, arg);
  if (!m)
    lib_error(L, "%s: needs matrices or numbers, got %s", who,
              lib_describe(L, arg));
  return m;
}

static int shape_error(lua_State *L, const char *who, or_status status,
                       const or_matrix *x, const or_matrix *y) {
  if (status == OR_PRECISION)
    return lib_error(L, "%s: %s by %s; convert one with :to(\"%s\")", who,
                     or_precision_name(x->precision),
                     or_precision_name(y->precision),
                     or_precision_name(x->precision));
  if (status == OR_RANGE)
    return lib_error(L, "%s: the result is past 2^%I", who,
                     (LUAI_UACINT)OR_EXPONENT_LIMIT);
  return lib_error(L,
                   "%s: %s and %s (sizes must agree, or one be a column, "
                   "a row or a number)",
                   who, lib_shape(L, x), lib_shape(L, y));
}

/* Is y at least as large as x both ways, and larger in one? */
static bool smaller(const or_matrix *x, const or_matrix *y) {
  return x->rows <= y->rows && x->cols <= y->cols &&
         !or_matrix_same_shape(x, y);
}

/* alpha x + beta y, either of which may be the one that broadcasts. */
static int sum_of(lua_State *L, const char *who, double alpha, double beta) {
  operands o;
  if (lua_type(L, 2) == LUA_TNUMBER) {
    o.x = operand(L, who, 1);
    scalar_operand(&o, lua_tonumber(L, 2), o.x->precision);
    o.y = &o.scalar;
  } else if (lua_type(L, 1) == LUA_TNUMBER) {
    o.y = operand(L, who, 2);
    scalar_operand(&o, lua_tonumber(L, 1), o.y->precision);
    o.x = &o.scalar;
  } else {
    o.x = operand(L, who, 1);
    o.y = operand(L, who, 2);
  }
  bool swap = smaller(o.x, o.y) || o.x == &o.scalar;
  or_matrix *big = swap ? o.y : o.x, *little = swap ? o.x : o.y;
  or_matrix *z = lib_newmatrix(L, who, big->rows, big->cols, big->precision);
  or_status status =
      or_matrix_add(swap ? beta : alpha, big, swap ? alpha : beta, little, z);
  if (status != OR_OK)
    shape_error(L, who, status, o.x, o.y);
  return 1;
}

static int matrix_add(lua_State *L) { return sum_of(L, "matrix sum", 1, 1); }

static int matrix_sub(lua_State *L) {
  return sum_of(L, "matrix difference", 1, -1);
}

static int scaled(lua_State *L, double alpha, int arg) {
  or_matrix *x = lib_checkmatrix(L, arg);
  or_matrix *y =
      lib_newmatrix(L, "matrix scaling", x->rows, x->cols, x->precision);
  or_matrix_scale(alpha, x, y);
  return 1;
}

static int matrix_unm(lua_State *L) { return scaled(L, -1, 1); }

typedef struct factors {
  bool ta, tb;
  const or_matrix *a, *b;
  or_matrix *c;
} factors;

static or_status run_product(void *context, or_arena *arena) {
  const factors *f = context;
  return or_matrix_product(f->ta, f->a, f->tb, f->b, f->c, arena);
}

void lib_product(lua_State *L, const char *who, bool ta, const or_matrix *a,
                 bool tb, const or_matrix *b, or_matrix *c) {
  factors f = {ta, tb, a, b, c};
  or_arena arena;
  /* a product runs some thirty times as fast as an SVD */
  double cost = (double)c->rows * c->cols * (ta ? a->rows : a->cols) / 30;
  lib_effort effort = {.cost = cost, .at_once = true};
  lib_add_part(&effort, c);
  lib_check(L, who, lib_compute_long(L, run_product, &f, &arena, &effort));
}

static int product(lua_State *L, or_matrix *a, or_matrix *b) {
  const char *who = "matrix product";
  if (a->precision != b->precision)
    return shape_error(L, who, OR_PRECISION, a, b);
  if (a->cols != b->rows)
    return lib_error(L, "%s: %s by %s (inner sizes %d and %d differ)", who,
                     lib_shape(L, a), lib_shape(L, b), a->cols, b->rows);
  or_matrix *c = lib_newmatrix(L, who, a->rows, b->cols, a->precision);
  lib_product(L, who, false, a, false, b, c);
  return 1;
}

static int matrix_mul(lua_State *L) {
  if (lua_type(L, 1) == LUA_TNUMBER)
    return scaled(L, lua_tonumber(L, 1), 2);
  if (lua_type(L, 2) == LUA_TNUMBER)
    return scaled(L, lua_tonumber(L, 2), 1);
  return product(L, operand(L, "matrix product", 1),
                 operand(L, "matrix product", 2));
}

/* A/2. A matrix on the right is ambiguous, so it is refused. */
static int matrix_div(lua_State *L) {
  const char *who = "matrix quotient";
  if (lua_type(L, 2) != LUA_TNUMBER)
    return lib_error(L,
                     "%s: only a number can stand below; use "
                     "A:divide(B) elementwise, or B:solve(A)",
                     who);
  operands o;
  o.x = operand(L, who, 1);
  scalar_operand(&o, lua_tonumber(L, 2), o.x->precision);
  or_matrix *z = lib_newmatrix(L, who, o.x->rows, o.x->cols, o.x->precision);
  lib_check(L, who, or_matrix_divide(o.x, &o.scalar, z));
  return 1;
}

typedef or_status elementwise(const or_matrix *, const or_matrix *,
                              or_matrix *);

static int pairwise(lua_State *L, const char *who, elementwise *f) {
  or_matrix *x = lib_checkmatrix(L, 1), *y = lib_checkmatrix(L, 2);
  or_matrix *z = lib_newmatrix(L, who, x->rows, x->cols, x->precision);
  or_status status = f(x, y, z);
  if (status != OR_OK)
    shape_error(L, who, status, x, y);
  return 1;
}

/*** The elementwise product.
   @function A:hadamard
   @tparam matrix B of A's shape, or a column or a row, which broadcasts
   @treturn matrix */
static int matrix_hadamard(lua_State *L) {
  return pairwise(L, "matrix:hadamard", or_matrix_hadamard);
}

/*** The elementwise quotient.
   @function A:divide
   @tparam matrix B of A's shape, or a column or a row, which broadcasts
   @treturn matrix */
static int matrix_divide(lua_State *L) {
  return pairwise(L, "matrix:divide", or_matrix_divide);
}

/*** The transpose, a copy.
   @function A:t
   @treturn matrix n×m
   @usage
   local A = ortho.matrix { { 1, 2, 3 } }
   assert(A:t():rows() == 3) */
static int matrix_t(lua_State *L) {
  or_matrix *x = lib_checkmatrix(L, 1);
  or_matrix_transpose(
      x, lib_newmatrix(L, "matrix:t", x->cols, x->rows, x->precision));
  return 1;
}

/*** The same values with the largest stored magnitude in [1,2) and the rest
   in the exponent; exact.
   @function A:normalized
   @treturn matrix */
static int matrix_normalized(lua_State *L) {
  or_matrix *x = lib_checkmatrix(L, 1);
  or_matrix *y =
      lib_newmatrix(L, "matrix:normalized", x->rows, x->cols, x->precision);
  or_matrix_copy(x, y);
  or_matrix_normalize(y);
  return 1;
}

/* True values are equal; ones that no double holds, if stored ones are. */
static bool equal_elements(const or_matrix *x, const or_matrix *y) {
  or_matrix u = *x, v = *y;
  if (x->exponent == y->exponent)
    u.exponent = v.exponent = 0;
  for (int j = 0; j < x->cols; j++)
    for (int i = 0; i < x->rows; i++) {
      double a, b;
      bool known = or_matrix_get(&u, i, j, &a) == OR_OK &&
                   or_matrix_get(&v, i, j, &b) == OR_OK;
      if (!known || !(a == b))
        return false;
    }
  return true;
}

/* A == B: same shape, precision and elements. NaN equals nothing. */
static int matrix_eq(lua_State *L) {
  or_matrix *x = lib_testmatrix(L, 1), *y = lib_testmatrix(L, 2);
  lua_pushboolean(L, x && y && x->precision == y->precision &&
                         or_matrix_same_shape(x, y) && equal_elements(x, y));
  return 1;
}

/* --- elementwise functions ---------------------------------------------- */

static int apply(lua_State *L, const char *who, double (*f)(double)) {
  or_matrix *x = lib_plainmatrix(L, who, 1);
  or_matrix *y = lib_newmatrix(L, who, x->rows, x->cols, x->precision);
  for (int j = 0; j < x->cols; j++)
    for (int i = 0; i < x->rows; i++) {
      double v;
      or_matrix_get(x, i, j, &v);
      if (or_matrix_set(y, i, j, f(v)) != OR_OK)
        lib_error(L, "%s: the value at (%d,%d) does not fit %s", who, i + 1,
                  j + 1, or_precision_name(y->precision));
    }
  return 1;
}

static double square(double x) { return x * x; }

static double sign(double x) { return (x > 0) - (x < 0); }

/*** Every element without its sign.
   @function A:abs
   @treturn matrix m×n */

/*** The square root of every element; √−1 is NaN, as in C.
   @function A:sqrt
   @treturn matrix m×n */

/*** e to the power of every element; `A:expm` is the matrix's.
   @function A:exp
   @treturn matrix m×n */

/*** The natural logarithm of every element; log 0 is −inf, as in C.
   @function A:log
   @treturn matrix m×n */

/*** The base-10 logarithm of every element.
   @function A:log10
   @treturn matrix m×n */

/*** The square of every element.
   @function A:square
   @treturn matrix m×n */

/*** The sign of every element: −1, 0 or 1, and 0 for NaN.
   @function A:sign
   @treturn matrix m×n */

#define ELEMENTWISE(X)                                                         \
  X(abs, fabs)                                                                 \
  X(sqrt, sqrt)                                                                \
  X(exp, exp) X(log, log) X(log10, log10) X(square, square) X(sign, sign)

#define X(name, f)                                                             \
  static int matrix_##name(lua_State *L) {                                     \
    return apply(L, "matrix:" #name, f);                                       \
  }
ELEMENTWISE(X)
#undef X

/*** A function of every element, into a new matrix.
   @function A:map
   @tparam func f f(element, i, j) → number
   @treturn matrix m×n
   @usage
   local A = ortho.matrix.ones(2, 2):map(function(x, i, j) return x + i * j end)
   assert(A:get(2, 2) == 5) */
static int matrix_map(lua_State *L) {
  or_matrix *x = lib_plainmatrix(L, "matrix:map", 1);
  if (!lib_is_callable(L, 2))
    lib_wrongargument(L, 2, "a function");
  or_matrix *y = lib_newmatrix(L, "matrix:map", x->rows, x->cols, x->precision);
  for (int j = 0; j < x->cols; j++)
    for (int i = 0; i < x->rows; i++) {
      double v;
      or_matrix_get(x, i, j, &v);
      lua_pushvalue(L, 2);
      lua_pushnumber(L, v);
      lua_pushinteger(L, i + 1);
      lua_pushinteger(L, j + 1);
      lua_call(L, 3, 1);
      if (lua_type(L, -1) != LUA_TNUMBER)
        lib_error(L,
                  "matrix:map: f returned %s for element (%d,%d), not a "
                  "number",
                  lib_describe(L, lua_gettop(L)), i + 1, j + 1);
      if (or_matrix_set(y, i, j, lua_tonumber(L, -1)) != OR_OK)
        lib_error(L, "matrix:map: f's value %f at (%d,%d) does not fit %s",
                  lua_tonumber(L, -1), i + 1, j + 1,
                  or_precision_name(y->precision));
      lua_pop(L, 1);
    }
  return 1;
}

/* --- reductions --------------------------------------------------------- */

/*** Sums, norms of all elements.
   @section reducing */

/* The matrix whose elements all count: others take an axis here. */
static or_matrix *all_of(lua_State *L, const char *who) {
  or_matrix *m = lib_checkmatrix(L, 1);
  if (!lua_isnoneornil(L, 2))
    lib_error(L,
              "%s: it is over all elements and takes no argument; "
              "A:col_sums(), A:row_sums(), A:col(j) and A:row(i) are by "
              "column and row",
              who);
  return m;
}

/*** The sum of all elements, in float64; of an empty matrix 0.
   @function A:sum
   @treturn number */
static int matrix_sum(lua_State *L) {
  lua_pushnumber(L, or_matrix_sum(all_of(L, "matrix:sum")));
  return 1;
}

/*** The mean of all elements, in float64; of an empty matrix NaN.
   @function A:mean
   @treturn number */
static int matrix_mean(lua_State *L) {
  or_matrix *m = all_of(L, "matrix:mean");
  lua_pushnumber(L, or_matrix_sum(m) / (double)or_matrix_count(m));
  return 1;
}

static int extreme(lua_State *L, const char *who, bool highest) {
  or_matrix *m = all_of(L, who);
  double low, high;
  if (or_matrix_extremes(m, &low, &high) != OR_OK)
    lib_error(L, "%s: a %s matrix has no elements", who, lib_shape(L, m));
  lua_pushnumber(L, highest ? high : low);
  return 1;
}

/*** The largest element; NaN if there is one.
   @function A:max
   @treturn number
   @raise for an empty matrix. */
static int matrix_max(lua_State *L) { return extreme(L, "matrix:max", true); }

/*** The smallest element; NaN if there is one.
   @function A:min
   @treturn number
   @raise for an empty matrix. */
static int matrix_min(lua_State *L) { return extreme(L, "matrix:min", false); }

/*** The sums of the columns.
   @function A:col_sums
   @treturn matrix 1×n */
static int matrix_col_sums(lua_State *L) {
  or_matrix *m = lib_checkmatrix(L, 1);
  or_matrix_column_sums(
      m, lib_newmatrix(L, "matrix:col_sums", 1, m->cols, m->precision));
  return 1;
}

/*** The sums of the rows.
   @function A:row_sums
   @treturn matrix m×1 */
static int matrix_row_sums(lua_State *L) {
  or_matrix *m = lib_checkmatrix(L, 1);
  or_matrix_row_sums(
      m, lib_newmatrix(L, "matrix:row_sums", m->rows, 1, m->precision));
  return 1;
}

/*** Σ A_ij B_ij.
   @function A:dot
   @tparam matrix B of A's shape and precision
   @treturn number */
static int matrix_dot(lua_State *L) {
  or_matrix *x = lib_checkmatrix(L, 1), *y = lib_checkmatrix(L, 2);
  double dot = 0;
  or_status status = or_matrix_dot(x, y, &dot);
  if (status != OR_OK)
    lib_error(L, "matrix:dot: %s %s and %s %s", lib_shape(L, x),
              or_precision_name(x->precision), lib_shape(L, y),
              or_precision_name(y->precision));
  lua_pushnumber(L, dot);
  return 1;
}

/*** log10 of the Frobenius norm, for any exponent; −inf for 0.
   @function A:log10_norm
   @treturn number */
static int matrix_log10_norm(lua_State *L) {
  lua_pushnumber(L, or_norm_log10(or_matrix_frobenius(lib_checkmatrix(L, 1))));
  return 1;
}

/*** Are all elements finite?
   @function A:is_finite
   @treturn bool
   @treturn ?int where not: the row of the first NaN or Inf
   @treturn ?int its column */
static int matrix_is_finite(lua_State *L) {
  int i, j;
  bool finite = or_matrix_check_finite(lib_checkmatrix(L, 1), &i, &j) == OR_OK;
  lua_pushboolean(L, finite);
  if (finite)
    return 1;
  lua_pushinteger(L, i + 1);
  lua_pushinteger(L, j + 1);
  return 3;
}

static int matrix_pow(lua_State *L) {
  return lib_error(L, "matrix power: A ^ n is not defined: write A * A for a "
                      "product, A:hadamard(A) for squares of elements");
}

static const luaL_Reg metamethods[] = {
    {"__pow", matrix_pow}, {"__add", matrix_add}, {"__sub", matrix_sub},
    {"__mul", matrix_mul}, {"__div", matrix_div}, {"__unm", matrix_unm},
    {"__eq", matrix_eq},   {NULL, NULL}};

static const luaL_Reg methods[] = {
#define X(name, f) {#name, matrix_##name},
    ELEMENTWISE(X)
#undef X
        {"t", matrix_t},
    {"hadamard", matrix_hadamard},
    {"divide", matrix_divide},
    {"map", matrix_map},
    {"normalized", matrix_normalized},
    {"sum", matrix_sum},
    {"mean", matrix_mean},
    {"max", matrix_max},
    {"min", matrix_min},
    {"col_sums", matrix_col_sums},
    {"row_sums", matrix_row_sums},
    {"dot", matrix_dot},
    {"log10_norm", matrix_log10_norm},
    {"is_finite", matrix_is_finite},
    {NULL, NULL}};

int lib_open_arithmetic(lua_State *L) {
  lib_addmethods(L, LIB_MATRIX, methods);
  luaL_getmetatable(L, LIB_MATRIX);
  luaL_setfuncs(L, metamethods, 0);
  lua_pop(L, 1);
  return 0;
}
