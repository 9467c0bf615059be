/* accurate.h: products in float64 whose elements are right to their own last
   digits where terms cancel.

   Both factors are split, a row of A and a column of B at a time, into what has
   so few bits that sums of products are exact, and the rest: A B = A1 B1 +
   (A1 B2 + A2 B), of which the first is exact and the others are 2^-b as large,
   b about 22 (Ozaki, Ogita, Oishi, Rump 2012). The error of an element is eps
   of itself and n eps 2^-b of |a||b|, for three products by BLAS. */
#ifndef OR_ACCURATE_H
#define OR_ACCURATE_H

#include "arena.h"

typedef struct or_accurate {
  or_matrix a1, a2, b1, b2; /* the parts */
  or_matrix rest;
  double *shift; /* of rows: what rounds to the first part's last bit */
} or_accurate;

/* Takes memory for products of m x k by k x n, or smaller ones. */
void or_accurate_take(or_accurate *w, int m, int k, int n, or_arena *arena);
/* c = a b; packed columns, c none of them. Finite elements of at most 2^900. */
void or_accurate_product(or_accurate *w, const or_matrix *a, const or_matrix *b,
                         or_matrix *c);

#endif
