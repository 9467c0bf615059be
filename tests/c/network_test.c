/* network_test.c: networks without Lua: every kind of step against finite
   differences, dx, the Jacobian, what is measured against what gradients are,
   plans' sizes, nets whose values no float holds, passes that stop and go on.
 */
#include "../../src/core/network.h"

#include <math.h>
#include <stdlib.h>

#include "../../src/core/arithmetic.h"
#include "../../src/core/elements.h"
#include "../../src/core/reduction.h"
#include "nets.h"

/* --- gradients against differences -------------------------------------- */

static double scalar(net *n, const or_matrix *x, const or_matrix *c) {
  double dot = NAN;
  work w = begin(n, x);
  CHECK(forward(n, &w) == OR_OK);
  or_matrix_dot(&w.pass.now, c, &dot);
  return dot;
}

/* d scalar / d m(i,j) by five points */
static double difference(net *n, const or_matrix *x, const or_matrix *c,
                         or_matrix *m, int i, int j) {
  double v, f[4], h = 1e-3;
  const double steps[] = {1, -1, 2, -2};
  or_matrix_get(m, i, j, &v);
  for (int k = 0; k < 4; k++) {
    or_matrix_set(m, i, j, v + steps[k] * h);
    f[k] = scalar(n, x, c);
  }
  or_matrix_set(m, i, j, v);
  return (8 * (f[0] - f[1]) - (f[2] - f[3])) / (12 * h);
}

/* ||g - differences|| / ||g||, of a g that is not tiny beside f */
static double error_of(net *n, const or_matrix *x, const or_matrix *c,
                       const or_matrix *m, const or_matrix *g) {
  double wrong = 0, all = 1e-6;
  for (int i = 0; i < m->rows; i++)
    for (int j = 0; j < m->cols; j++) {
      double v;
      or_matrix_get(g, i, j, &v);
      double d = difference(n, x, c, (or_matrix *)m, i, j);
      wrong += (v - d) * (v - d);
      all += v * v;
    }
  return sqrt(wrong / all);
}

/* The measured norms are those of the gradients that are there. */
static void measures(net *n, work *w, const or_matrix *c) {
  w->pass.gradients = OR_MEASURE_GRADIENTS;
  CHECK(forward(n, w) == OR_OK);
  CHECK(backward(n, w, c) == OR_OK);
  for (int i = 0; i < n->count; i++) {
    const or_step *s = &n->steps[i];
    if (s->kind == OR_STEP_ACTIVATION)
      CHECK(s->measured);
    if (s->kind != OR_STEP_LINEAR)
      continue;
    double whole = or_norm_value(or_matrix_frobenius(s->dw));
    CHECK(s->passed_back);
    const or_place *place = &w->plan->places[i];
    CHECK(fabs(or_norm_value(place->gradient) - whole) <= 1e-13 * whole);
    CHECK(or_norm_value(place->delta) == or_norm_value(s->delta));
  }
}

/* Sent back twice, without `fresh` in between, gradients are twice as large. */
static void adds_up(net *n, work *w, const or_matrix *c) {
  or_matrix *before[MOST] = {0};
  for (int i = 0; i < n->count; i++)
    if (n->steps[i].dw) {
      before[i] = matrix(n, n->steps[i].dw->rows, n->steps[i].dw->cols);
      or_matrix_scale(2, n->steps[i].dw, before[i]);
      CHECK(!n->steps[i].fresh);
    }
  w->pass.gradients = OR_ADD_GRADIENTS;
  CHECK(backward(n, w, c) == OR_OK);
  for (int i = 0; i < n->count; i++)
    if (before[i]) {
      or_matrix_add(1, before[i], -1, n->steps[i].dw, before[i]);
      CHECK(or_norm_value(or_matrix_frobenius(before[i])) <=
            1e-14 * or_norm_value(or_matrix_frobenius(n->steps[i].dw)));
    }
}

