/* haar.c: see haar.h. Blocks of reflections are applied at once, as
   I - V inv(U) V' (reflector.h), from the last to the first. */
#include "haar.h"

#include <limits.h>
#include <math.h>

#include "blas.h"
#include "kernels.h"
#include "reflector.h"

enum { STEP = OR_REFLECTOR_STEP, MOST = 64 };

typedef struct sampler {
  or_rng *rng;
  const or_kernels_table *kernels;
  const or_blas_table *blas;
  const or_reflector_table *loops;
  double gain;
  int det;     /* of the product so far */
  int m, n, b; /* rows, cols (m >= n), reflections in a block */
  or_matrix q; /* m x n */
  or_matrix z; /* m x b, and room to begin each column on 16 bytes */
  or_matrix v; /* m x b: a block's vectors */
  or_matrix w; /* b x n: V' C */
  or_matrix x; /* b x n: inv(U) V' C */
  or_matrix u; /* b x b: U, without its diagonal */
  or_matrix t; /* STEP x b: the inverses of the triangles on U's diagonal */
  double h[MOST], sign[MOST];
} sampler;

/* Measured: larger blocks spend more on U, smaller ones run the products at
   less than full speed. */
static int block_size(int m, int n) {
  int b = n <= 128 ? 16 : n <= 256 ? 32 : n <= 512 ? 48 : MOST;
  while ((m + (int64_t)STEP) * b > INT_MAX)
    b /= 2;
  return b < n ? b : n;
}

/* The work matrices, and the transpose of a wide result; NULL data
   asks for the size alone. Columns of v that are a power of two apart would
   share the same few lines of the cache. */
static or_status lay_out(sampler *s, bool wide, or_precision p, char *data,
                         size_t *bytes) {
  or_matrix *part[] = {&s->z, &s->v, &s->w, &s->x, &s->u, &s->t, &s->q};
  int64_t longer = (int64_t)s->m + STEP;
  int64_t rows[] = {longer, longer, s->b, s->b, s->b, STEP, s->m};
  int cols[] = {s->b, s->b, s->n, s->n, s->b, s->b, s->n};
  *bytes = 0;
  for (int i = 0; i < 6 + wide; i++) {
    size_t need;
    if (or_matrix_bytes(rows[i], cols[i], p, &need) != OR_OK)
      return OR_SIZE;
    if (data)
      *part[i] = or_matrix_over(data + *bytes, (int)rows[i], cols[i], p);
    *bytes += (need + OR_ALIGNMENT - 1) / OR_ALIGNMENT * OR_ALIGNMENT;
  }
  return OR_OK;
}

static void set_sizes(sampler *s, int rows, int cols) {
  s->m = rows > cols ? rows : cols;
  s->n = rows > cols ? cols : rows;
  s->b = block_size(s->m, s->n);
}

or_status or_haar_scratch(int rows, int cols, or_precision p, size_t *bytes) {
  sampler s;
  set_sizes(&s, rows, cols);
  return lay_out(&s, rows < cols, p, NULL, bytes);
}

/* Draws v's columns. One draw gives the numbers of all: a column begins at a
   fresh block of the generator, where the one before it has ended. */
static void draw_block(sampler *s, or_matrix *v) {
  int count = 0, each = 16 / (int)or_precision_size(v->precision);
  for (int k = 0; k < v->cols; k++)
    count += (v->rows - k + each - 1) / each * each;
  or_matrix z = or_matrix_over(s->z.data, count, 1, v->precision);
  or_rng_normal(s->rng, 0, 1, &z);
  s->det *= s->loops->reflect(z.data, v, s->h, s->sign);
}

/* U, and the inverses of its triangles of STEP columns */
static void make_triangle(sampler *s, const or_matrix *v) {
  for (int j = 0; j < v->cols; j += STEP) {
    int cols = v->cols - j < STEP ? v->cols - j : STEP, rows = v->rows - j;
    or_matrix left = or_matrix_block(v, j, 0, rows, j + cols);
    or_matrix right = or_matrix_block(v, j, j, rows, cols);
    or_matrix column = or_matrix_block(&s->u, 0, j, j + cols, cols);
    or_matrix corner = or_matrix_block(&s->u, j, j, cols, cols);
    or_matrix inverse = or_matrix_block(&s->t, 0, j, cols, cols);
    s->blas->gemm(true, false, 1, &left, &right, 0, &column);
    s->loops->invert(&corner, s->h + j, &inverse);
  }
}

