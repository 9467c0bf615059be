/* hessian_test.c: products with Hessians against gradients of neighbouring
   networks, their symmetry, directions that have only some of the parameters,
   passes that stop and go on, and losses' own Hessians. */
#include "../../src/core/hessian.h"

#include "../../src/core/arithmetic.h"
#include "../../src/core/loss.h"
#include "../../src/core/reduction.h"
#include "nets.h"

enum { INPUTS = 4, WIDTH = 5, BATCH = 3 };

/* Everything there is, in every place: a norm first, blocks in a block, one
   that holds no parameters, a scale, slopes that show and slopes that do not.
 */
static net *rich_net(void) {
  net *n = new_net(INPUTS);
  layer_norm(n, INPUTS);
  add(n, OR_STEP_BRANCH);
  activation(n, OR_ACT_sigmoid);
  add(n, OR_STEP_JOIN)->factor = 0.5;
  linear(n, WIDTH, INPUTS, true);
  activation(n, OR_ACT_gelu);
  add(n, OR_STEP_BRANCH);
  linear(n, WIDTH, WIDTH, false);
  layer_norm(n, WIDTH);
  add(n, OR_STEP_BRANCH);
  activation(n, OR_ACT_tanh);
  linear(n, WIDTH, WIDTH, true);
  add(n, OR_STEP_JOIN)->factor = 1;
  add(n, OR_STEP_JOIN)->factor = -0.3;
  add(n, OR_STEP_SCALE)->factor = 1.5;
  activation(n, OR_ACT_leaky_relu);
  linear(n, 2, WIDTH, true);
  activation(n, OR_ACT_softplus);
  return n;
}

/* A matrix like each parameter of step i. */
typedef struct share {
  or_matrix *w, *b;
} share;

static void new_direction(net *n, share *v, uint64_t seed) {
  for (int i = 0; i < n->count; i++) {
    const or_step *s = &n->steps[i];
    uint64_t key = seed + 10 * (uint64_t)i;
    v[i] = (share){s->w ? normal(n, s->w->rows, s->w->cols, key) : NULL,
                   s->b ? normal(n, s->b->rows, 1, key + 1) : NULL};
  }
}

static void zeros_like(net *n, share *v) {
  for (int i = 0; i < n->count; i++) {
    const or_step *s = &n->steps[i];
    v[i] = (share){s->w ? matrix(n, s->w->rows, s->w->cols) : NULL,
                   s->b ? matrix(n, s->b->rows, 1) : NULL};
  }
}

static double inner(const net *n, const share *u, const share *v) {
  double sum = 0, dot;
  for (int i = 0; i < n->count; i++) {
    if (u[i].w && or_matrix_dot(u[i].w, v[i].w, &dot) == OR_OK)
      sum += dot;
    if (u[i].b && or_matrix_dot(u[i].b, v[i].b, &dot) == OR_OK)
      sum += dot;
  }
  return sum;
}

/* a += f b */
static void add_share(const net *n, share *a, double f, const share *b) {
  for (int i = 0; i < n->count; i++) {
    if (a[i].w)
      or_matrix_add(1, a[i].w, f, b[i].w, a[i].w);
    if (a[i].b)
      or_matrix_add(1, a[i].b, f, b[i].b, a[i].b);
  }
}

/* --- products ----------------------------------------------------------- */

static volatile sig_atomic_t stop;
static int stops, grown;

/* Serves a pass of h, which is stopped as it begins, and whenever it has got
   scratch. */
static or_status serve(net *n, work *w, or_hessian *h,
                       or_status (*pass)(or_hessian *)) {
  stop = 1;
  for (;;) {
    w->pass.scratch = &w->scratch;
    w->pass.interrupted = &stop;
    or_status status = pass(h);
    if (status == OR_SCRATCH) {
      w->scratch = filled(n, &w->scratch);
      grown++;
    } else if (status == OR_INTERRUPTED) {
      stops++;
    } else {
      return status;
    }
    stop = status == OR_SCRATCH;
  }
}

