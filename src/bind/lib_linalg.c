/* lib_linalg.c: the matrix class's factorizations, solvers and norms.

   A method is a line in a table: its name, the shapes of its results, what
   reads its further arguments, and what it computes. One function makes the
   results and the scratch, calls the core, and raises or returns. */

/*** @module matrix */

#include <math.h>
#include <string.h>

#include "../core/linalg.h"
#include "lib.h"

enum { MAX_RESULTS = 3 };

typedef struct call {
  const char *who; /* "matrix:svd" */
  const or_matrix *a, *b;
  or_matrix *out[MAX_RESULTS];
  double number[MAX_RESULTS];
  double tol;
  or_norm_kind kind;
} call;

typedef struct method {
  const char *name;
  /* Results, separated by blanks: a matrix by its rows and columns (m and n
     as A's, k the smaller, b as B's columns), # a number, i an integer. */
  const char *results;
  or_status (*compute)(call *c, or_arena *arena);
  void (*arguments)(lua_State *L, call *c); /* after A; NULL: none */
} method;

/* --- what each computes -------------------------------------------------- */

static or_status qr(call *c, or_arena *arena) {
  return or_qr(c->a, c->out[0], c->out[1], arena);
}

static or_status svd(call *c, or_arena *arena) {
  return or_svd(c->a, c->out[0], c->out[1], c->out[2], arena);
}

static or_status singular_values(call *c, or_arena *arena) {
  return or_singular_values(c->a, c->out[0], arena);
}

static or_status eigh(call *c, or_arena *arena) {
  return or_eigh(c->a, c->out[0], c->out[1], arena);
}

static or_status polar(call *c, or_arena *arena) {
  return or_polar(c->a, c->out[0], c->out[1], arena);
}

static or_status solve(call *c, or_arena *arena) {
  return or_solve(c->a, c->b, c->out[0], arena);
}

static or_status inverse(call *c, or_arena *arena) {
  return or_inverse(c->a, c->out[0], arena);
}

static or_status pseudo_inverse(call *c, or_arena *arena) {
  return or_pseudo_inverse(c->a, c->out[0], arena);
}

static or_status exponential(call *c, or_arena *arena) {
  return or_expm(c->a, c->out[0], arena);
}

static or_status det(call *c, or_arena *arena) {
  or_determinant d = {0, 0};
  or_status status = or_det(c->a, &d, arena);
  c->number[0] = or_norm_value((or_norm){d.value, d.exponent});
  return status;
}

static or_status logdet(call *c, or_arena *arena) {
  or_determinant d = {0, 0};
  or_status status = or_det(c->a, &d, arena);
  c->number[0] = or_det_log(d);
  c->number[1] = (d.value > 0) - (d.value < 0);
  return status;
}

static or_status rank(call *c, or_arena *arena) {
  int r = 0;
  or_status status = or_rank(c->a, c->tol, &r, arena);
  c->number[0] = r;
  return status;
}

static or_status cond(call *c, or_arena *arena) {
  return or_cond(c->kind, c->a, &c->number[0], arena);
}

static or_status norm(call *c, or_arena *arena) {
  or_norm n = {0, 0};
  or_status status = or_matrix_norm(c->kind, c->a, &n, arena);
  c->number[0] = or_norm_value(n);
  return status;
}

static or_status trace(call *c, or_arena *arena) {
  (void)arena;
  return or_trace(c->a, &c->number[0]);
}

/* --- what each reads ----------------------------------------------------- */

static void right_side(lua_State *L, call *c) { c->b = lib_checkmatrix(L, 2); }

static void tolerance(lua_State *L, call *c) {
  c->tol = -1;
  if (lua_isnoneornil(L, 2))
    return;
  c->tol = lua_type(L, 2) == LUA_TNUMBER ? lua_tonumber(L, 2) : -1;
  if (!(c->tol >= 0))
    lib_error(L, "%s: the tolerance must be a number >= 0, not %s", c->who,
              lib_describe(L, 2));
}

/* Names of norms, and beside them which one they name. */
static const char *const norms[] = {"fro", "spectral", "nuclear", "max",
                                    "1",   "inf",      "2",       NULL};
static const or_norm_kind norm_kinds[] = {
    OR_NORM_FROBENIUS, OR_NORM_SPECTRAL, OR_NORM_NUCLEAR, OR_NORM_MAX,
    OR_NORM_ONE,       OR_NORM_INF,      OR_NORM_SPECTRAL};
