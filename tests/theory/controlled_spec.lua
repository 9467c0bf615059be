-- theory/controlled: a mean and a variance that controls make better.
local ortho = require "orthorun"
local controlled = require "orthorun.theory.controlled"
local near = dofile("tests/support.lua").near

local function moments(fit, less)
  local into = { mean = {}, var = {}, error = {} }
  controlled.moments(into, 1, fit, less or 0)
  return into.mean[1], into.var[1], into.error[1]
end

describe("theory.controlled", function()
  local rng = ortho.rng(5)
  local a, b, noise = rng:normal(1, 2000), rng:normal(1, 2000),
    rng:normal(1, 2000)

  it("is exact where the controls are all there is", function()
    local y = 3 * a + (-2) * b + 7
    local fit = controlled.fit(y, { { x = a, var = 1 }, { x = b, var = 1 } })
    local mean, var, error_of = moments(fit)
    near(7, mean, 1e-12)
    near(13, var, 1e-10)
    near(0, error_of, 1e-6)
    near(4 + 4, select(2, moments(fit, 1)), 1e-10)
  end)

  it("knows covariances of neighbours", function()
    local c = 0.5 * a + math.sqrt(0.75) * b -- of variance 1
    local fit = controlled.fit(a + c, { { x = a, var = 1 },
      { x = c, var = 1, cov = 0.5 } })
    near(3, select(2, moments(fit)), 1e-10)
  end)

  it("leaves the rest's error, smaller than without", function()
    local y = a + 0.1 * noise
    local mean, var, error_of = moments(controlled.fit(y, { { x = a, var = 1 } }))
    near(0, mean, 4 * error_of)
    near(1.01, var, 2e-3)
    near(0.1 / math.sqrt(2000), error_of, 1e-4)
  end)

  it("passes over controls that do not vary", function()
    local still = 1e-16 * b
    local mean, var = moments(controlled.fit(a + 1, { { x = still, var = 0 },
      { x = a, var = 1 } }))
    near(1, mean, 1e-12)
    near(1, var, 1e-10)
  end)
end)
