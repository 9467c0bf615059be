/* layer.c: forward and backward of each layer (layer.h). */
#include "layer.h"

#include <math.h>

#include "arithmetic.h"
#include "elements.h"
#include "exponent.h"
#include "fpu.h"
#include "gram.h"
#include "kernels.h"
#include "product.h"
#include "reduction.h"

/* --- linear ------------------------------------------------------------- */

/* c = op(a) op(b), rescaled or plain. */
static or_status product(bool rescale, bool ta, const or_matrix *a, bool tb,
                         const or_matrix *b, or_matrix *c, or_arena *arena) {
  return rescale ? or_matrix_product(ta, a, tb, b, c, arena)
                 : or_matrix_product_plain(ta, a, tb, b, c);
}

static or_status add_bias(const or_matrix *bias, bool rescale, or_matrix *z) {
  if (rescale)
    return or_matrix_add(1, z, 1, bias, z);
  if (bias->precision != z->precision)
    return OR_PRECISION;
  or_kernels(z->precision)->add(1, z, 1, bias, z);
  return OR_OK;
}

or_status or_linear_forward(const or_matrix *w, const or_matrix *bias,
                            bool rescale, const or_matrix *x, or_matrix *z,
                            or_arena *arena) {
  TRY(product(rescale, false, w, false, x, z, arena));
  return bias ? add_bias(bias, rescale, z) : OR_OK;
}

/* Where a gradient is made: in its place, or to be added to it. */
static or_matrix target(or_matrix *gradient, bool add, or_arena *arena) {
  return add ? or_take_matrix(arena, gradient->rows, gradient->cols,
                              gradient->precision)
             : *gradient;
}

static or_status deliver(const or_matrix *made, bool add, or_matrix *gradient) {
  if (add)
    return or_matrix_add(1, gradient, 1, made, gradient);
  gradient->exponent = made->exponent;
  return OR_OK;
}

/* All scratch is asked for before anything is delivered. */
or_status or_linear_gradients(bool rescale, const or_matrix *x,
                              const or_matrix *dz, const or_gradients *into,
                              or_arena *arena) {
  size_t mark = arena->used;
  or_matrix dw = target(into->dw, into->add, arena), db;
  if (into->db)
    db = target(into->db, into->add, arena);
  TRY(or_ready(arena));
  TRY(product(rescale, false, dz, true, x, &dw, arena));
  if (into->db) {
    or_matrix_row_sums(dz, &db);
    TRY(deliver(&db, into->add, into->db));
  }
  or_give_back(arena, mark);
  return deliver(&dw, into->add, into->dw);
}

or_status or_linear_backward(const or_matrix *w, bool rescale,
                             const or_matrix *x, const or_matrix *dz,
                             const or_gradients *into, or_matrix *dx,
                             or_arena *arena) {
  if (dx)
    TRY(product(rescale, true, w, false, dz, dx, arena));
  return into ? or_linear_gradients(rescale, x, dz, into, arena) : OR_OK;
}

/* May x be squared, and that multiplied, in its precision? */
static bool is_moderate(const or_matrix *x) {
  double top = or_kernels(x->precision)->max_abs(x);
  return top > 0x1p-40 && top < 0x1p40;
}

bool or_linear_gradient_norm(const or_matrix *dz, const or_matrix *x,
                             or_norm *norm) {
  double b = dz->cols, m = dz->rows, n = x->rows;
  double gram = b * (b + 128) * (m + n); /* blocks on the diagonal are whole */
  if (dz->cols != x->cols || dz->precision != x->precision ||
      gram > 0.7 * 2 * m * n * b || !is_moderate(dz) || !is_moderate(x))
    return false;
  double square = or_gram_product(dz, x);
  if (!isfinite(square))
    return false;
  *norm =
      or_norm_of_square(square > 0 ? square : 0, dz->exponent + x->exponent);
  return true;
}

or_status or_linear_measure(bool rescale, const or_matrix *x,
                            const or_matrix *dz, or_norm *norm,
                            or_arena *arena) {
  if (rescale && or_linear_gradient_norm(dz, x, norm))
    return OR_OK;
  size_t mark = arena->used;
  or_matrix dw = or_take_matrix(arena, dz->rows, x->rows, dz->precision);
  TRY(or_ready(arena));
  TRY(product(rescale, false, dz, true, x, &dw, arena));
  *norm = or_matrix_frobenius(&dw);
  or_give_back(arena, mark);
  return OR_OK;
}

/* --- activations -------------------------------------------------------- */

