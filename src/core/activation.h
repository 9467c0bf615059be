/* activation.h: the activation functions phi, pointwise: value, derivative,
   kinks, and behaviour near 0 and far out, which lets a network apply them to
   values that no float can hold. */
#ifndef OR_ACTIVATION_H
#define OR_ACTIVATION_H

#include <stdbool.h>

#include "matrix.h"

/* What is true of some: */
enum {
  OR_ACT_HOMOGENEOUS = 1, /* phi(c x) = c phi(x), c > 0 */
  OR_ACT_SLOPE_SHOWS = 2, /* phi(x) tells phi'(x), but for alpha <= 0 */
  OR_ACT_ALPHA = 4,       /* phi has a parameter */
  OR_ACT_CLAMPS = 8       /* its kinks are at -1 and 1, not at 0 */
};

/* name, default alpha (of those that have one), what is true of it. The
   formulas stand under the same names in activate.c. */
#define OR_ACTIVATION_TABLE(X)                                                 \
  X(linear, 0, OR_ACT_HOMOGENEOUS | OR_ACT_SLOPE_SHOWS)                        \
  X(relu, 0, OR_ACT_HOMOGENEOUS | OR_ACT_SLOPE_SHOWS)                          \
  X(leaky_relu, 0.01, OR_ACT_HOMOGENEOUS | OR_ACT_SLOPE_SHOWS | OR_ACT_ALPHA)  \
  X(tanh, 0, 0)                                                                \
  X(sigmoid, 0, 0)                                                             \
  X(erf, 0, 0)                                                                 \
  X(gelu, 0, 0)                                                                \
  X(silu, 0, 0)                                                                \
  X(selu, 0, 0)                                                                \
  X(elu, 1, OR_ACT_ALPHA)                                                      \
  X(hard_tanh, 0, OR_ACT_SLOPE_SHOWS | OR_ACT_CLAMPS)                          \
  X(softplus, 0, 0)

typedef enum or_activation_kind {
#define X(name, alpha, traits) OR_ACT_##name,
  OR_ACTIVATION_TABLE(X)
#undef X
      OR_ACTIVATION_COUNT,
  OR_ACT_CUSTOM = OR_ACTIVATION_COUNT /* a function of the caller's */
} or_activation_kind;

enum { OR_MOST_KINKS = 8 };

/* How phi looks from far away and from close by. */
typedef struct or_activation_shape {
  bool homogeneous;                /* phi(c x) = c phi(x), c > 0 */
  double at_zero;                  /* phi(0) */
  double slope_below, slope_above; /* phi'(0-), phi'(0+) */
  double far_left, far_right;      /* slopes at -infinity, +infinity */
  double kinks[OR_MOST_KINKS];     /* where phi' jumps */
  int kink_count;
} or_activation_shape;

/* Which derivative of phi is meant. */
typedef enum or_order { OR_VALUE, OR_SLOPE, OR_CURVATURE } or_order;

/* A function that the core does not know: y = phi(x), phi'(x) or phi''(x) for n
   numbers. Called by quadrature (quadrature.h) and for single values; a
   network's pass returns to its caller instead (network.h). What cannot be
   computed is NaN. */
typedef struct or_custom {
  const char *name;
  or_activation_shape shape;
  const double *cuts; /* of or_pieces (panel.h), for quadrature; else NULL */
  int cut_count;
  bool has_slope; /* or phi' is a difference of phi's values */
  void (*apply)(void *context, or_order order, const double *x, double *y,
                int n);
  void *context;
} or_custom;

typedef struct or_activation {
  or_activation_kind kind;
  double alpha;
  const or_custom *custom; /* of OR_ACT_CUSTOM */
} or_activation;

const char *or_activation_name(or_activation_kind kind);
/* The same, or a custom function's name */
const char *or_activation_called(or_activation phi);
/* The kind called `name`, with its default alpha; false where there is none */
bool or_activation_find(const char *name, or_activation *phi);
or_activation_shape or_activation_shape_of(or_activation phi);
bool or_activation_has_alpha(or_activation phi);

/* Does phi(x) tell phi'(x)? Then phi may overwrite its input. */
bool or_activation_tells_slope(or_activation phi);

/* phi(x), phi'(x) and phi''(x) in double. phi' at a kink is the left derivative
   for relu-like kinds (relu'(0) = 0, as in PyTorch), and phi'' that of the same
   side: a kink has none. Finite for infinite x where the limit is; NaN in, NaN
   out. */
double or_activation_value(or_activation phi, double x);
double or_activation_slope(or_activation phi, double x);
double or_activation_curvature(or_activation phi, double x);
/* Is phi'' 0 wherever it is? */
bool or_activation_is_straight(or_activation phi);

/* Over all elements of z, any ld: a = phi(z), a may be z; returns max |a|,
   NaN where a has one. dz = da .* phi'(z), or with `bend` da .* phi''(z), dz
   may be da; returns max |dz|. Shapes have been checked; exponents are not
   looked at; phi is not custom. The entries of the kernel tables (kernels.h).
 */
double or_activate_f32(or_activation phi, const or_matrix *z, or_matrix *a);
double or_activate_f64(or_activation phi, const or_matrix *z, or_matrix *a);
double or_activate_back_f32(or_activation phi, const or_matrix *z,
                            const or_matrix *da, or_matrix *dz);
double or_activate_back_f64(or_activation phi, const or_matrix *z,
                            const or_matrix *da, or_matrix *dz);
double or_activate_bend_f32(or_activation phi, const or_matrix *z,
                            const or_matrix *da, or_matrix *dz);
double or_activate_bend_f64(or_activation phi, const or_matrix *z,
                            const or_matrix *da, or_matrix *dz);

#endif
