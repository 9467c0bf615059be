/* chain.c: see chain.h. */
#include "chain.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "blas.h"
#include "column.h"
#include "elements.h"
#include "factor.h"
#include "kernels.h"

static or_norm times(or_norm x, double f) {
  return or_norm_of(x.value * f, x.exponent);
}

static double ratio(or_norm x, or_norm y) {
  return or_shifted(x.value / y.value, x.exponent - y.exponent);
}

static or_matrix take(or_arena *arena, int rows, int cols) {
  return or_take_matrix(arena, rows, cols, OR_FLOAT64);
}

static or_matrix part(const or_matrix *m, int rows, int cols) {
  return or_matrix_block(m, 0, 0, rows, cols);
}

static void multiply(const or_matrix *a, const or_matrix *b, or_matrix *c) {
  or_blas(OR_FLOAT64)->gemm(false, false, 1, a, b, 0, c);
}

/* --- the product --------------------------------------------------------- */

static void take_norms(or_chain *p, or_arena *arena) {
  size_t n = (size_t)p->cols, most = (size_t)p->most;
  p->d = or_take(arena, n * sizeof *p->d);
  p->next = or_take(arena, n * sizeof *p->next);
  p->weight = or_take(arena, most * sizeof *p->weight);
  p->a = or_take(arena, most * sizeof *p->a);
  p->row_size = or_take(arena, most * sizeof *p->row_size);
  p->col_size = or_take(arena, most * sizeof *p->col_size);
}

or_status or_chain_begin(or_chain *p, int cols, int most, or_arena *arena) {
  most = most > cols ? most : cols;
  *p = (or_chain){.cols = cols, .rows = cols, .rank = cols, .most = most};
  p->u = take(arena, most, cols);
  p->t = take(arena, cols, cols);
  p->m = take(arena, cols, cols);
  p->w = take(arena, cols, cols);
  p->factor = take(arena, most, most);
  p->q = take(arena, most, most);
  p->r = take(arena, most, most);
  p->noise = take(arena, most, most);
  p->squares = take(arena, most, cols);
  take_norms(p, arena);
  or_graded_take(&p->qr, most, most, arena);
  or_accurate_take(&p->product, most, most, cols, arena);
  TRY(or_ready(arena));
  or_matrix u = part(&p->u, cols, cols);
  or_matrix_eye(&u);
  or_matrix_eye(&p->t);
  for (int j = 0; j < cols; j++)
    p->d[j] = (or_norm){1, 0};
  return OR_OK;
}

/* The QR of p->qr.c that is about to begin: what is rounding there, by element
   where `noise` is not NULL. */
static or_graded *prepare(or_chain *p, int rows, int cols, or_matrix *noise) {
  or_graded *g = &p->qr;
  g->c.rows = rows;
  g->c.cols = cols;
  g->weight = p->weight;
  g->interrupted = p->interrupted;
  g->row_size = p->row_size;
  g->col_size = p->col_size;
  g->noise = noise ? *noise : (or_matrix){0};
  return g;
}

/* Some rounding errors, of what rounding is relative to. */
static double slack_of(const or_graded *g) {
  return 4 * DBL_EPSILON * (g->c.rows > g->c.cols ? g->c.rows : g->c.cols);
}

static void weigh(or_chain *p) {
  memcpy(p->weight, p->d, (size_t)p->rank * sizeof *p->d);
}

/* What rounding of A U is relative to: sums along rows of A; sums of
   |a_k| |u_kj|. */
static void rounding_sizes(or_chain *p, const or_matrix *a) {
  for (int i = 0; i < a->rows; i++)
    p->row_size[i] = 0;
  for (int k = 0; k < a->cols; k++)
    for (int i = 0; i < a->rows; i++)
      p->row_size[i] += fabs(or_column(a, k)[i]);
  for (int j = 0; j < p->rank; j++) {
    const double *u = or_column(&p->u, j);
    p->col_size[j] = 0;
    for (int k = 0; k < a->cols; k++)
      p->col_size[j] += p->a[k] * fabs(u[k]);
  }
}

/* Row i of T', that of R D over its largest element, and of D', which is that
   element: R's diagonal one, but where a column that is larger was rounding
   from some row on. */
static void weigh_row(or_chain *p, int i, or_matrix *t) {
  const or_graded *g = &p->qr;
  double sign = g->diagonal[i] < 0 ? -1 : 1;
  or_norm top = times(g->weight[i], fabs(g->diagonal[i]));
  for (int j = i + 1; j < g->c.cols; j++) {
    or_norm x = times(g->weight[j], fabs(or_column(&g->c, j)[i]));
    top = or_norm_above(x, top) ? x : top;
  }
  p->next[i] = top;
  for (int j = 0; j < g->c.cols; j++) {
    double x = j < i ? 0 : j == i ? g->diagonal[i] : or_column(&g->c, j)[i];
    or_column(t, j)[i] = x == 0 ? 0 : ratio(times(g->weight[j], sign * x), top);
  }
}

