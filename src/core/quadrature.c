/* quadrature.c: Gaussian expectations by composite Gauss-Legendre on
   [-12, 12], where exp(-z^2/2) falls to 5e-32. Panels end at kinks and shrink
   toward the places where the integrand changes fast. */
#include "quadrature.h"

#include <math.h>

#include "panel.h"

enum { NODES = OR_NODES, MAX_FEATURES = 48 };
static const double reach = 12, longest = 3, shortest = 1e-30;

/* Where an integrand has kinks or bends, and over what width it bends. */
typedef struct features {
  double centre[MAX_FEATURES];
  int count;
  double width;
  const or_custom *custom; /* phi's, where it has cuts: at scale z + shift, */
  double scale, shift;
  bool mirrored; /* and at scale z - shift */
} features;

/* Fills y[i] with the integrand at x[i], i < NODES, without the density. */
typedef void (*integrand)(const void *context, const double *x, double *y);

typedef struct integral {
  features at;
  integrand f;
  const void *context;
} integral;

static double square(double x) { return x * x; }

static double density(double z) {
  return 0.39894228040143267794 * exp(-0.5 * z * z);
}

static double panel(const integral *in, double low, double high) {
  double x[NODES], y[NODES], sum = 0;
  or_panel_nodes(low, high, x);
  in->f(in->context, x, y);
  for (int k = 0; k < NODES; k++) {
    double weight = or_legendre[k < NODES / 2 ? k : NODES - 1 - k][1];
    sum += weight * density(x[k]) * y[k];
  }
  return 0.5 * (high - low) * sum;
}

/* A place in (low, high) where one of the custom function's cuts is, as near to
   the middle as any; NaN where none is. */
static double custom_cut(const features *at, double shift, double low,
                         double high) {
  const double *cuts = at->custom->cuts;
  double middle = at->scale * 0.5 * (low + high) + shift, best = NAN;
  int below = 0, above = at->custom->cut_count;
  while (below < above) { /* the first that is not below the middle */
    int k = (below + above) / 2;
    *(cuts[k] < middle ? &below : &above) = cuts[k] < middle ? k + 1 : k;
  }
  for (int k = above - 1; k <= above; k++) {
    if (k < 0 || k >= at->custom->cut_count)
      continue;
    double z = (cuts[k] - shift) / at->scale;
    if (low < z && z < high &&
        !(fabs(cuts[k] - middle) > fabs(at->scale * best + shift - middle)))
      best = z;
  }
  return best;
}

/* Where [low, high] must be cut: at a centre inside it, or in the middle if
   it is too long for its distance to a centre; NaN where it is fine. */
static double cut(const features *at, double low, double high) {
  double length = high - low;
  double middle = 0.5 * (low + high);
  bool small = length <= 4e-16 * (fabs(low) + fabs(high)) + shortest;
  for (int k = 0; k < at->count; k++) {
    double centre = at->centre[k];
    if (low < centre && centre < high)
      return centre;
  }
  if (at->custom) {
    double place = custom_cut(at, at->shift, low, high);
    if (isnan(place) && at->mirrored)
      place = custom_cut(at, -at->shift, low, high);
    if (!isnan(place) && !small)
      return place;
  }
  if (length > longest)
    return middle;
  for (int k = 0; k < at->count && !small; k++) {
    double away = fmax(low - at->centre[k], at->centre[k] - high);
    if (length > fmax(longest * at->width, 1.0000001 * away))
      return middle;
  }
  return NAN;
}

static double integrate(const integral *in, double low, double high) {
  double at = cut(&in->at, low, high);
  if (isnan(at))
    return panel(in, low, high);
  return integrate(in, low, at) + integrate(in, at, high);
}

/* --- one variable --------------------------------------------------------*/

typedef struct single {
  or_activation phi;
  int value, slope, power;
  double scale; /* sqrt(q) */
} single;

/* y = phi(x) or phi'(x), elementwise; y is not x */
static void apply(or_activation phi, bool slope, double *x, double *y) {
  or_matrix in = or_matrix_over(x, NODES, 1, OR_FLOAT64);
  or_matrix out = or_matrix_over(y, NODES, 1, OR_FLOAT64);
  if (phi.kind == OR_ACT_CUSTOM) {
    phi.custom->apply(phi.custom->context, slope ? OR_SLOPE : OR_VALUE, x, y,
                      NODES);
    return;
  }
  if (!slope) {
    or_activate_f64(phi, &in, &out);
    return;
  }
  for (int k = 0; k < NODES; k++)
    y[k] = 1;
  or_activate_back_f64(phi, &in, &out, &out);
}

