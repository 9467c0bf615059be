/* lines.c: which lines of the library's Lua the tests run, in whatever process:
   linked into the program of `make coverage` alone, around functions of others
   (ld's --wrap), so that src/ knows nothing of it. A file of LINES_FOLDER per
   module has a byte for each line, and every process has it in its memory:
   nothing is written at an end, which a worker that is killed would not reach.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <lauxlib.h>
#include <lua.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { LINES = 1 << 14, MODULES = 1024 };

static struct module {
  char source[512];
  unsigned char *lines; /* NULL: none of ours */
} modules[MODULES];

lua_State *__real_luaL_newstate(void);
void __real_lua_sethook(lua_State *L, lua_Hook hook, int mask, int count);
void __real__exit(int status);
void __gcov_dump(void);
lua_State *__wrap_luaL_newstate(void);
void __wrap_lua_sethook(lua_State *L, lua_Hook hook, int mask, int count);
void __wrap__exit(int status);

/* ".../lua/orthorun/net/mlp.lua" in memory as LINES_FOLDER/net.mlp.lua. */
static unsigned char *open_lines(const char *source) {
  static const char ours[] = "/lua/orthorun/";
  char path[1024];
  const char *name = strstr(source, ours);
  if (*source != '@' || !name)
    return NULL;
  int size = snprintf(path, sizeof path, "%s/%s", LINES_FOLDER,
                      name + sizeof ours - 1);
  if (size >= (int)sizeof path)
    return NULL;
  for (char *c = path + sizeof LINES_FOLDER; *c; c++)
    if (*c == '/')
      *c = '.';
  int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (fd < 0 || ftruncate(fd, LINES) != 0)
    return NULL;
  void *lines = mmap(NULL, LINES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  return lines == MAP_FAILED ? NULL : lines;
}

static struct module *find_module(const char *source) {
  static unsigned last;
  if (!strcmp(modules[last].source, source))
    return &modules[last];
  unsigned hash = 5381;
  for (const char *c = source; *c; c++)
    hash = hash * 33 + (unsigned char)*c;
  for (unsigned i = 0; i < MODULES; i++) {
    struct module *m = &modules[last = (hash + i) % MODULES];
    if (!strcmp(m->source, source))
      return m;
    if (!*m->source) {
      strcpy(m->source, source);
      m->lines = open_lines(source);
      return m;
    }
  }
  return NULL;
}

static void on_line(lua_State *L, lua_Debug *where) {
  lua_getinfo(L, "S", where);
  if (where->srclen == 0 || where->srclen >= sizeof modules->source)
    return;
  struct module *m = find_module(where->source);
  if (m && m->lines && where->currentline > 0 && where->currentline < LINES)
    m->lines[where->currentline] = 1;
}

lua_State *__wrap_luaL_newstate(void) {
  lua_State *L = __real_luaL_newstate();
  if (L)
    __real_lua_sethook(L, on_line, LUA_MASKLINE, 0);
  return L;
}

/* Where the program takes its hook away, ours comes back. */
void __wrap_lua_sethook(lua_State *L, lua_Hook hook, int mask, int count) {
  if (hook)
    __real_lua_sethook(L, hook, mask, count);
  else
    __real_lua_sethook(L, on_line, LUA_MASKLINE, 0);
}

/* Workers end by it; gcov would lose what they did. */
void __wrap__exit(int status) {
  __gcov_dump();
  __real__exit(status);
}
