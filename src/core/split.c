/* split.c: see split.h. */
#include "split.h"

#include <string.h>

#include "layer.h"
#include "optim.h"
#include "parallel.h"

struct or_share {
  or_pass pass;
  or_matrix x;
  or_arena scratch;
  or_norm value;
  int correct;
  or_status status;
  bool done;
};

/* Columns first, ... of a linear layer's gradient; all of a layer norm's. */
struct or_piece {
  int step, first, cols;
  bool made;
  bool delivered; /* the first of a step's: all its gradients are */
  or_matrix dw;   /* the columns, as they were made */
};

/* --- whether ------------------------------------------------------------- */

enum {
  LEAST_WIDTH = 32,    /* columns of a share: narrower ones slow BLAS down; */
  MOST_WIDTH = 128,    /* a batch of up to two such has two */
  LEAST_WORK = 1 << 19 /* multiplications on the way forward */
};
/* Of a product: larger ones the threads share as well by themselves (blas.c),
   and a processor makes them faster whole than in halves. */
static const int64_t most_work = (int64_t)1 << 23;

/* Multiplications on the way forward, or 0 where a step is the caller's or a
   product is large. */
static int64_t work_of(const or_network *net, int batch) {
  int64_t work = 0;
  for (int i = 0; i < net->count; i++) {
    const or_step *s = net->steps[i];
    if (s->kind == OR_STEP_CALL ||
        (s->kind == OR_STEP_ACTIVATION && s->phi.kind == OR_ACT_CUSTOM))
      return 0;
    if (s->kind != OR_STEP_LINEAR)
      continue;
    int64_t product = (int64_t)or_matrix_count(s->w) * batch;
    if (product >= most_work)
      return 0;
    work += product;
  }
  return work;
}

static int rounded_up(int n, int unit) { return (n + unit - 1) / unit * unit; }

/* Of about equal shares, whole vectors wide. */
static int width_of(int cols) {
  int count = rounded_up(cols, MOST_WIDTH) / MOST_WIDTH;
  if (count < 2 && cols >= 2 * LEAST_WIDTH)
    count = 2;
  return count < 2 ? cols : rounded_up((cols + count - 1) / count, 8);
}

bool or_split_pays(or_split *p) {
  int cols = p->x->cols;
  p->width = width_of(cols);
  p->count = cols > 0 ? (cols + p->width - 1) / p->width : 0;
  return p->count > 1 && work_of(p->net, cols) >= LEAST_WORK &&
         p->x->exponent == 0 && p->plan->misfit == OR_OK &&
         p->plan->known == p->net->count;
}

/* --- memory -------------------------------------------------------------- */

/* Columns of a piece: enough work to be worth a task. */
static int piece_width(const or_step *s, int batch) {
  int64_t column = (int64_t)s->w->rows * batch, enough = (int64_t)1 << 22;
  int64_t width = (enough / column + 63) / 64 * 64;
  return width < 64 ? 64 : width < s->w->cols ? (int)width : s->w->cols;
}

static bool has_parameters(const or_step *s) {
  return s->kind == OR_STEP_LINEAR || s->kind == OR_STEP_LAYER_NORM;
}

/* Pieces of a step's gradients; into `parts`, if there are any. */
static int cut(const or_split *p, int step, or_piece *parts) {
  const or_step *s = p->net->steps[step];
  int count = 0;
  if (!has_parameters(s))
    return 0;
  bool linear = s->kind == OR_STEP_LINEAR;
  int all = linear ? s->w->cols : 1;
  int width = linear ? piece_width(s, p->x->cols) : 1;
  for (int first = 0; first < all; first += width, count++)
    if (parts)
      parts[count] =
          (or_piece){.step = step,
                     .first = first,
                     .cols = all - first < width ? all - first : width};
  return count;
}

static void cut_all(or_split *p, or_arena *memory) {
  int count = 0;
  for (int i = 0; i < p->net->count; i++)
    count += cut(p, i, NULL);
  p->pieces = count;
  p->parts = or_take(memory, (size_t)count * sizeof *p->parts);
}

static void begin_share(or_split *p, int i, void *plan, or_pass like) {
  or_share *q = &p->list[i];
  int first = i * p->width, left = p->x->cols - first;
  *q = (or_share){.pass = like};
  q->x = or_matrix_block(p->x, 0, first, p->x->rows,
                         left < p->width ? left : p->width);
  q->pass.plan =
      or_plan_over(plan, p->net, p->x->rows, q->x.cols, p->plan->precision);
  or_plan_columns(p->net, p->plan, first, q->pass.plan);
  q->pass.x = &q->x;
  q->pass.scratch = &q->scratch;
  q->pass.column = first;
  or_forward_begin(&q->pass);
}

