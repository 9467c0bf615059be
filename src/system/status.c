/* status.c: see status.h. */
#include "status.h"

#include <string.h>

volatile sig_atomic_t sys_interrupted = 0;

const char *sys_status_text(sys_status status) {
  switch (status) {
  case SYS_OK:
    return "no error";
#define X(code, value, text)                                                   \
  case SYS_##code:                                                             \
    return text;
    SYS_STATUS_TABLE(X)
#undef X
  default:
    return strerror(status);
  }
}
