"""Fixed points of wide random nets, the critical line, and the correlation map,
with mpmath and NumPy: the numbers in tests/theory/fixed_points_spec.lua and
tests/theory/own_activation_spec.lua. One-dimensional expectations by mpmath's
Gauss-Legendre at 25 digits, split at the kinks; two-dimensional ones, given u, over
v = c u + sqrt(1 - c^2) w, by 40-point Gauss-Legendre on panels of w that end
at the kinks of phi(v), and on panels of u that end at those of phi(u).

    /usr/bin/python3 tests/independent/mean_field.py
"""

import numpy as np
from mpmath import mp, mpf, erf, exp, findroot, log, quad, sin, cos, sqrt, tanh, pi
from numpy.polynomial.legendre import leggauss
from scipy.optimize import brentq
from scipy.special import erf as np_erf, expit, log1p as np_log1p

mp.dps = 25
S, A = mpf("1.0507009873554804934193349852946"), mpf("1.6732632423543772848170429916717")


def phi_cdf(x):
    return (1 + erf(x / sqrt(mpf(2)))) / 2


def density(x):
    return exp(-x * x / 2) / sqrt(2 * pi)


def sigmoid(x):
    return 1 / (1 + exp(-x)) if x >= 0 else exp(x) / (1 + exp(x))


def softplus(x):
    return max(x, 0) + mp.log1p(exp(-abs(x)))


def np_softplus(x):
    return np.maximum(x, 0) + np_log1p(np.exp(-abs(x)))


def np_cdf(x):
    return 0.5 * (1 + np_erf(x / 2 ** 0.5))


def np_density(x):
    return np.exp(-x * x / 2) / (2 * np.pi) ** 0.5


def step(x):
    return mpf(1) if x > 0 else mpf(0)


def expm1m(x):  # exp(x) - 1 for x below 0, 0 above
    return mp.expm1(x) if x < 0 else mpf(0)


def np_em(x):
    return np.expm1(np.minimum(x, 0))


# name: phi, phi' in mpmath; phi, phi' in NumPy; kinks
PHI = {
    "linear": (lambda x: x, lambda x: mpf(1), lambda x: x, lambda x: 1 + 0 * x, []),
    "relu": (lambda x: max(x, mpf(0)), step, lambda x: np.maximum(x, 0),
             lambda x: (x > 0) * 1.0, [0]),
    "leaky_relu": (lambda x: x if x > 0 else x / 10, lambda x: mpf(1) if x > 0 else
                   mpf(1) / 10, lambda x: np.where(x > 0, x, x / 10),
                   lambda x: np.where(x > 0, 1, 0.1), [0]),
    "tanh": (tanh, lambda x: 1 - tanh(x) ** 2, np.tanh, lambda x: 1 - np.tanh(x) ** 2,
             []),
    "sigmoid": (sigmoid, lambda x: sigmoid(x) * sigmoid(-x), expit,
                lambda x: expit(x) * expit(-x), []),
    "erf": (erf, lambda x: 2 / sqrt(pi) * exp(-x * x), np_erf,
            lambda x: 2 / np.pi ** 0.5 * np.exp(-x * x), []),
    "gelu": (lambda x: x * phi_cdf(x), lambda x: phi_cdf(x) + x * density(x),
             lambda x: x * np_cdf(x), lambda x: np_cdf(x) + x * np_density(x), []),
    "silu": (lambda x: x * sigmoid(x),
             lambda x: sigmoid(x) * (1 + x * sigmoid(-x)), lambda x: x * expit(x),
             lambda x: expit(x) * (1 + x * expit(-x)), []),
    "selu": (lambda x: S * (max(x, mpf(0)) + A * expm1m(x)),
             lambda x: S if x > 0 else S * A * exp(x),
             lambda x: float(S) * (np.maximum(x, 0) + float(A) * np_em(x)),
             lambda x: float(S) * np.where(x > 0, 1, float(A) * (1 + np_em(x))), [0]),
    "elu": (lambda x: max(x, mpf(0)) + expm1m(x), lambda x: mpf(1) if x > 0 else exp(x),
            lambda x: np.maximum(x, 0) + np_em(x),
            lambda x: np.where(x > 0, 1, 1 + np_em(x)), [0]),
    "hard_tanh": (lambda x: min(max(x, mpf(-1)), mpf(1)), lambda x: mpf(abs(x) < 1),
                  lambda x: np.clip(x, -1, 1), lambda x: (abs(x) < 1) * 1.0, [-1, 1]),
    "softplus": (softplus, sigmoid, np_softplus, expit, []),
    # none of ours
    "sin": (sin, cos, np.sin, np.cos, []),
    "hard_swish": (lambda x: x * min(max(x + 3, mpf(0)), mpf(6)) / 6,
                   lambda x: (2 * x + 3) / 6 if abs(x) < 3 else mpf(x > 0),
                   lambda x: x * np.clip(x + 3, 0, 6) / 6,
                   lambda x: np.where(abs(x) < 3, (2 * x + 3) / 6, (x > 0) * 1.0),
                   [-3, 3]),
    "relu6": (lambda x: min(max(x, mpf(0)), mpf(6)), lambda x: mpf(0 < x < 6),
              lambda x: np.clip(x, 0, 6), lambda x: ((x > 0) & (x < 6)) * 1.0, [0, 6]),
    "mish": (lambda x: x * tanh(softplus(x)),
             lambda x: tanh(softplus(x)) + x * sigmoid(x) * (1 - tanh(softplus(x)) ** 2),
             lambda x: x * np.tanh(np_softplus(x)),
             lambda x: np.tanh(np_softplus(x)) + x * expit(x) *
             (1 - np.tanh(np_softplus(x)) ** 2), []),
    "shrink": (lambda x: x - mpf(1) / 3 if 3 * x > 1 else x + mpf(1) / 3
               if 3 * x < -1 else mpf(0), lambda x: mpf(3 * abs(x) > 1),
               lambda x: np.sign(x) * np.maximum(abs(x) - 1 / 3, 0),
               lambda x: (3 * abs(x) > 1) * 1.0, [mpf(-1) / 3, mpf(1) / 3]),
}


