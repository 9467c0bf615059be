/* network.c: plans and passes (network.h). The numerics of a step are
   layer.c's; here it is arranged who gets which matrix. */
#include "network.h"

#include <string.h>

#include "arithmetic.h"
#include "elements.h"
#include "exponent.h"
#include "kernels.h"
#include "layer.h"
#include "reduction.h"

or_status or_network_over(or_step *const *steps, int count, or_network *net) {
  int open = 0;
  *net = (or_network){steps, count, 0};
  for (int i = 0; i < count; i++) {
    if (steps[i]->kind == OR_STEP_BRANCH && ++open > net->depth)
      net->depth = open;
    if (steps[i]->kind == OR_STEP_JOIN && --open < 0)
      return OR_ARGUMENT;
  }
  return open == 0 ? OR_OK : OR_ARGUMENT;
}

/* --- plans -------------------------------------------------------------- */

size_t or_plan_bytes(const or_network *net) {
  return sizeof(or_plan) + (size_t)net->count * sizeof(or_place) +
         (size_t)net->depth * sizeof(or_matrix) +
         ((size_t)net->depth + 2) * sizeof(int);
}

or_plan *or_plan_over(void *memory, const or_network *net, int rows, int cols,
                      or_precision p) {
  or_plan *plan = memory;
  memset(memory, 0, or_plan_bytes(net));
  *plan = (or_plan){.rows = rows, .cols = cols, .precision = p};
  plan->places = (or_place *)(plan + 1);
  plan->branches = (or_matrix *)(plan->places + net->count);
  plan->order = (int *)(plan->branches + net->depth);
  return plan;
}

/* Where the plan has got to: the shape that comes out of the last step. */
typedef struct front {
  or_matrix now;
  bool own;
  int level;
  or_arena *memory;
} front;

/* Is x what the step's parameters are made for? */
static or_status fits(const or_step *s, const or_matrix *x) {
  bool linear = s->kind == OR_STEP_LINEAR;
  if (!linear && s->kind != OR_STEP_LAYER_NORM)
    return OR_OK;
  if (x->rows != (linear ? s->w->cols : s->w->rows))
    return OR_SHAPE;
  return x->precision == s->w->precision ? OR_OK : OR_PRECISION;
}

/* A matrix of the plan; its exponent stays what a pass made it. */
static or_status lay(or_arena *memory, int rows, int cols, or_precision p,
                     or_matrix *m) {
  size_t bytes;
  int64_t exponent = m->exponent;
  TRY(or_matrix_bytes(rows, cols, p, &bytes));
  *m = or_take_matrix(memory, rows, cols, p);
  m->exponent = exponent;
  return OR_OK;
}

static or_status lay_join(or_plan *plan, front *f, or_place *place) {
  const or_matrix *x = &plan->branches[--f->level];
  if (!or_matrix_same_shape(x, &f->now))
    return OR_SHAPE;
  if (x->precision != f->now.precision)
    return OR_PRECISION;
  return lay(f->memory, x->rows, x->cols, x->precision, &place->output);
}

static or_status lay_norm(front *f, or_place *place) {
  const or_matrix *x = &f->now;
  TRY(lay(f->memory, 1, x->cols, OR_FLOAT64, &place->rstd));
  TRY(lay(f->memory, x->rows, x->cols, x->precision, &place->input));
  return lay(f->memory, x->rows, x->cols, x->precision, &place->output);
}

static or_status lay_activation(const or_step *s, front *f, or_place *place) {
  const or_matrix *z = &f->now;
  place->in_place = f->own && or_activation_tells_slope(s->phi);
  if (!place->in_place)
    return lay(f->memory, z->rows, z->cols, z->precision, &place->output);
  int64_t exponent = place->output.exponent;
  place->output = *z;
  place->output.exponent = exponent;
  return OR_OK;
}

/* Over its input, where nobody reads that again. */
static or_status lay_scale(front *f, or_place *place) {
  const or_matrix *x = &f->now;
  place->in_place = f->own;
  if (!place->in_place)
    return lay(f->memory, x->rows, x->cols, x->precision, &place->output);
  int64_t exponent = place->output.exponent;
  place->output = *x;
  place->output.exponent = exponent;
  return OR_OK;
}

