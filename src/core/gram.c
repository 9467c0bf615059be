/* gram.c: see gram.h. Only blocks on and below the diagonal are computed; what
   is below it counts twice. */
#include "gram.h"

#include "blas.h"
#include "kernels.h"

/* A block is small enough for the second level of cache and for the stack. */
enum { BLOCK = 128, PARTS = 64 };

/* A sum over the blocks: part p is that of blocks p, p + PARTS, ... */
typedef struct gram {
  double (*square)(const struct gram *, int i, int j, or_matrix *block);
  bool columns;
  const or_matrix *a, *b;
  double factor, diagonal; /* factor G - diagonal I */
  int side, blocks;
  double parts[PARTS];
} gram;

/* --- one block ---------------------------------------------------------- */

static int length(const gram *g, int i) {
  int left = g->side - i * BLOCK;
  return left < BLOCK ? left : BLOCK;
}

/* What block row i of the Gram matrix is made of. */
static or_matrix slice(const gram *g, const or_matrix *a, int i) {
  return g->columns ? or_matrix_block(a, 0, i * BLOCK, a->rows, length(g, i))
                    : or_matrix_block(a, i * BLOCK, 0, length(g, i), a->cols);
}

/* c = beta c + a_i b_j' */
static void product(const gram *g, const or_matrix *a, int i,
                    const or_matrix *b, int j, double beta, or_matrix *c) {
  or_matrix left = slice(g, a, i), right = slice(g, b, j);
  or_blas(a->precision)
      ->gemm(g->columns, !g->columns, 1, &left, &right, beta, c);
}

static double sum_squares(const or_matrix *c, double f) {
  return or_kernels(c->precision)->sum_squares(c, f);
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
  if (i != j) {
    product(g, g->a, i, g->a, j, 0, c);
    return 2 * sum_squares(c, g->factor);
  }
  or_matrix left = slice(g, g->a, i);
  or_blas(c->precision)->syrk(g->columns, &left, c);
  return lower_square(g, c);
}

/* A product plus its transpose where both are to be had at once. */
static double change_square(const gram *g, int i, int j, or_matrix *c) {
  product(g, g->a, i, g->b, j, 0, c);
  if (i != j) {
    product(g, g->b, i, g->a, j, 1, c);
    return 2 * sum_squares(c, 1);
  }
  _Alignas(OR_ALIGNMENT) double memory[BLOCK * BLOCK];
  or_matrix t = or_matrix_over(memory, c->rows, c->cols, c->precision);
  or_kernels(c->precision)->transpose(c, &t);
  or_kernels(c->precision)->add(1, c, 1, &t, c);
  return sum_squares(c, 1);
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
  for (int p = 0; p < parts; p++)
    part(g, p);
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

double or_gram_change(const or_matrix *d, const or_matrix *m) {
  gram g = {.square = change_square, .a = d, .b = m, .side = d->rows};
  return total(&g);
}
