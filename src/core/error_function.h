/* error_function.h: erf and erfc as straight-line arithmetic, so that a loop
   over them vectorises. For template files, as exponential.h, which it needs.
   Within 3 units in the last place. The coefficients are Chebyshev series of
   40 digits, cut where the precision ends and written out in powers. */
#ifndef OR_ERROR_FUNCTION_H
#define OR_ERROR_FUNCTION_H

#include "exponential.h"

/* Of (1 + 2x) exp(x^2) erfc(x), x >= 0, in (x - 3)/(x + 3); and of erf(x)/x,
   0 <= x <= 1, in x^2. */
#if OR_BITS == 32
static const real or_erfc_series[] = {
    1.253008058,    -0.1356210694,  -0.0475622927,   0.1296441143,
    -0.1192736913,  0.06831656777,  -0.02377033468,  0.00249911687,
    0.001888112865, -7.26453679e-4, -1.041307143e-4, 7.731024224e-5,
    3.861849137e-6};
static const real or_erf_series[] = {
    1.128379166,    -0.376126269,    0.1128359746, -0.0268543288,
    0.005189311943, -8.018854993e-4, 7.88249711e-5};
#else
static const real or_erfc_series[] = {
    1.25300805826972965,     -0.135621106124581159,   -0.0475622943534491967,
    0.129645158702759392,    -0.119273663415386384,   0.0683080273440099038,
    -0.0237705149171713368,  0.00252939181569396953,  0.00188869034499917185,
    -7.79832269654330652e-4, -1.05159719584480648e-4, 1.25099342458372909e-4,
    4.94919664996834531e-6,  -2.01005422685256109e-5, -7.30828146878361393e-7,
    3.47237094497716817e-6,  3.55760866840805944e-7,  -6.16601146039872593e-7,
    -1.40476543154284623e-7, 1.01836206038427366e-7,  4.10640136679403528e-8,
    -1.33129196610386877e-8, -8.21759505871145386e-9, 9.86253351034558759e-10,
    8.39373485869087755e-10};
static const real or_erf_series[] = {
    1.12837916709551257,     -0.376126389031835435,  0.112837916709451297,
    -0.0268661706432569943,  0.00522397760726994529, -8.54832598254322506e-4,
    1.20552951126670011e-4,  -1.4924740785377575e-5, 1.64474711905946181e-6,
    -1.62088298568102008e-7, 1.37215204063510944e-8, -7.7985438505499469e-10};
#endif

#define OR_TERMS(series) (int)(sizeof(series) / sizeof *(series))

/* c[0] + c[step] x + c[2 step] x^2 + ..., `terms` places of c long; flat, or
   the loop around it does not vectorise */
INLINE real or_polynomial(const real *c, int terms, int step, real x) {
  real y = 0;
#ifdef __GNUC__
#pragma GCC unroll 32
#endif
  for (int k = (terms - 1) / step * step; k >= 0; k -= step)
    y = y * x + c[k];
  return y;
}

/* exp(x^2) erfc(x), x >= 0 (Shepherd, Laframboise 1981) */
INLINE real scaled_erfc(real x) {
  const int n = OR_TERMS(or_erfc_series);
  real t = (x - 3) / (x + 3), z = t * t;
  real even = or_polynomial(or_erfc_series, n, 2, z);
  real odd = or_polynomial(or_erfc_series + 1, n - 1, 2, z);
  return (even + t * odd) / (1 + 2 * x);
}

/* erf(x), 0 <= x <= 1 */
INLINE real small_erf(real x) {
  const int n = OR_TERMS(or_erf_series);
  return x * or_polynomial(or_erf_series, n, 1, x * x);
}

#endif
