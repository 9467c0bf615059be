/* digest.h: 128-bit FNV-1a, a name for a sequence of bytes. It tells texts
   apart that nobody made to collide (2^64 of them before two are expected to);
   it is not cryptographic and protects against nobody.
   Fowler, Noll, Vo, Eastlake: draft-eastlake-fnv. */
#ifndef ORTHORUN_DIGEST_H
#define ORTHORUN_DIGEST_H

#include <stddef.h>
#include <stdint.h>

typedef struct or_digest {
  uint64_t high, low;
} or_digest;

extern const or_digest or_digest_empty; /* of no bytes at all */

/* The digest of what `before` is the digest of, followed by `bytes`. */
or_digest or_digest_add(or_digest before, const void *bytes, size_t size);

#endif
