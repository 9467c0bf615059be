/* init.c: see init.h. */
#include "init.h"

#include <math.h>

#include "elements.h"
#include "haar.h"
#include "kernels.h"
#include "truncated.h"

const char *or_init_name(or_init_kind kind) {
  static const char *const names[] = {
#define X(name) #name,
      OR_INIT_TABLE(X)
#undef X
  };
  return names[kind];
}

or_init or_init_default(or_init_kind kind) {
  or_init f = {.kind = kind, .std = 1, .gain = 1, .high = 1, .nonzeros = 15};
  f.place = OR_PLACE_HIDDEN;
  if (kind == OR_INIT_he_normal || kind == OR_INIT_he_uniform)
    f.gain = sqrt(2);
  if (kind == OR_INIT_truncated_normal) {
    f.low = -2;
    f.high = 2;
  }
  return f;
}

static bool fits(double x, or_precision p) {
  return fabs(x) <= or_precisions[p].largest;
}

static or_status normal(or_rng *r, double mean, double std, or_matrix *w) {
  if (!or_rng_normal_fits(mean, std, w->precision))
    return OR_RANGE;
  or_rng_normal(r, mean, std, w);
  return OR_OK;
}

/* --- by variance ---------------------------------------------------------*/

/* The standard deviation that gain and fans ask for */
static double fan_std(const or_init *f, const or_matrix *w) {
  double in = w->cols, out = w->rows;
  if (f->kind == OR_INIT_glorot_normal || f->kind == OR_INIT_glorot_uniform)
    return f->gain * sqrt(2 / (in + out));
  return f->gain / sqrt(f->fan_out ? out : in);
}

static or_status fan_normal(const or_init *f, or_rng *r, or_matrix *w) {
  return normal(r, 0, fan_std(f, w), w);
}

static or_status fan_uniform(const or_init *f, or_rng *r, or_matrix *w) {
  double bound = sqrt(3) * fan_std(f, w);
  if (bound == 0) {
    or_matrix_fill(w, 0);
    return OR_OK;
  }
  if (!or_rng_uniform_fits(-bound, bound, w->precision))
    return OR_RANGE;
  or_rng_uniform(r, -bound, bound, w);
  return OR_OK;
}

static or_status uniform(const or_init *f, or_rng *r, or_matrix *w) {
  if (!or_rng_uniform_fits(f->low, f->high, w->precision))
    return OR_RANGE;
  or_rng_uniform(r, f->low, f->high, w);
  return OR_OK;
}

/* --- without chance ------------------------------------------------------*/

static or_status constant(double value, or_matrix *w) {
  if (!fits(value, w->precision))
    return OR_RANGE;
  or_matrix_fill(w, value);
  return OR_OK;
}

static or_status identity(double gain, or_matrix *w) {
  if (!fits(gain, w->precision))
    return OR_RANGE;
  or_matrix_fill(w, 0);
  for (int i = 0; i < w->rows && i < w->cols; i++)
    or_kernels(w->precision)->set(w, i, i, gain);
  return OR_OK;
}

/* --- orthogonal ----------------------------------------------------------*/

static or_status orthogonal(const or_init *f, or_rng *r, or_matrix *w,
                            or_arena *arena) {
  if (!fits(2 * f->gain, w->precision))
    return OR_RANGE;
  return or_haar(r, f->gain, f->det, w, arena);
}

/* Size of looks_linear's block: false where a side that must be even is odd */
static bool half_size(const or_init *f, int *rows, int *cols) {
  bool split_rows = f->place != OR_PLACE_LAST;
  bool split_cols = f->place != OR_PLACE_FIRST;
  if ((split_rows && *rows % 2) || (split_cols && *cols % 2))
    return false;
  *rows /= 1 + split_rows;
  *cols /= 1 + split_cols;
  return true;
}

static or_status looks_linear(const or_init *f, or_rng *r, or_matrix *w,
                              or_arena *arena) {
  int rows = w->rows, cols = w->cols;
  half_size(f, &rows, &cols);
  or_matrix q = or_matrix_block(w, 0, 0, rows, cols);
  or_status status = orthogonal(f, r, &q, arena);
  for (int i = 0; status == OR_OK && i < w->rows; i += rows)
    for (int j = 0; j < w->cols; j += cols) {
      or_matrix part = or_matrix_block(w, i, j, rows, cols);
      double sign = (i > 0) == (j > 0) ? 1 : -1;
      if (i > 0 || j > 0)
        or_kernels(w->precision)->scale(sign, &q, &part);
    }
  w->exponent = 0;
  return status;
}

