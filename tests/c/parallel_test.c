/* parallel_test.c: loops over threads: every task once, and the same bits of
   products, Gram sums, updates and gathered columns on one thread, two and
   three; loops inside tasks, floating point modes, and forks. */
#include "../../src/core/parallel.h"

#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../src/core/fpu.h"
#include "../../src/core/gather.h"
#include "../../src/core/gram.h"
#include "../../src/core/optim.h"
#include "../../src/core/product.h"
#include "matrices.h"

enum { TASKS = 1000, MOST = 3 };

static atomic_int runs[TASKS], inner;

static void count_run(void *context, int i) {
  atomic_fetch_add(&runs[i], context == runs);
}

static int each_ran(int count, int times) {
  int good = 1;
  for (int i = 0; i < TASKS; i++)
    good &= atomic_exchange(&runs[i], 0) == (i < count ? times : 0);
  return good;
}

static void every_task_runs_once(void) {
  const int counts[] = {0, 1, 2, 3, 5, 100, TASKS};
  for (int n = 0; n < 7; n++) {
    or_parallel(counts[n], count_run, runs);
    CHECK(each_ran(counts[n], 1));
  }
  for (int again = 0; again < 500; again++)
    or_parallel(7, count_run, runs);
  CHECK(each_ran(7, 500));
}

static void run_inner(void *context, int i) {
  atomic_fetch_add(&inner, i + (context != NULL));
}

static void run_loop(void *context, int i) {
  or_parallel(10, run_inner, context);
  atomic_fetch_add(&runs[i], 1);
}

static void a_loop_in_a_task_is_a_plain_one(void) {
  atomic_store(&inner, 0);
  or_parallel(40, run_loop, NULL);
  CHECK(each_ran(40, 1) && atomic_load(&inner) == 40 * 45);
}

/* Denormals vanish on all threads where the caller has them vanish. Slow enough
   for every thread to wake and take some. */
static void halve(void *context, int i) {
  volatile double x = 0x1p-1022;
  for (volatile int k = 0; k < 20000; k++)
    ;
  ((double *)context)[i] = x / 2;
}

static void threads_have_the_callers_mode(void) {
  double halves[200];
  int kept = 1, flushed = 1;
  or_parallel(200, halve, halves);
  for (int i = 0; i < 200; i++)
    kept &= halves[i] > 0;
  or_fpu_mode mode = or_flush_denormals();
  or_parallel(200, halve, halves);
  or_fpu_restore(mode);
  for (int i = 0; i < 200; i++)
    flushed &= halves[i] == 0;
  CHECK(kept && flushed);
}

static void a_forked_copy_has_threads_of_its_own(void) {
  or_parallel(100, count_run, runs);
  CHECK(each_ran(100, 1));
  pid_t child = fork();
  if (child == 0) {
    or_parallel(100, count_run, runs);
    _exit(each_ran(100, 1) ? 7 : 1);
  }
  int status = 0;
  CHECK(child > 0 && waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 7);
  or_parallel(100, count_run, runs);
  CHECK(each_ran(100, 1));
}

/* --- the same bits -------------------------------------------------------*/

typedef struct results {
  or_matrix product, wide, updated, velocity, gathered;
  double gram, drift;
} results;

static results compute(or_precision p) {
  enum { N = 230, LONG = 40000 };
  or_matrix a = random_matrix(N, N, p, 1), b = random_matrix(N, 3 * N, p, 2);
  or_matrix w = random_matrix(LONG, 2, p, 3), g = random_matrix(LONG, 2, p, 4);
  results r = {new_matrix(N, N, p),
               new_matrix(N, 3 * N, p),
               w,
               new_matrix(LONG, 2, p),
               new_matrix(N, 3 * N, p),
               0,
               0};
  or_arena none = or_arena_over(NULL, 0);
  int columns[3 * N];
  for (int j = 0; j < 3 * N; j++)
    columns[j] = (j * 101 + 7) % (3 * N);
  CHECK(or_matrix_product(true, &a, false, &a, &r.product, &none) == OR_OK);
  CHECK(or_matrix_product(false, &a, false, &b, &r.wide, &none) == OR_OK);
  or_matrix_fill(&r.velocity, 0);
  const or_sgd rule = {0.1, 0.9, 0.01, true};
  for (int t = 1; t <= 2; t++)
    CHECK(or_sgd_step(&rule, t == 1, 1, &g, &r.velocity, &r.updated) == OR_OK);
  or_gather(&b, columns, &r.gathered);
  r.gram = or_gram_error(true, &a, 0.01);
  r.drift = or_gram_with_transpose(&a, -1);
  return r;
}

static void bits_do_not_depend_on_threads(or_precision p) {
  forget_matrices();
  or_set_threads(1);
  results one = compute(p);
  for (int threads = 2; threads <= MOST; threads++) {
    or_set_threads(threads);
    results many = compute(p);
    CHECK(same_bits(&one.product, &many.product));
    CHECK(same_bits(&one.wide, &many.wide));
    CHECK(same_bits(&one.updated, &many.updated));
    CHECK(same_bits(&one.velocity, &many.velocity));
    CHECK(same_bits(&one.gathered, &many.gathered));
    CHECK(one.gram == many.gram && one.drift == many.drift);
  }
}

static void numbers_of_threads_are_kept_in_range(void) {
  or_set_threads(0);
  CHECK(or_threads() == 1);
  or_set_threads(-5);
  CHECK(or_threads() == 1);
  or_set_threads(1 << 20);
  CHECK(or_threads() == OR_MOST_THREADS || or_threads() == 1);
}

int main(void) {
  for (int threads = 1; threads <= MOST; threads++) {
    or_set_threads(threads);
    CHECK(or_threads() == threads || or_threads() == 1);
    every_task_runs_once();
    a_loop_in_a_task_is_a_plain_one();
    threads_have_the_callers_mode();
    a_forked_copy_has_threads_of_its_own();
  }
  bits_do_not_depend_on_threads(OR_FLOAT32);
  bits_do_not_depend_on_threads(OR_FLOAT64);
  numbers_of_threads_are_kept_in_range();
  return check_report();
}