static const char *const conds[] = {"spectral", "fro", "1", "inf", "2", NULL};
static const or_norm_kind cond_kinds[] = {OR_NORM_SPECTRAL, OR_NORM_FROBENIUS,
                                          OR_NORM_ONE, OR_NORM_INF,
                                          OR_NORM_SPECTRAL};

/* The name at argument 2; the numbers 1, 2 and math.huge are names too. */
static const char *kind_name(lua_State *L, call *c) {
  if (lua_type(L, 2) == LUA_TSTRING)
    return lua_tostring(L, 2);
  if (lua_type(L, 2) != LUA_TNUMBER)
    lib_error(L, "%s: a norm goes by name, or is 1 or 2, not %s", c->who,
              lib_describe(L, 2));
  double p = lua_tonumber(L, 2);
  return p == 1          ? "1"
         : p == 2        ? "2"
         : p == HUGE_VAL ? "inf"
                         : luaL_tolstring(L, 2, NULL);
}

static or_norm_kind kind(lua_State *L, call *c, const char *const names[],
                         const or_norm_kind kinds[]) {
  if (lua_isnoneornil(L, 2))
    return kinds[0];
  const char *name = kind_name(L, c);
  int i = 0;
  while (names[i] && strcmp(names[i], name) != 0)
    i++;
  if (!names[i])
    lib_unknown(L, c->who, "norm", name, names);
  return kinds[i];
}

static void norm_kind(lua_State *L, call *c) {
  c->kind = kind(L, c, norms, norm_kinds);
}

static void cond_kind(lua_State *L, call *c) {
  c->kind = kind(L, c, conds, cond_kinds);
}

/* --- the table ----------------------------------------------------------- */

/*** Linear algebra.

   Through LAPACK, on scaled copies: entries near 10^±308 and exponents are
   fine.
   @section linear_algebra */

/*** A = Q R. R's diagonal may be negative: Q of a Gaussian matrix is not
   Haar distributed (`init.orthogonal` is).
   @function A:qr
   @treturn matrix Q, m×k with orthonormal columns
   @treturn matrix R, k×n upper triangular
   @raise where A has NaN or Inf, with its place; so do all factorizations.
   @usage
   local A = ortho.rng(1):normal(4, 3)
   local Q, R = A:qr()
   assert((Q * R - A):norm() < 1e-14) */

/*** A = U diag(s) Vt, thin.
   @function A:svd
   @treturn matrix U, m×k
   @treturn matrix s, k×1 descending
   @treturn matrix Vt, k×n
   @usage
   local A = ortho.rng(1):normal(4, 3)
   local U, s, Vt = A:svd()
   assert((U * ortho.matrix.diag(s) * Vt - A):norm() < 1e-13) */

/*** The singular values alone, descending.
   @function A:singular_values
   @treturn matrix k×1 */

/*** A = V diag(w) Vᵀ for symmetric A.
   @function A:eigh
   @treturn matrix w, n×1 ascending
   @treturn matrix V, n×n orthogonal
   @raise where |A_ij − A_ji| exceeds roundoff (n eps max|A|).
   @usage
   local A = ortho.matrix { { 2, 1 }, { 1, 2 } }
   local w, V = A:eigh()
   assert(math.abs(w:get(2, 1) - 3) < 1e-14) */

/*** A = U P, U the orthonormal matrix nearest to A.
   @function A:polar
   @treturn matrix U, m×n with orthonormal columns (rows if m < n)
   @treturn matrix P, n×n symmetric positive semidefinite
   @paper Higham 1986 */

/*** X with A X = B. Square A: LU with partial pivoting. Otherwise the
   least-squares solution of least norm; singular values below max(m,n) eps
   s₁ count as 0.
   @function A:solve
   @tparam matrix B m×b
   @treturn matrix X, n×b
   @raise where a pivot of a square A is exactly zero.
   @usage
   local A = ortho.matrix { { 2, 0 }, { 1, 3 } }
   local x = A:solve(ortho.matrix { 2, 7 })
   assert(x:get(2, 1) == 2) */

/*** A⁻¹ by LU.
   @function A:inv
   @treturn matrix n×n
   @raise where A is singular. */

/*** Moore and Penrose's inverse, cut where `A:solve` cuts.
   @function A:pinv
   @treturn matrix n×m */

/*** e^A, by scaling and squaring with Padé approximants chosen by the size of
   A's powers, so that a matrix far from normal loses no digits. A triangular
   A's diagonal is that of exponentials.
   @function A:expm
   @treturn matrix n×n
   @raise where A is so large that no digit would be right.
   @paper Al-Mohy, Higham 2009 */

