/* clones.h: CLONES before a function compiles it for several instruction sets,
   chosen when the program starts. Each clone has the same bits: no
   contraction, no reassociation (see the Makefile's flags). Sanitizers and
   clang get the plain one. */
#ifndef OR_CLONES_H
#define OR_CLONES_H

#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) &&          \
    !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&                   \
    !defined(__SANITIZE_THREAD__)
#define CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define CLONES
#endif

#endif
