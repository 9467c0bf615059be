/* column.h: columns of doubles, one number behind the other: the loops that
   chain.c and graded.c are made of. */
#ifndef OR_COLUMN_H
#define OR_COLUMN_H

#include "matrix.h"

/* Column j of a float64 matrix. */
static inline double *or_column(const or_matrix *m, int j) {
  return (double *)m->data + (size_t)j * (size_t)m->ld;
}

/* x'y */
double or_column_dot(const double *x, const double *y, size_t n);
/* y += f x */
void or_column_add(double f, const double *x, double *y, size_t n);
/* x = f x */
void or_column_scale(double f, double *x, size_t n);
/* ||x||, of any size */
double or_column_length(const double *x, size_t n);

#endif
