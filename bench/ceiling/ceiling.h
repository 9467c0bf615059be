/* ceiling.h: what the files of the floor share. `make bench` measures orthorun
   against it: of each workload only the necessary BLAS and LAPACK calls. Not
   part of orthorun, and kept as it was first measured, so that figures stay
   comparable: without options, checks or comfort; nothing is freed. Built
   twice, for float32 with -DREAL_IS_FLOAT. Column major; activations are
   n x B. */
#ifndef CEILING_H
#define CEILING_H

#include <stddef.h>
#include <stdint.h>

#ifdef REAL_IS_FLOAT
typedef float real;
#define PRECISION "float32"
#else
typedef double real;
#define PRECISION "float64"
#endif

/* --- the workloads, each with the words behind its name ------------------ */

void run_peak(int count, char **words);      /* peak.c: products */
void run_init(int count, char **words);      /* init.c: Haar matrices */
void run_svd(int count, char **words);       /* svd.c: spectra */
void run_rng(int count, char **words);       /* rng.c: normals */
void run_denormals(int count, char **words); /* denormals.c: slow products */
void run_sweep(int count, char **words);     /* sweep.c: depth sweeps */
void run_drift(int count, char **words);     /* drift.c: training */

/* --- measure.c ----------------------------------------------------------- */

double seconds(void);            /* of a clock that never goes back */
double median(double *t, int n); /* sorts t */
real *new_reals(size_t n);
double sum_of_squares(const real *x, size_t n);
/* ||W'W - I||_F of an n x n W, in its precision, by syrk into G; and from a
   copy in double, slowly, for what is printed */
double orthogonality_error(int n, const real *W, real *G);
double exact_orthogonality_error(int n, const real *Q);

/* --- normals.c ----------------------------------------------------------- */

enum { LANES = 16 };
typedef struct generator {
  uint64_t s[4][LANES];
} generator;

uint64_t split_mix(uint64_t *x);
void seed_generator(generator *g, uint64_t seed);
void normals(generator *g, real *x, size_t n);

/* --- haar.c -------------------------------------------------------------- */

/* Room for Haar samplers of n x n matrices, and for reflections of matrices
   with `cols` columns. */
typedef struct sampler {
  real *V, *tau, *T, *W1, *work;
  signed char *sign;
  int lwork, n, block;
} sampler;

extern int
    block_size; /* reflections applied at a time: NB of the environment */

sampler *new_sampler(int n, int cols);
void haar_by_qr(generator *g, sampler *h, real *Q);
void haar_by_stewart_orgqr(generator *g, sampler *h, real *Q);
void haar_by_stewart(generator *g, sampler *h, real *Q);
int haar_by_cholesky(generator *g, sampler *h, real *Q); /* 0: it worked */
/* The reflections alone: V and h->sign, then T for all blocks of them. */
void draw_reflections(generator *g, sampler *h, real *V);
void prepare_blocks(sampler *h, const real *V, real *T);
/* X (n x B) <- H_1 ... H_n D X, or its transpose's product with X. */
void apply_reflections(sampler *h, const real *V, const real *T,
                       const signed char *sign, real *X, int B, int transpose);

#endif
