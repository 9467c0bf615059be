/* gram.c: see gram.h. Only blocks on and below the diagonal are computed; what
   is below it counts twice. */
#include "gram.h"

#include "blas.h"
#include "kernels.h"
#include "parallel.h"

/* A block is small enough for the second level of cache and for the stack. */
enum { BLOCK = 128, PARTS = 64 };

/* A sum over the blocks: part p is that of blocks p, p + PARTS, ... */
typedef struct gram {
  double (*square)(const struct gram *, int i, int j, or_matrix *block);
  bool columns;
  const or_matrix *a, *b;
  const or_matrix *start; /* NULL: factor G - diagonal I; else G - start */
  double factor, diagonal;
  int side, blocks;
  double parts[PARTS];
} gram;

/* --- one block ---------------------------------------------------------- */

static int length(const gram *g, int i) {
  int left = g->side - i * BLOCK;
  return left < BLOCK ? left : BLOCK;
}

/* What block row i of the Gram matrix is made of. */
static or_matrix slice(const gram *g, int i) {
  const or_matrix *a = g->a;
  return g->columns ? or_matrix_block(a, 0, i * BLOCK, a->rows, length(g, i))
                    : or_matrix_block(a, i * BLOCK, 0, length(g, i), a->cols);
}

static double sum_squares(const or_matrix *c, double f) {
  return or_kernels(c->precision)->sum_squares(c, f);
}

/* c less its part of start, on and below the diagonal */
static void subtract_start(const gram *g, int i, int j, or_matrix *c) {
  if (!g->start)
    return;
  or_matrix s =
      or_matrix_block(g->start, i * BLOCK, j * BLOCK, c->rows, c->cols);
  for (int k = 0; k < c->cols; k++) {
    int from = i == j ? k : 0;
    or_matrix to = or_matrix_block(c, from, k, c->rows - from, 1);
    or_matrix less = or_matrix_block(&s, from, k, c->rows - from, 1);
    or_kernels(c->precision)->add(1, &to, -1, &less, &to);
  }
}

/* ||factor c - diagonal I||^2 of a symmetric c that has its lower half */
static double lower_square(const gram *g, const or_matrix *c) {
  double below = 0, on = 0;
  for (int j = 0; j < c->cols; j++) {
    or_matrix rest = or_matrix_block(c, j + 1, j, c->rows - j - 1, 1);
    double d = g->factor * or_kernels(c->precision)->get(c, j, j) - g->diagonal;
    below += sum_squares(&rest, g->factor);
    on += d * d;
  }
  return on + 2 * below;
}

static double error_square(const gram *g, int i, int j, or_matrix *c) {
  const or_blas_table *blas = or_blas(c->precision);
  or_matrix left = slice(g, i), right = slice(g, j);
  if (i == j) {
    blas->syrk(g->columns, &left, c);
    subtract_start(g, i, j, c);
    return lower_square(g, c);
  }
  blas->gemm(g->columns, !g->columns, 1, &left, &right, 0, c);
  subtract_start(g, i, j, c);
  return 2 * sum_squares(c, g->factor);
}

static double with_transpose(const gram *g, int i, int j, or_matrix *c) {
  int rows = c->rows, cols = c->cols;
  or_matrix lower = or_matrix_block(g->a, i * BLOCK, j * BLOCK, rows, cols);
  or_matrix upper = or_matrix_block(g->a, j * BLOCK, i * BLOCK, cols, rows);
  or_kernels(c->precision)->transpose(&upper, c);
  or_kernels(c->precision)->add(1, &lower, g->factor, c, c);
  return (i == j ? 1 : 2) * sum_squares(c, 1);
}

/* <a'a, b'b>: c is free, and so is as much on the stack. */
static double product(const gram *g, int i, int j, or_matrix *c) {
  _Alignas(OR_ALIGNMENT) double memory[BLOCK * BLOCK];
  const or_blas_table *blas = or_blas(c->precision);
  const or_matrix *b = g->b;
  or_matrix d = or_matrix_over(memory, c->rows, c->cols, c->precision);
  or_matrix left = slice(g, i), right = slice(g, j);
  blas->gemm(true, false, 1, &left, &right, 0, c);
  left = or_matrix_block(b, 0, i * BLOCK, b->rows, c->rows);
  right = or_matrix_block(b, 0, j * BLOCK, b->rows, c->cols);
  blas->gemm(true, false, 1, &left, &right, 0, &d);
  return (i == j ? 1 : 2) * or_kernels(c->precision)->dot(c, &d);
}

/* --- all of them -------------------------------------------------------- */

/* The blocks below the diagonal come first: they take longer. */
static double block_square(const gram *g, int k) {
  _Alignas(OR_ALIGNMENT) double memory[BLOCK * BLOCK];
  int i = 1, side = (g->side + BLOCK - 1) / BLOCK, below = g->blocks - side;
  int j = k - below;
  if (j >= 0)
    i = j;
  else
    for (j = k; j >= i; i++)
      j -= i;
  or_matrix c =
      or_matrix_over(memory, length(g, i), length(g, j), g->a->precision);
  return g->square(g, i, j, &c);
}

static void part(void *context, int p) {
  gram *g = context;
  g->parts[p] = 0;
  for (int k = p; k < g->blocks; k += PARTS)
    g->parts[p] += block_square(g, k);
}

static double total(gram *g) {
  int n = (g->side + BLOCK - 1) / BLOCK;
  g->blocks = n * (n + 1) / 2;
  int parts = g->blocks < PARTS ? g->blocks : PARTS;
  or_parallel(parts, part, g);
  double sum = 0;
  for (int p = 0; p < parts; p++)
    sum += g->parts[p];
  return sum;
}

double or_gram_error(bool columns, const or_matrix *a, double f) {
  gram g = {.square = error_square, .columns = columns, .a = a, .factor = f};
  g.diagonal = 1;
  g.side = columns ? a->cols : a->rows;
  return total(&g);
}

double or_gram_square(bool columns, const or_matrix *a) {
  gram g = {.square = error_square, .columns = columns, .a = a, .factor = 1};
  g.side = columns ? a->cols : a->rows;
  return total(&g);
}

double or_gram_difference(bool columns, const or_matrix *a,
                          const or_matrix *start) {
  gram g = {.square = error_square, .columns = columns, .a = a, .factor = 1};
  g.start = start;
  g.side = columns ? a->cols : a->rows;
  return total(&g);
}

double or_gram_product(const or_matrix *a, const or_matrix *b) {
  gram g = {.square = product, .columns = true, .a = a, .b = b};
  g.side = a->cols;
  return total(&g);
}

double or_gram_with_transpose(const or_matrix *p, double sign) {
  gram g = {.square = with_transpose, .a = p, .factor = sign};
  g.side = p->rows;
  return total(&g);
}
