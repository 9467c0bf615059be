/* blas.c: the only file that sees BLAS's and LAPACK's headers. A template:
   compiled once for each precision (real.h). */
#include "blas.h"

#include <cblas.h>
#include <lapacke.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "fpu.h"
#include "parallel.h"
#include "real.h"

#if OR_BITS == 32
#define BLAS(name) cblas_s##name
#define LAPACK(name) LAPACKE_s##name##_work
#else
#define BLAS(name) cblas_d##name
#define LAPACK(name) LAPACKE_d##name##_work
#endif

static CBLAS_TRANSPOSE op(bool transpose) {
  return transpose ? CblasTrans : CblasNoTrans;
}

static void gemv(bool ta, double alpha, const or_matrix *a, const or_matrix *x,
                 double beta, or_matrix *y) {
  CBLAS_TRANSPOSE t = op(ta);
  real f = (real)alpha, g = (real)beta;
  BLAS(gemv)
  (CblasColMajor, t, a->rows, a->cols, f, a->data, a->ld, x->data, 1, g,
   y->data, 1);
}

typedef struct product {
  bool ta, tb;
  double alpha, beta;
  const or_matrix *a, *b;
  or_matrix *c;
  int width; /* columns in a panel of c */
} product;

/* Columns first .. first+width-1 of c, by themselves. */
static void panel(void *context, int i) {
  const product *p = context;
  int first = i * p->width, left = p->c->cols - first;
  int cols = left < p->width ? left : p->width;
  const or_matrix *a = p->a, *b = p->b;
  const real *panel_of_b = p->tb ? (real *)b->data + first : COLUMN(b, first);
  BLAS(gemm)
  (CblasColMajor, op(p->ta), op(p->tb), p->c->rows, cols,
   p->ta ? a->rows : a->cols, (real)p->alpha, a->data, a->ld, panel_of_b, b->ld,
   (real)p->beta, COLUMN(p->c, first), p->c->ld);
}

/* A product of more than about 10^7 multiplications is always made panel by
   panel, whether threads share them or not: BLAS rounds a part of a product
   otherwise than the whole. Panels are narrow enough to share, and wide
   enough not to pack a too often (measured: under 3 %). */
static int panel_width(const or_matrix *c, int inner) {
  int64_t left = (int64_t)c->rows * inner; /* elements of op(a) */
  if (left * c->cols < (int64_t)1 << 23)
    return c->cols;
  return left > (int64_t)1 << 18 ? 256 : c->cols < 256 ? 64 : 128;
}

static void run_product(product p) {
  int inner = p.ta ? p.a->rows : p.a->cols, cols = p.c->cols;
  if (or_matrix_is_empty(p.c))
    return;
  or_fpu_mode mode = or_flush_denormals();
  if (cols == 1 && !p.tb && inner > 0) /* the same sums, less packing */
    gemv(p.ta, p.alpha, p.a, p.b, p.beta, p.c);
  else
    or_parallel((cols + p.width - 1) / p.width, panel, &p);
  or_fpu_restore(mode);
}

static void gemm(bool ta, bool tb, double alpha, const or_matrix *a,
                 const or_matrix *b, double beta, or_matrix *c) {
  int width = panel_width(c, ta ? a->rows : a->cols);
  run_product((product){ta, tb, alpha, beta, a, b, c, width});
}

static void gemm_whole(bool ta, bool tb, double alpha, const or_matrix *a,
                       const or_matrix *b, double beta, or_matrix *c) {
  run_product((product){ta, tb, alpha, beta, a, b, c, c->cols});
}

static void syrk(bool transpose, const or_matrix *a, or_matrix *c) {
  int inner = transpose ? a->rows : a->cols;
  if (or_matrix_is_empty(c))
    return;
  or_fpu_mode mode = or_flush_denormals();
  BLAS(syrk)
  (CblasColMajor, CblasLower, op(transpose), c->rows, inner, 1, a->data, a->ld,
   0, c->data, c->ld);
  or_fpu_restore(mode);
}

/* --- LAPACK ------------------------------------------------------------- */

_Static_assert(sizeof(lapack_int) == sizeof(int), "LAPACK's integers are int");

