-- linalg_spec.lua: factorizations, solvers and norms. Residuals are measured
-- as LAPACK's own tests measure them, ||A - QR|| / (n eps ||A||) < 30, in
-- logarithms, so that they mean something for 1e307 and for denormals.
-- Golden values: mpmath with 60 digits.
local ortho = require "orthorun"
local matrix = ortho.matrix

local EPS = { float64 = 2.0 ^ -52, float32 = 2.0 ^ -23 }
local LIMIT = 30

-- --- matrices to try ------------------------------------------------------

-- Numbers in (-1, 1), the same ones every time.
local function noise(seed)
  local x = seed * 7919 + 12345
  return function()
    x = x * 6364136223846793005 + 1442695040888963407
    return (x >> 11) * 2.0 ^ -52 - 1
  end
end

local function from(rows, cols, p, f)
  local A = matrix.zeros(rows, cols, { precision = p })
  for i = 1, rows do
    for j = 1, cols do A:set(i, j, f(i, j)) end
  end
  return A
end

local function random(rows, cols, p, scale)
  local draw = noise(rows * 1000 + cols)
  return from(rows, cols, p, function() return draw() * (scale or 1) end)
end

local function hilbert(n, p)
  return from(n, n, p, function(i, j) return 1 / (i + j - 1) end)
end

-- 10^-16 .. 10^16 along i in 1..n
local function grade(i, n) return 10.0 ^ (-16 + 32 * (i - 1) / (n - 1)) end

-- 2^5040 times noise: no double holds that.
local function far_away(rows, cols, p)
  local A, far = random(rows, cols, p), matrix.eye(cols, { precision = p }) * 2.0 ^ 120
  for _ = 1, 42 do A = A * far end
  return A
end

local EXTREME = {
  float64 = { huge = 1e307, tiny = 1e-305, denormal = 1e-316 },
  float32 = { huge = 1e37, tiny = 1e-36, denormal = 1e-41 },
}

local cases = {
  { "square", function(p) return random(24, 24, p) end },
  { "larger than one block", function(p) return random(150, 140, p) end },
  { "tall", function(p) return random(60, 9, p) end },
  { "wide", function(p) return random(9, 60, p) end },
  { "1x1", function(p) return matrix({ { -3 } }, { precision = p }) end },
  { "one column", function(p) return random(17, 1, p) end },
  { "one row", function(p) return random(1, 17, p) end },
  { "identity", function(p) return matrix.eye(16, { precision = p }) end },
  { "Hilbert", function(p) return hilbert(10, p) end },
  { "zero", function(p) return matrix.zeros(6, 4, { precision = p }) end },
  { "of rank 3", function(p) return random(20, 3, p) * random(3, 15, p) end },
  { "graded rows", function(p)
    local f = noise(1)
    return from(20, 12, p, function(i) return f() * grade(i, 20) end)
  end },
  { "graded columns", function(p)
    local f = noise(2)
    return from(20, 20, p, function(_, j) return f() * grade(j, 20) end)
  end },
  { "graded rows, wide", function(p)
    local f = noise(3)
    return from(8, 30, p, function(i) return f() * grade(9 - i, 8) end)
  end },
  { "near overflow", function(p) return random(12, 8, p, EXTREME[p].huge) end },
  { "near overflow, square", function(p) return random(10, 10, p, EXTREME[p].huge) end },
  { "near underflow", function(p) return random(12, 8, p, EXTREME[p].tiny) end },
  { "near underflow, square", function(p) return random(9, 9, p, EXTREME[p].tiny) end },
  { "denormal", function(p) return random(7, 7, p, EXTREME[p].denormal) end },
  { "far beyond the precision", function(p) return far_away(8, 8, p) end },
  { "a view", function(p) return random(30, 30, p):sub(5, 18, 3, 11) end },
  { "a square view", function(p) return random(30, 30, p):sub(5, 18, 7, 20) end },
  { "0x0", function(p) return matrix.zeros(0, 0, { precision = p }) end },
  { "0x5", function(p) return matrix.zeros(0, 5, { precision = p }) end },
  { "5x0", function(p) return matrix.zeros(5, 0, { precision = p }) end },
}

local function each_case(f, wanted)
  for _, p in ipairs { "float64", "float32" } do
    for _, case in ipairs(cases) do
      local A = case[2](p)
      if not wanted or wanted(A) then f(case[1] .. ", " .. p, A, p) end
    end
  end
end

local function is_square(A) return A:rows() == A:cols() end
local function is_zero(A) return A:log10_norm() == -math.huge end
local function is_regular(A) return is_square(A) and not is_zero(A) end

