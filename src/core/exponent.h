/* exponent.h: the power of two of a matrix: into the window that products are
   safe in, and back into the elements. */
#ifndef OR_EXPONENT_H
#define OR_EXPONENT_H

#include "matrix.h"

/* Would x, given `exponent` and precision p, hold all its finite values? */
bool or_matrix_fits(const or_matrix *x, or_precision p, int64_t exponent);
/* Folds the exponent into the elements: exponent 0 after it, and OR_OK; or
   OR_RANGE and nothing changed where a value would overflow. */
or_status or_matrix_fold(or_matrix *m);
/* The same whatever comes: overflows to Inf and vanishes to 0 as IEEE does. */
void or_matrix_unscale(or_matrix *m);
/* Moves powers of two into the exponent until the largest stored magnitude
   is in [1,2). Exact. Zero matrices get exponent 0. */
void or_matrix_normalize(or_matrix *m);
/* As or_matrix_normalize, only if max_abs (the stored maximum, known to the
   caller) lies outside the window that products are safe in. */
void or_matrix_keep_in_window(or_matrix *m, double max_abs);
bool or_in_window(or_precision p, double max_abs);
/* The same for a result that has just been made, whose maximum is not known. */
void or_matrix_keep_result(or_matrix *m);
/* Is a matrix whose largest element is about 2^log2 better off with an
   exponent? Below this products lose digits: they count denormals as zero. */
bool or_loses_digits(or_precision p, int64_t log2);
/* Back to exponent 0 where that neither overflows nor loses digits. */
void or_matrix_settle(or_matrix *m);

#endif
