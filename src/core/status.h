/* status.h: every way the core can refuse, in one table. The core returns a
   status and never prints, exits or jumps; src/bind turns it into an error. */
#ifndef OR_STATUS_H
#define OR_STATUS_H

#define OR_STATUS_TABLE(X)                                                     \
  X(OK, "no error")                                                            \
  X(SHAPE, "shapes do not fit")                                                \
  X(SIZE, "size is negative, or too large for memory or for BLAS's integers")  \
  X(PRECISION, "float32 and float64 are mixed")                                \
  X(NOT_FINITE, "input has NaN or Inf")                                        \
  X(NOT_SQUARE, "matrix is not square")                                        \
  X(NOT_SYMMETRIC, "matrix is not symmetric")                                  \
  X(SINGULAR, "matrix is singular")                                            \
  X(NO_CONVERGENCE, "the iteration did not converge")                          \
  X(RANGE, "a value does not fit the precision")                               \
  X(EMPTY, "matrix is empty")                                                  \
  X(ARGUMENT, "argument out of its range")                                     \
  X(SCRATCH, "scratch space needed")                                           \
  X(INTERRUPTED, "interrupted")                                                \
  X(CALLBACK, "a layer of the caller's is due")                                \
  X(LAPACK, "LAPACK refused an argument")

typedef enum or_status {
#define X(code, text) OR_##code,
  OR_STATUS_TABLE(X)
#undef X
} or_status;

/* The table's text for a status. */
const char *or_status_text(or_status status);

#endif