/* Does phi change enough over a panel, `half` long on either side, for slopes
   of the polynomial through its values to be no rounding? */
static bool shows_slope(const double *y, double half) {
  double most = y[0], least = y[0];
  for (int k = 1; k < NODES; k++) {
    most = fmax(most, y[k]);
    least = fmin(least, y[k]);
  }
  return fabs(half) > 0.05 ||
         most - least > 1e-3 * fmax(fabs(most), fabs(least));
}

/* The same at a panel's nodes, where phi' that is not known can be told. */
static void apply_panel(or_activation phi, bool slope, double *x, double *y) {
  double value[NODES];
  double half =
      (x[NODES / 2] - x[NODES / 2 - 1]) / (2 * or_legendre[NODES / 2 - 1][0]);
  bool known = !slope || phi.kind != OR_ACT_CUSTOM || phi.custom->has_slope;
  if (known || !phi.custom->cuts) {
    apply(phi, slope, x, y);
    return;
  }
  apply(phi, false, x, value);
  if (shows_slope(value, half))
    or_panel_slopes(value, half, y);
  else
    apply(phi, true, x, y);
}

static void single_at(const void *context, const double *z, double *y) {
  const single *s = context;
  double x[NODES], at_x[NODES];
  for (int k = 0; k < NODES; k++) {
    x[k] = s->scale * z[k];
    y[k] = 1;
  }
  for (int slope = 0; slope <= 1; slope++) { /* y *= phi^value, phi'^slope */
    int power = slope ? s->slope : s->value;
    if (power)
      apply_panel(s->phi, slope, x, at_x);
    for (int k = 0; power && k < NODES; k++)
      y[k] *= pow(at_x[k], power);
  }
  for (int k = 0; k < NODES; k++)
    y[k] *= pow(z[k], s->power);
}

/* Kinks of phi, and 0, seen from z where phi's argument is scale z + shift. */
static features features_of(or_activation phi, double scale, double shift) {
  or_activation_shape shape = or_activation_shape_of(phi);
  features f = {
      {-shift / scale}, 1, fmin(1, 1 / fabs(scale)), NULL, scale, shift, false};
  if (phi.kind == OR_ACT_CUSTOM && phi.custom->cuts)
    f.custom = phi.custom;
  for (int k = 0; k < shape.kink_count; k++) {
    double centre = (shape.kinks[k] - shift) / scale;
    if (shape.kinks[k] != 0)
      f.centre[f.count++] = centre;
  }
  return f;
}

/* The limit q -> 0+: phi(0), and phi' on either side of 0. */
static double mean_at_zero(or_activation phi, int value, int slope, int power) {
  or_activation_shape shape = or_activation_shape_of(phi);
  double half = 0.5; /* E[z^power; z > 0] = (power - 1)!! / 2, or half-odd */
  double sign = power % 2 ? -1 : 1;
  if (power % 2)
    half = density(0);
  for (int k = power - 1; k > 1; k -= 2)
    half *= k;
  return pow(shape.at_zero, value) * half *
         (pow(shape.slope_above, slope) + sign * pow(shape.slope_below, slope));
}

double or_gaussian_mean(or_activation phi, int value, int slope, int power,
                        double q) {
  if (q == 0)
    return mean_at_zero(phi, value, slope, power);
  single s = {phi, value, slope, power, sqrt(q)};
  integral in = {features_of(phi, s.scale, 0), single_at, &s};
  return integrate(&in, -reach, reach);
}

double or_gaussian_moment(or_activation phi, bool slope, int power, double q) {
  return or_gaussian_mean(phi, slope ? 0 : power, slope ? power : 0, 0, q);
}

double or_gain(or_activation phi) {
  return 1 / sqrt(or_gaussian_moment(phi, false, 2, 1));
}

/* --- two variables -------------------------------------------------------*/

/* u = sqrt(q) (common s + apart t), v = sqrt(q) (common s - apart t), with
   common^2 + apart^2 = 1 and 2 common^2 - 1 = c: stays exact near c = +-1. */
typedef struct joint {
  or_activation phi;
  bool slope_u, slope_v; /* phi' in place of phi */
  bool squared;
  double common, apart; /* times sqrt(q) */
  double s;
} joint;

