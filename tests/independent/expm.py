"""Exponentials of matrices far from normal, by mpmath's Taylor series with 120
digits: the numbers in tests/core/linalg_spec.lua.

    /usr/bin/python3 tests/independent/expm.py
"""

from mpmath import expm, matrix, mp, nstr

mp.dps = 120

CASES = [
    [[1, 1e6], [0, -1]],
    [[1, 0], [1e6, -1]],
    [[1, 1e6], [2.0 ** -20, -1]],
    [[2, 5e5], [0, 2 + 2.0 ** -30]],
    [[1, 1e5, 1e10], [0, -2, 1e5], [0, 0, 30]],
    [[1, 1e5, 1e3], [2.0 ** -40, -2, 1e5], [2.0 ** -50, 2.0 ** -30, 3]],
]

for rows in CASES:
    result = expm(matrix(rows), method="taylor")
    print("  {", ", ".join(str(float(x)) for row in rows for x in row), "},")
    print("  {", ", ".join(nstr(x, 17) for x in result), "},")
