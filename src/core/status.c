/* status.c: texts of the status codes. */
#include "status.h"

const char *or_status_text(or_status status) {
  static const char *const texts[] = {
#define X(code, text) text,
      OR_STATUS_TABLE(X)
#undef X
  };
  unsigned n = sizeof texts / sizeof *texts;
  return (unsigned)status < n ? texts[status] : "unknown status";
}