/* No difference crosses a kink: inputs stay away from them. */
static bool is_clear(const or_step *s, const or_matrix *z) {
  or_activation_shape shape = or_activation_shape_of(s->phi);
  for (int k = 0; k < shape.kink_count; k++)
    for (int i = 0; i < z->rows; i++)
      for (int j = 0; j < z->cols; j++) {
        double v;
        or_matrix_get(z, i, j, &v);
        if (fabs(v - shape.kinks[k]) < 0.02)
          return false;
      }
  return true;
}

/* Looks at what comes to each activation: passes that end there. */
static bool all_clear(net *n, const or_matrix *x) {
  bool clear = true;
  for (int i = 0; i < n->count; i++) {
    if (n->steps[i].kind != OR_STEP_ACTIVATION)
      continue;
    work w = begin(n, x);
    n->net.count = i;
    CHECK(forward(n, &w) == OR_OK);
    clear = clear && is_clear(&n->steps[i], &w.pass.now);
  }
  return clear;
}

static void check_net(net *n, int batch) {
  or_matrix *x = normal(n, n->inputs, batch, 42);
  for (uint64_t seed = 43; seed < 99 && !all_clear(n, x); seed++)
    x = normal(n, n->inputs, batch, seed);
  CHECK(all_clear(n, x));
  work w = begin(n, x);
  CHECK(forward(n, &w) == OR_OK);
  or_matrix *c = normal(n, w.pass.now.rows, batch, 43);
  CHECK(backward(n, &w, c) == OR_OK);
  or_matrix *dx = matrix(n, x->rows, x->cols);
  CHECK(or_matrix_same_shape(dx, &w.pass.now));
  or_matrix_copy(&w.pass.now, dx);
  CHECK(error_of(n, x, c, x, dx) < 1e-9);
  for (int i = 0; i < n->count; i++) {
    const or_step *s = &n->steps[i];
    if (s->dw)
      CHECK(error_of(n, x, c, s->w, s->dw) < 1e-9);
    if (s->db)
      CHECK(error_of(n, x, c, s->b, s->db) < 1e-9);
  }
  measures(n, &w, c);
  adds_up(n, &w, c);
}

static void every_kind_of_step(void) {
  for (int k = 0; k < OR_ACTIVATION_COUNT; k++) {
    net *n = new_net(3);
    linear(n, 4, 3, true);
    activation(n, (or_activation_kind)k);
    linear(n, 2, 4, false);
    activation(n, (or_activation_kind)k);
    activation(n, OR_ACT_tanh);
    check_net(n, 3);
    free_net(n);
  }
  for (int first = 0; first < 2; first++) {
    net *n = new_net(4);
    if (first)
      linear(n, 4, 4, false);
    layer_norm(n, 4);
    linear(n, 3, 4, true);
    check_net(n, 5);
    free_net(n);
  }
}

static void branch(net *n) { add(n, OR_STEP_BRANCH); }
static void join(net *n) { add(n, OR_STEP_JOIN)->factor = 1; }

static void scale(net *n, double factor) {
  add(n, OR_STEP_SCALE)->factor = factor;
}

static void nested_residuals(void) {
  net *n = new_net(3);
  branch(n);
  branch(n);
  activation(n, OR_ACT_tanh);
  join(n);
  branch(n);
  linear(n, 4, 3, true);
  activation(n, OR_ACT_gelu);
  branch(n);
  layer_norm(n, 4);
  branch(n);
  linear(n, 4, 4, false);
  join(n);
  activation(n, OR_ACT_leaky_relu);
  join(n);
  linear(n, 3, 4, false);
  join(n);
  join(n);
  linear(n, 2, 3, true);
  check_net(n, 4);
  CHECK(n->net.depth == 4);
  free_net(n);
}

/* Over a matrix of its own and over one that is read again; first, last, at a
   branch's ends, twice. */
static void scaled_steps(void) {
  net *n = new_net(3);
  scale(n, -0.7);
  linear(n, 4, 3, true);
  scale(n, 0.5);
  activation(n, OR_ACT_tanh);
  scale(n, 3);
  scale(n, 0.25);
  branch(n);
  scale(n, 2);
  linear(n, 4, 4, false);
  activation(n, OR_ACT_relu);
  scale(n, 1.5);
  join(n);
  layer_norm(n, 4);
  scale(n, 1.25);
  check_net(n, 4);
  free_net(n);
}

