/* fpu.h: denormals as zero, for the length of a product or a network pass.
   A gemm on denormals is about 160 times slower than one on normal numbers;
   values that small are carried by exponents here, so flushing loses nothing
   that matters. The mode is per thread, set and put back around each call:
   the caller's other arithmetic does not change. */
#ifndef OR_FPU_H
#define OR_FPU_H

#if defined(__x86_64__) || defined(__i386__)
#include <xmmintrin.h>
typedef unsigned or_fpu_mode;
/* 0x8040 = flush results to zero, treat inputs as zero */
static inline or_fpu_mode or_flush_denormals(void) {
  or_fpu_mode old = _mm_getcsr();
  _mm_setcsr(old | 0x8040u);
  return old;
}
static inline void or_fpu_restore(or_fpu_mode mode) { _mm_setcsr(mode); }
static inline or_fpu_mode or_fpu_current(void) { return _mm_getcsr(); }
#elif defined(__aarch64__)
#include <stdint.h>
typedef uint64_t or_fpu_mode;
static inline or_fpu_mode or_flush_denormals(void) {
  or_fpu_mode old;
  __asm__ volatile("mrs %0, fpcr" : "=r"(old));
  __asm__ volatile("msr fpcr, %0" ::"r"(old | (1u << 24)));
  return old;
}
static inline void or_fpu_restore(or_fpu_mode mode) {
  __asm__ volatile("msr fpcr, %0" ::"r"(mode));
}
static inline or_fpu_mode or_fpu_current(void) {
  or_fpu_mode mode;
  __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
  return mode;
}
#else
typedef int or_fpu_mode;
static inline or_fpu_mode or_flush_denormals(void) { return 0; }
static inline void or_fpu_restore(or_fpu_mode mode) { (void)mode; }
static inline or_fpu_mode or_fpu_current(void) { return 0; }
#endif

#endif
