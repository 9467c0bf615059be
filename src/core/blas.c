/* blas.c: the only file that sees BLAS's and LAPACK's headers. A template:
   compiled once for each precision (real.h). */
#include "blas.h"

#include <cblas.h>
#include <lapacke.h>
#include <stdio.h>
#include <string.h>

#include "fpu.h"
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

static void gemm(bool ta, bool tb, double alpha, const or_matrix *a,
                 const or_matrix *b, double beta, or_matrix *c) {
  int inner = ta ? a->rows : a->cols;
  if (or_matrix_is_empty(c))
    return;
  or_fpu_mode mode = or_flush_denormals();
  if (c->cols == 1 && !tb && inner > 0) /* the same sums, less packing */
    gemv(ta, alpha, a, b, beta, c);
  else
    BLAS(gemm)
    (CblasColMajor, op(ta), op(tb), c->rows, c->cols, inner, (real)alpha,
     a->data, a->ld, b->data, b->ld, (real)beta, c->data, c->ld);
  or_fpu_restore(mode);
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

static void trmm(bool right, bool upper, bool transpose, bool unit,
                 double alpha, const or_matrix *a, or_matrix *b) {
  if (or_matrix_is_empty(b))
    return;
  BLAS(trmm)
  (CblasColMajor, right ? CblasRight : CblasLeft,
   upper ? CblasUpper : CblasLower, op(transpose),
   unit ? CblasUnit : CblasNonUnit, b->rows, b->cols, (real)alpha, a->data,
   a->ld, b->data, b->ld);
}

static void trsm(bool right, bool upper, bool transpose, bool unit,
                 double alpha, const or_matrix *a, or_matrix *b) {
  if (or_matrix_is_empty(b))
    return;
  BLAS(trsm)
  (CblasColMajor, right ? CblasRight : CblasLeft,
   upper ? CblasUpper : CblasLower, op(transpose),
   unit ? CblasUnit : CblasNonUnit, b->rows, b->cols, (real)alpha, a->data,
   a->ld, b->data, b->ld);
}

const or_blas_table R(or_blas) = {
    .gemm = gemm, .syrk = syrk, .trmm = trmm, .trsm = trsm};

#if OR_BITS == 64
/* OpenBLAS's own entries are weak, so that any BLAS links. */
extern char *openblas_get_config(void) __attribute__((weak));
extern char *openblas_get_corename(void) __attribute__((weak));
extern int openblas_get_num_threads(void) __attribute__((weak));
extern void openblas_set_num_threads(int) __attribute__((weak));

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
}
#endif
