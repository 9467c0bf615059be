/* digest.h: 128-bit FNV-1a, a name for a sequence of bytes. It tells texts
   apart that were not made to collide (2^64 of them before two are expected
   to); it is not cryptographic and is no protection against forgery.
   Fowler, Noll, Vo, Eastlake: draft-eastlake-fnv. */
#ifndef SYS_DIGEST_H
#define SYS_DIGEST_H

#include <stddef.h>
#include <stdint.h>

typedef struct sys_digest {
  uint64_t high, low;
} sys_digest;

extern const sys_digest sys_digest_empty; /* of no bytes at all */

/* The digest of what `before` is the digest of, followed by `bytes`. */
sys_digest sys_digest_add(sys_digest before, const void *bytes, size_t size);

#endif
