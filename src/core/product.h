/* product.h: products of matrices that cannot overflow. */
#ifndef OR_PRODUCT_H
#define OR_PRODUCT_H

#include "arena.h"

/* c = op(a) op(b), op(x) = x' where the flag is set; c must not overlap a or
   b. Never overflows: where the plain product leaves the window (matrix.h), it
   is done again on operands rescaled by exact powers of two, and c's exponent
   says so. That second pass is rare, and alone needs scratch: OR_SCRATCH where
   the arena has too little (c is unspecified then). OR_SHAPE where the shapes
   do not fit. NaN and Inf in the input come out as IEEE has them. Denormal
   stored values count as zero. */
or_status or_matrix_product(bool ta, const or_matrix *a, bool tb,
                            const or_matrix *b, or_matrix *c, or_arena *arena);
/* Bytes that it may take; or_reserve them where its numbers are not yet
   known. */
size_t or_product_scratch(const or_matrix *a, const or_matrix *b);

/* The same without a second look: overflows and underflows as IEEE does. For
   comparison; exponents of a and b still add up. */
or_status or_matrix_product_plain(bool ta, const or_matrix *a, bool tb,
                                  const or_matrix *b, or_matrix *c);

#endif
