/* line.h: one line from the user, with editing, history and completion where
   the input is a terminal and an editor was built in. */
#ifndef ORTHORUN_LINE_H
#define ORTHORUN_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "answers.h"

typedef enum line_result {
  LINE_READ,
  LINE_END,      /* Ctrl-D, the end of a file, or a terminal that is gone */
  LINE_CANCELLED /* Ctrl-C */
} line_result;

/* What Tab asks. text: the line up to the cursor. Returns what to insert and,
   where that is empty, a text to show under the line; both are valid until
   the next call, and may be NULL. */
typedef struct line_answer {
  const char *insert, *show;
} line_answer;
typedef line_answer line_completer(void *context, const char *text);

/* Prepares the terminal, if standard input is one. */
void line_open(void);
/* Is there an editor, so that history and completion make sense? */
bool line_is_edited(void);
/* The signal handler while a line is read. A SIGINT before that cancels the
   next line. */
void line_on_signal(int number);
/* Reads a line without its newline into *line, of *length bytes, to be freed
   by the caller (LINE_READ only). */
line_result line_read(const char *prompt, char **line, size_t *length);
/* Adds an entry, which may have several lines, to what the arrows recall. */
void line_remember(const char *entry);
/* Forgets what was typed or pasted and not read yet. */
void line_drop_input(void);
/* The line that was pasted and comes next, as far as it is known, or NULL; to
   be freed by the caller. */
char *line_peek(void);
/* Pictures in the terminal: what it says of itself when it is asked, which
   takes so many milliseconds at most, the first time alone. */
answers line_ask_terminal(bool kitty, int patience);
/* Who answers Tab; NULL: nobody, Tab inserts itself. */
void line_set_completer(line_completer *f, void *context);

/* --- between line.c and the editor that was built in (edit_*.c) ---------- */

/* Did Ctrl-C come since line_read began? */
bool line_was_cancelled(void);
/* Was the terminal resized, or did the process come back from the background,
   since last asked? */
bool line_was_disturbed(void);

bool edit_open(void); /* false: the terminal is none that can be edited on */
line_result edit_read(const char *prompt, char **line, size_t *length);
void edit_remember(const char *entry);
void edit_drop_input(void);
char *edit_peek(void);
answers edit_ask_terminal(bool kitty, int patience);
void edit_set_completer(line_completer *f, void *context);

#endif
