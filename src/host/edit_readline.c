/* edit_readline.c: the line editor, where it is GNU readline
   (EDITLINE=readline). It is given keys and pasted text by keys.c, as libedit
   is, so that both do the same. */
#ifdef OR_READLINE
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "keys.h"
#include "line.h"

static char *typed;
static bool finished;
static line_completer *complete;
static void *complete_context;

/* --- keys ---------------------------------------------------------------- */

static char bytes[MB_LEN_MAX]; /* of a character, those not read yet */
static size_t at, left;
static key_kind ended;

/* Waits for the next character; pasted text goes into the line. false: there
   is none. */
static bool next_character(void) {
  key k = {0};
  for (;;) {
    switch (ended = keys_next(&k)) {
    case KEY_TEXT:
      rl_insert_text(k.text);
      rl_redisplay();
      continue;
    case KEY_DISTURBED:
      rl_resize_terminal();
      continue;
    case KEY_CHARACTER: {
      mbstate_t state = {0};
      size_t n = wcrtomb(bytes, k.character, &state);
      at = 0;
      left = n == (size_t)-1 ? 0 : n;
      if (left > 0)
        return true;
      continue;
    }
    default:
      return false;
    }
  }
}

/* What readline calls for a byte. */
static int next_byte(FILE *from) {
  (void)from;
  if (left == 0 && !next_character())
    return EOF;
  left--;
  return (unsigned char)bytes[at++];
}

/* Is there another byte of a key, without waiting? */
static int has_byte(void) { return left > 0 || keys_waiting(); }

static void on_line(char *line) {
  typed = line;
  finished = true;
  rl_callback_handler_remove();
}

/* --- completion ---------------------------------------------------------- */

static int on_tab(int count, int tab) {
  char *text = strndup(rl_line_buffer, (size_t)rl_point);
  line_answer answer = {"\t", NULL};
  (void)count;
  (void)tab;
  if (complete && text)
    answer = complete(complete_context, text);
  free(text);
  if (answer.insert && *answer.insert)
    return rl_insert_text(answer.insert), 0;
  if (!answer.show)
    return rl_ding();
  rl_crlf();
  puts(answer.show);
  rl_on_new_line();
  return 0;
}

void edit_set_completer(line_completer *f, void *context) {
  complete = f;
  complete_context = context;
}

/* --- the editor ---------------------------------------------------------- */

bool edit_open(void) {
  rl_readline_name = "orthorun";
  rl_catch_signals = rl_catch_sigwinch = 0; /* line.c does */
  rl_getc_function = next_byte;
  rl_input_available_hook = has_byte;
  rl_initialize();
  rl_variable_bind("enable-bracketed-paste", "off"); /* keys.c does */
  rl_bind_key('\t', on_tab);
  using_history();
  return true;
}

/* Readline is called when there is a key, so that waiting is done here, where
   Ctrl-C can end it; but it waits itself for the rest of a sequence. */
static void read_keys(void) {
  while (!finished && ended == KEY_CHARACTER)
    if (left > 0 || next_character())
      rl_callback_read_char();
}

line_result edit_read(const char *prompt, char **line, size_t *length) {
  finished = false;
  typed = NULL;
  ended = KEY_CHARACTER;
  left = 0;
  keys_mark_pastes(1);
  rl_callback_handler_install(prompt, on_line);
  read_keys();
  bool cancelled = !finished && ended == KEY_CANCELLED;
  if (!finished)
    rl_callback_handler_remove();
  if (cancelled)
    puts("^C");
  keys_mark_pastes(0);
  if (cancelled)
    return LINE_CANCELLED;
  if (!typed)
    return LINE_END;
  *line = typed;
  *length = strlen(typed);
  return LINE_READ;
}

void edit_remember(const char *entry) {
  HIST_ENTRY *last = history_get(history_base + history_length - 1);
  if (!last || strcmp(last->line, entry) != 0)
    add_history(entry);
}

void edit_drop_input(void) { keys_drop(); }

char *edit_peek(void) { return keys_peek(); }

answers edit_ask_terminal(bool kitty, int patience) {
  return keys_ask_terminal(kitty, patience);
}

#else
typedef int edit_readline_is_not_built_in;
#endif