/* x = inv(U) w, where U is b x b; destroys w. */
static void solve(sampler *s, int b, or_matrix *w, or_matrix *x) {
  for (int j = (b - 1) / STEP * STEP; j >= 0; j -= STEP) {
    int rows = b - j < STEP ? b - j : STEP;
    or_matrix inverse = or_matrix_block(&s->t, 0, j, rows, rows);
    or_matrix column = or_matrix_block(&s->u, 0, j, j, rows);
    or_matrix above = or_matrix_block(w, 0, 0, j, w->cols);
    or_matrix wj = or_matrix_block(w, j, 0, rows, w->cols);
    or_matrix xj = or_matrix_block(x, j, 0, rows, x->cols);
    s->blas->gemm(false, false, 1, &inverse, &wj, 0, &xj);
    s->blas->gemm(false, false, -1, &column, &xj, 1, &above);
  }
}

/* What C and V' C are before any product: the signs times gain on the
   diagonal of c, zeros in the rest of its first b columns and rows, and V1'
   times these signs in w. */
static void begin(sampler *s, const or_matrix *v, or_matrix *c, or_matrix *w) {
  int b = v->cols;
  or_matrix top = or_matrix_block(c, 0, 0, b, c->cols);
  or_matrix left = or_matrix_block(c, b, 0, c->rows - b, b);
  or_matrix v1 = or_matrix_block(v, 0, 0, b, b);
  or_matrix w1 = or_matrix_block(w, 0, 0, b, b);
  s->kernels->fill(&top, 0);
  s->kernels->fill(&left, 0);
  for (int k = 0; k < b; k++) {
    s->sign[k] *= s->gain;
    s->kernels->set(c, k, k, s->sign[k]);
  }
  s->loops->transpose_scaled(&v1, s->sign, &w1);
}

/* c = H_k ... H_{k+b-1} c for the rows and columns from k on. */
static void apply_block(sampler *s, int k, int b) {
  int m = s->m - k, n = s->n - k;
  or_matrix v = or_matrix_block(&s->v, 0, 0, m, b);
  or_matrix w = or_matrix_block(&s->w, 0, 0, b, n);
  or_matrix x = or_matrix_block(&s->x, 0, 0, b, n);
  or_matrix c = or_matrix_block(&s->q, k, k, m, n);
  or_matrix v2 = or_matrix_block(&v, b, 0, m - b, b);
  or_matrix c2 = or_matrix_block(&c, b, b, m - b, n - b);
  or_matrix w2 = or_matrix_block(&w, 0, b, b, n - b);
  draw_block(s, &v);
  make_triangle(s, &v);
  begin(s, &v, &c, &w);
  s->blas->gemm(true, false, 1, &v2, &c2, 0, &w2);
  solve(s, b, &w, &x);
  s->blas->gemm(false, false, -1, &v, &x, 1, &c);
}

/* Turning the last column round maps one half of the orthogonal matrices to
   the other and keeps Haar's measure. */
static void set_det(sampler *s, int det) {
  if (det == 0 || det == s->det)
    return;
  or_matrix last = or_matrix_block(&s->q, 0, s->n - 1, s->m, 1);
  s->kernels->scale(-1, &last, &last);
}

or_status or_haar(or_rng *r, double gain, int det, or_matrix *q,
                  void *scratch) {
  bool wide = q->rows < q->cols;
  size_t bytes;
  if (det != 0 && q->rows != q->cols)
    return OR_NOT_SQUARE;
  q->exponent = 0;
  if (or_matrix_is_empty(q))
    return det < 0 ? OR_ARGUMENT : OR_OK;
  sampler s = {.rng = r,
               .kernels = or_kernels(q->precision),
               .blas = or_blas(q->precision),
               .loops = or_reflector(q->precision),
               .gain = gain,
               .det = 1,
               .q = *q};
  set_sizes(&s, q->rows, q->cols);
  or_status status = lay_out(&s, wide, q->precision, scratch, &bytes);
  if (status != OR_OK)
    return status;
  for (int k = (s.n - 1) / s.b * s.b; k >= 0; k -= s.b)
    apply_block(&s, k, s.n - k < s.b ? s.n - k : s.b);
  set_det(&s, det);
  if (wide)
    s.kernels->transpose(&s.q, q);
  return OR_OK;
}
