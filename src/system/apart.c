/* apart.c: see apart.h. */
#define _GNU_SOURCE
#include "apart.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "child.h"

enum { GLANCE = 50 }; /* milliseconds between looks at sys_interrupted */

static pid_t wanted_by; /* 0: nobody */

bool sys_apart_wanted(void) { return wanted_by == getpid(); }

void sys_want_apart(bool on) { wanted_by = on ? getpid() : 0; }

/* --- in the copy ------------------------------------------------------------
 */

static bool write_all(int fd, const char *bytes, size_t left) {
  while (left > 0) {
    ssize_t n = write(fd, bytes, left);
    if (n < 0 && errno != EINTR)
      return false;
    if (n > 0) {
      bytes += n;
      left -= (size_t)n;
    }
  }
  return true;
}

/* Computes, writes, ends. It dies with its parent, and leaves Ctrl-C to it. */
static void run_copy(void (*f)(void *), void *context, const sys_part *parts,
                     int count, int fd, pid_t parent) {
  signal(SIGINT, SIG_IGN);
#ifdef __linux__
  prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
  if (getppid() != parent)
    _exit(1);
  f(context);
  for (int i = 0; i < count; i++)
    if (!write_all(fd, parts[i].at, parts[i].size))
      _exit(1);
  _exit(0);
}

/* --- in the parent ------------------------------------------------------- */

/* Waits for a byte, for the copy's end, or for Ctrl-C. */
static sys_status wait_for(int fd) {
  struct pollfd copy = {.fd = fd, .events = POLLIN};
  while (!sys_interrupted) {
    int n = poll(&copy, 1, GLANCE);
    if (n > 0)
      return SYS_OK;
    if (n < 0 && errno != EINTR)
      return errno;
  }
  return SYS_INTERRUPTED;
}

static sys_status read_part(int fd, const sys_part *part) {
  char *to = part->at;
  for (size_t left = part->size; left > 0;) {
    sys_status status = wait_for(fd);
    if (status != SYS_OK)
      return status;
    ssize_t n = read(fd, to, left);
    if (n == 0)
      return SYS_CLOSED;
    if (n < 0 && errno != EINTR)
      return errno;
    if (n > 0) {
      to += n;
      left -= (size_t)n;
    }
  }
  return SYS_OK;
}

/* A larger pipe takes fewer turns; where it is refused, the small one does. */
static void widen(int fd) {
#ifdef F_SETPIPE_SZ
  if (fcntl(fd, F_SETPIPE_SZ, 1 << 20) < 0)
    errno = 0;
#else
  (void)fd;
#endif
}

sys_status sys_apart(void (*f)(void *), void *context, const sys_part *parts,
                     int count) {
  int ends[2];
  pid_t parent = getpid();
  sys_status status = SYS_OK;
  if (pipe2(ends, O_CLOEXEC) != 0)
    return errno;
  pid_t pid = fork();
  if (pid == 0)
    run_copy(f, context, parts, count, ends[1], parent);
  status = pid < 0 ? errno : SYS_OK;
  sys_close(&ends[1]);
  widen(ends[0]);
  for (int i = 0; i < count && status == SYS_OK; i++)
    status = read_part(ends[0], &parts[i]);
  if (pid > 0 && status != SYS_OK)
    kill(pid, SIGKILL);
  if (pid > 0)
    sys_reap(&pid);
  sys_close(&ends[0]);
  return status;
}
