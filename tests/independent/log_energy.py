"""Mean and variance of the logarithm of a sum of energies, with mpmath: the
numbers in tests/core/activation_spec.lua. ReLU's sum has a closed form (chi
squares with a binomial number of degrees of freedom); the others' are from the
Laplace transform L(t) of the sum at 40 digits, by

    ln X = integral of (exp(-t) - exp(-t X)) dt/t

and the next such integral, in t = e^r by the trapezoidal rule with step 1/10.

    /usr/bin/python3 tests/independent/log_energy.py
"""

from mpmath import (binomial, cosh, erf, euler, exp, inf, log, mp, mpf, ncdf,
                    npdf, nstr, pi, psi, sinh, sqrt, tanh)
from mpmath.calculus.quadrature import GaussLegendre

mp.dps = 40


def relu(n):
    first = second = total = mpf(0)
    for k in range(1, n + 1):
        weight = binomial(n, k) / mpf(2) ** n
        mean, var = psi(0, mpf(k) / 2) + log(2), psi(1, mpf(k) / 2)
        total += weight
        first += weight * mean
        second += weight * (var + mean ** 2)
    first /= total
    return first, second / total - first ** 2


def sigmoid(x):
    return 1 / (1 + exp(-x))


FUNCTIONS = {
    "tanh": (tanh, lambda x: 1 / cosh(x) ** 2),
    "gelu": (lambda x: x * ncdf(x), lambda x: ncdf(x) + x * npdf(x)),
    "sigmoid": (sigmoid, lambda x: sigmoid(x) * sigmoid(-x)),
    "softplus": (lambda x: log(1 + exp(x)), sigmoid),
    "elu": (lambda x: x if x > 0 else exp(x) - 1,
            lambda x: mpf(1) if x > 0 else exp(x)),
    "hard_tanh": (lambda x: max(mpf(-1), min(mpf(1), x)),
                  lambda x: mpf(abs(x) < 1)),
}

# Where a function or its slope is 0 or has a kink.
SPECIAL = {"gelu": [0, mpf("-0.75179152469356244386859730439")],
           "hard_tanh": [-1, 0, 1]}

NODES = GaussLegendre(mp).calc_nodes(4, 160)  # 24 nodes


def nodes_between(places, reach):
    """Panels that shrink toward the places, from -reach to reach."""
    cuts = {-mpf(reach), mpf(reach)}
    for place in places:
        cuts.add(mpf(place))
        for k in range(-5, 64):
            for side in (-1, 1):
                at = place + side * mpf(2) ** -k
                if -reach < at < reach:
                    cuts.add(at)
    cuts = sorted(cuts)
    for low, high in zip(cuts, cuts[1:]):
        parts = max(1, int((high - low) / 2 + mpf("0.999")))
        for i in range(parts):
            a = low + (high - low) * i / parts
            b = low + (high - low) * (i + 1) / parts
            for x, w in NODES:
                yield (a + b) / 2 + (b - a) / 2 * x, (b - a) / 2 * w


def by_transform(name, slope, n, q):
    f = FUNCTIONS[name][slope]
    root = sqrt(mpf(q))
    places = [mpf(p) / root for p in SPECIAL.get(name, [0])]
    table = []
    dead = mpf(0)
    for z, w in nodes_between(places, 12):
        x, w = f(root * z) ** 2, w * npdf(z)
        if x == 0:
            dead += w
        else:
            table.append((x, w))
    total = dead + sum(w for _, w in table)
    table = [(x, w / total) for x, w in table]
    dead /= total
    mean = n * sum(x * w for x, w in table)
    alive = 1 - dead ** n
    step, first, second = mpf(1) / 10, mpf(0), mpf(0)
    for k in range(-500, 3000):
        t = exp(k * step)
        if slope:
            some = sum(w / sqrt(1 + 2 * t * x / mean) for x, w in table)
        else:
            some = sum(w * exp(-t * x / mean) for x, w in table)
        g = ((dead + some) ** n - dead ** n) / alive - exp(-t)
        first += g * step
        second += k * step * g * step
        if k > 40 and abs(g) < mpf(10) ** -24:
            break
    return log(mean) - first, 2 * (second + euler * first) - first ** 2


for n in (1, 2, 8, 64, 512, 4096):
    mean, var = relu(n)
    for slope in ("false", "true"):
        print(f'    {{ "relu", {n}, {slope}, 1, {nstr(mean, 17)}, '
              f'{nstr(var, 17)} }},')
for name, slope, q, counts in (
        ("tanh", 0, 1, (1, 8, 512)), ("tanh", 1, 1, (1, 512)),
        ("gelu", 0, 1, (8, 512)), ("gelu", 1, 1, (8, 4096)),
        ("sigmoid", 0, 0.01, (8, 512)), ("softplus", 1, 2, (64,)),
        ("elu", 1, 1, (512,)), ("hard_tanh", 0, 2, (2, 64)),
        ("hard_tanh", 1, 2, (2, 512))):
    for n in counts:
        mean, var = by_transform(name, slope, n, q)
        print(f'    {{ "{name}", {n}, {"true" if slope else "false"}, {q}, '
              f'{nstr(mean, 17)}, {nstr(var, 17)} }},', flush=True)
