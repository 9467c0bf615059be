/* graded.h: QR with complete pivoting of C W, W diagonal, where rows and
   columns of C may differ by any factor and W's elements have exponents of
   their own.

   Each step takes the column that is largest in C W and the row that is largest
   in it. Then what is lost is relative to each row (Cox, Higham 1998, Stability
   of Householder QR for weighted least squares) and to each column (Higham
   2000, QR with complete pivoting and accurate computation of the SVD), where
   LAPACK's loses what is eps of C's largest.

   Steps are taken in blocks, as LAPACK's geqp3 does: half the work is a product
   of matrices. */
#ifndef OR_GRADED_H
#define OR_GRADED_H

#include <signal.h>

#include "arena.h"
#include "norm.h"

typedef struct or_graded {
  or_matrix c;      /* R above the diagonal, below it the reflectors' vectors */
  or_matrix noise;  /* squares of what rounding of C's elements is relative to;
                       0 rows: not known that well */
  double *row_size; /* then: rounding of element (i,j) is relative to no more */
  double *col_size; /* than row i's and column j's */
  or_norm *weight;  /* W, in the columns' new order */
  int *cols, *rows; /* the columns and rows that stand at each place */
  double *diagonal, *tau; /* R's; the reflectors' factors */
  double *norm, *known;   /* of columns: below R; when last computed, or -1 */
  or_matrix f;            /* of a block: C = C - V F', columns x block */
  int start;              /* where the block begins */
  or_matrix q;            /* work: Q before its rows are put back, */
  double *spare;          /* a row of R */
  void *work;
  size_t work_size;
  const volatile sig_atomic_t *interrupted; /* the caller's to set, or NULL */
} or_graded;

/* Takes memory for C of at most so many rows and columns; the noise, row and
   column sizes and weights are the caller's. */
void or_graded_take(or_graded *g, int rows, int cols, or_arena *arena);

enum { OR_DOUBTFUL = -2 };

/* Factors g->c and returns its rank: the number of steps until what is left is
   0 or, where there is noise, `slack` of that. Without noise: OR_DOUBTFUL where
   the column that comes next may be rounding. With a slack of 0 nothing is.
   Interrupted it stops where it is: its results are then worth nothing. */
int or_graded_factor(or_graded *g, double slack);
/* Q's first `rank` columns, with signs that make R's diagonal positive; work is
   LAPACK's. */
or_status or_graded_q(or_graded *g, int rank, or_matrix *q);
/* R's first `rank` rows, the columns in C's order. */
void or_graded_r(const or_graded *g, int rank, or_matrix *r);
/* The noise that these have, squared. */
void or_graded_noise(const or_graded *g, int rank, or_matrix *noise);

#endif
