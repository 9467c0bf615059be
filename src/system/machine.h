/* machine.h: what there is to know about the machine: its clock, how many
   cores this process may use, whether a disk is its own. */
#ifndef SYS_MACHINE_H
#define SYS_MACHINE_H

#include <stdbool.h>

/* Seconds on a clock that is never set back. */
double sys_clock(void);
/* How many cores this process may use: at least 1. */
int sys_cores(void);
/* Is the file system that has `path` one of this machine alone? Memory that
   processes share (SQLite's write-ahead log) works on no other. */
bool sys_is_local_disk(const char *path);

#endif
