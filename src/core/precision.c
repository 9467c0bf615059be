/* precision.c: see precision.h. */
#include "precision.h"

#include <float.h>
#include <math.h>
#include <string.h>

const or_precision_traits or_precisions[OR_PRECISION_COUNT] = {
    [OR_FLOAT64] = {.name = "float64",
                    .size = sizeof(double),
                    .eps = DBL_EPSILON,
                    .largest = DBL_MAX,
                    .top = DBL_MAX_EXP,
                    .bottom = DBL_MIN_EXP + DBL_MANT_DIG,
                    .factor = 1000,
                    .window = 300,
                    .window_low = 0x1p-300,
                    .window_high = 0x1p300,
                    .product_low = 0x1p-800,
                    .product_high = 0x1p900,
                    .square_low = 0x1p-800,
                    .square_high = 0x1p800,
                    .fold_low = -700,
                    .grade = 500,
                    .digits = 1e8},
    [OR_FLOAT32] = {.name = "float32",
                    .size = sizeof(float),
                    .eps = FLT_EPSILON,
                    .largest = FLT_MAX,
                    .top = FLT_MAX_EXP,
                    .bottom = FLT_MIN_EXP + FLT_MANT_DIG,
                    .factor = 120,
                    .window = 40,
                    .window_low = 0x1p-40,
                    .window_high = 0x1p40,
                    .product_low = 0x1p-70,
                    .product_high = 0x1p100,
                    .square_low = 0x1p-120,
                    .square_high = 0x1p200,
                    .fold_low = -80,
                    .grade = 60,
                    .digits = 1e3}};

bool or_precision_find(const char *name, or_precision *p) {
  for (int i = 0; i < OR_PRECISION_COUNT; i++)
    if (strcmp(or_precisions[i].name, name) == 0) {
      *p = (or_precision)i;
      return true;
    }
  return false;
}

double or_precision_round(or_precision p, double x) {
  return p == OR_FLOAT32 ? (float)x : x;
}

double or_precision_next(or_precision p, double x, double to) {
  return p == OR_FLOAT32 ? nextafterf((float)x, (float)to) : nextafter(x, to);
}
