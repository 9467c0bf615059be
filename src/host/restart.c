/* restart.c: which kernel is missing, and the program started again with it. */
#include <stdlib.h>
#include <unistd.h>

#include "../core/blas.h"
#include "kernel.h"

static cpu_features this_cpu(void) {
#if defined(__x86_64__) || defined(__i386__)
  return (cpu_features){
      .avx2_fma =
          __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"),
      .avx512 = __builtin_cpu_supports("avx512f") &&
                __builtin_cpu_supports("avx512dq") &&
                __builtin_cpu_supports("avx512bw") &&
                __builtin_cpu_supports("avx512vl"),
  };
#else
  return (cpu_features){0};
#endif
}

const char *blas_kernel_missing(void) {
  or_blas_info blas;
  or_blas_describe(&blas);
  return blas_kernel_wanted(blas.kernel, this_cpu());
}

void blas_kernel_choose(char **argv) {
  if (getenv("OPENBLAS_CORETYPE")) /* the user's choice, or ours: no loop */
    return;
  const char *wanted = blas_kernel_missing();
  if (wanted && setenv("OPENBLAS_CORETYPE", wanted, 1) == 0)
    execv("/proc/self/exe", argv);
}
