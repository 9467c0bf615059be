/* lib_error.c: how C code raises, at which line of the user's; tracebacks; and
   looking for Ctrl-C. */
#include <stdarg.h>
#include <string.h>

#include "lib.h"

#define WHOLE "orthorun.whole_tracebacks" /* registry: true, or nil */

/* What the sources of the library's files begin with: one for the process, as
   the library is. */
static char library[4096] = "@";

void lib_set_library(const char *root) {
  if (strlen(root) < sizeof library)
    strcpy(library, root);
}

bool lib_is_ours(const char *source) {
  return library[1] && !strncmp(source, library, strlen(library));
}

/* Is the frame a line of Lua that is the user's? Fills in its source and line.
 */
static bool is_users(lua_State *L, lua_Debug *frame) {
  lua_getinfo(L, "Slnt", frame);
  return frame->currentline > 0 && !lib_is_ours(frame->source);
}

/* lib_push_place, of the frames from `level` on. */
static void push_place_from(lua_State *L, int level) {
  lua_Debug frame;
  for (; lua_getstack(L, level, &frame); level++)
    if (is_users(L, &frame)) {
      lua_pushfstring(L, "%s:%d: ", frame.short_src, frame.currentline);
      return;
    }
  if (lua_getfield(L, LUA_REGISTRYINDEX, LIB_LAST_LINE) != LUA_TSTRING) {
    lua_pop(L, 1);
    lua_pushliteral(L, "");
  }
}

void lib_push_place(lua_State *L) { push_place_from(L, 0); }

int lib_error(lua_State *L, const char *format, ...) {
  va_list args;
  va_start(args, format);
  lib_push_place(L);
  lua_pushvfstring(L, format, args);
  va_end(args);
  lua_concat(L, 2);
  return lua_error(L);
}

void lib_check(lua_State *L, const char *who, or_status status) {
  if (status != OR_OK)
    lib_error(L, "%s: %s", who, or_status_text(status));
}

void lib_poll(lua_State *L) {
  if (sys_interrupted) {
    sys_interrupted = 0;
    luaL_error(L, "interrupted!");
  }
}

int lib_failure(lua_State *L, sys_status status) {
  lib_poll(L);
  lua_pushnil(L);
  lua_pushstring(L, sys_status_text(status));
  return 2;
}

/* --- messages of errors from below --------------------------------------- */

/* The length of "file.lua:12: " at the front of a message; 0: there is none. */
static size_t place_length(const char *message) {
  size_t file = strcspn(message, ":\n");
  if (!strncmp(message, "[string \"", 9)) {
    const char *end = strstr(message, "\"]:");
    file = end ? (size_t)(end - message) + 2 : file;
  }
  size_t digits = strspn(message + file + (message[file] == ':'), "0123456789");
  const char *rest = message + file + 1 + digits;
  bool is_place = file && message[file] == ':' && digits;
  return is_place && !strncmp(rest, ": ", 2) ? file + 3 + digits : 0;
}

/* Was the error raised in a function of our own Lua library? */
static bool is_raised_by_us(lua_State *L, lua_Debug *frame, int level) {
  for (; lua_getstack(L, level, frame); level++) {
    lua_getinfo(L, "Sl", frame);
    if (frame->currentline > 0)
      return lib_is_ours(frame->source);
  }
  return false;
}

const char *lib_place_message(lua_State *L, const char *message, int level) {
  lua_Debug frame;
  size_t place = place_length(message);
  if (!strcmp(message, "interrupted!") || !is_raised_by_us(L, &frame, level))
    return message;
  lua_pushfstring(L, "%s:%d: ", frame.short_src, frame.currentline);
  bool is_bug = place && !strncmp(message, lua_tostring(L, -1), place);
  lua_pop(L, 1);
  if (place && !is_bug)
    return message;
  push_place_from(L, level);
  if (is_bug && strstr(message, "a nil value (local 'self')"))
    lua_pushfstring(L, "%scall it with a colon, as in object:method()",
                    lua_tostring(L, -1));
  else if (is_bug)
    lua_pushfstring(L, "%s%s (in orthorun, %s:%d)", lua_tostring(L, -1),
                    message + place, strrchr(frame.source, '/') + 1,
                    frame.currentline);
  else
    lua_pushfstring(L, "%s%s", lua_tostring(L, -1), message);
  return lua_tostring(L, -1);
}

