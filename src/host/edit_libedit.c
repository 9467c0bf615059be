/* edit_libedit.c: the line editor, where it is libedit (EDITLINE=libedit). */
#ifdef OR_LIBEDIT
#include <histedit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys.h"
#include "line.h"

enum { HISTORY_ENTRIES = 5000, TEXT_KEY = 30 /* Ctrl-^ */ };

static EditLine *editor;
static History *history_list;
static const char *prompt_text;
static key current; /* what TEXT_KEY inserts */
static key_kind ended;

static line_completer *complete;
static void *complete_context;

/* --- keys ---------------------------------------------------------------- */

static void redraw(EditLine *e) {
  el_set(e, EL_PREP_TERM, 1);
  el_resize(e);
  fputs("\r\033[K", stdout);
  el_set(e, EL_REFRESH);
}

/* What libedit calls for a character. Text comes as one key, whose command
   inserts it all. */
static int next_character(EditLine *e, wchar_t *c) {
  for (;;) {
    current.text = NULL;
    key_kind kind = keys_next(&current);
    if (kind == KEY_DISTURBED) {
      redraw(e);
      continue;
    }
    *c = kind == KEY_TEXT ? TEXT_KEY : current.character;
    if (kind == KEY_TEXT || kind == KEY_CHARACTER)
      return 1;
    ended = kind;
    return 0;
  }
}

static unsigned char insert_text(EditLine *e, int c) {
  (void)c;
  if (!current.text || el_insertstr(e, current.text) != 0)
    return CC_ERROR;
  return CC_REFRESH;
}

/* --- completion ---------------------------------------------------------- */

static int columns(EditLine *e) {
  int n = 0;
  if (el_get(e, EL_GETTC, "co", &n, NULL) != 0 || n < 1)
    n = 80;
  return n;
}

static int characters(const char *s, const char *end) {
  int n = 0;
  for (; s < end; s++)
    n += (*s & 0xc0) != 0x80;
  return n;
}

/* Shows a text below the line, and the line again. */
static void show_below(EditLine *e, const char *text) {
  const LineInfo *line = el_line(e);
  int width = columns(e), prompt = (int)strlen(prompt_text);
  int at = (prompt + characters(line->buffer, line->cursor)) / width;
  int last = (prompt + characters(line->buffer, line->lastchar)) / width;
  for (; at <= last; at++)
    putchar('\n');
  fputs("\r\033[J", stdout);
  puts(text);
  fflush(stdout);
  el_set(e, EL_REFRESH);
}

static line_answer ask(EditLine *e) {
  const LineInfo *line = el_line(e);
  char *text = strndup(line->buffer, (size_t)(line->cursor - line->buffer));
  line_answer answer = {"\t", NULL};
  if (complete && text)
    answer = complete(complete_context, text);
  free(text);
  return answer;
}

static unsigned char on_tab(EditLine *e, int c) {
  (void)c;
  line_answer answer = ask(e);
  if (answer.insert && *answer.insert)
    return el_insertstr(e, answer.insert) == 0 ? CC_REFRESH : CC_ERROR;
  if (!answer.show)
    return CC_ERROR; /* beeps */
  show_below(e, answer.show);
  return CC_NORM;
}

void edit_set_completer(line_completer *f, void *context) {
  complete = f;
  complete_context = context;
}

/* --- the editor ---------------------------------------------------------- */

static char *get_prompt(EditLine *e) {
  (void)e;
  return (char *)prompt_text;
}

/* What keyboards send beside libedit's own emacs keys. */
static void bind_keys(EditLine *e) {
  static const char *const bindings[][2] = {
      {"^I", "or-complete"},         {"^^", "or-text"},
      {"^R", "em-inc-search-prev"},  {"^S", "em-inc-search-next"},
      {"^W", "ed-delete-prev-word"}, {"\\e[1~", "ed-move-to-beg"},
      {"\\e[4~", "ed-move-to-end"},  {"\\e[7~", "ed-move-to-beg"},
      {"\\e[8~", "ed-move-to-end"},  {"\\e[H", "ed-move-to-beg"},
      {"\\e[F", "ed-move-to-end"},   {"\\e[3~", "ed-delete-next-char"},
      {"\\e[1;5C", "em-next-word"},  {"\\e[1;5D", "ed-prev-word"},
      {"\\e[1;3C", "em-next-word"},  {"\\e[1;3D", "ed-prev-word"},
  };
  for (size_t i = 0; i < sizeof bindings / sizeof *bindings; i++)
    el_set(e, EL_BIND, bindings[i][0], bindings[i][1], NULL);
}

bool edit_open(void) {
  HistEvent event;
  editor = el_init("orthorun", stdin, stdout, stderr);
  history_list = history_init();
  if (!editor || !history_list)
    return false;
  history(history_list, &event, H_SETSIZE, HISTORY_ENTRIES);
  history(history_list, &event, H_SETUNIQUE, 1);
  el_set(editor, EL_EDITOR, "emacs");
  el_set(editor, EL_PROMPT, get_prompt);
  el_set(editor, EL_HIST, history, history_list);
  el_set(editor, EL_GETCFN, next_character);
  el_set(editor, EL_ADDFN, "or-complete", "Complete a name", on_tab);
  el_set(editor, EL_ADDFN, "or-text", "Insert pasted text", insert_text);
  bind_keys(editor);
  el_source(editor, NULL);
  el_set(editor, EL_BIND, "^^", "or-text", NULL);
  el_set(editor, EL_BIND, "-a", "^^", "or-text", NULL);
  return true;
}

/* The line as libedit has it, without its newline. */
static char *copy_line(const char *line, int count, size_t *length) {
  *length = (size_t)count;
  while (*length > 0 && strchr("\r\n", line[*length - 1]))
    --*length;
  return strndup(line, *length);
}

line_result edit_read(const char *prompt, char **line, size_t *length) {
  int count = 0;
  prompt_text = prompt;
  ended = KEY_CHARACTER;
  keys_mark_pastes(1);
  /* Before the prompt is seen: the terminal would take an answer that comes at
     once by its own rules, and Ctrl-D would be lost. */
  el_set(editor, EL_PREP_TERM, 1);
  const char *typed = el_gets(editor, &count);
  if (ended == KEY_CANCELLED)
    puts("^C");
  keys_mark_pastes(0);
  if (ended == KEY_CANCELLED)
    return LINE_CANCELLED;
  *line = typed && count > 0 ? copy_line(typed, count, length) : NULL;
  return *line ? LINE_READ : LINE_END;
}

void edit_remember(const char *entry) {
  HistEvent event;
  history(history_list, &event, H_ENTER, entry);
}

void edit_drop_input(void) { keys_drop(); }

char *edit_peek(void) { return keys_peek(); }

answers edit_ask_terminal(bool kitty, int patience) {
  return keys_ask_terminal(kitty, patience);
}

#else
typedef int edit_libedit_is_not_built_in;
#endif
