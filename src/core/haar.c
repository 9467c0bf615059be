/* haar.c: see haar.h. Reflections are kept as H = I - v v' with ||v||^2 = 2,
   and a block of them is applied at once: H_1 ... H_b = I - V T V', where
   inv(T) is the upper triangle of V'V with ones on its diagonal (the UT
   transform: Joffrain et al., ACM TOMS 32, 2006). */
#include "haar.h"

#include <math.h>

#include "blas.h"
#include "kernels.h"

typedef struct sampler {
  or_rng *rng;
  const or_kernels_table *kernels;
  const or_blas_table *blas;
  double gain;
  int det;     /* of the product so far */
  int m, n, b; /* rows, cols (m >= n), reflections in a block */
  or_matrix q; /* m x n */
  or_matrix v; /* m x b: a block's vectors */
  or_matrix w; /* b x n: V' C */
  or_matrix x; /* b x n: T V' C */
  or_matrix g; /* b x b: V'V */
  or_matrix t; /* b x b: T */
} sampler;

/* Measured: larger blocks spend more on V'V and T, smaller ones run the
   products at less than full speed. */
static int block_size(int n) {
  int b = n <= 64 ? 16 : n <= 256 ? 32 : 48;
  return b < n ? b : n;
}

/* The work matrices, and the transpose of a wide result; NULL data
   asks for the size alone. */
static or_status lay_out(sampler *s, bool wide, or_precision p, char *data,
                         size_t *bytes) {
  or_matrix *part[] = {&s->v, &s->w, &s->x, &s->g, &s->t, &s->q};
  int rows[] = {s->m, s->b, s->b, s->b, s->b, s->m};
  int cols[] = {s->b, s->n, s->n, s->b, s->b, s->n};
  *bytes = 0;
  for (int i = 0; i < 5 + wide; i++) {
    size_t need;
    if (or_matrix_bytes(rows[i], cols[i], p, &need) != OR_OK)
      return OR_SIZE;
    if (data)
      *part[i] = or_matrix_over(data + *bytes, rows[i], cols[i], p);
    *bytes += (need + OR_ALIGNMENT - 1) / OR_ALIGNMENT * OR_ALIGNMENT;
  }
  return OR_OK;
}

static void set_sizes(sampler *s, int rows, int cols) {
  s->m = rows > cols ? rows : cols;
  s->n = rows > cols ? cols : rows;
  s->b = block_size(s->n);
}

or_status or_haar_scratch(int rows, int cols, or_precision p, size_t *bytes) {
  sampler s;
  set_sizes(&s, rows, cols);
  return lay_out(&s, rows < cols, p, NULL, bytes);
}

/* Draws x and turns it into its reflection's v; returns sign(beta), where H x
   = beta e_1. One element alone is its own beta, with nothing to reflect. */
static int draw_reflection(sampler *s, or_matrix *x) {
  or_rng_normal(s->rng, 0, 1, x);
  double alpha = s->kernels->get(x, 0, 0);
  double norm = sqrt(s->kernels->sum_squares(x, 1));
  int sign = alpha < 0 ? -1 : 1;
  if (x->rows == 1 || norm == 0) {
    s->kernels->fill(x, 0);
    s->det *= sign;
    return sign;
  }
  s->kernels->set(x, 0, 0, alpha + sign * norm); /* beta = -sign * norm */
  s->kernels->scale(1 / sqrt(norm * (norm + fabs(alpha))), x, x);
  s->det *= sign; /* det H = -1, and so is beta's sign against alpha's */
  return -sign;
}

/* Draws the block of `b` reflections that starts at column k. Leaves V (zeros
   above its diagonal), the signs times gain on the diagonal of c, zeros in
   the rest of c's first b columns and rows, and V1' diag(c) in w. */
static void draw_block(sampler *s, or_matrix *v, or_matrix *c, or_matrix *w) {
  int b = v->cols;
  or_matrix top = or_matrix_block(c, 0, 0, b, c->cols);
  or_matrix left = or_matrix_block(c, b, 0, c->rows - b, b);
  or_matrix v1 = or_matrix_block(v, 0, 0, b, b);
  or_matrix w1 = or_matrix_block(w, 0, 0, b, b);
  s->kernels->fill(&top, 0);
  s->kernels->fill(&left, 0);
  for (int k = b - 1; k >= 0; k--) {
    or_matrix above = or_matrix_block(v, 0, k, k, 1);
    or_matrix x = or_matrix_block(v, k, k, v->rows - k, 1);
    s->kernels->fill(&above, 0);
    s->kernels->set(c, k, k, draw_reflection(s, &x) * s->gain);
  }
  s->kernels->transpose(&v1, &w1);
  for (int k = 0; k < b; k++) {
    or_matrix column = or_matrix_block(&w1, 0, k, k + 1, 1);
    s->kernels->scale(s->kernels->get(c, k, k), &column, &column);
  }
}

/* c = H_k ... H_{k+b-1} c for the rows and columns from k on. */
static void apply_block(sampler *s, int k, int b) {
  int m = s->m - k, n = s->n - k;
  or_matrix v = or_matrix_block(&s->v, 0, 0, m, b);
  or_matrix g = or_matrix_block(&s->g, 0, 0, b, b);
  or_matrix t = or_matrix_block(&s->t, 0, 0, b, b);
  or_matrix w = or_matrix_block(&s->w, 0, 0, b, n);
  or_matrix x = or_matrix_block(&s->x, 0, 0, b, n);
  or_matrix c = or_matrix_block(&s->q, k, k, m, n);
  or_matrix v2 = or_matrix_block(&v, b, 0, m - b, b);
  or_matrix c2 = or_matrix_block(&c, b, b, m - b, n - b);
  or_matrix w2 = or_matrix_block(&w, 0, b, b, n - b);
  draw_block(s, &v, &c, &w);
  s->blas->syrk(true, &v, &g);
  or_matrix_eye(&t);
  s->blas->trsm(false, false, true, true, 1, &g, &t);
  s->blas->gemm(true, false, 1, &v2, &c2, 0, &w2);
  s->blas->gemm(false, false, 1, &t, &w, 0, &x);
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
