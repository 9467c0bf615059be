/* decode.h: numbers as files store them (any width, either byte order) into
   reals. Reads no file itself. */
#ifndef OR_DECODE_H
#define OR_DECODE_H

#include <stdbool.h>
#include <stddef.h>

#include "matrix.h"

typedef enum or_number {
  OR_U8,
  OR_I8,
  OR_U16,
  OR_I16,
  OR_U32,
  OR_I32,
  OR_U64,
  OR_I64,
  OR_F32,
  OR_F64
} or_number;

typedef struct or_encoding {
  or_number number;
  size_t size; /* bytes of one number */
  bool swap;   /* not in this machine's byte order */
} or_encoding;

/* The encoding with NumPy's name for it: "|u1", "<f8", ">i4", "=f4"...;
   false where there is none. */
bool or_encoding_find(const char *name, or_encoding *e);

/* `count` numbers at src, each divided by `divisor` (1 keeps every bit), to
   dst, dst + stride, ... elements of precision p. Integers past 2^53 (2^24 in
   float32) round to nearest. */
void or_decode(or_encoding e, const unsigned char *src, size_t count,
               double divisor, or_precision p, void *dst, size_t stride);

#endif
