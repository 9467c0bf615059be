/* graded_test.c: QR with complete pivoting: C W = Q R W element by element
   where rows and columns are far apart, blocks and single steps alike; ranks;
   and the columns that it is made of. */
#include "../../src/core/graded.h"

#include "../../src/core/column.h"
#include "matrices.h"

enum { ROOM = 4 << 20, MOST = 80 };

static _Alignas(OR_ALIGNMENT) unsigned char room[ROOM];
static or_norm weights[MOST];
static double sizes[2][MOST];

/* Room for rows x cols, with weights that alternate over 2^2000. */
static or_graded begin(int rows, int cols) {
  or_graded g;
  or_arena memory = or_arena_over(NULL, 0);
  or_graded_take(&g, rows, cols, &memory);
  CHECK(or_ready(&memory) == OR_SCRATCH);
  memset(room, JUNK, ROOM);
  memory = or_arena_over(room, ROOM);
  or_graded_take(&g, rows, cols, &memory);
  CHECK(or_ready(&memory) == OR_OK);
  g.noise = (or_matrix){0};
  g.weight = weights;
  g.row_size = sizes[0];
  g.col_size = sizes[1];
  for (int j = 0; j < cols; j++)
    weights[j] = (or_norm){1, j % 3 * 1000 - 1000};
  return g;
}

/* Random numbers times 10^(a_i + b_j), a and b in [-rows, rows] and so on; rows
   and columns are told to rounding. */
static or_matrix fill(or_graded *g, double by_rows, double by_cols) {
  or_matrix a = random_matrix(g->c.rows, g->c.cols, OR_FLOAT64, 1);
  or_matrix r = random_matrix(g->c.rows, 1, OR_FLOAT64, 2);
  or_matrix s = random_matrix(g->c.cols, 1, OR_FLOAT64, 3);
  for (int j = 0; j < a.cols; j++)
    for (int i = 0; i < a.rows; i++) {
      double power =
          by_rows * tanh(at(&r, i, 0)) + by_cols * tanh(at(&s, j, 0));
      put(&a, i, j, at(&a, i, j) * pow(10, power));
    }
  for (int i = 0; i < a.rows; i++)
    sizes[0][i] = pow(10, by_rows * tanh(at(&r, i, 0)) + by_cols);
  for (int j = 0; j < a.cols; j++)
    sizes[1][j] = pow(10, by_cols * tanh(at(&s, j, 0)) + by_rows);
  or_matrix_copy(&a, &g->c);
  return a;
}

/* The largest element of C - Q R, over its row's largest of C in that column's
   scale. */
static double residual(or_graded *g, int rank, const or_matrix *a,
                       double by_rows, double by_cols) {
  or_matrix q = new_matrix(a->rows, rank, OR_FLOAT64);
  or_matrix r = new_matrix(rank, a->cols, OR_FLOAT64);
  or_matrix u = random_matrix(a->rows, 1, OR_FLOAT64, 2);
  or_matrix s = random_matrix(a->cols, 1, OR_FLOAT64, 3);
  double worst = 0;
  CHECK(or_graded_q(g, rank, &q) == OR_OK);
  or_graded_r(g, rank, &r);
  for (int j = 0; j < a->cols; j++)
    for (int i = 0; i < a->rows; i++) {
      double sum = 0, scale = pow(10, by_rows * tanh(at(&u, i, 0)) +
                                          by_cols * tanh(at(&s, j, 0)));
      for (int k = 0; k < rank; k++)
        sum += at(&q, i, k) * at(&r, k, j);
      worst = fmax(worst, fabs(sum - at(a, i, j)) / scale);
    }
  return worst;
}

static void far_apart(int rows, int cols, double by_rows, double by_cols) {
  or_graded g = begin(rows, cols);
  or_matrix a = fill(&g, by_rows, by_cols);
  int rank = or_graded_factor(&g, 0), most = rows < cols ? rows : cols;
  CHECK(rank == most);
  CHECK(residual(&g, rank, &a, by_rows, by_cols) < 1e-12);
  for (int k = 0; k + 1 < rank; k++) { /* sorted as weighed */
    or_norm x =
        or_norm_of(g.weight[k].value * g.diagonal[k], g.weight[k].exponent);
    or_norm y = or_norm_of(g.weight[k + 1].value * g.diagonal[k + 1],
                           g.weight[k + 1].exponent);
    x.value = fabs(x.value);
    y.value = fabs(y.value) * (1 - 1e-7);
    CHECK(!or_norm_above(y, x));
  }
}

/* Of rank 3 but for rounding: doubtful, until rounding is followed. */
static void ranks(void) {
  or_graded g = begin(40, 50);
  or_matrix a = random_matrix(40, 3, OR_FLOAT64, 4);
  or_matrix b = random_matrix(3, 50, OR_FLOAT64, 5);
  or_matrix c = new_matrix(40, 50, OR_FLOAT64);
  or_matrix noise = new_matrix(40, 50, OR_FLOAT64);
  for (int j = 0; j < 50; j++)
    for (int i = 0; i < 40; i++) {
      double sum = 0;
      for (int k = 0; k < 3; k++)
        sum += at(&a, i, k) * at(&b, k, j);
      put(&c, i, j, sum * pow(10, -i));
      put(&noise, i, j, pow(10, -2 * i));
      sizes[0][i] = 10 * pow(10, -i);
      sizes[1][j] = 10;
    }
  or_matrix_copy(&c, &g.c);
  CHECK(or_graded_factor(&g, 1e-14) == OR_DOUBTFUL);
  or_matrix_copy(&c, &g.c);
  g.noise = noise;
  CHECK(or_graded_factor(&g, 1e-14) == 3);
  or_matrix_fill(&g.c, 0);
  CHECK(or_graded_factor(&g, 1e-14) == 0);
}

static void columns(void) {
  double x[] = {3e300, 4e300}, y[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, z[10];
  CHECK(or_column_length(x, 2) == 5e300);
  or_column_scale(1e-300, x, 2);
  or_column_scale(1e-310, x, 2);
  CHECK(fabs(or_column_length(x, 2) / 5e-310 - 1) < 1e-12);
  CHECK(or_column_dot(y, y, 10) == 385);
  memcpy(z, y, sizeof z);
  or_column_add(-2, y, z, 10);
  CHECK(z[0] == -1 && z[9] == -10);
}

int main(void) {
  static const int shapes[][2] = {{70, 70}, {80, 33}, {33, 80}, {32, 32},
                                  {1, 7},   {7, 1},   {5, 5}};
  for (gap = 0; gap <= 3; gap += 3)
    for (int k = 0; k < 7; k++) {
      forget_matrices();
      far_apart(shapes[k][0], shapes[k][1], 0, 0);
      far_apart(shapes[k][0], shapes[k][1], 40, 0);
      far_apart(shapes[k][0], shapes[k][1], 0, 40);
    }
  ranks();
  columns();
  return check_report();
}
