/* clones.h: how loops over elements are compiled. INLINE before a function
   makes it part of every loop that calls it. CLONES before a function compiles
   it for several instruction sets, chosen when the program starts. Each clone
   has the same bits: no contraction, no reassociation (see the Makefile's
   flags). Sanitizers and clang get the plain one. */
#ifndef OR_CLONES_H
#define OR_CLONES_H

#ifdef __GNUC__
#define INLINE static inline __attribute__((always_inline))
#else
#define INLINE static inline
#endif

#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) &&          \
    !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&                   \
    !defined(__SANITIZE_THREAD__)
#define CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define CLONES
#endif

#endif
