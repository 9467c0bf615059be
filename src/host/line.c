/* line.c: line input, by libedit where built with OR_EDITLINE. */
#include "line.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- Ctrl-C and resizing while a line is typed --------------------------- */

static volatile sig_atomic_t cancelled, resized;

static void on_signal(int number) {
  if (number == SIGINT)
    cancelled = 1;
  else
    resized = 1;
}

static void catch_signals(struct sigaction saved[2]) {
  struct sigaction action = {.sa_handler = on_signal}; /* no SA_RESTART */
  sigemptyset(&action.sa_mask);
  cancelled = resized = 0;
  sigaction(SIGINT, &action, &saved[0]);
  sigaction(SIGWINCH, &action, &saved[1]);
}

static void release_signals(const struct sigaction saved[2]) {
  sigaction(SIGINT, &saved[0], NULL);
  sigaction(SIGWINCH, &saved[1], NULL);
}

/* --- plain input --------------------------------------------------------- */

/* From files and pipes the line is echoed, so that the output reads like a
   session. */
static line_result read_plain(const char *prompt, char **line) {
  size_t size = 0;
  *line = NULL;
  fputs(prompt, stdout);
  fflush(stdout);
  ssize_t length = getline(line, &size, stdin);
  if (length < 0) {
    free(*line);
    clearerr(stdin);
    if (!cancelled)
      return LINE_END;
    putchar('\n'); /* the terminal has shown ^C itself */
    return LINE_CANCELLED;
  }
  if (length > 0 && (*line)[length - 1] == '\n')
    (*line)[length - 1] = '\0';
  if (!isatty(STDIN_FILENO))
    puts(*line);
  return LINE_READ;
}

#ifdef OR_EDITLINE

#include <editline/readline.h>

/* --- edited input -------------------------------------------------------- */

enum { HISTORY_ENTRIES = 2000 };
static char *history_file; /* NULL: not kept */
static char *typed;
static bool finished;

static void on_line(char *line) {
  typed = line;
  finished = true;
  rl_callback_handler_remove();
}

/* The editor is fed key by key, so that waiting is done here, where Ctrl-C
   can end it. */
static line_result read_edited(const char *prompt, char **line) {
  struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
  finished = false;
  rl_callback_handler_install(prompt, on_line);
  while (!finished) {
    if (cancelled) {
      puts("^C");
      rl_callback_handler_remove();
      return LINE_CANCELLED;
    }
    if (resized) {
      resized = 0;
      rl_resize_terminal();
    }
    if (poll(&input, 1, -1) > 0)
      rl_callback_read_char();
    else if (errno != EINTR)
      break;
  }
  *line = finished ? typed : NULL;
  return *line ? LINE_READ : LINE_END;
}

static line_result read_terminal(const char *prompt, char **line) {
  return isatty(STDIN_FILENO) ? read_edited(prompt, line)
                              : read_plain(prompt, line);
}

/* --- history ------------------------------------------------------------- */

/* Makes every folder on the way to the file. */
static void make_folders(char *file) {
  for (char *p = strchr(file + 1, '/'); p; p = strchr(p + 1, '/')) {
    *p = '\0';
    mkdir(file, 0700);
    *p = '/';
  }
}

/* $XDG_STATE_HOME/orthorun/history, or the one under ~/.local/state. */
static char *history_name(void) {
  const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
  const char *folder = "";
  if (!state || state[0] != '/') {
    state = home;
    folder = "/.local/state";
  }
  if (!state || state[0] != '/')
    return NULL;
  size_t size = strlen(state) + 64;
  char *name = malloc(size);
  if (name)
    snprintf(name, size, "%s%s/orthorun/history", state, folder);
  return name;
}

/* The editor moves by characters: of the user's locale, or of UTF-8 where
   that is plain C. Numbers keep their decimal point. */
static void set_characters(void) {
  setlocale(LC_CTYPE, "");
  if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0 && MB_CUR_MAX == 1)
    setlocale(LC_CTYPE, "C.UTF-8");
}

void line_open_history(void) {
  set_characters();
  rl_readline_name = "orthorun";
  rl_catch_signals = 0; /* ours, in read_edited */
  rl_initialize();
  rl_bind_key('\t', rl_insert);
  using_history();
  stifle_history(HISTORY_ENTRIES);
  history_file = isatty(STDIN_FILENO) ? history_name() : NULL;
  if (!history_file)
    return;
  make_folders(history_file);
  read_history(history_file);
}

void line_remember(const char *entry) {
  HIST_ENTRY *last = history_get(history_base + history_length - 1);
  if (!isatty(STDIN_FILENO) || (last && !strcmp(last->line, entry)))
    return;
  add_history(entry);
  if (history_file)
    write_history(history_file);
}

#else

static line_result read_terminal(const char *prompt, char **line) {
  return read_plain(prompt, line);
}
void line_open_history(void) {}
void line_remember(const char *entry) { (void)entry; }

#endif

line_result line_read(const char *prompt, char **line) {
  struct sigaction saved[2];
  catch_signals(saved);
  line_result result = read_terminal(prompt, line);
  release_signals(saved);
  return result;
}
