/* decode.h: numbers as files store them (any width, either byte order) into
   float or double. Reads no file itself; knows nothing of matrices. */
#ifndef SYS_DECODE_H
#define SYS_DECODE_H

#include <stdbool.h>
#include <stddef.h>

typedef enum sys_number {
  SYS_U8,
  SYS_I8,
  SYS_U16,
  SYS_I16,
  SYS_U32,
  SYS_I32,
  SYS_U64,
  SYS_I64,
  SYS_F32,
  SYS_F64
} sys_number;

typedef struct sys_encoding {
  sys_number number;
  size_t size; /* bytes of one number */
  bool swap;   /* not in this machine's byte order */
} sys_encoding;

/* The encoding with NumPy's name for it: "|u1", "<f8", ">i4", "=f4"...;
   false where there is none. */
bool sys_encoding_find(const char *name, sys_encoding *e);

/* `count` numbers at src, each divided by `divisor` (1 keeps every bit), to
   dst, dst + stride, ... Integers past 2^53 (2^24 in float) round to
   nearest. */
void sys_decode_f32(sys_encoding e, const unsigned char *src, size_t count,
                    double divisor, float *dst, size_t stride);
void sys_decode_f64(sys_encoding e, const unsigned char *src, size_t count,
                    double divisor, double *dst, size_t stride);

#endif
