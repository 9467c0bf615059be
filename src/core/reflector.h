/* reflector.h: the loops over elements behind haar.c, one table per precision
   (reflector.c is the template). A reflection is H = I - v v' / h with
   h = ||v||^2 / 2; a block of b of them is H_1 ... H_b = I - V inv(U) V', U
   upper triangular: V'V above the diagonal, the h on it (the UT transform:
   Joffrain et al., ACM TOMS 32, 2006). */
#ifndef OR_REFLECTOR_H
#define OR_REFLECTOR_H

#include "matrix.h"

enum { OR_REFLECTOR_STEP = 16 }; /* also the size of inverted triangles */

typedef struct or_reflector_table {
  /* Makes the columns of v (m x b) vectors of reflections: column k is zero
     above row first + k. z holds the standard normals x of each column from
     there on, the last column's first, each on a new 16 bytes; after each
     column of v there is room for STEP elements. H_k maps x to beta e_1; h[k]
     is as above and sign[k] the sign of beta. Where x has one element H_k = I.
     Returns the product of all det(H_k) sign[k]. */
  int (*reflect)(const void *z, int first, or_matrix *v, double *h,
                 double *sign);
  /* t = inv(upper triangle of u with h on the diagonal), with zeros below;
     at most STEP rows */
  void (*invert)(const or_matrix *u, const double *h, or_matrix *t);
  /* w = v' diag(d), square */
  void (*transpose_scaled)(const or_matrix *v, const double *d, or_matrix *w);
} or_reflector_table;

extern const or_reflector_table or_reflector_f32, or_reflector_f64;

static inline const or_reflector_table *or_reflector(or_precision p) {
  return OR_FOR_PRECISION(p, &or_reflector);
}

#endif
