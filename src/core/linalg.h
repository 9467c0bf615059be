/* linalg.h: factorizations and what follows from them, over LAPACK. Inputs
   are never changed; outputs are matrices of the caller's, of the shapes and
   the precision stated, that overlap nothing.

   SAFETY. Every input is scanned before LAPACK sees it (its SVD never returns
   on an Inf): OR_NOT_FINITE. Where the largest magnitude leaves the window
   that products are safe in, an exact power of two is taken out and put back
   into the result. Where the result then fits plain numbers it has exponent 0;
   where it is too large, or so small that products would flush some of it,
   it keeps its exponent (see matrix.h). Inputs may have exponents.

   Scratch comes from an or_arena (arena.h). Empty matrices are fine: what they
   give is said at each function.

   Letters: A is m x n, k = min(m, n), eps the unit roundoff of A's precision.
   Errors that name a place put it into arena->row, arena->col (0-based). */
#ifndef OR_LINALG_H
#define OR_LINALG_H

#include "arena.h"
#include "norm.h"

/* A = Q R, thin: Q is m x k with orthonormal columns, R is k x n upper
   triangular with LAPACK's signs (its diagonal may be negative). */
or_status or_qr(const or_matrix *a, or_matrix *q, or_matrix *r,
                or_arena *arena);

/* A = U diag(s) Vt, thin: U is m x k, s is k x 1 descending, Vt is k x n.
   u and vt may both be NULL. OR_NO_CONVERGENCE after both of LAPACK's
   methods (divide and conquer, then QR iteration) gave up. */
or_status or_svd(const or_matrix *a, or_matrix *u, or_matrix *s, or_matrix *vt,
                 or_arena *arena);
/* s alone, k x 1 descending: true values are stored * 2^s->exponent. */
or_status or_singular_values(const or_matrix *a, or_matrix *s, or_arena *arena);

/* A = V diag(w) V', A n x n symmetric: w is n x 1 ascending, V n x n (may be
   NULL). OR_NOT_SYMMETRIC, with the worst place, where some |a_ij - a_ji|
   exceeds n eps max|A|: what a Gram matrix's roundoff can reach. Below that
   the lower triangle counts. */
or_status or_eigh(const or_matrix *a, or_matrix *values, or_matrix *v,
                  or_arena *arena);

/* A = U P by the SVD: U is m x n with orthonormal columns (rows where m < n),
   P is n x n symmetric positive semidefinite. U is the nearest orthonormal
   matrix to A (Higham 1986, "Computing the polar decomposition"). */
or_status or_polar(const or_matrix *a, or_matrix *u, or_matrix *p,
                   or_arena *arena);

/* X (n x b) with A X = B (m x b). Square: LU with partial pivoting,
   OR_SINGULAR with the pivot in arena->row. Otherwise the least squares
   solution of least norm, by SVD; singular values below max(m,n) eps s_1
   count as zero. OR_RANGE where X overflows. */
or_status or_solve(const or_matrix *a, const or_matrix *b, or_matrix *x,
                   or_arena *arena);
/* X = A^-1, by LU; errors as or_solve. */
or_status or_inverse(const or_matrix *a, or_matrix *x, or_arena *arena);
/* X (n x m), Moore and Penrose's inverse, cut where or_solve cuts. */
or_status or_pseudo_inverse(const or_matrix *a, or_matrix *x, or_arena *arena);

/* det A = value * 2^exponent, |value| in [1/2, 1) or 0; 0x0 gives 1. */
typedef struct or_determinant {
  double value;
  int64_t exponent;
} or_determinant;
or_status or_det(const or_matrix *a, or_determinant *det, or_arena *arena);
/* log |det|, -Inf where it is 0: finite for everything else. */
double or_det_log(or_determinant det);

/* X = e^A by scaling and squaring with Pade approximants (Al-Mohy, Higham 2009,
   SIAM J. Matrix Anal. Appl. 31): A is halved as often as the size of its
   powers asks for, not of A itself. A triangular A's diagonal and what stands
   beside it are exact to some eps |a_ii|. Never overflows: a large e^A has an
   exponent. OR_RANGE where eps ||A^k||_1^(1/k) > 1, k about 10, when no digit
   would be right. */
or_status or_expm(const or_matrix *a, or_matrix *x, or_arena *arena);

/* Norms. Frobenius, max, 1 and inf of a matrix with NaN are NaN, with Inf are
   Inf; spectral and nuclear refuse both. All are 0 for empty matrices. */
typedef enum or_norm_kind {
  OR_NORM_FROBENIUS,
  OR_NORM_SPECTRAL,
  OR_NORM_NUCLEAR,
  OR_NORM_MAX,
  OR_NORM_ONE,
  OR_NORM_INF
} or_norm_kind;
or_status or_matrix_norm(or_norm_kind kind, const or_matrix *a, or_norm *norm,
                         or_arena *arena);

/* ||A|| ||A^-1|| in the norm of that kind (not OR_NORM_MAX); Inf for a
   singular A, 0 for an empty one. Spectral (s_1/s_k): any shape, the rest
   square. */
or_status or_cond(or_norm_kind kind, const or_matrix *a, double *cond,
                  or_arena *arena);
/* How many singular values exceed tol (in true units); tol < 0 means
   max(m,n) eps s_1. */
or_status or_rank(const or_matrix *a, double tol, int *rank, or_arena *arena);
/* The sum of the diagonal of a square matrix. */
or_status or_trace(const or_matrix *a, double *trace);

#endif