-- Exactly symmetric, and in the middle of the range.
local function symmetric(A) return A:normalized() + A:t():normalized() end

-- --- measures -------------------------------------------------------------

local function longer(A) return math.max(A:rows(), A:cols(), 1) end

-- log10 of a product of norms
local function size(...)
  local sum = 0
  for _, A in ipairs { ... } do sum = sum + A:log10_norm() end
  return sum
end

-- ||X - Y|| / (n eps 10^scale)
local function ratio(X, Y, scale, n, p)
  local e = size(X:normalized() - Y:normalized())
  return e == -math.huge and 0 or 10 ^ (e - scale) / (n * EPS[p])
end

local function small(r, what)
  assert(r < LIMIT, what .. ": ratio " .. r)
end

local function orthonormal_columns(Q, p, what)
  local I = matrix.eye(Q:cols(), { precision = p })
  small(ratio(Q:t() * Q, I, 0, longer(Q), p), what .. ": orthogonality")
end

local function is_shape(A, rows, cols, what)
  assert.are.same({ rows, cols }, { A:rows(), A:cols() }, what)
end

-- The same values to a power of two, as plain numbers.
local function plain(A)
  A = A:normalized()
  while A:exponent() > 0 do A = A * 2.0 ^ -math.min(A:exponent(), 900) end
  while A:exponent() < 0 do A = A * 2.0 ^ math.min(-A:exponent(), 900) end
  return A
end

local function ordered(s, sign, what)
  s = plain(s)
  for i = 2, s:rows() do
    assert(sign * (s:get(i, 1) - s:get(i - 1, 1)) >= 0, what)
  end
end

local function near(expected, got, tolerance)
  local error = math.abs(got - expected) / math.abs(expected)
  assert(error <= tolerance, ("expected %.17g, got %.17g (relative error %g)")
    :format(expected, got, error))
end

local function near_all(expected, A, tolerance)
  for i, row in ipairs(expected) do
    for j, v in ipairs(row) do
      local error = math.abs(A:get(i, j) - v)
      assert(error <= tolerance, ("(%d,%d): expected %.17g, got %.17g")
        :format(i, j, v, A:get(i, j)))
    end
  end
end

local raises = dofile("tests/support.lua").raises

-- --- residuals ------------------------------------------------------------

describe("QR", function()
  it("gives A back, with orthonormal Q and triangular R", function()
    each_case(function(name, A, p)
      local Q, R = A:qr()
      local k = math.min(A:rows(), A:cols())
      is_shape(Q, A:rows(), k, name)
      is_shape(R, k, A:cols(), name)
      small(ratio(A, Q * R, size(A), longer(A), p), name)
      orthonormal_columns(Q, p, name)
      for j = 1, R:cols() do
        for i = j + 1, k do assert.are.equal(0, R:get(i, j), name) end
      end
    end)
  end)

  it("keeps plain numbers plain, unless they would lose digits", function()
    for p, ends in pairs(EXTREME) do
      for _, scale in ipairs { 1, ends.huge, ends.tiny } do
        local _, R = random(12, 8, p, scale):qr()
        assert.are.equal(scale ~= ends.tiny, R:exponent() == 0)
      end
    end
  end)
end)

