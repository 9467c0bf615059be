/* apart.h: a computation in a copy of this process, so that it can be stopped
   at any moment: the copy is killed, and this process has lost nothing. What
   the copy computes comes back through a pipe. */
#ifndef SYS_APART_H
#define SYS_APART_H

#include <stdbool.h>
#include <stddef.h>

#include "status.h"

/* A piece of memory that the computation writes. */
typedef struct sys_part {
  void *at;
  size_t size;
} sys_part;

/* Runs f(context) in a copy, and waits for it: then the parts here hold what
   they held there. f may not write to files, and does not return otherwise than
   by returning. SYS_INTERRUPTED after Ctrl-C; another status where no copy
   could be made, or it was killed. After these the parts hold anything. */
sys_status sys_apart(void (*f)(void *), void *context, const sys_part *parts,
                     int count);

/* Is the time of long computations wanted in copies? In this process alone: not
   in those that are forked from it. At first: no. */
bool sys_apart_wanted(void);
void sys_want_apart(bool on);

#endif
