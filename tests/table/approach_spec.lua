-- approach_spec.lua: how deviations go to nothing along a parameter.
local approach = require "orthorun.table.approach"
local core = require "orthorun.core"

-- Points of a law at some x, with errors, and noise where an rng is given.
local function points_of(law, xs, error, rng, df)
  local list = {}
  for i, x in ipairs(xs) do
    local e = type(error) == "function" and error(x) or error
    list[i] = { x = x, deviation = law(x) + (rng and rng:normal(1, 1):get(1, 1) * e
      or 0), error = e, df = df }
  end
  return list
end

local xs = { 50, 100, 200, 400 }

describe("an approach", function()
  it("has the power law and the limit of exact points", function()
    local found = approach.of(points_of(function(x) return -3 / x end, xs, 1e-4), 1)
    assert.near(-1, found.exponent, 1e-4)
    assert.near(0, found.limit, 1e-9)
    assert.is_true(found.low < -1 and found.high > -1 and found.high < -0.9)
    assert.are.equal("yes", found.shrinks)
    found = approach.of(points_of(function(x) return 0.2 * x ^ (-2 / 3) end, xs,
      1e-5), 2 / 3)
    assert.near(-2 / 3, found.exponent, 1e-4)
    assert.near(0, found.limit, 1e-9)
  end)

  it("says no where it stays, grows, or falls to something else", function()
    for _, law in ipairs { function() return 0.1 end, function(x) return x / 1000 end,
      function(x) return -0.3 - 1 / x end } do
      assert.are.equal("no", approach.of(points_of(law, xs, 1e-3), 1).shrinks)
    end
    local found = approach.of(points_of(function(x) return 0.1 + 20 / x end, xs,
      1e-3), 1)
    assert.near(0.1, found.limit, 1e-9)
    assert.is_true(found.error < 0.002)
  end)

  it("does not decide what errors hide", function()
    local law = function(x) return 3 / x end
    local found = approach.of(points_of(function(x) return x ^ -0.3 end, xs, 0.01), 1)
    assert.are.equal("not decided", found.shrinks)
    assert.is_true(found.low < -0.3 and found.high > -0.25)
    assert.are.equal("yes", approach.of(points_of(law, xs, 0.002), 1).shrinks)
    assert.are.equal("no deviation", approach.of(points_of(law, xs, 0.1), 1).shrinks)
    -- the same errors of few trials are worth less
    assert.are.equal("yes", approach.of(points_of(law, xs, 0.003), 1).shrinks)
    assert.are.equal("no deviation", approach.of(points_of(law, xs, 0.003, nil, 1),
      1).shrinks)
  end)

  it("lives with too little to go by", function()
    assert.are.same({ shrinks = "not decided" }, approach.of({}, 1))
    local nan = 0 / 0
    assert.are.same({ shrinks = "not decided" }, approach.of(points_of(function()
      return 1 end, xs, nan), 1))
    assert.are.equal("no deviation", approach.of(points_of(function() return 0 end, xs,
      0), 1).shrinks)
    assert.are.equal("yes", approach.of(points_of(function(x) return 1 / x end, xs, 0),
      1).shrinks)
    assert.are.equal("not decided", approach.of({ { x = 1, deviation = math.huge,
      error = 1 }, { x = 2, deviation = 1, error = 1 } }, 1).shrinks)
  end)

  it("covers the exponent as often as it says", function()
    local rng, inside, runs = core.rng(3), 0, 150
    for _ = 1, runs do
      local found = approach.of(points_of(function(x) return 2 / x end, xs, 0.001,
        rng), 1)
      if found.low <= -1 and -1 <= found.high then inside = inside + 1 end
    end
    assert.is_true(inside >= 0.9 * runs, inside)
  end)

  it("takes its errors from units that are there at several points", function()
    local list = points_of(function(x) return 2 / x end, xs, 1e-3)
    local without = {}
    for i = 1, 5 do
      without[i] = points_of(function(x) return (2 + i / 10) * x ^ -(1 + i / 100) end,
        xs, 1e-3)
    end
    local found = approach.of(list, 1, without)
    -- 4/5 of the sum of squares of .01 ... .05 about their mean, times t
    local wide = 2.7764451051977943578 * math.sqrt(0.8 * 0.001)
    assert.near(wide, (found.high - found.low) / 2, 1e-3)
  end)
end)