describe("SVD", function()
  it("gives A back, with orthonormal U, V and descending s", function()
    each_case(function(name, A, p)
      local U, s, Vt = A:svd()
      local k = math.min(A:rows(), A:cols())
      is_shape(U, A:rows(), k, name)
      is_shape(s, k, 1, name)
      is_shape(Vt, k, A:cols(), name)
      small(ratio(A, U * matrix.diag(s) * Vt, size(A), longer(A), p), name)
      orthonormal_columns(U, p, name)
      orthonormal_columns(Vt:t(), p, name)
      ordered(s, -1, name)
      assert(k == 0 or plain(s):get(k, 1) >= 0, name)
    end)
  end)

  it("and singular_values agree to roundoff", function()
    each_case(function(name, A, p)
      local _, s = A:svd()
      small(ratio(s, A:singular_values(), size(A), longer(A), p), name)
    end)
  end)

  it("scales its singular values with the matrix", function()
    for _, p in ipairs { "float64", "float32" } do
      local A = random(15, 11, p)
      local s = A:singular_values()
      local far = p == "float32" and 2.0 ^ 100 or 2.0 ^ 900
      for _, c in ipairs { far, 1 / far } do
        local scaled = (A * c):singular_values()
        for i = 1, 11 do near(s:get(i, 1) * c, scaled:get(i, 1), 4 * EPS[p]) end
      end
    end
  end)

  it("falls back to QR iteration where divide and conquer gives up", function()
    -- a gesdd that spoils its input and never converges, over the real one
    local base = os.tmpname()
    local source <close> = assert(io.open(base .. ".c", "w"))
    source:write [[
      int LAPACKE_dgesdd_work(int layout, char job, int m, int n, double *a,
                              int lda, double *s, double *u, int ldu,
                              double *vt, int ldvt, double *work, int lwork,
                              int *iwork) {
        for (int j = 0; lwork >= 0 && j < n; j++)
          a[j * lda] = 0;
        work[0] = 1;
        return lwork < 0 ? 0 : 1;
      }]]
    source:flush()
    local cc = ("cc -shared -fPIC -o %s.so %s.c"):format(base, base)
    assert(os.execute(cc), cc)
    local exe = os.getenv "ORTHORUN"
      or assert(io.popen("readlink /proc/$PPID/exe")):read "l"
    local script <close> = assert(io.open(base .. ".lua", "w"))
    script:write [[
      local matrix = require "orthorun".matrix
      local A = matrix { { 4, -2, 7 }, { 1, 0, 3 }, { 8, 5, -6 }, { 2, 2, 2 } }
      local U, s, Vt = A:svd()
      print((U * matrix.diag(s) * Vt - A):norm() < 1e-13)
      print(string.format("%.9f", A:norm "spectral"))]]
    script:flush()
    local pipe = assert(io.popen(("ASAN_OPTIONS=verify_asan_link_order=0 "
      .. "LD_PRELOAD=%s.so %s %s.lua 2>&1"):format(base, exe, base)))
    local said = pipe:read "a"
    pipe:close()
    for _, ending in ipairs { "", ".c", ".so", ".lua" } do os.remove(base .. ending) end
    assert.are.equal("true\n11.584101300\n", said)
  end)
end)

describe("eigh", function()
  it("gives A back, with orthonormal V and ascending w", function()
    each_case(function(name, A, p)
      local S = symmetric(A)
      local w, V = S:eigh()
      is_shape(w, A:rows(), 1, name)
      is_shape(V, A:rows(), A:rows(), name)
      small(ratio(S, V * matrix.diag(w) * V:t(), size(S), longer(S), p), name)
      orthonormal_columns(V, p, name)
      ordered(w, 1, name)
    end, is_square)
  end)

  it("takes the Gram matrix of anything, roundoff and all", function()
    each_case(function(name, A, p)
      local G = A:t() * A
      local w, V = G:eigh()
      small(ratio(G, V * matrix.diag(w) * V:t(), size(G), longer(G), p), name)
    end)
  end)

  it("works at the ends of the range", function()
    for p, ends in pairs(EXTREME) do
      for name, scale in pairs(ends) do
        local A = random(9, 9, p, scale / 2)
        local S = A + A:t()
        local w, V = S:eigh()
        small(ratio(S, V * matrix.diag(w) * V:t(), size(S), 9, p), name)
      end
    end
  end)

  it("refuses what is not symmetric, and says where", function()
    local A = random(5, 5, "float64")
    A = A + A:t()
    A:set(4, 2, A:get(2, 4) + 1e-12)
    raises("matrix:eigh: matrix is not symmetric: (4,2) is ", A.eigh, A)
  end)
end)

describe("polar", function()
  it("gives A back as U P, U orthonormal, P symmetric and semidefinite", function()
    each_case(function(name, A, p)
      local U, P = A:polar()
      is_shape(U, A:rows(), A:cols(), name)
      is_shape(P, A:cols(), A:cols(), name)
      small(ratio(A, U * P, size(A), longer(A), p), name)
      if A:rows() > 0 then
        orthonormal_columns(A:rows() >= A:cols() and U or U:t(), p, name)
      end
      assert(is_zero(P - P:t()), name)
      local w = plain((P:eigh()))
      local lowest = w:rows() > 0 and w:get(1, 1) or 0
      assert(lowest >= -LIMIT * longer(A) * EPS[p] * w:norm "max", name)
    end)
  end)
end)

