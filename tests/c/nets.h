/* nets.h: networks without Lua, for C tests: steps in arrays, memory that is
   freed with the net, and passes served to their end. */
#ifndef NETS_H
#define NETS_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/core/elements.h"
#include "../../src/core/network.h"
#include "../../src/core/rng.h"
#include "check.h"

/* --- nets and their memory ---------------------------------------------- */

enum { MOST = 4096 };

typedef struct net {
  or_network net;
  or_step steps[MOST], *list[MOST];
  int count, inputs;
  void *blocks[8 * MOST]; /* to be freed */
  int block_count;
  double called; /* what a CALL multiplies by */
  int calls, grows;
  const or_matrix *x;
} net;

static inline void *block(net *n, size_t bytes) {
  size_t whole = (bytes / OR_ALIGNMENT + 1) * OR_ALIGNMENT;
  void *p = aligned_alloc(OR_ALIGNMENT, whole);
  return n->blocks[n->block_count++] = p;
}

static inline or_matrix *matrix(net *n, int rows, int cols) {
  or_matrix *m = block(n, sizeof *m);
  double *data = block(n, sizeof(double) * (size_t)rows * (size_t)cols);
  *m = or_matrix_over(data, rows, cols, OR_FLOAT64);
  or_matrix_fill(m, 0);
  return m;
}

static inline or_matrix *normal(net *n, int rows, int cols, uint64_t seed) {
  or_rng rng;
  or_rng_seed(&rng, seed);
  or_matrix *m = matrix(n, rows, cols);
  or_rng_normal(&rng, 0, 1, m);
  return m;
}

static inline net *new_net(int inputs) {
  net *n = calloc(1, sizeof *n);
  n->inputs = inputs;
  n->called = 0.5;
  return n;
}

static inline void free_net(net *n) {
  for (int i = 0; i < n->block_count; i++)
    free(n->blocks[i]);
  free(n);
}

static inline or_step *add(net *n, or_step_kind kind) {
  or_step *s = n->list[n->count] = &n->steps[n->count];
  n->count++;
  *s = (or_step){.kind = kind, .fresh = true};
  return s;
}

static inline void with_gradients(net *n, or_step *s) {
  s->dw = matrix(n, s->w->rows, s->w->cols);
  if (s->b)
    s->db = matrix(n, s->b->rows, 1);
}

static inline or_step *linear(net *n, int rows, int cols, bool bias) {
  or_step *s = add(n, OR_STEP_LINEAR);
  s->w = normal(n, rows, cols, (uint64_t)n->count);
  s->b = bias ? normal(n, rows, 1, 100) : NULL;
  with_gradients(n, s);
  return s;
}

static inline void layer_norm(net *n, int rows) {
  or_step *s = add(n, OR_STEP_LAYER_NORM);
  s->eps = 1e-5;
  s->w = normal(n, rows, 1, 7);
  s->b = normal(n, rows, 1, 8);
  with_gradients(n, s);
}

static inline void activation(net *n, or_activation_kind kind) {
  or_step *s = add(n, OR_STEP_ACTIVATION);
  or_activation_find(or_activation_name(kind), &s->phi);
}

/* --- passes ------------------------------------------------------------- */

typedef struct work {
  or_plan *plan;
  or_arena scratch, memory, deltas;
  or_pass pass;
} work;

static inline or_arena filled(net *n, const or_arena *wanting) {
  return or_arena_over(block(n, wanting->needed), wanting->needed);
}

static inline void lay_out(net *n, work *w) {
  w->memory = or_arena_over(NULL, 0);
  if (or_network_plan(&n->net, w->plan, &w->memory) == OR_SCRATCH) {
    w->memory = filled(n, &w->memory);
    CHECK(or_network_plan(&n->net, w->plan, &w->memory) == OR_OK);
  }
}

static inline void back_memory(net *n, work *w) {
  w->deltas = or_arena_over(NULL, 0);
  if (or_backward_memory(&w->pass, &w->deltas) == OR_SCRATCH) {
    w->deltas = filled(n, &w->deltas);
    CHECK(or_backward_memory(&w->pass, &w->deltas) == OR_OK);
  }
}

static inline work begin(net *n, const or_matrix *x) {
  work w = {.scratch = or_arena_over(NULL, 0)};
  CHECK(or_network_over(n->list, n->count, &n->net) == OR_OK);
  w.plan = or_plan_over(block(n, or_plan_bytes(&n->net)), &n->net, x->rows,
                        x->cols, x->precision);
  w.pass = (or_pass){.net = &n->net,
                     .plan = w.plan,
                     .x = x,
                     .gradients = OR_ADD_GRADIENTS,
                     .wanted = true};
  lay_out(n, &w);
  return w;
}

/* The caller's layer: y = called * x^2 on the way forward; the shape stays, or
   where `grows` is set, a row of zeros joins it. */
static inline void answer(net *n, work *w) {
  or_pass *p = &w->pass;
  const or_matrix *x = &p->plan->places[p->at].input, *in = &p->now;
  int rows = p->back ? x->rows : in->rows + n->grows;
  or_matrix *y = matrix(n, rows, in->cols);
  n->calls++;
  for (int i = 0; i < rows && i < in->rows; i++)
    for (int j = 0; j < in->cols; j++) {
      double v, u;
      or_matrix_get(in, i, j, &v);
      or_matrix_get(x, i, j, &u);
      or_matrix_set(y, i, j, n->called * (p->back ? 2 * u * v : v * v));
    }
  if (or_pass_answer(p, y) == OR_OK)
    return;
  size_t kept = w->plan->places[p->at].begin;
  or_arena old = w->memory;
  lay_out(n, w);
  if (kept)
    memcpy(w->memory.base, old.base, kept);
  or_pass_moved(p);
  CHECK(or_pass_answer(p, y) == OR_OK);
}

/* Serves a pass until it is done, or refuses. */
static inline or_status run(net *n, work *w, or_status (*pass)(or_pass *)) {
  for (;;) {
    w->pass.scratch = &w->scratch;
    or_status status = pass(&w->pass);
    if (status == OR_SCRATCH)
      w->scratch = filled(n, &w->scratch);
    else if (status == OR_CALLBACK)
      answer(n, w);
    else
      return status;
  }
}

static inline or_status forward(net *n, work *w) {
  or_forward_begin(&w->pass);
  return run(n, w, or_network_forward);
}

static inline or_status backward(net *n, work *w, const or_matrix *dy) {
  back_memory(n, w);
  or_backward_begin(&w->pass, dy, false);
  return run(n, w, or_network_backward);
}

#endif
