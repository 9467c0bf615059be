/* chain.c: see chain.h. */
#include "chain.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "blas.h"
#include "clones.h"
#include "elements.h"
#include "factor.h"
#include "kernels.h"

/* --- columns ------------------------------------------------------------- */

enum { LANES = 8 };

static double *column(const or_matrix *m, int j) {
  return (double *)m->data + (size_t)j * (size_t)m->ld;
}

CLONES static double dot(const double *x, const double *y, size_t n) {
  double sum[LANES] = {0}, total = 0;
  size_t i = 0;
  for (; i + LANES <= n; i += LANES)
    for (size_t k = 0; k < LANES; k++)
      sum[k] += x[i + k] * y[i + k];
  for (size_t k = 0; i < n; i++, k++)
    sum[k] += x[i] * y[i];
  for (size_t k = 0; k < LANES; k++)
    total += sum[k];
  return total;
}

/* y += f x */
CLONES static void add(double f, const double *x, double *y, size_t n) {
  for (size_t i = 0; i < n; i++)
    y[i] += f * x[i];
}

/* x = f x */
static void scale(double f, double *x, size_t n) {
  for (size_t i = 0; i < n; i++)
    x[i] *= f;
}

/* ||x||, of any size */
static double length(const double *x, size_t n) {
  double square = dot(x, x, n), top = 0, sum = 0;
  if (square > 1e-250 && square < 1e250)
    return sqrt(square);
  for (size_t i = 0; i < n; i++)
    top = fmax(top, fabs(x[i]));
  for (size_t i = 0; i < n && top > 0; i++)
    sum += (x[i] / top) * (x[i] / top);
  return top * sqrt(sum);
}

static void swap_columns(or_matrix *m, int i, int j) {
  double *x = column(m, i), *y = column(m, j);
  for (int k = 0; k < m->rows && i != j; k++) {
    double z = x[k];
    x[k] = y[k];
    y[k] = z;
  }
}

/* Is x > y? Both are above 0. */
static bool above(or_norm x, or_norm y) {
  return x.exponent != y.exponent ? x.exponent > y.exponent : x.value > y.value;
}

static or_norm times(or_norm x, double f) {
  return or_norm_of(x.value * f, x.exponent);
}

static double ratio(or_norm x, or_norm y) {
  return or_shifted(x.value / y.value, x.exponent - y.exponent);
}

/* --- QR of columns that D weighs ----------------------------------------- */

/* Of C, m x r, whose column j has weight d_j: C P = Q R. R stands in c above
   the diagonal, from that down the reflectors' vectors. p->order is P. */
typedef struct qr {
  or_chain *p;
  or_matrix *c;
  double *size; /* a column is 0 where it is some eps of this */
  double slack;
} qr;

static void swap_order(const qr *q, int i, int j) {
  or_chain *p = q->p;
  int k = p->order[i];
  double s = q->size[i];
  or_norm d = p->d[i];
  swap_columns(q->c, i, j);
  p->order[i] = p->order[j];
  p->order[j] = k;
  q->size[i] = q->size[j];
  q->size[j] = s;
  p->d[i] = p->d[j];
  p->d[j] = d;
}

/* The column from k on that is largest in C D below row k; -1 where none is
   more than rounding. */
static int largest(const qr *q, int k) {
  int best = -1;
  or_norm top = {0, 0};
  for (int j = k; j < q->c->cols; j++) {
    double *x = column(q->c, j) + k;
    double norm = length(x, (size_t)(q->c->rows - k));
    or_norm weighed = times(q->p->d[j], norm);
    if (norm <= q->slack * q->size[j])
      continue;
    if (best < 0 || above(weighed, top)) {
      best = j;
      top = weighed;
    }
  }
  return best;
}

/* Takes column k to its first element, and the ones behind it along. The
   vector v, with v'v = 2, takes its place; R's diagonal element is returned. */
