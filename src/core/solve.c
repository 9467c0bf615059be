/* solve.c: what rests on LU (solve, inverse, determinant, condition) or on
   an SVD with its small end cut off (least squares, pseudo-inverse). See
   linalg.h. */
#include <math.h>
#include <stdlib.h>

#include "blas.h"
#include "elements.h"
#include "exponent.h"
#include "factor.h"
#include "kernels.h"
#include "linalg.h"

/* --- LU ----------------------------------------------------------------- */

/* P (A / 2^(row_i + col_j + exponent)) = L U. Row and column scales are
   zero unless A's elements lie so far apart that one scale for all would lose
   the small ones: diag(1e300, 1e-300) is a perfectly good matrix. */
typedef struct lu_factors {
  or_matrix f;
  int *pivots;
  int64_t *row, *col;
  bool graded;
} lu_factors;

static lu_factors take_lu(or_arena *arena, int n, or_precision p) {
  lu_factors lu = {.f = or_take_matrix(arena, n, n, p)};
  lu.pivots = or_take(arena, (size_t)n * sizeof(int));
  lu.row = or_take(arena, (size_t)n * sizeof(int64_t));
  lu.col = or_take(arena, (size_t)n * sizeof(int64_t));
  return lu;
}

/* Far enough apart that no one power of two suits both ends. */
static bool is_graded(const or_matrix *a) {
  or_scan s = or_matrix_scan(a);
  double limit = ldexp(1, or_precisions[a->precision].grade);
  return s.max_abs > 0 && s.max_abs / s.min_nonzero > limit;
}

static void raise_to(int64_t *top, int64_t value) {
  if (value > *top)
    *top = value;
}

/* Exponents of the column maxima, then of the row maxima after the columns
   are scaled: in this order diagonal and column-graded matrices leave a right
   side as it is. Lines of zeros count as 0. */
static void find_scales(const or_matrix *a, lu_factors *lu) {
  int n = a->rows;
  for (int i = 0; i < n; i++)
    lu->row[i] = lu->col[i] = INT64_MIN;
  for (int j = 0; j < n; j++)
    for (int i = 0; i < n; i++)
      if (or_stored(a, i, j) != 0)
        raise_to(&lu->col[j], ilogb(or_stored(a, i, j)));
  for (int j = 0; j < n; j++)
    for (int i = 0; i < n; i++)
      if (or_stored(a, i, j) != 0)
        raise_to(&lu->row[i], ilogb(or_stored(a, i, j)) - lu->col[j]);
  for (int i = 0; i < n; i++) {
    lu->row[i] = lu->row[i] == INT64_MIN ? 0 : lu->row[i];
    lu->col[i] = lu->col[i] == INT64_MIN ? 0 : lu->col[i];
  }
}

static void load_graded(const or_matrix *a, lu_factors *lu) {
  find_scales(a, lu);
  for (int j = 0; j < a->cols; j++)
    for (int i = 0; i < a->rows; i++)
      or_kernels(a->precision)
          ->set(&lu->f, i, j,
                or_shifted(or_stored(a, i, j), -lu->row[i] - lu->col[j]));
  lu->f.exponent = a->exponent;
}

/* OR_SINGULAR leaves the pivot in arena->row, arena->col. */
static or_status factor(const or_matrix *a, lu_factors *lu, or_arena *arena) {
  TRY(or_require_finite(a, arena));
  lu->graded = is_graded(a);
  if (lu->graded)
    load_graded(a, lu);
  else
    TRY(or_load(a, &lu->f, arena));
  int zero = -1;
  or_status status = or_blas(a->precision)->getrf(&lu->f, lu->pivots, &zero);
  if (status == OR_SINGULAR)
    arena->row = arena->col = zero;
  return status;
}

/* --- undoing row and column scales --------------------------------------- */

/* The exponent at which x_ij 2^(row_i + col_j), plus x's own, is stored best:
   0 if plain numbers hold the largest, else that of the largest. */
