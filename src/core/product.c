/* product.c: see product.h. */
#include "product.h"

#include <math.h>
#include <stdlib.h>

#include "blas.h"
#include "exponent.h"
#include "kernels.h"

size_t or_product_scratch(const or_matrix *a, const or_matrix *b) {
  or_arena count = or_arena_over(NULL, 0);
  or_take_matrix(&count, a->rows, a->cols, a->precision);
  or_take_matrix(&count, b->rows, b->cols, b->precision);
  return count.needed;
}

/* A result of this size needs no second look: nothing near it was lost. */
static bool plain_enough(or_precision p, double top) {
  const or_precision_traits *t = &or_precisions[p];
  return top >= t->product_low && top <= t->product_high;
}

/* Is the plain product of operands this large right? Yes if neither
   overflow nor underflow can have happened, or if IEEE's own rules apply. */
static bool believable(or_precision p, double a, double b) {
  bool special = a == 0 || b == 0 || !isfinite(a) || !isfinite(b);
  return special || (or_in_window(p, a) && or_in_window(p, b));
}

/* y = x with its largest magnitude in [1,2). */
static void copy_normalized(const or_matrix *x, or_matrix *y) {
  int top = ilogb(or_max_abs(x));
  or_kernels(x->precision)->shift(x, -top, y);
  y->exponent = x->exponent + top;
}

static or_status rescaled_product(bool ta, const or_matrix *a, bool tb,
                                  const or_matrix *b, or_matrix *c,
                                  or_arena *arena) {
  size_t mark = arena->used;
  or_matrix x = or_take_matrix(arena, a->rows, a->cols, a->precision);
  or_matrix y = or_take_matrix(arena, b->rows, b->cols, b->precision);
  TRY(or_ready(arena));
  copy_normalized(a, &x);
  copy_normalized(b, &y);
  or_blas(a->precision)->gemm(ta, tb, 1, &x, &y, 0, c);
  c->exponent = x.exponent + y.exponent;
  or_give_back(arena, mark);
  return OR_OK;
}

or_status or_matrix_product_plain(bool ta, const or_matrix *a, bool tb,
                                  const or_matrix *b, or_matrix *c) {
  or_precision p = a->precision;
  if (p != b->precision || p != c->precision)
    return OR_PRECISION;
  if ((ta ? a->rows : a->cols) != (tb ? b->cols : b->rows) ||
      c->rows != (ta ? a->cols : a->rows) ||
      c->cols != (tb ? b->rows : b->cols))
    return OR_SHAPE;
  if (llabs(a->exponent) + llabs(b->exponent) > OR_EXPONENT_LIMIT)
    return OR_RANGE;
  or_blas(p)->gemm(ta, tb, 1, a, b, 0, c);
  c->exponent = a->exponent + b->exponent;
  return OR_OK;
}

or_status or_matrix_product(bool ta, const or_matrix *a, bool tb,
                            const or_matrix *b, or_matrix *c, or_arena *arena) {
  TRY(or_matrix_product_plain(ta, a, tb, b, c));
  double top = or_max_abs(c);
  if (!plain_enough(c->precision, top) &&
      !believable(c->precision, or_max_abs(a), or_max_abs(b))) {
    TRY(rescaled_product(ta, a, tb, b, c, arena));
    top = or_max_abs(c);
  }
  or_matrix_keep_in_window(c, top);
  return OR_OK;
}
