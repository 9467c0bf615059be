/* keys.c: bytes of the terminal become keys and pasted text. A paste comes
   between two marks (xterm's bracketed paste), or, where the terminal makes
   none, as many printable characters at once as nobody types. */
#include "keys.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "line.h"

enum { CHUNK = 1 << 16, TOO_FAST_TO_TYPE = 24, SOON = 30, FOREVER = -1 };
enum { ESCAPE = 27, RUBOUT = 127, REPLACEMENT = '?' };
static const char paste_begin[] = "\033[200~", paste_end[] = "\033[201~";
enum { MARK = sizeof paste_begin - 1 };

static struct {
  unsigned char *bytes;
  size_t begin, end, capacity;
  size_t pasted; /* so many from begin on are text */
  char *piece;   /* what KEY_TEXT returned last */
} input;

static struct {
  bool expected; /* asked, and not all has come */
  answers said;
} asked;

static size_t available(void) { return input.end - input.begin; }
static unsigned char *head(void) { return input.bytes + input.begin; }

/* --- reading ----------------------------------------------------------------
 */

static bool make_room(void) {
  if (input.begin > 0) {
    memmove(input.bytes, head(), available());
    input.end -= input.begin;
    input.begin = 0;
  }
  if (input.capacity - input.end >= CHUNK)
    return true;
  size_t capacity = 2 * input.capacity + 2 * CHUNK;
  unsigned char *bytes = realloc(input.bytes, capacity);
  if (!bytes)
    return false;
  input.bytes = bytes;
  input.capacity = capacity;
  return true;
}

/* Waits so many milliseconds for input: 1 where there is some, 0 where not, -1
   after a signal. Signals come during the wait alone, so that none is missed
   between a look at their flags and the wait. */
static int wait_for_input(int patience) {
  struct timespec limit = {patience / 1000, patience % 1000 * 1000000L};
  sigset_t ours, before;
  fd_set terminal;
  int n = -1;
  FD_ZERO(&terminal);
  FD_SET(STDIN_FILENO, &terminal);
  sigemptyset(&ours);
  sigaddset(&ours, SIGINT);
  sigaddset(&ours, SIGWINCH);
  sigaddset(&ours, SIGCONT);
  sigprocmask(SIG_BLOCK, &ours, &before);
  errno = EINTR;
  if (!line_was_cancelled())
    n = pselect(STDIN_FILENO + 1, &terminal, NULL, NULL,
                patience < 0 ? NULL : &limit, &before);
  int code = errno;
  sigprocmask(SIG_SETMASK, &before, NULL);
  errno = code;
  return n;
}

/* Takes a terminal's answers out of what has come. */
static void take_answers(void) {
  for (size_t i = 0; i < available() && asked.expected;) {
    size_t left = available() - i;
    size_t n =
        head()[i] == ESCAPE ? answers_take(&asked.said, head() + i, left) : 0;
    if (n == 0 || n > left) {
      i++;
      continue;
    }
    memmove(head() + i, head() + i + n, left - n);
    input.end -= n;
    asked.expected = !asked.said.complete;
  }
}

/* Reads what there is, after waiting so many milliseconds for it. KEY_TEXT:
   something came; KEY_CHARACTER: nothing did. */
static key_kind fill(int patience) {
  for (;;) {
    int n = wait_for_input(patience);
    if ((n < 0 && errno != EINTR) || !make_room())
      return KEY_END;
    if (line_was_cancelled())
      return KEY_CANCELLED;
    if (line_was_disturbed())
      return KEY_DISTURBED;
    if (n == 0)
      return KEY_CHARACTER;
    if (n < 0)
      continue;
    ssize_t size = read(STDIN_FILENO, input.bytes + input.end, CHUNK);
    if (size < 0 && (errno == EINTR || errno == EAGAIN))
      continue;
    if (size <= 0)
      return KEY_END;
    input.end += (size_t)size;
    take_answers();
    if (available() > 0)
      return KEY_TEXT;
  }
}

