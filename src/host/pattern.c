/* pattern.c: see pattern.h. It means what Lua 5.4's manual says in 6.4.1, with
   the same errors and limits; tests/prompt/patterns_spec.lua compares the two.
 */
#include "pattern.h"

#include <ctype.h>
#include <string.h>

#include "../bind/lib.h"
#include "../system/status.h"

enum { ESCAPE = '%', MOST_DEPTH = 200, STEPS = 1 << 12 };

typedef pattern_matcher matcher;

static const char *match(matcher *m, const char *s, const char *p);

static unsigned char byte(const char *s) { return (unsigned char)*s; }

/* Looks at Ctrl-C now and then. */
static void count_step(matcher *m) {
  if (++m->steps % STEPS == 0)
    lib_poll(m->L);
}

pattern_matcher pattern_prepare(lua_State *L, const char *subject, size_t size,
                                const char *pattern, size_t length,
                                bool may_anchor) {
  matcher m = {.L = L,
               .subject = subject,
               .subject_end = subject + size,
               .pattern = pattern,
               .pattern_end = pattern + length};
  m.anchored = may_anchor && *pattern == '^';
  m.pattern += m.anchored;
  return m;
}

/* --- single characters --------------------------------------------------- */

static int is_zero(int c) { return c == 0; } /* for patterns of Lua 5.1 */

/* Does c belong to the class %letter? */
static bool is_in_class(int c, int letter) {
  static const struct {
    char letter;
    int (*is)(int);
  } classes[] = {{'a', isalpha},  {'c', iscntrl}, {'d', isdigit},
                 {'g', isgraph},  {'l', islower}, {'p', ispunct},
                 {'s', isspace},  {'u', isupper}, {'w', isalnum},
                 {'x', isxdigit}, {'z', is_zero}};
  for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
    if (classes[i].letter == tolower(letter))
      return (classes[i].is(c) != 0) != (isupper(letter) != 0);
  return c == letter;
}

/* Does c belong to the set from '[' at p to ']' at last? */
static bool is_in_set(int c, const char *p, const char *last) {
  bool inside = p[1] != '^';
  for (p += inside ? 1 : 2; p < last; p++) {
    if (*p == ESCAPE) {
      if (is_in_class(c, byte(++p)))
        return inside;
    } else if (p[1] == '-' && p + 2 < last) {
      p += 2;
      if (byte(p - 2) <= c && c <= byte(p))
        return inside;
    } else if (byte(p) == c) {
      return inside;
    }
  }
  return !inside;
}

/* Behind the set that begins before p. */
static const char *end_of_set(matcher *m, const char *p) {
  p += *p == '^';
  do { /* the first character is no end, whatever it is */
    if (p == m->pattern_end)
      luaL_error(m->L, "malformed pattern (missing ']')");
    if (*p++ == ESCAPE && p < m->pattern_end)
      p++;
  } while (*p != ']');
  return p + 1;
}

/* Behind the item at p that stands for one character. */
static const char *end_of_item(matcher *m, const char *p) {
  if (*p == '[')
    return end_of_set(m, p + 1);
  if (*p++ != ESCAPE)
    return p;
  if (p == m->pattern_end)
    luaL_error(m->L, "malformed pattern (ends with '%%')");
  return p + 1;
}

static bool fits(matcher *m, const char *s, const char *p, const char *end) {
  if (s >= m->subject_end)
    return false;
  switch (*p) {
  case '.':
    return true;
  case ESCAPE:
    return is_in_class(byte(s), byte(p + 1));
  case '[':
    return is_in_set(byte(s), p, end - 1);
  default:
    return *p == *s;
  }
}

/* --- repetitions --------------------------------------------------------- */

/* As many as there are, and then fewer. */
static const char *match_most(matcher *m, const char *s, const char *p,
                              const char *end) {
  ptrdiff_t count = 0;
  while (fits(m, s + count, p, end)) {
    count_step(m);
    count++;
  }
  for (; count >= 0; count--) {
    const char *found = match(m, s + count, end + 1);
    if (found)
      return found;
  }
  return NULL;
}

/* As few as do. */
static const char *match_least(matcher *m, const char *s, const char *p,
                               const char *end) {
  for (;; s++) {
    const char *found = match(m, s, end + 1);
    if (found)
      return found;
    if (!fits(m, s, p, end))
      return NULL;
  }
}

/* --- captures ------------------------------------------------------------ */

static const char *begin_capture(matcher *m, const char *s, const char *p) {
  bool position = p[1] == ')';
  if (m->level >= PATTERN_CAPTURES)
    luaL_error(m->L, "too many captures");
  m->captures[m->level++] =
      (pattern_capture){s, position ? CAPTURE_POSITION : CAPTURE_OPEN};
  const char *found = match(m, s, p + (position ? 2 : 1));
  if (!found)
    m->level--;
  return found;
}

static const char *end_capture(matcher *m, const char *s, const char *p) {
  int i = m->level - 1;
  while (i >= 0 && m->captures[i].length != CAPTURE_OPEN)
    i--;
  if (i < 0)
    luaL_error(m->L, "invalid pattern capture");
  m->captures[i].length = s - m->captures[i].at;
  const char *found = match(m, s, p + 1);
  if (!found)
    m->captures[i].length = CAPTURE_OPEN;
  return found;
}