/*** The determinant; `inf` past a number's range. 0×0 gives 1.
   @function A:det
   @treturn number */

/*** log |det A| and its sign.
   @function A:logdet
   @treturn number log |det A|; −inf where it is zero
   @treturn number −1, 0 or 1 */

/*** How many singular values exceed tol.
   @function A:rank
   @tparam[opt] number tol by default max(m,n) eps s₁
   @treturn int */

/*** ‖A‖ ‖A⁻¹‖; `inf` for a matrix singular to the last bit.
   @function A:cond
   @tparam[opt="spectral"] "spectral"|2|"fro"|1|"inf" kind spectral or 2:
     s₁/s_k, of any shape; the others of square matrices
   @treturn number */

/*** A norm, without overflow on the way.
   @function A:norm
   @tparam[opt="fro"] "fro"|"spectral"|2|"nuclear"|"max"|1|"inf"|number kind
     fro: √Σ A_ij²; spectral or 2: the largest singular value; nuclear: their
     sum; max: max |A_ij|; 1: the largest column sum of |A_ij|; inf or
     `math.huge`: the largest row sum
   @treturn number
   @usage
   local A = ortho.matrix { { 3, 4 } }
   assert(A:norm() == 5 and A:norm("inf") == 7) */

/*** Σ A_ii of a square matrix.
   @function A:trace
   @treturn number */

/*** Natural logarithms of the singular values of the product A1 A2 ... AN,
   which is never formed: each has an error relative to its own singular value,
   where the product itself would have overflowed or kept its largest alone. The
   error of a logarithm is about eps times the sum of the factors' condition
   numbers, as they are when each row, or each column, of a factor has been
   scaled to length 1: rows or columns far apart cost nothing. Rows and columns
   of one factor that are both far apart do: small ones lose digits from 1e4
   each, and are lost from about 1e15; and so do factors that undo the growth of
   those before them, as A^-1 does A's. Computed in float64 whatever the factors
   are. A direction that a factor takes to 0, but for rounding, has −inf.
   @function matrix.product_svd
   @call matrix.product_svd{A1, A2, ...}
   @tparam {matrix,...} factors
   @treturn {number,...} largest first, as many as the product's smaller side
   @paper Stewart, On graded QR decompositions of products of matrices, 1997
   @paper Higham, QR factorization with complete pivoting and accurate
   computation of the SVD, 2000
   @usage
   local A = ortho.matrix{{1e200, 0}, {0, 1e-200}}
   local logs = ortho.matrix.product_svd{A, A, A}
   assert(math.abs(logs[1] / math.log(10) - 600) < 1e-10)
   assert(math.abs(logs[2] / math.log(10) + 600) < 1e-10) */

static const method methods[] = {
    {"qr", "mk kn", qr, NULL},
    {"svd", "mk k1 kn", svd, NULL},
    {"singular_values", "k1", singular_values, NULL},
    {"eigh", "n1 nn", eigh, NULL},
    {"polar", "mn nn", polar, NULL},
    {"solve", "nb", solve, right_side},
    {"inv", "nn", inverse, NULL},
    {"pinv", "nm", pseudo_inverse, NULL},
    {"expm", "nn", exponential, NULL},
    {"det", "#", det, NULL},
    {"logdet", "# #", logdet, NULL},
    {"rank", "i", rank, tolerance},
    {"cond", "#", cond, cond_kind},
    {"norm", "#", norm, norm_kind},
    {"trace", "#", trace, NULL},
};

/* --- refusals ------------------------------------------------------------ */

static double element(const or_matrix *m, int i, int j) {
  double v = 0;
  or_matrix_get(m, i, j, &v);
  return v;
}

static int refuse_not_finite(lua_State *L, const call *c) {
  int i = 0, j = 0;
  const or_matrix *bad = c->a;
  if (or_matrix_check_finite(c->a, &i, &j) == OR_OK) {
    bad = c->b;
    or_matrix_check_finite(c->b, &i, &j);
  }
  return lib_error(L, "%s: %s at (%d,%d) of %s %s matrix", c->who,
                   isnan(element(bad, i, j)) ? "NaN" : "Inf", i + 1, j + 1,
                   bad == c->a ? "a" : "the right-hand side, a",
                   lib_shape(L, bad));
}

static int refuse_not_symmetric(lua_State *L, const call *c, int i, int j) {
  double below = element(c->a, i, j), above = element(c->a, j, i);
  return lib_error(L,
                   "%s: matrix is not symmetric: (%d,%d) is %f and (%d,%d) is "
                   "%f, %f apart; (A + A:t()) * 0.5 is symmetric",
                   c->who, i + 1, j + 1, below, j + 1, i + 1, above,
                   fabs(below - above));
}

