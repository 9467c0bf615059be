/* chain_test.c: products whose singular values are known to the bit: Hadamard
   matrices and powers of two; ranks that fall; rows and columns that change. */
#include "../../src/core/chain.h"

#include "matrices.h"

enum { N = 4, ROOM = 1 << 20 };

static _Alignas(OR_ALIGNMENT) unsigned char room[ROOM];
static or_arena memory, place;

static or_chain begin(int cols, int most) {
  or_chain p;
  memory = or_arena_over(NULL, 0);
  CHECK(or_chain_begin(&p, cols, most, &memory) == OR_SCRATCH);
  memset(room, JUNK, ROOM);
  memory = or_arena_over(room, memory.needed);
  CHECK(or_chain_begin(&p, cols, most, &memory) == OR_OK);
  place = or_arena_over(NULL, 0);
  return p;
}

/* Half a Hadamard matrix, its columns multiplied by 2^e_j: exact, as are its
   products with such matrices' transposes. */
static or_matrix hadamard(const int *e, or_precision p) {
  or_matrix m = new_matrix(N, N, p);
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) {
      int bits = i & j;
      double sign = (bits ^ bits >> 1) & 1 ? -0.5 : 0.5;
      put(&m, i, j, ldexp(sign, e[j]));
    }
  return m;
}

/* 1,000 factors H diag(2^e) H': singular values 2^(1000 e). */
static void powers_of_two(or_precision precision) {
  static const int e[] = {-10, 10, 3, -4}, none[N];
  static const int sorted[] = {10, 3, -4, -10};
  or_matrix h = hadamard(none, precision), scaled = hadamard(e, precision);
  or_matrix a = new_matrix(N, N, precision);
  or_norm values[N];
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) {
      double sum = 0;
      for (int k = 0; k < N; k++)
        sum += at(&scaled, i, k) * at(&h, j, k);
      put(&a, i, j, sum);
    }
  for (int transposed = 0; transposed < 2; transposed++) {
    or_chain p = begin(N, N);
    for (int k = 0; k < 1000; k++)
      CHECK(or_chain_multiply(&p, transposed && k % 2, &a, &place) == OR_OK);
    CHECK(or_chain_values(&p, values) == OR_OK && p.rank == N);
    for (int i = 0; i < N; i++) {
      double wanted = 1000 * sorted[i] * log(2);
      double got = or_norm_log(values[i]);
      CHECK(fabs(got - wanted) <= 1e-14 * fabs(wanted));
    }
  }
}

/* Entries whose squares no double holds, far apart. */
static void far_apart(void) {
  const double values[] = {1e-200, 0, 0, 1e200};
  or_matrix a = matrix_of(2, 2, OR_FLOAT64, values);
  or_chain p = begin(2, 2);
  or_norm s[2];
  for (int k = 0; k < 3; k++)
    CHECK(or_chain_multiply(&p, false, &a, &place) == OR_OK);
  CHECK(or_chain_values(&p, s) == OR_OK && p.rank == 2);
  CHECK(fabs(or_norm_log10(s[0]) - 600) < 1e-12);
  CHECK(fabs(or_norm_log10(s[1]) + 600) < 1e-12);
}

/* 5x3, then 3x5 of rank 2 but for rounding, then 2x3 */
static void ranks_fall(void) {
  or_matrix tall = random_matrix(5, 3, OR_FLOAT64, 1);
  or_matrix wide = random_matrix(3, 5, OR_FLOAT64, 2);
  or_matrix low = random_matrix(2, 3, OR_FLOAT64, 3);
  or_norm s[3];
  for (int j = 0; j < 5; j++)
    put(&wide, 2, j, at(&wide, 0, j) / 3 + at(&wide, 1, j) / 7);
  or_chain p = begin(3, 5);
  CHECK(or_chain_multiply(&p, false, &tall, &place) == OR_OK && p.rank == 3);
  CHECK(or_chain_multiply(&p, false, &tall, &place) == OR_SHAPE);
  CHECK(or_chain_multiply(&p, false, &wide, &place) == OR_OK && p.rank == 2);
  CHECK(or_chain_multiply(&p, false, &low, &place) == OR_OK && p.rank == 2);
  CHECK(or_chain_values(&p, s) == OR_OK && p.rank == 2);
  CHECK(or_norm_log(s[0]) >= or_norm_log(s[1]));
  p = begin(3, 5);
  or_matrix zero = new_matrix(3, 3, OR_FLOAT64);
  or_matrix_fill(&zero, 0);
  CHECK(or_chain_multiply(&p, false, &zero, &place) == OR_OK && p.rank == 0);
  CHECK(or_chain_multiply(&p, false, &zero, &place) == OR_OK);
  CHECK(or_chain_values(&p, s) == OR_OK && p.rank == 0);
  put(&zero, 1, 2, INFINITY);
  CHECK(or_chain_multiply(&p, false, &zero, &place) == OR_NOT_FINITE);
  CHECK(place.row == 1 && place.col == 2);
}

static void averages(void) {
  const double x[] = {1, 9, 2, 9, 3, 9, 4, 9};
  or_average a = or_series_average(x, 2, 4);
  /* 4 numbers, one neighbour: variance 5/3, covariance (1.5 .5 -.5 .5 + .5
     1.5)/3 = 1.25/3, weight 1/2 */
  CHECK(a.mean == 2.5);
  CHECK(fabs(a.error - sqrt((5 + 1.25) / 3 / 4)) < 1e-15);
  CHECK(isnan(or_series_average(x, 1, 1).error));
}

int main(void) {
  for (gap = 0; gap <= 3; gap += 3) {
    forget_matrices();
    powers_of_two(OR_FLOAT64);
    powers_of_two(OR_FLOAT32);
    far_apart();
    ranks_fall();
  }
  averages();
  return check_report();
}