/* Behind the text that capture `digit` has, if it stands at s. */
static const char *match_again(matcher *m, const char *s, int digit) {
  int i = digit - '1';
  if (i < 0 || i >= m->level || m->captures[i].length == CAPTURE_OPEN)
    luaL_error(m->L, "invalid capture index %%%d", i + 1);
  size_t length = (size_t)m->captures[i].length; /* a position's is huge */
  bool same = (size_t)(m->subject_end - s) >= length &&
              !memcmp(m->captures[i].at, s, length);
  return same ? s + length : NULL;
}

/* --- %b and %f ----------------------------------------------------------- */

/* Behind what is balanced between the two characters at p. */
static const char *match_balance(matcher *m, const char *s, const char *p) {
  if (p >= m->pattern_end - 1)
    luaL_error(m->L, "malformed pattern (missing arguments to '%%b')");
  if (*s != *p)
    return NULL;
  int depth = 1;
  while (++s < m->subject_end) {
    count_step(m);
    if (*s == p[1]) {
      if (--depth == 0)
        return s + 1;
    } else if (*s == *p) {
      depth++;
    }
  }
  return NULL;
}

/* Does the set at p begin at s? Its end, or NULL. */
static const char *match_frontier(matcher *m, const char *s, const char *p) {
  if (*p != '[')
    luaL_error(m->L, "missing '[' after '%%f' in pattern");
  const char *end = end_of_item(m, p);
  int before = s == m->subject ? '\0' : byte(s - 1);
  bool begins =
      !is_in_set(before, p, end - 1) && is_in_set(byte(s), p, end - 1);
  return begins ? end : NULL;
}

/* --- all together -------------------------------------------------------- */

/* One item, and what says how often. Moves *s and *p on and is true where the
   rest decides; else *found is the answer. */
static bool match_item(matcher *m, const char **s, const char **p,
                       const char **found) {
  const char *end = end_of_item(m, *p);
  bool one = fits(m, *s, *p, end);
  *found = NULL;
  if (!one && *end && strchr("*?-", *end)) {
    *p = end + 1;
    return true;
  }
  if (*end == '*' || *end == '+') {
    *found = one ? match_most(m, *s + (*end == '+'), *p, end) : NULL;
    return false;
  }
  if (*end == '-') {
    *found = match_least(m, *s, *p, end);
    return false;
  }
  if (*end == '?') {
    *found = match(m, *s + 1, end + 1);
    *p = end + 1;
    return !*found;
  }
  *s += one;
  *p = end;
  return one;
}

/* %b, %f and %1 like match_item; *known: was it one of them? */
static bool match_special(matcher *m, const char **s, const char **p,
                          bool *known) {
  int letter = (*p)[1];
  const char *next;
  *known = letter == 'b' || letter == 'f' || isdigit((unsigned char)letter);
  if (!*known)
    return false;
  if (letter == 'f') {
    next = match_frontier(m, *s, *p + 2);
    *p = next;
    return next != NULL;
  }
  next = letter == 'b' ? match_balance(m, *s, *p + 2)
                       : match_again(m, *s, (unsigned char)letter);
  *p += letter == 'b' ? 4 : 2;
  *s = next;
  return next != NULL;
}

static const char *match_here(matcher *m, const char *s, const char *p) {
  const char *found;
  while (p != m->pattern_end) {
    bool known = false;
    count_step(m);
    if (*p == '(')
      return begin_capture(m, s, p);
    if (*p == ')')
      return end_capture(m, s, p);
    if (*p == '$' && p + 1 == m->pattern_end)
      return s == m->subject_end ? s : NULL;
    if (*p == ESCAPE && !match_special(m, &s, &p, &known) && known)
      return NULL;
    if (!known && !match_item(m, &s, &p, &found))
      return found;
  }
  return s;
}

static const char *match(matcher *m, const char *s, const char *p) {
  if (m->depth-- == 0)
    luaL_error(m->L, "pattern too complex");
  const char *found = match_here(m, s, p);
  m->depth++;
  return found;
}

const char *pattern_match(matcher *m, const char *s) {
  m->level = 0;
  m->depth = MOST_DEPTH;
  return match(m, s, m->pattern);
}

const char *pattern_find_text(lua_State *L, const char *s, size_t size,
                              const char *text, size_t length) {
  unsigned steps = 0;
  if (length == 0)
    return s;
  const char *last = s + size - length; /* where it may begin */
  for (; length <= size && s <= last; s++) {
    s = memchr(s, *text, (size_t)(last - s) + 1);
    if (!s)
      return NULL;
    if (!memcmp(s, text, length))
      return s;
    steps += 1 + (unsigned)(length >> 8);
    if (steps >= STEPS) {
      lib_poll(L);
      steps = 0;
    }
  }
  return NULL;
}

/* --- results ------------------------------------------------------------- */

void pattern_push_capture(matcher *m, int i, const char *s, const char *e) {
  if (i >= m->level && i > 0)
    luaL_error(m->L, "invalid capture index %%%d", i + 1);
  if (i >= m->level) {
    lua_pushlstring(m->L, s, (size_t)(e - s));
    return;
  }
  const pattern_capture *c = &m->captures[i];
  if (c->length == CAPTURE_OPEN)
    luaL_error(m->L, "unfinished capture");
  if (c->length == CAPTURE_POSITION)
    lua_pushinteger(m->L, c->at - m->subject + 1);
  else
    lua_pushlstring(m->L, c->at, (size_t)c->length);
}

int pattern_push_captures(matcher *m, const char *s, const char *e) {
  int count = m->level == 0 && s ? 1 : m->level;
  luaL_checkstack(m->L, count, "too many captures");
  for (int i = 0; i < count; i++)
    pattern_push_capture(m, i, s, e);
  return count;
}