static double reflect(const qr *q, int k) {
  size_t n = (size_t)(q->c->rows - k);
  double *v = column(q->c, k) + k;
  double diagonal = copysign(length(v, n), -v[0]);
  for (size_t i = 0; i < n; i++)
    v[i] /= diagonal;
  v[0] -= 1;
  scale(sqrt(2 / dot(v, v, n)), v, n);
  for (int j = k + 1; j < q->c->cols; j++) {
    double *y = column(q->c, j) + k;
    add(-dot(v, y, n), v, y, n);
  }
  return diagonal;
}

/* Row i of T' = R D / (R_ii d_i), and D'. Of a column that is dropped, the rest
   below the last pivot is rounding. */
static void weigh_row(const qr *q, int i, double diagonal, or_matrix *t) {
  or_chain *p = q->p;
  or_norm pivot = times(p->d[i], diagonal);
  p->next[i] = times(p->d[i], fabs(diagonal));
  for (int j = 0; j < i; j++)
    column(t, j)[i] = 0;
  column(t, i)[i] = 1;
  for (int j = i + 1; j < q->c->cols; j++)
    column(t, j)[i] = ratio(times(p->d[j], column(q->c, j)[i]), pivot);
}

/* C's columns from the vectors: the first `rank` of Q, with the signs that make
   R's diagonal positive. */
static void form_q(const qr *q, int rank, const double *diagonals,
                   or_matrix *out) {
  size_t m = (size_t)q->c->rows;
  for (int j = 0; j < rank; j++) {
    double *y = column(out, j);
    memset(y, 0, m * sizeof *y);
    y[j] = diagonals[j] < 0 ? -1 : 1;
    for (int k = j; k >= 0; k--) {
      double *v = column(q->c, k) + k;
      add(-dot(v, y + k, m - (size_t)k), v, y + k, m - (size_t)k);
    }
  }
}

/* C D = Q D' T' P', the new D in p->next; Q goes into u unless that is NULL,
   T', rank x r, into t. Returns the rank. */
static int graded_qr(const qr *q, or_matrix *u, or_matrix *t) {
  or_chain *p = q->p;
  int most = or_shorter_side(q->c), rank = 0;
  double *diagonals = p->a; /* read before, free now */
  for (int j = 0; j < q->c->cols; j++)
    p->order[j] = j;
  for (; rank < most; rank++) {
    int j = largest(q, rank);
    if (j < 0)
      break;
    swap_order(q, rank, j);
    diagonals[rank] = reflect(q, rank);
  }
  for (int i = 0; i < rank; i++)
    weigh_row(q, i, diagonals[i], t);
  if (u)
    form_q(q, rank, diagonals, u);
  return rank;
}

/* --- the product --------------------------------------------------------- */

static or_matrix take(or_arena *arena, int rows, int cols) {
  return or_take_matrix(arena, rows, cols, OR_FLOAT64);
}

static or_matrix part(const or_matrix *m, int rows, int cols) {
  return or_matrix_block(m, 0, 0, rows, cols);
}

or_status or_chain_begin(or_chain *p, int cols, int most, or_arena *arena) {
  most = most > cols ? most : cols;
  *p = (or_chain){.cols = cols, .rows = cols, .rank = cols, .most = most};
  p->u = take(arena, most, cols);
  p->c = take(arena, most, cols);
  p->t = take(arena, cols, cols);
  p->m = take(arena, cols, cols);
  p->w = take(arena, cols, cols);
  p->factor = take(arena, most, most);
  p->d = or_take(arena, (size_t)cols * sizeof *p->d);
  p->next = or_take(arena, (size_t)cols * sizeof *p->next);
  p->order = or_take(arena, (size_t)cols * sizeof *p->order);
  p->size = or_take(arena, (size_t)cols * sizeof *p->size);
  p->a = or_take(arena, (size_t)most * sizeof *p->a);
  TRY(or_ready(arena));
  or_matrix u = part(&p->u, cols, cols);
  or_matrix_eye(&u);
  or_matrix_eye(&p->t);
  for (int j = 0; j < cols; j++)
    p->d[j] = (or_norm){1, 0};
  return OR_OK;
}

