/* repl.c: what the prompt needs of the terminal and of the process, as Lua
   functions. The prompt itself is written in Lua (lua/orthorun/prompt). */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../bind/lib.h"
#include "../system/apart.h"
#include "host.h"
#include "line.h"

/* --- lines -------------------------------------------------------------------
 */

/* read(prompt) -> line | nil, "end" | nil, "cancelled" */
static int read_line(lua_State *L) {
  char *line;
  size_t length;
  switch (line_read(luaL_checkstring(L, 1), &line, &length)) {
  case LINE_READ:
    lua_pushlstring(L, line, length);
    free(line);
    return 1;
  case LINE_CANCELLED:
    luaL_pushfail(L);
    lua_pushliteral(L, "cancelled");
    return 2;
  default:
    luaL_pushfail(L);
    lua_pushliteral(L, "end");
    return 2;
  }
}

/* peek() -> the pasted line that comes next, as far as it is known | nil */
static int peek(lua_State *L) {
  char *line = line_peek();
  lua_pushstring(L, line); /* nil for NULL */
  free(line);
  return 1;
}

/* remember(entry): what the arrows recall */
static int remember(lua_State *L) {
  line_remember(luaL_checkstring(L, 1));
  return 0;
}

/* drop_input(): forgets what was typed ahead or pasted */
static int drop_input(lua_State *L) {
  (void)L;
  line_drop_input();
  return 0;
}

/* --- completion --------------------------------------------------------------
 */

/* Calls the Lua function (text) -> insert, show. What it raises is no more
   than "nothing known". */
static line_answer call_completer(void *context, const char *text) {
  lua_State *L = context;
  line_answer answer = {NULL, NULL};
  int top = lua_gettop(L);
  if (lua_checkstack(L, LUA_MINSTACK) &&
      lua_getfield(L, LUA_REGISTRYINDEX, "orthorun.completer") ==
          LUA_TFUNCTION) {
    lua_pushstring(L, text);
    if (lua_pcall(L, 1, 2, 0) == LUA_OK) {
      answer.insert = lua_tostring(L, -2);
      answer.show = lua_tostring(L, -1);
      lua_setfield(L, LUA_REGISTRYINDEX, "orthorun.shown");
      lua_setfield(L, LUA_REGISTRYINDEX, "orthorun.inserted");
    }
  }
  lua_settop(L, top);
  return answer;
}

/* set_completer(f): f(text up to the cursor) -> what to insert, what to show */
static int set_completer(lua_State *L) {
  luaL_checktype(L, 1, LUA_TFUNCTION);
  lua_settop(L, 1);
  lua_setfield(L, LUA_REGISTRYINDEX, "orthorun.completer");
  lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_MAINTHREAD);
  line_set_completer(call_completer, lua_tothread(L, -1));
  return 0;
}

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

/* --- the prompt ---------------------------------------------------------- */

static const luaL_Reg functions[] = {{"read", read_line},
                                     {"peek", peek},
                                     {"remember", remember},
                                     {"drop_input", drop_input},
                                     {"set_completer", set_completer},
                                     {"call", call},
                                     {"message", message},
                                     {"clock", get_clock},
                                     {"append", append},
                                     {"list", list},
                                     {NULL, NULL}};

static void push_host(lua_State *L) {
  luaL_newlib(L, functions);
  lua_pushboolean(L, line_is_edited());
  lua_setfield(L, -2, "edited");
  lua_pushboolean(L, isatty(STDIN_FILENO) && isatty(STDOUT_FILENO));
  lua_setfield(L, -2, "interactive");
}

/* Pushes the module; whatever has become of `require` since it was loaded. */
static bool push_prompt(lua_State *L) {
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  if (lua_getfield(L, -1, "orthorun.prompt") == LUA_TTABLE)
    return true;
  lua_getglobal(L, "require");
  lua_pushliteral(L, "orthorun.prompt");
  return host_report(L, lua_pcall(L, 1, 1, 0)) == LUA_OK;
}

/* Runs the loop; true when the user has left it. An error in the prompt's own
   code is told, and the session goes on. */
static bool run_loop(lua_State *L) {
  if (!push_prompt(L))
    return true;
  lua_getfield(L, -1, "run");
  push_host(L);
  return host_report(L, lua_pcall(L, 1, 0, 0)) == LUA_OK;
}

void host_repl(lua_State *L) {
  enum { TOO_OFTEN = 100 };
  line_open();
  host_set_program(NULL);
  host_watch(L, true);
  host_unwatch(L);
  for (int i = 0; i < TOO_OFTEN && !run_loop(L); i++)
    lua_settop(L, 0);
  lua_settop(L, 0);
  putchar('\n');
  fflush(stdout);
}
