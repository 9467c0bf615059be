-- controlled: mean and variance of a quantity y of which draws are at hand, with the
-- help of others, x_k, whose mean is 0 and whose variances are known: y is fitted by
-- sum beta_k x_k, and of the x_k the known moments count, not those of the draws.
local matrix = require "orthorun.core".matrix

local controlled = {}

local function mean(x) return x:sum() / x:cols() end

-- Of draws in 1 x N matrices, about their middle.
function controlled.covariance(x, y)
  local n = x:cols()
  return (x:dot(y) - n * mean(x) * mean(y)) / (n - 1)
end

-- Solves C beta = c for a few unknowns, symmetric; a row without variance of its own
-- gets 0.
local function solve(C, c)
  local k, beta, used = #c, {}, {}
  local least = {}
  for i = 1, k do least[i] = math.max(1e-9 * C[i][i], 1e-18) end
  for i = 1, k do
    used[i] = C[i][i] > least[i]
    for j = i + 1, used[i] and k or 0 do
      local factor = C[j][i] / C[i][i]
      for m = i, k do C[j][m] = C[j][m] - factor * C[i][m] end
      c[j] = c[j] - factor * c[i]
    end
  end
  for i = k, 1, -1 do
    local rest = c[i]
    for j = i + 1, k do rest = rest - C[i][j] * beta[j] end
    beta[i] = used[i] and rest / C[i][i] or 0
  end
  return beta
end

local ones = {} -- N x 1 matrices by N

-- Means and covariances of the rows of X, by one product.
local function moments(X)
  local n = X:cols()
  ones[n] = ones[n] or matrix.ones(n, 1, { precision = "float64" })
  local m, C = (X * ones[n]):tolist(), (X * X:t()):totable()
  for i = 1, #m do m[i] = m[i] / n end
  for i, row in ipairs(C) do
    for j = 1, #row do row[j] = (row[j] - n * m[i] * m[j]) / (n - 1) end
  end
  return m, C
end

-- controls: { x =, var = known variance, cov = known covariance with the control
-- before it (default 0) }, their means 0, otherwise uncorrelated.
function controlled.fit(y, controls)
  local n, centre, rows = y:cols(), mean(y), {}
  for i, a in ipairs(controls) do rows[i] = a.x end
  rows[#rows + 1] = y + (-centre)
  local m, C = moments(matrix.vcat(table.unpack(rows)))
  local k = #controls
  local c = table.move(C[k + 1], 1, k, 1, {})
  local rest = C[k + 1][k + 1]
  local beta = solve(C, { table.unpack(c) })
  for i = 1, k do
    centre = centre - beta[i] * m[i]
    rest = rest - beta[i] * c[i]
  end
  return { mean = centre, rest = math.max(0, rest), beta = beta,
    controls = controls, draws = n }
end

-- Puts mean, variance and the mean's standard error of y - less x_1 into place l of
-- `into`.
function controlled.moments(into, l, fit, less)
  local var, before = fit.rest, nil
  for i, a in ipairs(fit.controls) do
    local beta = fit.beta[i] - (i == 1 and less or 0)
    var = var + beta ^ 2 * a.var + (a.cov and 2 * beta * before * a.cov or 0)
    before = beta
  end
  into.mean[l], into.var[l] = fit.mean, math.max(0, var)
  into.error[l] = math.sqrt(fit.rest / fit.draws)
end

return controlled