/* y += share f(u) g(v), or the squares' product */
static void add_products(const joint *p, double *u, double *v, double share,
                         double *y) {
  double at_u[NODES], at_v[NODES];
  apply_panel(p->phi, p->slope_u, u, at_u);
  apply_panel(p->phi, p->slope_v, v, at_v);
  for (int k = 0; k < NODES; k++) {
    double product = at_u[k] * at_v[k];
    y[k] += share * (p->squared ? product * product : product);
  }
}

/* Made even in t: u and v change places with its sign. */
static void inner_at(const void *context, const double *t, double *y) {
  const joint *p = context;
  bool same = p->slope_u == p->slope_v;
  double u[NODES], v[NODES];
  for (int k = 0; k < NODES; k++) {
    u[k] = p->common * p->s + p->apart * t[k];
    v[k] = p->common * p->s - p->apart * t[k];
    y[k] = 0;
  }
  add_products(p, u, v, same ? 1 : 0.5, y);
  if (!same)
    add_products(p, v, u, 0.5, y);
}

static double inner(const joint *p) {
  integral in = {features_of(p->phi, p->apart, p->common * p->s), inner_at, p};
  int count = in.at.count;
  for (int k = 0; k < count; k++)
    in.at.centre[in.at.count++] = -in.at.centre[k];
  in.at.mirrored = true;
  return integrate(&in, 0, reach) * 2; /* even in t */
}

static void outer_at(const void *context, const double *s, double *y) {
  joint p = *(const joint *)context;
  for (int k = 0; k < NODES; k++) {
    p.s = s[k];
    y[k] = inner(&p);
  }
}

/* Where u and v pass two kinks of phi at once, halfway between them, the inner
   integral has one. */
static void add_halfways(or_activation phi, double scale, features *at) {
  or_activation_shape shape = or_activation_shape_of(phi);
  for (int k = 1; k < shape.kink_count; k++)
    for (int j = 0; j < k && at->count < MAX_FEATURES; j++)
      at->centre[at->count++] = 0.5 * (shape.kinks[j] + shape.kinks[k]) / scale;
}

static double outer(joint *p, double q, double c) {
  p->common = sqrt(0.5 * q * (1 + c));
  p->apart = sqrt(0.5 * q * (1 - c));
  integral in = {features_of(p->phi, p->common, 0), outer_at, p};
  if (p->apart < p->common) /* the inner integral rounds a kink off this far */
    in.at.width = fmin(in.at.width, fmax(p->apart / p->common, 1e-16));
  add_halfways(p->phi, p->common, &in.at);
  return integrate(&in, -reach, reach);
}

double or_gaussian_joint(or_activation phi, bool slope, double q, double c) {
  joint p = {phi, slope, slope, false, 0, 0, 0};
  if (q == 0)
    return square(or_gaussian_moment(phi, slope, 1, 0));
  return outer(&p, q, c);
}

double or_gaussian_joint_energy(or_activation phi, int slopes, double q,
                                double c) {
  joint p = {phi, slopes > 1, slopes > 0, true, 0, 0, 0};
  return outer(&p, q, c);
}

/* --- the logarithm of a sum ----------------------------------------------*/

/* X = sum of n independent X_i of mean m; t is in units of 1/E X, b = t/n. */
typedef struct laplace {
  or_activation phi;
  bool slope;
  double scale; /* sqrt(q) */
  double mean;  /* m */
  double b;
} laplace;

/* e^w - 1 - w, which never is negative */
static double exponential_rest(double w) {
  double sum = 1;
  if (fabs(w) > 0.7)
    return expm1(w) - w;
  for (int k = 18; k > 2; k--)
    sum = 1 + sum * w / k;
  return 0.5 * w * w * sum;
}

/* x - log(1 + x), x >= 0 */
static double logarithm_rest(double x) {
  double w = x / (2 + x), square = w * w, sum = 0;
  if (x > 1)
    return x - log1p(x);
  for (int k = 41; k > 1; k -= 2)
    sum = 1.0 / k + square * sum;
  return x * x / (2 + x) - 2 * w * square * sum;
}

/* a_k = b phi^2/m, or with phi', for n nodes z */
static void energies(const laplace *p, const double *z, double *a) {
  double x[NODES];
  for (int k = 0; k < NODES; k++)
    x[k] = p->scale * z[k];
  apply_panel(p->phi, p->slope, x, a);
  for (int k = 0; k < NODES; k++)
    a[k] = p->b * a[k] * a[k] / p->mean;
}

/* e^b E exp(-b X_i/m) - 1 given z, less b - a, whose mean is 0: what is left
   has no term of first order, and nothing in it cancels. A slope's X_i has a
   normal variable's square in it, whose Laplace transform is 1/sqrt(1 + 2a). */
