/* reduction.h: sums, extremes and the Frobenius norm of a matrix. */
#ifndef OR_REDUCTION_H
#define OR_REDUCTION_H

#include "matrix.h"
#include "norm.h"

/* Reductions over stored values, times 2^exponent where a double holds it.
   Sums run in double, in lanes whose order never changes. */
double or_matrix_sum(const or_matrix *m);
or_status or_matrix_extremes(const or_matrix *m, double *low, double *high);
/* s[j], j < cols = sum of column j; s[i], i < rows = sum of row i. */
void or_matrix_column_sums(const or_matrix *m, or_matrix *s /* 1 x cols */);
void or_matrix_row_sums(const or_matrix *m, or_matrix *s /* rows x 1 */);
/* Frobenius inner product sum_ij x_ij y_ij of equal shapes. */
or_status or_matrix_dot(const or_matrix *x, const or_matrix *y, double *dot);

/* ||m||_F without overflow, |value| in [1,2) or 0, NaN, Inf. */
or_norm or_matrix_frobenius(const or_matrix *m);

#endif
