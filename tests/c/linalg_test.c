/* linalg_test.c: QR, SVD, symmetric eigenvalues and polar factors: residuals
   and orthogonality of a few n eps, whatever the shape, the size of the
   numbers and their exponent; and what is refused. */
#include "../../src/core/linalg.h"

#include <float.h>

#include "scratch.h"

static const int shapes[][2] = {{1, 1},   {2, 2},   {7, 3},  {3, 7},
                                {50, 50}, {90, 40}, {1, 20}, {20, 1}};
enum { SHAPES = sizeof shapes / sizeof *shapes };

static or_precision precision;
static double top; /* the largest element's power of two, of all matrices */

/* A matrix of the shape whose elements are near 2^top, partly by exponent. */
static or_matrix input(int rows, int cols, uint64_t seed) {
  or_matrix a = random_matrix(rows, cols, precision, seed);
  or_matrix_scale(exp2(top / 2), &a, &a);
  a.exponent += (int64_t)(top / 2);
  return a;
}

static double eps(void) { return or_precision_eps(precision); }

/* |x - y| of two products, over n eps times the size of x. */
static double ratio(int n, const or_matrix *x, const or_matrix *y) {
  double size = largest_of(x);
  return size == 0 ? 0 : difference(x, y) / (n * eps() * size);
}

static void transpose_of(const or_matrix *x, or_matrix *y) {
  *y = new_matrix(x->cols, x->rows, x->precision);
  or_matrix_transpose(x, y);
}

static void qr_is_exact_to_rounding(void) {
  for (int s = 0; s < SHAPES; s++) {
    int m = shapes[s][0], n = shapes[s][1], k = m < n ? m : n, status;
    forget_matrices();
    or_matrix a = input(m, n, 1), before = copy_of(&a);
    or_matrix q = new_matrix(m, k, precision), r = new_matrix(k, n, precision);
    WITH_ARENA(status, or_qr(&a, &q, &r, &arena));
    CHECK(status == OR_OK && same_bits(&a, &before));
    or_matrix qr = product_of(false, &q, false, &r);
    CHECK(ratio(m + n, &qr, &a) < 30);
    CHECK(departure_from_isometry(&q) < 30 * m * eps());
    int below = 0;
    for (int j = 0; j < n; j++)
      for (int i = j + 1; i < k; i++)
        below |= at(&r, i, j) != 0;
    CHECK(!below && padding_is_intact(&q) && padding_is_intact(&r));
  }
}

/* U diag(s) as a matrix. */
static or_matrix scaled_columns(const or_matrix *u, const or_matrix *s) {
  or_matrix x = new_matrix(u->rows, u->cols, OR_FLOAT64);
  for (int j = 0; j < u->cols; j++)
    for (int i = 0; i < u->rows; i++)
      put(&x, i, j, at(u, i, j) * value_at(s, j, 0));
  return x;
}

static int descends(const or_matrix *s) {
  for (int i = 1; i < s->rows; i++)
    if (!(at(s, i, 0) <= at(s, i - 1, 0)) || at(s, i, 0) < 0)
      return 0;
  return 1;
}

static void svd_is_exact_to_rounding(void) {
  for (int s = 0; s < SHAPES; s++) {
    int m = shapes[s][0], n = shapes[s][1], k = m < n ? m : n, status;
    forget_matrices();
    or_matrix a = input(m, n, 2), u = new_matrix(m, k, precision), v;
    or_matrix w = new_matrix(k, 1, precision), vt = new_matrix(k, n, precision);
    or_matrix alone = new_matrix(k, 1, precision);
    WITH_ARENA(status, or_svd(&a, &u, &w, &vt, &arena));
    CHECK(status == OR_OK && descends(&w));
    or_matrix uw = scaled_columns(&u, &w);
    or_matrix product = product_of(false, &uw, false, &vt);
    CHECK(ratio(m + n, &product, &a) < 30);
    transpose_of(&vt, &v);
    CHECK(departure_from_isometry(&u) < 30 * m * eps());
    CHECK(departure_from_isometry(&v) < 30 * n * eps());
    WITH_ARENA(status, or_singular_values(&a, &alone, &arena));
    CHECK(status == OR_OK && ratio(m + n, &alone, &w) < 30);
    CHECK(padding_is_intact(&u) && padding_is_intact(&vt));
  }
}

static void singular_values_of_a_diagonal_are_its_sizes(void) {
  or_matrix a = new_matrix(4, 4, precision), s = new_matrix(4, 1, precision);
  const double d[] = {-3, 0, 5, 1};
  int status;
  or_matrix_fill(&a, 0);
  for (int i = 0; i < 4; i++)
    put(&a, i, i, d[i]);
  WITH_ARENA(status, or_singular_values(&a, &s, &arena));
  const double wanted[] = {5, 3, 1, 0};
  CHECK(status == OR_OK);
  for (int i = 0; i < 4; i++)
    CHECK(fabs(value_at(&s, i, 0) - wanted[i]) < 20 * eps());
}

/* (A + A')/2, symmetric to the bit. */
static or_matrix symmetric(int n, uint64_t seed) {
  or_matrix a = input(n, n, seed);
  for (int j = 0; j < n; j++)
    for (int i = 0; i < j; i++)
      put(&a, i, j, at(&a, j, i));
  return a;
}

