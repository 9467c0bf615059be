-- theory/pool: the moments of what is drawn, against those of chi-squared and
-- binomial variables.
local pool = require "orthorun.theory.pool"
local near = dofile("tests/support.lua").near

local N = pool.draws

local function moments(x)
  local mean = x:sum() / N
  return mean, x:dot(x) / N - mean ^ 2
end

-- Mean and variance as wanted, within 4 standard errors of so many draws
local function check(x, mean, var, what)
  local got, got_var = moments(x)
  near(mean, got, 4 * math.sqrt(var / N), what)
  near(1, got_var / var, 0.15, what .. ", variance")
end

describe("theory.pool", function()
  it("draws units as they are: K of n on, either side's squares", function()
    for _, n in ipairs { 12, 64, 3000 } do
      local u = pool.units(n, false, 1, N)
      -- of K coins: mean n/2, variance 2 E K + n/4
      check(u.P, n / 2, 1.25 * n, "P of " .. n)
      check(u.N, n / 2, 1.25 * n, "N of " .. n)
      check(u.P + u.N, n, 2 * n, "both of " .. n)
      check(u.Q + u.M + u.x:square(), n - 1, 2 * (n - 1), "W'delta of " .. n)
      check(u.e, 0, 1, "e of " .. n)
    end
  end)

  it("draws dead layers anew only where they are dead", function()
    local least = pool.units(2, true, 1, N).P:min()
    assert.is_true(least > 0)
    assert.equal(0, pool.units(2, false, 1, N).P:min())
    near(2 / (1 - 0.25) * 0.5, (moments(pool.units(2, true, 1, N).P)), 0.12)
  end)

  it("draws chi-squared lengths, also of 0 and 1 dimensions", function()
    for _, n in ipairs { 1, 2, 3, 50, 1 << 40 } do
      check(pool.lengths(n, 1, N).P, n, 2 * n, "length " .. n)
    end
    assert.equal(0, pool.lengths(0, 1, N).P:max())
  end)

  it("goes round its rows, each time by other columns", function()
    local first, again = pool.units(12, false, 1, N),
      pool.units(12, false, 1 + pool.rows, N)
    assert.equal(first.P:get(1, 1010), again.P:get(1, 1))
    assert.equal(first.P:get(1, 1009), again.P:get(1, N))
    assert.equal(100, pool.units(12, false, 40, 100).P:cols())
    assert.equal(first.x:get(1, 5), pool.units(12, false, 1, N).x:get(1, 5))
  end)
end)
