/* session.c: what a session needs of the process, as Lua functions, whether it
   is typed at a terminal (repl.c) or comes as JSON lines (json_repl.c); and the
   loop that both are. The sessions themselves are written in Lua
   (lua/orthorun/prompt). */
#include "session.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../bind/lib.h"
#include "../system/apart.h"
#include "host.h"
#include "stoppable.h"

/* --- running an entry ---------------------------------------------------- */

/* call(f, handler) -> true, results | false, what handler(message) returned,
   was it Ctrl-C. Ctrl-C stops what f does, whatever f catches. */
static int call(lua_State *L) {
  luaL_checktype(L, 2, LUA_TFUNCTION);
  lua_settop(L, 2);
  lua_insert(L, 1);
  host_watch(L, true);
  sys_want_apart(true);
  int status = lua_pcall(L, 0, LUA_MULTRET, 1);
  sys_want_apart(false);
  bool interrupted = host_was_interrupted();
  host_unwatch(L);
  if (status == LUA_OK) {
    lua_pushboolean(L, true);
    lua_replace(L, 1);
    return lua_gettop(L);
  }
  lua_pushboolean(L, false);
  lua_insert(L, -2);
  lua_pushboolean(L, interrupted);
  return 3;
}

/* message(text): on stderr, as lua does */
static int message(lua_State *L) {
  host_message(luaL_checkstring(L, 1));
  return 0;
}

/* clock() -> seconds that no one sets back */
static int get_clock(lua_State *L) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  lua_pushnumber(L, (lua_Number)t.tv_sec + 1e-9 * (lua_Number)t.tv_nsec);
  return 1;
}

/* --- files --------------------------------------------------------------- */

static int result(lua_State *L, bool good) {
  int code = errno;
  if (good) {
    lua_pushboolean(L, true);
    return 1;
  }
  luaL_pushfail(L);
  lua_pushstring(L, strerror(code));
  return 2;
}

/* Makes every folder on the way to the file; the user's alone. */
static void make_folders(char *file) {
  for (char *p = strchr(file + 1, '/'); p; p = strchr(p + 1, '/')) {
    *p = '\0';
    mkdir(file, 0700);
    *p = '/';
  }
}

/* append(path, text) -> true | nil, message. In one piece, so that sessions
   side by side do not mix; a new file is readable by the user alone. */
static int append(lua_State *L) {
  size_t size;
  const char *path = luaL_checkstring(L, 1);
  const char *text = luaL_checklstring(L, 2, &size);
  char *copy = strcpy(lua_newuserdatauv(L, strlen(path) + 1, 0), path);
  make_folders(copy);
  int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  bool good = fd >= 0 && write(fd, text, size) == (ssize_t)size;
  int code = errno;
  if (fd >= 0)
    close(fd);
  errno = code;
  return result(L, good);
}

static bool is_folder(int folder, const char *name) {
  struct stat about;
  return fstatat(folder, name, &about, 0) == 0 && S_ISDIR(about.st_mode);
}

/* list(folder) -> an array of its names, folders with a slash behind them;
   empty where it cannot be read. At most MOST. */
static int list(lua_State *L) {
  enum { MOST = 10000 };
  DIR *folder = opendir(luaL_checkstring(L, 1));
  lua_newtable(L);
  if (!folder)
    return 1;
  struct dirent *entry;
  for (int i = 1; i <= MOST && (entry = readdir(folder)); i++) {
    bool deeper = is_folder(dirfd(folder), entry->d_name);
    lua_pushfstring(L, "%s%s", entry->d_name, deeper ? "/" : "");
    lua_rawseti(L, -2, i);
  }
  closedir(folder);
  return 1;
}

/* --- the loop ------------------------------------------------------------ */

/* is_special(path) -> is there something that is no file, such as a pipe, which
   would be waited for? */
static int is_special(lua_State *L) {
  struct stat about;
  int found = stat(luaL_checkstring(L, 1), &about);
  lua_pushboolean(L, found == 0 && !S_ISREG(about.st_mode));
  return 1;
}

/* --- allocations --------------------------------------------------------- */

typedef struct tally {
  lua_Alloc f;
  void *context;
  lua_Integer count;
  size_t bytes;
} tally;

static void *allocate(void *context, void *block, size_t old, size_t size) {
  tally *t = context;
  size_t before = block ? old : 0;
  if (size > before) {
    t->count++;
    t->bytes += size - before;
  }
  return t->f(t->context, block, old, size);
}

/* allocations(f) -> how many times f() makes Lua ask for memory, bytes */
static int allocations(lua_State *L) {
  tally t = {0};
  luaL_checktype(L, 1, LUA_TFUNCTION);
  lua_settop(L, 1);
  t.f = lua_getallocf(L, &t.context);
  lua_setallocf(L, allocate, &t);
  int status = lua_pcall(L, 0, 0, 0);
  lua_setallocf(L, t.f, t.context);
  if (status != LUA_OK)
    return lua_error(L);
  lua_pushinteger(L, t.count);
  lua_pushinteger(L, (lua_Integer)t.bytes);
  return 2;
}

void session_push_functions(lua_State *L) {
  static const luaL_Reg functions[] = {{"call", call},
                                       {"message", message},
                                       {"clock", get_clock},
                                       {"allocations", allocations},
                                       {"append", append},
                                       {"list", list},
                                       {"is_special", is_special},
                                       {NULL, NULL}};
  luaL_newlib(L, functions);
}

/* Pushes the module; whatever has become of `require` since it was loaded. */
static bool push_module(lua_State *L, const char *name) {
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  if (lua_getfield(L, -1, name) == LUA_TTABLE)
    return true;
  lua_getglobal(L, "require");
  lua_pushstring(L, name);
  return host_report(L, lua_pcall(L, 1, 1, 0)) == LUA_OK;
}

bool session_run(lua_State *L, const char *module, void (*push)(lua_State *)) {
  enum { TOO_OFTEN = 100 };
  bool left = false;
  stoppable_open(L);
  host_watch(L, true); /* from here on Ctrl-C ends no more than an entry */
  host_unwatch(L);
  for (int i = 0; i < TOO_OFTEN && !left && push_module(L, module); i++) {
    lua_getfield(L, -1, "run");
    push(L);
    left = host_report(L, lua_pcall(L, 1, 0, 0)) == LUA_OK;
    lua_settop(L, 0);
  }
  lua_settop(L, 0);
  return left;
}
