/* stoppable.c: see stoppable.h. Patterns are matched by pattern.c; the rest
   does as Lua's own functions do, in pieces, or calls them for each. */
#include "stoppable.h"

#include <ctype.h>
#include <lauxlib.h>
#include <lualib.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "../bind/lib.h"
#include "pattern.h"

/* --- arguments ----------------------------------------------------------- */

typedef struct text {
  const char *at;
  size_t size;
} text;

static text check_text(lua_State *L, int arg) {
  text t;
  t.at = luaL_checklstring(L, arg, &t.size);
  return t;
}

/* Where a search begins, from 0; negative numbers count from the end. */
static size_t check_begin(lua_State *L, int arg, size_t size) {
  lua_Integer i = luaL_optinteger(L, arg, 1);
  if (i > 0)
    return (size_t)i - 1;
  return i == 0 || i < -(lua_Integer)size ? 0 : size + (size_t)i;
}

static pattern_matcher prepare(lua_State *L, text s, text p, bool may_anchor) {
  return pattern_prepare(L, s.at, s.size, p.at, p.size, may_anchor);
}

/* --- find and match ------------------------------------------------------ */

static bool is_plain(text p) {
  for (size_t i = 0; i < p.size; i++)
    if (p.at[i] && strchr("^$*+?.([%-", p.at[i]))
      return false;
  return true;
}

static int push_places(lua_State *L, text s, const char *from, const char *to) {
  lua_pushinteger(L, from - s.at + 1);
  lua_pushinteger(L, to - s.at);
  return 2;
}

static int find_text(lua_State *L, text s, text p, size_t begin) {
  const char *found =
      pattern_find_text(L, s.at + begin, s.size - begin, p.at, p.size);
  if (found)
    return push_places(L, s, found, found + p.size);
  luaL_pushfail(L);
  return 1;
}

static int search(lua_State *L, bool find) {
  text s = check_text(L, 1), p = check_text(L, 2);
  size_t begin = check_begin(L, 3, s.size);
  if (begin > s.size) {
    luaL_pushfail(L);
    return 1;
  }
  if (find && (lua_toboolean(L, 4) || is_plain(p)))
    return find_text(L, s, p, begin);
  pattern_matcher m = prepare(L, s, p, true);
  const char *from = s.at + begin;
  do {
    const char *to = pattern_match(&m, from);
    if (to && find)
      return push_places(L, s, from, to) + pattern_push_captures(&m, NULL, to);
    if (to)
      return pattern_push_captures(&m, from, to);
  } while (from++ < m.subject_end && !m.anchored);
  luaL_pushfail(L);
  return 1;
}

static int string_find(lua_State *L) { return search(L, true); }
static int string_match(lua_State *L) { return search(L, false); }

/* --- gmatch -------------------------------------------------------------- */

/* Upvalues 1 and 2: the two texts; 3: this. */
typedef struct walk {
  const char *from, *last; /* where to go on; the end of the last match */
  pattern_matcher matcher;
} walk;

static int next_match(lua_State *L) {
  walk *w = lua_touserdata(L, lua_upvalueindex(3));
  w->matcher.L = L;
  for (const char *s = w->from; s <= w->matcher.subject_end; s++) {
    const char *e = pattern_match(&w->matcher, s);
    if (e && e != w->last) {
      w->from = w->last = e;
      return pattern_push_captures(&w->matcher, s, e);
    }
  }
  return 0;
}

static int string_gmatch(lua_State *L) {
  text s = check_text(L, 1), p = check_text(L, 2);
  size_t begin = check_begin(L, 3, s.size);
  lua_settop(L, 2);
  walk *w = lua_newuserdatauv(L, sizeof *w, 0);
  w->matcher = prepare(L, s, p, false);
  w->from = s.at + (begin > s.size ? s.size + 1 : begin);
  w->last = NULL;
  lua_pushcclosure(L, next_match, 3);
  return 1;
}

/* --- gsub ---------------------------------------------------------------- */

/* Adds the replacement, in which %1 stands for captures. */
static void add_text(pattern_matcher *m, luaL_Buffer *b, const char *s,
                     const char *e) {
  lua_State *L = m->L;
  text with = check_text(L, 3);
  const char *end = with.at + with.size, *p;
  while ((p = memchr(with.at, '%', (size_t)(end - with.at)))) {
    luaL_addlstring(b, with.at, (size_t)(p - with.at));
    p++;
    if (*p == '%') {
      luaL_addchar(b, '%');
    } else if (*p == '0') {
      luaL_addlstring(b, s, (size_t)(e - s));
    } else if (isdigit((unsigned char)*p)) {
      pattern_push_capture(m, *p - '1', s, e);
      luaL_tolstring(L, -1, NULL);
      lua_remove(L, -2);
      luaL_addvalue(b);
    } else {
      luaL_error(L, "invalid use of '%%' in replacement string");
    }
    with.at = p + 1;
  }
  luaL_addlstring(b, with.at, (size_t)(end - with.at));
}

/* Adds what the table or function gives for the match; the match itself for
   false and nil. Is it another? */
