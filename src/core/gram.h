/* gram.h: how far Gram matrices are from where they should be, as sums of
   squares in float64. They are computed block by block, in the precision of
   their factors, and never stored; each block's part has a place of its own in
   the sum, so the order of work does not matter. Stored values: exponents are
   the caller's, and so is the danger of overflow. */
#ifndef OR_GRAM_H
#define OR_GRAM_H

#include "matrix.h"

/* ||f G - I||_F^2 for the Gram matrix G of a's columns, or of its rows. */
double or_gram_error(bool columns, const or_matrix *a, double f);
/* ||G||_F^2 */
double or_gram_square(bool columns, const or_matrix *a);
/* ||d m' + m d'||_F^2 */
double or_gram_change(const or_matrix *d, const or_matrix *m);

#endif
