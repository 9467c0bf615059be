/* memory.c: the allocator of Lua's memory, which remembers what it could not
   give and at which line, since Lua's own error has neither. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../bind/lib.h"
#include "host.h"

/* The last request that was refused; wanted 0: none was. */
static struct {
  size_t wanted;
  char place[LUA_IDSIZE + 24]; /* "file.lua:3: ", or nothing */
} refused;

/* May the stack be looked at while this block grows? From 5.4.5 on Lua keeps
   offsets in place of pointers while it moves a stack, which is a block like
   others. */
static bool may_look(const void *block) {
  return LUA_VERSION_RELEASE_NUM < 50405 || !block;
}

/* Fills in the line of the user's that runs. Makes nothing in Lua. */
static void note_place(lua_State *L) {
  lua_Debug frame;
  for (int level = 0; lua_getstack(L, level, &frame); level++) {
    lua_getinfo(L, "Sl", &frame);
    if (frame.currentline > 0 && !lib_is_ours(frame.source)) {
      snprintf(refused.place, sizeof refused.place, "%s:%d: ", frame.short_src,
               frame.currentline);
      return;
    }
  }
}

static void note(const void *block, size_t size) {
  lua_State *L = host_running();
  refused.wanted = size;
  refused.place[0] = '\0';
  if (L && may_look(block))
    note_place(L);
}

static void *allocate(void *context, void *block, size_t before, size_t size) {
  (void)context;
  (void)before;
  if (size == 0) {
    free(block);
    return NULL;
  }
  void *moved = realloc(block, size);
  if (!moved)
    note(block, size);
  return moved;
}

void host_keep_refusals(lua_State *L) { lua_setallocf(L, allocate, NULL); }

/* The message with "not enough memory" for `message`. */
const char *host_memory_message(lua_State *L, const char *message) {
  if (!refused.wanted || strcmp(message, "not enough memory") != 0)
    return message;
  lua_pushfstring(L, "%snot enough memory: %s were asked for", refused.place,
                  lib_size_text(L, (double)refused.wanted));
  return lua_tostring(L, -1);
}

int host_explain_memory(lua_State *L) {
  lua_pushstring(L, host_memory_message(L, luaL_checkstring(L, 1)));
  return 1;
}
