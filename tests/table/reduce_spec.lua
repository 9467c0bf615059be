-- reduce_spec.lua: summaries, fits and pivots of groups of rows.
local tabular = require "orthorun.table"
local raises = dofile("tests/support.lua").raises

local inf = math.huge

local function sample()
  return tabular.of({ "init", "seed", "x" }, {
    { init = "b", seed = 1, x = 4 }, { init = "a", seed = 1, x = 1 },
    { init = "b", seed = 2, x = 6 }, { init = "a", seed = 2, x = 3 } })
end

describe("a summary", function()
  it("summarizes by median and quantiles, NaN left out", function()
    local t = sample()
    t:append { init = "a", seed = 3, x = 0 / 0 }
    local s = t:summary { by = "init", of = "x", low = 0, high = 1 }
    assert.are.same({ init = "a", n = 2, nan = 1, x = 2, x_low = 1,
      x_high = 3 }, s:where { init = "a" }:row(1))
    assert.are.equal(0, s:where { init = "b" }:row(1).nan)
  end)

  it("adds means, errors and intervals to a summary", function()
    local s = sample():summary { by = "init", of = "x",
      also = { "mean", "std", "sem", "min", "max", "interval" } }
    assert.are.same({ "init", "n", "x", "x_low", "x_high", "x_mean", "x_std",
      "x_sem", "x_min", "x_max", "x_interval_low", "x_interval_high" },
      s:columns())
    local b = s:row(1)
    assert.are.same({ 5, 1, 4, 6 }, { b.x_mean, b.x_sem, b.x_min, b.x_max })
    assert.is_true(b.x_interval_low >= 4 and b.x_interval_high <= 6)
    assert.has_error(function() sample():summary { of = "x",
      also = { "mena" } } end, "summary: unknown statistic 'mena' (did you " ..
      "mean 'mean'? known: mean, std, sem, min, max, interval)")
  end)

  it("counts infinities as what they are in a summary", function()
    local t = tabular.of({ "x" }, { { x = inf }, { x = 1 }, { x = inf } })
    local s = t:summary { of = "x" }:row(1)
    assert.are.same({ 3, inf, inf }, { s.n, s.x, s.x_high })
  end)

  it("refuses columns that are missing or hold no numbers", function()
    raises("summary: `of` names no column", sample().summary, sample(), {})
    raises("unknown column 'y'", sample().summary, sample(), { of = "y" })
    raises("column 'init' has a string in row 1", sample().summary, sample(),
      { of = "init" })
    raises("unknown option 'hihg' (did you mean 'high'?", sample().summary,
      sample(), { of = "x", hihg = 1 })
    raises("quantile: p must be in [0, 1], got 2", sample().summary, sample(),
      { of = "x", high = 2 })
  end)

  it("by or of a column n counts under another name", function()
    local t = tabular.of({ "n", "nan", "y" }, { { n = 8, nan = 1, y = 2 },
      { n = 8, nan = 0 / 0, y = 4 }, { n = 16, nan = 3, y = 6 } })
    assert.same({ "n", "n_values", "y", "y_low", "y_high" },
      t:summary { by = "n", of = "y" }:columns())
    assert.same({ 2, 1 }, t:summary { by = "n", of = "y" }:column "n_values")
    local odd = t:summary { of = { "n", "nan" } }
    assert.same({ "n_values", "n_nan", "n", "n_low", "n_high", "nan",
      "nan_low", "nan_high" }, odd:columns())
    assert.same({ 2, 1, 8 }, { odd.data.n_values[1], odd.data.n_nan[1],
      odd.data.n[1] })
    assert.same({ "n", "slope", "error", "intercept", "n_values", "dropped" },
      t:fit { by = "n", x = "nan", y = "y" }:columns())
    raises("fit: the column 'slope' would be there twice", function()
      t:with("slope", function() return 1 end):fit { by = "slope", x = "n",
        y = "y" }
    end)
    raises("summary: two columns would have the name 'y'", function()
      t:summary { by = "y", of = "y" }
    end)
  end)

  it("of no rows has none", function()
    local none = sample():where { x = 99 }
    assert.are.equal(0, #none:summary { by = "init", of = "x" })
    assert.are.equal(0, #none:fit { by = "init", x = "seed", y = "x" })
  end)
end)

describe("a fit", function()
  it("fits a line per group", function()
    local fits = sample():fit { by = "init", x = "seed", y = "x" }
    assert.are.same({ 2, 2 }, fits:column "slope")
    assert.are.same({ 2, -1 }, fits:column "intercept")
  end)

  it("fits power laws and exponentials, with error bars", function()
    local t = tabular.new { "x", "p", "e" }
    for x = 1, 6 do
      t:append { x = x, p = 3 * x ^ -1.5, e = 2 * 10 ^ (0.25 * x) }
    end
    t:append { x = 7, p = 0, e = inf }
    t:append { x = 8, p = 0 / 0 }
    local power = t:fit { x = "x", y = "p", model = "power" }:row(1)
    assert.is_true(math.abs(power.slope + 1.5) < 1e-14)
    assert.is_true(math.abs(power.intercept - math.log(3, 10)) < 1e-14)
    assert.is_true(power.error < 1e-14)
    assert.are.same({ 6, 2 }, { power.n, power.dropped })
    local exponential = t:fit { x = "x", y = "e", model = "exponential" }:row(1)
    assert.is_true(math.abs(exponential.slope - 0.25) < 1e-14)
    assert.are.equal(2, exponential.dropped)
    assert.has_error(function() t:fit { x = "x", y = "p", model = "pwoer" } end,
      "fit: unknown model 'pwoer' (did you mean 'power'? known: line, " ..
      "power, exponential, saturation)")
  end)

  it("has a fit's error bar from textbooks", function()
    -- NumPy: (lstsq's residual / 3 / sum((x - 3)^2))^(1/2)
    local t = tabular.new { "x", "y" }
    for i, y in ipairs { 2.1, 3.9, 6.2, 7.8, 10.1 } do
      t:append { x = i, y = y }
    end
    local fit = t:fit { x = "x", y = "y" }:row(1)
    assert.is_true(math.abs(fit.slope - 1.99) < 1e-13)
    assert.is_true(math.abs(fit.intercept - 0.05) < 1e-13)
    assert.is_true(math.abs(fit.error - 0.059721576223896) < 1e-14)
  end)

  it("of one point, or of points above each other, has no slope", function()
    for _, rows in ipairs { { { x = 1, y = 2 } },
      { { x = 1, y = 2 }, { x = 1, y = 3 } } } do
      local t = tabular.of({ "x", "y" }, rows)
      local fit = t:fit { x = "x", y = "y" }:row(1)
      assert.are_not.equal(fit.slope, fit.slope)
      assert.are.equal(#rows, fit.n)
    end
  end)

  it("counts rows that have no value among the dropped", function()
    local t = tabular.of({ "x", "y" }, { { x = 1, y = 1 }, { x = 2 },
      { x = 3, y = 3 }, { y = 4 } })
    local fit = t:fit { x = "x", y = "y" }:row(1)
    assert.are.same({ 1, 2, 2 }, { fit.slope, fit.n, fit.dropped })
  end)
end)

describe("a pivot", function()
  it("turns rows into columns", function()
    local p = sample():pivot { rows = "seed", columns = "init", value = "x" }
    assert.are.same({ "seed", "b", "a" }, p:columns())
    assert.are.same({ seed = 1, b = 4, a = 1 }, p:row(1))
    local t = sample()
    t:append { init = "c", seed = 2, x = 7 }
    t:append { init = "c", seed = 2, x = 9 }
    p = t:pivot { rows = "seed", columns = "init", value = "x", with = "mean" }
    assert.are.same({ seed = 2, b = 6, a = 3, c = 8 }, p:row(2))
    assert.is_nil(p:row(1).c)
    p = t:pivot { rows = "seed", columns = "init", value = "x",
      with = function(values) return #values end }
    assert.are.equal(2, p:row(2).c)
    assert.has_error(function() t:pivot { rows = "seed" } end,
      "pivot: rows, columns and value must name columns")
  end)

  it("refuses columns that would have one name", function()
    local t = tabular.of({ "k", "c", "v" }, { { k = 1, c = 1, v = 1 },
      { k = 1, c = "1", v = 2 } })
    raises("two columns would have the name '1'", t.pivot, t,
      { rows = "k", columns = "c", value = "v" })
    t = tabular.of({ "k", "c", "v" }, { { k = 1, c = "k", v = 1 } })
    raises("two columns would have the name 'k'", t.pivot, t,
      { rows = "k", columns = "c", value = "v" })
  end)

  it("names the nearest statistic", function()
    raises("pivot: unknown statistic 'meen' (did you mean 'mean'?",
      sample().pivot, sample(), { rows = "seed", columns = "init",
        value = "x", with = "meen" })
  end)
end)
