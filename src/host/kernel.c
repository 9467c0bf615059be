/* kernel.c: the choice of kernel.h. OpenBLAS 0.3.21, for one, takes recent
   Intel CPUs for a Prescott of 2004 and is several times too slow on them. */
#include <stddef.h>
#include <string.h>

#include "kernel.h"

/* OpenBLAS's names of x86 kernels that use no AVX2. */
static const char *const old_kernels[] = {
    "Generic",   "Katmai",      "Coppermine", "Northwood",  "Prescott",
    "Banias",    "Atom",        "Core2",      "Penryn",     "Dunnington",
    "Nehalem",   "Sandybridge", "Athlon",     "Opteron",    "Opteron_SSE3",
    "Barcelona", "Bobcat",      "Bulldozer",  "Piledriver", "Steamroller",
    "Nano",      NULL};

static bool is_old(const char *kernel) {
  for (int i = 0; old_kernels[i]; i++)
    if (!strcmp(kernel, old_kernels[i]))
      return true;
  return false;
}

const char *blas_kernel_wanted(const char *kernel, cpu_features cpu) {
  if (!is_old(kernel))
    return NULL;
  if (cpu.avx512)
    return "SkylakeX";
  return cpu.avx2_fma ? "Haswell" : NULL;
}
