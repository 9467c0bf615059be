/* child.c: see child.h. */
#include "child.h"

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

void sys_close(int *fd) {
  if (*fd >= 0)
    close(*fd);
  *fd = -1;
}

sys_end sys_reap(pid_t *pid) {
  int status = 0;
  while (waitpid(*pid, &status, 0) < 0 && errno == EINTR)
    ;
  *pid = 0;
  bool signalled = WIFSIGNALED(status);
  return (sys_end){signalled,
                   signalled ? WTERMSIG(status) : WEXITSTATUS(status)};
}
