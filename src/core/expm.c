/* expm.c: the matrix exponential by scaling and squaring with Pade approximants
   (Al-Mohy, Higham, A new scaling and squaring algorithm for the matrix
   exponential, SIAM J. Matrix Anal. Appl. 31, 2009; linalg.h). How far A is
   scaled depends on d_k = ||A^k||^(1/k), which may be far below ||A||: squaring
   more often than that asks for loses digits. Products carry exponents, so an
   exponential too large for a double is a matrix like any other. */
#include <math.h>

#include "arithmetic.h"
#include "elements.h"
#include "exponent.h"
#include "factor.h"
#include "kernels.h"
#include "linalg.h"
#include "product.h"

enum { MOST = 13, DEGREES = 5 };

/* The [m/m] approximants: where d_k <= theta they are exact to double's
   roundoff; coefficients over the first of them, so that e^0 is I exactly. */
typedef struct pade {
  int degree;
  double theta;
  double c[MOST + 1];
} pade;

#define A3 120.0
#define A5 30240.0
#define A7 17297280.0
#define A9 17643225600.0
#define A13 64764752532480000.0

static const pade pades[DEGREES] = {
    {3, 1.495585217958292e-2, {1, 60 / A3, 12 / A3, 1 / A3}},
    {5,
     2.539398330063230e-1,
     {1, 15120 / A5, 3360 / A5, 420 / A5, 30 / A5, 1 / A5}},
    {7,
     9.504178996162932e-1,
     {1, 8648640 / A7, 1995840 / A7, 277200 / A7, 25200 / A7, 1512 / A7,
      56 / A7, 1 / A7}},
    {9,
     2.097847961257068,
     {1, 8821612800 / A9, 2075673600 / A9, 302702400 / A9, 30270240 / A9,
      2162160 / A9, 110880 / A9, 3960 / A9, 90 / A9, 1 / A9}},
    {13,
     4.25,
     {1, 32382376266240000 / A13, 7771770303897600 / A13,
      1187353796428800 / A13, 129060195264000 / A13, 10559470521600 / A13,
      670442572800 / A13, 33522128640 / A13, 1323241920 / A13, 40840800 / A13,
      960960 / A13, 16380 / A13, 182 / A13, 1 / A13}}};

typedef struct expm_parts {
  or_matrix a, even[5]; /* A; I, A^2, A^4, A^6, A^8 */
  or_matrix u, v, sum;
  or_matrix row, next; /* n x 1 */
  or_arena *arena;
} expm_parts;

static expm_parts take_parts(or_arena *arena, const or_matrix *a) {
  expm_parts p;
  or_matrix *all[] = {&p.a,       &p.even[0], &p.even[1],
                      &p.even[2], &p.even[3], &p.even[4],
                      &p.u,       &p.v,       &p.sum};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    *all[i] = or_take_matrix(arena, a->rows, a->rows, a->precision);
  p.row = or_take_matrix(arena, a->rows, 1, a->precision);
  p.next = or_take_matrix(arena, a->rows, 1, a->precision);
  p.arena = arena;
  or_reserve(arena, or_product_scratch(a, a));
  return p;
}

static or_status product(expm_parts *p, const or_matrix *x, const or_matrix *y,
                         or_matrix *z) {
  return or_matrix_product(false, x, false, y, z, p->arena);
}

/* --- how far A is scaled ------------------------------------------------- */

static double log2_of(or_norm n) { return log2(n.value) + (double)n.exponent; }

/* log2 of ||X||_1^(1/k) */
static or_status root_norm(expm_parts *p, const or_matrix *x, int k,
                           double *root) {
  or_norm norm = {0, 0};
  TRY(or_matrix_norm(OR_NORM_ONE, x, &norm, p->arena));
  *root = log2_of(norm) / k;
  return OR_OK;
}

/* log2 of || |A|^k ||_1: the largest element of |A|'^k times ones. */
static or_status power_norm(expm_parts *p, int k, double *norm) {
  or_activation size = {OR_ACT_leaky_relu, -1, NULL}; /* |x| */
  or_kernels(p->a.precision)->activate(size, &p->a, &p->sum);
  p->sum.exponent = p->a.exponent;
  or_matrix_fill(&p->row, 1);
  for (int i = 0; i < k; i++) {
    TRY(or_matrix_product(true, &p->sum, false, &p->row, &p->next, p->arena));
    or_matrix_copy(&p->next, &p->row);
  }
  *norm = log2(or_max_abs(&p->row)) + (double)p->row.exponent;
  return OR_OK;
}

