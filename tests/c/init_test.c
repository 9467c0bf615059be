/* init_test.c: initializers on views, their scratch, and the distribution of
   the Haar matrices: entries, eigenvalue angles, traces of powers, signs of
   the determinant. The rest is in tests/core/init_spec.lua. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/core/haar.h"
#include "../../src/core/init.h"
#include "check.h"

/* JUNK bytes are NaNs: nobody may read what he has not written. */
enum { SPACE = 1 << 20, DRAWS = 20000, JUNK = -1 };

static _Alignas(64) char left[SPACE], right[SPACE], scratch[SPACE];
static double sample[DRAWS];

static double get(const or_matrix *m, int i, int j) {
  size_t k = (size_t)i + (size_t)j * (size_t)m->ld;
  return m->precision == OR_FLOAT32 ? ((float *)m->data)[k]
                                    : ((double *)m->data)[k];
}

/* --- views and scratch ---------------------------------------------------*/

static int all_bytes_are(const char *p, size_t n, char value) {
  for (size_t i = 0; i < n; i++)
    if (p[i] != value)
      return 0;
  return 1;
}

/* What stands between the columns of m, and after it, is untouched. */
static int padding_is_intact(const or_matrix *m) {
  size_t size = or_precision_size(m->precision);
  const char *data = m->data;
  for (int j = 0; j < m->cols; j++)
    if (!all_bytes_are(data + ((size_t)j * m->ld + m->rows) * size,
                       (size_t)(m->ld - m->rows) * size, JUNK))
      return 0;
  size_t end = (size_t)m->ld * (size_t)m->cols * size;
  return all_bytes_are(data + end, SPACE - end, JUNK);
}

static int same_values(const or_matrix *a, const or_matrix *b, double bound) {
  for (int j = 0; j < a->cols; j++)
    for (int i = 0; i < a->rows; i++)
      if (!(fabs(get(a, i, j) - get(b, i, j)) <= bound))
        return 0;
  return 1;
}

/* Counts what the filling of w takes, and fills it over that many bytes. */
static or_status fill(const or_init *f, or_rng *r, or_matrix *w,
                      size_t *bytes) {
  or_arena arena = or_arena_over(NULL, 0);
  uint64_t before = r->counter;
  or_status status = or_init_fill(f, r, w, &arena);
  *bytes = arena.needed;
  if (status != OR_SCRATCH)
    return status;
  CHECK(r->counter == before);
  arena = or_arena_over(scratch, arena.needed);
  return or_init_fill(f, r, w, &arena);
}

/* Fills rows x cols packed and again with ld = rows + 3. Products may sum in
   another order, so Haar matrices may differ in their last bits. */
static void fills_a_view_alike(or_init_kind kind, int rows, int cols,
                               or_precision p) {
  or_init f = or_init_default(kind);
  or_rng a = {31, 7}, b = a;
  size_t bytes = 0;
  memset(left, JUNK, SPACE);
  memset(right, JUNK, SPACE);
  memset(scratch, JUNK, SPACE);
  or_matrix packed = or_matrix_over(left, rows, cols, p);
  or_matrix view = or_matrix_over(right, rows, cols, p);
  view.ld = rows + 3;
  view.exponent = packed.exponent = 5;
  f.nonzeros = 3;
  CHECK(fill(&f, &a, &packed, &bytes) == OR_OK);
  CHECK(fill(&f, &b, &view, &bytes) == OR_OK);
  CHECK(same_values(&packed, &view, 20 * or_precision_eps(p)));
  CHECK(padding_is_intact(&packed) && padding_is_intact(&view));
  CHECK(all_bytes_are(scratch + bytes, SPACE - bytes, JUNK));
  CHECK(packed.exponent == 0 && view.exponent == 0);
  CHECK(a.counter == b.counter);
}

static void every_kind_fills_views(void) {
  const int shape[][2] = {{2, 2},   {6, 4},   {4, 6},   {20, 50},
                          {50, 20}, {70, 70}, {100, 2}, {2, 100}};
  for (int kind = 0; kind < OR_INIT_COUNT; kind++)
    for (int s = 0; s < 8; s++) {
      fills_a_view_alike(kind, shape[s][0], shape[s][1], OR_FLOAT32);
      fills_a_view_alike(kind, shape[s][0], shape[s][1], OR_FLOAT64);
    }
}

