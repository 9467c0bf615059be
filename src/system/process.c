/* process.c: see process.h. */
#define _GNU_SOURCE
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

extern char **environ;

const sys_process sys_process_none = {0, -1, {-1, -1}, {-1, -1, -1}};

/* --- starting ------------------------------------------------------------- */

static void close_all(sys_process *p) {
  sys_close(&p->input);
  for (int i = 0; i < 2; i++)
    sys_close(&p->output[i]);
  for (int i = 0; i < 3; i++)
    sys_close(&p->theirs[i]);
}

static sys_status open_pipe(int *to_read, int *to_write) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    return errno;
  *to_read = ends[0];
  *to_write = ends[1];
  return SYS_OK;
}

static sys_status open_pipes(sys_process *p) {
  sys_status status = open_pipe(&p->theirs[0], &p->input);
  for (int i = 0; i < 2 && status == SYS_OK; i++)
    status = open_pipe(&p->output[i], &p->theirs[i + 1]);
  if (status == SYS_OK && fcntl(p->input, F_SETFL, O_NONBLOCK) != 0)
    status = errno;
  return status;
}

/* Runs argv with its three streams on our pipes and SIGPIPE at its default. */
static sys_status run(sys_process *p, char **argv) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t defaults;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  for (int i = 0; i < 3; i++)
    posix_spawn_file_actions_adddup2(&actions, p->theirs[i], i);
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  int code =
      posix_spawnp(&p->pid, argv[0], &actions, &attributes, argv, environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return code;
}

sys_status sys_process_start(sys_process *p, char **argv) {
  *p = sys_process_none;
  sys_status status = open_pipes(p);
  if (status == SYS_OK)
    status = run(p, argv);
  if (status != SYS_OK) {
    p->pid = 0;
    close_all(p);
  }
  for (int i = 0; i < 3; i++)
    sys_close(&p->theirs[i]);
  return status;
}

/* --- while it runs -------------------------------------------------------- */

bool sys_process_is_open(const sys_process *p) {
  return p->output[0] >= 0 || p->output[1] >= 0;
}

/* Writes what the pipe takes. SIGPIPE is ignored meanwhile: a process may stop
   reading, and its exit status says whether that was an error. */
static void write_some(sys_process *p, sys_input *input) {
  struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
  sigaction(SIGPIPE, &ignore, &before);
  ssize_t n = input->left > 0 ? write(p->input, input->bytes, input->left) : 0;
  int code = errno;
  sigaction(SIGPIPE, &before, NULL);
  if (n > 0) {
    input->bytes += n;
    input->left -= (size_t)n;
  }
  if (input->left == 0 || (n < 0 && code != EAGAIN && code != EINTR))
    sys_close(&p->input);
}

/* How many bytes were read; closes *fd at its end. */
static size_t read_some(int *fd, char *bytes) {
  ssize_t n = read(*fd, bytes, SYS_PROCESS_CHUNK);
  if (n == 0 || (n < 0 && errno != EINTR))
    sys_close(fd);
  return n > 0 ? (size_t)n : 0;
}

sys_status sys_process_exchange(sys_process *p, sys_input *input,
                                char *const chunks[2], size_t got[2]) {
  struct pollfd fds[3] = {{p->input, POLLOUT, 0},
                          {p->output[0], POLLIN, 0},
                          {p->output[1], POLLIN, 0}};
  got[0] = got[1] = 0;
  int n = poll(fds, 3, -1);
  if (sys_interrupted)
    return SYS_INTERRUPTED;
  if (n < 0)
    return SYS_OK; /* a signal that was not Ctrl-C */
  if (fds[0].revents)
    write_some(p, input);
  for (int i = 0; i < 2; i++)
    if (fds[i + 1].revents)
      got[i] = read_some(&p->output[i], chunks[i]);
  return SYS_OK;
}

/* --- its end -------------------------------------------------------------- */

sys_end sys_process_wait(sys_process *p) {
  sys_close(&p->input);
  return sys_reap(&p->pid);
}

void sys_process_close(sys_process *p) {
  close_all(p);
  if (p->pid > 0) {
    kill(p->pid, SIGKILL);
    sys_reap(&p->pid);
  }
}