/* T = T' P' T */
static void turn(or_chain *p, int rank, int before) {
  or_matrix step = part(&p->m, rank, before);
  or_matrix old = part(&p->t, before, p->cols);
  or_matrix ordered = part(&p->w, before, p->cols);
  or_matrix new = part(&p->t, rank, p->cols);
  for (int j = 0; j < p->cols; j++)
    for (int i = 0; i < before; i++)
      or_column(&ordered, j)[i] = or_column(&old, j)[p->qr.cols[i]];
  multiply(&step, &ordered, &new);
}

/* D and T of the QR, which has been done; `exponent` is C's. */
static void absorb(or_chain *p, int rank, int64_t exponent) {
  int before = p->rank;
  or_matrix t = part(&p->m, rank, before);
  for (int i = 0; i < rank; i++)
    weigh_row(p, i, &t);
  turn(p, rank, before);
  p->rank = rank;
  for (int i = 0; i < rank; i++) {
    p->d[i] = p->next[i];
    p->d[i].exponent += exponent;
  }
}

/* A U = Q R, U = Q; *rank may be OR_DOUBTFUL, and nothing has changed then. */
static or_status multiply_plainly(or_chain *p, const or_matrix *f, int *rank) {
  or_graded *g = prepare(p, f->rows, p->rank, NULL);
  or_matrix before = part(&p->u, f->cols, p->rank);
  or_accurate_product(&p->product, f, &before, &g->c);
  rounding_sizes(p, f);
  weigh(p);
  *rank = or_graded_factor(g, slack_of(g));
  if (*rank == OR_DOUBTFUL)
    return OR_OK;
  or_matrix u = part(&p->u, f->rows, *rank);
  return or_graded_q(g, *rank, &u);
}

static void square(const or_matrix *x, or_matrix *squares) {
  for (int j = 0; j < x->cols; j++)
    for (int i = 0; i < x->rows; i++)
      or_column(squares, j)[i] = or_column(x, j)[i] * or_column(x, j)[i];
}

/* A = Q R into p->q and p->r, R's noise into p->factor's place. */
static or_status factor_alone(or_chain *p, const or_matrix *f, int *rank) {
  or_matrix noise = part(&p->noise, f->rows, f->cols);
  or_graded *g = prepare(p, f->rows, f->cols, &noise);
  or_matrix_copy(f, &g->c);
  square(f, &noise);
  for (int j = 0; j < f->cols; j++)
    p->weight[j] = (or_norm){1, 0};
  *rank = or_graded_factor(g, slack_of(g));
  or_graded_r(g, *rank, &p->r);
  or_graded_noise(g, *rank, &p->factor); /* A is not needed any more */
  return or_graded_q(g, *rank, &p->q);
}

/* A = Q R, R U = Q' R', U = Q Q', rounding being followed. */
static or_status multiply_carefully(or_chain *p, const or_matrix *f,
                                    int *rank) {
  int inner, rows = f->rows, cols = f->cols;
  TRY(factor_alone(p, f, &inner));
  or_matrix q = part(&p->q, rows, inner), r = part(&p->r, inner, cols);
  or_matrix of_r = part(&p->factor, inner, cols);
  or_matrix u = part(&p->u, cols, p->rank);
  or_matrix squares = part(&p->squares, cols, p->rank);
  or_matrix noise = part(&p->noise, inner, p->rank);
  square(&u, &squares);
  multiply(&of_r, &squares, &noise);
  or_graded *g = prepare(p, inner, p->rank, &noise);
  or_accurate_product(&p->product, &r, &u, &g->c);
  weigh(p);
  *rank = or_graded_factor(g, slack_of(g));
  or_matrix turned = part(&p->squares, inner, *rank);
  TRY(or_graded_q(g, *rank, &turned));
  or_matrix next = part(&p->u, rows, *rank);
  multiply(&q, &turned, &next);
  return OR_OK;
}

/* The largest element near 2^400: what is 1e400 times smaller is still there.
 */
static void lift(or_matrix *f) {
  double top = or_max_abs(f);
  int k = top > 0 ? 400 - ilogb(top) : 0;
  or_kernels(OR_FLOAT64)->shift(f, k, f);
  f->exponent -= k;
}

