-- overall_spec.lua: many scores as one chi-square, of rows that share trials or not.
local core = require "orthorun.core"
local distributions = require "orthorun.table.distributions"
local overall = require "orthorun.table.overall"

local function near(wanted, got)
  assert.is_true(math.abs(got - wanted) <= 1e-9 * math.abs(wanted),
    ("%.17g, not %.17g"):format(got, wanted))
end

-- A row's score and residuals, from numbers whose expectation is 0. names: of trials.
local function row_of(values, names)
  local n, mean, squares, residuals = #values, 0, 0, {}
  for _, x in ipairs(values) do mean = mean + x / n end
  for i, x in ipairs(values) do
    squares = squares + (x - mean) ^ 2
    residuals[names and names[i] or i] = x - mean
  end
  local t = mean / math.sqrt(squares / (n - 1) / n)
  return { z = distributions.t_score(t, n - 1), residuals = residuals }
end

describe("overall", function()
  it("is an ordinary chi-square of independent rows", function()
    local one = overall.of { { z = 1 }, { z = -2 }, { z = 0.5 }, { z = 0 / 0 }, {} }
    assert.are.equal(5.25, one.chi_square)
    assert.are.equal(3, one.scores)
    assert.are.equal(3, one.df)
    near(math.sqrt(6), one.error)
    near(0.15437991767017145, one.p) -- scipy.stats.chi2.sf(5.25, 3)
    near(1.0178277216586118, one.z) -- scipy.stats.norm.isf of it
    assert.is_nil(overall.of { {}, { z = 0 / 0 } })
    assert.are.equal("overall: chi-square 5.25 of 3 scores, 3 effective degrees of " ..
      "freedom, p = 0.15", overall.words(one))
  end)

  it("has p of no size that a float has not, and says what it means", function()
    local one = overall.of { { z = 60 }, { z = -60 } }
    assert.are.equal(0, one.p)
    assert.is_true(one.z > 80 and one.z < 90)
    assert.is_truthy(overall.words(one):find "together they do not agree")
    one = overall.of { { z = math.huge }, { z = 1 } }
    assert.are.same({ math.huge, 0, math.huge }, { one.chi_square, one.p, one.z })
    one = overall.of { { z = 0.0 }, { z = 0.0 } }
    assert.are.same({ 0.0, 1.0 }, { one.chi_square, one.p })
  end)

  it("counts a row that is there twice once, and others' trials fully", function()
    local values = { 0.3, -1.2, 0.8, 2.1, 0.4, -0.3 }
    local a, b = row_of(values), row_of(values)
    near(1, overall.of({ a, b }).df)
    near(2 * a.z ^ 2, overall.of({ a, b }).chi_square)
    near(distributions.normal_tails(a.z), overall.of({ a, b }).p)
    local apart = row_of(values, { "p", "q", "r", "s", "t", "u" })
    assert.are.equal(2, overall.of({ a, apart }).df)
    local half = row_of(values, { 1, 2, 3, "s", "t", "u" }) -- shares a half of them
    local df = overall.of({ a, half }).df
    assert.is_true(df > 1.2 and df < 2)
  end)

  it("takes two shared trials as no evidence that rows are independent", function()
    near(1, overall.of({ row_of { 1, 2 }, row_of { 3, -1 } }).df)
  end)

  it("knows that a mean and a slope of the same trials have nothing in common",
    function()
      local values = { 0.3, -1.2, 0.8, 2.1, 0.4 }
      local mean, slope = row_of(values), row_of(values)
      slope.weights, slope.fitted = { -2, -1, 0, 1, 2 }, 2
      assert.are.equal(2, overall.of({ mean, slope }).df)
      near(1, overall.of({ slope, slope }).df)
    end)

  it("keeps its level where rows are correlated", function()
    local rng, runs, trials, rows = core.rng(5), 300, 6, 6
    local alarms, naive = 0, 0
    for _ = 1, runs do
      local draws, list = rng:normal(trials, rows + 1):totable(), {}
      for k = 1, rows do
        local values = {}
        for i = 1, trials do
          values[i] = math.sqrt(0.9) * draws[i][rows + 1] + math.sqrt(0.1) * draws[i][k]
        end
        list[k] = row_of(values)
      end
      if overall.of(list).p < 0.05 then alarms = alarms + 1 end
      for _, row in ipairs(list) do row.residuals = nil end
      if overall.of(list).p < 0.05 then naive = naive + 1 end
    end
    assert.is_true(alarms <= 0.08 * runs and alarms >= 0.02 * runs, alarms)
    assert.is_true(naive > 0.1 * runs, naive)
  end)
end)
