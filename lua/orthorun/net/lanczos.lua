-- lanczos: the outer eigenvalues of a symmetric matrix that is known by its
-- products with vectors alone, and functions of it on one vector.
local core = require "orthorun.core"

local matrix = core.matrix

-- w less its parts along the first k columns of Q, twice: once leaves what
-- rounding makes of large parts (Parlett's "twice is enough").
local function orthogonalized(w, Q, k)
  local basis = Q:sub(1, Q:rows(), 1, k)
  for _ = 1, 2 do
    local parts = matrix.zeros(k, 1, { precision = "float64" })
    for j = 1, k do parts:set(j, 1, Q:col(j):dot(w)) end
    w = w - basis * parts
  end
  return w
end

-- Eigenvalues, largest first, of the tridiagonal matrix; the last element of each
-- one's eigenvector, signed so that it is not below 0, the first one with that
-- sign; and the matrix of eigenvectors, in LAPACK's order.
local function ritz(diagonal, beside)
  local k = #diagonal
  local T = matrix.zeros(k, k, { precision = "float64" })
  for j = 1, k do
    T:set(j, j, diagonal[j])
    if j < k then
      T:set(j, j + 1, beside[j])
      T:set(j + 1, j, beside[j])
    end
  end
  local w, V = T:eigh()
  local values, ends, starts = {}, {}, {}
  for j = 1, k do
    local last = V:get(k, k + 1 - j)
    values[j], ends[j] = w:get(k + 1 - j, 1), math.abs(last)
    starts[j] = V:get(1, k + 1 - j) * (last < 0 and -1 or 1)
  end
  return values, ends, starts, V
end

-- f(A) times the start, by the first k columns of Q: f of each Ritz value.
local function applied(f, values, Q, V, size)
  local k, parts = #values, {}
  for j = 1, k do parts[k + 1 - j] = f(values[j]) * V:get(1, k + 1 - j) * size end
  local inner = V * matrix(parts, { precision = "float64" })
  return Q:sub(1, Q:rows(), 1, k) * inner
end

-- Q with room for k columns, doubled where it has none.
local function roomy(Q, k, most)
  if k <= Q:cols() then return Q end
  local wider = matrix.zeros(Q:rows(), math.min(most, 2 * Q:cols()),
    { precision = "float64" })
  wider:sub(1, Q:rows(), 1, Q:cols()):assign(Q)
  return wider
end

-- lanczos(product, n, {start=, iterations=, done=, growth=}): Lanczos' method with
-- full reorthogonalization (Golub, Van Loan, Matrix Computations, 10.1 and 10.3) for
-- an n x n symmetric matrix A: product(v) = A v, columns in float64, start any
-- but 0. Returns Ritz values, largest first, and their residuals ||A u - value u||
-- for a unit vector u: an eigenvalue lies within the residual of each, none of
-- them is above A's largest or below its smallest. Ends after so many
-- iterations, where done(values, residuals, starts) is true, or where the vectors
-- span a space that A keeps: residuals are 0 then, but for rounding. done is asked
-- after each iteration, or each time that they are `growth` times as many. starts:
-- <u, start>/||start||, signed so that the residual vectors are parallel. Returns as
-- third a function(f) that gives f(A) start, good where sum f(value) residual start
-- is small. Products that are not finite end it: nil, and the number that came of
-- it.
return function(product, n, options)
  local most, look = math.min(options.iterations, n), 1
  local Q = matrix.zeros(n, math.min(most, 16), { precision = "float64" })
  local size_of_start = options.start:norm()
  local q = options.start / size_of_start
  local diagonal, beside, values, residuals, V = {}, {}, nil, nil, nil
  for k = 1, most do
    Q = roomy(Q, k, most)
    Q:col(k):assign(q)
    local w = product(q)
    diagonal[k] = q:dot(w)
    if diagonal[k] - diagonal[k] ~= 0 then return nil, diagonal[k] end
    local size = w:norm()
    w = orthogonalized(w, Q, k)
    local beta = w:norm()
    if beta <= 1e-14 * size then beta = 0.0 end
    if k >= look or beta == 0 or k == most then
      local ends, starts
      values, ends, starts, V = ritz(diagonal, beside)
      residuals, look = {}, k * (options.growth or 1)
      for j = 1, k do residuals[j] = beta * ends[j] end
      if beta == 0 or options.done(values, residuals, starts) then break end
    end
    beside[k], q = beta, w / beta
  end
  return values, residuals, function(f)
    return applied(f, values, Q, V, size_of_start)
  end
end