static void scaled_branches(void) {
  net *n = new_net(3);
  branch(n);
  linear(n, 4, 3, true);
  branch(n);
  branch(n);
  layer_norm(n, 4);
  add(n, OR_STEP_JOIN)->factor = -0.3;
  activation(n, OR_ACT_gelu);
  linear(n, 4, 4, false);
  add(n, OR_STEP_JOIN)->factor = 0.6;
  linear(n, 3, 4, false);
  add(n, OR_STEP_JOIN)->factor = 2.5;
  branch(n);
  add(n, OR_STEP_JOIN)->factor = 0.5;
  check_net(n, 4);
  CHECK(n->net.depth == 3);
  free_net(n);
}

/* A factor is what a SCALE before the JOIN is. */
static void factor_is_a_scale(void) {
  or_matrix y[2];
  net *nets[2] = {new_net(3), new_net(3)};
  for (int k = 0; k < 2; k++) {
    net *n = nets[k];
    branch(n);
    linear(n, 3, 3, true);
    if (k == 0)
      scale(n, 0.375);
    add(n, OR_STEP_JOIN)->factor = k == 0 ? 1 : 0.375;
    work w = begin(n, normal(n, 3, 5, 42));
    CHECK(forward(n, &w) == OR_OK);
    y[k] = w.pass.now;
  }
  or_matrix_add(1, &y[0], -1, &y[1], &y[0]);
  CHECK(or_norm_value(or_matrix_frobenius(&y[0])) <= 1e-15);
  for (int k = 0; k < 2; k++)
    free_net(nets[k]);
}

static void empty_nets_and_branches(void) {
  net *n = new_net(3);
  check_net(n, 2);
  free_net(n);
  n = new_net(3);
  branch(n);
  join(n);
  activation(n, OR_ACT_silu);
  branch(n);
  branch(n);
  join(n);
  join(n);
  check_net(n, 2);
  free_net(n);
}

static void layers_of_the_callers(void) {
  for (int grows = 0; grows <= 2; grows++) {
    net *n = new_net(3);
    n->grows = grows;
    add(n, OR_STEP_CALL);
    branch(n);
    linear(n, 3 + grows, 3 + grows, true);
    join(n);
    linear(n, 4, 3 + grows, true);
    activation(n, OR_ACT_relu);
    add(n, OR_STEP_CALL);
    linear(n, 2, 4 + grows, false);
    check_net(n, 3);
    CHECK(n->calls > 0);
    free_net(n);
  }
}

/* --- the Jacobian ------------------------------------------------------- */

static or_matrix *jacobian_of;
static int jacobian_first;

static or_status jacobian_pass(or_pass *p) {
  return or_network_jacobian(p, jacobian_first, jacobian_of);
}

static void rows_of_jacobian(net *n, const or_matrix *x, int first, int cols,
                             int64_t *exponent) {
  or_matrix *batch = matrix(n, x->rows, cols);
  or_jacobian_batch(x, batch);
  work w = begin(n, batch);
  w.pass.gradients = OR_NO_GRADIENTS;
  back_memory(n, &w);
  or_forward_begin(&w.pass);
  jacobian_first = first;
  CHECK(run(n, &w, jacobian_pass) == OR_OK);
  *exponent = w.pass.now.exponent;
}

/* Row by row it is dx from unit vectors. */
static void jacobian_is_that_of_differences(void) {
  net *n = new_net(3);
  linear(n, 5, 3, true);
  activation(n, OR_ACT_tanh);
  branch(n);
  add(n, OR_STEP_CALL);
  join(n);
  or_matrix *x = normal(n, 3, 1, 9), *j = matrix(n, 5, 3);
  int64_t exponents[3];
  jacobian_of = j;
  n->steps[0].fresh = true;
  for (int k = 0; k < 3; k++)
    rows_of_jacobian(n, x, 2 * k, k < 2 ? 2 : 1, &exponents[k]);
  or_jacobian_join(j, 2, exponents);
  CHECK(n->steps[0].fresh && !n->steps[0].passed_back);
  for (int i = 0; i < 5; i++) {
    or_matrix *c = matrix(n, 5, 1), *g = matrix(n, 3, 1);
    or_matrix_set(c, i, 0, 1);
    or_matrix row = or_matrix_block(j, i, 0, 1, 3);
    or_matrix_transpose(&row, g);
    CHECK(error_of(n, x, c, x, g) < 1e-9);
  }
  jacobian_of = matrix(n, 4, 3);
  work w = begin(n, x);
  back_memory(n, &w);
  or_forward_begin(&w.pass);
  jacobian_first = 0;
  CHECK(run(n, &w, jacobian_pass) == OR_SHAPE);
  free_net(n);
}