def mean(f, q, kinks):
    root = sqrt(mpf(q))
    ends = sorted({mpf(e) for e in (-13, -8, -5, -3, -2, -1, -0.5, 0, 0.5, 1, 2, 3,
                                    5, 8, 13)} |
                  {mpf(k) / root for k in kinks if abs(k / root) < 13})
    return quad(lambda z: f(root * z, z) * density(z), ends)


def moments(name, q):
    f, d, _, _, kinks = PHI[name]
    return (mean(lambda x, z: f(x) ** 2, q, kinks), mean(lambda x, z: d(x) ** 2, q, kinks),
            mean(lambda x, z: z * f(x) * d(x), q, kinks) / sqrt(mpf(q)))


X, W = leggauss(40)


def nodes(ends):
    ends = np.unique(np.clip(ends, -12, 12))
    middle, half = (ends[1:] + ends[:-1]) / 2, (ends[1:] - ends[:-1]) / 2
    return ((middle[:, None] + half[:, None] * X).ravel(), (half[:, None] * W).ravel())


def joint(name, q, c, slope):
    f, kinks = PHI[name][3 if slope else 2], [float(k) for k in PHI[name][4]]
    q, root, apart = float(q), float(q) ** 0.5, (1 - c * c) ** 0.5
    grid = np.arange(-12, 12.1, 1.0)
    around = np.concatenate([[k / root + apart * t for t in np.arange(-12, 12.1, 1)]
                             for k in kinks] or [[]])
    u, wu = nodes(np.concatenate([grid, [k / root for k in kinks], around,
                                  around / c if c else []]))
    total = 0.0
    for z, w in zip(u, wu):
        breaks = [(k / root - c * z) / apart for k in kinks]
        t, wt = nodes(np.concatenate([grid, breaks]))
        inner = np.sum(wt * np_density(t) * f(root * (c * z + apart * t)))
        total += w * np_density(z) * float(f(np.array(root * z))) * inner
    return total


def fixed_point(name, w2, b2, start):
    q = findroot(lambda q: w2 * moments(name, q)[0] + b2 - q, mpf(start), tol=1e-20)
    _, mu, slope = moments(name, q)
    return q, w2 * mu, w2 * slope


def correlation(name, w2, b2, q, chi1):
    if chi1 <= 1:
        return 1.0, float(chi1)
    def over(c):
        return (w2 * joint(name, q, c, False) + b2) / float(q) - c
    if abs(over(0.0)) < 1e-14:
        return 0.0, w2 * joint(name, q, 0.0, True)
    c = brentq(over, 0.0, 1 - 1e-3, xtol=1e-15)
    return c, w2 * joint(name, q, c, True)