describe("solve", function()
  it("leaves a residual of roundoff for square matrices", function()
    each_case(function(name, A, p)
      local B = random(A:rows(), 3, p)
      local X = A:solve(B)
      is_shape(X, A:cols(), 3, name)
      small(ratio(A * X, B, size(A, X), longer(A), p), name)
    end, is_regular)
  end)

  it("makes the residual of least squares orthogonal to the columns", function()
    each_case(function(name, A, p)
      local B = random(A:rows(), 2, p)
      local X = A:solve(B)
      is_shape(X, A:cols(), 2, name)
      if is_zero(A) then return assert(is_zero(X), name) end
      local zero = matrix.zeros(A:cols(), 2, { precision = p })
      local scale = math.max(size(A, A, X), size(A, B))
      small(ratio(A:t() * (A * X - B), zero, scale, longer(A), p), name)
    end, function(A) return not is_square(A) end)
  end)

  it("solves where one scale cannot hold the matrix", function()
    local D = matrix { { 1e300, 0 }, { 0, 1e-300 } }
    local x = D:solve(matrix { { 1 }, { 1 } })
    near(1e-300, x:get(1, 1), 1e-15)
    near(1e300, x:get(2, 1), 1e-15)
    local A = matrix { { 1e300, 2e300 }, { 3e-300, 4e-300 } }
    near_all({ { 1 }, { 1 } }, A:solve(matrix { { 3e300 }, { 7e-300 } }), 1e-14)
    near_all({ { 0 }, { 1 } }, A:t():solve(matrix { { 3e-300 }, { 4e-300 } }), 1e-14)
  end)

  it("names the pivot of a singular matrix", function()
    local A = matrix { { 1, 2, 3 }, { 2, 4, 6 }, { 1, 1, 1 } }
    raises("matrix:solve: matrix is singular: pivot 3 of 3 is exactly zero",
      A.solve, A, A)
    raises("matrix:inv: matrix is singular: pivot 3 of 3 is exactly zero", A.inv, A)
  end)

  it("says what does not fit", function()
    local A = random(3, 3, "float64")
    raises("matrix:solve: 3x3 by 2x1 (A has 3 rows, B has 2)",
      A.solve, A, random(2, 1, "float64"))
    raises("matrix:solve: A is float64 and B is float32",
      A.solve, A, random(3, 1, "float32"))
    raises("matrix:solve: NaN at (2,1) of the right-hand side, a 3x1 matrix",
      A.solve, A, matrix { { 1 }, { 0 / 0 }, { 2 } })
    raises("matrix:solve: argument 1 must be a matrix, not nothing", A.solve, A)
    raises("matrix:solve: argument 1 must be a matrix, not table",
      A.solve, A, { 1, 2, 3 })
  end)
end)

describe("inverse", function()
  it("times A is I to roundoff", function()
    each_case(function(name, A, p)
      local X = A:inv()
      local I = matrix.eye(A:rows(), { precision = p })
      small(ratio(A * X, I, size(A, X), longer(A), p), name)
    end, is_regular)
  end)

  it("exists for diag(1e300, 1e-300)", function()
    local X = matrix { { 1e300, 0 }, { 0, 1e-300 } }:inv()
    near(1e-300, X:get(1, 1), 1e-15)
    near(1e300, X:get(2, 2), 1e-15)
  end)

  it("too large for plain numbers has an exponent, or is refused", function()
    local X = matrix { { 1, 0 }, { 0, 5e-324 } }:inv()
    near(1074 * math.log(2, 10), X:log10_norm(), 1e-15)
    local e = 1e-140 -- the corner of this inverse is 1e420
    local A = matrix { { e, 1, 0 }, { 0, e, 1 }, { 0, 0, e } }
    raises("matrix:inv: the result overflows float64", A.inv, A)
    raises("matrix:solve: the result overflows float64", A.solve, A,
      matrix { { 0 }, { 0 }, { 1 } })
  end)

  it("of a pseudo kind satisfies Penrose's equations", function()
    each_case(function(name, A, p)
      local X = A:pinv()
      is_shape(X, A:cols(), A:rows(), name)
      if is_zero(A) then return assert(is_zero(X), name) end
      local n = longer(A)
      small(ratio(A * X * A, A, size(A, X, A), n, p), name)
      small(ratio(X * A * X, X, size(X, A, X), n, p), name)
      small(ratio((A * X):t(), A * X, size(A, X), n, p), name)
      small(ratio((X * A):t(), X * A, size(A, X), n, p), name)
    end)
  end)
end)

-- --- golden values --------------------------------------------------------

