/* status.h: how the functions of src/system end. They return a status and never
   print, raise or jump: 0 where all went well, the system's errno (above 0)
   where it refused, or one of the codes below (under 0). */
#ifndef SYS_STATUS_H
#define SYS_STATUS_H

#include <signal.h>

#define SYS_STATUS_TABLE(X)                                                    \
  X(INTERRUPTED, -1, "interrupted")                                            \
  X(GZIP_SHORT, -2, "the gzip stream ends too early")                          \
  X(GZIP_DAMAGED, -3, "damaged gzip stream")                                   \
  X(GZIP_LARGE, -4, "the gzip stream expands to more than is allowed")         \
  X(CLOSED, -5, "the other side has closed the connection")                    \
  X(LOCKED, -6, "locked")                                                      \
  X(NOT_A_FILE, -7,                                                            \
    "a pipe or device, which cannot be read twice; a file is "                 \
    "needed")

enum {
  SYS_OK = 0,
#define X(code, value, text) SYS_##code = value,
  SYS_STATUS_TABLE(X)
#undef X
};

typedef int sys_status;

/* The text for a status: the table's, or strerror's. */
const char *sys_status_text(sys_status status);

/* Set by the handler of Ctrl-C, cleared by who acts on it. What waits or runs
   long looks at it and returns SYS_INTERRUPTED. */
extern volatile sig_atomic_t sys_interrupted;

#endif
