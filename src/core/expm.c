/* expm.c: the matrix exponential by scaling and squaring with the [13/13]
   Pade approximant (Higham 2005; linalg.h). Products carry exponents, so an
   exponential too large for a double is a matrix like any other. */
#include <math.h>

#include "arithmetic.h"
#include "elements.h"
#include "exponent.h"
#include "factor.h"
#include "linalg.h"
#include "product.h"

/* ||A||_1 below which the approximant is exact to double's roundoff. */
static const double theta13 = 5.371920351148152;

/* The coefficients over the first of them, so that e^0 is I exactly. */
#define B0 64764752532480000.0
static const double pade[] = {1,
                              32382376266240000 / B0,
                              7771770303897600 / B0,
                              1187353796428800 / B0,
                              129060195264000 / B0,
                              10559470521600 / B0,
                              670442572800 / B0,
                              33522128640 / B0,
                              1323241920 / B0,
                              40840800 / B0,
                              960960 / B0,
                              16380 / B0,
                              182 / B0,
                              1 / B0};

typedef struct expm_parts {
  or_matrix a, a2, a4, a6, odd, even, sum, one;
  or_arena *arena;
} expm_parts;

static expm_parts take_parts(or_arena *arena, const or_matrix *a) {
  expm_parts p;
  or_matrix *all[] = {&p.a,   &p.a2,   &p.a4,  &p.a6,
                      &p.odd, &p.even, &p.sum, &p.one};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    *all[i] = or_take_matrix(arena, a->rows, a->rows, a->precision);
  p.arena = arena;
  or_reserve(arena, or_product_scratch(a, a));
  return p;
}

static or_status product(expm_parts *p, const or_matrix *x, const or_matrix *y,
                         or_matrix *z) {
  return or_matrix_product(false, x, false, y, z, p->arena);
}

/* z = A6 (c13 A6 + c11 A4 + c9 A2) + c7 A6 + c5 A4 + c3 A2 + c1 I, or with
   each index one lower; `first` is 1 or 0. */
static or_status polynomial(expm_parts *p, int first, or_matrix *z) {
  const double *c = pade + first;
  TRY(or_matrix_add(c[12], &p->a6, c[10], &p->a4, &p->sum));
  TRY(or_matrix_add(1, &p->sum, c[8], &p->a2, &p->sum));
  TRY(product(p, &p->a6, &p->sum, z));
  TRY(or_matrix_add(1, z, c[6], &p->a6, z));
  TRY(or_matrix_add(1, z, c[4], &p->a4, z));
  TRY(or_matrix_add(1, z, c[2], &p->a2, z));
  return or_matrix_add(1, z, c[0], &p->one, z);
}

/* x = (V - U)^-1 (V + U), U the odd part, V the even one. */
static or_status approximant(expm_parts *p, or_matrix *x) {
  TRY(product(p, &p->a, &p->a, &p->a2));
  TRY(product(p, &p->a2, &p->a2, &p->a4));
  TRY(product(p, &p->a4, &p->a2, &p->a6));
  or_matrix_eye(&p->one);
  TRY(polynomial(p, 1, &p->even));
  TRY(product(p, &p->a, &p->even, &p->odd));
  TRY(polynomial(p, 0, &p->even));
  TRY(or_matrix_add(1, &p->even, 1, &p->odd, &p->sum));
  TRY(or_matrix_add(1, &p->even, -1, &p->odd, &p->odd));
  return or_solve(&p->odd, &p->sum, x, p->arena);
}

/* How often A is halved: the least s with ||A||_1 / 2^s <= theta13; -1 where
   no digit of the result would be right. */
static int halvings(const or_matrix *a, or_norm norm) {
  double log2_norm = log2(norm.value) + (double)norm.exponent;
  if (log2_norm + log2(or_precision_eps(a->precision)) > 0)
    return -1;
  return log2_norm <= log2(theta13) ? 0 : (int)ceil(log2_norm - log2(theta13));
}

or_status or_expm(const or_matrix *a, or_matrix *x, or_arena *arena) {
  or_norm norm = {0, 0};
  if (a->rows != a->cols)
    return OR_NOT_SQUARE;
  x->exponent = 0;
  if (a->rows == 0)
    return OR_OK;
  size_t mark = arena->used;
  expm_parts p = take_parts(arena, a);
  if (or_counting(arena))
    return or_solve(&p.odd, &p.sum, x, arena); /* counts what it needs */
  TRY(or_load(a, &p.a, arena));
  TRY(or_matrix_norm(OR_NORM_ONE, &p.a, &norm, arena));
  int s = halvings(a, norm);
  if (s < 0)
    return OR_RANGE;
  p.a.exponent -= s;
  TRY(approximant(&p, x));
  for (int i = 0; i < s; i++) {
    or_matrix_copy(x, &p.sum);
    TRY(product(&p, &p.sum, &p.sum, x));
  }
  or_matrix_settle(x);
  or_give_back(arena, mark);
  return OR_OK;
}