describe("golden values", function()
  local A = matrix { { 4, -2, 7 }, { 1, 0, 3 }, { 8, 5, -6 }, { 2, 2, 2 } }
  local D = matrix { { 2, -1, 0, 3 }, { 1, 5, 2, -4 }, { 0, 3, -1, 1 }, { 6, 2, 2, 2 } }

  it("of singular values and norms", function()
    local s = { 11.584101299592051649, 8.8095482865093375144, 2.0495014194799025313 }
    near_all({ { s[1] }, { s[2] }, { s[3] } }, A:singular_values(), 2e-14)
    near(14.696938456699068589, A:norm(), 1e-15)
    near(14.696938456699068589, A:norm "fro", 1e-15)
    near(s[1], A:norm "spectral", 2e-15)
    near(s[1], A:norm(2), 2e-15)
    near(22.443151005581291695, A:norm "nuclear", 2e-15)
    assert.are.equal(8, A:norm "max")
    assert.are.equal(18, A:norm(1))
    assert.are.equal(19, A:norm "inf")
    assert.are.equal(19, A:norm(math.huge))
    near(s[1] / s[3], A:cond(), 1e-14)
  end)

  it("of eigenvalues, determinant and condition of Hilbert's matrix", function()
    local H = hilbert(6, "float64")
    local w, exact = H:eigh(), { 1.0827994845655497685e-7,
      0.000012570757122625194923, 0.00061574835418265769765,
      0.016321521319875822124, 0.24236087057520955214, 1.618899858924339097 }
    for i, v in ipairs(exact) do near_all({ { v } }, w:sub(i, i, 1, 1), 2e-15) end
    near(5.3672998873586877328e-18, H:det(), 1e-9)
    local log_det, sign = H:logdet()
    near(-39.766206706097660497, log_det, 1e-10)
    assert.are.equal(1, sign)
    near(14951058.640131216775, H:cond(), 1e-8)
    near(29070279.0, H:cond(1), 1e-8)
  end)

  it("of determinant, inverse, solution and trace", function()
    near(38, D:det(), 1e-14)
    near(math.log(38), (D:logdet()), 1e-15)
    assert.are.equal(8, D:trace())
    near(46.787349723860460237, D:cond "fro", 1e-14)
    near_all({
      { -30 / 19, -14 / 19, 3 / 19, 31 / 38 },
      { 8 / 19, 5 / 19, 3 / 19, -7 / 38 },
      { 53 / 19, 26 / 19, -11 / 19, -22 / 19 },
      { 29 / 19, 11 / 19, -1 / 19, -23 / 38 } }, D:inv(), 1e-14)
    near_all({ { 13 / 19 }, { 13 / 19 }, { -16 / 19 }, { 2 / 19 } },
      D:solve(matrix { { 1 }, { 2 }, { 3 }, { 4 } }), 1e-14)
  end)

  it("of least squares, tall and wide", function()
    near_all({ { -0.093930734941136129843 }, { 1.505840667504857698 },
      { 0.63278088924448508401 } },
      A:solve(matrix { { 1 }, { 2 }, { 3 }, { 4 } }), 1e-14)
    near_all({ { -0.18790718939307349411 }, { 0.47376843067779174763 },
      { -0.11544176477311692765 }, { 1.100697222539718825 } },
      A:t():solve(matrix { { 1 }, { 2 }, { 3 } }), 1e-14)
  end)

  it("of the polar decomposition", function()
    local U, P = A:polar()
    near_all({
      { 0.61269903816942591074, -0.44974670346010195119, 0.62108951264052426366 },
      { 0.054228223424214395901, 0.23352937407056587993, 0.38944477579075326828 },
      { 0.78844904902907759913, 0.33615135492071780862, -0.50788168200901754732 },
      { -0.0026991657335266118552, 0.79384771887179120317, 0.45236797076819790003 },
    }, U, 1e-14)
    near_all({
      { 8.8072184368674856082, 2.7114488373394829505, -0.28451468818289425561 },
      { 2.7114488373394829505, 4.1679456192673753518, -2.8768514937897404639 },
      { -0.28451468818289425561, -2.8768514937897404639, 9.4679869494464307345 },
    }, P, 2e-14)
  end)

  it("of exponentials", function()
    local E = matrix { { 1, 2, 3 }, { 4, 5, 6 }, { 7, 8, 10 } } * 0.25
    near_all({
      { 7.5677225845063804632, 8.2206726912274209092, 10.46400735163078469 },
      { 15.196677592314610703, 19.652730701470413377, 23.417350283542031612 },
      { 25.245795680565318354, 30.808244448009298444, 39.789523166158888611 },
    }, E:expm(), 1e-12)
    -- Moler and Van Loan's example, where the Taylor series fails
    near_all({
      { -0.73575875814475307964, 0.55181909965809770062 },
      { -1.471517599088260535, 1.1036382407155725891 },
    }, matrix { { -49, 24 }, { -64, 31 } }:expm(), 1e-12)
  end)
end)

