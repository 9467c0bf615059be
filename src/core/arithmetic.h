/* arithmetic.h: elementwise arithmetic. No result overflows: each goes back
   into the window (exponent.h), so that the next operation starts far from the
   ends of the range. */
#ifndef OR_ARITHMETIC_H
#define OR_ARITHMETIC_H

#include "matrix.h"

void or_matrix_transpose(const or_matrix *x, or_matrix *y); /* y = x' */
/* y = alpha * x; alpha finite. Huge alphas go to the exponent. */
void or_matrix_scale(double alpha, const or_matrix *x, or_matrix *y);
/* z = alpha x + beta y, exponents aligned to the larger term. y may be a
   column (rows x 1) or a row (1 x cols), which then broadcasts. z may be x. */
or_status or_matrix_add(double alpha, const or_matrix *x, double beta,
                        const or_matrix *y, or_matrix *z);
/* z = x .* y and z = x ./ y, broadcasting y as or_matrix_add does. */
or_status or_matrix_hadamard(const or_matrix *x, const or_matrix *y,
                             or_matrix *z);
or_status or_matrix_divide(const or_matrix *x, const or_matrix *y,
                           or_matrix *z);

#endif
