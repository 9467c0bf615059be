/* softmax.c: see softmax.h. A template: compiled once for each precision. */
#include "softmax.h"

#include <stdint.h>

#include "clones.h"
#include "real.h"

#if OR_BITS == 32
typedef int32_t bits;
#else
typedef int64_t bits;
#endif
#include "exponential.h"

enum { LANES = 16 };

/* max x, n > 0; NaN does not count unless x begins with it. In lanes, or the
   loop waits for each comparison. */
CLONES static real largest(const real *x, size_t n) {
  real top[LANES];
  size_t i = 0;
  for (size_t k = 0; k < LANES; k++)
    top[k] = x[0];
  for (; i + LANES <= n; i += LANES)
    for (size_t k = 0; k < LANES; k++)
      top[k] = x[i + k] > top[k] ? x[i + k] : top[k];
  for (; i < n; i++)
    top[0] = x[i] > top[0] ? x[i] : top[0];
  for (size_t k = 1; k < LANES; k++)
    top[0] = top[k] > top[0] ? top[k] : top[0];
  return top[0];
}

CLONES static bool has_nan(const real *x, size_t n) {
  bits found = 0;
  for (size_t i = 0; i < n; i++)
    found |= x[i] != x[i];
  return found;
}

CLONES static void subtract(const real *x, real top, real *d, size_t n) {
  for (size_t i = 0; i < n; i++)
    d[i] = x[i] - top;
}

double R(or_below_largest)(const or_matrix *z, const int *labels,
                           or_matrix *d) {
  double sum = 0;
  for (int j = 0; j < z->cols; j++) {
    const real *x = COLUMN(z, j);
    real top = largest(x, (size_t)z->rows);
    subtract(x, top, COLUMN(d, j), (size_t)z->rows);
    if (labels)
      sum += (double)x[labels[j]] - (double)top;
  }
  return sum;
}

CLONES static void exponentials(real f, real *d, size_t n) {
  for (size_t i = 0; i < n; i++) {
    real e = exp_below(f * d[i]);
    d[i] = d[i] == 0 ? 1 : e;
  }
}

/* In one loop where columns lie side by side: they may be short. A scale that
   underflows would make NaN of -Inf. */
void R(or_exponentials)(double scale, or_matrix *d) {
  bool whole = or_matrix_is_packed(d);
  real f = scale < (double)REAL_MIN ? REAL_MIN : (real)scale;
  size_t n = (size_t)d->rows * (size_t)(whole ? d->cols : 1);
  for (int j = 0; j < (whole ? 1 : d->cols); j++)
    exponentials(f, COLUMN(d, j), n);
}

int R(or_largest_row)(const or_matrix *m, int j) {
  const real *x = COLUMN(m, j);
  real top = largest(x, (size_t)m->rows);
  int i = 0;
  if (has_nan(x, (size_t)m->rows))
    return -1;
  while (x[i] != top)
    i++;
  return i;
}