/* --- sparse --------------------------------------------------------------*/

/* Element t of unit u: its row, or its column */
static or_matrix unit_element(const or_init *f, const or_matrix *w, int u,
                              int t) {
  return f->by_column ? or_matrix_block(w, t, u, 1, 1)
                      : or_matrix_block(w, u, t, 1, 1);
}

/* Moves k of the n places, uniformly chosen, to the front. */
static void choose(or_rng *r, int k, int n, int *places) {
  for (int t = 0; t < k; t++) {
    int j = (int)or_rng_integer(r, t, n - 1), swap = places[t];
    places[t] = places[j];
    places[j] = swap;
  }
}

static int nonzeros_of(const or_init *f, int length) {
  return f->nonzeros < length ? f->nonzeros : length;
}

/* Draws unit after unit: the places, then the values. */
static or_status sparse(const or_init *f, or_rng *r, or_matrix *w,
                        or_arena *arena) {
  int units = f->by_column ? w->cols : w->rows;
  int length = f->by_column ? w->rows : w->cols;
  int k = nonzeros_of(f, length);
  size_t mark = arena->used;
  if (!or_rng_normal_fits(0, f->std, w->precision))
    return OR_RANGE;
  or_matrix values = or_take_matrix(arena, k, 1, w->precision);
  int *places = or_take(arena, (size_t)length * sizeof(int));
  TRY(or_ready(arena));
  for (int t = 0; t < length; t++)
    places[t] = t;
  or_matrix_fill(w, 0);
  for (int u = 0; u < units; u++) {
    choose(r, k, length, places);
    or_rng_normal(r, 0, f->std, &values);
    for (int t = 0; t < k; t++) {
      or_matrix to = unit_element(f, w, u, places[t]);
      or_matrix from = or_matrix_block(&values, t, 0, 1, 1);
      or_kernels(w->precision)->copy(&from, &to);
    }
  }
  or_give_back(arena, mark);
  return OR_OK;
}

/* --- all of them ---------------------------------------------------------*/

static or_status fill(const or_init *f, or_rng *r, or_matrix *w,
                      or_arena *arena) {
  switch (f->kind) {
  case OR_INIT_gaussian:
    return normal(r, f->mean, f->std, w);
  case OR_INIT_scaled_gaussian:
  case OR_INIT_he_normal:
  case OR_INIT_glorot_normal:
  case OR_INIT_lecun_normal:
    return fan_normal(f, r, w);
  case OR_INIT_he_uniform:
  case OR_INIT_glorot_uniform:
    return fan_uniform(f, r, w);
  case OR_INIT_truncated_normal:
    return or_truncated_normal(r, f->mean, f->std, f->low, f->high, w);
  case OR_INIT_uniform:
    return uniform(f, r, w);
  case OR_INIT_constant:
    return constant(f->value, w);
  case OR_INIT_zeros:
    return constant(0, w);
  case OR_INIT_identity:
    return identity(f->gain, w);
  case OR_INIT_orthogonal:
    return orthogonal(f, r, w, arena);
  case OR_INIT_looks_linear:
    return looks_linear(f, r, w, arena);
  case OR_INIT_sparse:
    return sparse(f, r, w, arena);
  default:
    return OR_ARGUMENT;
  }
}

or_status or_init_fill(const or_init *f, or_rng *r, or_matrix *w,
                       or_arena *arena) {
  int rows = w->rows, cols = w->cols;
  bool haar = f->kind == OR_INIT_orthogonal;
  if (f->kind == OR_INIT_looks_linear && !half_size(f, &rows, &cols))
    return OR_SHAPE;
  if (haar && f->det != 0 && rows != cols)
    return OR_NOT_SQUARE;
  if (or_matrix_is_empty(w) && !(haar && f->det < 0)) {
    w->exponent = 0;
    return OR_OK;
  }
  return fill(f, r, w, arena);
}