/* --- UTF-8 --------------------------------------------------------------- */

/* How many bytes a character takes that begins with b; 0: none does. */
static size_t length_of(unsigned char b) {
  return b < 0x80   ? 1
         : b < 0xc2 ? 0
         : b < 0xe0 ? 2
         : b < 0xf0 ? 3
                    : 4 * (b < 0xf5);
}

/* Decodes the character at s, of `left` bytes; 0 where it is none. */
static size_t decode(const unsigned char *s, size_t left, wchar_t *c) {
  static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  size_t n = length_of(s[0]);
  if (n == 0 || n > left)
    return 0;
  uint32_t value = n == 1 ? s[0] : s[0] & (0xffu >> (n + 1));
  for (size_t i = 1; i < n; i++) {
    if ((s[i] & 0xc0) != 0x80)
      return 0;
    value = value << 6 | (s[i] & 0x3f);
  }
  if (value < least[n] || value > 0x10ffff || (value >> 11) == 0x1b)
    return 0;
  *c = (wchar_t)value;
  return n;
}

/* --- pasted text ------------------------------------------------------------
 */

/* Newlines as they should be, and no other control characters than tabs. */
static size_t clean(unsigned char *s, size_t n) {
  size_t to = 0;
  for (size_t i = 0; i < n; i++) {
    if (s[i] == '\r' && i + 1 < n && s[i + 1] == '\n')
      continue;
    unsigned char c = s[i] == '\r' ? '\n' : s[i];
    if (c == '\n' || c == '\t' || (c >= ' ' && c != RUBOUT))
      s[to++] = c;
  }
  return to;
}

static unsigned char *find_end(size_t from) {
  for (size_t i = from; i + MARK <= available(); i++)
    if (!memcmp(head() + i, paste_end, MARK))
      return head() + i;
  return NULL;
}

/* After the first mark: waits for the second, and takes both away. */
static key_kind take_paste(void) {
  size_t searched = 0;
  unsigned char *end;
  input.begin += MARK;
  while (!(end = find_end(searched))) {
    searched = available() > MARK ? available() - MARK : 0;
    key_kind came = fill(FOREVER);
    if (came == KEY_CANCELLED || came == KEY_END)
      return came;
  }
  size_t size = (size_t)(end - head()), rest = available() - size - MARK;
  input.pasted = clean(head(), size);
  memmove(head() + input.pasted, end + MARK, rest);
  input.end = input.begin + input.pasted + rest;
  return KEY_TEXT;
}

/* Is the tab at head() + i inside of text? */
static bool is_text(size_t i) {
  unsigned char c = head()[i];
  if (c != '\t')
    return c >= ' ' && c != RUBOUT;
  return i + 1 < available() && is_text(i + 1);
}

/* How many of the bytes that came are printable, in whole characters. */
static size_t printable(void) {
  size_t n = 0, begun = 0;
  wchar_t c;
  while (n < available() && is_text(n)) {
    if ((head()[n] & 0xc0) != 0x80)
      begun = n;
    n++;
  }
  bool cut = n > 0 && n == available() && head()[begun] >= 0x80 &&
             !decode(head() + begun, n - begun, &c);
  return cut ? begun : n;
}

/* The next piece of pasted text, up to a newline, in valid UTF-8. */
static key_kind take_text(key *k) {
  size_t n = 0, length = 0, step;
  while (n < input.pasted && head()[n] != '\n')
    n++;
  free(input.piece);
  k->text = input.piece = malloc(n + 1);
  if (!input.piece)
    return KEY_END;
  for (size_t i = 0; i < n; i += step) {
    step = decode(head() + i, n - i, &k->character);
    if (step == 0)
      input.piece[length++] = REPLACEMENT;
    memcpy(input.piece + length, head() + i, step);
    length += step;
    step += step == 0;
  }
  input.piece[length] = '\0';
  input.begin += n;
  input.pasted -= n;
  return KEY_TEXT;
}

