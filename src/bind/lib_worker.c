/* lib_worker.c: workers as Lua sees them, over system/worker.h. Collecting the
   record ends the worker, in the process that made it. */
#include <stdio.h>
#include <string.h>

#include "../system/machine.h"
#include "../system/worker.h"
#include "lib.h"

#define LIB_WORKER "sweep worker"

enum { CHUNK = 1 << 16, MOST_WORKERS = 4096 };

static sys_worker *check_worker(lua_State *L) {
  return luaL_checkudata(L, 1, LIB_WORKER);
}

static int worker_gc(lua_State *L) {
  sys_worker_close(check_worker(L));
  return 0;
}

/* --- bytes both ways ----------------------------------------------------- */

/* worker:send(bytes) -> true | nil, message. Blocks until all is sent. */
static int worker_send(lua_State *L) {
  sys_worker *w = check_worker(L);
  size_t size;
  const char *bytes = luaL_checklstring(L, 2, &size);
  sys_status status = sys_worker_send(w, bytes, size);
  if (status != SYS_OK)
    return lib_failure(L, status);
  lua_pushboolean(L, 1);
  return 1;
}

/* worker:receive(n) -> exactly n bytes; nil where the other side is gone.
   Blocks; n is small (a header, a task). */
static int worker_receive(lua_State *L) {
  sys_worker *w = check_worker(L);
  char bytes[CHUNK];
  size_t size = (size_t)lib_checkinteger(L, "receive", 2, "size", 1, CHUNK);
  sys_status status = sys_worker_receive(w, bytes, size);
  if (status != SYS_OK)
    return lib_failure(L, status);
  lua_pushlstring(L, bytes, size);
  return 1;
}

/* Bytes, "" for none yet, nil where none will come. */
static int push_read(lua_State *L, sys_status status, const char *bytes,
                     size_t size) {
  if (status == SYS_OK)
    lua_pushlstring(L, bytes, size);
  else
    lua_pushnil(L);
  return 1;
}

/* worker:output() -> what it printed lately: bytes | "" | nil at its end. */
static int worker_output(lua_State *L) {
  char bytes[CHUNK];
  size_t got;
  sys_status status =
      sys_worker_output(check_worker(L), bytes, sizeof bytes, &got);
  return push_read(L, status, bytes, got);
}

/* worker:reply() -> what it sent lately: bytes | "" | nil at its end. */
static int worker_reply(lua_State *L) {
  char bytes[CHUNK];
  size_t got;
  sys_status status =
      sys_worker_reply(check_worker(L), bytes, sizeof bytes, &got);
  return push_read(L, status, bytes, got);
}

/* --- its end ------------------------------------------------------------- */

/* worker:kill(): at once; reap it with finish. */
static int worker_kill(lua_State *L) {
  sys_worker_kill(check_worker(L));
  return 0;
}

/* worker:finish() -> "exit", status | "signal", number, its name.
   Waits for its end. */
static int worker_finish(lua_State *L) {
  sys_end end;
  if (!sys_worker_finish(check_worker(L), &end))
    return 0;
  lua_pushstring(L, end.signalled ? "signal" : "exit");
  lua_pushinteger(L, end.number);
  if (!end.signalled)
    return 2;
  lua_pushstring(L, strsignal(end.number));
  return 3;
}

static int worker_pid(lua_State *L) {
  lua_pushinteger(L, check_worker(L)->pid);
  return 1;
}

/* --- starting one -------------------------------------------------------- */

static sys_worker *new_worker(lua_State *L) {
  static const luaL_Reg metamethods[] = {
      {"__gc", worker_gc}, {"__close", worker_gc}, {NULL, NULL}};
  static const luaL_Reg methods[] = {
      {"send", worker_send},     {"receive", worker_receive},
      {"output", worker_output}, {"reply", worker_reply},
      {"kill", worker_kill},     {"finish", worker_finish},
      {"pid", worker_pid},       {NULL, NULL}};
  lib_class(L, LIB_WORKER, metamethods, methods);
  lua_pop(L, 1);
  sys_worker *w = lib_new(L, LIB_WORKER, sizeof *w, 0);
  *w = sys_worker_none();
  return w;
}

/* Pushes the workers of the array at `list` as an array of *count records. */
static sys_worker **push_workers(lua_State *L, int list, int *count) {
  lua_Integer n = luaL_len(L, list);
  luaL_argcheck(L, n >= 0 && n <= MOST_WORKERS, list, "too many workers");
  sys_worker **workers =
      lua_newuserdatauv(L, sizeof *workers * (size_t)(n + 1), 0);
  for (*count = 0; *count < n; ++*count) {
    lua_rawgeti(L, list, *count + 1);
    workers[*count] = luaL_checkudata(L, -1, LIB_WORKER);
    lua_pop(L, 1);
  }
  return workers;
}

/* In the worker: calls f(channel), the values at `f` and `channel`, and ends
   the process. Nothing may be raised here: it would go to the parent's
   handlers. */
static void work(lua_State *L, int f, int channel) {
  lua_sethook(L, NULL, 0, 0);
  lua_pushvalue(L, f);
  lua_pushvalue(L, channel);
  bool good = lua_pcall(L, 1, 0, 0) == LUA_OK;
  if (!good)
    fprintf(stderr, "worker: %s\n",
            lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1)
                                           : luaL_typename(L, -1));
  sys_worker_exit(good);
}

/* fork(f, siblings) -> worker | nil, message
   Starts a copy of this process that calls f(worker), where send and receive
   talk to the parent, and ends when f returns. siblings: an array of workers
   whose lines the copy closes. */
static int worker_fork(lua_State *L) {
  int count;
  bool inside;
  luaL_checktype(L, 1, LUA_TFUNCTION);
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_settop(L, 2);
  sys_worker **siblings = push_workers(L, 2, &count);
  sys_worker *w = new_worker(L);
  sys_status status = sys_worker_fork(w, siblings, count, &inside);
  if (inside)
    work(L, 1, 4);
  return status == SYS_OK ? 1 : lib_failure(L, status);
}

/* --- waiting ------------------------------------------------------------- */

/* wait(workers, seconds): until one of them has something to say, or the
   time is over (seconds < 0: however long). Ctrl-C raises. */
static int worker_wait(lua_State *L) {
  int count;
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_Number seconds = luaL_checknumber(L, 2);
  sys_worker **workers = push_workers(L, 1, &count);
  struct pollfd *fds =
      lua_newuserdatauv(L, sizeof *fds * (size_t)(2 * count + 1), 0);
  for (int i = 0; i < count; i++)
    sys_worker_watch(workers[i], fds + 2 * i);
  lib_poll(L);
  sys_worker_wait(fds, 2 * (size_t)count, seconds);
  lib_poll(L);
  return 0;
}

/* clock() -> seconds on a clock that is never set back. */
static int worker_clock(lua_State *L) {
  lua_pushnumber(L, sys_clock());
  return 1;
}

/* cores() -> how many this process may use. */
static int worker_cores(lua_State *L) {
  lua_pushinteger(L, sys_cores());
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
