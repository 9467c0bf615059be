/* peak.c: how fast BLAS multiplies n x n matrices: ceiling peak n... */
#include <stdio.h>
#include <stdlib.h>

#include "lapack.h"

enum { ROUNDS = 9 };

static void race(int n) {
  size_t nn = (size_t)n * n;
  generator g;
  seed_generator(&g, 1);
  real *A = new_reals(nn), *B = new_reals(nn), *C = new_reals(nn);
  normals(&g, A, nn);
  normals(&g, B, nn);
  int times = (int)(3e8 / ((double)n * n * n)) + 1;
  double t[ROUNDS];
  gemm("N", "N", n, n, n, 1, A, n, B, n, 0, C, n);
  for (int k = 0; k < ROUNDS; k++) {
    double began = seconds();
    for (int q = 0; q < times; q++)
      gemm("N", "N", n, n, n, 1, A, n, B, n, 0, C, n);
    t[k] = (seconds() - began) / times;
  }
  double middle = median(t, ROUNDS), work = 2. * n * n * n / 1e9;
  printf("{\"what\":\"gemm\",\"dtype\":\"%s\",\"n\":%d,\"gflops_med\":%.1f,"
         "\"gflops_best\":%.1f,\"us_med\":%.2f}\n",
         PRECISION, n, work / middle, work / t[0], middle * 1e6);
  fflush(stdout);
}

void run_peak(int count, char **words) {
  for (int i = 0; i < count; i++)
    race(atoi(words[i]));
}