static void eigenvectors_diagonalize(void) {
  const int sizes[] = {1, 2, 9, 60};
  for (int s = 0; s < 4; s++) {
    int n = sizes[s], status, ascends = 1;
    forget_matrices();
    or_matrix a = symmetric(n, 3), v = new_matrix(n, n, precision);
    or_matrix w = new_matrix(n, 1, precision), w2 = copy_of(&w);
    WITH_ARENA(status, or_eigh(&a, &w, &v, &arena));
    CHECK(status == OR_OK);
    for (int i = 1; i < n; i++)
      ascends &= at(&w, i, 0) >= at(&w, i - 1, 0);
    CHECK(ascends && departure_from_isometry(&v) < 30 * n * eps());
    or_matrix vw = scaled_columns(&v, &w);
    or_matrix product = product_of(false, &vw, true, &v);
    CHECK(ratio(n, &product, &a) < 30);
    WITH_ARENA(status, or_eigh(&a, &w2, NULL, &arena));
    CHECK(status == OR_OK && ratio(n, &w2, &w) < 30);
  }
}

/* Largest |a_ij - a_ji|, in stored units */
static double asymmetry(const or_matrix *a) {
  double worst = 0;
  for (int j = 0; j < a->cols; j++)
    for (int i = 0; i < a->rows; i++)
      worst = fmax(worst, fabs(at(a, i, j) - at(a, j, i)));
  return worst;
}

static void an_asymmetry_is_found(void) {
  or_matrix a = symmetric(6, 4), w = new_matrix(6, 1, precision);
  int status;
  CHECK(asymmetry(&a) == 0);
  double change = largest_of(&a) * exp2(-(double)a.exponent);
  put(&a, 4, 2, at(&a, 2, 4) + change);
  WITH_ARENA(status, or_eigh(&a, &w, NULL, &arena));
  CHECK(status == OR_NOT_SYMMETRIC && arena.row == 4 && arena.col == 2);
  or_matrix b = input(3, 4, 5);
  WITH_ARENA(status, or_eigh(&b, &w, NULL, &arena));
  CHECK(status == OR_NOT_SQUARE);
}

static void polar_factors_multiply_to_the_matrix(void) {
  for (int s = 0; s < SHAPES; s++) {
    int m = shapes[s][0], n = shapes[s][1], status;
    forget_matrices();
    or_matrix a = input(m, n, 6), u = new_matrix(m, n, precision), rows;
    or_matrix p = new_matrix(n, n, precision);
    WITH_ARENA(status, or_polar(&a, &u, &p, &arena));
    CHECK(status == OR_OK);
    or_matrix product = product_of(false, &u, false, &p);
    CHECK(ratio(m + n, &product, &a) < 30);
    transpose_of(&u, &rows);
    CHECK(departure_from_isometry(m < n ? &rows : &u) < 30 * (m + n) * eps());
    double size = or_matrix_scan(&p).max_abs;
    CHECK(asymmetry(&p) <= 30 * n * eps() * size);
  }
}

static void nan_and_inf_are_refused_with_their_place(void) {
  or_matrix a = input(5, 4, 7), q = new_matrix(5, 4, precision);
  or_matrix r = new_matrix(4, 4, precision), s = new_matrix(4, 1, precision);
  const double bad[] = {NAN, INFINITY, -INFINITY};
  int status;
  for (int k = 0; k < 3; k++) {
    put(&a, 3, 2, bad[k]);
    WITH_ARENA(status, or_qr(&a, &q, &r, &arena));
    CHECK(status == OR_NOT_FINITE && arena.row == 3 && arena.col == 2);
    WITH_ARENA(status, or_svd(&a, &q, &s, &r, &arena));
    CHECK(status == OR_NOT_FINITE && arena.row == 3 && arena.col == 2);
    WITH_ARENA(status, or_polar(&a, &q, &r, &arena));
    CHECK(status == OR_NOT_FINITE);
  }
}

static void empty_matrices_have_empty_factors(void) {
  or_matrix a = new_matrix(0, 3, precision), q = new_matrix(0, 0, precision);
  or_matrix r = new_matrix(0, 3, precision), s = new_matrix(0, 1, precision);
  int status;
  WITH_ARENA(status, or_qr(&a, &q, &r, &arena));
  CHECK(status == OR_OK);
  WITH_ARENA(status, or_svd(&a, &q, &s, &r, &arena));
  CHECK(status == OR_OK);
  WITH_ARENA(status, or_eigh(&q, &s, NULL, &arena));
  CHECK(status == OR_OK);
}

static void all(void) {
  const double tops[] = {0, 900, -900};
  for (int t = 0; t < 3; t++) {
    top = tops[t];
    qr_is_exact_to_rounding();
    svd_is_exact_to_rounding();
    eigenvectors_diagonalize();
    polar_factors_multiply_to_the_matrix();
    forget_matrices();
    an_asymmetry_is_found();
    nan_and_inf_are_refused_with_their_place();
  }
  singular_values_of_a_diagonal_are_its_sizes();
  empty_matrices_have_empty_factors();
}

int main(void) {
  for (gap = 0; gap <= 3; gap += 3) {
    precision = OR_FLOAT32;
    all();
    precision = OR_FLOAT64;
    all();
  }
  return check_report();
}
