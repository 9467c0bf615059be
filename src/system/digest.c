/* digest.c: see digest.h. */
#include "digest.h"

const sys_digest sys_digest_empty = {UINT64_C(0x6c62272e07bb0142),
                                     UINT64_C(0x62b821756295c58d)};

/* The low 64 bits of a * b, and the high 64 in *high. */
static uint64_t multiply(uint64_t a, uint64_t b, uint64_t *high) {
  uint64_t a0 = a & 0xffffffff, a1 = a >> 32;
  uint64_t b0 = b & 0xffffffff, b1 = b >> 32;
  uint64_t middle = a1 * b0 + (a0 * b0 >> 32);
  uint64_t other = a0 * b1 + (middle & 0xffffffff);
  *high = a1 * b1 + (middle >> 32) + (other >> 32);
  return a * b;
}

sys_digest sys_digest_add(sys_digest d, const void *bytes, size_t size) {
  const unsigned char *p = bytes;
  for (size_t i = 0; i < size; i++) { /* times the prime 2^88 + 0x13b */
    uint64_t carry, low = d.low ^ p[i];
    uint64_t product = multiply(low, 0x13b, &carry);
    d.high = d.high * 0x13b + carry + (low << 24);
    d.low = product;
  }
  return d;
}
