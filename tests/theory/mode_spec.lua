-- theory/mode: against Saxe's logistic, mpmath's integrals and descent itself.
local ortho = require "orthorun"
local theory = ortho.theory

local support = dofile "tests/support.lua"
local raises, near = support.raises, support.near

local function mode(depth, start, target, time)
  return theory.mode { depth = depth, start = start, target = target,
    time = time }
end

describe("theory.mode", function()
  it("is the logistic curve for two layers", function()
    for _, t in ipairs { 0, 0.1, 0.7, 2, 50 } do
      local e = math.exp(6 * t)
      near(1, mode(2, 0.01, 3, t) / (3 * e / (e - 1 + 300)), 1e-13)
    end
  end)

  it("equals mpmath's to 1e-12", function()
    for _, g in ipairs {
      { 3, 0.001, 2, 1.3, 0.0024657065581573726737 },
      { 3, 0.5, 2, 0.25, 1.1389304200304395375 },
      { 16, 1, 2, 0.02, 1.351814392988253327 },
      { 16, 5, 2, 0.01, 2.6360915012873827372 },
      { 3, 100, 1e-3, 5, 0.10615796715086734387 },
      { 7, 1, 0.2, 3, 0.22855982189355513191 },
      { 16, 1, -2, 0.01, 0.68364805027436247791 },
      { 2, 1, -3, 0.2, 0.24429037032618542761 } } do
      near(1, mode(g[1], g[2], g[3], g[4]) / g[5], 1e-12, "depth " .. g[1])
    end
  end)

  it("is what the matrices' own ODE has, by SciPy", function()
    -- three 2x2 matrices from the identity, target diag(2, .5), at time .4
    near(1, mode(3, 1, 2, 0.4) / 1.880172242134, 1e-11)
    near(1, mode(3, 1, 0.5, 0.4) / 0.6998989360097, 1e-11)
  end)

  it("has its closed forms at depth 1 and target 0", function()
    near(3 - 2 * math.exp(-2), mode(1, 1, 3, 2), 1e-15)
    near(-3 + 4 * math.exp(-2), mode(1, 1, -3, 2), 1e-15)
    near((1 + 4 * 1.5 * 2) ^ (-1 / 1.5), mode(4, 1, 0, 2), 1e-15)
  end)

  it("stays where it cannot move, arrives where it goes", function()
    assert.equal(0, mode(3, 0, 2, 100))
    assert.equal(2, mode(3, 2, 2, 100))
    assert.equal(2, mode(3, 0.1, 2, math.huge))
    assert.equal(0, mode(3, 0.1, -2, math.huge))
    near(2, mode(5, 0.1, 2, 1e9), 1e-15)
    assert.is_true(mode(5, 1, -2, 1e6) > 0)
  end)

  it("takes an array of times", function()
    assert.same({ mode(3, 1, 2, 0.1), mode(3, 1, 2, 0.2) },
      mode(3, 1, 2, { 0.1, 0.2 }))
  end)

  it("is what gradient descent does at a small rate", function()
    local L, s, lr = 5, 3, 1e-4
    local w = 1.0
    for _ = 1, 500 do w = w + lr * w ^ (L - 1) * (s - w ^ L) end
    near(w ^ L, mode(L, 1, s, 500 * lr), 2e-3)
  end)

  it("refuses what is no time, no start, no depth", function()
    raises("mode: time is -1, must be a number of at least 0", mode, 2, 1, 2, -1)
    raises("time is nan", mode, 2, 1, 2, 0 / 0)
    raises("time is nil", mode, 2, 1, 2)
    raises("start is -1, must be a finite number of at least 0", mode, 2, -1, 2, 1)
    raises("target is inf", mode, 2, 1, math.huge, 1)
    raises("depth is 0", mode, 0, 1, 2, 1)
    raises("needs a table of options", theory.mode, 3)
  end)
end)

describe("theory.learning_time", function()
  it("is the time that theory.mode takes", function()
    for _, g in ipairs { { 3, 0.001, 2, 1.3 }, { 16, 1, 2, 0.02 },
      { 16, 5, 2, 0.01 }, { 3, 100, 1e-3, 5 }, { 2, 1, -3, 0.2 }, { 1, 1, 3, 2 },
      { 1, 1, -3, 2 }, { 4, 1, 0, 2 } } do
      near(1, theory.learning_time { depth = g[1], start = g[2], target = g[3],
        reached = mode(table.unpack(g)) } / g[4], 1e-11, "depth " .. g[1])
    end
  end)

  it("is mpmath's integral of ds/(L s^(2-2/L) (target - s))", function()
    for _, g in ipairs { { 3, 0.001, 2, 1.9, 5.0871236524872891 },
      { 16, 1, 2, 1.5, 0.028326030239299785 },
      { 5, 4, 0.5, 0.6, 0.7068831926935418 },
      { 3, 1, -2, 0.01, 1.7208203748098196 } } do
      near(1, theory.learning_time { depth = g[1], start = g[2], target = g[3],
        reached = g[4] } / g[5], 1e-12, "depth " .. g[1])
    end
  end)

  it("is 0 at the start and infinite at the target", function()
    assert.equal(0, theory.learning_time { depth = 3, target = 2, reached = 1 })
    assert.equal(math.huge,
      theory.learning_time { depth = 3, target = 2, reached = 2 })
    assert.equal(math.huge,
      theory.learning_time { depth = 3, start = 0, target = 2, reached = 1 })
  end)

  it("refuses values that are not on the way", function()
    raises("reached is 3, which is not between start = 1 and 2",
      theory.learning_time, { depth = 3, target = 2, reached = 3 })
    raises("reached is -1, which is not between start = 1 and 0",
      theory.learning_time, { depth = 3, target = -2, reached = -1 })
  end)
end)
