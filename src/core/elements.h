/* elements.h: looking at a matrix's elements, setting and copying them. */
#ifndef OR_ELEMENTS_H
#define OR_ELEMENTS_H

#include "matrix.h"

or_scan or_matrix_scan(const or_matrix *m);
/* OR_OK, or OR_NOT_FINITE with the first bad place (0-based) in *i, *j. */
or_status or_matrix_check_finite(const or_matrix *m, int *i, int *j);

/* Element (i,j) as a double. OR_RANGE where the exponent takes it beyond
   what a double holds (*value is then +-Inf); underflow gives 0. */
or_status or_matrix_get(const or_matrix *m, int i, int j, double *value);
/* Sets (i,j). OR_RANGE where a finite value would become infinite. */
or_status or_matrix_set(or_matrix *m, int i, int j, double value);

void or_matrix_fill(or_matrix *m, double value); /* exponent becomes 0 */
void or_matrix_eye(or_matrix *m);                /* ones on the diagonal */

/* y = x, any precisions, any exponents; y takes x's exponent. x and y may be
   the same matrix, and may not overlap otherwise. */
void or_matrix_copy(const or_matrix *x, or_matrix *y);
/* y = x with y's exponent kept as it is (for views and in-place assignment).
   OR_RANGE, with y partly written, where a finite value becomes infinite:
   ask or_matrix_fits first. */
or_status or_matrix_assign(const or_matrix *x, or_matrix *y);

#endif