/* Matrices that hold any place's output, of the whole batch. */
static size_t delta_stride(const or_split *p) {
  size_t most = 0;
  for (int i = 0; i < p->net->count; i++) {
    const or_matrix *y = &p->plan->places[i].output;
    size_t bytes = or_matrix_count(y) * or_precision_size(y->precision);
    most = bytes > most ? bytes : most;
  }
  return or_align_up(most);
}

or_status or_split_begin(or_split *p, or_arena *memory, or_arena *deltas) {
  or_pass like = {.net = p->net,
                  .interrupted = p->interrupted,
                  .gradients = OR_KEEP_DELTAS,
                  .stride = delta_stride(p)};
  size_t plan = or_align_up(or_plan_bytes(p->net));
  p->list = or_take(memory, (size_t)p->count * sizeof *p->list);
  char *plans = or_take(memory, plan * (size_t)p->count);
  cut_all(p, memory);
  like.deltas = or_take(deltas, like.stride * (size_t)or_deltas_kept(p->net));
  TRY(or_counted(or_ready(memory), or_ready(deltas)));
  TRY(or_ready(deltas));
  for (int i = 0; i < p->count; i++)
    begin_share(p, i, plans + plan * (size_t)i, like);
  for (int i = 0, at = 0; i < p->net->count; i++)
    at += cut(p, i, p->parts + at);
  return OR_OK;
}

/* --- forward, loss, backward --------------------------------------------- */

/* Is everything that the share has left what it says, without an exponent? */
static bool is_plain(const or_split *p, const or_plan *plan) {
  for (int i = 0; i < p->net->count; i++) {
    const or_place *place = &plan->places[i];
    if (place->input.exponent != 0 || place->output.exponent != 0 ||
        (has_parameters(p->net->steps[i]) && place->dz.exponent != 0))
      return false;
  }
  return true;
}

static or_status turn_back(const or_split *p, or_share *q) {
  or_matrix gradient = or_backward_gradient(&q->pass);
  TRY(or_loss(&p->target, q->pass.column, p->x->cols, &q->pass.now, &q->value,
              &gradient, &q->correct));
  or_backward_begin(&q->pass, &gradient, true);
  return OR_OK;
}

static or_status go_on(const or_split *p, or_share *q) {
  if (!q->pass.back) {
    TRY(or_network_forward(&q->pass));
    TRY(turn_back(p, q));
  }
  TRY(or_network_backward(&q->pass));
  q->done = true;
  return is_plain(p, q->pass.plan) ? OR_OK : OR_RANGE;
}

static void run_share(void *context, int i) {
  or_split *p = context;
  or_share *q = &p->list[i];
  if (!q->done)
    q->status = go_on(p, q);
}

/* Each has its part of the scratch. */
static void share_out(or_split *p, const or_arena *scratch) {
  size_t each = scratch->size / (size_t)p->count / OR_ALIGNMENT * OR_ALIGNMENT;
  for (int i = 0; i < p->count; i++)
    p->list[i].scratch = or_arena_over(
        scratch->base ? scratch->base + each * (size_t)i : NULL, each);
}

/* What the shares have come to: an error counts more than a want. */
static or_status joint_status(const or_split *p, or_arena *scratch) {
  or_status status = OR_OK;
  for (int i = 0; i < p->count; i++) {
    const or_share *q = &p->list[i];
    if (q->status == OR_SCRATCH) {
      size_t wanted = or_align_up(q->scratch.needed) * (size_t)p->count;
      scratch->needed = wanted > scratch->needed ? wanted : scratch->needed;
      status = status == OR_OK ? OR_SCRATCH : status;
    } else if (q->status == OR_INTERRUPTED) {
      status = status == OR_RANGE ? status : OR_INTERRUPTED;
    } else if (q->status != OR_OK) {
      status = OR_RANGE;
    }
  }
  return status;
}

static or_norm sum(or_norm a, or_norm b) {
  if (a.value == 0 || b.value == 0)
    return a.value == 0 ? b : a;
  if (a.exponent < b.exponent)
    return sum(b, a);
  return or_norm_of(a.value + or_shifted(b.value, b.exponent - a.exponent),
                    a.exponent);
}

