/* file.h: files written whole or not at all, folders, and what a terminal is.
   Knows nothing of what the bytes mean. */
#ifndef SYS_FILE_H
#define SYS_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "status.h"

/* Bytes to be written: `count` pieces of `size` bytes, the first at `bytes`,
   each `stride` bytes behind the one before it (a matrix's columns; a text is
   one piece). */
typedef struct sys_bytes {
  const void *bytes;
  size_t size, count, stride;
} sys_bytes;

/* Writes the parts, in order, into a new file beside `path`, syncs it, and
   gives it that name: a file that was there before is replaced when all is
   written, or stays as it was. A device or a pipe is written to as it is. */
sys_status sys_save(const char *path, const sys_bytes *parts, int count);

/* Makes the folder and those above it that are missing. One that exists is
   fine; a file in its place is ENOTDIR. */
sys_status sys_make_folder(const char *path);

bool sys_is_terminal(int fd);
/* The width of the terminal fd; 0 where it is none, or says nothing. */
int sys_terminal_columns(int fd);

#endif
