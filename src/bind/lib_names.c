/* lib_names.c: which known name a misspelt one stands for. C and the Lua
   library (orthorun.base.names) answer by the same rule. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lib.h"

enum { LONGEST = 63 };

static int smaller(int a, int b) { return a < b ? a : b; }

static int differ(char a, char b) {
  return tolower((unsigned char)a) != tolower((unsigned char)b);
}

/* Levenshtein distance of two names of at most LONGEST letters, in any case. */
static int edit_distance(const char *a, const char *b) {
  int row[LONGEST + 1];
  int m = (int)strlen(a), n = (int)strlen(b);
  for (int j = 0; j <= n; j++)
    row[j] = j;
  for (int i = 1; i <= m; i++) {
    int diagonal = row[0];
    row[0] = i;
    for (int j = 1; j <= n; j++) {
      int replaced = diagonal + differ(a[i - 1], b[j - 1]);
      diagonal = row[j];
      row[j] = smaller(smaller(row[j], row[j - 1]) + 1, replaced);
    }
  }
  return row[n];
}

static bool begins_with(const char *name, const char *start) {
  while (*start && !differ(*name, *start))
    name++, start++;
  return *start == '\0';
}

/* How far `name` is from `known`; LONGEST + 1 where that is too far for a slip
   of the finger: more than two letters and than a third of the name, or all
   that `known` has. The first three or more letters of `known` are near. */
static int slip(const char *name, const char *known) {
  int length = (int)strlen(name), wanted = (int)strlen(known);
  if (length > LONGEST || wanted > LONGEST)
    return LONGEST + 1;
  if (length >= 3 && begins_with(known, name))
    return 1;
  int d = edit_distance(name, known);
  int most = length / 3 > 2 ? length / 3 : 2;
  return d <= most && d < wanted ? d : LONGEST + 1;
}

const char *lib_nearest_name(const char *name, const char *const list[]) {
  const char *best = NULL;
  int least = LONGEST + 1;
  for (int i = 0; list[i]; i++) {
    int d = slip(name, list[i]);
    if (d < least) {
      least = d;
      best = list[i];
    }
  }
  return best;
}

/* nearest(name, known) -> the string of the array `known` that `name` most
   likely stands for, the first of several; nil where none is near. */
int lib_nearest(lua_State *L) {
  const char *name = lib_checkstring(L, 1, NULL);
  int least = LONGEST + 1;
  lib_checktable(L, 2);
  lua_settop(L, 2);
  lua_pushnil(L);
  for (lua_Integer i = 1; lua_rawgeti(L, 2, i) == LUA_TSTRING; i++) {
    int d = slip(name, lua_tostring(L, -1));
    if (d < least) {
      least = d;
      lua_copy(L, -1, 3);
    }
    lua_pop(L, 1);
  }
  lua_settop(L, 3);
  return 1;
}

/* Of two names that are as near: the one whose length is nearer, then the first
   in the alphabet. */
static bool is_before(const char *a, const char *b, const char *name) {
  int length = (int)strlen(name);
  int m = abs((int)strlen(a) - length), n = abs((int)strlen(b) - length);
  return m < n || (m == n && strcmp(a, b) < 0);
}

const char *lib_nearest_key(lua_State *L, int idx, const char *name) {
  int least = LONGEST + 1;
  idx = lua_absindex(L, idx);
  lua_pushnil(L); /* the best so far */
  for (lua_pushnil(L); lua_next(L, idx); lua_pop(L, 1)) {
    if (lua_type(L, -2) != LUA_TSTRING)
      continue;
    const char *key = lua_tostring(L, -2), *best = lua_tostring(L, -3);
    int d = slip(name, key);
    if (d < least || (best && d == least && is_before(key, best, name))) {
      least = d;
      lua_pushvalue(L, -2);
      lua_replace(L, -4);
    }
  }
  if (least <= LONGEST)
    return lua_tostring(L, -1);
  lua_pop(L, 1);
  return NULL;
}

int lib_unknown(lua_State *L, const char *who, const char *what,
                const char *name, const char *const list[]) {
  const char *near = lib_nearest_name(name, list);
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  for (int i = 0; list[i]; i++) {
    luaL_addstring(&b, i ? ", " : "");
    luaL_addstring(&b, list[i]);
  }
  luaL_pushresult(&b);
  const char *known = list[0] ? lua_tostring(L, -1) : "none";
  if (near)
    return lib_error(L, "%s: unknown %s '%s' (did you mean '%s'? known: %s)",
                     who, what, name, near, known);
  return lib_error(L, "%s: unknown %s '%s' (known: %s)", who, what, name,
                   known);
}
