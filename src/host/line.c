/* line.c: line input. The editor is libedit or readline, as built; where there
   is none, or the input is no terminal, lines are read as they come. */
#include "line.h"

#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- signals while a line is typed --------------------------------------- */

static volatile sig_atomic_t cancelled, disturbed;
static const int caught[] = {SIGINT, SIGWINCH, SIGCONT};
enum { CAUGHT = sizeof caught / sizeof *caught };

void line_on_signal(int number) {
  if (number == SIGINT)
    cancelled = 1;
  else
    disturbed = 1;
}

static void catch_signals(struct sigaction saved[CAUGHT]) {
  struct sigaction action = {.sa_handler = line_on_signal}; /* no SA_RESTART */
  sigemptyset(&action.sa_mask);
  disturbed = 0;
  for (int i = 0; i < CAUGHT; i++)
    sigaction(caught[i], &action, &saved[i]);
}

static void release_signals(const struct sigaction saved[CAUGHT]) {
  for (int i = 0; i < CAUGHT; i++)
    sigaction(caught[i], &saved[i], NULL);
}

bool line_was_cancelled(void) { return cancelled; }

bool line_was_disturbed(void) {
  bool was = disturbed;
  disturbed = 0;
  return was;
}

/* --- plain input -----------------------------------------------------------
 */

/* From files and pipes the line is echoed, so that the output reads like a
   session. */
static line_result read_plain(const char *prompt, char **line, size_t *length) {
  size_t size = 0;
  *line = NULL;
  fputs(prompt, stdout);
  fflush(stdout);
  ssize_t n = getline(line, &size, stdin);
  if (n < 0) {
    free(*line);
    clearerr(stdin);
    if (!cancelled)
      return LINE_END;
    putchar('\n'); /* the terminal has shown ^C itself */
    return LINE_CANCELLED;
  }
  if (n > 0 && (*line)[n - 1] == '\n')
    (*line)[--n] = '\0';
  if (!isatty(STDIN_FILENO))
    puts(*line);
  *length = (size_t)n;
  return LINE_READ;
}

/* --- one of both ------------------------------------------------------------
 */

static bool edited;

/* The editor moves by characters: of the user's locale, or of UTF-8 where
   that is plain C. Numbers keep their decimal point. */
static void set_characters(void) {
  setlocale(LC_CTYPE, "");
  if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0 && MB_CUR_MAX == 1)
    setlocale(LC_CTYPE, "C.UTF-8");
}

/* A dumb terminal cannot move its cursor. */
static bool can_edit(void) {
  const char *term = getenv("TERM");
  return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && term && *term &&
         strcmp(term, "dumb") != 0;
}

void line_open(void) {
  set_characters();
#ifdef OR_EDITLINE
  edited = can_edit() && edit_open();
#else
  (void)can_edit;
#endif
}

bool line_is_edited(void) { return edited; }

static line_result read_either(const char *prompt, char **line,
                               size_t *length) {
#ifdef OR_EDITLINE
  if (edited)
    return edit_read(prompt, line, length);
#endif
  return read_plain(prompt, line, length);
}

/* A Ctrl-C that came as the line ended drops it, too. */
line_result line_read(const char *prompt, char **line, size_t *length) {
  struct sigaction saved[CAUGHT];
  catch_signals(saved);
  line_result result = read_either(prompt, line, length);
  release_signals(saved);
  if (result == LINE_READ && cancelled) {
    puts("^C");
    free(*line);
    result = LINE_CANCELLED;
  }
  cancelled = 0;
  return result;
}

#ifdef OR_EDITLINE
void line_remember(const char *entry) {
  if (edited)
    edit_remember(entry);
}
void line_drop_input(void) {
  if (edited)
    edit_drop_input();
}
char *line_peek(void) { return edited ? edit_peek() : NULL; }
answers line_ask_terminal(bool kitty, int patience) {
  return edited ? edit_ask_terminal(kitty, patience) : (answers){0};
}
void line_set_completer(line_completer *f, void *context) {
  edit_set_completer(f, context);
}
#else
void line_remember(const char *entry) { (void)entry; }
void line_drop_input(void) {}
char *line_peek(void) { return NULL; }
answers line_ask_terminal(bool kitty, int patience) {
  (void)kitty;
  (void)patience;
  return (answers){0};
}
void line_set_completer(line_completer *f, void *context) {
  (void)f;
  (void)context;
}
#endif