static int64_t best_exponent(const or_matrix *x, const int64_t *row,
                             const int64_t *col) {
  int64_t top = INT64_MIN;
  int highest = or_precisions[x->precision].top;
  for (int j = 0; j < x->cols; j++)
    for (int i = 0; i < x->rows; i++)
      if (or_stored(x, i, j) != 0)
        raise_to(&top, ilogb(or_stored(x, i, j)) + row[i] + col[j]);
  if (top == INT64_MIN)
    return 0;
  top += x->exponent;
  return top < highest && !or_loses_digits(x->precision, top) ? 0 : top;
}

/* x_ij *= 2^(row_i + col_j), with x's exponent chosen anew. */
static void spread(or_matrix *x, const int64_t *row, const int64_t *col) {
  int64_t e = best_exponent(x, row, col), own = x->exponent - e;
  for (int j = 0; j < x->cols; j++)
    for (int i = 0; i < x->rows; i++)
      or_kernels(x->precision)
          ->set(x, i, j, or_shifted(or_stored(x, i, j), row[i] + col[j] + own));
  x->exponent = e;
}

static void negate(int64_t *e, int n) {
  for (int i = 0; i < n; i++)
    e[i] = -e[i];
}

/* --- solve, square ------------------------------------------------------- */

/* x = B with its rows scaled as A's were; each column then has a scale of its
   own, in `top`. */
static void load_scaled_rows(const or_matrix *b, const int64_t *row,
                             or_matrix *x, int64_t *top) {
  for (int j = 0; j < b->cols; j++) {
    top[j] = INT64_MIN;
    for (int i = 0; i < b->rows; i++)
      if (or_stored(b, i, j) != 0)
        raise_to(&top[j], ilogb(or_stored(b, i, j)) - row[i]);
    top[j] = top[j] == INT64_MIN ? 0 : top[j];
    for (int i = 0; i < b->rows; i++)
      or_kernels(x->precision)
          ->set(x, i, j, or_shifted(or_stored(b, i, j), -row[i] - top[j]));
  }
  x->exponent = b->exponent;
}

/* After a back substitution: has anything overflowed? */
static or_status in_range(or_matrix *x) {
  return isfinite(or_max_abs(x)) ? OR_OK : OR_RANGE;
}

static or_status solve_graded(lu_factors *lu, const or_matrix *b, or_matrix *x,
                              int64_t *top) {
  load_scaled_rows(b, lu->row, x, top);
  TRY(or_blas(x->precision)->getrs(&lu->f, lu->pivots, x));
  TRY(in_range(x));
  negate(lu->col, lu->f.rows);
  x->exponent -= lu->f.exponent;
  spread(x, lu->col, top);
  return OR_OK;
}

static or_status solve_plain(lu_factors *lu, const or_matrix *b, or_matrix *x,
                             or_arena *arena) {
  TRY(or_load(b, x, arena));
  TRY(or_blas(x->precision)->getrs(&lu->f, lu->pivots, x));
  TRY(in_range(x));
  x->exponent -= lu->f.exponent;
  or_matrix_settle(x);
  return OR_OK;
}

static or_status solve_square(const or_matrix *a, const or_matrix *b,
                              or_matrix *x, or_arena *arena) {
  size_t mark = arena->used;
  lu_factors lu = take_lu(arena, a->rows, a->precision);
  int64_t *top = or_take(arena, (size_t)b->cols * sizeof(int64_t));
  TRY(or_ready(arena));
  TRY(factor(a, &lu, arena));
  TRY(or_require_finite(b, arena));
  if (lu.graded)
    TRY(solve_graded(&lu, b, x, top));
  else
    TRY(solve_plain(&lu, b, x, arena));
  or_give_back(arena, mark);
  return OR_OK;
}

/* --- inverse ------------------------------------------------------------- */

