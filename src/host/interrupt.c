/* interrupt.c: Ctrl-C while Lua runs. It stops what the host has called: a
   loop in Lua by a hook, a loop in C by sys_interrupted, which it polls.

   A script may catch the error, and a second Ctrl-C ends the process. An entry
   at the prompt may catch it too, in order to clear up; GRACE after the first
   Ctrl-C, or at the second, the error comes back at every step until nothing
   of the entry is left. The process ends at the fourth alone. */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#include "../bind/lib.h"
#include "../system/status.h"
#include "host.h"
#include "line.h"

/* Nanoseconds; presses. timeout and mpirun hand a signal on that the terminal
   has sent, too: what comes as soon is the same Ctrl-C. */
enum { GRACE = 300000000, BOUNCE = 100000000, PATIENCE = 3 };

/* For the signal handler, which may touch nothing but these, sys_interrupted
   and Lua's hook. */
static _Atomic(lua_State *) running; /* the coroutine that runs now */
static bool is_watched;
static volatile sig_atomic_t presses;
static volatile sig_atomic_t insistent;
static atomic_llong first; /* when the first one came */

static long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (long long)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void set_handler(void (*handler)(int)) {
  struct sigaction action = {.sa_handler = handler}; /* no SA_RESTART */
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, NULL);
}

/* --- in the interpreter -------------------------------------------------- */

/* Runs between two Lua instructions after Ctrl-C. */
static void stop(lua_State *L, lua_Debug *where) {
  (void)where;
  bool again = insistent && presses > 0;
  if (again && (presses > 1 || now() - atomic_load(&first) > GRACE))
    sys_interrupted = 1;
  if (again) /* rarely while the entry clears up: that may be long */
    lua_sethook(L, stop, LUA_MASKCALL | LUA_MASKCOUNT,
                sys_interrupted ? 1 : 1000);
  else
    lua_sethook(L, NULL, 0, 0);
  lib_poll(L);
}

static void stop_soon(lua_State *L) {
  int when = LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT;
  lua_sethook(L, stop, when, 1); /* documented as signal-safe */
}

static void say_what_is_wrong(void) {
  static const char text[] =
      "\nstill in a call that cannot be stopped; Ctrl-C once more ends the "
      "session\n";
  if (write(STDERR_FILENO, text, sizeof text - 1) < 0)
    return; /* nobody is there to read it */
}

/* The next Ctrl-C, which has come, ends the process when the handler is left.
 */
static void give_up(void) {
  set_handler(SIG_DFL);
  raise(SIGINT);
}

static void ask_to_stop(void) {
  sys_interrupted = 1;
  stop_soon(atomic_load(&running));
}

static void on_interrupt(int signal_number) {
  int before = errno;
  (void)signal_number;
  presses = presses + 1;
  if (presses == 1)
    atomic_store(&first, now());
  if (insistent && presses == PATIENCE)
    say_what_is_wrong();
  if (presses == 1 || (insistent && presses <= PATIENCE))
    ask_to_stop();
  else if (insistent || now() - atomic_load(&first) > BOUNCE)
    give_up();
  errno = before;
}

void host_watch(lua_State *L, bool stubborn) {
  atomic_store(&running, L);
  is_watched = true;
  presses = 0;
  sys_interrupted = 0;
  insistent = stubborn;
  set_handler(on_interrupt);
}

/* Between a prompt's entries Ctrl-C has nothing to stop but the next line. */
void host_unwatch(lua_State *L) {
  set_handler(insistent ? line_on_signal : SIG_DFL);
  is_watched = false;
  sys_interrupted = 0;
  if (presses > 0)
    lua_sethook(L, NULL, 0, 0);
}

lua_State *host_running(void) {
  return is_watched ? atomic_load(&running) : NULL;
}

bool host_was_interrupted(void) { return presses > 0; }

/* --- coroutines ---------------------------------------------------------- */

/* Hooks belong to a coroutine, so the handler must know which one runs:
   coroutine.resume and wrap are Lua's own (lcorolib.c), and say so. */
static int change_to(lua_State *L) {
  atomic_store(&running, L);
  if (insistent && presses > 0)
    stop_soon(L);
  return 0;
}

static int resume_into(lua_State *L, lua_State *co, int arguments) {
  int results = 0;
  change_to(co);
  int status = lua_resume(co, L, arguments, &results);
  change_to(L);
  if (status != LUA_OK && status != LUA_YIELD) {
    lua_xmove(co, L, 1); /* the message */
    return -1;
  }
  if (!lua_checkstack(L, results + 1)) {
    lua_pop(co, results);
    lua_pushliteral(L, "too many results to resume");
    return -1;
  }
  lua_xmove(co, L, results);
  return results;
}

/* Resumes co with the values on top of the stack. The number of results that
   take their place, or -1 with a message. */
static int resume(lua_State *L, lua_State *co, int arguments) {
  if (!lua_checkstack(co, arguments)) {
    lua_pushliteral(L, "too many arguments to resume");
    return -1;
  }
  lua_xmove(L, co, arguments);
  return resume_into(L, co, arguments);
}

static int coroutine_resume(lua_State *L) {
  lua_State *co = lua_tothread(L, 1);
  luaL_argexpected(L, co, 1, "coroutine");
  int results = resume(L, co, lua_gettop(L) - 1);
  lua_pushboolean(L, results >= 0);
  lua_insert(L, results >= 0 ? -(results + 1) : -2);
  return results >= 0 ? results + 1 : 2;
}

/* Raises the error of a wrapped coroutine, whose message is on top. */
static int raise_from(lua_State *L, lua_State *co) {
  int status = lua_status(co);
  if (status != LUA_OK && status != LUA_YIELD) {
    status = lua_resetthread(co); /* closes its variables */
    lua_xmove(co, L, 1);
  }
  if (status != LUA_ERRMEM && lua_type(L, -1) == LUA_TSTRING) {
    luaL_where(L, 1);
    lua_insert(L, -2);
    lua_concat(L, 2);
  }
  return lua_error(L);
}

static int call_wrapped(lua_State *L) {
  lua_State *co = lua_tothread(L, lua_upvalueindex(1));
  int results = resume(L, co, lua_gettop(L));
  return results < 0 ? raise_from(L, co) : results;
}

static int coroutine_wrap(lua_State *L) {
  luaL_checktype(L, 1, LUA_TFUNCTION);
  lua_State *co = lua_newthread(L);
  lua_pushvalue(L, 1);
  lua_xmove(L, co, 1);
  lua_pushcclosure(L, call_wrapped, 1);
  return 1;
}

void host_open_coroutines(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"resume", coroutine_resume}, {"wrap", coroutine_wrap}, {NULL, NULL}};
  lua_getglobal(L, "coroutine");
  luaL_setfuncs(L, functions, 0);
  lua_pop(L, 1);
}