static bool add_value(pattern_matcher *m, luaL_Buffer *b, const char *s,
                      const char *e) {
  lua_State *L = m->L;
  if (lua_type(L, 3) == LUA_TFUNCTION) {
    lua_pushvalue(L, 3);
    lua_call(L, pattern_push_captures(m, s, e), 1);
  } else {
    pattern_push_capture(m, 0, s, e);
    lua_gettable(L, 3);
  }
  if (!lua_toboolean(L, -1)) {
    lua_pop(L, 1);
    luaL_addlstring(b, s, (size_t)(e - s));
    return false;
  }
  if (!lua_isstring(L, -1))
    luaL_error(L, "invalid replacement value (a %s)", luaL_typename(L, -1));
  luaL_addvalue(b);
  return true;
}

static bool add_replacement(pattern_matcher *m, luaL_Buffer *b, const char *s,
                            const char *e) {
  int type = lua_type(m->L, 3);
  if (type == LUA_TTABLE || type == LUA_TFUNCTION)
    return add_value(m, b, s, e);
  add_text(m, b, s, e);
  return true;
}

/* Adds the subject with up to `most` replacements; how many, and whether
   anything was changed. */
static lua_Integer replace(pattern_matcher *m, luaL_Buffer *b, lua_Integer most,
                           bool *changed) {
  const char *s = m->subject, *last = NULL;
  lua_Integer count = 0;
  while (count < most) {
    const char *e = pattern_match(m, s);
    if (e && e != last) {
      count++;
      *changed |= add_replacement(m, b, s, e);
      s = last = e;
    } else if (s < m->subject_end) {
      luaL_addchar(b, *s);
      s++;
    } else {
      break;
    }
    if (m->anchored)
      break;
  }
  luaL_addlstring(b, s, (size_t)(m->subject_end - s));
  return count;
}

static int string_gsub(lua_State *L) {
  text s = check_text(L, 1), p = check_text(L, 2);
  int type = lua_type(L, 3);
  lua_Integer most = luaL_optinteger(L, 4, (lua_Integer)s.size + 1);
  luaL_argexpected(L,
                   type == LUA_TNUMBER || type == LUA_TSTRING ||
                       type == LUA_TFUNCTION || type == LUA_TTABLE,
                   3, "string/function/table");
  pattern_matcher m = prepare(L, s, p, true);
  bool changed = false;
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  lua_Integer count = replace(&m, &b, most, &changed);
  if (changed)
    luaL_pushresult(&b);
  else
    lua_pushvalue(L, 1);
  lua_pushinteger(L, count);
  return 2;
}

/* --- rep ----------------------------------------------------------------- */

enum { PIECE = 1 << 20 }; /* bytes between two looks at Ctrl-C */

/* Fills `size` bytes with what the first `unit` of them repeat. */
static void repeat(lua_State *L, char *to, size_t unit, size_t size) {
  for (size_t done = unit; done < size;) {
    size_t more = done < PIECE ? done : PIECE / unit * unit;
    if (more == 0)
      more = unit;
    if (more > size - done)
      more = size - done;
    memcpy(to + done, to, more);
    done += more;
    lib_poll(L);
  }
}

static int string_rep(lua_State *L) {
  static const size_t most =
      sizeof(size_t) < sizeof(lua_Integer) ? SIZE_MAX : (size_t)LUA_MAXINTEGER;
  text s = check_text(L, 1);
  lua_Integer n = luaL_checkinteger(L, 2);
  size_t between;
  const char *separator = luaL_optlstring(L, 3, "", &between);
  size_t unit = s.size + between;
  if (n <= 0 || unit == 0) {
    lua_pushliteral(L, "");
    return 1;
  }
  if (unit < s.size || unit > most / (size_t)n)
    return luaL_error(L, "resulting string too large");
  luaL_Buffer b;
  size_t size = unit * (size_t)n - between;
  char *to = luaL_buffinitsize(L, &b, size);
  memcpy(to, s.at, s.size);
  if (n > 1)
    memcpy(to + s.size, separator, between);
  repeat(L, to, n > 1 ? unit : size, size);
  luaL_pushresultsize(&b, size);
  return 1;
}

/* --- tables -------------------------------------------------------------- */

enum { MANY = 1 << 17 }; /* elements: a few milliseconds */

/* A table without metamethods whose length, of `many` at least, it gives; 0
   for another. */
static lua_Integer long_table(lua_State *L, lua_Integer many) {
  if (lua_type(L, 1) != LUA_TTABLE || lua_getmetatable(L, 1))
    return 0;
  lua_Integer n = (lua_Integer)lua_rawlen(L, 1);
  return n >= many ? n : 0;
}

/* Calls Lua's own, upvalue 1, with all arguments. */
static int call_own(lua_State *L) {
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
  return lua_gettop(L);
}

/* Pushes Lua's own table.concat(t, separator, from, to). */
static void concat_piece(lua_State *L, lua_Integer from, lua_Integer to) {
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_pushvalue(L, 1);
  lua_pushvalue(L, 2);
  lua_pushinteger(L, from);
  lua_pushinteger(L, to);
  lua_call(L, 4, 1);
}