/* --- tracebacks ---------------------------------------------------------- */

static void add_frame(lua_State *L, luaL_Buffer *b, const lua_Debug *frame) {
  lua_pushfstring(L, "\n\t%s:%d: in ", frame->short_src, frame->currentline);
  luaL_addvalue(b);
  if (*frame->what == 'm')
    luaL_addstring(b, "main chunk");
  else if (*frame->namewhat)
    lua_pushfstring(L, "%s '%s'", frame->namewhat, frame->name);
  else
    lua_pushfstring(L, "function <%s:%d>", frame->short_src,
                    frame->linedefined);
  if (*frame->what != 'm')
    luaL_addvalue(b);
}

int lib_stack_depth(lua_State *L) {
  lua_Debug frame;
  int low = 0, high = 1; /* low levels are there at least, high are not */
  while (lua_getstack(L, high - 1, &frame)) {
    low = high;
    high *= 2;
  }
  while (high - low > 1) {
    int middle = low + (high - low) / 2;
    if (lua_getstack(L, middle - 1, &frame))
      low = middle;
    else
      high = middle;
  }
  return low;
}

/* The level after this one that is looked at. Lua counts from the innermost to
   find a level, so of an endless recursion only both ends are. */
static int next_level(int level, int start, int end) {
  enum { NEAR = 50 };
  bool skips = level + 1 == start + NEAR && end - NEAR > level;
  return skips ? end - NEAR : level + 1;
}

static int count_frames(lua_State *L, int start, int end) {
  lua_Debug frame;
  int count = 0;
  for (int i = start; i < end; i = next_level(i, start, end))
    if (lua_getstack(L, i, &frame))
      count += is_users(L, &frame);
  return count;
}

/* The user's frames alone; nothing where there is only one and the message
   names it. Of many the innermost and the outermost. */
static void push_users_frames(lua_State *L, const char *message, int start,
                              int end) {
  enum { ENDS = 10 };
  lua_Debug frame;
  luaL_Buffer b;
  int count = count_frames(L, start, end), k = 0;
  bool shown = count > (place_length(message) > 0);
  luaL_buffinit(L, &b);
  luaL_addstring(&b, message);
  if (shown)
    luaL_addstring(&b, "\nstack traceback:");
  for (int i = start; shown && i < end; i = next_level(i, start, end)) {
    if (!lua_getstack(L, i, &frame) || !is_users(L, &frame))
      continue;
    if (k < ENDS || k >= count - ENDS)
      add_frame(L, &b, &frame);
    else if (k == ENDS)
      luaL_addstring(&b, "\n\t...");
    k++;
  }
  luaL_pushresult(&b);
}

/* Cuts the last line of a whole traceback, which is the host's own C. */
static void cut_host_frame(lua_State *L) {
  static const char frame[] = "\n\t[C]: in ?";
  size_t length, cut = sizeof frame - 1;
  const char *text = lua_tolstring(L, -1, &length);
  if (length >= cut && !strcmp(text + length - cut, frame))
    lua_pushlstring(L, text, length - cut);
}

void lib_push_traceback(lua_State *L, const char *message, int level,
                        int outer) {
  bool whole = lua_getfield(L, LUA_REGISTRYINDEX, WHOLE) != LUA_TNIL;
  lua_pop(L, 1);
  if (!whole) {
    push_users_frames(L, message, level, lib_stack_depth(L) - outer);
    return;
  }
  luaL_traceback(L, L, message, level);
  cut_host_frame(L);
}

void lib_whole_tracebacks(lua_State *L) {
  lua_pushboolean(L, true);
  lua_setfield(L, LUA_REGISTRYINDEX, WHOLE);
}