-- --- exponentials ---------------------------------------------------------

describe("expm", function()
  it("of a nilpotent matrix ends after its powers", function()
    local N = matrix { { 0, 2, 5 }, { 0, 0, 3 }, { 0, 0, 0 } }
    near_all({ { 1, 2, 8 }, { 0, 1, 3 }, { 0, 0, 1 } }, N:expm(), 1e-14)
  end)

  it("of a skew matrix is a rotation", function()
    for _, angle in ipairs { 0, 1e-300, 1e-9, 0.5, 3, 100 } do
      local R = matrix { { 0, -angle }, { angle, 0 } }:expm()
      local c, s = math.cos(angle), math.sin(angle)
      near_all({ { c, -s }, { s, c } }, R, 1e-14 * (1 + angle))
    end
  end)

  it("of zero is I, of 1x1 the number's, of 0x0 0x0", function()
    near_all({ { 1, 0 }, { 0, 1 } }, matrix.zeros(2, 2):expm(), 0)
    near(math.exp(-7.5), matrix { { -7.5 } }:expm():get(1, 1), 1e-14)
    is_shape(matrix.zeros(0, 0):expm(), 0, 0)
  end)

  -- by mpmath (tests/independent/expm.py)
  it("is right to the last digits far from normal", function()
    local far = {
      { { { 1, 1e6 }, { 0, -1 } },
        { { 2.7182818284590452, 1175201.1936438015 }, { 0, 0.36787944117144232 } } },
      { { { 1, 0 }, { 1e6, -1 } },
        { { 2.7182818284590452, 0 }, { 1175201.1936438015, 0.36787944117144232 } } },
      { { { 1, 1e6 }, { 2.0 ^ -20, -1 } },
        { { 3.5055381564343474, 1358939.8196638222 },
          { 1.2959860035551283e-6, 0.78765851710670303 } } },
      { { { 2, 5e5 }, { 0, 2 + 2.0 ^ -30 } },
        { { 7.3890560989306502, 3694528.0511857238 }, { 0, 7.389056105812245 } } },
      { { { 1, 1e5, 1e10 }, { 0, -2, 1e5 }, { 0, 0, 30 } },
        { { 2.7182818284590452, 86098.218174081085, 3.8001472111012131e+21 },
          { 0, 0.13533528323661269, 33395233067263521.0 },
          { 0, 0, 10686474581524.462 } } },
      { { { 1, 1e5, 1e3 }, { 2.0 ^ -40, -2, 1e5 }, { 2.0 ^ -50, 2.0 ^ -30, 3 } },
        { { 2.7182860833362623, 86100.744588765793, 15645406216.317055 },
          { 1.3974212627115398e-10, 0.13540945483472125, 399008.69523952698 },
          { 7.7126817858895863e-15, 3.855017098005323e-9, 20.085844074518327 } } },
    }
    for _, case in ipairs(far) do
      local X, wanted = matrix(case[1]):expm(), matrix(case[2])
      near_all(case[2], X, 1e-15 * wanted:norm "max")
      local Y = matrix(case[1]):t():expm()
      near_all(wanted:t():totable(), Y, 1e-13 * wanted:norm "max")
    end
  end)

  it("of a triangular matrix has the diagonal's exponentials", function()
    local X = matrix { { 3, 1e9, 1e20 }, { 0, -300, 1e9 }, { 0, 0, 300 } }:expm()
    for i, a in ipairs { 3, -300, 300 } do
      near(1, X:get(i, i) / math.exp(a), 1e-13)
    end
    local N = matrix { { 0, 1e200 }, { 0, 0 } }
    near_all({ { 1, 1e200 }, { 0, 1 } }, N:expm(), 0)
    raises("has no digit right", N.expm, N * 1e200)
  end)

  it("does not overflow", function()
    local X = matrix { { 1000, 0 }, { 0, 1000.5 } }:expm()
    local log10 = (1000.5 + math.log(1 + math.exp(-1)) / 2) / math.log(10)
    near(log10, X:log10_norm(), 1e-13)
  end)

  it("works in float32", function()
    local X = matrix({ { 0, -2 }, { 2, 0 } }, { precision = "float32" }):expm()
    near_all({ { math.cos(2), -math.sin(2) }, { math.sin(2), math.cos(2) } }, X, 4e-6)
  end)

  it("refuses a matrix so large that no digit would be right", function()
    local A = matrix { { 0, -1e17 }, { 1e17, 0 } }
    raises("has no digit right", A.expm, A)
  end)

  it("times the exponential of -A is I", function()
    for _, p in ipairs { "float64", "float32" } do
      local A = random(20, 20, p)
      local X, Y = A:expm(), (-A):expm()
      small(ratio(X * Y, matrix.eye(20, { precision = p }), size(X, Y), 20, p), p)
    end
  end)
end)