/* LAPACK refused an argument: ours was wrong. A positive info is a failure
   of the numbers, whose meaning the caller knows. */
static or_status decode(int info, or_status failure) {
  return info == 0 ? OR_OK : info < 0 ? OR_LAPACK : failure;
}

/* A routine with a workspace is called twice: with lwork -1 it says in work[0]
   (and iwork[0]) how much it wants, then it works. */
typedef struct workspace {
  or_arena *arena;
  size_t mark;
  real *work, asked;
  int *iwork, iasked, lwork, liwork;
  or_status status;
} workspace;

static void ask(workspace *w, or_arena *arena) {
  *w = (workspace){.arena = arena, .mark = arena->used};
  w->work = &w->asked;
  w->iwork = &w->iasked;
  w->lwork = w->liwork = -1;
}

/* Was that the question, and is there room for what it asked for? LAPACK
   reports sizes in floating point, where float32 may have rounded them down. */
static bool granted(workspace *w, int info) {
  double size = ceil(w->asked * (1 + 2 * (double)REAL_EPS));
  if (w->lwork != -1)
    return false;
  if (info != 0) {
    w->status = OR_LAPACK;
    return false;
  }
  if (!(size >= 0 && size < INT_MAX) || w->iasked < 0) {
    w->status = OR_SIZE;
    return false;
  }
  w->lwork = size < 1 ? 1 : (int)size;
  w->liwork = w->iasked < 1 ? 1 : w->iasked;
  w->work = or_take(w->arena, (size_t)w->lwork * sizeof(real));
  w->iwork = or_take(w->arena, (size_t)w->liwork * sizeof(int));
  w->status = or_ready(w->arena);
  return w->status == OR_OK;
}

static or_status ended(workspace *w, int info, or_status failure) {
  or_give_back(w->arena, w->mark);
  return w->status == OR_OK ? decode(info, failure) : w->status;
}

static int shorter(const or_matrix *a) {
  return a->rows < a->cols ? a->rows : a->cols;
}

static or_status geqrf(or_matrix *a, void *tau, or_arena *arena) {
  workspace w;
  int info;
  ask(&w, arena);
  do
    info = LAPACK(geqrf)(LAPACK_COL_MAJOR, a->rows, a->cols, a->data, a->ld,
                         tau, w.work, w.lwork);
  while (granted(&w, info));
  return ended(&w, info, OR_LAPACK);
}

static or_status orgqr(or_matrix *q, const void *tau, or_arena *arena) {
  workspace w;
  int info;
  ask(&w, arena);
  do
    info = LAPACK(orgqr)(LAPACK_COL_MAJOR, q->rows, q->cols, q->cols, q->data,
                         q->ld, tau, w.work, w.lwork);
  while (granted(&w, info));
  return ended(&w, info, OR_LAPACK);
}

/* gesdd with vectors computes 4 k^2 + 7 k in LAPACK's int. */
static bool gesdd_overflows(int k) {
  return 4.0 * k * k + 7.0 * k + 1e6 > INT_MAX;
}

static or_status gesdd(or_matrix *a, or_matrix *s, or_matrix *u, or_matrix *vt,
                       or_arena *arena) {
  workspace w;
  int info;
  if (u && gesdd_overflows(shorter(a)))
    return OR_SIZE;
  ask(&w, arena);
  w.iasked = 8 * shorter(a); /* it does not say */
  do
    info = LAPACK(gesdd)(LAPACK_COL_MAJOR, u ? 'S' : 'N', a->rows, a->cols,
                         a->data, a->ld, s->data, u ? u->data : NULL,
                         u ? u->ld : 1, vt ? vt->data : NULL, vt ? vt->ld : 1,
                         w.work, w.lwork, w.iwork);
  while (granted(&w, info));
  return ended(&w, info, OR_NO_CONVERGENCE);
}

