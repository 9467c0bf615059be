/* activation.c: the table of activation functions: names, shapes, and single
   values. The formulas themselves stand in activate.c, once. */
#include "activation.h"

#include <string.h>

typedef struct entry {
  const char *name;
  double alpha;
  int traits;
} entry;

static const entry table[] = {
#define X(name, alpha, traits) {#name, alpha, traits},
    OR_ACTIVATION_TABLE(X)
#undef X
};

const char *or_activation_name(or_activation_kind kind) {
  return (unsigned)kind < OR_ACTIVATION_COUNT ? table[kind].name : "?";
}

bool or_activation_find(const char *name, or_activation *phi) {
  for (int k = 0; k < OR_ACTIVATION_COUNT; k++) {
    if (strcmp(table[k].name, name) == 0) {
      phi->kind = (or_activation_kind)k;
      phi->alpha = table[k].alpha;
      return true;
    }
  }
  return false;
}

const char *or_activation_called(or_activation phi) {
  return phi.kind == OR_ACT_CUSTOM ? phi.custom->name
                                   : or_activation_name(phi.kind);
}

static double custom_at(or_activation phi, or_order order, double x) {
  double y;
  phi.custom->apply(phi.custom->context, order, &x, &y, 1);
  return y;
}

double or_activation_value(or_activation phi, double x) {
  if (phi.kind == OR_ACT_CUSTOM)
    return custom_at(phi, OR_VALUE, x);
  or_matrix m = or_matrix_over(&x, 1, 1, OR_FLOAT64);
  or_activate_f64(phi, &m, &m);
  return x;
}

double or_activation_slope(or_activation phi, double x) {
  double slope = 1;
  if (phi.kind == OR_ACT_CUSTOM)
    return custom_at(phi, OR_SLOPE, x);
  or_matrix z = or_matrix_over(&x, 1, 1, OR_FLOAT64);
  or_matrix d = or_matrix_over(&slope, 1, 1, OR_FLOAT64);
  or_activate_back_f64(phi, &z, &d, &d);
  return slope;
}

double or_activation_curvature(or_activation phi, double x) {
  double curvature = 1;
  if (phi.kind == OR_ACT_CUSTOM)
    return custom_at(phi, OR_CURVATURE, x);
  or_matrix z = or_matrix_over(&x, 1, 1, OR_FLOAT64);
  or_matrix d = or_matrix_over(&curvature, 1, 1, OR_FLOAT64);
  or_activate_bend_f64(phi, &z, &d, &d);
  return curvature;
}

static bool has(or_activation phi, int trait) {
  return phi.kind != OR_ACT_CUSTOM && (table[phi.kind].traits & trait) != 0;
}

bool or_activation_has_alpha(or_activation phi) {
  return has(phi, OR_ACT_ALPHA);
}

bool or_activation_is_straight(or_activation phi) {
  return has(phi, OR_ACT_HOMOGENEOUS | OR_ACT_CLAMPS);
}

static void find_kinks(or_activation phi, or_activation_shape *s) {
  if (has(phi, OR_ACT_CLAMPS)) {
    s->kinks[0] = -1;
    s->kinks[1] = 1;
    s->kink_count = 2;
  } else if (s->slope_below != s->slope_above) {
    s->kinks[0] = 0;
    s->kink_count = 1;
  }
}

bool or_activation_tells_slope(or_activation phi) {
  return has(phi, OR_ACT_SLOPE_SHOWS) &&
         (!has(phi, OR_ACT_ALPHA) || phi.alpha > 0);
}

or_activation_shape or_activation_shape_of(or_activation phi) {
  if (phi.kind == OR_ACT_CUSTOM)
    return phi.custom->shape;
  or_activation_shape s = {0};
  s.homogeneous = has(phi, OR_ACT_HOMOGENEOUS);
  s.at_zero = or_activation_value(phi, 0);
  s.slope_below = or_activation_slope(phi, -1e-300);
  s.slope_above = or_activation_slope(phi, 1e-300);
  s.far_left = or_activation_slope(phi, -1e300);
  s.far_right = or_activation_slope(phi, 1e300);
  find_kinks(phi, &s);
  return s;
}