/* What stands in for phi when z = stored * 2^exponent has left the floats:
   slope `below` for negative and `above` for positive elements. */
typedef struct slopes {
  double below, above;
} slopes;

static bool far_out(const or_matrix *z) { return z->exponent > 0; }

static slopes slopes_of(or_activation phi, const or_matrix *z) {
  or_activation_shape s = or_activation_shape_of(phi);
  if (far_out(z))
    return (slopes){s.far_left, s.far_right};
  return (slopes){s.slope_below, s.slope_above};
}

/* Do those slopes say all? Not where phi saturates or phi(0) is not 0. */
static bool linearizes(or_activation phi, const or_matrix *z, slopes s) {
  return s.above != 0 &&
         (far_out(z) || or_activation_shape_of(phi).at_zero == 0);
}

static or_activation leaky(slopes s) {
  return (or_activation){OR_ACT_leaky_relu, s.below / s.above, NULL};
}

static bool stays(or_activation phi, const or_matrix *z) {
  return z->exponent == 0 || or_activation_shape_of(phi).homogeneous;
}

/* The true value of an element, +-Inf or 0 where a double cannot hold it. */
static double true_value(const or_matrix *z, int i, int j) {
  double v;
  or_matrix_get(z, i, j, &v);
  return v;
}

/* Saturated: element by element, from true values. Rare, so plain. */
static void saturated_forward(or_activation phi, const or_matrix *z,
                              or_matrix *a) {
  const or_kernels_table *k = or_kernels(z->precision);
  a->exponent = 0;
  for (int j = 0; j < z->cols; j++)
    for (int i = 0; i < z->rows; i++)
      k->set(a, i, j, or_activation_value(phi, true_value(z, i, j)));
}

static void saturated_backward(or_activation phi, const or_matrix *z,
                               const or_matrix *da, or_matrix *dz) {
  const or_kernels_table *k = or_kernels(z->precision);
  dz->exponent = da->exponent;
  for (int j = 0; j < z->cols; j++)
    for (int i = 0; i < z->rows; i++)
      k->set(dz, i, j,
             k->get(da, i, j) * or_activation_slope(phi, true_value(z, i, j)));
}

bool or_activation_is_callers(or_activation phi, const or_matrix *z) {
  if (phi.kind != OR_ACT_CUSTOM)
    return false;
  or_norm n = or_matrix_frobenius(z);
  bool straight = z->exponent < 0 && linearizes(phi, z, slopes_of(phi, z));
  return !straight || !isfinite(n.value) || n.value == 0 ||
         n.exponent > or_precisions[z->precision].fold_low;
}

void or_activation_fold(or_matrix *z) {
  or_norm n = or_matrix_frobenius(z);
  int lowest = or_precisions[z->precision].fold_low;
  if (!isfinite(n.value) || n.value == 0 || n.exponent > lowest)
    or_matrix_fold(z);
}

static void settle(bool rescale, double top, or_matrix *m) {
  if (rescale)
    or_matrix_keep_in_window(m, top);
}

void or_activation_forward(or_activation phi, bool rescale, const or_matrix *z,
                           or_matrix *a) {
  or_fpu_mode mode = or_flush_denormals();
  const or_kernels_table *k = or_kernels(z->precision);
  slopes s = slopes_of(phi, z);
  if (stays(phi, z)) {
    a->exponent = z->exponent;
    settle(rescale, k->activate(phi, z, a), a);
  } else if (linearizes(phi, z, s)) {
    a->exponent = z->exponent;
    k->activate(leaky(s), z, a);
    or_matrix_scale(s.above, a, a);
  } else {
    saturated_forward(phi, z, a);
  }
  or_fpu_restore(mode);
}

void or_activation_backward(or_activation phi, bool rescale, const or_matrix *z,
                            const or_matrix *da, or_matrix *dz) {
  or_fpu_mode mode = or_flush_denormals();
  const or_kernels_table *k = or_kernels(z->precision);
  slopes s = slopes_of(phi, z);
  if (stays(phi, z)) {
    dz->exponent = da->exponent;
    settle(rescale, k->activate_back(phi, z, da, dz), dz);
  } else if (linearizes(phi, z, s)) {
    dz->exponent = da->exponent;
    k->activate_back(leaky(s), z, da, dz);
    or_matrix_scale(s.above, dz, dz);
  } else {
    saturated_backward(phi, z, da, dz);
  }
  or_fpu_restore(mode);
}

