/* panel.c: interpolation on Gauss-Legendre nodes by the barycentric formula
   (Berrut and Trefethen 2004), and bisection by it. */
#include "panel.h"

#include <math.h>
#include <stdlib.h>

const double or_legendre[OR_NODES / 2][2] = {
    {0.064056892862605626085, 0.12793819534675215697},
    {0.19111886747361630916, 0.12583745634682829612},
    {0.31504267969616337439, 0.1216704729278033912},
    {0.43379350762604513849, 0.11550566805372560135},
    {0.54542147138883953566, 0.10744427011596563478},
    {0.64809365193697556925, 0.09761865210411388827},
    {0.74012419157855436424, 0.086190161531953275917},
    {0.82000198597390292195, 0.073346481411080305734},
    {0.88641552700440103421, 0.059298584915436780746},
    {0.93827455200273275852, 0.044277438817419806169},
    {0.9747285559713094982, 0.028531388628933663181},
    {0.99518721999702136018, 0.012341229799987199547},
};

void or_panel_nodes(double low, double high, double *x) {
  double middle = 0.5 * (low + high), half = 0.5 * (high - low);
  for (int k = 0; k < OR_NODES / 2; k++) {
    x[k] = middle - half * or_legendre[k][0];
    x[OR_NODES - 1 - k] = middle + half * or_legendre[k][0];
  }
}

/* Node k of [-1, 1], in the order of or_panel_nodes */
static double node(int k) {
  return k < OR_NODES / 2 ? -or_legendre[k][0]
                          : or_legendre[OR_NODES - 1 - k][0];
}

/* Barycentric weights: (-1)^j sqrt((1 - x^2) w) for the j-th node by size, up
   to a factor. */
static void barycentric(double *weights) {
  for (int k = 0; k < OR_NODES / 2; k++) {
    double x = or_legendre[k][0], w = sqrt((1 - x * x) * or_legendre[k][1]);
    weights[k] = k % 2 ? -w : w;
    weights[OR_NODES - 1 - k] = -weights[k];
  }
}

double or_panel_value(const double *y, double t) {
  double weights[OR_NODES], top = 0, bottom = 0;
  barycentric(weights);
  for (int k = 0; k < OR_NODES; k++) {
    double away = t - node(k);
    if (away == 0)
      return y[k];
    top += weights[k] / away * y[k];
    bottom += weights[k] / away;
  }
  return top / bottom;
}

void or_panel_slopes(const double *y, double half, double *slopes) {
  double weights[OR_NODES];
  barycentric(weights);
  for (int i = 0; i < OR_NODES; i++) {
    double sum = 0;
    for (int k = 0; k < OR_NODES; k++)
      if (k != i)
        sum += weights[k] / weights[i] * (y[k] - y[i]) / (node(i) - node(k));
    slopes[i] = sum / half;
  }
}

/* --- pieces --------------------------------------------------------------- */

typedef struct search {
  or_activation phi;
  double size; /* phi's largest value around 0 */
  double *cuts;
  int count, room;
  or_activation_shape *shape;
  double jump;
} search;

static void at(const search *s, const double *x, double *y, int n) {
  s->phi.custom->apply(s->phi.custom->context, OR_VALUE, x, y, n);
}

/* Near the middle, but at no number that kinks are likely to be at */
static double between(double low, double high) {
  return low + 0.4863 * (high - low);
}

/* How far the polynomial on [low, high] misses phi, over what is allowed. */
static double miss(const search *s, double low, double high) {
  enum { TESTS = 6 };
  static const double tests[TESTS] = {-0.9985, -0.49, -0.13, 0.24, 0.7, 0.9985};
  double x[OR_NODES + TESTS], y[OR_NODES + TESTS], size = s->size, worst = 0;
  or_panel_nodes(low, high, x);
  for (int k = 0; k < TESTS; k++)
    x[OR_NODES + k] = 0.5 * (low + high) + 0.5 * (high - low) * tests[k];
  at(s, x, y, OR_NODES + TESTS);
  double most = y[0], least = y[0];
  for (int k = 0; k < OR_NODES; k++) {
    size = fmax(size, fabs(y[k]));
    most = fmax(most, y[k]);
    least = fmin(least, y[k]);
  }
  for (int k = 0; k < TESTS; k++)
    worst = fmax(worst, fabs(or_panel_value(y, tests[k]) - y[OR_NODES + k]));
  double rounding = 4e-15 * fmax(fabs(low), fabs(high)); /* of x */
  double allowed = 1e-13 * size + rounding * (most - least) / (high - low);
  return worst <= allowed ? 0 : worst / allowed;
}

