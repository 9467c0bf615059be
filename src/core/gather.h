/* gather.h: columns of one matrix, in any order, into another: what makes a
   batch of shuffled samples. */
#ifndef OR_GATHER_H
#define OR_GATHER_H

#include "matrix.h"

/* Column k of `to` becomes column columns[k] of `from`. Rows and precision
   agree, exponents are not looked at. Where the two overlap, the result is
   unspecified. */
void or_gather(const or_matrix *from, const int *columns, or_matrix *to);

#endif
