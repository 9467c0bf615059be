/* rng.c: four million normals by Box and Muller, and one by one by the
   ziggurat (Marsaglia, Tsang 2000; exact tail): ceiling rng */
#include <math.h>
#include <stdio.h>

#include "ceiling.h"

enum { COUNT = 1 << 22, ROUNDS = 7 };

static uint64_t state[4];
static double edge[257], density[257];

static inline uint64_t next_word(void) {
  uint64_t t = state[0] + state[3], o = ((t << 23) | (t >> 41)) + state[0];
  t = state[1] << 17;
  state[2] ^= state[0];
  state[3] ^= state[1];
  state[1] ^= state[2];
  state[0] ^= state[3];
  state[2] ^= t;
  state[3] = (state[3] << 45) | (state[3] >> 19);
  return o;
}

static void start_ziggurat(void) {
  double R = 3.6541528853610088, V = 0.00492867323399, f = exp(-.5 * R * R);
  edge[0] = V / f;
  edge[1] = R;
  for (int i = 2; i < 256; i++) {
    double x = edge[i - 1];
    edge[i] = sqrt(-2 * log(V / x + exp(-.5 * x * x)));
  }
  edge[256] = 0;
  for (int i = 0; i < 257; i++)
    density[i] = exp(-.5 * edge[i] * edge[i]);
  uint64_t seed = 1;
  for (int i = 0; i < 4; i++)
    state[i] = split_mix(&seed);
}

static double exponential(void) {
  return -log((double)((next_word() >> 11) + 1) * 0x1p-53);
}

static double tail(double x) {
  double a, b;
  do {
    a = exponential() / edge[1];
    b = exponential();
  } while (b + b < a * a);
  return x < 0 ? -edge[1] - a : edge[1] + a;
}

static double ziggurat(void) {
  for (;;) {
    uint64_t u = next_word();
    int i = u & 255;
    double x = ((double)((int64_t)u >> 11) * 0x1p-52) * edge[i];
    if (fabs(x) < edge[i + 1])
      return x;
    if (i == 0)
      return tail(x);
    double height = (double)(next_word() >> 11) * 0x1p-53;
    if (density[i] + height * (density[i + 1] - density[i]) < exp(-.5 * x * x))
      return x;
  }
}

static void by_box_muller(generator *g, real *x) { normals(g, x, COUNT); }

static void by_ziggurat(generator *g, real *x) {
  (void)g;
  for (size_t i = 0; i < COUNT; i++)
    x[i] = (real)ziggurat();
}

static void report(const char *name, double t, const real *x) {
  double s1 = 0, s2 = 0, s4 = 0;
  for (size_t i = 0; i < COUNT; i++) {
    s1 += x[i];
    s2 += (double)x[i] * x[i];
    s4 += pow(x[i], 4);
  }
  printf("{\"what\":\"rng\",\"alg\":\"%s\",\"dtype\":\"%s\",\"ns\":%.3f,"
         "\"mean\":%.4f,\"var\":%.4f,\"kurt\":%.3f}\n",
         name, PRECISION, t / COUNT * 1e9, s1 / COUNT, s2 / COUNT, s4 / COUNT);
}

static void race(const char *name, void (*draw)(generator *, real *),
                 generator *g, real *x) {
  double t[ROUNDS];
  for (int k = -1; k < ROUNDS; k++) {
    double began = seconds();
    draw(g, x);
    if (k >= 0)
      t[k] = seconds() - began;
  }
  report(name, median(t, ROUNDS), x);
}

void run_rng(int count, char **words) {
  (void)count;
  (void)words;
  real *x = new_reals(COUNT);
  generator g;
  seed_generator(&g, 1);
  start_ziggurat();
  race("boxmuller_vec", by_box_muller, &g, x);
  race("ziggurat_scalar", by_ziggurat, &g, x);
}