static void blocks_join_at_the_largest_exponent(void) {
  net *n = new_net(1);
  or_matrix *j = matrix(n, 5, 2);
  double v;
  or_matrix_fill(j, 1);
  or_jacobian_join(j, 2, (int64_t[]){-3, 7, 0});
  CHECK(j->exponent == 7);
  for (int i = 0; i < 5; i++) {
    or_matrix_get(j, i, 1, &v);
    CHECK(v == ldexp(1, (int[]){-3, 7, 0}[i / 2]));
  }
  free_net(n);
}

/* --- memory ------------------------------------------------------------- */

/* Linear and relu: one matrix a layer. tanh: two. Two on the way back, and one
   more for each open branch. */
static void plans_are_as_large_as_they_must(void) {
  size_t unit = 16 * 8 * sizeof(double); /* width, batch */
  for (int deep = 1; deep <= 64; deep *= 4) {
    net *n = new_net(16);
    for (int l = 0; l < deep; l++) {
      linear(n, 16, 16, true);
      activation(n, l % 2 ? OR_ACT_tanh : OR_ACT_relu);
    }
    work w = begin(n, normal(n, 16, 8, 1));
    CHECK(w.memory.needed == unit * (size_t)(deep + deep / 2));
    CHECK(forward(n, &w) == OR_OK);
    back_memory(n, &w);
    CHECK(w.deltas.needed == 2 * unit);
    free_net(n);
  }
  net *n = new_net(16);
  branch(n);
  branch(n);
  linear(n, 16, 16, false);
  join(n);
  join(n);
  work w = begin(n, normal(n, 16, 8, 1));
  CHECK(w.memory.needed == 3 * unit);
  back_memory(n, &w);
  CHECK(w.deltas.needed == 4 * unit);
  free_net(n);
}

/* Data need no gradient: its size does not count then. */
static void unwanted_gradients_take_no_memory(void) {
  net *n = new_net(1000);
  linear(n, 8, 1000, false);
  work w = begin(n, normal(n, 1000, 8, 1));
  back_memory(n, &w);
  CHECK(w.deltas.needed == 2 * 1000 * 8 * sizeof(double));
  w.pass.wanted = false;
  back_memory(n, &w);
  CHECK(w.deltas.needed == 2 * 8 * 8 * sizeof(double));
  free_net(n);
}

static void deep_nesting_costs_a_matrix_a_level(void) {
  net *n = new_net(4);
  for (int i = 0; i < 2000; i++)
    branch(n);
  linear(n, 4, 4, false);
  for (int i = 0; i < 2000; i++)
    join(n);
  work w = begin(n, normal(n, 4, 2, 1));
  CHECK(forward(n, &w) == OR_OK);
  or_matrix *c = normal(n, 4, 2, 2);
  CHECK(backward(n, &w, c) == OR_OK);
  double forward_sum = or_norm_log10(or_matrix_frobenius(&w.pass.now));
  CHECK(isfinite(forward_sum));
  free_net(n);
}

/* --- values that no float holds ----------------------------------------- */

static double log10_norm(const or_matrix *m) {
  return or_norm_log10(or_matrix_frobenius(m));
}

