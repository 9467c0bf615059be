-- scores_spec.lua: z against exact laws, counted or by SciPy 1.10.1; what is good.
local scores = require "orthorun.selftest.scores"

local function near(expected, got, allowed)
  assert.is_true(math.abs(got - expected) <= (allowed or 1e-9),
    ("expected %.12g, got %.12g"):format(expected, got))
end

describe("scores", function()
  it("of a mean are differences in standard errors", function()
    local row = scores.mean("x", { 1, 2, 3, 6 }, 2.5, 2)
    near(0.5, row.z)
    near(1, row.error)
    near(3, row.measured)
  end)

  -- norm.isf(chi2.sf(x, df)), norm.ppf(chi2.cdf(x, df))
  it("of a sum of squares are as rare as it is", function()
    near(0, scores.squares("x", 99.33412923598846, 100).z)
    near(1.9599639845400545, scores.squares("x", 129.5611971858366, 100).z)
    near(-1.9599639845400545, scores.squares("x", 74.22192747492373, 100).z)
    assert.is_true(scores.squares("x", 1e6, 100).z > 30)
  end)

  it("of a share count half of what is as large on either side", function()
    near(0, scores.share("x", 5, 10, 0.5).z)
    -- P(X <= 1) = 11/1024, half of P(X = 1) less: 6/1024
    local z = scores.share("x", 1, 10, 0.5).z
    local normal_cdf = require "orthorun.table.distributions".normal_cdf
    near(6 / 1024, normal_cdf(z))
    near(-z, scores.share("x", 9, 10, 0.5).z)
    near(1 / 2048, normal_cdf(scores.share("x", 0, 10, 0.5).z))
    near(1 / 2048, normal_cdf(-scores.share("x", 10, 10, 0.5).z))
    assert.is_true(scores.share("x", 600, 1000, 0.5).z > 6)
  end)

  it("of a distance grow from 0 as it gets rare", function()
    local values = {}
    for i = 1, 100 do values[i] = (i - 0.5) / 100 end
    local function law(u) return u end
    near(0, scores.distance("x", values, law).z)
    local row = scores.distance("x", values, function(u) return u ^ 1.5 end)
    near(0.15314797457318913, row.measured)
    near(0.0869, row.expected, 1e-4)
    near(2.4014167202773913, row.z) -- norm.isf(kstest(...).pvalue/2)
  end)

  it("keep NaN as the worst", function()
    assert.are.equal(3, scores.worst(3, 2))
    for _, pair in ipairs { { 0 / 0, 2 }, { 2, 0 / 0 } } do
      local worst = scores.worst(pair[1], pair[2])
      assert.is_true(worst ~= worst)
    end
  end)

  it("judge each row, and all by one chi-square", function()
    local rows = { { what = "a", z = 1.0 }, { what = "b", z = -2.0 },
      { what = "c", z = 0 / 0 }, scores.within("d", 3, 3), scores.within("e", 4, 3),
      scores.within("f", 0 / 0, 3), scores.exact("g", 0, 7), scores.exact("h", 1, 7),
      { what = "i", failure = "broken" } }
    local _, passed = scores.judge(rows)
    local good = {}
    for i, row in ipairs(rows) do good[i] = row.ok end
    assert.are.same({ true, true, false, true, false, false, true, false, false },
      good)
    assert.are.equal(4, passed)
  end)

  it("leave one row of many the error of all, by Bonferroni", function()
    local rows = {}
    for i = 1, 19 do rows[i] = { what = "x", z = 0.0 } end
    local all, passed, most = scores.judge(rows)
    near(4.564787793, most, 1e-6) -- norm.isf(1e-4/20/2)
    assert.are.same({ 19, 19, true, 1.0 }, { passed, all.count, all.ok, all.p })
    rows[1].z = most + 0.01
    assert.are.equal(18, (select(2, scores.judge(rows))))
  end)

  it("find rows that are all a little too far off", function()
    local rows = {}
    for i = 1, 20 do rows[i] = { what = "x", z = i % 2 == 0 and 2.0 or -2.0 } end
    local all, passed = scores.judge(rows)
    assert.are.equal(20, passed)
    assert.is_false(all.ok)
    near(8.9e-9, all.p, 1e-8)
  end)
end)
