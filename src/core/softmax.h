/* softmax.h: the loops over logits of cross-entropy and accuracy, for each
   precision (softmax.c). Stored values; exponents are the caller's. */
#ifndef OR_SOFTMAX_H
#define OR_SOFTMAX_H

#include "matrix.h"

/* d = z - the largest of its column, NaN apart. Returns the sum of the exact
   differences at row labels[j] of each column j; 0 where labels is NULL. */
double or_below_largest_f32(const or_matrix *z, const int *labels,
                            or_matrix *d);
double or_below_largest_f64(const or_matrix *z, const int *labels,
                            or_matrix *d);

/* d = exp(scale d), in place, d <= 0 or NaN; exp(0) = 1 whatever the scale,
   which may be Inf */
void or_exponentials_f32(double scale, or_matrix *d);
void or_exponentials_f64(double scale, or_matrix *d);

/* The first row of the largest element of column j; -1 if one is NaN. */
int or_largest_row_f32(const or_matrix *m, int j);
int or_largest_row_f64(const or_matrix *m, int j);

#endif
