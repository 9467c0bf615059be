/* metric.h: what is measured of weights. Everything is computed in float64
   from a copy, whatever W's precision, so a float32 W is judged exactly; what
   training asks for every step has a faster way, said where it is. An exponent
   is honoured. Scratch comes from an or_arena (arena.h).
   W is m x n; its Gram matrix is the one of the smaller side, k x k with
   k = min(m, n): W'W where m >= n, else WW'. */
#ifndef OR_METRIC_H
#define OR_METRIC_H

#include "linalg.h"

/* ||Gram(W / scale) - I||_F. A float32 W's is computed in float32, and counts
   where it is so large that rounding is less than a thousandth of it; else it
   is computed from a copy. No scratch where a copy is not needed: the call
   with an empty arena computes then. */
or_status or_orthogonality_error(const or_matrix *w, double scale,
                                 double *error, or_arena *arena);
/* ||WW' - VV'||_F for W and V with the same number of rows (drift from V).
   Where V is alike, it is computed in their precision, from W - V: training
   asks for it every step, and the error is a few eps of ||W - V||. `start` is
   NULL, or VV' in their precision: then WW' - start is tried first, at half
   the price and without scratch, and counts where rounding is a thousandth of
   it at most (float64: 1e-8), nearly all of that at a right angle to it. */
or_status or_gram_drift(const or_matrix *w, const or_matrix *v,
                        const or_matrix *start, or_norm *drift,
                        or_arena *arena);
/* ||V'V - WW'||_F for layers z = V(W x): 0 in a balanced linear net, and
   conserved by gradient flow (Arora, Cohen, Hazan 2018) */
or_status or_balance(const or_matrix *v, const or_matrix *w, or_norm *balance,
                     or_arena *arena);
/* Frobenius norms of the symmetric and the skew part of W'G: the first
   changes W'W to first order, the second only turns W. */
or_status or_gradient_split(const or_matrix *w, const or_matrix *g,
                            or_norm *symmetric, or_norm *skew, or_arena *arena);

/* From the singular values s of W, k x 1, descending, exponent 0: */
/* log(mean s^2) - mean(log s^2), 0 for an isometry (Meterez et al. 2024) */
double or_isometry_gap(const or_matrix *s);
double or_stable_rank(const or_matrix *s);    /* sum s^2 / s_1^2 */
double or_effective_rank(const or_matrix *s); /* exp entropy of s / sum s
                                                 (Roy, Vetterli 2007) */

#endif