/* out = H v of half the mean squared error of the net at x against 0. */
static void multiply(net *n, const or_matrix *x, const share *v, share *out) {
  work w = begin(n, x);
  or_hessian h;
  or_matrix *dy, *ry;
  or_norm value;
  CHECK(forward(n, &w) == OR_OK);
  w.scratch = or_arena_over(NULL, 0);
  or_hessian_over(block(n, or_hessian_bytes(&n->net)), &w.pass, &h);
  or_arena memory = or_arena_over(NULL, 0);
  CHECK(or_hessian_memory(&h, &memory) == OR_SCRATCH);
  memory = filled(n, &memory);
  memset(memory.base, 0xff, memory.size);
  CHECK(or_hessian_memory(&h, &memory) == OR_OK);
  for (int i = 0; i < n->count; i++) {
    h.sides[i].vw = v[i].w;
    h.sides[i].vb = v[i].b;
    h.sides[i].hw = out[i].w;
    h.sides[i].hb = out[i].b;
  }
  or_hessian_begin(&h);
  CHECK(serve(n, &w, &h, or_hessian_forward) == OR_OK);
  or_hessian_cotangent(&h, &dy, &ry);
  or_matrix *zero = matrix(n, dy->rows, dy->cols);
  CHECK(or_mse(&w.pass.now, zero, OR_HALF, &value, dy) == OR_OK);
  if (h.still)
    or_matrix_fill(ry, 0);
  else
    or_mse_product(&h.tangent, OR_HALF, ry);
  CHECK(serve(n, &w, &h, or_hessian_backward) == OR_OK);
}

/* The gradient at parameters + f v. */
static void gradient_at(net *n, const or_matrix *x, double f, const share *v,
                        share *out) {
  share p[MOST];
  or_norm value;
  for (int i = 0; i < n->count; i++) {
    or_step *s = &n->steps[i];
    p[i] = (share){(or_matrix *)s->w, (or_matrix *)s->b};
    s->fresh = true;
    s->dw = out[i].w;
    s->db = out[i].b;
  }
  add_share(n, p, f, v);
  work w = begin(n, x);
  CHECK(forward(n, &w) == OR_OK);
  or_matrix *zero = matrix(n, w.pass.now.rows, w.pass.now.cols);
  or_matrix *dy = matrix(n, w.pass.now.rows, w.pass.now.cols);
  CHECK(or_mse(&w.pass.now, zero, OR_HALF, &value, dy) == OR_OK);
  CHECK(backward(n, &w, dy) == OR_OK);
  add_share(n, p, -f, v);
}

/* H v by differences of four gradients */
static void differences(net *n, const or_matrix *x, const share *v,
                        share *out) {
  static const double at[] = {1, -1, 2, -2}, weight[] = {8, -8, -1, 1};
  const double h = 2e-4;
  for (int k = 0; k < 4; k++) {
    share g[MOST];
    zeros_like(n, g);
    gradient_at(n, x, at[k] * h, v, g);
    add_share(n, out, weight[k] / (12 * h), g);
  }
}

static void test_products(void) {
  static share u[MOST], v[MOST], hu[MOST], hv[MOST], near[MOST];
  net *n = rich_net();
  or_matrix *x = normal(n, INPUTS, BATCH, 77);
  new_direction(n, u, 1000);
  new_direction(n, v, 2000);
  zeros_like(n, hu);
  zeros_like(n, hv);
  zeros_like(n, near);
  multiply(n, x, u, hu);
  multiply(n, x, v, hv);
  double size = sqrt(inner(n, hv, hv)), length = sqrt(inner(n, u, u));
  CHECK(size > 1 && size < 1e4);
  CHECK(fabs(inner(n, u, hv) - inner(n, v, hu)) < 1e-14 * size * length);
  CHECK(grown >= 4 && stops == grown + 4);
  differences(n, x, v, near);
  add_share(n, near, -1, hv);
  CHECK(sqrt(inner(n, near, near)) < 1e-8 * size);
  free_net(n);
}

/* H v = sum of H v_i, v_i being all of v but one step's zeros, which are left
   out as NULL is; and products that are not wanted change nothing. */