static or_status lay_step(const or_step *s, or_plan *plan, front *f,
                          or_place *place) {
  const or_matrix *x = &f->now;
  TRY(fits(s, x));
  switch (s->kind) {
  case OR_STEP_LINEAR:
    return lay(f->memory, s->w->rows, x->cols, x->precision, &place->output);
  case OR_STEP_ACTIVATION:
    return lay_activation(s, f, place);
  case OR_STEP_LAYER_NORM:
    return lay_norm(f, place);
  case OR_STEP_SCALE:
    return lay_scale(f, place);
  case OR_STEP_BRANCH:
    plan->branches[f->level++] = *x;
    place->output = *x;
    return OR_OK;
  case OR_STEP_JOIN:
    return lay_join(plan, f, place);
  default: /* a CALL's output is a copy of what the caller's layer makes */
    x = place->answered ? &place->output : x;
    return lay(f->memory, x->rows, x->cols, x->precision, &place->output);
  }
}

/* May the step after this one overwrite what it leaves? */
static bool leaves_own(or_step_kind kind) {
  return kind != OR_STEP_ACTIVATION && kind != OR_STEP_BRANCH;
}

or_status or_network_plan(const or_network *net, or_plan *plan,
                          or_arena *memory) {
  front f = {or_matrix_over(NULL, plan->rows, plan->cols, plan->precision),
             false, 0, memory};
  plan->misfit = OR_OK;
  for (plan->known = 0; plan->known < net->count; plan->known++) {
    const or_step *s = net->steps[plan->known];
    or_place *place = &plan->places[plan->known];
    place->begin = memory->used;
    place->own = f.own;
    plan->misfit = lay_step(s, plan, &f, place);
    if (plan->misfit != OR_OK)
      break;
    f.now = place->output;
    f.own = leaves_own(s->kind);
  }
  return or_ready(memory);
}

/* Columns of m, which has one for each sample of the batch. */
static or_matrix columns_of(const or_matrix *m, int first, int cols) {
  return m->data ? or_matrix_block(m, 0, first, m->rows, cols) : *m;
}

void or_plan_columns(const or_network *net, const or_plan *whole, int first,
                     or_plan *part) {
  part->known = whole->known;
  part->misfit = whole->misfit;
  for (int i = 0; i < net->count; i++) {
    or_place *place = &part->places[i];
    *place = whole->places[i];
    place->input = columns_of(&place->input, first, part->cols);
    place->output = columns_of(&place->output, first, part->cols);
    place->rstd = columns_of(&place->rstd, first, part->cols);
  }
}

/* --- forward ------------------------------------------------------------ */

void or_forward_begin(or_pass *p) {
  p->at = p->level = 0;
  p->now = *p->x;
  p->is_batch = true;
  p->back = false;
}

/* A copy of m in scratch. */
static or_status copied(or_pass *p, const or_matrix *m, or_matrix *copy) {
  *copy = or_take_matrix(p->scratch, m->rows, m->cols, m->precision);
  TRY(or_ready(p->scratch));
  or_matrix_copy(m, copy);
  return OR_OK;
}

/* In plain mode an exponent from outside is put into the elements first. */
static or_status plain_input(or_pass *p, const or_step *s, or_matrix *x) {
  or_matrix copy;
  if (!s->plain || x->exponent == 0)
    return OR_OK;
  TRY(copied(p, x, &copy));
  or_matrix_unscale(&copy);
  *x = copy;
  return OR_OK;
}

/* An activation that is not homogeneous needs true values: a z that carries
   an exponent is folded, if a float can hold it, where it is or in a copy. */
static or_status folded_input(or_pass *p, const or_step *s, bool own,
                              or_matrix *z) {
  or_matrix copy = *z;
  if (z->exponent == 0 || or_activation_shape_of(s->phi).homogeneous)
    return OR_OK;
  if (!own)
    TRY(copied(p, z, &copy));
  or_activation_fold(&copy);
  *z = copy;
  return OR_OK;
}