or_status or_inverse(const or_matrix *a, or_matrix *x, or_arena *arena) {
  const or_blas_table *blas = or_blas(a->precision);
  if (a->rows != a->cols)
    return OR_NOT_SQUARE;
  x->exponent = 0;
  if (a->rows == 0)
    return OR_OK;
  size_t mark = arena->used;
  lu_factors lu = take_lu(arena, a->rows, a->precision);
  if (or_counting(arena))
    return blas->getri(&lu.f, lu.pivots, arena);
  TRY(factor(a, &lu, arena));
  TRY(blas->getri(&lu.f, lu.pivots, arena));
  TRY(in_range(&lu.f));
  or_matrix_copy(&lu.f, x);
  x->exponent = -lu.f.exponent;
  if (lu.graded) {
    negate(lu.row, a->rows);
    negate(lu.col, a->rows);
    spread(x, lu.col, lu.row);
  } else {
    or_matrix_settle(x);
  }
  or_give_back(arena, mark);
  return OR_OK;
}

/* --- determinant --------------------------------------------------------- */

/* *det times factor * 2^exponent */
static void times_scaled(or_determinant *det, double factor, int64_t exponent) {
  int e = 0;
  det->value = frexp(det->value * factor, &e);
  det->exponent = det->value == 0 ? 0 : det->exponent + e + exponent;
}

static or_determinant product_of_pivots(const lu_factors *lu) {
  or_determinant det = {0.5, 1};
  for (int i = 0; i < lu->f.rows; i++) {
    int64_t scale = lu->f.exponent;
    if (lu->graded)
      scale += lu->row[i] + lu->col[i];
    times_scaled(&det, or_stored(&lu->f, i, i), scale);
    if (lu->pivots[i] != i + 1) /* LAPACK counts from 1 */
      det.value = -det.value;
  }
  return det;
}

or_status or_det(const or_matrix *a, or_determinant *det, or_arena *arena) {
  *det = (or_determinant){0.5, 1};
  if (a->rows != a->cols)
    return OR_NOT_SQUARE;
  if (a->rows == 0)
    return OR_OK;
  if (llabs(a->exponent) > OR_EXPONENT_LIMIT / a->rows)
    return OR_RANGE;
  size_t mark = arena->used;
  lu_factors lu = take_lu(arena, a->rows, a->precision);
  TRY(or_ready(arena));
  or_status status = factor(a, &lu, arena);
  or_give_back(arena, mark);
  if (status == OR_SINGULAR) {
    *det = (or_determinant){0, 0};
    return OR_OK;
  }
  TRY(status);
  *det = product_of_pivots(&lu);
  return OR_OK;
}

double or_det_log(or_determinant det) {
  return log(fabs(det.value)) + (double)det.exponent * 0.69314718055994530942;
}

/* --- least squares and pseudo-inverse ------------------------------------ */

typedef struct svd_factors {
  or_matrix u, s, vt;
} svd_factors;

static svd_factors take_svd(or_arena *arena, const or_matrix *a) {
  int k = or_shorter_side(a);
  return (svd_factors){or_take_matrix(arena, a->rows, k, a->precision),
                       or_take_matrix(arena, k, 1, a->precision),
                       or_take_matrix(arena, k, a->cols, a->precision)};
}

/* Row i of x divided by s_i, or zero where s_i counts as zero. */
static void divide_rows(const or_matrix *a, const or_matrix *s, or_matrix *x) {
  double eps = or_precision_eps(s->precision);
  double limit = or_longer_side(a) * eps * or_stored(s, 0, 0);
  for (int i = 0; i < x->rows; i++) {
    or_matrix row = or_matrix_block(x, i, 0, 1, x->cols);
    double si = or_stored(s, i, 0);
    if (si > limit)
      or_kernels(x->precision)->scale(1 / si, &row, &row);
    else
      or_kernels(x->precision)->fill(&row, 0);
  }
}

