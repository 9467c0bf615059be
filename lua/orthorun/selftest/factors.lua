-- factors: normwise backward errors of what LAPACK does, and of what is made of it:
-- how far the factors' product is from the matrix, in eps of its norm and sqrt(n), the
-- worst of several sizes; how far orthogonal factors are from orthogonal; and known
-- spectra found again. All is put together in float64.
local core = require "orthorun.core"
local matrix = core.matrix
local scores = require "orthorun.selftest.scores"

local factors = {}

local eps = { float64 = 2.0 ^ -52, float32 = 2.0 ^ -23 }
local square = { { 1, 1 }, { 2, 2 }, { 7, 7 }, { 24, 24 }, { 65, 65 }, { 150, 150 } }
local any = { { 1, 1 }, { 1, 9 }, { 9, 1 }, { 7, 24 }, { 65, 65 }, { 150, 41 },
  { 41, 150 }, { 129, 129 } }

-- --- errors -----------------------------------------------------------------

local function wide(A) return A:to "float64" end

-- ‖B - A‖/‖A‖ in eps sqrt(n).
local function off(A, B, p)
  local size, n = wide(A):norm(), math.max(A:rows(), A:cols())
  return (wide(B) - wide(A)):norm() / (size * eps[p] * math.sqrt(n))
end

-- ‖Q'Q - I‖ (of a wide Q, QQ') in eps sqrt(n).
local function from_orthogonal(Q, p)
  Q = wide(Q)
  if Q:rows() < Q:cols() then Q = Q:t() end
  local n = Q:cols()
  return (Q:t() * Q - matrix.eye(n, { precision = "float64" })):norm() /
    (eps[p] * math.sqrt(n) * math.sqrt(Q:rows()))
end

local function diagonal(s) return matrix.diag(wide(s)) end

local function orthogonal(rng, n)
  return core.init.orthogonal {}(rng, n, n, "float64")
end

-- --- one matrix -------------------------------------------------------------
-- Each gives the errors of one factorization of a matrix that it may draw itself.

local errors = {}

function errors.qr(_, A, p)
  local Q, R = A:qr()
  return off(A, wide(Q) * wide(R), p), from_orthogonal(Q, p)
end

function errors.svd(_, A, p)
  local U, s, Vt = A:svd()
  return off(A, wide(U) * diagonal(s) * wide(Vt), p), from_orthogonal(U, p),
    from_orthogonal(Vt, p)
end

function errors.eigh(_, A, p)
  A = A + A:t()
  local w, V = A:eigh()
  return off(A, wide(V) * diagonal(w) * wide(V):t(), p), from_orthogonal(V, p)
end

function errors.polar(_, A, p)
  local U, P = A:polar()
  return off(A, wide(U) * wide(P), p), from_orthogonal(U, p)
end

-- A Haar matrix of A's shape.
function errors.haar(rng, A, p)
  return from_orthogonal(core.init.orthogonal {}(rng, A:rows(), A:cols(), p), p)
end

-- ‖A X - B‖ over ‖A‖ ‖X‖.
function errors.solve(rng, A, p)
  local B = rng:normal(A:rows(), 3, { precision = p })
  local X = A:solve(B)
  local left = (wide(A) * wide(X) - wide(B)):norm()
  return left / (wide(A):norm() * wide(X):norm() * eps[p])
end

-- Singular values of U diag(s) V', s from 1 to 1e-3, in eps of the largest.
function errors.singular_values(rng, A, p)
  local n = A:rows()
  local s = wide(matrix.linspace(0, n > 1 and -3 or 0, n, { precision = "float64" }))
  s = s:map(function(x) return 10 ^ x end)
  local B = orthogonal(rng, n) * diagonal(s) * orthogonal(rng, n):t()
  return (wide(B:to(p):singular_values()) - s):norm("max") / (eps[p] * math.sqrt(n))
end

-- e^A of symmetric A with eigenvalues from -1 to 1, and of a quarter of a turn.
function errors.expm(rng, A, p)
  local n = A:rows()
  local w = matrix.linspace(-1, n > 1 and 1 or -1, n, { precision = "float64" })
  local V = orthogonal(rng, n)
  local S = V * diagonal(w) * V:t()
  S = 0.5 * (S + S:t())
  local expected = V * diagonal(w:exp()) * V:t()
  local turn = matrix({ { 0, -math.pi / 2 }, { math.pi / 2, 0 } }, { precision = p })
  return off(expected, S:to(p):expm(), p),
    off(matrix { { 0, -1 }, { 1, 0 } }, turn:expm(), p)
end

-- --- all sizes --------------------------------------------------------------

-- The name, the method in words, the shapes, the most eps that its error may be.
local list = {
  { "haar", "orthogonal weights", any, 8 },
  { "qr", "QR", any, 8 },
  { "svd", "SVD", any, 15 },
  { "singular_values", "known singular values", square, 15 },
  { "eigh", "symmetric eigenvalues", square, 15 },
  { "polar", "polar factors", any, 15 },
  { "solve", "LU, solve", square, 5 },
  { "expm", "exponential", square, 10 },
}

local function worst_of(rng, name, shapes, p)
  local worst = 0.0
  for _, shape in ipairs(shapes) do
    local A = rng:normal(shape[1], shape[2], { precision = p })
    for _, error in ipairs { errors[name](rng, A, p) } do
      worst = scores.worst(worst, error)
    end
  end
  return worst
end

-- --- products of many -------------------------------------------------------

-- Q_1 D_1 Q_0', Q_2 D_2 Q_1', ...: the product's singular values are those of the
-- D's, far beyond what a float64 holds.
local function chain_row(rng)
  local n, count = 4, 1500
  local rates = { 2.0, 0.5, -0.5, -2.0 } -- ln s per factor
  local D = diagonal(matrix(rates, { precision = "float64" }):exp())
  local Q, list_of = orthogonal(rng, n), {}
  for k = count, 1, -1 do
    local new = orthogonal(rng, n)
    list_of[k] = new * D * Q:t()
    Q = new
  end
  local worst = 0.0
  for i, log in ipairs(matrix.product_svd(list_of)) do
    worst = scores.worst(worst, math.abs(log / (count * rates[i]) - 1))
  end
  return worst
end

factors.list, factors.errors = list, errors

function factors.rows(rng)
  local rows = {}
  for _, entry in ipairs(list) do
    local name, what, shapes, bound = table.unpack(entry)
    for _, p in ipairs { "float64", "float32" } do
      rows[#rows + 1] = scores.within(what .. ", " .. p,
        worst_of(rng:split(name):split(p), name, shapes, p), bound)
    end
  end
  rows[#rows + 1] = scores.within("singular values of 1,500 factors' product",
    chain_row(rng:split "chain") * 2 ^ 52, 20)
  return rows
end

return factors