/* --- keys ---------------------------------------------------------------- */

static key_kind take_character(key *k) {
  size_t n = length_of(head()[0]);
  while (n > available() && fill(SOON) == KEY_TEXT)
    ;
  n = decode(head(), available(), &k->character);
  if (n == 0) {
    k->character = REPLACEMENT;
    n = 1;
  }
  input.begin += n;
  if (input.pasted > 0)
    input.pasted -= n;
  return KEY_CHARACTER;
}

/* Does what has come begin with the mark of a paste? Waits a little where it
   may yet. */
static bool begins_paste(void) {
  for (;;) {
    size_t n = available() < MARK ? available() : MARK;
    if (n == 0 || memcmp(head(), paste_begin, n) != 0)
      return false;
    if (n == MARK)
      return true;
    if (fill(SOON) != KEY_TEXT)
      return false;
  }
}

/* Waits a little where a terminal's answer has begun to come. */
static void finish_answer(void) {
  while (asked.expected && available() > 0 && head()[0] == ESCAPE) {
    answers ignored = {0};
    if (answers_take(&ignored, head(), available()) <= available() ||
        fill(SOON) != KEY_TEXT)
      return;
  }
}

key_kind keys_next(key *k) {
  while (input.pasted == 0 && available() == 0) {
    key_kind came = fill(FOREVER);
    if (came != KEY_TEXT)
      return came;
    finish_answer();
  }
  if (input.pasted == 0 && head()[0] == ESCAPE && begins_paste()) {
    key_kind came = take_paste();
    return came == KEY_TEXT ? keys_next(k) : came;
  }
  if (input.pasted == 0) {
    size_t n = printable();
    if (n >= TOO_FAST_TO_TYPE || (n > 1 && head()[0] == '\t'))
      input.pasted = n;
  }
  if (input.pasted > 0 && head()[0] != '\n')
    return take_text(k);
  return take_character(k);
}

bool keys_waiting(void) { return available() > 0 || fill(0) == KEY_TEXT; }

void keys_drop(void) { input.begin = input.end = input.pasted = 0; }

char *keys_peek(void) {
  if (available() == 0 && fill(0) != KEY_TEXT)
    return NULL;
  size_t n = 0;
  while (n < available() && head()[n] != '\n' && head()[n] != '\r')
    n++;
  return strndup((char *)head(), n);
}

/* --- questions -----------------------------------------------------------
 */

static long milliseconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (long)(t.tv_sec * 1000 + t.tv_nsec / 1000000);
}

/* Sends the question, and reads what comes. The line it may leave on a terminal
   that does not understand it is cleared. */
static void ask(const char *question, int patience) {
  long begun = milliseconds(), left;
  asked.expected = true;
  fputs(question, stdout);
  fflush(stdout);
  while (asked.expected && (left = begun + patience - milliseconds()) > 0 &&
         fill((int)left) != KEY_END)
    continue;
  fputs("\r\033[K", stdout);
}

/* As while a line is edited: bytes as they come, and none shown. In the
   background nothing is asked: the answer would go to another. */
answers keys_ask_terminal(bool kitty, int patience) {
  static bool done;
  struct termios before, quiet;
  if (!done && tcgetpgrp(STDIN_FILENO) == getpgrp() &&
      tcgetattr(STDIN_FILENO, &before) == 0) {
    done = true;
    quiet = before;
    quiet.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    quiet.c_cc[VMIN] = 1;
    quiet.c_cc[VTIME] = 0;
    tcsetattr(STDIN_FILENO, TCSANOW, &quiet);
    ask(answers_question(kitty), patience);
    tcsetattr(STDIN_FILENO, TCSANOW, &before);
  }
  return asked.said;
}

void keys_mark_pastes(int on) {
  fputs(on ? "\033[?2004h" : "\033[?2004l\r", stdout);
  fflush(stdout);
}