static void test_parts(void) {
  static share v[MOST], one[MOST], whole[MOST], sum[MOST], part[MOST];
  net *n = rich_net();
  or_matrix *x = normal(n, INPUTS, BATCH, 77);
  new_direction(n, v, 2000);
  zeros_like(n, whole);
  zeros_like(n, sum);
  multiply(n, x, v, whole);
  for (int i = 0; i < n->count; i++) {
    memset(one, 0, sizeof one);
    zeros_like(n, part);
    one[i] = v[i];
    multiply(n, x, one, part);
    add_share(n, sum, 1, part);
  }
  add_share(n, sum, -1, whole);
  double size = sqrt(inner(n, whole, whole));
  CHECK(sqrt(inner(n, sum, sum)) < 1e-14 * size);
  zeros_like(n, part);
  share last = part[n->count - 2], wanted = whole[n->count - 2];
  memset(part, 0, sizeof part);
  part[n->count - 2] = last;
  multiply(n, x, v, part);
  add_share(n, part, 0, part);
  or_matrix_add(1, last.w, -1, wanted.w, last.w);
  CHECK(or_norm_value(or_matrix_frobenius(last.w)) == 0);
  free_net(n);
}

static void test_call(void) {
  net *n = new_net(INPUTS);
  linear(n, 2, INPUTS, false);
  add(n, OR_STEP_CALL);
  or_matrix *x = normal(n, INPUTS, BATCH, 77);
  static share v[MOST];
  new_direction(n, v, 1);
  work w = begin(n, x);
  or_hessian h;
  CHECK(forward(n, &w) == OR_OK);
  or_hessian_over(block(n, or_hessian_bytes(&n->net)), &w.pass, &h);
  or_arena memory = or_arena_over(NULL, 0);
  or_hessian_memory(&h, &memory);
  memory = filled(n, &memory);
  CHECK(or_hessian_memory(&h, &memory) == OR_OK);
  h.sides[0].vw = h.sides[0].hw = v[0].w;
  or_hessian_begin(&h);
  CHECK(serve(n, &w, &h, or_hessian_forward) == OR_ARGUMENT);
  free_net(n);
}

/* --- losses' Hessians --------------------------------------------------- */

/* Two logits 2 d apart: p (1 - p) = 1/(4 cosh^2 d), exactly even where p is 1
   to the last digit. */
static void test_softmax(void) {
  for (double d = 0; d < 300; d = 2 * d + 0.25) {
    double z[] = {d, -d}, along[] = {1, 0}, out[2];
    or_matrix m = or_matrix_over(z, 2, 1, OR_FLOAT64);
    or_matrix a = or_matrix_over(along, 2, 1, OR_FLOAT64);
    or_matrix p = or_matrix_over(out, 2, 1, OR_FLOAT64);
    CHECK(or_cross_entropy_product(&m, &a, &p) == OR_OK);
    double e = exp(-2 * d), wanted = e / ((1 + e) * (1 + e));
    double unit = ldexp(1, (int)p.exponent);
    CHECK(fabs(out[0] * unit - wanted) <= 1e-14 * wanted);
    CHECK(fabs(out[1] * unit + wanted) <= 1e-14 * wanted);
  }
}

static void test_far_logits(void) {
  double z[] = {1, 2, 2}, along[] = {3, 1, 0}, out[3];
  or_matrix m = or_matrix_over(z, 3, 1, OR_FLOAT64);
  or_matrix a = or_matrix_over(along, 3, 1, OR_FLOAT64);
  or_matrix p = or_matrix_over(out, 3, 1, OR_FLOAT64);
  m.exponent = 5000;
  CHECK(or_cross_entropy_product(&m, &a, &p) == OR_OK);
  CHECK(out[0] == 0 && out[1] == 0.25 && out[2] == -0.25);
  z[0] = NAN;
  CHECK(or_cross_entropy_product(&m, &a, &p) == OR_OK);
  CHECK(isnan(out[0]) && isnan(out[2]));
  m.rows = a.rows = p.rows = 0;
  CHECK(or_cross_entropy_product(&m, &a, &p) == OR_EMPTY);
}

int main(void) {
  test_products();
  test_parts();
  test_call();
  test_softmax();
  test_far_logits();
  return check_report();
}
