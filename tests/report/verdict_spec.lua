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

  it("refuses checks that say too little", function()
    raises("a check needs what", verdict, { { measured = 1 } })
    raises("'a' needs measured, and predicted with error", verdict,
      { { what = "a", measured = 1 } })
    raises("did you mean 'predicted'?", verdict,
      { { what = "a", measured = 1, predictd = 1 } })
    raises("expected an array of checks, got a number", verdict, 3)
  end)
end)