static void empty_matrices_draw_nothing(void) {
  for (int kind = 0; kind < OR_INIT_COUNT; kind++) {
    or_init f = or_init_default(kind);
    or_rng r = {31, 7};
    size_t bytes;
    or_matrix a = or_matrix_over(left, 0, 4, OR_FLOAT64);
    or_matrix b = or_matrix_over(left, 4, 0, OR_FLOAT64);
    CHECK(fill(&f, &r, &a, &bytes) == OR_OK && bytes == 0);
    CHECK(fill(&f, &r, &b, &bytes) == OR_OK && bytes == 0);
    CHECK(r.counter == 7);
  }
}

static void what_does_not_fit_is_refused_untouched(void) {
  double huge = 1e300;
  or_init f[] = {{.kind = OR_INIT_gaussian, .std = huge},
                 {.kind = OR_INIT_he_normal, .gain = huge},
                 {.kind = OR_INIT_he_uniform, .gain = huge},
                 {.kind = OR_INIT_uniform, .high = huge},
                 {.kind = OR_INIT_constant, .value = huge},
                 {.kind = OR_INIT_identity, .gain = huge},
                 {.kind = OR_INIT_orthogonal, .gain = huge},
                 {.kind = OR_INIT_looks_linear, .gain = huge, .place = 1},
                 {.kind = OR_INIT_sparse, .std = huge},
                 {.kind = OR_INIT_truncated_normal,
                  .mean = huge,
                  .std = 1,
                  .low = huge,
                  .high = 2 * huge}};
  for (size_t i = 0; i < sizeof f / sizeof *f; i++) {
    or_rng r = {31, 7};
    memset(left, JUNK, SPACE);
    or_matrix w = or_matrix_over(left, 4, 4, OR_FLOAT32);
    size_t bytes;
    CHECK(fill(&f[i], &r, &w, &bytes) == OR_RANGE);
    CHECK(all_bytes_are(left, 4096, JUNK));
    CHECK(r.counter == 7);
  }
}

/* --- Haar: measuring -----------------------------------------------------*/

/* Checks nothing where all is well: it runs too often to be counted. */
static void draw(or_rng *r, int det, or_matrix *q) {
  or_arena arena = or_arena_over(scratch, SPACE);
  if (or_haar(r, 1, det, q, &arena) != OR_OK)
    CHECK(!"or_haar refused");
}

/* x = q as doubles, packed */
static void to_doubles(const or_matrix *q, double *x) {
  for (int j = 0; j < q->cols; j++)
    for (int i = 0; i < q->rows; i++)
      x[i + j * q->rows] = get(q, i, j);
}

/* By elimination with row exchanges; destroys x (n x n). */
static double determinant(double *x, int n) {
  double det = 1;
  for (int k = 0; k < n; k++) {
    int top = k;
    for (int i = k; i < n; i++)
      if (fabs(x[i + k * n]) > fabs(x[top + k * n]))
        top = i;
    det *= (top == k ? 1 : -1) * x[top + k * n];
    for (int j = k; j < n; j++) {
      double swap = x[k + j * n];
      x[k + j * n] = x[top + j * n];
      x[top + j * n] = swap;
    }
    for (int i = k + 1; i < n; i++)
      for (int j = n - 1; j >= k; j--)
        x[i + j * n] -= x[i + k * n] / x[k + k * n] * x[k + j * n];
  }
  return det;
}

static double det_of(const or_matrix *q) {
  static double x[64 * 64];
  to_doubles(q, x);
  return determinant(x, q->rows);
}

static double trace(const double *x, int n) {
  double sum = 0;
  for (int i = 0; i < n; i++)
    sum += x[i + i * n];
  return sum;
}