static int table_concat(lua_State *L) {
  int top = lua_gettop(L);
  lua_Integer n = top <= 2 ? long_table(L, MANY) : 0;
  lua_settop(L, top);
  if (n == 0)
    return call_own(L);
  lua_settop(L, 2);
  size_t size;
  const char *separator = luaL_optlstring(L, 2, "", &size);
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  for (lua_Integer i = 1; i <= n; i += MANY) {
    lib_poll(L);
    if (i > 1)
      luaL_addlstring(&b, separator, size);
    concat_piece(L, i, i + MANY - 1 < n ? i + MANY - 1 : n);
    luaL_addvalue(&b);
  }
  luaL_pushresult(&b);
  return 1;
}

static int is_less(lua_State *L) {
  lib_poll(L);
  lua_pushboolean(L, lua_compare(L, 1, 2, LUA_OPLT));
  return 1;
}

/* Without a function, Lua compares inside of C. */
static int table_sort(lua_State *L) {
  int top = lua_gettop(L);
  bool own = !lua_isnoneornil(L, 2) || long_table(L, MANY) == 0;
  lua_settop(L, top);
  if (!own) {
    lua_settop(L, 1);
    lua_pushcfunction(L, is_less);
  }
  return call_own(L);
}

/* Lua's own table.move(t, from, to, at, [other]), with the stack as it is. */
static void move_piece(lua_State *L, lua_Integer from, lua_Integer to,
                       lua_Integer at) {
  lib_poll(L);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_pushvalue(L, 1);
  lua_pushinteger(L, from);
  lua_pushinteger(L, to);
  lua_pushinteger(L, at);
  lua_pushvalue(L, 5);
  lua_call(L, 5, 0);
}

/* Where pieces overlap, the order of Lua's own loop. */
static int move_in_pieces(lua_State *L, lua_Integer from, lua_Integer to,
                          lua_Integer at) {
  bool other = !lua_isnoneornil(L, 5) && !lua_compare(L, 1, 5, LUA_OPEQ);
  lua_Integer n = to - from + 1, rest = n % MANY;
  lua_settop(L, 5);
  if (at > to || at <= from || other) {
    for (lua_Integer i = 0; i < n - rest; i += MANY)
      move_piece(L, from + i, from + i + MANY - 1, at + i);
    move_piece(L, to - rest + 1, to, at + n - rest);
  } else {
    move_piece(L, to - rest + 1, to, at + n - rest);
    for (lua_Integer i = n - rest - MANY; i >= 0; i -= MANY)
      move_piece(L, from + i, from + i + MANY - 1, at + i);
  }
  lua_pushvalue(L, lua_isnoneornil(L, 5) ? 1 : 5);
  return 1;
}

static int table_move(lua_State *L) {
  lua_Integer from = luaL_checkinteger(L, 2), to = luaL_checkinteger(L, 3),
              at = luaL_checkinteger(L, 4);
  bool small = to < from || (from > 0 && to - from < MANY);
  bool wrong = !small && ((from <= 0 && to >= LUA_MAXINTEGER + from) ||
                          at > LUA_MAXINTEGER - (to - from));
  return small || wrong ? call_own(L) : move_in_pieces(L, from, to, at);
}

/* --- programs ------------------------------------------------------------ */

/* While a program runs, Ctrl-C is its alone: C's system() ignores it. A program
   that has ended by it takes the entry along, as in a shell. */
static int os_execute(lua_State *L) {
  enum { BY_SHELL = 128 + SIGINT };
  int results = call_own(L);
  const char *how = results == 3 ? lua_tostring(L, 2) : NULL;
  lua_Integer code = lua_tointeger(L, 3);
  if (how && (strcmp(how, "signal") ? code == BY_SHELL : code == SIGINT)) {
    raise(SIGINT);
    lib_poll(L);
  }
  return results;
}

/* --- all of them --------------------------------------------------------- */

/* Replaces a function of the table on top, which becomes its upvalue. */
static void replace_function(lua_State *L, const char *name, lua_CFunction f) {
  lua_getfield(L, -1, name);
  lua_pushcclosure(L, f, 1);
  lua_setfield(L, -2, name);
}

void stoppable_open(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"find", string_find}, {"match", string_match}, {"gmatch", string_gmatch},
      {"gsub", string_gsub}, {"rep", string_rep},     {NULL, NULL}};
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  if (lua_getfield(L, -1, LUA_STRLIBNAME) == LUA_TTABLE)
    luaL_setfuncs(L, functions, 0);
  lua_pop(L, 1);
  if (lua_getfield(L, -1, LUA_TABLIBNAME) == LUA_TTABLE) {
    replace_function(L, "concat", table_concat);
    replace_function(L, "sort", table_sort);
    replace_function(L, "move", table_move);
  }
  lua_pop(L, 1);
  if (lua_getfield(L, -1, LUA_OSLIBNAME) == LUA_TTABLE)
    replace_function(L, "execute", os_execute);
  lua_pop(L, 2);
}