-- --- numbers --------------------------------------------------------------

describe("determinants", function()
  it("have the sign of the permutation", function()
    assert.are.equal(-1, matrix { { 0, 1 }, { 1, 0 } }:det())
    assert.are.equal(1, matrix { { 0, 1, 0 }, { 0, 0, 1 }, { 1, 0, 0 } }:det())
    local log_det, sign = matrix { { 0, 2 }, { 2, 0 } }:logdet()
    near(math.log(4), log_det, 1e-15)
    assert.are.equal(-1, sign)
  end)

  it("of singular matrices are 0, their logarithm -inf with sign 0", function()
    local Z = matrix { { 1, 2 }, { 2, 4 } }
    assert.are.equal(0, Z:det())
    assert.are.same({ -math.huge, 0 }, { Z:logdet() })
  end)

  it("beyond a double are inf or 0, but their logarithm is right", function()
    local A = matrix.eye(40)
    assert.are.equal(math.huge, (A * 1e20):det())
    near(800 * math.log(10), ((A * 1e20):logdet()), 1e-14)
    assert.are.equal(0, (A * 1e-20):det())
    near(-800 * math.log(10), ((A * 1e-20):logdet()), 1e-14)
    near(1, matrix { { 1e300, 0 }, { 0, 1e-300 } }:det(), 1e-15)
  end)

  it("of far away matrices count their exponent n times", function()
    local A, far = random(8, 8, "float64"), far_away(8, 8, "float64")
    near((A:logdet()) + 8 * 5040 * math.log(2), (far:logdet()), 1e-14)
  end)
end)

describe("rank", function()
  it("counts what roundoff does not explain", function()
    each_case(function(name, A)
      local expected = math.min(A:rows(), A:cols())
      if name:find "rank 3" then expected = 3 end
      if name:find "zero" then expected = 0 end
      if name:find "graded" or name:find "Hilbert" then return end
      assert.are.equal(expected, A:rank(), name)
    end)
  end)

  it("takes a tolerance in the matrix's own units", function()
    local A = matrix.diag(matrix { { 1e300 }, { 1e290 }, { 1e280 } })
    assert.are.equal(2, A:rank(1e285))
    assert.are.equal(3, A:rank(0))
    assert.are.equal(0, A:rank(math.huge))
    assert.are.equal("integer", math.type(A:rank()))
    for _, bad in ipairs { -1, 0 / 0, "small" } do
      raises("matrix:rank: the tolerance must be a number >= 0", A.rank, A, bad)
    end
  end)
end)

describe("cond", function()
  it("is inf for singular matrices, 1 for I", function()
    local Z, I = matrix { { 1, 0 }, { 0, 0 } }, matrix.eye(5)
    for _, p in ipairs { 1, 2, "fro", "inf", "spectral" } do
      assert.are.equal(math.huge, Z:cond(p))
      near(p == "fro" and 5 or 1, I:cond(p), 1e-15)
    end
  end)

  it("does not depend on scale", function()
    local A = random(8, 8, "float64")
    for _, c in ipairs { 2.0 ^ 1000, 2.0 ^ -1000 } do
      for _, p in ipairs { 1, 2, "fro", "inf" } do
        near(A:cond(p), (A * c):cond(p), 1e-12)
      end
    end
    near(A:cond(), far_away(8, 8, "float64"):cond(), 1e-12)
  end)

  it("lists the norms it knows", function()
    local I, Z = matrix.eye(2), matrix.zeros(2, 3)
    raises("matrix:cond: unknown norm 'nuclear'", I.cond, I, "nuclear")
    raises("known: spectral, fro, 1, inf, 2)", I.cond, I, "nuclear")
    raises("matrix:cond: 2x3 matrix is not square", Z.cond, Z, 1)
  end)
end)

