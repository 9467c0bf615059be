/* reflector.c: see reflector.h. A template: compiled once for each precision
   (real.h). */
#include "reflector.h"

#include <math.h>
#include <string.h>

#include "clones.h"
#include "real.h"

enum { STEP = OR_REFLECTOR_STEP };

/* --- reflections ---------------------------------------------------------*/

typedef real half __attribute__((vector_size(8 * sizeof(real))));
typedef double wide __attribute__((vector_size(8 * sizeof(double))));

#define WIDEN(x) __builtin_convertvector(x, wide)

/* In double, in lanes whose order never changes; n is a multiple of STEP. */
CLONES static double sum_squares(const real *x, int n) {
  wide a = {0}, b = {0};
  for (int i = 0; i < n; i += STEP) {
    half part[2];
    memcpy(part, x + i, sizeof part);
    a += WIDEN(part[0]) * WIDEN(part[0]);
    b += WIDEN(part[1]) * WIDEN(part[1]);
  }
  a += b;
  return ((a[0] + a[1]) + (a[2] + a[3])) + ((a[4] + a[5]) + (a[6] + a[7]));
}

/* One column, v = x to begin with and zeros after it; returns the sign of its
   first element, which is det(H) times the sign of beta. */
static int reflect_column(real *v, int n, double *h, double *sign) {
  int whole = (n + STEP - 1) / STEP * STEP;
  double alpha = (double)v[0], norm = sqrt(sum_squares(v, whole));
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

static int reflect(const void *z, int first, or_matrix *v, double *h,
                   double *sign) {
  enum { BLOCK = 16 / sizeof(real) };
  const real *x = z;
  int product = 1;
  for (int k = v->cols - 1; k >= 0; k--) {
    real *column = COLUMN(v, k), *start = column + first + k;
    int n = v->rows - first - k;
    memset(column, 0, (size_t)(first + k) * sizeof(real));
    memcpy(start, x, (size_t)n * sizeof(real));
    memset(start + n, 0, STEP * sizeof(real));
    product *= reflect_column(start, n, &h[k], &sign[k]);
    x += ((size_t)n + BLOCK - 1) / BLOCK * BLOCK;
  }
  return product;
}

/* --- small triangles -----------------------------------------------------*/

typedef real lanes __attribute__((vector_size(STEP * sizeof(real))));

/* Column j of the inverse from those before it. Whole columns are faster than
   their parts above the diagonal. */
CLONES static void invert_column(const real *restrict u, double h, int j,
                                 lanes *restrict t) {
  lanes x = {0};
  real scale = (real)(1 / h);
  for (int k = 0; k < j; k++)
    x += u[k] * t[k];
  t[j] = -scale * x;
  t[j][j] = scale;
}

static void invert(const or_matrix *u, const double *h, or_matrix *t) {
  lanes columns[STEP];
  for (int j = 0; j < u->cols; j++) {
    invert_column(COLUMN(u, j), h[j], j, columns);
    memcpy(COLUMN(t, j), &columns[j], (size_t)t->rows * sizeof(real));
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
