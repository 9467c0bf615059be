/* work.h: scratch for linalg.c and solve.c, handed out piece by piece. A
   function takes all it needs first, with its LAPACK work queries, and stops
   at TRY(ready(w)) when it was only asked to count (linalg.h). */
#ifndef OR_WORK_H
#define OR_WORK_H

#include "blas.h"
#include "linalg.h"

#define TRY(call)                                                              \
  do {                                                                         \
    or_status try_status = (call);                                             \
    if (try_status != OR_OK)                                                   \
      return try_status;                                                       \
  } while (0)

static inline void *take(or_work *w, size_t bytes) {
  void *piece = w->base ? w->base + w->used : NULL;
  w->used += (bytes + OR_ALIGNMENT - 1) / OR_ALIGNMENT * OR_ALIGNMENT;
  return piece;
}

/* No temporary here is larger than one of its caller's matrices, so the size
   cannot overflow. */
static inline or_matrix take_matrix(or_work *w, int rows, int cols,
                                    or_precision p) {
  size_t bytes = (size_t)rows * (size_t)cols * or_precision_size(p);
  return or_matrix_over(take(w, bytes), rows, cols, p);
}

/* Workspace for the LAPACK call whose work query said `asked`. */
static inline or_status grant(or_status asked, or_lapack *l, or_precision p,
                              or_work *w) {
  if (asked != OR_SCRATCH)
    return asked;
  l->work = take(w, (size_t)l->lwork * or_precision_size(p));
  l->iwork = take(w, (size_t)l->liwork * sizeof(int));
  return OR_OK;
}

static inline or_status ready(const or_work *w) {
  return w->base ? OR_OK : OR_SCRATCH;
}

/* OR_NOT_FINITE, with its place in w, where a has a NaN or Inf. */
or_status or_require_finite(const or_matrix *a, or_work *w);
/* copy = a, scanned, and scaled by a power of two into the window that LAPACK
   is safe in; copy->exponent says by how much. */
or_status or_load(const or_matrix *a, or_matrix *copy, or_work *w);
/* Is a matrix whose largest element is about 2^log2 better off with an
   exponent? */
bool or_loses_digits(or_precision p, int64_t log2);
/* Back to exponent 0 where that neither overflows nor loses digits. */
void or_settle(or_matrix *m);
/* or_svd without its last step: s keeps the exponent the copy of a had, and
   its stored values are in the window. */
or_status or_svd_scaled(const or_matrix *a, or_matrix *u, or_matrix *s,
                        or_matrix *vt, or_work *w);

static inline int or_shorter_side(const or_matrix *a) {
  return a->rows < a->cols ? a->rows : a->cols;
}

static inline int or_longer_side(const or_matrix *a) {
  return a->rows > a->cols ? a->rows : a->cols;
}

#endif