describe("norms", function()
  local kinds = { "fro", "spectral", "nuclear", "max", 1, "inf" }

  it("neither overflow nor underflow before they must", function()
    local A = matrix { { 1, 2 }, { -3, 4 } }
    for _, c in ipairs { 2.0 ^ 1015, 2.0 ^ -1015 } do
      for _, kind in ipairs(kinds) do
        near(A:norm(kind) * c, (A * c):norm(kind), 1e-14)
      end
    end
  end)

  it("are inf only where no double holds them", function()
    local A = matrix { { 1.5e308, 1.5e308 } }
    assert.are.equal(math.huge, A:norm())
    assert.are.equal(math.huge, A:norm "inf")
    assert.are.equal(1.5e308, A:norm "max")
    assert.are.equal(1.5e308, A:norm(1))
    local T = matrix.diag(matrix { { 1e308 }, { 1e308 }, { -1.5e308 } })
    near(0.5e308, T:trace(), 1e-14)
  end)

  it("are 0 for empty matrices", function()
    for _, shape in ipairs { { 0, 0 }, { 0, 3 }, { 3, 0 } } do
      for _, kind in ipairs(kinds) do
        assert.are.equal(0, matrix.zeros(shape[1], shape[2]):norm(kind))
      end
    end
  end)

  it("name the known kinds for an unknown one", function()
    local I = matrix.eye(2)
    raises("matrix:norm: unknown norm 'spectrl' (did you mean 'spectral'?",
      I.norm, I, "spectrl")
    raises("known: fro, spectral, nuclear, max, 1, inf, 2)", I.norm, I, "frobenius")
    raises("unknown norm '3", I.norm, I, 3)
    raises("a norm goes by name, or is 1 or 2, not table", I.norm, I, {})
  end)

  it("that are sums pass NaN and Inf on", function()
    local N, I = matrix { { 1, 0 / 0 } }, matrix { { 1, -1 / 0 } }
    for _, kind in ipairs { "fro", "max", 1, "inf" } do
      assert(N:norm(kind) ~= N:norm(kind), kind)
      assert.are.equal(math.huge, I:norm(kind))
    end
  end)
end)

-- --- refusals, and what must not happen -----------------------------------

describe("every method", function()
  local names = { "qr", "svd", "singular_values", "eigh", "polar", "solve", "inv",
    "pinv", "expm", "det", "logdet", "rank", "cond" }

  -- The method's further argument, for those that need one.
  local function argument(name, A) return name == "solve" and A or nil end

  it("refuses NaN and Inf at once, and says where", function()
    for word, value in pairs { NaN = 0 / 0, Inf = -math.huge } do
      for _, p in ipairs { "float64", "float32" } do
        local A = matrix.eye(4, { precision = p })
        A:set(4, 3, value)
        for _, name in ipairs(names) do
          raises(("matrix:%s: %s at (4,3) of a 4x4 matrix"):format(name, word),
            A[name], A, argument(name, A))
        end
        raises(("matrix:norm: %s at (4,3)"):format(word), A.norm, A, "spectral")
        raises(("matrix:norm: %s at (4,3)"):format(word), A.norm, A, "nuclear")
      end
    end
  end)

  it("leaves its input as it was", function()
    each_case(function(case, A)
      for _, input in ipairs { A, is_square(A) and symmetric(A) or nil } do
        local before = input:copy()
        for _, name in ipairs(names) do
          pcall(input[name], input, argument(name, input))
        end
        input:norm "nuclear"
        assert(input == before, case)
        assert.are.equal(before:exponent(), input:exponent(), case)
      end
    end)
  end)

  it("that needs a square matrix says so", function()
    local A = matrix.zeros(2, 3)
    for _, name in ipairs { "eigh", "inv", "expm", "det", "logdet", "trace" } do
      raises(("matrix:%s: 2x3 matrix is not square"):format(name), A[name], A)
    end
  end)

  it("works on a view as on its copy", function()
    local base = random(20, 20, "float64")
    local view = (base + base:t()):sub(5, 11, 5, 11)
    local copy = view:copy()
    for _, name in ipairs(names) do
      local arg = argument(name, random(7, 2, "float64"))
      local seen = { view[name](view, arg) }
      for i, result in ipairs { copy[name](copy, arg) } do
        assert(seen[i] == result, name)
      end
    end
  end)

  it("gives empty matrices, 0 or 1 for empty ones", function()
    local Z = matrix.zeros(0, 0)
    assert.are.equal(1, Z:det())
    assert.are.same({ 0, 1 }, { Z:logdet() })
    assert.are.equal(0, Z:rank())
    assert.are.equal(0, Z:cond())
    assert.are.equal(0, Z:trace())
    is_shape(Z:inv(), 0, 0)
    is_shape(matrix.zeros(0, 5):pinv(), 5, 0)
    is_shape(matrix.zeros(0, 5):solve(matrix.zeros(0, 2)), 5, 2)
  end)
end)