or_status or_split_run(or_split *p, or_arena *scratch) {
  share_out(p, scratch);
  or_parallel(p->count, run_share, p);
  TRY(joint_status(p, scratch));
  p->value = (or_norm){0, 0};
  p->correct = p->list[0].correct < 0 ? -1 : 0;
  for (int i = 0; i < p->count; i++) {
    p->value = sum(p->value, p->list[i].value);
    p->correct += p->correct < 0 ? 0 : p->list[i].correct;
  }
  return OR_OK;
}

/* --- gradients ----------------------------------------------------------- */

/* Of the first share's, all the batch's columns. */
static or_matrix widened(or_matrix m, int cols) {
  if (m.data)
    m.cols = cols;
  return m;
}

/* The plan of the whole batch, as a pass would have left it. */
static void join_places(or_split *p) {
  const or_plan *first = p->list[0].pass.plan;
  int cols = p->x->cols;
  p->plan->measured = false;
  for (int i = 0; i < p->net->count; i++) {
    or_place *place = &p->plan->places[i];
    *place = first->places[i];
    place->input = widened(place->input, cols);
    place->output = widened(place->output, cols);
    place->rstd = widened(place->rstd, cols);
    place->dz = widened(place->dz, cols);
    for (int k = 1; k < p->count; k++)
      place->delta =
          or_norm_hypot(place->delta, p->list[k].pass.plan->places[i].delta);
  }
}

static void tell_steps(const or_split *p) {
  for (int i = 0; i < p->net->count; i++) {
    or_step *s = p->net->steps[i];
    if (s->kind == OR_STEP_ACTIVATION)
      s->measured = false;
    if (s->kind == OR_STEP_LINEAR) {
      s->passed_back = true;
      s->delta = p->plan->places[i].delta;
    }
  }
}

/* Rows first, ... of what came into the step. */
static or_matrix rows_of_input(const or_split *p, const or_piece *part) {
  const or_place *place = &p->plan->places[part->step];
  const or_matrix *x = place->batch ? p->x : &place->input;
  return or_matrix_block(x, part->first, 0, part->cols, x->cols);
}

/* A piece that is to be added to what is there, or overflows, waits. */
static void make_piece(void *context, int i) {
  or_split *p = context;
  or_piece *part = &p->parts[i];
  const or_step *s = p->net->steps[part->step];
  if (part->made || !s->fresh || s->kind != OR_STEP_LINEAR)
    return;
  or_arena none = or_arena_over(NULL, 0);
  or_matrix x = rows_of_input(p, part);
  part->dw = or_matrix_block(s->dw, 0, part->first, s->dw->rows, part->cols);
  or_gradients into = {&part->dw, part->first == 0 ? s->db : NULL, false};
  part->made =
      or_linear_gradients(!s->plain, &x, &p->plan->places[part->step].dz, &into,
                          &none) == OR_OK;
}

/* The pieces of a step's gradient, if they make it up: all are there, with the
   same exponent. */
static bool fit_together(const or_piece *part, int count, or_step *s) {
  for (int k = 0; k < count; k++)
    if (!part[k].made || part[k].dw.exponent != part->dw.exponent)
      return false;
  s->dw->exponent = part->dw.exponent;
  return true;
}

/* As a pass makes it. */
static or_status make_whole(or_split *p, int step, or_arena *scratch) {
  or_step *s = p->net->steps[step];
  const or_place *place = &p->plan->places[step];
  or_gradients into = {s->dw, s->db, !s->fresh};
  scratch->used = 0;
  if (s->kind == OR_STEP_LAYER_NORM)
    return or_layer_norm_gradients(&place->input, &place->dz, &into, scratch);
  return or_linear_gradients(!s->plain, place->batch ? p->x : &place->input,
                             &place->dz, &into, scratch);
}

static int pieces_of_step(const or_split *p, int first) {
  int count = 1;
  while (first + count < p->pieces &&
         p->parts[first + count].step == p->parts[first].step)
    count++;
  return count;
}

static or_status deliver(or_split *p, int first, int count, or_arena *scratch) {
  or_piece *part = &p->parts[first];
  or_step *s = p->net->steps[part->step];
  if (!part->delivered && !fit_together(part, count, s))
    TRY(make_whole(p, part->step, scratch));
  part->delivered = true;
  s->fresh = false;
  return OR_OK;
}

or_status or_split_gradients(or_split *p, or_arena *scratch) {
  join_places(p);
  or_parallel(p->pieces, make_piece, p);
  for (int first = 0, count; first < p->pieces; first += count) {
    count = pieces_of_step(p, first);
    TRY(deliver(p, first, count, scratch));
  }
  tell_steps(p);
  return OR_OK;
}
