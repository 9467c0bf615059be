/* parallel.h: a loop of independent tasks over the cores. For one trial that
   has the machine to itself; a sweep's workers each use one thread. What a
   task computes must not depend on the others or on the thread it runs on:
   then a result has the same bits for any number of threads. */
#ifndef OR_PARALLEL_H
#define OR_PARALLEL_H

enum { OR_MOST_THREADS = 256 };

typedef void or_task(void *context, int i);

/* Calls task(context, i) once for each i in 0 .. count-1, in any order, on up
   to or_threads() threads, the caller's among them, in the caller's floating
   point mode; returns when all have ended. Inside a task it is a plain loop.
   Threads are started when first needed, and anew after a fork. Tasks do not
   touch Lua. Not to be called from two threads at a time. */
void or_parallel(int count, or_task *task, void *context);

/* How many threads it may use: 1 until set, at most OR_MOST_THREADS. Where
   tasks call BLAS: or_blas_set_threads (blas.h). */
int or_threads(void);
void or_set_threads(int threads);

#endif
