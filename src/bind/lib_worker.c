/* lib_worker.c: copies of this process that do work for it. A worker is
   forked, so it has the script's functions and data as they stand; bytes go
   back and forth over a socket, and what it prints comes over a pipe.

   The record belongs to the process that made it: a copy of it that a forked
   child collects ends nothing. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "lib.h"

#define LIB_WORKER "sweep worker"

enum { CHUNK = 1 << 16, MOST_WORKERS = 4096 };

typedef struct worker {
  pid_t owner; /* the process that may end it */
  pid_t pid;   /* 0: none, or reaped; in the worker itself: 0 */
  int channel; /* bytes both ways; -1 where closed */
  int talk;    /* what it prints; -1 where closed */
} worker;

static void shut(int *fd) {
  if (*fd >= 0)
    close(*fd);
  *fd = -1;
}

static void reap(worker *w, int *status) {
  while (waitpid(w->pid, status, 0) < 0 && errno == EINTR)
    ;
  w->pid = 0;
}

static int worker_gc(lua_State *L) {
  worker *w = luaL_checkudata(L, 1, LIB_WORKER);
  int status;
  if (w->owner != getpid())
    return 0;
  shut(&w->channel);
  shut(&w->talk);
  if (w->pid > 0) {
    kill(w->pid, SIGKILL);
    reap(w, &status);
  }
  return 0;
}

static worker *check_worker(lua_State *L) {
  return luaL_checkudata(L, 1, LIB_WORKER);
}

static int failure(lua_State *L, int code) {
  lua_pushnil(L);
  lua_pushstring(L, strerror(code));
  return 2;
}

/* --- the channel --------------------------------------------------------- */

/* worker:send(bytes) -> true | nil, message. Blocks until all is sent. */
static int worker_send(lua_State *L) {
  worker *w = check_worker(L);
  size_t left;
  const char *bytes = luaL_checklstring(L, 2, &left);
  while (left > 0) {
    ssize_t n = send(w->channel, bytes, left, MSG_NOSIGNAL);
    if (n < 0 && errno != EINTR)
      return failure(L, errno);
    lib_poll(L);
    if (n > 0) {
      bytes += n;
      left -= (size_t)n;
    }
  }
  lua_pushboolean(L, 1);
  return 1;
}

/* worker:receive(n) -> exactly n bytes; nil where the other side is gone.
   Blocks; n is small (a header, a task). */
static int worker_receive(lua_State *L) {
  worker *w = check_worker(L);
  size_t size = (size_t)lib_checkinteger(L, "receive", 2, "size", 1, CHUNK);
  char *bytes = lua_newuserdatauv(L, size, 0);
  for (size_t done = 0; done < size;) {
    ssize_t n = recv(w->channel, bytes + done, size - done, 0);
    if (n == 0 || (n < 0 && errno != EINTR))
      return failure(L, n < 0 ? errno : EPIPE);
    if (n > 0)
      done += (size_t)n;
  }
  lua_pushlstring(L, bytes, size);
  return 1;
}

/* Pushes what fd has to say now: bytes, "" for nothing, nil for its end. */
static int push_ready(lua_State *L, int *fd) {
  char bytes[CHUNK];
  ssize_t n = *fd < 0 ? 0 : read(*fd, bytes, sizeof bytes);
  if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
    lua_pushliteral(L, "");
  } else if (n <= 0) {
    shut(fd);
    lua_pushnil(L);
  } else {
    lua_pushlstring(L, bytes, (size_t)n);
  }
  return 1;
}

/* worker:talk() -> what it printed lately: bytes | "" | nil at its end. */
static int worker_talk(lua_State *L) {
  return push_ready(L, &check_worker(L)->talk);
}

/* worker:reply() -> what it sent lately: bytes | "" | nil at its end. */
static int worker_reply(lua_State *L) {
  worker *w = check_worker(L);
  char bytes[CHUNK];
  ssize_t n =
      w->channel < 0 ? 0 : recv(w->channel, bytes, sizeof bytes, MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
    lua_pushliteral(L, "");
  else if (n <= 0)
    lua_pushnil(L);
  else
    lua_pushlstring(L, bytes, (size_t)n);
  return 1;
}

/* worker:kill(): at once; reap it with finish. */
static int worker_kill(lua_State *L) {
  worker *w = check_worker(L);
  if (w->owner == getpid() && w->pid > 0)
    kill(w->pid, SIGKILL);
  return 0;
}

/* worker:finish() -> "exit", status | "signal", number, its name.
   Waits for its end. */
static int worker_finish(lua_State *L) {
  worker *w = check_worker(L);
  int status = 0;
  if (w->pid <= 0 || w->owner != getpid())
    return 0;
  reap(w, &status);
  shut(&w->channel);
  if (WIFEXITED(status)) {
    lua_pushliteral(L, "exit");
    lua_pushinteger(L, WEXITSTATUS(status));
    return 2;
  }
  lua_pushliteral(L, "signal");
  lua_pushinteger(L, WTERMSIG(status));
  lua_pushstring(L, strsignal(WTERMSIG(status)));
  return 3;
}

static int worker_pid(lua_State *L) {
  lua_pushinteger(L, check_worker(L)->pid);
  return 1;
}

/* --- starting one -------------------------------------------------------- */

static worker *new_worker(lua_State *L) {
  static const luaL_Reg metamethods[] = {
      {"__gc", worker_gc}, {"__close", worker_gc}, {NULL, NULL}};
  static const luaL_Reg methods[] = {
      {"send", worker_send}, {"receive", worker_receive},
      {"talk", worker_talk}, {"reply", worker_reply},
      {"kill", worker_kill}, {"finish", worker_finish},
      {"pid", worker_pid},   {NULL, NULL}};
  lib_class(L, LIB_WORKER, metamethods, methods);
  lua_pop(L, 1);
  worker *w = lib_new(L, LIB_WORKER, sizeof *w, 0);
  *w = (worker){getpid(), 0, -1, -1};
  return w;
}

/* Our ends go into w, the worker's into theirs. */
static bool open_ends(worker *w, int theirs[2]) {
  int both[2], talk[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, both) != 0)
    return false;
  w->channel = both[0];
  theirs[0] = both[1];
  if (pipe2(talk, O_CLOEXEC) != 0)
    return false;
  w->talk = talk[0];
  theirs[1] = talk[1];
  return fcntl(w->talk, F_SETFL, O_NONBLOCK) == 0;
}

