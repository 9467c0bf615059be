/* haar.c: see haar.h. Blocks of reflections are applied at once, as
   I - V inv(U) V' (reflector.h), from the last to the first. */
#include "haar.h"

#include <limits.h>
#include <math.h>

#include "blas.h"
#include "kernels.h"
#include "parallel.h"
#include "reflector.h"

enum {
  STEP = OR_REFLECTOR_STEP,
  MOST = 128, /* reflections in a block */
  /* Up to so many columns are one panel, more are pairs of panels at most half
     as wide as WIDE: measured, narrower ones cost one thread 2 to 7 %. */
  NARROW = 128,
  WIDE = 512,
  ENOUGH = 1 << 14 /* elements of V that are worth a second thread's waking */
};

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
  int dets[MOST / STEP];
} sampler;

/* A block of reflections at work. Each of its three loops runs over tasks that
   are cut by shapes alone. */
typedef struct block {
  sampler *s;
  or_matrix v, w, x, c; /* the parts in use; c is what to make */
  int panels;           /* of c's columns but the first b */
} block;

/* Measured: larger blocks spend more on U, smaller ones run the products at
   less than full speed. */
static int block_size(int m, int n) {
  int b = n <= 128 ? 16 : n <= 256 ? 32 : n <= 512 ? 48 : n <= 1024 ? 64 : MOST;
  while ((m + (int64_t)STEP) * b > INT_MAX)
    b /= 2;
  return b < n ? b : n;
}

static void set_sizes(sampler *s, int rows, int cols) {
  s->m = rows > cols ? rows : cols;
  s->n = rows > cols ? cols : rows;
  s->b = block_size(s->m, s->n);
}

/* The work matrices, and the transpose of a wide result. Columns of v that are
   a power of two apart would share the same few lines of the cache. */
static or_status take_parts(sampler *s, or_matrix *q, or_arena *arena) {
  or_precision p = q->precision;
  if (s->m > INT_MAX - STEP)
    return OR_SIZE;
  s->z = or_take_matrix(arena, s->m + STEP, s->b, p);
  s->v = or_take_matrix(arena, s->m + STEP, s->b, p);
  s->w = or_take_matrix(arena, s->b, s->n, p);
  s->x = or_take_matrix(arena, s->b, s->n, p);
  s->u = or_take_matrix(arena, s->b, s->b, p);
  s->t = or_take_matrix(arena, STEP, s->b, p);
  s->q = q->rows < q->cols ? or_take_matrix(arena, s->m, s->n, p) : *q;
  TRY(or_ready(arena));
  q->exponent = 0;
  return OR_OK;
}

static int step_at(int j, int end) { return end - j < STEP ? end - j : STEP; }

/* Blocks of the generator that the normals of columns k .. end-1 take */
static int64_t blocks_of(const or_matrix *v, int k, int end) {
  int64_t count = 0, each = 16 / (int64_t)or_precision_size(v->precision);
  for (; k < end; k++)
    count += (v->rows - k + each - 1) / each;
  return count;
}

/* Draws the i-th STEP columns of v at once: a column begins at a fresh block
   of the generator, where the one behind it has ended. */
static void draw(void *context, int i) {
  block *p = context;
  sampler *s = p->s;
  int k = i * STEP, cols = step_at(k, p->v.cols);
  int64_t before = blocks_of(&p->v, k + cols, p->v.cols);
  int64_t count = blocks_of(&p->v, k, k + cols);
  or_rng r = {s->rng->key, s->rng->counter + (uint64_t)before};
  int each = 16 / (int)or_precision_size(p->v.precision);
  or_matrix z = or_matrix_over((char *)s->z.data + before * 16,
                               (int)count * each, 1, p->v.precision);
  or_matrix v = or_matrix_block(&p->v, 0, k, p->v.rows, cols);
  or_rng_normal(&r, 0, 1, &z);
  s->dets[i] = s->loops->reflect(z.data, k, &v, s->h + k, s->sign + k);
}

/* STEP columns of U, and the inverse of the triangle at their foot */
static void make_triangle(void *context, int i) {
  const block *p = context;
  const sampler *s = p->s;
  int j = i * STEP, cols = step_at(j, p->v.cols), rows = p->v.rows - j;
  or_matrix left = or_matrix_block(&p->v, j, 0, rows, j + cols);
  or_matrix right = or_matrix_block(&p->v, j, j, rows, cols);
  or_matrix column = or_matrix_block(&s->u, 0, j, j + cols, cols);
  or_matrix corner = or_matrix_block(&s->u, j, j, cols, cols);
  or_matrix inverse = or_matrix_block(&s->t, 0, j, cols, cols);
  s->blas->gemm_whole(true, false, 1, &left, &right, 0, &column);
  s->loops->invert(&corner, s->h + j, &inverse);
}