static or_status forward_linear(or_pass *p, or_step *s, or_place *place) {
  or_matrix x = place->input;
  TRY(plain_input(p, s, &x));
  return or_linear_forward(s->w, s->b, !s->plain, &x, &place->output,
                           p->scratch);
}

static or_status forward_activation(or_pass *p, or_step *s, or_place *place) {
  or_matrix z = place->input;
  if (or_activation_is_callers(s->phi, &z))
    return OR_CALLBACK;
  TRY(folded_input(p, s, place->own, &z));
  if (place->own)
    place->input.exponent = z.exponent;
  or_activation_forward(s->phi, !s->plain, &z, &place->output);
  if (p->gradients == OR_MEASURE_GRADIENTS)
    place->norm = or_matrix_frobenius(&place->output);
  return OR_OK;
}

static or_status forward_norm(or_pass *p, or_step *s, or_place *place) {
  return or_layer_norm_forward(&p->now, s->eps, s->w, s->b, &place->input,
                               &place->rstd, &place->output);
}

static or_status forward_scale(or_pass *p, or_step *s, or_place *place) {
  or_matrix_scale(s->factor, &p->now, &place->output);
  if (s->plain)
    or_matrix_unscale(&place->output);
  return OR_OK;
}

static or_status forward_branch(or_pass *p, or_step *s, or_place *place) {
  p->plan->branches[p->level] = p->now;
  place->output = p->now;
  return OR_OK;
}

/* y = x + factor times what the branch made of it */
static or_status forward_join(or_pass *p, or_step *s, or_place *place) {
  return or_matrix_add(1, &p->plan->branches[p->level - 1], s->factor, &p->now,
                       &place->output);
}

static or_status forward_call(or_pass *p, or_step *s, or_place *place) {
  return OR_CALLBACK;
}

typedef or_status step_function(or_pass *p, or_step *s, or_place *place);

static step_function *const forward[] = {
    forward_linear, forward_activation, forward_norm, forward_scale,
    forward_branch, forward_join,       forward_call};

/* Before every step: all scratch is free again. */
static or_status interrupted(or_pass *p) {
  p->scratch->used = 0;
  return p->interrupted && *p->interrupted ? OR_INTERRUPTED : OR_OK;
}

static void forward_done(or_pass *p, or_step_kind kind) {
  p->now = p->plan->places[p->at++].output;
  p->is_batch = p->is_batch && kind == OR_STEP_BRANCH;
  p->level += (kind == OR_STEP_BRANCH) - (kind == OR_STEP_JOIN);
}

static bool leaves_traces(const or_pass *p) {
  return p->gradients == OR_ADD_GRADIENTS ||
         p->gradients == OR_MEASURE_GRADIENTS;
}

/* Norms are the layers' when the pass is done: one that ran in its midst has
   left its own there. */
static void tell_outputs(const or_pass *p) {
  p->plan->measured = p->gradients == OR_MEASURE_GRADIENTS;
  for (int i = 0; i < p->net->count; i++) {
    or_step *s = p->net->steps[i];
    if (s->kind == OR_STEP_ACTIVATION && leaves_traces(p)) {
      s->measured = p->plan->measured;
      s->output = p->plan->places[i].norm;
    }
  }
}

static void tell_deltas(const or_pass *p) {
  for (int i = 0; i < p->net->count; i++) {
    or_step *s = p->net->steps[i];
    if (s->kind == OR_STEP_LINEAR && leaves_traces(p)) {
      s->passed_back = true;
      s->delta = p->plan->places[i].delta;
    }
  }
}

or_status or_network_forward(or_pass *p) {
  for (const or_plan *plan = p->plan; p->at < p->net->count;) {
    or_step *s = p->net->steps[p->at];
    or_place *place = &plan->places[p->at];
    if (p->at == plan->known)
      return plan->misfit;
    TRY(interrupted(p));
    if (s->kind != OR_STEP_LAYER_NORM)
      place->input = p->now;
    place->batch = p->is_batch;
    TRY(forward[s->kind](p, s, place));
    forward_done(p, s->kind);
  }
  tell_outputs(p);
  return OR_OK;
}