/* What rounding c = A u is relative to: the sum of |a_k| |u_k|. */
static void rounding_sizes(or_chain *p, const or_matrix *a) {
  for (int k = 0; k < a->cols; k++)
    p->a[k] = length(column(a, k), (size_t)a->rows);
  for (int j = 0; j < p->rank; j++) {
    const double *u = column(&p->u, j);
    p->size[j] = 0;
    for (int k = 0; k < a->cols; k++)
      p->size[j] += p->a[k] * fabs(u[k]);
  }
}

/* T = T' P' T */
static void turn(or_chain *p, int rank, int before) {
  or_matrix step = part(&p->m, rank, before),
            old = part(&p->t, before, p->cols);
  or_matrix ordered = part(&p->w, before, p->cols);
  or_matrix new = part(&p->t, rank, p->cols);
  for (int j = 0; j < p->cols; j++)
    for (int i = 0; i < before; i++)
      column(&ordered, j)[i] = column(&old, j)[p->order[i]];
  or_blas(OR_FLOAT64)->gemm(false, false, 1, &step, &ordered, 0, &new);
}

/* U D T of C D T, C's columns not being orthonormal. */
static void settle(or_chain *p, int rows, int64_t exponent) {
  int before = p->rank;
  or_matrix c = part(&p->c, rows, before), u = part(&p->u, rows, before);
  or_matrix t = part(&p->m, before, before);
  qr q = {p, &c, p->size, 4 * DBL_EPSILON * (rows > before ? rows : before)};
  p->rank = graded_qr(&q, &u, &t);
  p->rows = rows;
  turn(p, p->rank, before);
  for (int i = 0; i < p->rank; i++) {
    p->d[i] = p->next[i];
    p->d[i].exponent += exponent;
  }
}

/* The largest element near 2^500: what is 1e400 times smaller is still there.
 */
static void lift(or_matrix *f) {
  double top = or_max_abs(f);
  int k = top > 0 ? 500 - ilogb(top) : 0;
  or_kernels(OR_FLOAT64)->shift(f, k, f);
  f->exponent -= k;
}

or_status or_chain_multiply(or_chain *p, bool transposed, const or_matrix *a,
                            or_arena *arena) {
  int rows = transposed ? a->cols : a->rows;
  int inner = transposed ? a->rows : a->cols;
  TRY(or_require_finite(a, arena));
  if (inner != p->rows || rows > p->most)
    return OR_SHAPE;
  or_matrix f = part(&p->factor, rows, inner);
  for (int j = 0; j < inner; j++)
    for (int i = 0; i < rows; i++)
      column(&f, j)[i] = or_stored(a, transposed ? j : i, transposed ? i : j);
  f.exponent = a->exponent;
  lift(&f);
  or_matrix u = part(&p->u, inner, p->rank), c = part(&p->c, rows, p->rank);
  or_blas(OR_FLOAT64)->gemm(false, false, 1, &f, &u, 0, &c);
  rounding_sizes(p, &f);
  settle(p, rows, f.exponent);
  return OR_OK;
}

/* --- the singular values ------------------------------------------------- */

/* Columns of G, of which the true ones are g_i 2^e_i. */
typedef struct columns {
  or_matrix *g;
  int64_t *e;
} columns;

/* g_i of length in [1,2) */
static void normalize(const columns *c, int i) {
  double *x = column(c->g, i);
  size_t n = (size_t)c->g->rows;
  or_norm norm = or_norm_of(sqrt(dot(x, x, n)), 0);
  if (norm.value == 0)
    return;
  scale(or_shifted(1, -norm.exponent), x, n);
  c->e[i] += norm.exponent;
}

/* The rotation that makes columns x and y = 2^k y orthogonal, k <= 0: a and b
   are their squares, d = x'y. Where y is far below x, only x's part of it goes.
 */
static void rotate(double *x, double *y, size_t n, double a, double b, double d,
                   int64_t k) {
  if (k < -60) {
    add(-d / a, x, y, n);
    return;
  }
  double f = ldexp(1, (int)k), zeta = (b * f - a / f) / (2 * d);
  double t = (zeta < 0 ? -1 : 1) / (fabs(zeta) + sqrt(1 + zeta * zeta));
  double c = 1 / sqrt(1 + t * t);
  for (size_t i = 0; i < n; i++) {
    double u = x[i], v = y[i];
    x[i] = c * (u - t * f * v);
    y[i] = c * (v + t / f * u);
  }
}

