/* lock.h: a lock that keeps a second process from writing: a record lock on a
   file made for it. It ends with its process, however that ends; forked copies
   do not have it, and release nothing. */
#ifndef SYS_LOCK_H
#define SYS_LOCK_H

#include <sys/types.h>

#include "status.h"

typedef struct sys_lock {
  pid_t owner;
  int fd;           /* -1: none held */
  const char *path; /* the caller's, while it is held */
} sys_lock;

/* One of this process that holds nothing. */
sys_lock sys_lock_none(void);
/* Takes the lock, and makes the file where it is missing. SYS_LOCKED where
   another process has it; *holder is then that process. */
sys_status sys_lock_take(sys_lock *k, const char *path, pid_t *holder);
/* Removes the file and releases the lock; nothing where none is held, or not
   by this process. */
void sys_lock_release(sys_lock *k);

#endif
