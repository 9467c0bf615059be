/* run.c: calls into Lua, with tracebacks, error messages and Ctrl-C. */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "../bind/lib.h"
#include "../system/status.h"
#include "host.h"

static const char *program = "orthorun";
/* For the signal handler, which may touch nothing but these two and
   sys_interrupted. */
static _Atomic(lua_State *) running;
static volatile sig_atomic_t interrupted;

/* --- messages ------------------------------------------------------------ */

void host_set_program(const char *name) { program = name; }

void host_message(const char *message) {
  fflush(stdout);
  fprintf(stderr, "%s%s%s\n", program ? program : "", program ? ": " : "",
          message);
  fflush(stderr);
}

int host_report(lua_State *L, int status) {
  if (status != LUA_OK) {
    const char *message = lua_tostring(L, -1);
    host_message(message ? message : "(error message is not a string)");
    lua_pop(L, 1);
  }
  return status;
}

/* --- tracebacks ---------------------------------------------------------- */

/* Cuts the last line of a traceback, which is the host's own C. */
static void cut_host_frame(lua_State *L) {
  static const char frame[] = "\n\t[C]: in ?";
  size_t length, cut = sizeof frame - 1;
  const char *text = lua_tolstring(L, -1, &length);
  if (length >= cut && !strcmp(text + length - cut, frame))
    lua_pushlstring(L, text, length - cut);
}

static int add_traceback(lua_State *L) {
  const char *message = lua_tostring(L, 1);
  if (!message) {
    if (luaL_callmeta(L, 1, "__tostring") && lua_type(L, -1) == LUA_TSTRING)
      return 1;
    message =
        lua_pushfstring(L, "(error object is a %s value)", luaL_typename(L, 1));
  }
  luaL_traceback(L, L, message, 1);
  cut_host_frame(L);
  return 1;
}

/* --- Ctrl-C -------------------------------------------------------------- */

static void set_handler(int signal_number, void (*handler)(int)) {
  struct sigaction action = {.sa_handler = handler}; /* no SA_RESTART */
  sigemptyset(&action.sa_mask);
  sigaction(signal_number, &action, NULL);
}

/* Runs between two Lua instructions after Ctrl-C, unless a C loop has seen
   the flag and raised the error already. */
static void stop(lua_State *L, lua_Debug *where) {
  (void)where;
  lua_sethook(L, NULL, 0, 0);
  lib_poll(L);
}

static void on_interrupt(int signal_number) {
  int when = LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT;
  int before = errno;
  set_handler(signal_number, SIG_DFL); /* a second Ctrl-C ends the process */
  interrupted = 1;
  sys_interrupted = 1;
  lua_sethook(atomic_load(&running), stop, when, 1); /* signal-safe by design */
  errno = before;
}

bool host_was_interrupted(void) { return interrupted; }

int host_call(lua_State *L, int arguments, int results) {
  int handler = lua_gettop(L) - arguments;
  lua_pushcfunction(L, add_traceback);
  lua_insert(L, handler);
  atomic_store(&running, L);
  interrupted = 0;
  sys_interrupted = 0;
  set_handler(SIGINT, on_interrupt);
  int status = lua_pcall(L, arguments, results, handler);
  set_handler(SIGINT, SIG_DFL);
  lua_sethook(L, NULL, 0, 0);
  lua_remove(L, handler);
  return status;
}