/* Of true values, which may be 0 or Inf: phi'' is finite there. */
static void distant_bend(or_activation phi, const or_matrix *z,
                         const or_matrix *da, or_matrix *dz) {
  const or_kernels_table *k = or_kernels(z->precision);
  for (int j = 0; j < z->cols; j++)
    for (int i = 0; i < z->rows; i++)
      k->set(dz, i, j,
             k->get(da, i, j) *
                 or_activation_curvature(phi, true_value(z, i, j)));
}

void or_activation_bend(or_activation phi, const or_matrix *z,
                        const or_matrix *da, or_matrix *dz) {
  or_fpu_mode mode = or_flush_denormals();
  dz->exponent = da->exponent;
  if (phi.kind == OR_ACT_CUSTOM)
    or_matrix_fill(dz, 0);
  else if (stays(phi, z))
    or_kernels(z->precision)->activate_bend(phi, z, da, dz);
  else
    distant_bend(phi, z, da, dz);
  or_matrix_keep_result(dz);
  or_fpu_restore(mode);
}

/* --- layer normalization ------------------------------------------------ */

/* eps as the stored values see it: true variance = stored * 2^(2 exponent) */
static double stored_eps(const or_matrix *x, double eps) {
  double k = eps == 0 ? 0 : -2.0 * (double)x->exponent;
  return k > 2000 ? INFINITY : k < -2000 ? 0 : ldexp(eps, (int)k);
}

or_status or_layer_norm_forward(const or_matrix *x, double eps,
                                const or_matrix *gain, const or_matrix *bias,
                                or_matrix *xhat, or_matrix *rstd,
                                or_matrix *y) {
  or_fpu_mode mode = or_flush_denormals();
  or_kernels(x->precision)
      ->standardize(x, stored_eps(x, eps), xhat, rstd->data);
  xhat->exponent = 0;
  rstd->exponent = -x->exponent;
  or_status status = or_matrix_hadamard(xhat, gain, y);
  if (status == OR_OK)
    status = or_matrix_add(1, y, 1, bias, y);
  or_fpu_restore(mode);
  return status;
}

/* work is n x b */
static or_status norm_gradients(const or_matrix *xhat, const or_matrix *dy,
                                const or_gradients *into, or_matrix *work,
                                or_arena *arena) {
  or_matrix dgain = target(into->dw, into->add, arena);
  or_matrix dbias = target(into->db, into->add, arena);
  TRY(or_ready(arena));
  TRY(or_matrix_hadamard(dy, xhat, work));
  or_matrix_row_sums(work, &dgain);
  or_matrix_row_sums(dy, &dbias);
  TRY(deliver(&dgain, into->add, into->dw));
  return deliver(&dbias, into->add, into->db);
}

static or_status norm_dx(const or_matrix *xhat, const or_matrix *rstd,
                         const or_matrix *gain, const or_matrix *dy,
                         or_matrix *work, or_matrix *dx) {
  TRY(or_matrix_hadamard(dy, gain, work));
  or_kernels(dy->precision)->standardize_back(xhat, rstd->data, work, dx);
  dx->exponent = work->exponent + rstd->exponent;
  or_matrix_keep_in_window(dx, or_kernels(dx->precision)->max_abs(dx));
  return OR_OK;
}

or_status or_layer_norm_backward(const or_matrix *xhat, const or_matrix *rstd,
                                 const or_matrix *gain, const or_matrix *dy,
                                 const or_gradients *into, or_matrix *dx,
                                 or_arena *arena) {
  size_t mark = arena->used;
  or_matrix work = or_take_matrix(arena, dy->rows, dy->cols, dy->precision);
  TRY(or_ready(arena));
  or_fpu_mode mode = or_flush_denormals();
  or_status status =
      into ? norm_gradients(xhat, dy, into, &work, arena) : OR_OK;
  if (status == OR_OK)
    status = norm_dx(xhat, rstd, gain, dy, &work, dx);
  or_fpu_restore(mode);
  or_give_back(arena, mark);
  return status;
}

or_status or_layer_norm_gradients(const or_matrix *xhat, const or_matrix *dy,
                                  const or_gradients *into, or_arena *arena) {
  size_t mark = arena->used;
  or_matrix work = or_take_matrix(arena, dy->rows, dy->cols, dy->precision);
  or_fpu_mode mode = or_flush_denormals();
  or_status status = norm_gradients(xhat, dy, into, &work, arena);
  or_fpu_restore(mode);
  or_give_back(arena, mark);
  return status;
}
