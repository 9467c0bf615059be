/* lib_process.c: another program, started without a shell: text in, text out.
   A process record owns the child and its pipes, and its collection ends
   both, so that no error leaves a process or a descriptor behind. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib.h"

#define LIB_PROCESS "orthorun.process"

extern char **environ;

typedef struct process {
  pid_t pid;     /* 0: none, or reaped */
  int to;        /* our end of its stdin; -1 where closed */
  int from[2];   /* our ends of its stdout and stderr */
  int theirs[3]; /* its ends, until it runs */
} process;

static void shut(int *fd) {
  if (*fd >= 0)
    close(*fd);
  *fd = -1;
}

static void shut_all(process *p) {
  shut(&p->to);
  for (int i = 0; i < 2; i++)
    shut(&p->from[i]);
  for (int i = 0; i < 3; i++)
    shut(&p->theirs[i]);
}

/* Waits for the child; its exit status, or 128 + the signal that ended it. */
static int reap(process *p) {
  int status = 0;
  while (waitpid(p->pid, &status, 0) < 0 && errno == EINTR)
    ;
  p->pid = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int process_gc(lua_State *L) {
  process *p = luaL_checkudata(L, 1, LIB_PROCESS);
  shut_all(p);
  if (p->pid > 0) {
    kill(p->pid, SIGKILL);
    reap(p);
  }
  return 0;
}

static process *new_process(lua_State *L) {
  static const luaL_Reg metamethods[] = {
      {"__gc", process_gc}, {"__close", process_gc}, {NULL, NULL}};
  static const luaL_Reg methods[] = {{NULL, NULL}};
  lib_class(L, LIB_PROCESS, metamethods, methods);
  lua_pop(L, 1);
  process *p = lib_new(L, LIB_PROCESS, sizeof *p, 0);
  *p = (process){0, -1, {-1, -1}, {-1, -1, -1}};
  return p;
}

static bool open_pipes(process *p) {
  int in[2], out[2], err[2];
  if (pipe2(in, O_CLOEXEC) != 0)
    return false;
  p->theirs[0] = in[0];
  p->to = in[1];
  if (pipe2(out, O_CLOEXEC) != 0)
    return false;
  p->from[0] = out[0];
  p->theirs[1] = out[1];
  if (pipe2(err, O_CLOEXEC) != 0)
    return false;
  p->from[1] = err[0];
  p->theirs[2] = err[1];
  return fcntl(p->to, F_SETFL, O_NONBLOCK) == 0;
}

/* Runs argv with its three streams on our pipes and SIGPIPE as it was at
   birth. Returns 0 or an errno. */
static int start(process *p, char **argv) {
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
  if (code != 0)
    p->pid = 0;
  for (int i = 0; i < 3; i++)
    shut(&p->theirs[i]);
  return code;
}

/* Writes what the pipe takes; SIGPIPE is ignored meanwhile: a child that
   stops reading is its own business, and its status tells. */
static void feed(process *p, const char **text, size_t *left) {
  struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
  sigaction(SIGPIPE, &ignore, &before);
  ssize_t n = *left > 0 ? write(p->to, *text, *left) : 0;
  int code = errno;
  sigaction(SIGPIPE, &before, NULL);
  if (n > 0) {
    *text += n;
    *left -= (size_t)n;
  }
  if (*left == 0 || (n < 0 && code != EAGAIN && code != EINTR))
    shut(&p->to);
}

/* Appends what stream i says to the table at `sink`; closes it at its end. */
static void drain(lua_State *L, process *p, int i, int sink) {
  char bytes[1 << 16];
  ssize_t n = read(p->from[i], bytes, sizeof bytes);
  if (n > 0) {
    lua_pushlstring(L, bytes, (size_t)n);
    lua_rawseti(L, sink, (lua_Integer)lua_rawlen(L, sink) + 1);
  } else if (n == 0 || errno != EINTR) {
    shut(&p->from[i]);
  }
}

/* Feeds and drains until the child has closed both its outputs. */
static void converse(lua_State *L, process *p, const char *text, size_t left,
                     int sinks) {
  while (p->from[0] >= 0 || p->from[1] >= 0) {
    struct pollfd fds[3] = {
        {p->to, POLLOUT, 0}, {p->from[0], POLLIN, 0}, {p->from[1], POLLIN, 0}};
    int n = poll(fds, 3, -1);
    lib_poll(L);
    if (n < 0)
      continue; /* EINTR: a signal that was not Ctrl-C */
    if (fds[0].revents)
      feed(p, &text, &left);
    for (int i = 0; i < 2; i++)
      if (fds[i + 1].revents)
        drain(L, p, i, sinks + i);
  }
  shut(&p->to);
}

static void push_joined(lua_State *L, int sink) {
  luaL_Buffer b;
  lua_Integer n = (lua_Integer)lua_rawlen(L, sink);
  luaL_buffinit(L, &b);
  for (lua_Integer i = 1; i <= n; i++) {
    lua_rawgeti(L, sink, i);
    luaL_addvalue(&b);
  }
  luaL_pushresult(&b);
}

/* The array of strings at arg as an argv that lives on the Lua stack. */
static char **check_argv(lua_State *L, int arg) {
  lib_checktable(L, arg);
  lua_Integer n = luaL_len(L, arg);
  if (n < 1 || n >= 1000)
    lib_error(L, "file.spawn: needs 1 to 999 strings, got %I", (LUAI_UACINT)n);
  char **argv = lua_newuserdatauv(L, sizeof *argv * (size_t)(n + 1), 0);
  for (lua_Integer i = 0; i < n; i++) {
    if (lua_rawgeti(L, arg, i + 1) != LUA_TSTRING)
      lib_error(L, "file.spawn: string %I of the command is %s",
                (LUAI_UACINT)(i + 1), lib_describe(L, lua_gettop(L)));
    argv[i] = (char *)lua_tostring(L, -1); /* the array keeps it alive */
    lua_pop(L, 1);
  }
  argv[n] = NULL;
  return argv;
}

/* spawn({program, argument...} [, text]) -> status, stdout, stderr
   | nil, message
   Finds the program on PATH, gives it the text as its input, and returns its
   exit status (128 + signal where a signal ended it) and all it wrote. */
int lib_spawn(lua_State *L) {
  size_t size;
  lua_settop(L, 2);
  if (lua_isnil(L, 2)) {
    lua_pushliteral(L, "");
    lua_replace(L, 2);
  }
  const char *text = lib_checkstring(L, 2, &size);
  char **argv = check_argv(L, 1);
  process *p = new_process(L);
  int record = lua_gettop(L);
  int code = open_pipes(p) ? start(p, argv) : errno;
  if (code != 0) {
    shut_all(p);
    lua_pushnil(L);
    lua_pushstring(L, strerror(code));
    return 2;
  }
  lua_toclose(L, record);
  lua_newtable(L);
  lua_newtable(L);
  converse(L, p, text, size, record + 1);
  lua_pushinteger(L, reap(p));
  push_joined(L, record + 1);
  push_joined(L, record + 2);
  return 3;
}