static void near_at(const void *context, const double *z, double *y) {
  const laplace *p = context;
  energies(p, z, y);
  for (int k = 0; k < NODES; k++) {
    double more = p->slope ? 0.5 * logarithm_rest(2 * y[k]) : 0;
    y[k] = exponential_rest(p->b - y[k] + more) + more;
  }
}

/* E exp(-b X_i/m) given z, where X_i is not 0 */
static void far_at(const void *context, const double *z, double *y) {
  const laplace *p = context;
  energies(p, z, y);
  for (int k = 0; k < NODES; k++)
    if (y[k] == 0)
      y[k] = 0;
    else
      y[k] = p->slope ? 1 / sqrt(1 + 2 * y[k]) : exp(-y[k]);
}

/* 1 where X_i is 0 */
static void dead_at(const void *context, const double *z, double *y) {
  energies(context, z, y);
  for (int k = 0; k < NODES; k++)
    y[k] = y[k] == 0;
}

/* Adds the places where phi, or phi', changes its sign: X_i is 0 there. */
static void add_zeros(const laplace *p, features *at) {
  enum { STEPS = 16 * NODES };
  double x[NODES], y[NODES], before = 0, step = 2 * reach / STEPS;
  for (int first = 0; first < STEPS; first += NODES) {
    for (int k = 0; k < NODES; k++)
      x[k] = p->scale * (step * (first + k + 0.5) - reach);
    apply(p->phi, p->slope, x, y);
    for (int k = 0; k < NODES && at->count < MAX_FEATURES; k++) {
      double low = x[k] - p->scale * step, high = x[k];
      for (int i = 0; before * y[k] < 0 && i < 60; i++) {
        double middle = 0.5 * (low + high);
        double value = p->slope ? or_activation_slope(p->phi, middle)
                                : or_activation_value(p->phi, middle);
        *(value * before > 0 ? &low : &high) = middle;
      }
      if (before * y[k] < 0 && fabs(low) > 1e-9 * p->scale)
        at->centre[at->count++] = low / p->scale;
      before = y[k];
    }
  }
}

/* The mean of f over z, at b. Far out exp(-b X_i/m) is a peak at X_i's zeros,
   sqrt(b) times narrower than they are. */
static double mean_at(const laplace *p, const features *at, integrand f) {
  integral in = {*at, f, p};
  in.at.width /= sqrt(1 + p->b);
  return integrate(&in, -reach, reach);
}

/* (E exp(-t Y) given Y > 0) - exp(-t), Y = X/E X, exact relative to what it is.
   Near t = 0 it is of second order in t. */
static double transform(const laplace *p, const features *at, double dead,
                        int n, double t) {
  laplace here = *p;
  here.b = t / n;
  double alive = 1 - pow(dead, n), left = pow(dead, n) * expm1(-t), some;
  if (here.b <= 1) {
    some = exp(-t) * expm1(n * log1p(mean_at(&here, at, near_at)));
    return (some + left) / alive;
  }
  some = mean_at(&here, at, far_at);
  double more = pow(dead, n) > 1e-30
                    ? pow(dead, n) * expm1(n * log1p(some / dead))
                    : pow(dead + some, n);
  return more / alive - exp(-t);
}

/* Frullani's integral, and the next: with G(r) = transform at t = e^r,
   E ln Y = -I_0 and E (ln Y)^2 = 2 (I_1 + gamma I_0), I_k the integral of
   r^k G(r). G is analytic: the trapezoidal rule is exact to rounding. */
void or_log_energy(or_activation phi, bool slope, int n, double q, double *mean,
                   double *variance) {
  static const double step = 0.1875, euler = 0.57721566490153286061;
  static const double last = 690; /* beyond, e^r is no number */
  laplace p = {phi, slope, sqrt(q), 1, 1};
  features at = features_of(phi, p.scale, 0);
  p.mean = or_gaussian_moment(phi, slope, 2, q);
  add_zeros(&p, &at);
  double dead = mean_at(&p, &at, dead_at), first = 0, second = 0, g = 1;
  int begin = pow(dead, n) > 1e-20 ? -228 : -120; /* G goes as t, or as t^2 */
  for (int k = begin; k * step < last && (k < 24 || fabs(g) > 1e-19); k++) {
    g = transform(&p, &at, dead, n, exp(k * step));
    first += g;
    second += k * step * g;
  }
  first *= step;
  second *= step;
  *mean = log(n * p.mean) - first;
  *variance = 2 * (second + euler * first) - first * first;
}
