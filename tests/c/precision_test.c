/* precision_test.c: the table of precisions against what C says of its types.
 */
#include "../../src/core/precision.h"

#include <float.h>
#include <math.h>

#include "check.h"

static void the_table_is_right(or_precision p) {
  const or_precision_traits *t = &or_precisions[p];
  CHECK(t->largest == or_precision_next(p, INFINITY, 0));
  CHECK(t->eps == or_precision_next(p, 1, 2) - 1);
  CHECK(t->top == ilogb(t->largest) + 1);
  CHECK(2 * t->window + 31 < t->top);
  CHECK(or_precision_round(p, ldexp(1, t->factor)) == ldexp(1, t->factor));
  CHECK(or_precision_round(p, ldexp(1, -t->factor)) == ldexp(1, -t->factor));
  CHECK(t->window_low == ldexp(1, -t->window));
  CHECK(t->window_high == ldexp(1, t->window));
  CHECK(t->product_low < t->window_low && t->window_high < t->product_high);
  CHECK(t->product_high < t->largest && t->square_low < t->square_high);
}

static void names_are_found(void) {
  or_precision p = OR_FLOAT64;
  CHECK(or_precision_find("float32", &p) && p == OR_FLOAT32);
  CHECK(or_precision_find("float64", &p) && p == OR_FLOAT64);
  CHECK(!or_precision_find("float", &p) && !or_precision_find("", &p));
}

static void numbers_are_rounded(void) {
  CHECK(or_precision_round(OR_FLOAT64, 0.1) == 0.1);
  CHECK(or_precision_round(OR_FLOAT32, 0.1) == (double)0.1f);
  CHECK(isinf(or_precision_round(OR_FLOAT32, 1e39)));
  CHECK(or_precision_next(OR_FLOAT32, 1, 0) == 1 - FLT_EPSILON / 2);
  CHECK(or_precision_next(OR_FLOAT64, 1, 0) == 1 - DBL_EPSILON / 2);
}

int main(void) {
  the_table_is_right(OR_FLOAT64);
  the_table_is_right(OR_FLOAT32);
  names_are_found();
  numbers_are_rounded();
  return check_report();
}
