"""Logarithms of the singular values of a product of 80 matrices of sines, by
mpmath with 300 digits: the numbers in tests/core/chain_spec.lua.

    /usr/bin/python3 tests/independent/chain.py
"""

import math

from mpmath import log, matrix, mp, nstr, svd_r

mp.dps = 300


def entries(n, key):
    return matrix([[math.sin(key + 7 * i + 3 * j + i * j / 5)
                    for j in range(1, n + 1)] for i in range(1, n + 1)])


product = entries(5, 1)
for k in range(2, 81):
    product = product * entries(5, k * k)
print(", ".join(nstr(log(s), 17) for s in svd_r(product, compute_uv=False)))
