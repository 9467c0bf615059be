/* lines.h: JSON lines: how they are read from one descriptor, and written to
   another as valid UTF-8, whatever is put into them. Knows nothing of what they
   say. One thread at a time. */
#ifndef ORTHORUN_LINES_H
#define ORTHORUN_LINES_H

#include <stdbool.h>
#include <stddef.h>

typedef enum lines_result {
  LINES_READ,
  LINES_END,
  LINES_INTERRUPTED, /* what `stop` points to is set */
  LINES_NO_MEMORY    /* the line has been skipped */
} lines_result;

/* Reads a line of any length, without its newline, into *line, of *length
   bytes: valid until the next call. */
lines_result lines_read(int fd, char **line, size_t *length,
                        bool (*stop)(void));

/* Adds to the line that goes out: bytes in which what is no UTF-8 becomes
   U+FFFD; the same, escaped as in a JSON string. */
void lines_put(const char *text, size_t length);
void lines_put_escaped(const char *text, size_t length);
/* Ends it. false: nobody reads there any more. */
bool lines_flush(void);
/* Where lines go. */
void lines_open(int fd);

/* How many bytes of the text are left when a character that is cut off at its
   end is taken away. */
size_t lines_whole(const char *text, size_t length);

#endif
