/* factor.h: the ground under linalg.h: inputs scanned and brought into LAPACK's
   safe range, and an SVD that stays in it. */
#ifndef OR_FACTOR_H
#define OR_FACTOR_H

#include "arena.h"

/* OR_NOT_FINITE, with its place in the arena, where a has a NaN or Inf. */
or_status or_require_finite(const or_matrix *a, or_arena *arena);
/* copy = a, scanned, and scaled by a power of two into the window that LAPACK
   is safe in; copy->exponent says by how much. */
or_status or_load(const or_matrix *a, or_matrix *copy, or_arena *arena);
/* or_svd (linalg.h) without its last step: s keeps the exponent the copy of a
   had, and its stored values are in the window. */
or_status or_svd_scaled(const or_matrix *a, or_matrix *u, or_matrix *s,
                        or_matrix *vt, or_arena *arena);

#endif
