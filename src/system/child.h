/* child.h: what processes and workers have in common: descriptors that are
   closed once, and the end of a child. */
#ifndef SYS_CHILD_H
#define SYS_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

/* How a process ended: by itself with an exit status, or by a signal. */
typedef struct sys_end {
  bool signalled;
  int number; /* of the signal, or the exit status */
} sys_end;

/* Closes *fd if it is open, and makes it -1. */
void sys_close(int *fd);
/* Waits for the child *pid, and makes it 0. */
sys_end sys_reap(pid_t *pid);

#endif