/* A's columns' lengths into p->a; are some far longer than others? */
static bool measure_columns(or_chain *p, const or_matrix *f) {
  double least = INFINITY, most = 0;
  for (int j = 0; j < f->cols; j++) {
    p->a[j] = or_column_length(or_column(f, j), (size_t)f->rows);
    most = fmax(most, p->a[j]);
    if (p->a[j] > 0)
      least = fmin(least, p->a[j]);
  }
  return most > 64 * least;
}

or_status or_chain_multiply(or_chain *p, bool transposed, const or_matrix *a,
                            or_arena *arena) {
  int rows = transposed ? a->cols : a->rows, rank = OR_DOUBTFUL;
  int inner = transposed ? a->rows : a->cols;
  TRY(or_require_finite(a, arena));
  if (inner != p->rows || rows > p->most)
    return OR_SHAPE;
  or_matrix f = part(&p->factor, rows, inner);
  for (int j = 0; j < inner; j++)
    for (int i = 0; i < rows; i++)
      or_column(&f, j)[i] =
          or_stored(a, transposed ? j : i, transposed ? i : j);
  f.exponent = a->exponent;
  lift(&f);
  if (!measure_columns(p, &f))
    TRY(multiply_plainly(p, &f, &rank));
  if (rank == OR_DOUBTFUL)
    TRY(multiply_carefully(p, &f, &rank));
  p->rows = rows;
  absorb(p, rank, f.exponent);
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
  double *x = or_column(c->g, i);
  size_t n = (size_t)c->g->rows;
  or_norm norm = or_norm_of(sqrt(or_column_dot(x, x, n)), 0);
  if (norm.value == 0)
    return;
  or_column_scale(or_shifted(1, -norm.exponent), x, n);
  c->e[i] += norm.exponent;
}

/* The rotation that makes columns x and y = 2^k y orthogonal, k <= 0: a and b
   are their squares, d = x'y. Where y is far below x, only x's part of it goes.
 */
static void rotate(double *x, double *y, size_t n, double a, double b, double d,
                   int64_t k) {
  if (k < -60) {
    or_column_add(-d / a, x, y, n);
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
  double *x = or_column(c->g, i), *y = or_column(c->g, j);
  double a = or_column_dot(x, x, n), b = or_column_dot(y, y, n),
         d = or_column_dot(x, y, n);
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

/* Column i against all behind it. */
static bool turn_column(const columns *c, int i) {
  bool turned = false;
  for (int j = i + 1; j < c->g->cols; j++)
    turned = make_orthogonal(c, i, j) || turned;
  return turned;
}

static or_status jacobi(const columns *c,
                        const volatile sig_atomic_t *interrupted) {
  enum { SWEEPS = 60 };
  for (int i = 0; i < c->g->cols; i++)
    normalize(c, i);
  for (int sweep = 0; sweep < SWEEPS; sweep++) {
    bool turned = false;
    for (int i = 0; i < c->g->cols; i++) {
      turned = turn_column(c, i) || turned;
      if (interrupted && *interrupted)
        return OR_INTERRUPTED;
    }
    if (!turned)
      return OR_OK;
  }
  return OR_NO_CONVERGENCE;
}

static int descending(const void *a, const void *b) {
  const or_norm *x = a, *y = b;
  return or_norm_above(*y, *x) - or_norm_above(*x, *y);
}

/* D T = L Q', L's columns being those of the rows of R of (D T)'. */
static int transpose_product(or_chain *p, or_matrix *t) {
  or_graded *g = prepare(p, p->cols, p->rank, NULL);
  for (int j = 0; j < p->rank; j++)
    for (int i = 0; i < p->cols; i++)
      or_column(&g->c, j)[i] = or_column(&p->t, i)[j];
  weigh(p);
  int rank = or_graded_factor(g, 0);
  for (int i = 0; i < rank; i++)
    weigh_row(p, i, t);
  return rank;
}

or_status or_chain_values(or_chain *p, or_norm *values) {
  int before = p->rank;
  or_matrix t = part(&p->m, before, before);
  p->rank = transpose_product(p, &t);
  or_matrix g = part(&p->w, before, p->rank);
  int64_t *e = (int64_t *)p->d; /* D is used up, and longer */
  for (int j = 0; j < p->rank; j++) {
    for (int i = 0; i < before; i++)
      or_column(&g, j)[i] = or_column(&t, i)[j] * p->next[j].value;
    e[j] = p->next[j].exponent;
  }
  columns all = {&g, e};
  TRY(jacobi(&all, p->interrupted));
  for (int j = 0; j < p->rank; j++) {
    const double *x = or_column(&g, j);
    double squared = or_column_dot(x, x, (size_t)before);
    values[j] = or_norm_of(sqrt(squared), e[j]);
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
