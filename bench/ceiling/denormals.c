/* denormals.c: what a product costs where operands or results are denormal,
   with and without flushing: ceiling denorm [n] */
#include <immintrin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lapack.h"

enum { ROUNDS = 7, FLUSH = 0x8040 };

#ifdef REAL_IS_FLOAT
static const real tiny = 1e-41f, half = 1e-21f;
#else
static const real tiny = 1e-310, half = 1e-156;
#endif

enum { NORMAL, OPERAND, PRODUCT, TENTH, CASES };
static const char *const names[CASES] = {"normal", "A_denormal",
                                         "product_denormal", "10pct_denormal"};

static void draw_operands(int which, generator *g, size_t nn, real *A,
                          real *B) {
  normals(g, A, nn);
  normals(g, B, nn);
  for (size_t i = 0; i < nn; i++) {
    if (which == OPERAND || (which == TENTH && i % 10 == 0)) {
      volatile real a = A[i];
      A[i] = a * tiny;
    }
    if (which == PRODUCT) {
      A[i] *= half;
      B[i] *= half;
    }
  }
}

static int is_denormal(real x) {
#ifdef REAL_IS_FLOAT
  uint32_t u, exponent = 0x7f800000u, digits = 0x7fffffu;
#else
  uint64_t u, exponent = 0x7ff0000000000000ull, digits = 0xfffffffffffffull;
#endif
  memcpy(&u, &x, sizeof u);
  return (u & exponent) == 0 && (u & digits);
}

static double time_of(int n, const real *A, const real *B, real *C) {
  double t[ROUNDS];
  for (int k = -1; k < ROUNDS; k++) {
    double began = seconds();
    gemm("N", "N", n, n, n, 1, A, n, B, n, 0, C, n);
    if (k >= 0)
      t[k] = seconds() - began;
  }
  return median(t, ROUNDS);
}

/* All cases, timed in the given mode; drawn and counted in the plain one. */
static void race(int flush, int n, generator *g, real *A, real *B, real *C) {
  unsigned plain = _mm_getcsr() & ~(unsigned)FLUSH;
  unsigned mode = plain | (flush ? FLUSH : 0);
  size_t nn = (size_t)n * n;
  double base = 0;
  for (int which = 0; which < CASES; which++) {
    _mm_setcsr(plain);
    draw_operands(which, g, nn, A, B);
    _mm_setcsr(mode);
    double t = time_of(n, A, B, C);
    _mm_setcsr(plain);
    size_t denormal = 0;
    for (size_t i = 0; i < nn; i++)
      denormal += is_denormal(C[i]);
    if (which == NORMAL)
      base = t;
    printf("{\"what\":\"denorm\",\"dtype\":\"%s\",\"n\":%d,\"ftz_main\":%d,"
           "\"case\":\"%s\",\"ms\":%.3f,\"slowdown\":%.2f,\"denormal_"
           "outputs\":%zu}\n",
           PRECISION, n, flush, names[which], t * 1e3, t / base, denormal);
  }
}

void run_denormals(int count, char **words) {
  int n = count > 0 ? atoi(words[0]) : 512;
  size_t nn = (size_t)n * n;
  real *A = new_reals(nn), *B = new_reals(nn), *C = new_reals(nn);
  generator g;
  seed_generator(&g, 1);
  for (int flush = 0; flush < 2; flush++)
    race(flush, n, &g, A, B, C);
}