def show(name, w2, b2, start):
    w2, b2 = mpf(w2), mpf(b2)
    q, chi1, chi_q = fixed_point(name, w2, b2, start)
    c, chi_c = correlation(name, float(w2), float(b2), q, chi1)
    print('    { "%s", %s, %s, %s, %s, %s, %.14g, %.14g },' % (
        name, w2, b2, mp.nstr(q, 16), mp.nstr(chi1, 16), mp.nstr(chi_q, 16), c, chi_c),
        flush=True)


def critical(name, b2, start):
    """sigma_w^2 and q with chi_1 = 1 at the fixed point."""
    def over(q):
        v, mu, _ = moments(name, q)
        return q - v / mu - b2
    q = findroot(over, mpf(start), tol=1e-20)
    v, mu, slope = moments(name, q)
    print('    { "%s", %s, %s, %s }, -- chi_q %s' % (name, b2, mp.nstr(1 / mu, 16),
          mp.nstr(q, 16), mp.nstr(slope / mu, 6)), flush=True)


if __name__ == "__main__":
    print("fixed points: sigma_w^2, sigma_b^2: q, chi_1, chi_q, c, chi_c")
    for row in [
            ("linear", ".8", ".1", .5), ("relu", "1.5", ".2", .8),
            ("relu", "1.9", ".05", 1), ("leaky_relu", "1.8", ".1", 1),
            ("tanh", "1.5", "0", .29), ("tanh", "4", ".05", 2.2),
            ("tanh", "1", ".05", .19), ("tanh", "100", "1", 90),
            ("sigmoid", "1", ".1", .37), ("sigmoid", "40", ".5", 14),
            ("sigmoid", "400", "0", 170),
            ("erf", "2", "0", .88), ("erf", "5", ".3", 3.5), ("erf", ".5", ".1", .2),
            ("gelu", "1.9", ".1", .29), ("gelu", "1.5", ".3", .7),
            ("silu", "1.9", ".1", .25), ("silu", "2", ".02", .1),
            ("selu", "1", "0", 1), ("selu", "1", ".1", 1.4), ("selu", ".8", ".2", .8),
            ("elu", "1.3", ".02", .5), ("elu", "1.2", ".1", .6),
            ("hard_tanh", "1.1", "0", .27), ("hard_tanh", "2", ".05", 1.1),
            ("hard_tanh", ".7", ".2", .5), ("softplus", ".5", ".1", .6),
            ("softplus", "1", "0", 2), ("softplus", "1.5", ".2", 9),
            ("sin", "3", ".1", 1.5), ("sin", ".8", ".2", .5),
            ("hard_swish", "1.9", ".1", .25), ("relu6", "1.9", ".1", 1.5),
            ("mish", "1.6", ".1", .4), ("shrink", ".9", ".2", .5)]:
        show(*row)
    print("the critical line: sigma_b^2: sigma_w^2, q")
    for row in [("tanh", ".01", .2), ("tanh", ".05", .57), ("tanh", ".5", 2.5),
                ("tanh", "2", 6), ("erf", ".01", .15), ("erf", ".05", .3),
                ("erf", ".5", 1.2), ("hard_tanh", ".01", .15),
                ("hard_tanh", ".05", .3), ("hard_tanh", ".5", 1.3),
                ("selu", ".05", .3), ("selu", ".5", 1), ("elu", ".05", .4),
                ("elu", ".5", 2), ("sigmoid", "0", 45), ("sigmoid", ".5", 46),
                ("sigmoid", "2", 50), ("sin", ".05", .4), ("sin", ".3", .9),
                ("gelu", ".5", 22), ("gelu", "2", 320), ("silu", "2", 144)]:
        critical(row[0], mpf(row[1]), row[2])
    print("correlation maps: q, c: c', chi_c at sigma_w^2 = 1.7, sigma_b^2 = .1")
    for name in PHI:
        for q, c in ((1, .3), (2.5, -.6), (.4, .95)):
            v = float(moments(name, q)[0])
            print('    { "%s", %s, %s, %.14g, %.14g },' % (
                name, q, c, (1.7 * joint(name, q, c, False) + .1) / (1.7 * v + .1),
                1.7 * joint(name, q, c, True)), flush=True)
    print("gains")
    for name in PHI:
        print('    %s = %s,' % (name, mp.nstr(1 / sqrt(moments(name, 1)[0]), 16)))
