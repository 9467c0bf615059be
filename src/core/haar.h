/* haar.h: random orthogonal matrices, exactly Haar distributed. */
#ifndef OR_HAAR_H
#define OR_HAAR_H

#include "arena.h"
#include "rng.h"

/* q = gain * a Haar matrix of q's shape: orthonormal columns where rows >=
   cols, else orthonormal rows. det = 1 or -1 draws from that half of the
   square matrices (OR_NOT_SQUARE on others; OR_ARGUMENT for det -1 of the 0x0
   matrix, whose determinant is 1); det = 0 from all.

   Stewart's sampler (SIAM J. Numer. Anal. 17, 1980): with v_k ~ N(0, I) of
   length long - k + 1 and H_k the reflection that maps v_k to beta_k e_1,
   H_1 ... H_n diag(sign beta_k) has the law of the Q of a Gaussian matrix's QR
   with R's diagonal made positive, which is Haar's; without the signs det Q
   is always the same. sign(0) counts as +. The v_k are drawn from the last to
   the first, each by one or_rng_normal in q's precision, so the draws do not
   depend on the block size. Orthogonal to a few n * eps. */
or_status or_haar(or_rng *r, double gain, int det, or_matrix *q,
                  or_arena *arena);

#endif
