/* pattern.h: matching of Lua's patterns that Ctrl-C can stop. Lua's own
   matcher looks at nothing until it is done, and a pattern like "a?a?a?aaa" can
   keep it busy for years. */
#ifndef ORTHORUN_PATTERN_H
#define ORTHORUN_PATTERN_H

#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

enum { PATTERN_CAPTURES = 32, CAPTURE_OPEN = -1, CAPTURE_POSITION = -2 };

typedef struct pattern_capture {
  const char *at;
  ptrdiff_t length; /* or CAPTURE_OPEN, CAPTURE_POSITION */
} pattern_capture;

/* A subject and a pattern, which must stay while it is used; and the captures
   of the last match. */
typedef struct pattern_matcher {
  lua_State *L;
  const char *subject, *subject_end, *pattern, *pattern_end;
  bool anchored; /* it began with '^', which `pattern` no longer has */
  int level;     /* captures begun */
  int depth;     /* calls left */
  unsigned steps;
  pattern_capture captures[PATTERN_CAPTURES];
} pattern_matcher;

/* may_anchor: is a '^' at the beginning an anchor? */
pattern_matcher pattern_prepare(lua_State *L, const char *subject, size_t size,
                                const char *pattern, size_t length,
                                bool may_anchor);
/* The end of the match that begins at s, or NULL. Raises, as Lua does, where
   the pattern is malformed, and after Ctrl-C. */
const char *pattern_match(pattern_matcher *m, const char *s);
/* The first place from s on where text is found as it is, or NULL. */
const char *pattern_find_text(lua_State *L, const char *s, size_t size,
                              const char *text, size_t length);
/* Pushes capture i (from 0) of the match s to e; where there are none, capture
   0 is the match. */
void pattern_push_capture(pattern_matcher *m, int i, const char *s,
                          const char *e);
/* Pushes all; the match where there are none, unless s is NULL. How many. */
int pattern_push_captures(pattern_matcher *m, const char *s, const char *e);

#endif
