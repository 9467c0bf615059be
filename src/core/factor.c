/* factor.c: see factor.h. */
#include "factor.h"

#include <math.h>

#include "blas.h"
#include "elements.h"
#include "exponent.h"
#include "kernels.h"

or_status or_require_finite(const or_matrix *a, or_arena *arena) {
  return or_matrix_check_finite(a, &arena->row, &arena->col);
}

or_status or_load(const or_matrix *a, or_matrix *copy, or_arena *arena) {
  double top = or_max_abs(a);
  if (!isfinite(top))
    return or_require_finite(a, arena);
  or_matrix_copy(a, copy);
  or_matrix_keep_in_window(copy, top);
  return OR_OK;
}

/* Has the method at hand converged to numbers? gesdd was seen to return NaN
   and no complaint. */
static or_status converged(or_status status, const or_matrix *s) {
  return status == OR_OK && !isfinite(or_max_abs(s)) ? OR_NO_CONVERGENCE
                                                     : status;
}

static or_status count_svd(or_matrix *x, or_matrix *u, or_matrix *s,
                           or_matrix *vt, or_arena *arena) {
  const or_blas_table *blas = or_blas(x->precision);
  or_status divide = blas->gesdd(x, s, u, vt, arena);
  or_status iterate = blas->gesvd(x, s, u, vt, arena);
  return divide == OR_SIZE ? iterate : or_counted(divide, iterate);
}

or_status or_svd_scaled(const or_matrix *a, or_matrix *u, or_matrix *s,
                        or_matrix *vt, or_arena *arena) {
  const or_blas_table *blas = or_blas(a->precision);
  s->exponent = 0;
  if (u)
    u->exponent = vt->exponent = 0;
  if (or_matrix_is_empty(a))
    return OR_OK;
  size_t mark = arena->used;
  or_matrix x = or_take_matrix(arena, a->rows, a->cols, a->precision);
  if (or_counting(arena))
    return count_svd(&x, u, s, vt, arena);
  TRY(or_load(a, &x, arena));
  or_status status = converged(blas->gesdd(&x, s, u, vt, arena), s);
  if (status == OR_NO_CONVERGENCE || status == OR_SIZE) {
    TRY(or_load(a, &x, arena));
    status = converged(blas->gesvd(&x, s, u, vt, arena), s);
  }
  s->exponent = x.exponent;
  or_give_back(arena, mark);
  return status;
}
