/* graded.c: see graded.h. */
#include "graded.h"

#include <float.h>
#include <string.h>

#include "blas.h"
#include "column.h"

/* Columns whose distance is a power of two would share places in the cache. */
enum { BLOCK = 32, PAD = 8 };

static size_t below(const or_graded *g, int k) {
  return (size_t)(g->c.rows - k);
}

static bool is_careful(const or_graded *g) { return g->noise.rows > 0; }

/* --- exchanges ----------------------------------------------------------- */

static void swap(double *x, double *y) {
  double z = *x;
  *x = *y;
  *y = z;
}

static void swap_places(int *at, int i, int j) {
  int k = at[i];
  at[i] = at[j];
  at[j] = k;
}

static void swap_columns(or_matrix *m, int i, int j) {
  double *x = or_column(m, i), *y = or_column(m, j);
  for (int k = 0; k < m->rows; k++)
    swap(&x[k], &y[k]);
}

static void swap_rows(or_matrix *m, int i, int j) {
  for (int k = 0; k < m->cols; k++)
    swap(&or_column(m, k)[i], &or_column(m, k)[j]);
}

static void exchange_columns(or_graded *g, int i, int j) {
  or_norm w = g->weight[i];
  if (i == j)
    return;
  swap_columns(&g->c, i, j);
  swap_rows(&g->f, i, j);
  swap_places(g->cols, i, j);
  swap(&g->norm[i], &g->norm[j]);
  swap(&g->known[i], &g->known[j]);
  g->weight[i] = g->weight[j];
  g->weight[j] = w;
  if (is_careful(g))
    swap_columns(&g->noise, i, j);
  else
    swap(&g->col_size[i], &g->col_size[j]);
}

static void exchange_rows(or_graded *g, int i, int j) {
  if (i == j)
    return;
  swap_rows(&g->c, i, j);
  swap_places(g->rows, i, j);
  if (is_careful(g))
    swap_rows(&g->noise, i, j);
  else
    swap(&g->row_size[i], &g->row_size[j]);
}

/* --- what is rounding ---------------------------------------------------- */

/* The length of what rounding of column j below row k is relative to. */
static double noise_of(const or_graded *g, int k, int j) {
  double sum = 0, top = 0;
  if (is_careful(g)) {
    const double *square = or_column(&g->noise, j);
    for (int i = k; i < g->c.rows; i++)
      sum += square[i];
    return sqrt(sum);
  }
  for (int i = k; i < g->c.rows; i++)
    top = fmax(top, fmin(g->row_size[i], g->col_size[j]));
  for (int i = k; i < g->c.rows && top > 0; i++) {
    double x = fmin(g->row_size[i], g->col_size[j]) / top;
    sum += x * x;
  }
  return top * sqrt(sum);
}

static bool is_rounding(const or_graded *g, int k, int j, double slack) {
  double rest = sqrt((double)below(g, k));
  if (slack == 0)
    return false;
  if (!is_careful(g) && g->norm[j] > slack * rest * g->col_size[j])
    return false;
  return g->norm[j] <= slack * noise_of(g, k, j);
}

/* Reflector k's vector v takes column j's noise along, as if its elements were
   independent. */
static void spread_noise(or_graded *g, int k) {
  const double *v = or_column(&g->c, k);
  for (int j = k + 1; j < g->c.cols; j++) {
    double *square = or_column(&g->noise, j), sum = 0;
    for (int i = k; i < g->c.rows; i++)
      sum += v[i] * (v[i] * square[i]);
    for (int i = k; i < g->c.rows; i++)
      square[i] += g->tau[k] * v[i] * (g->tau[k] * v[i] * sum);
  }
}

/* --- a step -------------------------------------------------------------- */

enum { NOTHING = -1 };

/* The column that is next; NOTHING is left, or OR_DOUBTFUL. */
static int next_column(const or_graded *g, int k, double slack) {
  int best = NOTHING;
  or_norm top = {0, 0};
  for (int j = k; j < g->c.cols; j++) {
    or_norm w = g->weight[j];
    or_norm weighed = or_norm_of(w.value * g->norm[j], w.exponent);
    if (!or_norm_above(weighed, top) ||
        (is_careful(g) && is_rounding(g, k, j, slack)))
      continue;
    best = j;
    top = weighed;
  }
  bool doubtful = best >= 0 && !is_careful(g) && is_rounding(g, k, best, slack);
  return doubtful ? OR_DOUBTFUL : best;
}

