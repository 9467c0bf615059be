/* precision.h: the two precisions and all in which they differ, in one table.
   What is computed in a precision stands in template files (real.h). */
#ifndef OR_PRECISION_H
#define OR_PRECISION_H

#include <stdbool.h>
#include <stddef.h>

typedef enum or_precision {
  OR_FLOAT64,
  OR_FLOAT32,
  OR_PRECISION_COUNT
} or_precision;

typedef struct or_precision_traits {
  const char *name;
  size_t size;    /* bytes of a number */
  double eps;     /* distance from 1 to the next number */
  double largest; /* finite number */
  int top;        /* finite numbers are below 2^top */
  int bottom;     /* from 2^bottom on, all digits are there, and products keep
                     them, which count denormals as zero */
  int factor;     /* 2^factor and 2^-factor are numbers, with room to spare */
  /* Inside 2^-window .. 2^window no product of two matrices can overflow or
     lose digits, whatever its inner size: 2^(2 window + 31) < 2^top. */
  int window;
  double window_low, window_high; /* those two powers */
  /* Where the largest element of a product is in between, nothing near it can
     have been lost. */
  double product_low, product_high;
  double square_low, square_high; /* the same of a sum of its squares */
  int fold_low;  /* below 2^fold_low digits would be lost on the way to a
                    function that is not linear */
  int grade;     /* elements 2^grade apart are scaled line by line for LU */
  double digits; /* a result so many times its rounding is good enough */
} or_precision_traits;

extern const or_precision_traits or_precisions[OR_PRECISION_COUNT];

static inline size_t or_precision_size(or_precision p) {
  return or_precisions[p].size;
}
static inline double or_precision_eps(or_precision p) {
  return or_precisions[p].eps;
}
static inline const char *or_precision_name(or_precision p) {
  return or_precisions[p].name;
}
/* The precision called `name`; false where there is none. */
bool or_precision_find(const char *name, or_precision *p);

/* x rounded to p, as a double; and the number of p next to x towards `to`. */
double or_precision_round(or_precision p, double x);
double or_precision_next(or_precision p, double x, double to);

/* What template files export once for each precision: name_f32 or name_f64. */
#define OR_FOR_PRECISION(p, name) ((p) == OR_FLOAT32 ? name##_f32 : name##_f64)

#endif
