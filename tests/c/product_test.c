/* product_test.c: matrix products against sums in long double, every way of
   transposing, on views, at exponents that no float holds; and the second
   pass, which no overflow survives. */
#include "../../src/core/product.h"

#include <float.h>

#include "scratch.h"

static or_matrix operand(bool transposed, int rows, int cols, or_precision p,
                         uint64_t seed) {
  return transposed ? random_matrix(cols, rows, p, seed)
                    : random_matrix(rows, cols, p, seed);
}

/* Each sum of n products errs by n eps of the largest possible one. */
static double bound(int n, const or_matrix *a, const or_matrix *b) {
  double eps = or_precision_eps(a->precision);
  return (n + 1) * eps * largest_of(a) * largest_of(b) * n;
}

static void products_are_those_of_long_double(or_precision p) {
  const int shape[][3] = {{1, 1, 1},    {3, 4, 5},   {17, 1, 33},
                          {64, 64, 64}, {5, 200, 7}, {130, 31, 129}};
  for (int s = 0; s < 6; s++)
    for (int way = 0; way < 4; way++) {
      bool ta = way & 1, tb = way & 2;
      int m = shape[s][0], n = shape[s][1], k = shape[s][2], status;
      forget_matrices();
      or_matrix a = operand(ta, m, n, p, 1), b = operand(tb, n, k, p, 2);
      or_matrix c = new_matrix(m, k, p), wanted = product_of(ta, &a, tb, &b);
      WITH_ARENA(status, or_matrix_product(ta, &a, tb, &b, &c, &arena));
      CHECK(status == OR_OK && c.exponent == 0 && arena.needed == 0);
      CHECK(difference(&c, &wanted) <= bound(n, &a, &b));
      CHECK(padding_is_intact(&c));
    }
}

static void shapes_that_do_not_fit_are_refused(or_precision p) {
  or_matrix a = random_matrix(3, 4, p, 1), c = new_matrix(3, 3, p);
  or_matrix other = new_matrix(3, 3, p == OR_FLOAT32 ? OR_FLOAT64 : OR_FLOAT32);
  or_arena none = or_arena_over(NULL, 0);
  CHECK(or_matrix_product(false, &a, false, &a, &c, &none) == OR_SHAPE);
  CHECK(or_matrix_product(true, &a, false, &a, &c, &none) == OR_SHAPE);
  CHECK(or_matrix_product(false, &a, true, &a, &c, &none) == OR_OK);
  CHECK(or_matrix_product(false, &a, true, &a, &other, &none) == OR_PRECISION);
  a.exponent = OR_EXPONENT_LIMIT;
  CHECK(or_matrix_product(false, &a, true, &a, &c, &none) == OR_RANGE);
}

static void an_empty_sum_is_zero(or_precision p) {
  or_matrix a = new_matrix(3, 0, p), b = new_matrix(0, 4, p);
  or_matrix c = new_matrix(3, 4, p), none = new_matrix(0, 0, p);
  or_arena empty = or_arena_over(NULL, 0);
  a.exponent = 99;
  CHECK(or_matrix_product(false, &a, false, &b, &c, &empty) == OR_OK);
  CHECK(difference(&c, &c) == 0 && largest_of(&c) == 0 && c.exponent == 0);
  CHECK(or_matrix_product(false, &b, false, &c, &none, &empty) == OR_SHAPE);
  CHECK(or_matrix_product(true, &a, false, &a, &none, &empty) == OR_OK);
}

/* The same product at sizes that differ by a power of two has the same bits,
   whatever that takes. */
static void powers_of_two_change_no_bit(or_precision p) {
  or_matrix a = random_matrix(20, 30, p, 3), b = random_matrix(30, 10, p, 4);
  or_matrix c = new_matrix(20, 10, p), far = new_matrix(20, 10, p);
  int status, most = p == OR_FLOAT32 ? 100 : 900;
  WITH_ARENA(status, or_matrix_product(false, &a, false, &b, &c, &arena));
  or_matrix_normalize(&c);
  for (int e = -most; e <= most; e += most / 4)
    for (int x = -5000; x <= 5000; x += 5000) {
      or_matrix big = copy_of(&a), other = copy_of(&b);
      for (int j = 0; j < a.cols; j++)
        for (int i = 0; i < a.rows; i++)
          put(&big, i, j, ldexp(at(&a, i, j), e));
      for (int j = 0; j < b.cols; j++)
        for (int i = 0; i < b.rows; i++)
          put(&other, i, j, ldexp(at(&b, i, j), e));
      big.exponent = x;
      WITH_ARENA(status,
                 or_matrix_product(false, &big, false, &other, &far, &arena));
      CHECK(status == OR_OK);
      CHECK(isfinite(or_matrix_scan(&far).max_abs));
      or_matrix_normalize(&far);
      CHECK(far.exponent == c.exponent + 2 * e + x);
      far.exponent = c.exponent;
      CHECK(same_bits(&far, &c));
    }
}

static void the_second_pass_says_what_it_needs(or_precision p) {
  or_matrix a = random_matrix(8, 8, p, 5), c = copy_of(&a);
  double size = p == OR_FLOAT32 ? 1e30 : 1e250;
  for (int j = 0; j < 8; j++)
    for (int i = 0; i < 8; i++)
      put(&a, i, j, size * at(&a, i, j));
  or_arena few = or_arena_over(NULL, 0);
  CHECK(or_matrix_product(false, &a, false, &a, &c, &few) == OR_SCRATCH);
  CHECK(few.needed == or_product_scratch(&a, &a));
  few = or_arena_over(scratch, few.needed - OR_ALIGNMENT);
  CHECK(or_matrix_product(false, &a, false, &a, &c, &few) == OR_SCRATCH);
  few = or_arena_over(scratch, few.needed);
  CHECK(or_matrix_product(false, &a, false, &a, &c, &few) == OR_OK);
  CHECK(few.used == 0 && c.exponent > 0);
  CHECK(or_matrix_product_plain(false, &a, false, &a, &c) == OR_OK);
  CHECK(!isfinite(or_matrix_scan(&c).max_abs) || or_matrix_scan(&c).infs > 0);
}

static void nan_and_inf_come_out_as_ieee_has_them(or_precision p) {
  or_matrix a = new_matrix(2, 2, p), c = new_matrix(2, 2, p);
  or_arena none = or_arena_over(NULL, 0);
  or_matrix_eye(&a);
  put(&a, 0, 0, INFINITY);
  CHECK(or_matrix_product(false, &a, false, &a, &c, &none) == OR_OK);
  CHECK(isinf(at(&c, 0, 0)) && isnan(at(&c, 0, 1)) && at(&c, 1, 1) == 1);
  put(&a, 0, 0, NAN);
  CHECK(or_matrix_product(false, &a, false, &a, &c, &none) == OR_OK);
  CHECK(isnan(at(&c, 0, 0)) && at(&c, 1, 1) == 1);
}

int main(void) {
  const or_precision p[] = {OR_FLOAT32, OR_FLOAT64};
  for (gap = 0; gap <= 3; gap += 3)
    for (int k = 0; k < 2; k++) {
      products_are_those_of_long_double(p[k]);
      forget_matrices();
      shapes_that_do_not_fit_are_refused(p[k]);
      an_empty_sum_is_zero(p[k]);
      powers_of_two_change_no_bit(p[k]);
      the_second_pass_says_what_it_needs(p[k]);
      nan_and_inf_come_out_as_ieee_has_them(p[k]);
    }
  return check_report();
}
