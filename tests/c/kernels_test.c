/* kernels_test.c: the loops over elements, at every length around the vector
   widths: packed matrices and views have the same bits, and both are what a
   plain loop makes. */
#include "../../src/core/kernels.h"

#include <float.h>

#include "matrices.h"

static const int lengths[] = {0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65};
enum { LENGTHS = sizeof lengths / sizeof *lengths, COLS = 3 };

static or_precision precision;
static const or_kernels_table *f;

/* Rounded to the precision that is tested. */
static double rounded(double x) {
  return precision == OR_FLOAT32 ? (double)(float)x : x;
}

/* Are they found with the largest in row i? */
static int finds_maxima(int rows, int i) {
  forget_matrices();
  or_scan s;
  or_matrix x = random_matrix(rows, COLS, precision, 1);
  put(&x, i, i % COLS, -100);
  int good = f->max_abs(&x) == 100;
  put(&x, i, (i + 1) % COLS, INFINITY);
  good &= f->max_abs(&x) == INFINITY;
  put(&x, i, (i + 2) % COLS, NAN);
  f->scan(&x, &s);
  return good && isnan(f->max_abs(&x)) && s.infs == 1 && s.nans == 1 &&
         s.max_abs == 100;
}

static void maxima_are_found_wherever_they_stand(void) {
  for (int n = 1; n < LENGTHS; n++) {
    int good = 1;
    for (int i = 0; i < lengths[n]; i++)
      good &= finds_maxima(lengths[n], i);
    CHECK(good);
  }
  or_matrix none = new_matrix(0, COLS, precision);
  CHECK(f->max_abs(&none) == 0);
}

static void elementwise_loops_are_plain_ones(void) {
  for (int n = 0; n < LENGTHS; n++) {
    forget_matrices();
    int rows = lengths[n], sum = 1, product = 1, quotient = 1, shift = 1;
    or_matrix x = random_matrix(rows, COLS, precision, 1);
    or_matrix y = random_matrix(rows, COLS, precision, 2);
    or_matrix s = copy_of(&x), h = copy_of(&x), d = copy_of(&x),
              k = copy_of(&x);
    f->add(2, &x, -0.5, &y, &s);
    f->hadamard(&x, &y, &h);
    f->divide(&x, &y, &d);
    f->shift(&x, -3, &k);
    for (int j = 0; j < COLS; j++)
      for (int i = 0; i < rows; i++) {
        double a = at(&x, i, j), b = at(&y, i, j);
        sum &= at(&s, i, j) == rounded(rounded(2 * a) + rounded(-0.5 * b));
        product &= at(&h, i, j) == rounded(a * b);
        quotient &= at(&d, i, j) == rounded(a / b);
        shift &= at(&k, i, j) == a / 8;
      }
    CHECK(sum && product && quotient && shift);
    CHECK(padding_is_intact(&s) && padding_is_intact(&k));
  }
}

static void shifts_go_beyond_what_a_factor_says(void) {
  or_matrix x = new_matrix(3, 2, precision), y = copy_of(&x);
  f->fill(&x, 1.5);
  f->shift(&x, 100000, &y);
  CHECK(at(&y, 2, 1) == INFINITY);
  f->shift(&x, INT64_MIN / 2, &y);
  CHECK(at(&y, 2, 1) == 0);
  int lowest = precision == OR_FLOAT32 ? -149 : -1074;
  f->shift(&x, lowest, &y); /* to a denormal, and back */
  CHECK(at(&y, 0, 0) > 0);
  f->fill(&x, ldexp(1, lowest));
  f->shift(&x, -lowest, &y);
  CHECK(at(&y, 1, 1) == 1);
}

static void sums_are_good_to_rounding(void) {
  for (int n = 0; n < LENGTHS; n++) {
    forget_matrices();
    or_matrix x = random_matrix(lengths[n], COLS, precision, 3);
    or_matrix y = random_matrix(lengths[n], COLS, precision, 4);
    or_matrix rows = new_matrix(lengths[n], 1, precision);
    long double column = 0, squares = 0, dot = 0;
    for (int j = 0; j < COLS; j++)
      for (int i = 0; i < lengths[n]; i++) {
        column += j == 1 ? at(&x, i, j) : 0;
        squares += powl(2 * (long double)at(&x, i, j), 2);
        dot += (long double)at(&x, i, j) * at(&y, i, j);
      }
    double all = lengths[n] * COLS, eps = or_precision_eps(precision);
    CHECK(fabs(f->column_sum(&x, 1) - (double)column) <= 1e-14 * all);
    CHECK(fabs(f->sum_squares(&x, 2) - (double)squares) <= 1e-14 * all * 10);
    CHECK(fabs(f->dot(&x, &y) - (double)dot) <= 1e-14 * all * 10);
    f->row_sums(&x, &rows);
    int good = 1;
    for (int i = 0; i < lengths[n]; i++)
      good &= fabs(at(&rows, i, 0) -
                   (at(&x, i, 0) + at(&x, i, 1) + at(&x, i, 2))) <= 8 * eps;
    CHECK(good);
  }
}