/* X = V S^+ U'B */
static or_status least_squares(const or_matrix *a, const or_matrix *b,
                               or_matrix *x, or_arena *arena) {
  const or_blas_table *blas = or_blas(a->precision);
  size_t mark = arena->used;
  svd_factors svd = take_svd(arena, a);
  or_matrix right = or_take_matrix(arena, b->rows, b->cols, b->precision);
  or_matrix c = or_take_matrix(arena, svd.s.rows, b->cols, b->precision);
  TRY(or_svd_scaled(a, &svd.u, &svd.s, &svd.vt, arena));
  TRY(or_load(b, &right, arena));
  blas->gemm(true, false, 1, &svd.u, &right, 0, &c);
  divide_rows(a, &svd.s, &c);
  blas->gemm(true, false, 1, &svd.vt, &c, 0, x);
  TRY(in_range(x));
  x->exponent = right.exponent - svd.s.exponent;
  or_matrix_settle(x);
  or_give_back(arena, mark);
  return OR_OK;
}

or_status or_solve(const or_matrix *a, const or_matrix *b, or_matrix *x,
                   or_arena *arena) {
  if (a->precision != b->precision)
    return OR_PRECISION;
  if (a->rows != b->rows)
    return OR_SHAPE;
  x->exponent = 0;
  if (or_matrix_is_empty(a) || b->cols == 0) {
    or_matrix_fill(x, 0);
    return OR_OK;
  }
  return a->rows == a->cols ? solve_square(a, b, x, arena)
                            : least_squares(a, b, x, arena);
}

or_status or_pseudo_inverse(const or_matrix *a, or_matrix *x, or_arena *arena) {
  x->exponent = 0;
  if (or_matrix_is_empty(a)) {
    or_matrix_fill(x, 0);
    return OR_OK;
  }
  size_t mark = arena->used;
  svd_factors svd = take_svd(arena, a);
  TRY(or_svd_scaled(a, &svd.u, &svd.s, &svd.vt, arena));
  divide_rows(a, &svd.s, &svd.vt);
  or_blas(a->precision)->gemm(true, true, 1, &svd.vt, &svd.u, 0, x);
  TRY(in_range(x));
  x->exponent = -svd.s.exponent;
  or_matrix_settle(x);
  or_give_back(arena, mark);
  return OR_OK;
}

/* --- condition numbers --------------------------------------------------- */

static or_status spectral_cond(const or_matrix *a, double *cond,
                               or_arena *arena) {
  size_t mark = arena->used;
  or_matrix s = or_take_matrix(arena, or_shorter_side(a), 1, a->precision);
  TRY(or_svd_scaled(a, NULL, &s, NULL, arena));
  double smallest = or_stored(&s, s.rows - 1, 0);
  *cond = smallest > 0 ? or_stored(&s, 0, 0) / smallest : INFINITY;
  or_give_back(arena, mark);
  return OR_OK;
}

static or_status inverse_cond(or_norm_kind kind, const or_matrix *a,
                              double *cond, or_arena *arena) {
  if (a->rows != a->cols)
    return OR_NOT_SQUARE;
  size_t mark = arena->used;
  or_matrix x = or_take_matrix(arena, a->rows, a->rows, a->precision);
  or_norm size = {0, 0}, inverse_size = {0, 0};
  or_status status = or_inverse(a, &x, arena);
  *cond = INFINITY;
  if (status == OR_SINGULAR || status == OR_RANGE) {
    or_give_back(arena, mark);
    return OR_OK;
  }
  TRY(status);
  TRY(or_matrix_norm(kind, a, &size, arena));
  TRY(or_matrix_norm(kind, &x, &inverse_size, arena));
  *cond = or_norm_value((or_norm){size.value * inverse_size.value,
                                  size.exponent + inverse_size.exponent});
  or_give_back(arena, mark);
  return OR_OK;
}

or_status or_cond(or_norm_kind kind, const or_matrix *a, double *cond,
                  or_arena *arena) {
  *cond = 0;
  if (or_matrix_is_empty(a))
    return OR_OK;
  if (kind == OR_NORM_SPECTRAL)
    return spectral_cond(a, cond, arena);
  if (kind == OR_NORM_MAX || kind == OR_NORM_NUCLEAR)
    return OR_ARGUMENT;
  return inverse_cond(kind, a, cond, arena);
}
