/* process.h: another program, started without a shell: bytes in, bytes out. */
#ifndef SYS_PROCESS_H
#define SYS_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "child.h"
#include "status.h"

typedef struct sys_process {
  pid_t pid;     /* 0: none, or it has ended */
  int input;     /* our end of its stdin; -1 where closed */
  int output[2]; /* our ends of its stdout and stderr */
  int theirs[3]; /* its ends, until it runs */
} sys_process;

enum { SYS_PROCESS_CHUNK = 1 << 16 };

/* Bytes that are still to be written. */
typedef struct sys_input {
  const char *bytes;
  size_t left;
} sys_input;

/* One that owns nothing; what sys_process_close leaves. */
extern const sys_process sys_process_none;

/* Starts argv[0], found on PATH, with pipes as its three streams. Where that
   fails, p owns nothing. */
sys_status sys_process_start(sys_process *p, char **argv);
/* Has it any output open? */
bool sys_process_is_open(const sys_process *p);
/* Waits until the process reads or writes; gives it some of the input, and
   reads up to SYS_PROCESS_CHUNK bytes of its stdout and of its stderr into
   chunks[0] and chunks[1]; got: how many. SYS_INTERRUPTED after Ctrl-C. */
sys_status sys_process_exchange(sys_process *p, sys_input *input,
                                char *const chunks[2], size_t got[2]);
/* Waits for its end. */
sys_end sys_process_wait(sys_process *p);
/* Ends the process, if it runs, and closes what is open. */
void sys_process_close(sys_process *p);

#endif
