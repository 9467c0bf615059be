/* line.h: one line from the user, with editing and history where the input is
   a terminal and an editor was built in. */
#ifndef ORTHORUN_LINE_H
#define ORTHORUN_LINE_H

typedef enum line_result {
  LINE_READ,
  LINE_END,      /* Ctrl-D, or the end of a file */
  LINE_CANCELLED /* Ctrl-C */
} line_result;

/* Reads a line without its newline into *line, to be freed by the caller
   (LINE_READ only). */
line_result line_read(const char *prompt, char **line);

/* Loads the history of earlier sessions from the user's state folder; without
   one that can be written, history lasts for this session only. */
void line_open_history(void);
/* Adds an entry, which may have several lines. */
void line_remember(const char *entry);

#endif
