/* worker.c: see worker.h. */
#define _GNU_SOURCE
#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

sys_worker sys_worker_none(void) {
  return (sys_worker){getpid(), 0, -1, -1, {-1, -1}};
}

static bool is_ours(const sys_worker *w) { return w->owner == getpid(); }

static void close_lines(sys_worker *w) {
  sys_close(&w->channel);
  sys_close(&w->output);
}

/* --- starting one --------------------------------------------------------- */

static sys_status open_lines(sys_worker *w) {
  int channel[2], output[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel) != 0)
    return errno;
  w->channel = channel[0];
  w->theirs[0] = channel[1];
  if (pipe2(output, O_CLOEXEC) != 0)
    return errno;
  w->output = output[0];
  w->theirs[1] = output[1];
  return fcntl(w->output, F_SETFL, O_NONBLOCK) == 0 ? SYS_OK : errno;
}

/* Where memory runs out, the kernel is to end a worker, not the parent. */
static void raise_oom_score(void) {
  int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (fd < 0)
    return;
  if (write(fd, "500", 3) != 3)
    errno = 0; /* not allowed to: then not */
  close(fd);
}

static void redirect_streams(int output) {
  int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (nothing >= 0) {
    dup2(nothing, STDIN_FILENO);
    close(nothing);
  }
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  setvbuf(stdout, NULL, _IOLBF, 0);
}

/* Makes the copy a worker, as worker.h says. */
static void become_worker(sys_worker *w, sys_worker *const *others, int count) {
  signal(SIGINT, SIG_IGN);
  sys_interrupted = 0;
#ifdef __linux__
  prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
  if (getppid() != w->owner)
    _exit(EXIT_FAILURE); /* the parent has ended before prctl */
  raise_oom_score();
  for (int i = 0; i < count; i++)
    close_lines(others[i]);
  redirect_streams(w->theirs[1]);
  sys_close(&w->theirs[1]);
  close_lines(w);
  w->channel = w->theirs[0];
  w->theirs[0] = -1;
}

sys_status sys_worker_fork(sys_worker *w, sys_worker *const *others, int count,
                           bool *inside) {
  *inside = false;
  sys_status status = open_lines(w);
  if (status == SYS_OK) {
    fflush(NULL); /* or the copy prints it again */
    w->pid = fork();
    if (w->pid == 0) {
      *inside = true;
      become_worker(w, others, count);
      return SYS_OK;
    }
    if (w->pid < 0)
      status = errno;
  }
  for (int i = 0; i < 2; i++)
    sys_close(&w->theirs[i]);
  if (status != SYS_OK) {
    w->pid = 0;
    close_lines(w);
  }
  return status;
}

void sys_worker_exit(bool good) {
  fflush(stdout);
  _exit(good ? EXIT_SUCCESS : EXIT_FAILURE);
}

/* --- bytes both ways ------------------------------------------------------ */

sys_status sys_worker_send(sys_worker *w, const char *bytes, size_t size) {
  while (size > 0) {
    ssize_t n = send(w->channel, bytes, size, MSG_NOSIGNAL);
    if (n < 0 && errno != EINTR)
      return errno;
    if (sys_interrupted)
      return SYS_INTERRUPTED;
    if (n > 0) {
      bytes += n;
      size -= (size_t)n;
    }
  }
  return SYS_OK;
}

sys_status sys_worker_receive(sys_worker *w, char *bytes, size_t size) {
  while (size > 0) {
    ssize_t n = recv(w->channel, bytes, size, 0);
    if (n == 0)
      return SYS_CLOSED;
    if (n < 0 && errno != EINTR)
      return errno;
    if (n > 0) {
      bytes += n;
      size -= (size_t)n;
    }
  }
  return SYS_OK;
}

/* What a read that does not wait has returned: bytes, none yet, or the end. */
static sys_status count_read(ssize_t n, size_t *got) {
  *got = n > 0 ? (size_t)n : 0;
  if (n > 0 ||
      (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)))
    return SYS_OK;
  return SYS_CLOSED;
}

sys_status sys_worker_reply(sys_worker *w, char *bytes, size_t size,
                            size_t *got) {
  ssize_t n = w->channel < 0 ? 0 : recv(w->channel, bytes, size, MSG_DONTWAIT);
  return count_read(n, got);
}

sys_status sys_worker_output(sys_worker *w, char *bytes, size_t size,
                             size_t *got) {
  ssize_t n = w->output < 0 ? 0 : read(w->output, bytes, size);
  sys_status status = count_read(n, got);
  if (status == SYS_CLOSED)
    sys_close(&w->output);
  return status;
}

/* --- waiting -------------------------------------------------------------- */

void sys_worker_watch(const sys_worker *w, struct pollfd fds[2]) {
  fds[0] = (struct pollfd){w->channel, POLLIN, 0};
  fds[1] = (struct pollfd){w->output, POLLIN, 0};
}

void sys_worker_wait(struct pollfd *fds, size_t count, double seconds) {
  int milliseconds = seconds < 0     ? -1
                     : seconds < 1e6 ? (int)(seconds * 1000) + 1
                                     : 1000000000;
  poll(fds, (nfds_t)count, milliseconds);
}

/* --- its end -------------------------------------------------------------- */

void sys_worker_kill(const sys_worker *w) {
  if (is_ours(w) && w->pid > 0)
    kill(w->pid, SIGKILL);
}

bool sys_worker_finish(sys_worker *w, sys_end *end) {
  if (!is_ours(w) || w->pid <= 0)
    return false;
  *end = sys_reap(&w->pid);
  sys_close(&w->channel);
  return true;
}

void sys_worker_close(sys_worker *w) {
  if (!is_ours(w))
    return;
  close_lines(w);
  for (int i = 0; i < 2; i++)
    sys_close(&w->theirs[i]);
  sys_worker_kill(w);
  if (w->pid > 0)
    sys_reap(&w->pid);
}