/* Where memory runs out, the kernel should end a worker, not the parent. */
static void volunteer(void) {
  int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (fd < 0)
    return;
  if (write(fd, "500", 3) != 3)
    errno = 0; /* not allowed to: then not */
  close(fd);
}

/* The worker's own surroundings: it dies with its parent, leaves Ctrl-C to
   it, reads nothing, and prints into the pipe. */
static void settle(worker *w, int theirs[2]) {
  signal(SIGINT, SIG_IGN);
#ifdef __linux__
  prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
  if (getppid() != w->owner)
    _exit(EXIT_FAILURE);
  volunteer();
  int nothing = open("/dev/null", O_RDONLY);
  if (nothing >= 0)
    dup2(nothing, STDIN_FILENO);
  dup2(theirs[1], STDOUT_FILENO);
  dup2(theirs[1], STDERR_FILENO);
  setvbuf(stdout, NULL, _IOLBF, 0);
  shut(&w->channel);
  shut(&w->talk);
  w->channel = theirs[0];
}

/* A worker must not hold its siblings' lines open. */
static void leave_siblings(lua_State *L, int list) {
  lua_Integer n = luaL_len(L, list);
  for (lua_Integer i = 1; i <= n; i++) {
    lua_rawgeti(L, list, i);
    worker *w = luaL_testudata(L, -1, LIB_WORKER);
    if (w) {
      shut(&w->channel);
      shut(&w->talk);
    }
    lua_pop(L, 1);
  }
}

/* The worker's life: f(channel), and the end of the process. */
static void live(lua_State *L, worker *w, int theirs[2]) {
  leave_siblings(L, 2);
  settle(w, theirs);
  lib_interrupted = 0;
  lua_sethook(L, NULL, 0, 0);
  lua_pushvalue(L, 1);
  lua_pushvalue(L, -2);
  int status = lua_pcall(L, 1, 0, 0);
  if (status != LUA_OK)
    fprintf(stderr, "worker: %s\n", luaL_tolstring(L, -1, NULL));
  fflush(stdout);
  _exit(status == LUA_OK ? EXIT_SUCCESS : EXIT_FAILURE);
}

/* fork(f, siblings) -> worker | nil, message
   Starts a copy of this process that calls f(worker), where send and receive
   talk to the parent, and ends when f returns. siblings: an array of workers
   whose lines the copy closes. */
static int worker_fork(lua_State *L) {
  luaL_checktype(L, 1, LUA_TFUNCTION);
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_settop(L, 2);
  worker *w = new_worker(L);
  int theirs[2] = {-1, -1}, code = 0;
  fflush(NULL); /* or the copy prints it again */
  pid_t pid = open_ends(w, theirs) ? fork() : -1;
  if (pid == 0)
    live(L, w, theirs);
  if (pid < 0)
    code = errno;
  shut(&theirs[0]);
  shut(&theirs[1]);
  if (pid < 0)
    return failure(L, code);
  w->pid = pid;
  return 1;
}

/* --- waiting ------------------------------------------------------------- */

/* wait(workers, seconds): until one of them has something to say, or the
   time is over (seconds < 0: however long). Ctrl-C raises. */
static int worker_wait(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_Number seconds = luaL_checknumber(L, 2);
  lua_Integer n = luaL_len(L, 1);
  luaL_argcheck(L, n <= MOST_WORKERS, 1, "too many workers");
  struct pollfd *fds =
      lua_newuserdatauv(L, sizeof *fds * (size_t)(2 * n + 1), 0);
  for (lua_Integer i = 0; i < n; i++) {
    lua_rawgeti(L, 1, i + 1);
    worker *w = luaL_checkudata(L, -1, LIB_WORKER);
    fds[2 * i] = (struct pollfd){w->channel, POLLIN, 0};
    fds[2 * i + 1] = (struct pollfd){w->talk, POLLIN, 0};
    lua_pop(L, 1);
  }
  lib_poll(L);
  int most = seconds < 0     ? -1
             : seconds > 1e6 ? 1000000000
                             : (int)(seconds * 1000) + 1;
  poll(fds, (nfds_t)(2 * n), most);
  lib_poll(L);
  return 0;
}

/* clock() -> seconds that no one sets back. */
static int worker_clock(lua_State *L) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  lua_pushnumber(L, (lua_Number)now.tv_sec + 1e-9 * (lua_Number)now.tv_nsec);
  return 1;
}

/* cores() -> how many this process may use. */
static int worker_cores(lua_State *L) {
  long n = sysconf(_SC_NPROCESSORS_ONLN);
#ifdef __linux__
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0)
    n = CPU_COUNT(&set);
#endif
  lua_pushinteger(L, n > 0 ? n : 1);
  return 1;
}

int lib_open_worker(lua_State *L) {
  static const luaL_Reg functions[] = {{"fork", worker_fork},
                                       {"wait", worker_wait},
                                       {"clock", worker_clock},
                                       {"cores", worker_cores},
                                       {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
