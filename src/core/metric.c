/* metric.c: measures of weights (metric.h). */
#include "metric.h"

#include <math.h>

#include "arithmetic.h"
#include "blas.h"
#include "exponent.h"
#include "gram.h"
#include "kernels.h"
#include "product.h"
#include "reduction.h"

/* --- Gram matrices, in float64 ------------------------------------------ */

/* op(a) op(b), made of copies in float64. */
typedef struct product {
  bool ta, tb;
  const or_matrix *a, *b;
  or_matrix copy_a, copy_b, c;
} product;

/* Room for it, and for what multiplying takes. */
static product take_product(bool ta, const or_matrix *a, bool tb,
                            const or_matrix *b, or_arena *arena) {
  product p = {.ta = ta, .tb = tb, .a = a, .b = b};
  p.copy_a = or_take_matrix(arena, a->rows, a->cols, OR_FLOAT64);
  p.copy_b = or_take_matrix(arena, b->rows, b->cols, OR_FLOAT64);
  p.c = or_take_matrix(arena, ta ? a->cols : a->rows, tb ? b->rows : b->cols,
                       OR_FLOAT64);
  or_reserve(arena, or_product_scratch(&p.copy_a, &p.copy_b));
  return p;
}

/* w as float64, which holds every float32 */
static void copy_exactly(const or_matrix *w, or_matrix *copy) {
  const or_kernels_table *k = or_kernels(OR_FLOAT64);
  (w->precision == OR_FLOAT64 ? k->copy : k->convert)(w, copy);
  copy->exponent = w->exponent;
}

static or_status multiply_copies(product *p, or_arena *arena) {
  copy_exactly(p->a, &p->copy_a);
  copy_exactly(p->b, &p->copy_b);
  return or_matrix_product(p->ta, &p->copy_a, p->tb, &p->copy_b, &p->c, arena);
}

/* The norm of a's Gram matrix, of its columns or of its rows, less that of b's
   rows. Empty matrices do without n x n zeros, for which there may be no
   memory. */
static or_status distance(bool columns, const or_matrix *a, const or_matrix *b,
                          or_norm *norm, or_arena *arena) {
  size_t mark = arena->used;
  *norm = (or_norm){0, 0};
  if (or_matrix_is_empty(a) && or_matrix_is_empty(b))
    return OR_OK;
  product p = take_product(columns, a, !columns, a, arena);
  product q = take_product(false, b, true, b, arena);
  TRY(or_ready(arena));
  TRY(multiply_copies(&p, arena));
  TRY(multiply_copies(&q, arena));
  TRY(or_matrix_add(1, &p.c, -1, &q.c, &p.c));
  *norm = or_matrix_frobenius(&p.c);
  or_give_back(arena, mark);
  return OR_OK;
}

/* Is a float32 Gram matrix that is this far from I exact enough? Rounding adds
   noise of size 0.7 k eps, at a right angle to nearly all there is, and along
   it some 4 eps: at these distances less than a thousandth in all. */
static bool believable(const or_matrix *w, double error) {
  double k = or_shorter_side(w), eps = or_precision_eps(w->precision);
  return isfinite(error) &&
         (w->precision == OR_FLOAT64 || error > eps * fmax(8000, 30 * k));
}

/* Without a copy, where plain numbers in W's own precision are enough. */
static bool quick_error(const or_matrix *w, double scale, double *error) {
  double size = fabs(scale);
  if (w->exponent != 0 || size < 0x1p-30 || size > 0x1p30)
    return false;
  *error = sqrt(or_gram_error(w->rows >= w->cols, w, 1 / (scale * scale)));
  return believable(w, *error);
}

/* factor^2, 2^1000 and more times that of I: then only G is left to see */
static double far_error(bool columns, const or_matrix *w, double factor) {
  return sqrt(or_gram_square(columns, w)) * factor * factor;
}

or_status or_orthogonality_error(const or_matrix *w, double scale,
                                 double *error, or_arena *arena) {
  bool columns = w->rows >= w->cols;
  if (!arena->base && quick_error(w, scale, error))
    return OR_OK;
  size_t mark = arena->used;
  or_matrix copy = or_take_matrix(arena, w->rows, w->cols, OR_FLOAT64);
  TRY(or_ready(arena));
  copy_exactly(w, &copy);
  or_matrix_normalize(&copy);
  double factor = or_norm_value((or_norm){1 / scale, copy.exponent});
  *error = factor > 0x1p200
               ? far_error(columns, &copy, factor)
               : sqrt(or_gram_error(columns, &copy, factor * factor));
  or_give_back(arena, mark);
  return OR_OK;
}

/* Is this the square of a norm that overflow and underflow in a product could
   have had no part in? */
static bool survived(or_precision p, double square) {
  const or_precision_traits *t = &or_precisions[p];
  return square > t->square_low && square < t->square_high;
}

