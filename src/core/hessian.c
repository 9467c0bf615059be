/* hessian.c: see hessian.h. R x is x's tangent: each function has the formula
   that it computes. All of it is in exponents' arithmetic, whatever a net's
   rescale says: the bits are the same where plain numbers hold the values. */
#include "hessian.h"

#include <string.h>

#include "arithmetic.h"
#include "elements.h"
#include "exponent.h"
#include "kernels.h"
#include "layer.h"
#include "product.h"
#include "reduction.h"

/* --- memory -------------------------------------------------------------- */

size_t or_hessian_bytes(const or_network *net) {
  return ((size_t)net->count + (size_t)net->depth) * sizeof(or_side);
}

void or_hessian_over(void *memory, or_pass *pass, or_hessian *h) {
  memset(memory, 0, or_hessian_bytes(pass->net));
  *h = (or_hessian){.pass = pass, .sides = memory};
  h->branches = h->sides + pass->net->count;
}

static or_matrix like(or_arena *memory, const or_matrix *m) {
  return or_take_matrix(memory, m->rows, m->cols, m->precision);
}

static size_t element_bytes(const or_matrix *m) {
  return or_matrix_count(m) * or_precision_size(m->precision);
}

/* Gradients are as large as the largest output, and stand in pairs: two that
   take turns, and one for each open branch. */
or_status or_hessian_memory(or_hessian *h, or_arena *memory) {
  const or_network *net = h->pass->net;
  h->stride = element_bytes(h->pass->x);
  for (int i = 0; i < net->count; i++) {
    const or_place *place = &h->pass->plan->places[i];
    or_side *side = &h->sides[i];
    if (net->steps[i]->kind != OR_STEP_BRANCH)
      side->tangent = like(memory, &place->output);
    if (net->steps[i]->kind == OR_STEP_LAYER_NORM)
      side->xhat = like(memory, &place->output);
    if (element_bytes(&place->output) > h->stride)
      h->stride = element_bytes(&place->output);
  }
  h->stride = or_align_up(h->stride);
  h->deltas = or_take(memory, 2 * ((size_t)net->depth + 2) * h->stride);
  return or_ready(memory);
}

/* The matrix in half 0 or 1 of a pair: pairs 0 and 1 take turns, 2 + k is the
   branch's at level k. */
static or_matrix delta(const or_hessian *h, int pair, int half,
                       const or_matrix *shape) {
  char *data = h->deltas + (2 * (size_t)pair + (size_t)half) * h->stride;
  return or_matrix_over(data, shape->rows, shape->cols, shape->precision);
}

/* --- sums of products ---------------------------------------------------- */

typedef struct factors {
  bool ta, tb;
  const or_matrix *a, *b; /* op(a) op(b); a NULL: 0 */
} factors;

static or_status multiply(factors f, or_matrix *c, or_arena *arena) {
  return or_matrix_product(f.ta, f.a, f.tb, f.b, c, arena);
}

/* c = one + other, of which one at least is there */
static or_status sum_products(factors one, factors other, or_matrix *c,
                              or_arena *arena) {
  if (!one.a)
    return multiply(other, c, arena);
  if (!other.a)
    return multiply(one, c, arena);
  size_t mark = arena->used;
  or_matrix term = like(arena, c);
  TRY(or_ready(arena));
  TRY(multiply(one, c, arena));
  TRY(multiply(other, &term, arena));
  or_give_back(arena, mark);
  return or_matrix_add(1, c, 1, &term, c);
}

/* z += x .* y */
static or_status add_hadamard(const or_matrix *x, const or_matrix *y,
                              or_matrix *term, or_matrix *z) {
  TRY(or_matrix_hadamard(x, y, term));
  return or_matrix_add(1, z, 1, term, z);
}

/* --- forward ------------------------------------------------------------- */

typedef or_status side_function(or_hessian *h, const or_step *s,
                                or_place *place, or_side *side);

static or_matrix input_of(const or_hessian *h, const or_place *place) {
  return place->batch ? *h->pass->x : place->input;
}

/* R z = W R x + V x + v */
static or_status forward_linear(or_hessian *h, const or_step *s,
                                or_place *place, or_side *side) {
  or_matrix x = input_of(h, place);
  factors moved = {false, false, h->still ? NULL : s->w, &h->tangent};
  factors turned = {false, false, side->vw, &x};
  side->still = h->still && !side->vw && !side->vb;
  if (side->still)
    return OR_OK;
  if (moved.a || turned.a)
    TRY(sum_products(moved, turned, &side->tangent, h->pass->scratch));
  else
    or_matrix_fill(&side->tangent, 0);
  return side->vb
             ? or_matrix_add(1, &side->tangent, 1, side->vb, &side->tangent)
             : OR_OK;
}

