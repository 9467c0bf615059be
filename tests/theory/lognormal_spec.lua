-- lognormal_spec.lua: the mean of B lognormals, against NumPy's quadrature and
-- draws.
local lognormal = require "orthorun.theory.lognormal"
local near = dofile("tests/support.lua").near

describe("the mean of B lognormals", function()
  it("has the logarithm's mean and variance of NumPy's quadrature", function()
    -- two samples: double trapezoidal sum; B: int (e^-t - M(t)^B)/t dt
    local golden = { { 2, .4, 0.0385469293353058, 0.0827748011188704 },
      { 2, 2, 0.64224886568848, 2.48672233076066 },
      { 2, 7, 3.32171426864915, 32.9754099456677 },
      { 32, .5, 0.120588515301971 }, { 32, 3.6, 4.55719229434532 },
      { 5, 9, 8.96672997509886 } }
    for _, g in ipairs(golden) do
      local mean, var = lognormal.exact_moments(g[1], g[2])
      near(g[3], mean, 1e-8, "mean")
      if g[4] then near(g[4], var, 1e-8 * (1 + g[4]), "variance") end
      local m, v = lognormal.log_mean(g[1], g[2])
      near(mean, m, 3e-7, "interpolated mean")
      near(var, v, 3e-6, "interpolated variance")
    end
  end)

  it("has the variance of NumPy's 125,000 and 500,000 draws", function()
    local golden = { { 32, 1.7, 0.25091, .0005 }, { 32, 3.6, 2.2570, .0045 },
      { 256, 2.5, .26366, .0015 }, { 5, 20, 178.087, .141 } }
    for _, g in ipairs(golden) do -- four standard errors
      local _, var = lognormal.log_mean(g[1], g[2])
      near(g[3], var, 4 * g[4])
    end
  end)

  it("is one lognormal's for B = 1, and none's for s = 0", function()
    local mean, var = lognormal.log_mean(1, 3)
    assert.equal(0, mean)
    assert.equal(9, var)
    mean, var = lognormal.log_mean(32, 0)
    near(0, mean, 1e-8)
    near(0, var, 1e-7)
  end)
end)
