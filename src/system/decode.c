/* decode.c: see decode.h. Bytes take a table of 256 quotients; the rest goes
   number by number through a double. */
#include "decode.h"

#include <stdint.h>
#include <string.h>

static const struct {
  char kind;
  size_t size;
  sys_number number;
} numbers[] = {
    {'u', 1, SYS_U8},  {'i', 1, SYS_I8},  {'b', 1, SYS_U8},  {'u', 2, SYS_U16},
    {'i', 2, SYS_I16}, {'u', 4, SYS_U32}, {'i', 4, SYS_I32}, {'u', 8, SYS_U64},
    {'i', 8, SYS_I64}, {'f', 4, SYS_F32}, {'f', 8, SYS_F64},
};

static bool big_endian(void) {
  const uint16_t one = 1;
  return *(const unsigned char *)&one == 0;
}

bool sys_encoding_find(const char *name, sys_encoding *e) {
  if (strlen(name) != 3 || !strchr("<>|=", name[0]))
    return false;
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    if (name[1] != numbers[i].kind || name[2] - '0' != (int)numbers[i].size)
      continue;
    if (name[0] == '|' && numbers[i].size > 1)
      return false;
    e->number = numbers[i].number;
    e->size = numbers[i].size;
    e->swap = e->size > 1 && ((name[0] == '>' && !big_endian()) ||
                              (name[0] == '<' && big_endian()));
    return true;
  }
  return false;
}

static double load(sys_encoding e, const unsigned char *src) {
  union {
    unsigned char bytes[8];
    uint8_t u8;
    int8_t i8;
    uint16_t u16;
    int16_t i16;
    uint32_t u32;
    int32_t i32;
    uint64_t u64;
    int64_t i64;
    float f32;
    double f64;
  } x;
  for (size_t k = 0; k < e.size; k++)
    x.bytes[k] = src[e.swap ? e.size - 1 - k : k];
  switch (e.number) {
  case SYS_U8:
    return x.u8;
  case SYS_I8:
    return x.i8;
  case SYS_U16:
    return x.u16;
  case SYS_I16:
    return x.i16;
  case SYS_U32:
    return x.u32;
  case SYS_I32:
    return x.i32;
  case SYS_U64:
    return (double)x.u64;
  case SYS_I64:
    return (double)x.i64;
  case SYS_F32:
    return x.f32;
  case SYS_F64:
    return x.f64;
  }
  return 0;
}

static void bytes_f64(const unsigned char *src, size_t count, double divisor,
                      double *dst, size_t stride) {
  double table[256];
  for (int i = 0; i < 256; i++)
    table[i] = i / divisor;
  for (size_t k = 0; k < count; k++)
    dst[k * stride] = table[src[k]];
}

static void bytes_f32(const unsigned char *src, size_t count, double divisor,
                      float *dst, size_t stride) {
  float table[256];
  for (int i = 0; i < 256; i++)
    table[i] = (float)i / (float)divisor;
  for (size_t k = 0; k < count; k++)
    dst[k * stride] = table[src[k]];
}

void sys_decode_f32(sys_encoding e, const unsigned char *src, size_t count,
                    double divisor, float *dst, size_t stride) {
  if (e.number == SYS_U8 && count >= 256)
    bytes_f32(src, count, divisor, dst, stride);
  else
    for (size_t k = 0; k < count; k++)
      dst[k * stride] = (float)load(e, src + k * e.size) / (float)divisor;
}

void sys_decode_f64(sys_encoding e, const unsigned char *src, size_t count,
                    double divisor, double *dst, size_t stride) {
  if (e.number == SYS_U8 && count >= 256)
    bytes_f64(src, count, divisor, dst, stride);
  else
    for (size_t k = 0; k < count; k++)
      dst[k * stride] = load(e, src + k * e.size) / divisor;
}