/* W = 2^100 I, so often that 2^(100 layers) is far out; and back again. */
static void exploding_nets_carry_exponents(void) {
  for (int sign = -1; sign <= 1; sign += 2) {
    net *n = new_net(4);
    for (int l = 0; l < 200; l++) {
      or_step *s = linear(n, 4, 4, false);
      or_matrix_eye((or_matrix *)s->w);
      or_matrix_scale(ldexp(1, sign * 100), s->w, (or_matrix *)s->w);
      activation(n, l % 2 ? OR_ACT_relu : OR_ACT_leaky_relu);
    }
    or_matrix *x = matrix(n, 4, 3);
    or_matrix_fill(x, 1);
    work w = begin(n, x);
    double grown = 20000 * sign * log10(2) + 0.5 * log10(12);
    CHECK(forward(n, &w) == OR_OK);
    CHECK(fabs(log10_norm(&w.pass.now) - grown) < 1e-9);
    CHECK(backward(n, &w, x) == OR_OK);
    CHECK(fabs(log10_norm(&w.pass.now) - grown) < 1e-9);
    CHECK(isfinite(log10_norm(n->steps[200].dw)));
    n->steps[0].plain = true; /* and one in the midst without */
    n->steps[200].plain = true;
    CHECK(forward(n, &w) == OR_OK);
    CHECK(backward(n, &w, x) == OR_OK);
    free_net(n);
  }
}

/* tanh of what is far out is 1, and of what is near 0 itself. */
static void activations_fold_what_fits(void) {
  net *n = new_net(2);
  branch(n);
  activation(n, OR_ACT_tanh);
  activation(n, OR_ACT_gelu);
  join(n);
  or_matrix *x = matrix(n, 2, 1);
  double v;
  or_matrix_fill(x, 0.75);
  x->exponent = 3; /* 6: fits, and is not stored so */
  work w = begin(n, x);
  CHECK(forward(n, &w) == OR_OK);
  or_matrix_get(&w.pass.now, 0, 0, &v);
  CHECK(fabs(v - (6 + or_activation_value((or_activation){OR_ACT_gelu, 0, NULL},
                                          tanh(6)))) < 1e-14);
  check_net(n, 2);
  free_net(n);
}

/* --- what does not fit -------------------------------------------------- */

static void misfits_are_named_where_they_are(void) {
  net *n = new_net(3);
  linear(n, 4, 3, true);
  linear(n, 4, 5, true);
  or_matrix *x = normal(n, 3, 2, 1);
  work w = begin(n, x);
  CHECK(w.plan->known == 1 && w.plan->misfit == OR_SHAPE);
  CHECK(forward(n, &w) == OR_SHAPE && w.pass.at == 1);
  free_net(n);
  n = new_net(3);
  branch(n);
  linear(n, 4, 3, true);
  join(n);
  w = begin(n, normal(n, 3, 2, 1));
  CHECK(forward(n, &w) == OR_SHAPE && w.pass.at == 2);
  free_net(n);
  n = new_net(3);
  join(n);
  CHECK(or_network_over(n->list, n->count, &n->net) == OR_ARGUMENT);
  branch(n);
  CHECK(or_network_over(n->list + 1, 1, &n->net) == OR_ARGUMENT);
  free_net(n);
}

static void interrupted_passes_go_on(void) {
  volatile sig_atomic_t interrupted = 1;
  net *n = new_net(3);
  linear(n, 3, 3, true);
  or_matrix *x = normal(n, 3, 2, 1);
  work w = begin(n, x);
  w.pass.interrupted = &interrupted;
  CHECK(forward(n, &w) == OR_INTERRUPTED);
  interrupted = 0;
  CHECK(run(n, &w, or_network_forward) == OR_OK);
  CHECK(w.pass.now.rows == 3);
  free_net(n);
}

int main(void) {
  every_kind_of_step();
  nested_residuals();
  scaled_steps();
  scaled_branches();
  factor_is_a_scale();
  empty_nets_and_branches();
  layers_of_the_callers();
  jacobian_is_that_of_differences();
  blocks_join_at_the_largest_exponent();
  plans_are_as_large_as_they_must();
  unwanted_gradients_take_no_memory();
  deep_nesting_costs_a_matrix_a_level();
  exploding_nets_carry_exponents();
  activations_fold_what_fits();
  misfits_are_named_where_they_are();
  interrupted_passes_go_on();
  return check_report();
}
