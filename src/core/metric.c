/* metric.c: measures of weights (metric.h). */
#include "metric.h"

#include <math.h>

#include "kernels.h"
#include "work.h"

/* --- Gram matrices, in float64 ------------------------------------------ */

/* What a product of copies needs: the copies and the result. */
typedef struct product {
  or_matrix a, b, c;
  void *scratch;
} product;

/* Room for op(a) op(b) with both copied to float64. */
static product take_product(bool ta, const or_matrix *a, bool tb,
                            const or_matrix *b, or_work *w) {
  product p;
  p.a = take_matrix(w, a->rows, a->cols, OR_FLOAT64);
  p.b = take_matrix(w, b->rows, b->cols, OR_FLOAT64);
  p.c = take_matrix(w, ta ? a->cols : a->rows, tb ? b->rows : b->cols,
                    OR_FLOAT64);
  p.scratch = take(w, or_product_scratch(&p.a, &p.b));
  return p;
}

static or_status multiply(bool ta, const or_matrix *a, bool tb,
                          const or_matrix *b, product *p) {
  or_matrix_copy(a, &p->a);
  or_matrix_copy(b, &p->b);
  return or_matrix_product(ta, &p->a, tb, &p->b, &p->c, p->scratch);
}

/* a - b into a, and its norm */
static or_status distance(or_matrix *a, const or_matrix *b, or_norm *norm) {
  or_status status = or_matrix_add(1, a, -1, b, a);
  *norm = or_matrix_frobenius(a);
  return status;
}

or_status or_orthogonality_error(const or_matrix *w, double scale,
                                 double *error, or_work *work) {
  bool tall = w->rows >= w->cols;
  product p = take_product(tall, w, !tall, w, work);
  or_matrix eye = take_matrix(work, p.c.rows, p.c.cols, OR_FLOAT64);
  or_norm norm;
  TRY(ready(work));
  TRY(multiply(tall, w, !tall, w, &p));
  or_matrix_scale(1 / (scale * scale), &p.c, &p.c);
  or_matrix_eye(&eye);
  TRY(distance(&p.c, &eye, &norm));
  *error = or_norm_value(norm);
  return OR_OK;
}

/* WW' - VV' = P + P' with P = (W - V)((W + V)/2)': one product, in W's own
   precision. What W and V have in common is gone before anything is rounded,
   so the error is some eps ||W - V|| ||W||: that of a float32 W that has hardly
   moved is smaller than float32's Gram matrices would show. */
static or_status drift_of_difference(const or_matrix *w, const or_matrix *v,
                                     or_norm *drift, or_work *work) {
  or_precision k = w->precision;
  or_matrix d = take_matrix(work, w->rows, w->cols, k);
  or_matrix mean = take_matrix(work, w->rows, w->cols, k);
  or_matrix p = take_matrix(work, w->rows, w->rows, k);
  or_matrix t = take_matrix(work, w->rows, w->rows, k);
  void *scratch = take(work, or_product_scratch(&d, &mean));
  TRY(ready(work));
  TRY(or_matrix_add(1, w, -1, v, &d));
  TRY(or_matrix_add(0.5, w, 0.5, v, &mean));
  TRY(or_matrix_product(false, &d, true, &mean, &p, scratch));
  or_matrix_transpose(&p, &t);
  TRY(or_matrix_add(1, &p, 1, &t, &p));
  *drift = or_matrix_frobenius(&p);
  return OR_OK;
}

or_status or_gram_drift(const or_matrix *w, const or_matrix *v, or_norm *drift,
                        or_work *work) {
  if (w->rows != v->rows)
    return OR_SHAPE;
  if (w->cols == v->cols && w->precision == v->precision)
    return drift_of_difference(w, v, drift, work);
  product p = take_product(false, w, true, w, work);
  product q = take_product(false, v, true, v, work);
  TRY(ready(work));
  TRY(multiply(false, w, true, w, &p));
  TRY(multiply(false, v, true, v, &q));
  return distance(&p.c, &q.c, drift);
}

or_status or_balance(const or_matrix *v, const or_matrix *w, or_norm *balance,
                     or_work *work) {
  if (v->cols != w->rows)
    return OR_SHAPE;
  product p = take_product(true, v, false, v, work);
  product q = take_product(false, w, true, w, work);
  TRY(ready(work));
  TRY(multiply(true, v, false, v, &p));
  TRY(multiply(false, w, true, w, &q));
  return distance(&p.c, &q.c, balance);
}

or_status or_gradient_split(const or_matrix *w, const or_matrix *g,
                            or_norm *symmetric, or_norm *skew, or_work *work) {
  if (!or_matrix_same_shape(w, g))
    return OR_SHAPE;
  product p = take_product(true, w, false, g, work);
  or_matrix t = take_matrix(work, p.c.rows, p.c.cols, OR_FLOAT64);
  or_matrix part = take_matrix(work, p.c.rows, p.c.cols, OR_FLOAT64);
  TRY(ready(work));
  TRY(multiply(true, w, false, g, &p));
  or_matrix_transpose(&p.c, &t);
  TRY(or_matrix_add(0.5, &p.c, 0.5, &t, &part));
  *symmetric = or_matrix_frobenius(&part);
  TRY(or_matrix_add(0.5, &p.c, -0.5, &t, &part));
  *skew = or_matrix_frobenius(&part);
  return OR_OK;
}

/* --- of singular values ------------------------------------------------- */

static double value(const or_matrix *s, int i) {
  return or_kernels(s->precision)->get(s, i, 0);
}

/* s_i / s_1, so that squares neither overflow nor vanish. */
static double relative(const or_matrix *s, int i) {
  return value(s, i) / value(s, 0);
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