/* --- backward ----------------------------------------------------------- */

/* Is the gradient toward the next step's input read by anybody? */
static bool wants_dx(const or_pass *p) { return p->wanted || p->at > p->first; }

static size_t element_bytes(const or_matrix *m) {
  return or_matrix_count(m) * or_precision_size(m->precision);
}

/* As many matrices as there are gradients at a time: one for each open branch,
   and two that take turns. All are of one size, the largest gradient's. */
or_status or_backward_memory(or_pass *p, or_arena *memory) {
  const or_plan *plan = p->plan;
  p->stride = p->wanted ? element_bytes(p->x) : 0;
  for (int i = 0; i < plan->known; i++) {
    size_t bytes = element_bytes(&plan->places[i].output);
    if (bytes > p->stride)
      p->stride = bytes;
  }
  p->stride = or_align_up(p->stride);
  p->deltas = NULL;
  for (int k = 0; k < p->net->depth + 2; k++) {
    void *next = or_take(memory, p->stride);
    p->deltas = k == 0 ? next : p->deltas;
  }
  return or_ready(memory);
}

/* Kept ones are never overwritten: a place for each. */
int or_deltas_kept(const or_network *net) {
  int count = 2;
  for (int i = 0; i < net->count; i++)
    count += net->steps[i]->kind != OR_STEP_ACTIVATION;
  return count;
}

static or_matrix kept_matrix(const or_pass *p, const or_matrix *like) {
  size_t before = (size_t)p->column * (size_t)like->rows;
  char *data = p->deltas + p->stride * (size_t)p->next +
               before * or_precision_size(like->precision);
  return or_matrix_over(data, like->rows, like->cols, like->precision);
}

static or_matrix delta_matrix(or_pass *p, int k, const or_matrix *like) {
  if (p->gradients == OR_KEEP_DELTAS)
    return kept_matrix(p, like);
  char *data = p->deltas + p->stride * (size_t)p->plan->order[k];
  return or_matrix_over(data, like->rows, like->cols, like->precision);
}

static void reset_order(or_pass *p) {
  p->level = p->next = 0;
  for (int k = 0; k < p->net->depth + 2; k++)
    p->plan->order[k] = k;
}

or_matrix or_backward_gradient(or_pass *p) {
  reset_order(p);
  return delta_matrix(p, 0, &p->now);
}

/* The step that the data comes to first: only branches stand before it. */
static int first_step(const or_network *net) {
  int first = 0;
  while (first < net->count && net->steps[first]->kind == OR_STEP_BRANCH)
    first++;
  return first;
}

void or_backward_begin(or_pass *p, const or_matrix *dy, bool own) {
  reset_order(p);
  p->back = true;
  p->first = first_step(p->net);
  p->at = p->net->count - 1;
  p->now = *dy;
  p->own = own;
  p->next = own;
}

static void swap(int *order, int i, int j) {
  int k = order[i];
  order[i] = order[j];
  order[j] = k;
}

/* Those that stand first in the order hold what branches wait for, one each;
   then comes now, where it is ours, and then what is free. */
static or_matrix free_delta(or_pass *p, const or_matrix *like) {
  return delta_matrix(p, p->level + (p->own ? 1 : 0), like);
}

/* The matrix from free_delta is the gradient now. */
static void take_delta(or_pass *p, const or_matrix *delta) {
  if (p->own)
    swap(p->plan->order, p->level, p->level + 1);
  p->next++;
  p->now = *delta;
  p->own = true;
}

static or_matrix input_of(const or_pass *p, const or_place *place) {
  return place->batch ? *p->x : place->input;
}

static or_gradients gradients_of(const or_step *s) {
  return (or_gradients){s->dw, s->db, !s->fresh};
}

