/* kernel.h: which BLAS kernel suits this CPU. */
#ifndef ORTHORUN_KERNEL_H
#define ORTHORUN_KERNEL_H

#include <stdbool.h>

typedef struct cpu_features {
  bool avx2_fma; /* AVX2 and FMA3 */
  bool avx512;   /* AVX-512 F, DQ, BW and VL */
} cpu_features;

/* The OPENBLAS_CORETYPE to ask for where OpenBLAS runs `kernel`, one that
   leaves the CPU's vector units idle; NULL where it chose well, or is not
   known here. */
const char *blas_kernel_wanted(const char *kernel, cpu_features cpu);

/* That for this CPU and the OpenBLAS of this process. */
const char *blas_kernel_missing(void);

/* OpenBLAS reads OPENBLAS_CORETYPE when it is loaded, before main. So where
   another kernel is wanted, and the user named none: sets the variable and
   starts this program again in the same process. Returns where nothing is to
   be done, or that failed (the old kernel is slow, not wrong). */
void blas_kernel_choose(char **argv);

#endif