/* log2 of the first neglected term's coefficient: m!^2/((2m)! (2m+1)!) */
static double neglected(int m) {
  return (2 * lgamma(m + 1) - lgamma(2 * m + 1) - lgamma(2 * m + 2)) / log(2);
}

/* How often A/2^s must be halved besides, for that term not to show in the last
   digit: in a matrix with |A|^k far above A^k it may. */
static or_status besides(expm_parts *p, int m, double log2_norm, int s,
                         int *more) {
  double power, unit = log2(or_precision_eps(p->a.precision)) - 1;
  TRY(power_norm(p, 2 * m + 1, &power));
  double over = neglected(m) + power - log2_norm - 2.0 * m * s - unit;
  *more = over > 0 ? (int)fmin(ceil(over / (2 * m)), 1e6) : 0;
  return OR_OK;
}

/* The powers, and the least of the approximants that A needs no scaling for;
   else the last one, with s. */
static or_status choose(expm_parts *p, const pade **chosen, int *s) {
  double d1, d4, d6, d8, d10, eta;
  int more;
  or_matrix *even = p->even;
  TRY(root_norm(p, &p->a, 1, &d1));
  if (d1 > -or_precisions[p->a.precision].bottom) /* nothing to add I to */
    return OR_RANGE;
  TRY(product(p, &p->a, &p->a, &even[1]));
  TRY(product(p, &even[1], &even[1], &even[2]));
  TRY(product(p, &even[2], &even[1], &even[3]));
  TRY(product(p, &even[2], &even[2], &even[4]));
  TRY(root_norm(p, &even[2], 4, &d4));
  TRY(root_norm(p, &even[3], 6, &d6));
  TRY(root_norm(p, &even[4], 8, &d8));
  *s = 0;
  for (int k = 0; k < DEGREES - 1; k++) {
    *chosen = &pades[k];
    if ((k < 2 ? fmax(d4, d6) : fmax(d6, d8)) > log2(pades[k].theta))
      continue;
    TRY(besides(p, pades[k].degree, d1, 0, &more));
    if (more == 0)
      return OR_OK;
  }
  *chosen = &pades[DEGREES - 1];
  TRY(product(p, &even[2], &even[3], &p->sum));
  TRY(root_norm(p, &p->sum, 10, &d10));
  eta = fmin(fmax(d6, d8), fmax(d8, d10));
  if (eta + log2(or_precision_eps(p->a.precision)) > 0)
    return OR_RANGE;
  *s = (int)fmax(0, ceil(eta - log2((*chosen)->theta)));
  TRY(besides(p, MOST, d1, *s, &more));
  *s += more;
  return OR_OK;
}

/* A and its powers, of A/2^s. */
static void scale_down(expm_parts *p, int s) {
  p->a.exponent -= s;
  for (int k = 1; k < 5; k++)
    p->even[k].exponent -= 2 * (int64_t)k * s;
}

/* --- the approximant ------------------------------------------------------ */

/* z = sum of c[first + 2 k] A^(2 k), from k = low to high */
static or_status combine(expm_parts *p, const double *c, int first, int low,
                         int high, or_matrix *z) {
  or_matrix_scale(c[first + 2 * low], &p->even[low], z);
  for (int k = low + 1; k <= high; k++)
    TRY(or_matrix_add(1, z, c[first + 2 * k], &p->even[k], z));
  return OR_OK;
}

/* z = the coefficients from `first`, every other one, times even powers. Of the
   last approximant: A6 (c13 A6 + c11 A4 + c9 A2) + c7 A6 + ... */
static or_status polynomial(expm_parts *p, const pade *q, int first,
                            or_matrix *z) {
  if (q->degree < MOST)
    return combine(p, q->c, first, 0, q->degree / 2, z);
  TRY(combine(p, q->c + 6, first, 1, 3, &p->sum));
  TRY(product(p, &p->even[3], &p->sum, z));
  TRY(combine(p, q->c, first, 0, 3, &p->sum));
  return or_matrix_add(1, &p->sum, 1, z, z);
}

