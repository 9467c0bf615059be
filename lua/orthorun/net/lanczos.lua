-- lanczos: the outer eigenvalues of a symmetric matrix that is known by its
-- products with vectors alone.
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

-- Eigenvalues, largest first, of the tridiagonal matrix; and the size of the
-- last element of each one's eigenvector.
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
  local values, ends = {}, {}
  for j = 1, k do
    values[j], ends[j] = w:get(k + 1 - j, 1), math.abs(V:get(k, k + 1 - j))
  end
  return values, ends
end

-- lanczos(product, n, {start=, iterations=, done=}): Lanczos' method with full
-- reorthogonalization (Golub, Van Loan, Matrix Computations, 10.1 and 10.3) for
-- an n x n symmetric matrix A: product(v) = A v, columns in float64, start any
-- but 0. Returns Ritz values, largest first, and their residuals ||A u - value u||
-- for a unit vector u: an eigenvalue lies within the residual of each, none of
-- them is above A's largest or below its smallest. Ends after so many
-- iterations, where done(values, residuals) is true, or where the vectors span
-- a space that A keeps: residuals are 0 then, but for rounding. Products that
-- are not finite end it: nil, and the number that came of it.
return function(product, n, options)
  local most = math.min(options.iterations, n)
  local Q = matrix.zeros(n, most, { precision = "float64" })
  local q = options.start / options.start:norm()
  local diagonal, beside, values, residuals = {}, {}, nil, nil
  for k = 1, most do
    Q:col(k):assign(q)
    local w = product(q)
    diagonal[k] = q:dot(w)
    if diagonal[k] - diagonal[k] ~= 0 then return nil, diagonal[k] end
    local size = w:norm()
    w = orthogonalized(w, Q, k)
    local beta = w:norm()
    local ends
    values, ends = ritz(diagonal, beside)
    if beta <= 1e-14 * size then beta = 0.0 end
    residuals = {}
    for j = 1, k do residuals[j] = beta * ends[j] end
    if beta == 0 or options.done(values, residuals) then break end
    beside[k], q = beta, w / beta
  end
  return values, residuals
end