static or_status backward_linear(or_pass *p, or_step *s, or_place *place) {
  or_matrix x = input_of(p, place), dz = p->now, dx;
  bool wanted = wants_dx(p);
  bool add = p->gradients == OR_ADD_GRADIENTS;
  or_gradients into = gradients_of(s);
  TRY(plain_input(p, s, &dz));
  TRY(plain_input(p, s, &x));
  if (p->gradients != OR_NO_GRADIENTS)
    place->delta = or_matrix_frobenius(&dz);
  place->dz = dz;
  if (p->gradients == OR_MEASURE_GRADIENTS)
    TRY(or_linear_measure(!s->plain, &x, &dz, &place->gradient, p->scratch));
  if (wanted)
    dx = free_delta(p, &x);
  TRY(or_linear_backward(s->w, !s->plain, &x, &dz, add ? &into : NULL,
                         wanted ? &dx : NULL, p->scratch));
  s->fresh = s->fresh && !add;
  if (wanted)
    take_delta(p, &dx);
  return OR_OK;
}

static or_status backward_activation(or_pass *p, or_step *s, or_place *place) {
  or_matrix z = place->in_place ? place->output : input_of(p, place);
  if (!wants_dx(p))
    return OR_OK;
  if (or_activation_is_callers(s->phi, &z))
    return OR_CALLBACK;
  if (!place->own)
    TRY(folded_input(p, s, false, &z));
  if (p->own) {
    or_activation_backward(s->phi, !s->plain, &z, &p->now, &p->now);
    return OR_OK;
  }
  or_matrix dz = free_delta(p, &z);
  or_activation_backward(s->phi, !s->plain, &z, &p->now, &dz);
  take_delta(p, &dz);
  return OR_OK;
}

static or_status backward_norm(or_pass *p, or_step *s, or_place *place) {
  bool add = p->gradients == OR_ADD_GRADIENTS;
  or_gradients into = gradients_of(s);
  or_matrix dx = free_delta(p, &place->input);
  place->dz = p->now;
  if (!add && !wants_dx(p))
    return OR_OK;
  TRY(or_layer_norm_backward(&place->input, &place->rstd, s->w, &p->now,
                             add ? &into : NULL, &dx, p->scratch));
  s->fresh = s->fresh && !add;
  take_delta(p, &dx);
  return OR_OK;
}

/* now = factor now */
static void scale_delta(or_pass *p, const or_step *s) {
  or_matrix dx = p->own ? p->now : free_delta(p, &p->now);
  or_matrix_scale(s->factor, &p->now, &dx);
  if (s->plain)
    or_matrix_unscale(&dx);
  if (p->own)
    p->now = dx;
  else
    take_delta(p, &dx);
}

static or_status backward_scale(or_pass *p, or_step *s, or_place *place) {
  if (wants_dx(p))
    scale_delta(p, s);
  return OR_OK;
}

/* dy waits until the branch has its dx: what is inside must not overwrite it */
static or_status backward_join(or_pass *p, or_step *s, or_place *place) {
  p->plan->branches[p->level++] = p->now;
  p->own = false;
  if (s->factor != 1)
    scale_delta(p, s);
  return OR_OK;
}

/* dx = dy + the branch's dx */
static or_status backward_branch(or_pass *p, or_step *s, or_place *place) {
  const or_matrix *dy = &p->plan->branches[p->level - 1];
  if (wants_dx(p)) {
    or_matrix dx = p->own ? p->now : free_delta(p, dy);
    TRY(or_matrix_add(1, &p->now, 1, dy, &dx));
    p->next += !p->own;
    p->now = dx;
    swap(p->plan->order, p->level - 1, p->level);
    p->own = true;
  }
  p->level--;
  return OR_OK;
}

static step_function *const backward[] = {
    backward_linear, backward_activation, backward_norm, backward_scale,
    backward_branch, backward_join,       forward_call};

or_status or_network_backward(or_pass *p) {
  for (; p->at >= 0; p->at--) {
    or_step *s = p->net->steps[p->at];
    TRY(interrupted(p));
    TRY(backward[s->kind](p, s, &p->plan->places[p->at]));
  }
  tell_deltas(p);
  return OR_OK;
}

/* --- CALL --------------------------------------------------------------- */

static bool is_like(const or_matrix *a, const or_matrix *b) {
  return or_matrix_same_shape(a, b) && a->precision == b->precision;
}