/* x = (V - U)^-1 (V + U), U the odd part, V the even one. */
static or_status approximant(expm_parts *p, const pade *q, or_matrix *x) {
  or_matrix_eye(&p->even[0]);
  TRY(polynomial(p, q, 1, &p->v));
  TRY(product(p, &p->a, &p->v, &p->u));
  TRY(polynomial(p, q, 0, &p->v));
  TRY(or_matrix_add(1, &p->v, 1, &p->u, &p->sum));
  TRY(or_matrix_add(1, &p->v, -1, &p->u, &p->u));
  return or_solve(&p->u, &p->sum, x, p->arena);
}

/* --- triangular matrices -------------------------------------------------- */

/* Is all below the diagonal 0, or with `above` all above it? */
static bool is_triangular(const or_matrix *a, bool above) {
  const or_kernels_table *k = or_kernels(a->precision);
  for (int j = 0; j < a->cols; j++)
    for (int i = above ? 0 : j + 1; i < (above ? j : a->rows); i++)
      if (k->get(a, i, j) != 0)
        return false;
  return true;
}

/* e^a in units of 2^exponent */
static double exponential(double a, int64_t exponent) {
  static const double high = 0x1.62e42fee00000p-1, low = 0x1.a39ef35793c76p-33;
  double e = (double)exponent;
  return exp((a - e * high) - e * low);
}

/* (e^a - e^b)/(a - b), in units of 2^exponent */
static double divided(double a, double b, int64_t exponent) {
  double half = 0.5 * (a - b);
  if (fabs(half) > 1)
    return (exponential(a, exponent) - exponential(b, exponent)) / (a - b);
  double middle = exponential(0.5 * (a + b), exponent);
  return half == 0 ? middle : middle * sinh(half) / half;
}

/* Of X = e^A, A/2^s being in p->a and upper triangular, the diagonal and what
   stands beside it, exactly: squaring loses digits there first (section 2 of
   the paper). */
static void mend_diagonals(expm_parts *p, or_matrix *x) {
  const or_kernels_table *k = or_kernels(x->precision);
  int64_t shift = p->a.exponent;
  double before = 0;
  for (int j = 0; j < x->cols; j++) {
    double a = or_shifted(k->get(&p->a, j, j), shift);
    k->set(x, j, j, exponential(a, x->exponent));
    if (j > 0)
      k->set(
          x, j - 1, j,
          or_shifted(k->get(&p->a, j - 1, j) * divided(before, a, x->exponent),
                     shift));
    before = a;
  }
}

/* X = e^(A/2^s), squared s times. */
static or_status square_up(expm_parts *p, bool upper, int s, or_matrix *x) {
  if (upper)
    mend_diagonals(p, x);
  for (int i = 0; i < s; i++) {
    or_matrix_copy(x, &p->sum);
    TRY(product(p, &p->sum, &p->sum, x));
    p->a.exponent++;
    if (upper)
      mend_diagonals(p, x);
  }
  return OR_OK;
}

/* A lower triangular matrix is transposed for the while. */
static void flip(expm_parts *p, bool lower, or_matrix *m) {
  if (!lower)
    return;
  or_matrix_copy(m, &p->sum);
  or_matrix_transpose(&p->sum, m);
}

or_status or_expm(const or_matrix *a, or_matrix *x, or_arena *arena) {
  const pade *q;
  int s;
  if (a->rows != a->cols)
    return OR_NOT_SQUARE;
  x->exponent = 0;
  if (a->rows == 0)
    return OR_OK;
  size_t mark = arena->used;
  expm_parts p = take_parts(arena, a);
  if (or_counting(arena))
    return or_solve(&p.u, &p.sum, x, arena); /* counts what it needs */
  TRY(or_load(a, &p.a, arena));
  bool upper = is_triangular(&p.a, false);
  bool lower = !upper && is_triangular(&p.a, true);
  flip(&p, lower, &p.a);
  TRY(choose(&p, &q, &s));
  scale_down(&p, s);
  TRY(approximant(&p, q, x));
  TRY(square_up(&p, upper || lower, s, x));
  flip(&p, lower, x);
  or_matrix_settle(x);
  or_give_back(arena, mark);
  return OR_OK;
}