static int refuse(lua_State *L, const call *c, or_status status,
                  const or_arena *arena) {
  switch (status) {
  case OR_NOT_FINITE:
    return refuse_not_finite(L, c);
  case OR_NOT_SQUARE:
    return lib_error(L, "%s: %s matrix is not square", c->who,
                     lib_shape(L, c->a));
  case OR_NOT_SYMMETRIC:
    return refuse_not_symmetric(L, c, arena->row, arena->col);
  case OR_SINGULAR:
    return lib_error(L,
                     "%s: matrix is singular: pivot %d of %d is exactly zero "
                     "(pinv works for every matrix)",
                     c->who, arena->row + 1, c->a->rows);
  case OR_SHAPE:
    return lib_error(L, "%s: %s by %s (A has %d rows, B has %d)", c->who,
                     lib_shape(L, c->a), lib_shape(L, c->b), c->a->rows,
                     c->b->rows);
  case OR_PRECISION:
    return lib_error(L, "%s: A is %s and B is %s", c->who,
                     or_precision_name(c->a->precision),
                     or_precision_name(c->b->precision));
  case OR_RANGE:
    return lib_error(L, "%s: the result overflows %s, or has no digit right",
                     c->who, or_precision_name(c->a->precision));
  default:
    lib_check(L, c->who, status);
    return 0;
  }
}

/* --- one call, from its arguments to its results ------------------------- */

static int extent(const call *c, char letter) {
  switch (letter) {
  case 'm':
    return c->a->rows;
  case 'n':
    return c->a->cols;
  case 'k':
    return c->a->rows < c->a->cols ? c->a->rows : c->a->cols;
  case 'b':
    return c->b->cols;
  default:
    return 1;
  }
}

static void push_matrices(lua_State *L, const char *results, call *c) {
  int i = 0;
  for (const char *r = results; *r; r += r[0] != ' ' ? 2 : 1)
    if (*r != ' ')
      c->out[i++] = lib_newmatrix(L, c->who, extent(c, r[0]), extent(c, r[1]),
                                  c->a->precision);
}

static void push_numbers(lua_State *L, const char *results, const call *c) {
  int i = 0;
  for (const char *r = results; *r; r++)
    if (*r == '#')
      lua_pushnumber(L, c->number[i++]);
    else if (*r == 'i')
      lua_pushinteger(L, (lua_Integer)c->number[i++]);
}

/* What lib_compute runs. */
typedef struct task {
  const method *method;
  call *call;
} task;

static or_status perform(void *context, or_arena *arena) {
  const task *t = context;
  return t->method->compute(t->call, arena);
}

static void compute(lua_State *L, const method *m, call *c) {
  task t = {m, c};
  or_arena arena;
  lib_effort effort = {.count = 1, .parts = {{c, sizeof *c}}};
  effort.cost = (double)c->a->rows * c->a->cols * extent(c, 'k');
  for (int i = 0; i < MAX_RESULTS && c->out[i]; i++)
    lib_add_part(&effort, c->out[i]);
  or_status status = lib_compute_long(L, perform, &t, &arena, &effort);
  if (status != OR_OK)
    refuse(L, c, status, &arena);
}

/* Every method's C function; its upvalue says which. */
static int run(lua_State *L) {
  const method *m = lua_touserdata(L, lua_upvalueindex(1));
  bool numbers = m->results[0] == '#' || m->results[0] == 'i';
  call c = {.a = lib_checkmatrix(L, 1)};
  lua_settop(L, 2);
  c.who = lua_pushfstring(L, "matrix:%s", m->name);
  if (m->arguments)
    m->arguments(L, &c);
  int before = lua_gettop(L);
  if (!numbers)
    push_matrices(L, m->results, &c);
  int after = lua_gettop(L);
  compute(L, m, &c);
  lua_settop(L, after);
  if (numbers)
    push_numbers(L, m->results, &c);
  return lua_gettop(L) - before;
}

int lib_open_linalg(lua_State *L) {
  luaL_getmetatable(L, LIB_MATRIX);
  lua_getfield(L, -1, "__index");
  for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
    lua_pushlightuserdata(L, (void *)&methods[i]);
    lua_pushcclosure(L, run, 1);
    lua_setfield(L, -2, methods[i].name);
  }
  lua_pop(L, 2);
  return 0;
}
