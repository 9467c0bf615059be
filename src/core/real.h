/* real.h: the one place where a precision becomes a C type. A file that
   includes it is a template: the Makefile compiles it twice, with OR_BITS 32
   and 64. It uses `real`, the limits below, and R(name) for what it exports. */
#ifndef OR_REAL_H
#define OR_REAL_H

#include <float.h>

#if OR_BITS == 32
typedef float real;
#define R(name) name##_f32
#define REAL_EPS FLT_EPSILON
#define REAL_MIN FLT_MIN
#define REAL_MAX FLT_MAX
#elif OR_BITS == 64
typedef double real;
#define R(name) name##_f64
#define REAL_EPS DBL_EPSILON
#define REAL_MIN DBL_MIN
#define REAL_MAX DBL_MAX
#else
#error "compile with -DOR_BITS=32 or -DOR_BITS=64"
#endif

/* Column j of a matrix of this precision. */
#define COLUMN(m, j) ((real *)(m)->data + (size_t)(j) * (size_t)(m)->ld)

#endif
