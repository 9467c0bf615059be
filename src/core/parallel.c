/* parallel.c: a pool of threads that sleep between loops (parallel.h). A loop
   is announced by a new number in `loop`; a thread that sees it takes tasks
   until there are none. A thread that waits polls for a while before it sleeps:
   the next product of a network is microseconds away. */
#include "parallel.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "fpu.h"

static struct {
  pthread_mutex_t lock;
  pthread_cond_t begun, ended;
  int wanted;        /* threads, the caller's among them */
  int started;       /* the pool's own */
  atomic_uint loop;  /* its number; even where none is open */
  atomic_int inside; /* threads of the pool that work on it */
  atomic_int next;   /* the task to take */
  int count;
  or_task *task;
  void *context;
  or_fpu_mode mode;
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER,
          .begun = PTHREAD_COND_INITIALIZER,
          .ended = PTHREAD_COND_INITIALIZER,
          .wanted = 1};

static _Thread_local bool in_task;

static void take_tasks(void) {
  int i;
  in_task = true;
  while ((i = atomic_fetch_add(&pool.next, 1)) < pool.count)
    pool.task(pool.context, i);
  in_task = false;
}

/* --- waiting ------------------------------------------------------------ */

enum { POLLING = 50000 }; /* nanoseconds before a thread sleeps */

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Some dozens of cycles, in which the core serves its other thread. */
static void pause_briefly(void) {
#if defined(__x86_64__) || defined(__i386__)
  for (int i = 0; i < 16; i++)
    __builtin_ia32_pause();
#endif
}

/* A new loop is open: its number is odd, and not the one last seen. */
static bool has_begun(unsigned seen) {
  unsigned loop = atomic_load(&pool.loop);
  return loop % 2 == 1 && loop != seen;
}

static bool has_ended(unsigned unused) {
  return atomic_load(&pool.inside) == 0;
}

/* Returns with the lock held. */
static void await(bool (*condition)(unsigned), unsigned seen,
                  pthread_cond_t *signal) {
  int64_t end = now() + POLLING;
  while (!condition(seen) && now() < end)
    pause_briefly();
  pthread_mutex_lock(&pool.lock);
  while (!condition(seen))
    pthread_cond_wait(signal, &pool.lock);
}

/* --- the pool's threads ------------------------------------------------- */

static void *work(void *unused) {
  unsigned seen = 0;
  for (;;) {
    await(has_begun, seen, &pool.begun);
    seen = atomic_load(&pool.loop);
    bool join = atomic_load(&pool.inside) < pool.wanted - 1;
    if (join)
      atomic_fetch_add(&pool.inside, 1);
    pthread_mutex_unlock(&pool.lock);
    if (!join)
      continue;
    or_fpu_restore(pool.mode);
    take_tasks();
    pthread_mutex_lock(&pool.lock);
    if (atomic_fetch_sub(&pool.inside, 1) == 1)
      pthread_cond_signal(&pool.ended);
    pthread_mutex_unlock(&pool.lock);
  }
  return NULL;
}

/* Signals are the main thread's. */
static void start_threads(void) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  while (pool.started < pool.wanted - 1) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, work, NULL) != 0)
      break; /* then with fewer */
    pthread_detach(thread);
    pool.started++;
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* A forked copy has the calling thread alone. */
static void forget_threads(void) {
  pool.lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
  pool.begun = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
  pool.ended = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
  pool.started = 0;
  atomic_store(&pool.inside, 0);
}

/* --- the loop ----------------------------------------------------------- */

static void open_loop(int count, or_task *task, void *context) {
  pthread_mutex_lock(&pool.lock);
  pool.count = count;
  pool.task = task;
  pool.context = context;
  pool.mode = or_fpu_current();
  atomic_store(&pool.next, 0);
  atomic_fetch_add(&pool.loop, 1);
  pthread_cond_broadcast(&pool.begun);
  pthread_mutex_unlock(&pool.lock);
}

/* No thread joins after this; returns when those inside have left. */
static void close_loop(void) {
  pthread_mutex_lock(&pool.lock);
  atomic_fetch_add(&pool.loop, 1);
  pthread_mutex_unlock(&pool.lock);
  await(has_ended, 0, &pool.ended);
  pthread_mutex_unlock(&pool.lock);
}

void or_parallel(int count, or_task *task, void *context) {
  if (count > 1 && pool.wanted > 1 && !in_task && pool.started == 0)
    start_threads();
  if (count <= 1 || pool.wanted == 1 || in_task || pool.started == 0) {
    for (int i = 0; i < count; i++)
      task(context, i);
    return;
  }
  open_loop(count, task, context);
  take_tasks();
  close_loop();
}

int or_threads(void) { return pool.wanted; }

void or_set_threads(int threads) {
  static bool watching;
  if (!watching)
    watching = pthread_atfork(NULL, NULL, forget_threads) == 0;
  if (threads > OR_MOST_THREADS)
    threads = OR_MOST_THREADS;
  if (threads < 1 || !watching)
    threads = 1;
  pool.wanted = threads;
  if (pool.started > 0)
    start_threads();
}
