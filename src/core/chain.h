/* chain.h: the singular values of a product of many matrices, each with an
   error relative to itself, where the product as a matrix would have overflowed
   or lost all but its largest.

   The product so far is kept as U D T: U has orthonormal columns, D is diagonal
   with exponents of its own, T is well-conditioned with rows about 1. A factor
   more, A U = Q R with columns pivoted by what they are in A U D, gives U = Q,
   and R D = D' T' with |T'_ij| <= 1: nothing large ever meets anything small
   (Stewart, On graded QR decompositions of products of matrices, 1997; in
   physics Loh et al. 1989). At the end one-sided Jacobi rotations, which keep
   relative accuracy in graded columns (Demmel, Veselic 1992), of columns that
   carry exponents.

   What is lost is each factor's own: some n eps times the condition number that
   is left when its rows and columns have been scaled at will. Rows are no
   trouble (graded.h), nor are terms that cancel in A U, which is made in more
   digits (accurate.h): factors whose singular vectors meet, Q2 D1 Q1' and
   Q3 D2 Q2', lose n eps alone. Where columns are far apart, or a direction
   might be nothing but rounding, A itself is factored before, A = Q R, and R's
   rows take the scales; there, too, rounding of each element is followed, and a
   direction that is no more than that is gone: the rank falls. All of it is
   float64, whatever the factors are. */
#ifndef OR_CHAIN_H
#define OR_CHAIN_H

#include <signal.h>

#include "accurate.h"
#include "arena.h"
#include "graded.h"
#include "norm.h"

typedef struct or_chain {
  int cols;         /* of the product; n */
  int rows, rank;   /* of U so far */
  int most;         /* the most rows that a factor has */
  or_matrix u;      /* most x n */
  or_matrix t, m;   /* T; T' */
  or_matrix w;      /* work, n x n */
  or_matrix factor; /* A in float64, most x most */
  or_matrix q, r;   /* of A = Q R, most x most */
  or_matrix noise, squares;
  or_norm *d;      /* D: value * 2^exponent, */
  or_norm *next;   /* and the next one */
  or_norm *weight; /* D in the order of columns */
  or_graded qr;    /* of A U */
  or_accurate product;
  double *a; /* lengths of A's columns */
  double *row_size, *col_size;
  const volatile sig_atomic_t *interrupted; /* the caller's to set, or NULL */
} or_chain;

/* Takes the memory of a product with so many columns of factors of at most so
   many rows (and columns), OR_SCRATCH: the arena has too few bytes; and makes
   it the identity. */
or_status or_chain_begin(or_chain *p, int cols, int most, or_arena *arena);
/* Interrupted, the functions below return early, with OR_INTERRUPTED or not:
   the product is then worth nothing. */
/* The product becomes A times it, or with `transposed` A' times it. OR_SHAPE,
   OR_NOT_FINITE with its place in the arena. */
or_status or_chain_multiply(or_chain *p, bool transposed, const or_matrix *a,
                            or_arena *arena);
/* The singular values, largest first, p->rank of them: the product's others are
   0. It is used up. OR_NO_CONVERGENCE, OR_INTERRUPTED */
or_status or_chain_values(or_chain *p, or_norm *values);

/* The mean of `count` numbers, `stride` apart, and its standard error, where
   neighbours may be correlated: Newey and West's (1987), by Bartlett's weights
   over count^(1/3) of them. The error of one number is NaN. */
typedef struct or_average {
  double mean, error;
} or_average;
or_average or_series_average(const double *x, int stride, int count);

#endif
