/* load.h: a block of binary numbers in a file (plain or gzipped) into an array
   of float or double. Where the block is, and how many numbers it has, the
   caller knows from the format's header. */
#ifndef SYS_LOAD_H
#define SYS_LOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "decode.h"
#include "status.h"

/* How the numbers lie in the file. */
typedef struct sys_block {
  int64_t offset; /* bytes before the first */
  sys_encoding encoding;
  double divisor; /* of every number; 1 keeps its bits */
  bool by_rows;   /* row after row; else column after column */
  bool partial;   /* more may follow, which is not read */
} sys_block;

/* Where they go: number (i, j), from 0, to data[i + j * ld]. Where the block
   is not by_rows, ld is rows. */
typedef struct sys_target {
  void *data;
  bool single; /* floats; else doubles */
  int64_t rows, cols, ld;
} sys_target;

/* Fills the target; *found is how many bytes of numbers the file has behind
   the offset (with `partial`: of those that were wanted). The target is
   complete where they are at least those that fill it. SYS_NOT_A_FILE for a
   pipe or a device. */
sys_status sys_load(const char *path, const sys_block *b, const sys_target *to,
                    int64_t *found);

#endif