static void views_have_the_bits_of_packed_matrices(void) {
  for (int n = 1; n < LENGTHS; n++) {
    forget_matrices();
    int rows = lengths[n];
    gap = 0;
    or_matrix x = random_matrix(rows, COLS, precision, 5), s = copy_of(&x);
    gap = 5;
    or_matrix view = copy_of(&x), s2 = copy_of(&x);
    gap = 0;
    CHECK(f->max_abs(&x) == f->max_abs(&view));
    CHECK(f->column_sum(&x, 2) == f->column_sum(&view, 2));
    f->add(3, &x, 7, &x, &s);
    f->add(3, &view, 7, &view, &s2);
    CHECK(same_bits(&s, &s2));
    f->scale(0.3, &x, &s);
    f->scale(0.3, &view, &s2);
    CHECK(same_bits(&s, &s2) && padding_is_intact(&s2));
  }
}

static void conversions_round_to_nearest(void) {
  or_precision other = precision == OR_FLOAT32 ? OR_FLOAT64 : OR_FLOAT32;
  for (int n = 0; n < LENGTHS; n++) {
    forget_matrices();
    or_matrix x = random_matrix(lengths[n], COLS, other, 6);
    or_matrix y = new_matrix(lengths[n], COLS, precision);
    f->convert(&x, &y);
    int same = 1;
    for (int j = 0; j < COLS; j++)
      for (int i = 0; i < lengths[n]; i++)
        same &= at(&y, i, j) == rounded(at(&x, i, j));
    CHECK(same && padding_is_intact(&y));
  }
}

static void columns_are_standardized(void) {
  for (int n = 4; n < LENGTHS; n++) {
    forget_matrices();
    int rows = lengths[n];
    or_matrix x = random_matrix(rows, COLS, precision, 7), y = copy_of(&x);
    double rstd[COLS], eps = or_precision_eps(precision);
    f->standardize(&x, 0, &y, rstd);
    for (int j = 0; j < COLS; j++) {
      double mean = 0, square = 0;
      for (int i = 0; i < rows; i++) {
        mean += at(&y, i, j) / rows;
        square += at(&y, i, j) * at(&y, i, j) / rows;
      }
      CHECK(fabs(mean) < 8 * eps && fabs(square - 1) < 16 * eps);
      CHECK(fabs((at(&x, 0, j) - at(&x, 1, j)) * rstd[j] -
                 (at(&y, 0, j) - at(&y, 1, j))) < 32 * eps);
    }
    CHECK(padding_is_intact(&y));
  }
  or_matrix flat = new_matrix(9, 1, precision), y = copy_of(&flat);
  double rstd = 0;
  f->fill(&flat, 3);
  f->standardize(&flat, 1e-5, &y, &rstd);
  CHECK(f->max_abs(&y) == 0 && fabs(rstd * sqrt(1e-5) - 1) < 1e-6);
}

/* d/dx of sum y_ij dy_ij, by differences in float64. */
static void the_way_back_is_that_of_differences(void) {
  enum { N = 6 };
  const double h = 1e-5, eps = 1e-3;
  or_matrix x = random_matrix(N, 1, OR_FLOAT64, 8), y = copy_of(&x);
  or_matrix dy = random_matrix(N, 1, OR_FLOAT64, 9), dx = copy_of(&x);
  const or_kernels_table *d = or_kernels(OR_FLOAT64);
  double rstd, unused;
  d->standardize(&x, eps, &y, &rstd);
  d->standardize_back(&y, &rstd, &dy, &dx);
  for (int i = 0; i < N; i++) {
    double at_x = at(&x, i, 0);
    put(&x, i, 0, at_x + h);
    d->standardize(&x, eps, &y, &unused);
    double up = d->dot(&y, &dy);
    put(&x, i, 0, at_x - h);
    d->standardize(&x, eps, &y, &unused);
    double down = d->dot(&y, &dy);
    put(&x, i, 0, at_x);
    CHECK(fabs((up - down) / (2 * h) - at(&dx, i, 0)) < 1e-9);
  }
}

static void all(void) {
  f = or_kernels(precision);
  for (gap = 0; gap <= 3; gap += 3) {
    maxima_are_found_wherever_they_stand();
    elementwise_loops_are_plain_ones();
    shifts_go_beyond_what_a_factor_says();
    sums_are_good_to_rounding();
    conversions_round_to_nearest();
    columns_are_standardized();
  }
  views_have_the_bits_of_packed_matrices();
}

int main(void) {
  precision = OR_FLOAT32;
  all();
  precision = OR_FLOAT64;
  all();
  forget_matrices();
  the_way_back_is_that_of_differences();
  return check_report();
}
