-- experiment/variance: derived tables of variances over trials, with their errors.
local ortho = require "orthorun"
local results = require "orthorun.experiment.results"
local tabular = require "orthorun.table"
local variance = require "orthorun.experiment.variance"
local support = dofile "tests/support.lua"
local raises, near = support.raises, support.near
local folder = support.folder()

teardown(folder.remove)

-- Rows of a result x, each of a trial of its own, with predictions where given.
local function rows_of(values, theory, sd)
  local columns = { x = values, x_theory = {}, [results.trial] = {},
    [results.sd "x"] = {} }
  for i in ipairs(values) do
    columns[results.trial][i] = i
    columns.x_theory[i], columns[results.sd "x"][i] = theory, sd
  end
  return tabular.wrap({ "x", "x_theory", results.trial, results.sd "x" }, columns,
    #values, {})
end

local function of(values, theory, sd)
  local t = variance.table(rows_of(values, theory, sd), "x", {}, ortho.range(#values))
  return t:row(1)
end

describe("a derived variance", function()
  it("is the sample's, beside predict's", function()
    local row = of({ 1, 2, 3, 6 }, 0, 2)
    near(14 / 3, row.variance, 1e-15)
    assert.equal(4.0, row.variance_theory)
    assert.equal(4, row.trials)
    local two = of { 5, 9 }
    near(8, two.variance, 1e-15)
    assert.is_nil(two.variance_theory)
    near(8 * math.sqrt(2), two.variance_error, 1e-14)
    local one = of({ 5 }, 0, 1)
    assert.is_true(one.variance ~= one.variance)
  end)

  -- z of many samples: their mean, their standard deviation, and the share of |z| > 2.
  local function scores(draw, size, sd)
    local z, beyond = {}, 0
    for i = 1, 1500 do
      local row = of(draw(ortho.rng(i), size):tolist(), 0, sd)
      z[i] = (row.variance - row.variance_theory) / row.variance_error
      beyond = beyond + (math.abs(z[i]) > 2 and 1 / 1500 or 0)
    end
    return ortho.stats.mean(z), ortho.stats.std(z), beyond
  end

  it("has a normal score for normal values", function()
    local mean, sd, beyond = scores(function(r, n) return r:normal(n, 1) end, 30, 1)
    near(0, mean, 0.15)
    near(1, sd, 0.08)
    near(0.0455, beyond, 0.02)
  end)

  it("knows that skewed values say less", function()
    local mean, sd = scores(function(r, n)
      return r:uniform(n, 1):map(function(u) return -math.log(1 - u) end)
    end, 300, 1)
    near(-0.1, mean, 0.25)
    near(1, sd, 0.15) -- as of normal values it would be 2
  end)

  it("is of values that were drawn apart", function()
    raises("the same draw has several values in a group", function()
      variance.table(rows_of { 1, 2, 3 }, "x", {}, { "a", "b", "a" })
    end)
  end)
end)

describe("an experiment's variance", function()
  local core = require "orthorun.core"

  -- The results of a definition, as a script loads them.
  local function loaded(definition)
    folder.write("noise.lua", "local ortho = require 'orthorun'\n" ..
      "return ortho.experiment " .. definition)
    local options = core.options
    core.options = setmetatable({ out = folder.name, quiet = true, fresh = true },
      { __index = options })
    local ok, answer = pcall(ortho.experiment.load, folder.path "noise.lua")
    core.options = options
    if not ok then error(answer, 0) end
    return answer
  end

  it("is shown, plotted and checked", function()
    local t = loaded [[{ name = "noise",
        grid = { scale = { 1, 2 }, seed = ortho.range(60) },
        trial = function(p, rng)
          return { x = p.scale * rng:normal(1, 1):get(1, 1), y = { 1.0, 2.0 } }
        end,
        predict = function(p) return { x = 0, sd = { x = p.scale } } end,
        measures = { variance = { label = "var x" } },
        derive = { noise = { variance = "x" } },
        show = { { table = "variance", of = "noise" },
          { check = "variance", of = "noise" },
          { plot = "variance", of = "noise", over = "scale", kind = "points",
            error = "variance_error" } } }]]
    assert.are.same({ 1.0, 4.0 }, t.derived.noise:column "variance_theory")
    assert.are.same({ 60, 60 }, t.derived.noise:column "trials") -- and not 120 places
    assert.are.same({ "yes", "yes" }, t.checks:column "agrees")
    local x = {}
    for _, row in t:where({ scale = 1, layer = 1 }):rows() do x[#x + 1] = row.x end
    near(ortho.stats.std(x) ^ 2, t.derived.noise:row(1).variance, 1e-12)
  end)

  it("is refused where a trial has several values, or none of that name", function()
    local function load(derive)
      return function()
        loaded(([[{ name = "bad", grid = { seed = { 1, 2 } },
          trial = function(p) return { y = { 1.0, p.seed } } end, derive = { v = %s } }
          ]]):format(derive))
      end
    end
    raises("variance of y: the same draw has several values in a group",
      load '{ variance = "y", by = "seed" }')
    raises("derive.v: unknown column 'z'", load '{ variance = "z" }')
    raises("derive.v: variance must name a column, not the number 3",
      load '{ variance = 3 }')
    raises("unknown option 'over'", load '{ variance = "y", over = "x" }')
  end)
end)
