/* column.c: see column.h. */
#include "column.h"

#include <math.h>

#include "clones.h"

enum { LANES = 8 };

CLONES double or_column_dot(const double *x, const double *y, size_t n) {
  double sum[LANES] = {0}, total = 0;
  size_t i = 0;
  for (; i + LANES <= n; i += LANES)
    for (size_t k = 0; k < LANES; k++)
      sum[k] += x[i + k] * y[i + k];
  for (size_t k = 0; i < n; i++, k++)
    sum[k] += x[i] * y[i];
  for (size_t k = 0; k < LANES; k++)
    total += sum[k];
  return total;
}

CLONES void or_column_add(double f, const double *x, double *y, size_t n) {
  for (size_t i = 0; i < n; i++)
    y[i] += f * x[i];
}

void or_column_scale(double f, double *x, size_t n) {
  for (size_t i = 0; i < n; i++)
    x[i] *= f;
}

double or_column_length(const double *x, size_t n) {
  double square = or_column_dot(x, x, n), top = 0, sum = 0;
  if (square > 1e-250 && square < 1e250)
    return sqrt(square);
  for (size_t i = 0; i < n; i++)
    top = fmax(top, fabs(x[i]));
  for (size_t i = 0; i < n && top > 0; i++)
    sum += (x[i] / top) * (x[i] / top);
  return top * sqrt(sum);
}
