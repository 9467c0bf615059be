/* gram.h: sizes of symmetric matrices, Gram matrices above all, as sums of
   squares in float64, block by block over the threads. A Gram matrix is
   computed in its factor's precision, a block at a time, and never stored.
   Each block has its own place in the sum: the same bits for any number of
   threads. Stored values: exponents are the caller's, and so is the danger of
   overflow. */
#ifndef OR_GRAM_H
#define OR_GRAM_H

#include "matrix.h"

/* ||f G - I||_F^2 for the Gram matrix G of a's columns, or of its rows. */
double or_gram_error(bool columns, const or_matrix *a, double f);
/* ||G||_F^2 */
double or_gram_square(bool columns, const or_matrix *a);
/* ||G - start||_F^2, of start's lower triangle; it has a's precision */
double or_gram_difference(bool columns, const or_matrix *a,
                          const or_matrix *start);
/* <a'a, b'b> = ||a b'||_F^2: a and b have as many columns */
double or_gram_product(const or_matrix *a, const or_matrix *b);
/* ||p + sign p'||_F^2, p square: four times that of its symmetric part (sign
   1) or of its skew part (sign -1) */
double or_gram_with_transpose(const or_matrix *p, double sign);

#endif