/* Column k as it is after the block's steps so far. */
static void bring_column(or_graded *g, int k) {
  double *x = or_column(&g->c, k) + k;
  for (int t = 0; t < k - g->start; t++)
    or_column_add(-or_column(&g->f, t)[k], or_column(&g->c, g->start + t) + k,
                  x, below(g, k));
}

static int largest_row(const or_graded *g, int k) {
  const double *x = or_column(&g->c, k);
  int best = k;
  for (int i = k + 1; i < g->c.rows; i++)
    if (fabs(x[i]) > fabs(x[best]))
      best = i;
  return best;
}

/* I - tau v v', v_k = 1, takes column k to its diagonal element. */
static void make_reflector(or_graded *g, int k) {
  double *x = or_column(&g->c, k) + k;
  size_t n = below(g, k);
  double diagonal = copysign(or_column_length(x, n), -x[0]);
  double first = x[0] - diagonal;
  for (size_t i = 1; i < n; i++)
    x[i] /= first;
  x[0] = 1;
  g->diagonal[k] = diagonal;
  g->tau[k] = -first / diagonal;
}

/* F's column of reflector k: tau C'v, C being what it is after the block's
   steps before. */
static void extend_f(or_graded *g, int k) {
  int t = k - g->start;
  const double *v = or_column(&g->c, k) + k;
  double *f = or_column(&g->f, t);
  for (int j = k + 1; j < g->c.cols; j++)
    f[j] = g->tau[k] * or_column_dot(or_column(&g->c, j) + k, v, below(g, k));
  for (int s = 0; s < t; s++) {
    const double *before = or_column(&g->c, g->start + s) + k;
    double along = or_column_dot(before, v, below(g, k));
    or_column_add(-g->tau[k] * along, or_column(&g->f, s) + k + 1, f + k + 1,
                  (size_t)(g->c.cols - k - 1));
  }
}

/* R's row k, which is C's from now on. */
static void bring_row(or_graded *g, int k) {
  size_t behind = (size_t)(g->c.cols - k - 1);
  double *row = g->spare + k + 1;
  memset(row, 0, behind * sizeof *row);
  for (int t = 0; t <= k - g->start; t++)
    or_column_add(or_column(&g->c, g->start + t)[k],
                  or_column(&g->f, t) + k + 1, row, behind);
  for (int j = k + 1; j < g->c.cols; j++)
    or_column(&g->c, j)[k] -= g->spare[j];
}

/* Norms without row k; those of which too little is left are marked, to be
   computed: are there such? */
static bool reduce_norms(or_graded *g, int k) {
  bool marked = is_careful(g);
  for (int j = k + 1; j < g->c.cols; j++) {
    if (g->norm[j] == 0)
      continue;
    double share = or_column(&g->c, j)[k] / g->norm[j];
    double left = fmax(0, (1 - share) * (1 + share));
    double whole = g->norm[j] / g->known[j];
    if (left * whole * whole <= sqrt(DBL_EPSILON)) {
      g->known[j] = -1;
      marked = true;
    } else {
      g->norm[j] *= sqrt(left);
    }
  }
  return marked;
}

/* --- blocks -------------------------------------------------------------- */

static void measure_columns(or_graded *g, int k, bool all) {
  for (int j = k; j < g->c.cols; j++)
    if (all || g->known[j] < 0)
      g->norm[j] = g->known[j] =
          or_column_length(or_column(&g->c, j) + k, below(g, k));
}

/* What is behind and below the block's steps, up to `end`. */
static void bring_rest(or_graded *g, int end) {
  int rows = g->c.rows - end, cols = g->c.cols - end, n = end - g->start;
  if (rows == 0 || cols == 0 || n == 0)
    return;
  or_matrix v = or_matrix_block(&g->c, end, g->start, rows, n);
  or_matrix f = or_matrix_block(&g->f, end, 0, cols, n);
  or_matrix rest = or_matrix_block(&g->c, end, end, rows, cols);
  or_blas(OR_FLOAT64)->gemm(false, true, -1, &v, &f, 1, &rest);
}

static void step(or_graded *g, int k, int column) {
  exchange_columns(g, k, column);
  bring_column(g, k);
  exchange_rows(g, k, largest_row(g, k));
  make_reflector(g, k);
  extend_f(g, k);
  bring_row(g, k);
  if (is_careful(g))
    spread_noise(g, k);
}