static or_status gesvd(or_matrix *a, or_matrix *s, or_matrix *u, or_matrix *vt,
                       or_arena *arena) {
  workspace w;
  char job = u ? 'S' : 'N';
  int info;
  ask(&w, arena);
  do
    info =
        LAPACK(gesvd)(LAPACK_COL_MAJOR, job, job, a->rows, a->cols, a->data,
                      a->ld, s->data, u ? u->data : NULL, u ? u->ld : 1,
                      vt ? vt->data : NULL, vt ? vt->ld : 1, w.work, w.lwork);
  while (granted(&w, info));
  return ended(&w, info, OR_NO_CONVERGENCE);
}

static or_status syevd(bool vectors, or_matrix *a, or_matrix *values,
                       or_arena *arena) {
  workspace w;
  int info;
  double n = a->rows;
  if (vectors && 2 * n * n + 6 * n + 1 > INT_MAX)
    return OR_SIZE;
  ask(&w, arena);
  do
    info = LAPACK(syevd)(LAPACK_COL_MAJOR, vectors ? 'V' : 'N', 'L', a->rows,
                         a->data, a->ld, values->data, w.work, w.lwork, w.iwork,
                         w.liwork);
  while (granted(&w, info));
  return ended(&w, info, OR_NO_CONVERGENCE);
}

static or_status getrf(or_matrix *a, int *pivots, int *zero) {
  int info =
      LAPACK(getrf)(LAPACK_COL_MAJOR, a->rows, a->cols, a->data, a->ld, pivots);
  *zero = info > 0 ? info - 1 : -1;
  return decode(info, OR_SINGULAR);
}

static or_status getrs(const or_matrix *lu, const int *pivots, or_matrix *b) {
  int info = LAPACK(getrs)(LAPACK_COL_MAJOR, 'N', lu->rows, b->cols, lu->data,
                           lu->ld, pivots, b->data, b->ld);
  return decode(info, OR_LAPACK);
}

static or_status getri(or_matrix *lu, const int *pivots, or_arena *arena) {
  workspace w;
  int info;
  ask(&w, arena);
  do
    info = LAPACK(getri)(LAPACK_COL_MAJOR, lu->rows, lu->data, lu->ld, pivots,
                         w.work, w.lwork);
  while (granted(&w, info));
  return ended(&w, info, OR_SINGULAR);
}

const or_blas_table R(or_blas) = {.gemm = gemm,
                                  .gemm_whole = gemm_whole,
                                  .syrk = syrk,
                                  .geqrf = geqrf,
                                  .orgqr = orgqr,
                                  .gesdd = gesdd,
                                  .gesvd = gesvd,
                                  .syevd = syevd,
                                  .getrf = getrf,
                                  .getrs = getrs,
                                  .getri = getri};

#if OR_BITS == 64
/* OpenBLAS's own entries are weak, so that any BLAS links. */
extern char *openblas_get_config(void) __attribute__((weak));
extern char *openblas_get_corename(void) __attribute__((weak));
extern int openblas_get_num_threads(void) __attribute__((weak));
extern void openblas_set_num_threads(int) __attribute__((weak));
extern int blas_thread_shutdown_(void) __attribute__((weak));
extern int openblas_get_parallel(void) __attribute__((weak));

void or_blas_describe(or_blas_info *info) {
  snprintf(info->library, sizeof info->library, "BLAS");
  info->kernel[0] = '\0';
  info->threads = 1;
  if (openblas_get_config) { /* "OpenBLAS 0.3.21 NO_LAPACKE ..." */
    int name = 0, version = 0;
    const char *config = openblas_get_config();
    sscanf(config, "%*s%n %*s%n", &name, &version);
    snprintf(info->library, sizeof info->library, "%.*s",
             version > name ? version : name, config);
  }
  if (openblas_get_corename)
    snprintf(info->kernel, sizeof info->kernel, "%s", openblas_get_corename());
  if (openblas_get_num_threads)
    info->threads = openblas_get_num_threads();
}

void or_blas_single_thread(void) {
  if (openblas_set_num_threads)
    openblas_set_num_threads(1);
  if (blas_thread_shutdown_) /* else they spin for 20 ms before they sleep */
    blas_thread_shutdown_();
}

/* OpenBLAS built without threads shares its buffers without a lock. */
void or_blas_set_threads(int threads) {
  bool several = !openblas_get_parallel || openblas_get_parallel() != 0;
  or_set_threads(several ? threads : 1);
}
#endif
