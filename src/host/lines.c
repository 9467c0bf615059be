/* lines.c: see lines.h. */
#include "lines.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- reading ----------------------------------------------------------------
 */

enum { STEP = 1 << 16 };

/* What has been read: [start, end) has not been handed out. */
static struct {
  char *bytes;
  size_t size, start, looked, end;
  bool skipping; /* there was no memory for the line that arrives */
} in;

/* Makes room for STEP bytes behind what there is. */
static bool make_room(void) {
  if (in.start > 0)
    memmove(in.bytes, in.bytes + in.start, in.end - in.start);
  in.looked -= in.start;
  in.end -= in.start;
  in.start = 0;
  if (in.size - in.end >= STEP)
    return true;
  size_t size = 2 * in.size + STEP;
  char *bytes = size > in.size ? realloc(in.bytes, size) : NULL;
  if (!bytes)
    return false;
  in.bytes = bytes;
  in.size = size;
  return true;
}

/* The next line among what has been read. */
static bool take_line(char **line, size_t *length) {
  if (in.looked == in.end)
    return false;
  char *newline = memchr(in.bytes + in.looked, '\n', in.end - in.looked);
  in.looked = newline ? (size_t)(newline - in.bytes) + 1 : in.end;
  if (!newline)
    return false;
  *newline = '\0';
  *line = in.bytes + in.start;
  *length = (size_t)(newline - *line);
  in.start = in.looked;
  return true;
}

/* The last line, which no newline ends. */
static bool take_rest(char **line, size_t *length) {
  if (in.start == in.end)
    return false;
  *line = in.bytes + in.start;
  *length = in.end - in.start;
  in.start = in.looked = in.end;
  return true;
}

/* What there is of the line that arrives, for which memory is short. */
static void forget_line(void) {
  in.skipping = true;
  in.start = in.looked = in.end = 0;
}

static lines_result end_line(void) {
  bool skipped = in.skipping;
  in.skipping = false;
  return skipped ? LINES_NO_MEMORY : LINES_READ;
}

lines_result lines_read(int fd, char **line, size_t *length,
                        bool (*stop)(void)) {
  while (!take_line(line, length)) {
    if (!make_room()) {
      if (in.size < STEP)
        return LINES_END; /* not even a small buffer is to be had */
      forget_line();
    }
    ssize_t n = read(fd, in.bytes + in.end, in.size - in.end - 1);
    if (n > 0)
      in.end += (size_t)n;
    else if (n < 0 && errno == EINTR && stop())
      return LINES_INTERRUPTED;
    else if (n == 0 || errno != EINTR)
      return take_rest(line, length) ? end_line() : LINES_END;
  }
  return end_line();
}

/* --- UTF-8 ------------------------------------------------------------------
 */

typedef struct shape {
  unsigned char low, high; /* of the first byte */
  int length;
  unsigned char least, most; /* of the second one */
} shape;

/* Unicode 15, table 3-7: neither surrogates nor longer forms than needed. */
static const shape shapes[] = {
    {0x00, 0x7F, 1, 0, 0},       {0xC2, 0xDF, 2, 0x80, 0xBF},
    {0xE0, 0xE0, 3, 0xA0, 0xBF}, {0xE1, 0xEC, 3, 0x80, 0xBF},
    {0xED, 0xED, 3, 0x80, 0x9F}, {0xEE, 0xEF, 3, 0x80, 0xBF},
    {0xF0, 0xF0, 4, 0x90, 0xBF}, {0xF1, 0xF3, 4, 0x80, 0xBF},
    {0xF4, 0xF4, 4, 0x80, 0x8F}};

static const shape *shape_of(unsigned char first) {
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
    if (first >= shapes[i].low && first <= shapes[i].high)
      return &shapes[i];
  return NULL;
}

/* Do the bytes go on as a character of this shape, as far as there are any? */
static bool fits(const shape *s, const unsigned char *at, size_t left) {
  for (int i = 1; i < s->length && (size_t)i < left; i++) {
    unsigned char least = i == 1 ? s->least : 0x80;
    unsigned char most = i == 1 ? s->most : 0xBF;
    if (at[i] < least || at[i] > most)
      return false;
  }
  return true;
}

/* The length of the character there, or 0 where there is none. */
static size_t character(const char *text, size_t left) {
  const unsigned char *at = (const unsigned char *)text;
  const shape *s = shape_of(*at);
  bool good = s && (size_t)s->length <= left && fits(s, at, left);
  return good ? (size_t)s->length : 0;
}

size_t lines_whole(const char *text, size_t length) {
  for (size_t back = 1; back <= 3 && back <= length; back++) {
    const unsigned char *at = (const unsigned char *)text + length - back;
    const shape *s = shape_of(*at);
    if (s && (size_t)s->length > back && fits(s, at, back))
      return length - back;
  }
  return length;
}

/* --- writing ----------------------------------------------------------------
 */

static struct {
  int fd;
  size_t used;
  bool broken;
  char bytes[STEP];
} out = {.fd = -1};

void lines_open(int fd) { out.fd = fd; }

bool lines_flush(void) {
  size_t done = 0;
  while (done < out.used && !out.broken) {
    ssize_t n = write(out.fd, out.bytes + done, out.used - done);
    if (n >= 0)
      done += (size_t)n;
    else if (errno != EINTR)
      out.broken = true;
  }
  out.used = 0;
  return !out.broken;
}

static void put_bytes(const char *bytes, size_t length) {
  while (length > 0) {
    size_t room = sizeof out.bytes - out.used;
    size_t n = length < room ? length : room;
    memcpy(out.bytes + out.used, bytes, n);
    out.used += n;
    bytes += n;
    length -= n;
    if (out.used == sizeof out.bytes)
      lines_flush();
  }
}

/* How many bytes from here on are plain: ASCII that needs no escape. */
static size_t plain(const char *text, size_t length) {
  size_t n = 0;
  while (n < length && text[n] >= ' ' && text[n] <= '~' && text[n] != '"' &&
         text[n] != '\\')
    n++;
  return n;
}

/* Puts the character there; returns its length. */
static size_t put_character(const char *text, size_t left) {
  size_t n = character(text, left);
  if (n == 0)
    put_bytes("\xEF\xBF\xBD", 3);
  else
    put_bytes(text, n);
  return n ? n : 1;
}

static size_t put_escaped_character(const char *text, size_t left) {
  static const char codes[] = "\"\"\\\\\nn\rr\tt\bb\ff";
  char escape[8];
  unsigned char c = (unsigned char)*text;
  for (size_t i = 0; codes[i]; i += 2)
    if (c == (unsigned char)codes[i]) {
      put_bytes((char[]){'\\', codes[i + 1]}, 2);
      return 1;
    }
  if (c >= 0x80)
    return put_character(text, left);
  put_bytes(escape, (size_t)snprintf(escape, sizeof escape, "\\u%04x", c));
  return 1;
}

static void put_with(size_t (*put)(const char *, size_t), const char *text,
                     size_t length) {
  while (length > 0) {
    size_t n = plain(text, length);
    put_bytes(text, n);
    if (n < length)
      n += put(text + n, length - n);
    text += n;
    length -= n;
  }
}

void lines_put(const char *text, size_t length) {
  put_with(put_character, text, length);
}

void lines_put_escaped(const char *text, size_t length) {
  put_with(put_escaped_character, text, length);
}