/* Makes columns i and j orthogonal; were they not? */
static bool make_orthogonal(const columns *c, int i, int j) {
  size_t n = (size_t)c->g->rows;
  double *x = column(c->g, i), *y = column(c->g, j);
  double a = dot(x, x, n), b = dot(y, y, n), d = dot(x, y, n);
  if (!(fabs(d) > DBL_EPSILON * sqrt((double)n) * sqrt(a * b)))
    return false;
  if (c->e[i] >= c->e[j])
    rotate(x, y, n, a, b, d, c->e[j] - c->e[i]);
  else
    rotate(y, x, n, b, a, d, c->e[i] - c->e[j]);
  normalize(c, i);
  normalize(c, j);
  return true;
}

static or_status jacobi(const columns *c) {
  enum { SWEEPS = 60 };
  for (int i = 0; i < c->g->cols; i++)
    normalize(c, i);
  for (int sweep = 0; sweep < SWEEPS; sweep++) {
    bool turned = false;
    for (int i = 0; i < c->g->cols; i++)
      for (int j = i + 1; j < c->g->cols; j++)
        turned = make_orthogonal(c, i, j) || turned;
    if (!turned)
      return OR_OK;
  }
  return OR_NO_CONVERGENCE;
}

static int descending(const void *a, const void *b) {
  const or_norm *x = a, *y = b;
  return above(*y, *x) - above(*x, *y);
}

or_status or_chain_values(or_chain *p, or_norm *values) {
  int before = p->rank;
  or_matrix c = part(&p->c, p->cols, before), t = part(&p->m, before, before);
  qr q = {p, &c, p->size, 4 * DBL_EPSILON * p->cols};
  for (int j = 0; j < before; j++) {
    for (int i = 0; i < p->cols; i++)
      column(&c, j)[i] = column(&p->t, i)[j];
    p->size[j] = sqrt(dot(column(&c, j), column(&c, j), (size_t)p->cols));
  }
  p->rank = graded_qr(&q, NULL, &t);
  or_matrix g = part(&p->w, before, p->rank);
  int64_t *e = (int64_t *)p->d; /* D is used up, and longer */
  for (int j = 0; j < p->rank; j++) {
    for (int i = 0; i < before; i++)
      column(&g, j)[i] = column(&t, i)[j] * p->next[j].value;
    e[j] = p->next[j].exponent;
  }
  columns all = {&g, e};
  TRY(jacobi(&all));
  for (int j = 0; j < p->rank; j++) {
    double square = dot(column(&g, j), column(&g, j), (size_t)before);
    values[j] = or_norm_of(sqrt(square), e[j]);
  }
  qsort(values, (size_t)p->rank, sizeof *values, descending);
  return OR_OK;
}

/* --- averages ------------------------------------------------------------- */

/* The covariance of numbers `lag` apart. */
static double covariance(const double *x, int stride, int count, double mean,
                         int lag) {
  double sum = 0;
  for (int i = lag; i < count; i++)
    sum += (x[(size_t)i * (size_t)stride] - mean) *
           (x[(size_t)(i - lag) * (size_t)stride] - mean);
  return sum / (count - 1);
}

or_average or_series_average(const double *x, int stride, int count) {
  double mean = 0, variance;
  int lags = (int)cbrt((double)count);
  for (int i = 0; i < count; i++)
    mean += x[(size_t)i * (size_t)stride] / count;
  if (count < 2)
    return (or_average){mean, NAN};
  variance = covariance(x, stride, count, mean, 0);
  for (int lag = 1; lag <= lags; lag++)
    variance +=
        2 * (1 - lag / (lags + 1.0)) * covariance(x, stride, count, mean, lag);
  return (or_average){mean, sqrt(fmax(variance, 0) / count)};
}
