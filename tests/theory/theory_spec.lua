-- theory_spec.lua: what ortho.theory adds to its modules: bands, z-scores, the
-- quarter circle, answers that are kept.
local ortho = require "orthorun"
local theory = ortho.theory
local support = dofile("tests/support.lua")
local near, raises = support.near, support.raises

describe("bands", function()
  it("are 3.3 standard deviations of a mean over the seeds", function()
    near(3.3 * 0.2 / 5, theory.band(0.2, 25), 1e-15)
    near(2 * 0.2 / 5, theory.band({ 0.1, 0.2 }, 25, 2)[2], 1e-15)
    near(-2.5, theory.z_score(1, 1.1, 0.2, 25), 1e-12)
    local z = theory.z_score({ 1, 2 }, { 1.1, 2 }, { 0.2, 0 }, 25)
    near(-2.5, z[1], 1e-12)
    assert.equal(0, z[2])
  end)

  it("refuse what is no number", function()
    raises("nan seeds", theory.band, 1, 0 / 0)
    raises("sigmas must be a number, not the string '3'", theory.band, 1, 4, "3")
    raises("band: argument 1 must be a number, not nothing", theory.band, nil, 4)
    raises("band: argument 1 must be an array of 2 numbers", theory.band,
      { 1, {} }, 4)
    raises("z_score: argument 2 must be a number, not a boolean",
      theory.z_score, 1, true, 1, 4)
    raises("z_score: argument 3 must be an array of 2 numbers", theory.z_score,
      { 1, 2 }, { 1, 2 }, 0.1, 4)
  end)

  it("refuse no seeds, and arrays of other lengths", function()
    local function message(f) return select(2, pcall(f)) end
    assert.matches("theory_spec.lua:%d+: band: 0 seeds",
      message(function() local _ = theory.band(1, 0) end))
    assert.matches("theory_spec.lua:%d+: z_score: argument 2",
      message(function()
        local _ = theory.z_score({ 1 }, { 1, 2 }, { 1 }, 3)
      end))
  end)
end)

describe("the quarter circle", function()
  it("has the tabulated quantiles", function()
    local p = { .10, .25, .50, .75, .90 }
    local x = { .15724, .39529, .80795, 1.2694, 1.6108 }
    for i = 1, 5 do
      near(p[i], theory.quarter_circle.cdf(x[i]), 2e-5)
      near(x[i], theory.quarter_circle.quantile(p[i]), 5e-5)
    end
  end)

  it("refuses what is no number, and p outside [0, 1]", function()
    raises("density: x must be a number, not nothing",
      theory.quarter_circle.density)
    raises("cdf: x must be a number", theory.quarter_circle.cdf, "1")
    raises("quantile: p is 1.5", theory.quarter_circle.quantile, 1.5)
    raises("nan; a number in [0, 1]", theory.quarter_circle.quantile, 0 / 0)
  end)

  it("integrates its density", function()
    local sum, h = 0, 1e-4
    for k = 1, 10000 do
      sum = sum + h * theory.quarter_circle.density((k - 0.5) * h)
    end
    near(theory.quarter_circle.cdf(1), sum, 1e-9)
    assert.equal(0, theory.quarter_circle.density(2.1))
    assert.equal(1, theory.quarter_circle.cdf(3))
    assert.equal(0, theory.quarter_circle.cdf(-1))
  end)
end)

describe("theory.signal", function()
  it("keeps its answers: a sweep asks the same for every seed", function()
    local first = theory.signal { width = 32, depth = 4, init = "he_normal" }
    assert.is_true(first ==
      theory.signal { init = "he_normal", depth = 4, width = 32 })
    assert.is_false(first ==
      theory.signal { width = 32, depth = 5, init = "he_normal" })
  end)

  it("does not take one option for another that looks like it", function()
    local function signal(gain)
      return theory.signal { width = 32, depth = 4, init = "gaussian",
        gain = gain }
    end
    local one = signal(1)
    assert.is_false(one == signal(1 + 2 ^ -52))
    raises("unknown activation '1'", signal, "1")
  end)

  it("refuses what is no table of options", function()
    raises("must be a table, not the number 3", theory.signal, 3)
    raises("unknown option", theory.signal, { width = 32, deph = 3 })
  end)
end)