/* x, or the shortest decimal that is as near to it as x is known */
static double rounded(double x, double width) {
  double unit = pow(10, ceil(log10(100 * width)));
  double near = nearbyint(x / unit) * unit;
  if (unit < 1) /* a quotient of whole numbers, which has no rounding of unit */
    near = nearbyint(x / unit) / nearbyint(1 / unit);
  return fabs(near - x) <= 2 * width ? near + 0.0 : x; /* no -0 */
}

static void check_jump(search *s, double low, double high) {
  double x[2] = {low, high}, y[2];
  at(s, x, y, 2);
  double place = rounded(0.5 * (low + high), high - low);
  if (fabs(y[1] - y[0]) > 1e-6 * fmax(s->size, fabs(y[0])) &&
      !(fabs(place) > fabs(s->jump)))
    s->jump = place;
}

/* What keeps polynomials from following phi on [low, high]: halves the worse
   half until they can. Returns the place, if it is narrow against all of the
   interval; NaN where phi just changes faster than the interval is long. */
static double culprit(search *s, double low, double high) {
  double length = high - low, least = 1e-13 * fmax(1, fabs(low));
  for (int k = 0; k < 60; k++) {
    double middle = between(low, high);
    double left = miss(s, low, middle), right = miss(s, middle, high);
    if (left == 0 && right == 0)
      break;
    *(left > right ? &high : &low) = middle;
    if (high - low < least) {
      check_jump(s, low, high);
      break;
    }
  }
  double place = rounded(0.5 * (low + high), high - low);
  return high - low < 2e-3 * length ? place : NAN;
}

static void add(search *s, double x) {
  if (s->count < s->room)
    s->cuts[s->count] = x;
  s->count++;
}

static void add_kink(search *s, double x) {
  or_activation_shape *shape = s->shape;
  for (int k = 0; k < shape->kink_count; k++)
    if (fabs(shape->kinks[k] - x) < 1e-5 * fmax(1, fabs(x)))
      return;
  if (shape->kink_count < OR_MOST_KINKS)
    shape->kinks[shape->kink_count++] = x;
}

/* Cuts (low, high), whose ends are cuts. */
static void resolve(search *s, double low, double high) {
  double length = high - low, least = 1e-9 * fmax(1, fabs(low));
  if (s->count > s->room || length < least || miss(s, low, high) == 0)
    return;
  double place = culprit(s, low, high);
  if (place > low + 1e-3 * length && place < high - 1e-3 * length)
    add_kink(s, place);
  else
    place = between(low, high);
  add(s, place);
  resolve(s, low, place);
  resolve(s, place, high);
}

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

int or_pieces(or_activation phi, double reach, double *cuts, int room,
              or_activation_shape *shape, double *jump) {
  search s = {phi, 0, cuts, 0, room, shape, NAN};
  double x[5] = {-1, -0.5, 0, 0.5, 1}, y[5];
  at(&s, x, y, 5);
  for (int k = 0; k < 5; k++)
    s.size = fmax(s.size, fabs(y[k]));
  add(&s, 0);
  check_jump(&s, -1e-13, 1e-13);
  if (miss(&s, -0.01, 0.0137) != 0 && fabs(culprit(&s, -0.01, 0.0137)) < 1e-5)
    add_kink(&s, 0);
  for (double low = 0, high = 2.1773; low < reach; low = high, high *= 2)
    for (int side = -1; side <= 1; side += 2) {
      resolve(&s, side < 0 ? -high : low, side < 0 ? -low : high);
      add(&s, side * high);
      check_jump(&s, side * high * (1 - 1e-13), side * high * (1 + 1e-13));
    }
  *jump = s.jump;
  if (s.count > room)
    return -1;
  qsort(cuts, (size_t)s.count, sizeof *cuts, by_size);
  return s.count;
}