/* Sample mean in standard errors from the expected one */
static double z_score(const double *x, int n, double expected) {
  double mean = 0, square = 0;
  for (int i = 0; i < n; i++)
    mean += x[i] / n;
  for (int i = 0; i < n; i++)
    square += (x[i] - mean) * (x[i] - mean);
  return (mean - expected) / sqrt(square / n / n);
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Kolmogorov's sqrt(n) D; above 2.23 with probability 1e-4 */
static double kolmogorov(double *x, int n, double (*cdf)(double)) {
  double d = 0;
  qsort(x, (size_t)n, sizeof *x, ascending);
  for (int i = 0; i < n; i++) {
    double f = cdf(x[i]);
    d = fmax(d, fmax(f - (double)i / n, (double)(i + 1) / n - f));
  }
  return d * sqrt(n);
}

/* --- Haar: tests ---------------------------------------------------------*/

/* E tr Q^k = 1 for even k, 0 for odd k; E (tr Q)^2 = 1; E (tr Q^2)^2 = 3
   (Diaconis and Shahshahani 1994; exact for n >= 4). */
static void traces_have_haar_moments(int n, int draws, or_precision p) {
  static double power[4][DRAWS], square[2][DRAWS];
  static double x[64 * 64], y[64 * 64], next[64 * 64];
  or_rng r = {(uint64_t)n, 0};
  or_matrix q = or_matrix_over(left, n, n, p);
  for (int d = 0; d < draws; d++) {
    draw(&r, 0, &q);
    to_doubles(&q, x);
    memcpy(y, x, sizeof y);
    for (int k = 0; k < 4; k++) {
      power[k][d] = trace(y, n);
      memset(next, 0, sizeof next);
      for (int j = 0; j < n; j++)
        for (int l = 0; l < n; l++)
          for (int i = 0; i < n; i++)
            next[i + j * n] += x[i + l * n] * y[l + j * n];
      memcpy(y, next, sizeof y);
    }
    square[0][d] = power[0][d] * power[0][d];
    square[1][d] = power[1][d] * power[1][d];
  }
  for (int k = 0; k < 4; k++)
    CHECK(fabs(z_score(power[k], draws, k % 2)) < 4.5);
  CHECK(fabs(z_score(square[0], draws, 1)) < 4.5);
  CHECK(fabs(z_score(square[1], draws, 3)) < 4.5);
}

/* An entry of a Haar matrix is an entry of a uniform point on the sphere:
   density (1 - x^2)^((n-3)/2). */
static double cdf_3(double x) { return (x + 1) / 2; }
static double cdf_5(double x) { return (2 + 3 * x - x * x * x) / 4; }

static void entries_are_those_of_a_sphere(int rows, int cols, int i, int j,
                                          or_precision p) {
  or_rng r = {100 + (uint64_t)rows, 0};
  or_matrix q = or_matrix_over(left, rows, cols, p);
  for (int d = 0; d < DRAWS; d++) {
    draw(&r, 0, &q);
    sample[d] = get(&q, i, j);
  }
  int n = rows > cols ? rows : cols;
  CHECK(kolmogorov(sample, DRAWS, n == 3 ? cdf_3 : cdf_5) < 2.23);
}

static void all_entries_are_those_of_a_sphere(void) {
  for (int p = 0; p < 2; p++) {
    for (int i = 0; i < 3; i++)
      for (int j = 0; j < 3; j++)
        entries_are_those_of_a_sphere(3, 3, i, j, p);
    entries_are_those_of_a_sphere(5, 5, 0, 0, p);
    entries_are_those_of_a_sphere(5, 5, 4, 4, p);
    entries_are_those_of_a_sphere(5, 2, 1, 0, p);
    entries_are_those_of_a_sphere(5, 2, 4, 1, p);
    entries_are_those_of_a_sphere(2, 5, 1, 4, p);
    entries_are_those_of_a_sphere(1, 3, 0, 0, p);
    entries_are_those_of_a_sphere(3, 1, 2, 0, p);
  }
}

static double cdf_turn(double x) { return (x + acos(-1)) / (2 * acos(-1)); }

/* In the plane a rotation turns by a uniform angle; det -1 reflects in a
   uniform direction. */
static void plane_angles_are_uniform(int det) {
  double x[4];
  or_rng r = {200, 0};
  or_matrix q = or_matrix_over(x, 2, 2, OR_FLOAT64);
  for (int d = 0; d < DRAWS; d++) {
    draw(&r, det, &q);
    sample[d] = atan2(x[1], x[0]);
  }
  CHECK(kolmogorov(sample, DRAWS, cdf_turn) < 2.23);
}

/* In space a random rotation's angle has density (1 - cos t) / pi. */
static double cdf_rotation(double t) { return (t - sin(t)) / acos(-1); }

static void space_angles_are_haar(int det, or_precision p) {
  or_rng r = {300, 0};
  or_matrix q = or_matrix_over(left, 3, 3, p);
  for (int d = 0; d < DRAWS; d++) {
    draw(&r, det, &q);
    double t = det * (get(&q, 0, 0) + get(&q, 1, 1) + get(&q, 2, 2));
    sample[d] = acos(fmax(-1, fmin(1, (t - 1) / 2)));
  }
  CHECK(kolmogorov(sample, DRAWS, cdf_rotation) < 2.23);
}

static void both_determinants_come_up_half_the_time(int n, or_precision p) {
  enum { N = 4000 };
  or_rng r = {400 + (uint64_t)n, 0};
  or_matrix q = or_matrix_over(left, n, n, p);
  int plus = 0;
  double worst = 0;
  for (int d = 0; d < N; d++) {
    draw(&r, 0, &q);
    double det = det_of(&q);
    worst = fmax(worst, fabs(fabs(det) - 1));
    plus += det > 0;
  }
  CHECK(worst < 10 * n * or_precision_eps(p));
  CHECK(fabs(plus - N / 2.0) < 4.5 * sqrt(N / 4.0));
}

static void a_wanted_determinant_is_given(void) {
  const int size[] = {1, 2, 3, 4, 16, 17, 33, 48};
  or_rng r = {500, 0};
  for (int k = 0; k < 8; k++)
    for (int p = 0; p < 2; p++) {
      double worst = 0;
      for (int d = 0; d < 40; d++) {
        int wanted = d % 2 ? 1 : -1;
        or_matrix q = or_matrix_over(left, size[k], size[k], p);
        draw(&r, wanted, &q);
        worst = fmax(worst, fabs(det_of(&q) - wanted));
      }
      CHECK(worst < 10 * size[k] * or_precision_eps(p));
    }
}

/* Asking for the determinant that comes up anyway changes nothing. */
static void a_wanted_determinant_turns_one_column_at_most(void) {
  int same = 0, turned = 0;
  for (uint64_t seed = 0; seed < 64; seed++) {
    or_rng r = {seed, 0}, s = r;
    or_matrix a = or_matrix_over(left, 5, 5, OR_FLOAT64);
    or_matrix b = or_matrix_over(right, 5, 5, OR_FLOAT64);
    draw(&r, 0, &a);
    draw(&s, 1, &b);
    int sign = det_of(&a) > 0 ? 1 : -1;
    for (int i = 0; i < 5; i++)
      CHECK(get(&b, i, 4) == sign * get(&a, i, 4));
    a.cols = b.cols = 4;
    CHECK(same_values(&a, &b, 0));
    same += sign > 0;
    turned += sign < 0;
  }
  CHECK(same > 0 && turned > 0);
}

static void rectangles_have_no_determinant(void) {
  or_rng r = {1, 0};
  or_matrix q = or_matrix_over(left, 3, 2, OR_FLOAT64);
  or_matrix none = or_matrix_over(left, 0, 0, OR_FLOAT64);
  or_arena arena = or_arena_over(NULL, 0);
  CHECK(or_haar(&r, 1, 1, &q, &arena) == OR_NOT_SQUARE);
  CHECK(or_haar(&r, 1, 1, &none, &arena) == OR_OK);
  CHECK(or_haar(&r, 1, -1, &none, &arena) == OR_ARGUMENT);
  CHECK(r.counter == 0);
}

int main(void) {
  every_kind_fills_views();
  empty_matrices_draw_nothing();
  what_does_not_fit_is_refused_untouched();
  traces_have_haar_moments(8, 10000, OR_FLOAT64);
  traces_have_haar_moments(8, 10000, OR_FLOAT32);
  traces_have_haar_moments(20, 2000, OR_FLOAT64);
  traces_have_haar_moments(40, 400, OR_FLOAT32);
  all_entries_are_those_of_a_sphere();
  plane_angles_are_uniform(1);
  plane_angles_are_uniform(-1);
  for (int p = 0; p < 2; p++) {
    space_angles_are_haar(1, p);
    space_angles_are_haar(-1, p);
    for (int n = 1; n <= 5; n++)
      both_determinants_come_up_half_the_time(n, p);
    both_determinants_come_up_half_the_time(20, p);
  }
  a_wanted_determinant_is_given();
  a_wanted_determinant_turns_one_column_at_most();
  rectangles_have_no_determinant();
  return check_report();
}