/* x = inv(U) w; destroys w. */
static void solve(const sampler *s, or_matrix *w, or_matrix *x) {
  int b = w->rows, cols = w->cols;
  for (int j = (b - 1) / STEP * STEP; j >= 0; j -= STEP) {
    int rows = step_at(j, b);
    or_matrix inverse = or_matrix_block(&s->t, 0, j, rows, rows);
    or_matrix column = or_matrix_block(&s->u, 0, j, j, rows);
    or_matrix above = or_matrix_block(w, 0, 0, j, cols);
    or_matrix wj = or_matrix_block(w, j, 0, rows, cols);
    or_matrix xj = or_matrix_block(x, j, 0, rows, cols);
    s->blas->gemm_whole(false, false, 1, &inverse, &wj, 0, &xj);
    s->blas->gemm_whole(false, false, -1, &column, &xj, 1, &above);
  }
}

/* c's first b columns: diag(d) - V inv(U) V1' diag(d), d = signs times gain */
static void begin(const block *p) {
  const sampler *s = p->s;
  int b = p->v.cols;
  or_matrix c = or_matrix_block(&p->c, 0, 0, p->c.rows, b);
  or_matrix w = or_matrix_block(&p->w, 0, 0, b, b);
  or_matrix x = or_matrix_block(&p->x, 0, 0, b, b);
  or_matrix v1 = or_matrix_block(&p->v, 0, 0, b, b);
  s->loops->transpose_scaled(&v1, s->sign, &w);
  solve(s, &w, &x);
  s->blas->gemm_whole(false, false, -1, &p->v, &x, 0, &c);
  for (int k = 0; k < b; k++)
    s->kernels->set(&c, k, k, s->kernels->get(&c, k, k) + s->sign[k]);
}

/* A panel of c's other columns, [0; C2] - V inv(U) V2' C2. */
static void apply(void *context, int i) {
  const block *p = context;
  const or_blas_table *blas = p->s->blas;
  int b = p->v.cols, m = p->c.rows - b, n = p->c.cols - b;
  int first = (int)((int64_t)n * i / p->panels);
  int cols = (int)((int64_t)n * (i + 1) / p->panels) - first;
  or_matrix top = or_matrix_block(&p->c, 0, b + first, b, cols);
  or_matrix c2 = or_matrix_block(&p->c, b, b + first, m, cols);
  or_matrix w = or_matrix_block(&p->w, 0, b + first, b, cols);
  or_matrix x = or_matrix_block(&p->x, 0, b + first, b, cols);
  or_matrix v1 = or_matrix_block(&p->v, 0, 0, b, b);
  or_matrix v2 = or_matrix_block(&p->v, b, 0, m, b);
  if (i == 0)
    begin(p);
  if (cols == 0)
    return;
  blas->gemm_whole(true, false, 1, &v2, &c2, 0, &w);
  solve(p->s, &w, &x);
  blas->gemm_whole(false, false, -1, &v1, &x, 0, &top);
  blas->gemm_whole(false, false, -1, &v2, &x, 1, &c2);
}

/* or_parallel, where it is worth it */
static void share(int64_t elements, int count, or_task *task, block *p) {
  if (elements >= ENOUGH)
    or_parallel(count, task, p);
  else
    for (int i = 0; i < count; i++)
      task(p, i);
}

/* q = H_k ... H_{k+b-1} q for the rows and columns from k on. */
static void apply_block(sampler *s, int k, int b) {
  int m = s->m - k, n = s->n - k, steps = (b + STEP - 1) / STEP;
  int old = n - b; /* columns that are made already */
  block p = {.s = s,
             .v = or_matrix_block(&s->v, 0, 0, m, b),
             .w = or_matrix_block(&s->w, 0, 0, b, n),
             .x = or_matrix_block(&s->x, 0, 0, b, n),
             .c = or_matrix_block(&s->q, k, k, m, n),
             .panels = old <= NARROW ? 1 : 2 * ((old + WIDE - 1) / WIDE)};
  share(m * (int64_t)b, steps, draw, &p);
  s->rng->counter += (uint64_t)blocks_of(&p.v, 0, b);
  for (int i = 0; i < steps; i++)
    s->det *= s->dets[i];
  for (int i = 0; i < b; i++)
    s->sign[i] *= s->gain;
  share(m * (int64_t)b, steps, make_triangle, &p);
  or_parallel(p.panels, apply, &p);
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
                  or_arena *arena) {
  size_t mark = arena->used;
  if (det != 0 && q->rows != q->cols)
    return OR_NOT_SQUARE;
  if (or_matrix_is_empty(q)) {
    q->exponent = 0;
    return det < 0 ? OR_ARGUMENT : OR_OK;
  }
  sampler s; /* not cleared: that would cost small matrices a percent */
  s.rng = r;
  s.kernels = or_kernels(q->precision);
  s.blas = or_blas(q->precision);
  s.loops = or_reflector(q->precision);
  s.gain = gain;
  s.det = 1;
  set_sizes(&s, q->rows, q->cols);
  TRY(take_parts(&s, q, arena));
  for (int k = (s.n - 1) / s.b * s.b; k >= 0; k -= s.b)
    apply_block(&s, k, s.n - k < s.b ? s.n - k : s.b);
  set_det(&s, det);
  if (q->rows < q->cols)
    s.kernels->transpose(&s.q, q);
  or_give_back(arena, mark);
  return OR_OK;
}
