/* answers.c: see answers.h. The question has up to three parts, and terminals
   answer in their order: kitty's query (ESC _ G), xterm's number of colours
   (CSI ? 1;1;0 S), and what every terminal knows, its primary attributes (CSI
   c), of which 4 says sixel. */
#include "answers.h"

#include <stdlib.h>
#include <string.h>

static const char kitty_begin[] = "\033_G", csi_begin[] = "\033[?";
enum { LONGEST = 256 }; /* what is longer is no answer */

const char *answers_question(bool kitty) {
  return kitty ? "\033_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\033\\\033[?1;1;0S\033[c"
               : "\033[?1;1;0S\033[c";
}

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

static bool begins(const unsigned char *s, size_t n, const char *mark) {
  return memcmp(s, mark, least(n, strlen(mark))) == 0;
}

/* Up to the terminator, ESC and a backslash. */
static size_t take_kitty(answers *said, const unsigned char *s, size_t n) {
  for (size_t i = strlen(kitty_begin); i < n; i++) {
    if (i < LONGEST && s[i] != '\033')
      continue;
    if (i + 1 == n)
      return n + 1;
    if (s[i] != '\033' || s[i + 1] != '\\')
      return 0;
    said->kitty |= i > 3 && !memcmp(s + i - 3, ";OK", 3);
    return i + 2;
  }
  return n + 1;
}

/* The numbers of "1;0;256S"; at most `most` of them. */
static int read_numbers(const unsigned char *s, int numbers[], int most) {
  const char *at = (const char *)s;
  for (int count = 0; count < most;) {
    char *end;
    numbers[count++] = (int)strtol(at, &end, 10);
    if (*end != ';')
      return count;
    at = end + 1;
  }
  return most;
}

static void note_attributes(answers *said, const unsigned char *s) {
  int numbers[32], count = read_numbers(s, numbers, 32);
  said->complete = true;
  for (int i = 1; i < count; i++)
    said->sixel |= numbers[i] == 4;
}

static void note_colors(answers *said, const unsigned char *s) {
  int numbers[3];
  if (read_numbers(s, numbers, 3) == 3 && numbers[0] == 1 && numbers[1] == 0)
    said->colors = numbers[2];
}

/* Digits and semicolons up to a letter. */
static size_t take_csi(answers *said, const unsigned char *s, size_t n) {
  size_t i = strlen(csi_begin);
  while (i < least(n, LONGEST) && strchr("0123456789;", s[i]) && s[i])
    i++;
  if (i == n)
    return n + 1;
  if (s[i] == 'c')
    note_attributes(said, s + strlen(csi_begin));
  else if (s[i] == 'S')
    note_colors(said, s + strlen(csi_begin));
  else
    return 0;
  return i + 1;
}

size_t answers_take(answers *said, const unsigned char *s, size_t n) {
  bool kitty = begins(s, n, kitty_begin), csi = begins(s, n, csi_begin);
  if (n == 0 || (!kitty && !csi))
    return 0;
  if (n < strlen(kitty_begin)) /* as long as the other mark */
    return n + 1;
  return kitty ? take_kitty(said, s, n) : take_csi(said, s, n);
}
