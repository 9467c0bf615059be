/* edit_readline.c: the line editor, where it is GNU readline
   (EDITLINE=readline). Readline tells a paste from typing itself. */
#ifdef OR_READLINE
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "line.h"

static char *typed;
static bool finished;
static line_completer *complete;
static void *complete_context;

static void on_line(char *line) {
  typed = line;
  finished = true;
  rl_callback_handler_remove();
}

static int on_tab(int count, int key) {
  char *text = strndup(rl_line_buffer, (size_t)rl_point);
  line_answer answer = {"\t", NULL};
  (void)count;
  (void)key;
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

bool edit_open(void) {
  rl_readline_name = "orthorun";
  rl_catch_signals = rl_catch_sigwinch = 0; /* line.c does */
  rl_initialize();
  rl_bind_key('\t', on_tab);
  using_history();
  return true;
}

/* Readline is fed key by key, so that waiting is done here, where Ctrl-C can
   end it. */
line_result edit_read(const char *prompt, char **line, size_t *length) {
  struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
  finished = false;
  rl_callback_handler_install(prompt, on_line);
  while (!finished) {
    if (line_was_cancelled()) {
      rl_callback_handler_remove();
      puts("^C");
      return LINE_CANCELLED;
    }
    if (line_was_disturbed())
      rl_resize_terminal();
    if (poll(&input, 1, -1) > 0)
      rl_callback_read_char();
    else if (errno != EINTR)
      break;
  }
  if (!finished || !typed)
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

void edit_drop_input(void) {}

char *edit_peek(void) { return NULL; } /* a paste is one entry */

void edit_set_completer(line_completer *f, void *context) {
  complete = f;
  complete_context = context;
}

#else
typedef int edit_readline_is_not_built_in;
#endif
