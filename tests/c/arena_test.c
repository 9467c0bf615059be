/* arena_test.c: scratch that is taken, given back and counted, and functions
   that ask for it. */
#include "../../src/core/arena.h"

#include <math.h>
#include <string.h>

#include "../../src/core/elements.h"
#include "../../src/core/linalg.h"
#include "../../src/core/product.h"
#include "check.h"

enum { SPACE = 1 << 16 };
static _Alignas(64) unsigned char space[SPACE];

static void pieces(void) {
  or_arena arena = or_arena_over(space, 256);
  CHECK(or_take(&arena, 1) == space);
  CHECK(or_take(&arena, 65) == space + 64);
  CHECK(arena.used == 192);
  size_t mark = arena.used;
  CHECK(or_take(&arena, 64) == space + 192);
  or_give_back(&arena, mark);
  CHECK(or_take(&arena, 64) == space + 192);
  CHECK(or_ready(&arena) == OR_OK);
  or_give_back(&arena, mark);
  or_reserve(&arena, 65);
  CHECK(arena.used == mark && arena.needed == 320);
  CHECK(or_ready(&arena) == OR_SCRATCH);
}

static void counting(void) {
  or_arena arena = or_arena_over(NULL, 0);
  CHECK(or_ready(&arena) == OR_OK);
  or_matrix m = or_take_matrix(&arena, 3, 5, OR_FLOAT32);
  CHECK(m.data == NULL && m.rows == 3 && m.cols == 5);
  CHECK(arena.needed == 64 && or_ready(&arena) == OR_SCRATCH);
}

/* Sizes that no memory has are said, and do not wrap around. */
static void overflow(void) {
  or_arena arena = or_arena_over(NULL, 0);
  or_take_matrix(&arena, 1518500250, 1518500250, OR_FLOAT64);
  CHECK(or_ready(&arena) == OR_SIZE);
  or_take(&arena, SIZE_MAX);
  or_take(&arena, SIZE_MAX - 64);
  CHECK(or_ready(&arena) == OR_SIZE);
  CHECK(or_align_up(SIZE_MAX) == OR_ARENA_MOST);
  CHECK(or_align_up(0) == 0 && or_align_up(1) == 64 && or_align_up(64) == 64);
}

/* A product that has to be rescaled asks for two copies, and gives them
   back; one that does not takes none. */
static void product(void) {
  double big[2] = {0x1p600, 0x1p600}, small[2] = {1, 2}, result[4] = {0};
  or_matrix a = or_matrix_over(big, 2, 1, OR_FLOAT64);
  or_matrix b = or_matrix_over(small, 2, 1, OR_FLOAT64);
  or_matrix c = or_matrix_over(result, 2, 2, OR_FLOAT64);
  or_arena arena = or_arena_over(NULL, 0);
  CHECK(or_matrix_product(false, &b, true, &b, &c, &arena) == OR_OK);
  CHECK(arena.needed == 0 && result[3] == 4);
  CHECK(or_matrix_product(false, &a, true, &a, &c, &arena) == OR_SCRATCH);
  CHECK(arena.needed == or_product_scratch(&a, &a));
  arena = or_arena_over(space, arena.needed);
  CHECK(or_matrix_product(false, &a, true, &a, &c, &arena) == OR_OK);
  CHECK(arena.used == 0);
  CHECK(log2(result[0]) + (double)c.exponent == 1200);
}

/* --- factorizations ------------------------------------------------------ */

enum { N = 6 };
static double in[N * N], out[3][N * N], number;
static or_matrix a, x, y, z, column; /* N x N, and N x 1 */
static or_norm norm;

static void set_up(or_precision p) {
  a = or_matrix_over(in, N, N, p);
  x = or_matrix_over(out[0], N, N, p);
  y = or_matrix_over(out[1], N, N, p);
  z = or_matrix_over(out[2], N, N, p);
  column = or_matrix_block(&y, 0, 0, N, 1);
  for (int j = 0; j < N; j++)
    for (int i = 0; i < N; i++)
      or_matrix_set(&a, i, j, (i == j ? 4 : 0) + 1.0 / (1 + i + j));
}

static or_status qr(or_arena *arena) { return or_qr(&a, &x, &y, arena); }
static or_status svd(or_arena *arena) {
  return or_svd(&a, &x, &column, &z, arena);
}
static or_status values(or_arena *arena) {
  return or_singular_values(&a, &column, arena);
}
static or_status eigh(or_arena *arena) {
  return or_eigh(&a, &column, &x, arena);
}
static or_status polar(or_arena *arena) { return or_polar(&a, &x, &y, arena); }
static or_status solve(or_arena *arena) { return or_solve(&a, &a, &x, arena); }
static or_status inverse(or_arena *arena) { return or_inverse(&a, &x, arena); }
static or_status pseudo(or_arena *arena) {
  return or_pseudo_inverse(&a, &x, arena);
}
static or_status expm(or_arena *arena) { return or_expm(&a, &x, arena); }
static or_status cond(or_arena *arena) {
  return or_cond(OR_NORM_ONE, &a, &number, arena);
}
static or_status nuclear(or_arena *arena) {
  return or_matrix_norm(OR_NORM_NUCLEAR, &a, &norm, arena);
}

/* What a function counts is what it takes: not a byte behind it changes, and
   all is given back. */
static void count_and_compute(or_status (*f)(or_arena *)) {
  or_arena arena = or_arena_over(NULL, 0);
  CHECK(f(&arena) == OR_SCRATCH);
  CHECK(arena.needed > 0 && arena.needed < SPACE);
  memset(space, 0x5a, SPACE);
  arena = or_arena_over(space, arena.needed);
  CHECK(f(&arena) == OR_OK);
  CHECK(arena.used == 0 && arena.needed == arena.size);
  size_t clean = arena.size;
  while (clean < SPACE && space[clean] == 0x5a)
    clean++;
  CHECK(clean == SPACE);
}

static void as_much_as_counted(or_precision p) {
  or_status (*all[])(or_arena *) = {qr,    svd,   values,  eigh,
                                    polar, solve, inverse, pseudo,
                                    expm,  cond,  nuclear};
  set_up(p);
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    count_and_compute(all[i]);
}

int main(void) {
  pieces();
  counting();
  overflow();
  product();
  as_much_as_counted(OR_FLOAT64);
  as_much_as_counted(OR_FLOAT32);
  return check_report();
}