or_status or_hessian_preactivation(or_hessian *h, int i, or_matrix *z) {
  const or_place *place = &h->pass->plan->places[i];
  or_activation phi = h->pass->net->steps[i]->phi;
  *z = place->in_place ? place->output : input_of(h, place);
  if (place->own || z->exponent == 0 || or_activation_shape_of(phi).homogeneous)
    return OR_OK;
  or_matrix copy = like(h->pass->scratch, z);
  TRY(or_ready(h->pass->scratch));
  or_matrix_copy(z, &copy);
  or_activation_fold(&copy);
  *z = copy;
  return OR_OK;
}

/* out = in .* phi'(z) */
static or_status by_slope(const or_step *s, const or_side *side,
                          const or_matrix *z, const or_matrix *in,
                          or_matrix *out) {
  if (side->slope)
    return or_matrix_hadamard(in, side->slope, out);
  or_activation_backward(s->phi, true, z, in, out);
  return OR_OK;
}

/* R a = R z .* phi'(z) */
static or_status forward_activation(or_hessian *h, const or_step *s,
                                    or_place *place, or_side *side) {
  or_matrix z;
  side->still = h->still;
  if (side->still)
    return OR_OK;
  TRY(or_hessian_preactivation(h, h->at, &z));
  return by_slope(s, side, &z, &h->tangent, &side->tangent);
}

/* y = rstd (x - mean x - xhat mean(xhat x)), the derivative of xhat along x and
   its own transpose; y may not be x */
static void standardize_along(const or_place *place, const or_matrix *x,
                              or_matrix *y) {
  or_kernels(x->precision)
      ->standardize_back(&place->input, place->rstd.data, x, y);
  y->exponent = x->exponent + place->rstd.exponent;
  or_matrix_keep_result(y);
}

/* R y = gain .* R xhat + R gain .* xhat + R bias */
static or_status forward_norm(or_hessian *h, const or_step *s, or_place *place,
                              or_side *side) {
  or_arena *arena = h->pass->scratch;
  or_matrix *y = &side->tangent;
  side->still = h->still && !side->vw && !side->vb;
  if (side->still)
    return OR_OK;
  or_matrix term = like(arena, y);
  TRY(or_ready(arena));
  if (h->still)
    or_matrix_fill(&side->xhat, 0);
  else
    standardize_along(place, &h->tangent, &side->xhat);
  TRY(or_matrix_hadamard(&side->xhat, s->w, y));
  if (side->vw)
    TRY(add_hadamard(&place->input, side->vw, &term, y));
  return side->vb ? or_matrix_add(1, y, 1, side->vb, y) : OR_OK;
}

static or_status forward_scale(or_hessian *h, const or_step *s, or_place *place,
                               or_side *side) {
  side->still = h->still;
  if (!side->still)
    or_matrix_scale(s->factor, &h->tangent, &side->tangent);
  return OR_OK;
}

static or_status forward_branch(or_hessian *h, const or_step *s,
                                or_place *place, or_side *side) {
  side->tangent = h->tangent;
  side->still = h->still;
  h->branches[h->level++] = *side;
  return OR_OK;
}

/* R y = R x + factor R branch(x) */
static or_status forward_join(or_hessian *h, const or_step *s, or_place *place,
                              or_side *side) {
  const or_side *x = &h->branches[--h->level];
  side->still = x->still && h->still;
  if (side->still)
    return OR_OK;
  if (h->still)
    or_matrix_copy(&x->tangent, &side->tangent);
  else if (x->still)
    or_matrix_scale(s->factor, &h->tangent, &side->tangent);
  else
    return or_matrix_add(1, &x->tangent, s->factor, &h->tangent,
                         &side->tangent);
  return OR_OK;
}

static or_status refuse_call(or_hessian *h, const or_step *s, or_place *place,
                             or_side *side) {
  return OR_ARGUMENT;
}

static side_function *const forward[] = {
    forward_linear, forward_activation, forward_norm, forward_scale,
    forward_branch, forward_join,       refuse_call};

void or_hessian_begin(or_hessian *h) {
  const or_network *net = h->pass->net;
  h->at = h->level = 0;
  h->still = true;
  h->back = false;
  h->last = 0;
  while (h->last < net->count && !h->sides[h->last].hw && !h->sides[h->last].hb)
    h->last++;
}

/* Before every step: all scratch is free again. */
static or_status interrupted(or_pass *p) {
  p->scratch->used = 0;
  return p->interrupted && *p->interrupted ? OR_INTERRUPTED : OR_OK;
}

