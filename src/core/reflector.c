/* reflector.c: see reflector.h. A template: compiled once for each precision
   (real.h). */
#include "reflector.h"

#include <math.h>
#include <string.h>

#include "clones.h"
#include "real.h"

/* --- reflections ---------------------------------------------------------*/

#define LANES 16

CLONES static double sum_squares(const real *restrict x, int n) {
  double t[LANES] = {0};
  int i = 0;
  for (; i + LANES <= n; i += LANES)
    for (int k = 0; k < LANES; k++)
      t[k] += (double)x[i + k] * (double)x[i + k];
  for (int k = 0; i < n; i++, k++)
    t[k] += (double)x[i] * (double)x[i];
  for (int half = LANES / 2; half > 0; half /= 2)
    for (int k = 0; k < half; k++)
      t[k] += t[k + half];
  return t[0];
}

/* One column, v = x to begin with; returns the sign of its first element,
   which is det(H) times the sign of beta. */
static int reflect_column(real *v, int n, double *h, double *sign) {
  double alpha = (double)v[0], norm = sqrt(sum_squares(v, n));
  int side = alpha < 0 ? -1 : 1;
  if (n == 1 || norm == 0) { /* one element is its own beta */
    memset(v, 0, (size_t)n * sizeof(real));
    *h = 1;
    *sign = side;
    return side;
  }
  v[0] = (real)(alpha + side * norm); /* beta = -side * norm */
  *h = norm * (norm + fabs(alpha));
  *sign = -side;
  return side;
}

static int reflect(const void *z, or_matrix *v, double *h, double *sign) {
  enum { BLOCK = 16 / sizeof(real) };
  const real *x = z;
  int product = 1;
  for (int k = v->cols - 1; k >= 0; k--) {
    real *column = COLUMN(v, k);
    int n = v->rows - k;
    memset(column, 0, (size_t)k * sizeof(real));
    memcpy(column + k, x, (size_t)n * sizeof(real));
    product *= reflect_column(column + k, n, &h[k], &sign[k]);
    x += ((size_t)n + BLOCK - 1) / BLOCK * BLOCK;
  }
  return product;
}

/* --- small triangles -----------------------------------------------------*/

enum { STEP = OR_REFLECTOR_STEP };

/* Column j of the inverse from those before it. Columns of t are STEP long:
   a full step at a time is faster than the part above the diagonal. */
CLONES static void invert_column(const real *restrict u, double h, int j,
                                 real (*restrict t)[STEP]) {
  real x[STEP] = {0}, scale = (real)(1 / h);
  for (int k = 0; k < j; k++)
    for (int i = 0; i < STEP; i++)
      x[i] += u[k] * t[k][i];
  for (int i = 0; i < STEP; i++)
    t[j][i] = -scale * x[i];
  t[j][j] = scale;
}

static void invert(const or_matrix *u, const double *h, or_matrix *t) {
  real columns[STEP][STEP];
  for (int j = 0; j < u->cols; j++) {
    invert_column(COLUMN(u, j), h[j], j, columns);
    memcpy(COLUMN(t, j), columns[j], (size_t)t->rows * sizeof(real));
  }
}

static void transpose_scaled(const or_matrix *v, const double *d,
                             or_matrix *w) {
  for (int i = 0; i < v->rows; i++) {
    const real *row = (const real *)v->data + i;
    real *column = COLUMN(w, i), scale = (real)d[i];
    for (int k = 0; k < v->cols; k++)
      column[k] = scale * row[(size_t)k * (size_t)v->ld];
  }
}

const or_reflector_table R(or_reflector) = {
    .reflect = reflect, .invert = invert, .transpose_scaled = transpose_scaled};
