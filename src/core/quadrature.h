/* quadrature.h: Gaussian expectations of activations. Composite
   Gauss-Legendre split at the kinks, since Gauss-Hermite is useless there.
   z, z1, z2 are standard normal; relative error about 1e-14. */
#ifndef OR_QUADRATURE_H
#define OR_QUADRATURE_H

#include "activation.h"

/* E[phi(x)^value phi'(x)^slope z^power], x = sqrt(q) z; powers >= 0, q >= 0
   and finite. At q = 0 it is the limit q -> 0+. */
double or_gaussian_mean(or_activation phi, int value, int slope, int power,
                        double q);

/* E[phi(sqrt(q) z)^power], or of phi'^power where slope is set. */
double or_gaussian_moment(or_activation phi, bool slope, int power, double q);

/* E[phi(u) phi(v)], or of phi' phi', for u, v normal with mean 0, variance q
   and correlation c in [-1, 1]. */
double or_gaussian_joint(or_activation phi, bool slope, double q, double c);

/* E[f(u)^2 g(v)^2] for the same u, v: f and g are phi where `slopes` is 0,
   phi' where it is 2; where it is 1, f = phi and g = phi'. q > 0. */
double or_gaussian_joint_energy(or_activation phi, int slopes, double q,
                                double c);

/* 1/sqrt(E[phi(z)^2]): the gain that keeps E[phi^2] at 1 through a layer of
   variance gain^2/fan_in; sqrt(2) for relu. */
double or_gain(or_activation phi);

/* Mean and variance of ln X over n independent units, given X > 0:
   X = sum_i phi(sqrt(q) z_i)^2, the energy a layer of Gaussian weights sends
   forward; or, where slope is set, X = sum_i phi'(sqrt(q) z_i)^2 g_i^2, g_i
   standard normal, the energy of delta that comes back through it. n, q > 0.
   The mean is good to about 1e-14, the variance relative to its own size. */
void or_log_energy(or_activation phi, bool slope, int n, double q, double *mean,
                   double *variance);

#endif