/* WW' - VV' = P + P' with P = (W - V)((W + V)/2)': one product, in W's own
   precision. What W and V have in common is gone before anything is rounded,
   so the error is some eps ||W - V|| ||W||: that of a float32 W that has hardly
   moved is smaller than float32's Gram matrices would show. */
static or_status drift_of_difference(const or_matrix *w, const or_matrix *v,
                                     or_norm *drift, or_arena *arena) {
  size_t mark = arena->used;
  or_matrix d = or_take_matrix(arena, w->rows, w->cols, w->precision);
  or_matrix mean = or_take_matrix(arena, w->rows, w->cols, w->precision);
  or_matrix p = or_take_matrix(arena, w->rows, w->rows, w->precision);
  TRY(or_ready(arena));
  TRY(or_matrix_add(1, w, -1, v, &d));
  TRY(or_matrix_add(0.5, w, 0.5, v, &mean));
  double square = 0;
  for (int pass = 1; pass <= 2 && !survived(p.precision, square); pass++) {
    if (pass == 2) {
      or_matrix_normalize(&d);
      or_matrix_normalize(&mean);
    }
    or_blas(p.precision)->gemm(false, true, 1, &d, &mean, 0, &p);
    square = or_gram_with_transpose(&p, 1);
  }
  *drift = or_norm_of_square(square, d.exponent + mean.exponent);
  or_give_back(arena, mark);
  return OR_OK;
}

/* ||WW' - start||, where it is far above what rounding makes of equal matrices:
   eps ||W||^2, and the trace of the Gram matrix is ||W||^2. */
static bool quick_drift(const or_matrix *w, const or_matrix *start,
                        or_norm *drift) {
  double trace, digits = or_precisions[w->precision].digits;
  if (!start || w->exponent != 0 || start->exponent != 0 ||
      or_trace(start, &trace) != OR_OK)
    return false;
  double square = or_gram_difference(false, w, start), size = sqrt(square);
  *drift = or_norm_of_square(square, 0);
  trace += sqrt(w->rows) * size;
  return isfinite(size) &&
         size > digits * or_precision_eps(w->precision) * trace;
}

or_status or_gram_drift(const or_matrix *w, const or_matrix *v,
                        const or_matrix *start, or_norm *drift,
                        or_arena *arena) {
  bool alike = w->cols == v->cols && w->precision == v->precision;
  if (w->rows != v->rows)
    return OR_SHAPE;
  if (!alike || or_matrix_is_empty(w))
    return distance(false, w, v, drift, arena);
  return !arena->base && quick_drift(w, start, drift)
             ? OR_OK
             : drift_of_difference(w, v, drift, arena);
}

or_status or_balance(const or_matrix *v, const or_matrix *w, or_norm *balance,
                     or_arena *arena) {
  if (v->cols != w->rows)
    return OR_SHAPE;
  return distance(true, v, w, balance, arena);
}

or_status or_gradient_split(const or_matrix *w, const or_matrix *g,
                            or_norm *symmetric, or_norm *skew,
                            or_arena *arena) {
  if (!or_matrix_same_shape(w, g))
    return OR_SHAPE;
  *symmetric = *skew = (or_norm){0, 0};
  if (or_matrix_is_empty(w))
    return OR_OK;
  size_t mark = arena->used;
  product p = take_product(true, w, false, g, arena);
  TRY(or_ready(arena));
  TRY(multiply_copies(&p, arena));
  double twice = or_gram_with_transpose(&p.c, 1);
  *symmetric = or_norm_of_square(twice / 4, p.c.exponent);
  *skew = or_norm_of_square(or_gram_with_transpose(&p.c, -1) / 4, p.c.exponent);
  or_give_back(arena, mark);
  return OR_OK;
}

/* --- of singular values ------------------------------------------------- */

/* s_i / s_1, so that squares neither overflow nor vanish. */
static double relative(const or_matrix *s, int i) {
  return or_stored(s, i, 0) / or_stored(s, 0, 0);
}

double or_isometry_gap(const or_matrix *s) {
  double mean = 0, logs = 0;
  for (int i = 0; i < s->rows; i++) {
    double r = relative(s, i);
    mean += r * r;
    logs += 2 * log(r);
  }
  return log(mean / s->rows) - logs / s->rows;
}

double or_stable_rank(const or_matrix *s) {
  double total = 0;
  for (int i = 0; i < s->rows; i++)
    total += relative(s, i) * relative(s, i);
  return total;
}

double or_effective_rank(const or_matrix *s) {
  double total = 0, entropy = 0;
  for (int i = 0; i < s->rows; i++)
    total += relative(s, i);
  for (int i = 0; i < s->rows; i++) {
    double p = relative(s, i) / total;
    if (p > 0)
      entropy -= p * log(p);
  }
  return exp(entropy);
}