/* Before the first step that moves there is no tangent to look at. */
or_status or_hessian_forward(or_hessian *h) {
  const or_network *net = h->pass->net;
  for (; h->at < net->count; h->at++) {
    const or_step *s = net->steps[h->at];
    or_side *side = &h->sides[h->at];
    TRY(interrupted(h->pass));
    TRY(forward[s->kind](h, s, &h->pass->plan->places[h->at], side));
    h->tangent = side->tangent;
    h->still = side->still;
  }
  return OR_OK;
}

/* --- backward ------------------------------------------------------------ */

void or_hessian_cotangent(or_hessian *h, or_matrix **dy, or_matrix **ry) {
  h->turn = h->level = 0;
  h->back = true;
  h->at = h->pass->net->count - 1;
  h->dy = delta(h, 0, 0, &h->pass->now);
  h->ry = delta(h, 0, 1, &h->pass->now);
  *dy = &h->dy;
  *ry = &h->ry;
}

/* Is the gradient toward the step's input read by anybody? */
static bool wants_dx(const or_hessian *h) { return h->at > h->last; }

/* The tangent of what came to the step that is next; NULL where it is 0. */
static const or_matrix *tangent_before(const or_hessian *h) {
  const or_side *before = h->at > 0 ? &h->sides[h->at - 1] : NULL;
  return before && !before->still ? &before->tangent : NULL;
}

/* The pair that is free becomes the gradient. */
static void take_turn(or_hessian *h, const or_matrix *dx, const or_matrix *rx) {
  h->dy = *dx;
  h->ry = *rx;
  h->turn = !h->turn;
}

/* dx = W' dy, R dx = W' R dy + V' dy */
static or_status linear_back(or_hessian *h, const or_step *s,
                             const or_matrix *x, const or_side *side) {
  or_matrix dx = delta(h, !h->turn, 0, x), rx = delta(h, !h->turn, 1, x);
  factors moved = {true, false, s->w, &h->ry};
  factors turned = {true, false, side->vw, &h->dy};
  TRY(sum_products(moved, turned, &rx, h->pass->scratch));
  TRY(multiply((factors){true, false, s->w, &h->dy}, &dx, h->pass->scratch));
  take_turn(h, &dx, &rx);
  return OR_OK;
}

/* R dW = R dy x' + dy R x', R db = row sums of R dy */
static or_status backward_linear(or_hessian *h, const or_step *s,
                                 or_place *place, or_side *side) {
  or_matrix x = input_of(h, place);
  const or_matrix *rx = tangent_before(h);
  if (side->hw)
    TRY(sum_products((factors){false, true, &h->ry, &x},
                     (factors){false, true, rx ? &h->dy : NULL, rx}, side->hw,
                     h->pass->scratch));
  if (side->hb)
    or_matrix_row_sums(&h->ry, side->hb);
  return wants_dx(h) ? linear_back(h, s, &x, side) : OR_OK;
}

/* out = da .* R z .* phi''(z) */
static or_status by_bend(or_hessian *h, const or_step *s, const or_side *side,
                         const or_matrix *z, or_matrix *out) {
  TRY(or_matrix_hadamard(&h->dy, tangent_before(h), out));
  if (side->bend)
    return or_matrix_hadamard(out, side->bend, out);
  or_activation_bend(s->phi, z, out, out);
  return OR_OK;
}

/* dz = da .* phi'(z), R dz = R da .* phi'(z) + da .* R z .* phi''(z) */
static or_status backward_activation(or_hessian *h, const or_step *s,
                                     or_place *place, or_side *side) {
  or_matrix z, bent;
  bool straight = or_activation_is_straight(s->phi) || !tangent_before(h);
  if (!wants_dx(h))
    return OR_OK;
  if (!straight)
    bent = like(h->pass->scratch, &h->dy);
  TRY(or_hessian_preactivation(h, h->at, &z));
  TRY(or_ready(h->pass->scratch));
  if (!straight)
    TRY(by_bend(h, s, side, &z, &bent));
  TRY(by_slope(s, side, &z, &h->dy, &h->dy));
  TRY(by_slope(s, side, &z, &h->ry, &h->ry));
  return straight ? OR_OK : or_matrix_add(1, &h->ry, 1, &bent, &h->ry);
}

/* --- layer normalization, backward --------------------------------------- */

/* What its way back works with: n x b, and rows of 1 x b. */
typedef struct norm_work {
  or_matrix u, ru, term, rstd, row;
} norm_work;

static or_status take_norm_work(or_arena *arena, const or_matrix *dy,
                                norm_work *w) {
  w->u = like(arena, dy);
  w->ru = like(arena, dy);
  w->term = like(arena, dy);
  w->rstd = or_take_matrix(arena, 1, dy->cols, dy->precision);
  w->row = or_take_matrix(arena, 1, dy->cols, dy->precision);
  return or_ready(arena);
}