static or_status forward_answer(or_pass *p, const or_matrix *y) {
  or_place *place = &p->plan->places[p->at];
  if (!is_like(y, &place->output)) {
    place->output.rows = y->rows;
    place->output.cols = y->cols;
    place->output.precision = y->precision;
    place->answered = true;
    return OR_SHAPE;
  }
  or_matrix_copy(y, &place->output);
  if (p->gradients == OR_MEASURE_GRADIENTS)
    place->norm = or_matrix_frobenius(&place->output);
  forward_done(p, OR_STEP_CALL);
  return OR_OK;
}

static or_status backward_answer(or_pass *p, const or_matrix *dx) {
  const or_matrix *x = &p->plan->places[p->at].input;
  if (!wants_dx(p)) {
    p->at--;
    return OR_OK;
  }
  if (!is_like(dx, x))
    return or_matrix_same_shape(dx, x) ? OR_PRECISION : OR_SHAPE;
  or_matrix copy = free_delta(p, dx);
  or_matrix_copy(dx, &copy);
  take_delta(p, &copy);
  p->at--;
  return OR_OK;
}

or_status or_pass_answer(or_pass *p, const or_matrix *y) {
  return p->back ? backward_answer(p, y) : forward_answer(p, y);
}

or_matrix or_pass_input(const or_pass *p) {
  return input_of(p, &p->plan->places[p->at]);
}

/* The way up to here once more, without its arithmetic: inputs are outputs of
   the steps before, whose memory is elsewhere now. Exponents are the pass's. */
void or_pass_moved(or_pass *p) {
  int end = p->at;
  or_forward_begin(p);
  for (;;) {
    or_step_kind kind = p->net->steps[p->at]->kind;
    or_place *place = &p->plan->places[p->at];
    int64_t exponent = place->input.exponent;
    if (kind != OR_STEP_LAYER_NORM)
      place->input = p->now;
    place->input.exponent = exponent;
    if (kind == OR_STEP_BRANCH)
      forward_branch(p, NULL, place);
    if (p->at == end)
      return;
    forward_done(p, kind);
  }
}

/* --- the Jacobian ------------------------------------------------------- */

void or_jacobian_batch(const or_matrix *x, or_matrix *batch) {
  for (int j = 0; j < batch->cols; j++) {
    or_matrix column = or_matrix_block(batch, 0, j, x->rows, 1);
    or_matrix_copy(x, &column);
  }
  batch->exponent = x->exponent;
}

/* Back from unit vectors, one a column: rows first, first + 1, ... */
static void units_begin(or_pass *p, int first) {
  or_matrix dy = or_backward_gradient(p);
  or_matrix_fill(&dy, 0);
  for (int j = 0; j < dy.cols; j++)
    or_matrix_set(&dy, first + j, j, 1);
  or_backward_begin(p, &dy, true);
}

or_status or_network_jacobian(or_pass *p, int first, or_matrix *jacobian) {
  if (!p->back) {
    TRY(or_network_forward(p));
    if (p->now.rows != jacobian->rows || p->now.cols != p->x->cols)
      return OR_SHAPE;
    units_begin(p, first);
  }
  TRY(or_network_backward(p));
  or_matrix rows =
      or_matrix_block(jacobian, first, 0, p->now.cols, p->now.rows);
  or_matrix_transpose(&p->now, &rows);
  return OR_OK;
}

void or_jacobian_join(or_matrix *jacobian, int height,
                      const int64_t *exponents) {
  int blocks = (jacobian->rows + height - 1) / height;
  jacobian->exponent = blocks > 0 ? exponents[0] : 0;
  for (int k = 1; k < blocks; k++)
    if (exponents[k] > jacobian->exponent)
      jacobian->exponent = exponents[k];
  for (int k = 0; k < blocks; k++) {
    int left = jacobian->rows - k * height;
    or_matrix rows = or_matrix_block(
        jacobian, k * height, 0, left < height ? left : height, jacobian->cols);
    or_kernels(rows.precision)
        ->shift(&rows, exponents[k] - jacobian->exponent, &rows);
  }
}
