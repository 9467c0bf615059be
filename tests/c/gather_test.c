/* gather_test.c: columns of one matrix into another, in any order, often, from
   views and into views. */
#include "../../src/core/gather.h"

#include "matrices.h"

static int is_gathered(const or_matrix *from, const int *columns,
                       const or_matrix *to) {
  for (int j = 0; j < to->cols; j++) {
    or_matrix x = or_matrix_block(from, 0, columns[j], from->rows, 1);
    or_matrix y = or_matrix_block(to, 0, j, to->rows, 1);
    x.exponent = y.exponent;
    if (!same_bits(&x, &y))
      return 0;
  }
  return 1;
}

static void columns_come_in_the_order_asked_for(or_precision p) {
  const int rows[] = {0, 1, 3, 8, 100, 20000};
  for (int k = 0; k < 6; k++) {
    int columns[] = {6, 0, 0, 3, 6, 1, 2, 5};
    forget_matrices();
    or_matrix from = random_matrix(rows[k], 7, p, 1);
    or_matrix to = new_matrix(rows[k], 8, p), before = copy_of(&from);
    or_gather(&from, columns, &to);
    CHECK(is_gathered(&from, columns, &to));
    CHECK(padding_is_intact(&to) && same_bits(&from, &before));
  }
}

static void infinities_and_exponents_are_left_alone(or_precision p) {
  const int columns[] = {1};
  or_matrix from = random_matrix(4, 2, p, 2), to = new_matrix(4, 1, p);
  put(&from, 2, 1, NAN);
  put(&from, 3, 1, -INFINITY);
  from.exponent = 9;
  to.exponent = 3;
  or_gather(&from, columns, &to);
  CHECK(isnan(at(&to, 2, 0)) && at(&to, 3, 0) == -INFINITY);
  CHECK(to.exponent == 3);
}

static void of_no_columns_nothing_is_written(or_precision p) {
  or_matrix from = random_matrix(4, 2, p, 3), to = new_matrix(4, 0, p);
  or_matrix after = new_matrix(1, 1, p);
  or_gather(&from, NULL, &to);
  CHECK(isnan(at(&after, 0, 0)));
}

int main(void) {
  const or_precision p[] = {OR_FLOAT32, OR_FLOAT64};
  for (gap = 0; gap <= 3; gap += 3)
    for (int k = 0; k < 2; k++) {
      columns_come_in_the_order_asked_for(p[k]);
      infinities_and_exponents_are_left_alone(p[k]);
      of_no_columns_nothing_is_written(p[k]);
    }
  return check_report();
}
