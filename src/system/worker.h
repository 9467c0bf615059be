/* worker.h: copies of this process that do work for it. A worker is forked, so
   it has the caller's functions and data as they are; bytes go back and forth
   over a socket, and what it prints comes over a pipe.

   A record belongs to the process that made it: the copy that a forked child
   has of it closes and ends nothing. */
#ifndef SYS_WORKER_H
#define SYS_WORKER_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "child.h"
#include "status.h"

typedef struct sys_worker {
  pid_t owner;   /* the process that may end it */
  pid_t pid;     /* 0: none, or it has ended; in the worker itself: 0 */
  int channel;   /* bytes both ways; -1 where closed */
  int output;    /* what it prints; -1 where closed */
  int theirs[2]; /* its ends of both, until it runs */
} sys_worker;

/* A record of this process that owns nothing. */
sys_worker sys_worker_none(void);

/* Starts a copy of this process. In the parent, w is then the worker, and
   *inside is false. In the copy *inside is true, and w is the line to the
   parent: the copy ends with its parent, ignores Ctrl-C, reads nothing,
   prints into the pipe, and has closed the `count` other workers' lines; it
   goes on until sys_worker_exit. */
sys_status sys_worker_fork(sys_worker *w, sys_worker *const *others, int count,
                           bool *inside);
/* Ends this copy: what it has printed is written, nothing else is done. */
void sys_worker_exit(bool good);

/* Sends all of it; waits until the other side has taken it. SYS_INTERRUPTED
   after Ctrl-C. */
sys_status sys_worker_send(sys_worker *w, const char *bytes, size_t size);
/* Waits for exactly `size` bytes. */
sys_status sys_worker_receive(sys_worker *w, char *bytes, size_t size);
/* What has come by now, over the channel and from what the worker prints:
 *got bytes, up to `size`; SYS_CLOSED where nothing will come any more. */
sys_status sys_worker_reply(sys_worker *w, char *bytes, size_t size,
                            size_t *got);
sys_status sys_worker_output(sys_worker *w, char *bytes, size_t size,
                             size_t *got);

/* Sets the two entries by which sys_worker_wait watches w. */
void sys_worker_watch(const sys_worker *w, struct pollfd fds[2]);
/* Waits until there is something to read, a signal comes, or `seconds` are
   over (below 0: however long that takes). */
void sys_worker_wait(struct pollfd *fds, size_t count, double seconds);

/* Ends the worker at once; sys_worker_finish says how it ended. */
void sys_worker_kill(const sys_worker *w);
/* Waits for the worker's end and closes the channel; what it printed can still
   be read. false where there is none that is ours. */
bool sys_worker_finish(sys_worker *w, sys_end *end);
/* Ends the worker, if it runs, and closes what is open; only where this
   process owns it. */
void sys_worker_close(sys_worker *w);

#endif