/* R dgain = row sums of R dy .* xhat + dy .* R xhat, R dbias those of R dy */
static or_status norm_products(or_hessian *h, const or_place *place,
                               const or_side *side, norm_work *w) {
  if (side->hw) {
    TRY(or_matrix_hadamard(&h->ry, &place->input, &w->u));
    if (!side->still)
      TRY(add_hadamard(&h->dy, &side->xhat, &w->term, &w->u));
    or_matrix_row_sums(&w->u, side->hw);
  }
  if (side->hb)
    or_matrix_row_sums(&h->ry, side->hb);
  return OR_OK;
}

/* out -= rstd .* mean(x .* y) .* z, the mean over each column */
static or_status take_mean(norm_work *w, const or_matrix *x, const or_matrix *y,
                           const or_matrix *z, or_matrix *out) {
  TRY(or_matrix_hadamard(x, y, &w->term));
  or_matrix_column_sums(&w->term, &w->row);
  TRY(or_matrix_hadamard(&w->row, &w->rstd, &w->row));
  TRY(or_matrix_hadamard(z, &w->row, &w->term));
  return or_matrix_add(1, out, -1.0 / x->rows, &w->term, out);
}

/* dx = P u with u = gain .* dy and P from standardize_along;
   R dx = P R u - rstd (dx mean(xhat R x) + R xhat mean(xhat u)
                        + xhat mean(R xhat u)) */
static or_status norm_back(or_hessian *h, const or_step *s,
                           const or_place *place, const or_side *side,
                           norm_work *w) {
  const or_matrix *x = tangent_before(h), *xhat = &place->input;
  or_matrix dx = delta(h, !h->turn, 0, xhat), rx = delta(h, !h->turn, 1, xhat);
  TRY(or_matrix_hadamard(&h->dy, s->w, &w->u));
  TRY(or_matrix_hadamard(&h->ry, s->w, &w->ru));
  if (side->vw)
    TRY(add_hadamard(&h->dy, side->vw, &w->term, &w->ru));
  standardize_along(place, &w->u, &dx);
  standardize_along(place, &w->ru, &rx);
  or_matrix_copy(&place->rstd, &w->rstd);
  if (x) {
    TRY(take_mean(w, xhat, x, &dx, &rx));
    TRY(take_mean(w, xhat, &w->u, &side->xhat, &rx));
    TRY(take_mean(w, &side->xhat, &w->u, xhat, &rx));
  }
  take_turn(h, &dx, &rx);
  return OR_OK;
}

static or_status backward_norm(or_hessian *h, const or_step *s, or_place *place,
                               or_side *side) {
  norm_work w;
  TRY(take_norm_work(h->pass->scratch, &h->dy, &w));
  TRY(norm_products(h, place, side, &w));
  return wants_dx(h) ? norm_back(h, s, place, side, &w) : OR_OK;
}

/* --- backward, the rest -------------------------------------------------- */

static or_status backward_scale(or_hessian *h, const or_step *s,
                                or_place *place, or_side *side) {
  or_matrix_scale(s->factor, &h->dy, &h->dy);
  or_matrix_scale(s->factor, &h->ry, &h->ry);
  return OR_OK;
}

/* What went past the branch waits for the other end. */
static or_status backward_join(or_hessian *h, const or_step *s, or_place *place,
                               or_side *side) {
  or_side *waits = &h->branches[h->level];
  waits->tangent = delta(h, 2 + h->level, 0, &h->dy);
  waits->xhat = delta(h, 2 + h->level, 1, &h->dy);
  or_matrix_copy(&h->dy, &waits->tangent);
  or_matrix_copy(&h->ry, &waits->xhat);
  h->level++;
  return s->factor == 1 ? OR_OK : backward_scale(h, s, place, side);
}

static or_status backward_branch(or_hessian *h, const or_step *s,
                                 or_place *place, or_side *side) {
  const or_side *waited = &h->branches[--h->level];
  TRY(or_matrix_add(1, &h->dy, 1, &waited->tangent, &h->dy));
  return or_matrix_add(1, &h->ry, 1, &waited->xhat, &h->ry);
}

static side_function *const backward[] = {
    backward_linear, backward_activation, backward_norm, backward_scale,
    backward_branch, backward_join,       refuse_call};

or_status or_hessian_backward(or_hessian *h) {
  const or_network *net = h->pass->net;
  for (; h->at >= h->last; h->at--) {
    const or_step *s = net->steps[h->at];
    TRY(interrupted(h->pass));
    TRY(backward[s->kind](h, s, &h->pass->plan->places[h->at],
                          &h->sides[h->at]));
  }
  return OR_OK;
}
