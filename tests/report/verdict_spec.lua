-- verdict_spec.lua: predictions beside measurements, and what is said of them.
local verdict = require "orthorun".report.verdict
local raises = dofile("tests/support.lua").raises

describe("a verdict", function()
  it("has z-scores, and says what agrees", function()
    local t = verdict { { what = "a", predicted = 1, measured = 1.1,
      error = 0.05 }, { what = "b", predicted = 1, measured = 2,
      error = 0.05 }, { what = "c", predicted = 1, measured = 1, error = 0 },
      { what = "d", measured = 2, at_most = 1 },
      { what = "e", measured = 2, at_least = 1 },
      { what = "f", predicted = 1, measured = 0 / 0, error = 1 },
      { what = "g", predicted = 1, measured = 1.1, error = 0.05, sigmas = 1 } }
    assert.near(2, t:row(1).z, 1e-12)
    assert.near(20, t:row(2).z, 1e-12)
    assert.same({ "yes", "no", "yes", "no", "yes", "no", "no" },
      t:column "agrees")
  end)

  it("has normal scores where degrees of freedom are told", function()
    local t, all = verdict { { what = "a", predicted = 1, measured = 1.5, error = 0.1,
      df = 4 }, { what = "b", predicted = 1, measured = 1.5, error = 0.1 },
      { what = "c", predicted = 1, measured = 1.5, error = 0.1, df = math.huge },
      { what = "d", predicted = 1, measured = -1e300, error = 1e-300, df = 2 },
      { what = "e", predicted = 1, measured = 2, error = 0 },
      { what = "f", predicted = 1, measured = 2, error = 0, df = 3 } }
    -- scipy: norm.isf(t.sf(5, 4))
    assert.near(2.67422, t:row(1).z, 1e-4)
    assert.are.same({ "yes", "no", "no", "no", "no", "no" }, t:column "agrees")
    assert.near(5, t:row(2).z, 1e-12)
    assert.near(5, t:row(3).z, 1e-12)
    assert.are.equal(-math.huge, t:row(4).z)
    assert.are.equal(math.huge, t:row(5).z)
    assert.are.equal(math.huge, t:row(6).z)
    assert.are.same({ 6, 0 }, { all.scores, all.p })
  end)

  it("takes a verdict for what it is", function()
    local t, all = verdict { { what = "a", predicted = 1, measured = 1.5, error = 0.1 },
      { what = "b", measured = 2, at_most = 1 } }
    local again, all_again = verdict(t)
    assert.is_true(again == t and all_again == all and t.overall == all)
    raises("these results are no verdict: they have no column 'what'", verdict,
      require "orthorun".table.new { "x" })
  end)

  it("is undecided without an error, and exact within rounding", function()
    local t, all = verdict { { what = "a", predicted = 1, measured = 2,
      error = 0 / 0 }, { what = "b", predicted = 1, measured = math.huge,
      error = 0 / 0 }, { what = "c", predicted = 0.3, measured = 0.1 + 0.2,
      error = 1e-20 },
      { what = "d", predicted = math.huge, measured = math.huge, error = 0 / 0 },
      { what = "e", predicted = math.huge, measured = 1, error = 1 } }
    assert.are.same({ "undecided", "no", "yes", "yes", "no" }, t:column "agrees")
    assert.are.same({ nil, nil }, { t:row(1).z, t:row(1).error })
    assert.are.equal(3, all.scores)
  end)

  it("is the worst rows where there are many", function()
    local page = require "orthorun.report.verdict"
    local checks = {}
    for i = 1, 30 do
      checks[i] = { what = "r" .. i, predicted = 0, measured = (-1) ^ i * i / 10,
        error = 1 }
    end
    checks[3] = { what = "bound", measured = 2, at_most = 1 }
    checks[4].error = 0 / 0
    local t, rest = page.worst(verdict(checks), 5)
    assert.are.same({ "bound", "r4", "r30", "r29", "r28" }, t:column "what")
    assert.are.equal("the 5 worst of 30 rows; of the other 25, all agree", rest)
    t, rest = page.worst(verdict(checks), 30)
    assert.are.same({ 30 }, { #t, rest })
  end)

  it("refuses checks that say too little", function()
    raises("a check needs what", verdict, { { measured = 1 } })
    raises("'a' needs measured, and predicted with error", verdict,
      { { what = "a", measured = 1 } })
    raises("did you mean 'predicted'?", verdict,
      { { what = "a", measured = 1, predictd = 1 } })
    raises("'a': df, the degrees of freedom of its error, must be a number above 0, " ..
      "not 0", verdict, { { what = "a", measured = 1, predicted = 1, error = 1,
      df = 0 } })
    raises("'a': residuals must be a table of numbers by trial, not the number 3",
      verdict, { { what = "a", measured = 1, predicted = 1, error = 1,
      residuals = 3 } })
    raises("'a': weights must be a table of numbers by trial, not the string 'x'",
      verdict, { { what = "a", measured = 1, predicted = 1, error = 1,
      weights = { 1, "x" } } })
    raises("expected an array of checks, got a number", verdict, 3)
  end)
end)