/* Steps from g->start on to `most`, until one ends the block. Returns the place
   after the last; *column is the one that was next, NOTHING or OR_DOUBTFUL. */
static int take_block(or_graded *g, int most, double slack, int *column) {
  int k = g->start, end = most < k + BLOCK ? most : k + BLOCK;
  bool marked = false;
  for (; k < end && !marked; k++) {
    *column = next_column(g, k, slack);
    if (*column < 0)
      return k;
    step(g, k, *column);
    marked = reduce_norms(g, k);
  }
  return k;
}

int or_graded_factor(or_graded *g, double slack) {
  int most = or_shorter_side(&g->c), column = 0;
  for (int j = 0; j < g->c.cols; j++)
    g->cols[j] = j;
  for (int i = 0; i < g->c.rows; i++)
    g->rows[i] = i;
  g->f.rows = g->c.cols;
  measure_columns(g, 0, true);
  for (g->start = 0; g->start < most;) {
    int end = take_block(g, most, slack, &column);
    if (column < 0)
      return column == OR_DOUBTFUL ? OR_DOUBTFUL : end;
    bring_rest(g, end);
    measure_columns(g, end, is_careful(g));
    g->start = end;
    if (g->interrupted && *g->interrupted)
      break;
  }
  return g->start;
}

/* --- results ------------------------------------------------------------- */

or_status or_graded_q(or_graded *g, int rank, or_matrix *q) {
  or_arena work = or_arena_over(g->work, g->work_size);
  or_matrix own = or_matrix_block(&g->q, 0, 0, g->c.rows, rank);
  size_t rows = (size_t)g->c.rows;
  if (rank == 0)
    return OR_OK;
  for (int j = 0; j < rank; j++)
    memcpy(or_column(&own, j), or_column(&g->c, j), rows * sizeof(double));
  TRY(or_blas(OR_FLOAT64)->orgqr(&own, g->tau, &work));
  for (int j = 0; j < rank; j++) {
    const double *x = or_column(&own, j);
    double *y = or_column(q, j), sign = g->diagonal[j] < 0 ? -1 : 1;
    for (size_t i = 0; i < rows; i++)
      y[g->rows[i]] = sign * x[i];
  }
  return OR_OK;
}

void or_graded_r(const or_graded *g, int rank, or_matrix *r) {
  for (int j = 0; j < g->c.cols; j++) {
    const double *x = or_column(&g->c, j);
    double *y = or_column(r, g->cols[j]);
    for (int i = 0; i < rank; i++) {
      double sign = g->diagonal[i] < 0 ? -1 : 1;
      y[i] = i < j ? sign * x[i] : i == j ? sign * g->diagonal[i] : 0;
    }
  }
}

void or_graded_noise(const or_graded *g, int rank, or_matrix *noise) {
  for (int j = 0; j < g->c.cols; j++)
    for (int i = 0; i < rank; i++)
      or_column(noise, g->cols[j])[i] = i <= j ? or_column(&g->noise, j)[i] : 0;
}

void or_graded_take(or_graded *g, int rows, int cols, or_arena *arena) {
  int shorter = rows < cols ? rows : cols;
  size_t n = (size_t)cols * sizeof(double), m = (size_t)rows * sizeof(double);
  or_arena probe = or_arena_over(NULL, 0);
  *g = (or_graded){.c = or_take_matrix(arena, rows + PAD, cols, OR_FLOAT64)};
  g->c.rows = rows;
  g->f = or_take_matrix(arena, cols, BLOCK, OR_FLOAT64);
  g->q = or_take_matrix(arena, rows, shorter, OR_FLOAT64);
  g->cols = or_take(arena, (size_t)cols * sizeof *g->cols);
  g->rows = or_take(arena, (size_t)rows * sizeof *g->rows);
  g->diagonal = or_take(arena, n < m ? n : m);
  g->tau = or_take(arena, n < m ? n : m);
  g->norm = or_take(arena, n);
  g->known = or_take(arena, n);
  g->spare = or_take(arena, n);
  if (shorter > 0)
    or_blas(OR_FLOAT64)->orgqr(&g->q, g->tau, &probe);
  g->work_size = probe.needed;
  g->work = or_take(arena, g->work_size);
}
