-- theory/escape: against mpmath's integral along the line, SciPy's ODE of the
-- matrices themselves, and gradient descent on matrices that turn a plane.
local ortho = require "orthorun"
local matrix, theory = ortho.matrix, ortho.theory

local support = dofile "tests/support.lua"
local raises, near = support.raises, support.near

local function escape(depth, angle, start, target, left)
  return theory.escape_time { depth = depth, angle = angle, start = start,
    target = target, left = left }
end

local function rotation(angle)
  local c, s = math.cos(angle), math.sin(angle)
  return matrix { { c, -s }, { s, c } }
end

-- Steps of descent on ||W_L ... W_1 - T||^2/2, all W_l the identity at first, until
-- a thousandth of the error is left
local function descend(depth, angle, lr)
  local T, W, first = rotation(angle), {}, nil
  for l = 1, depth do W[l] = matrix.eye(2) end
  for step = 0, 100000 do
    local before, after = { [0] = matrix.eye(2) }, { [depth] = matrix.eye(2) }
    for l = 1, depth do before[l] = W[l] * before[l - 1] end
    for l = depth, 1, -1 do after[l - 1] = after[l] * W[l] end
    local error_of = T - before[depth]
    local loss = error_of:norm() ^ 2
    first = first or loss
    if loss <= 1e-3 * first then return step end
    for l = 1, depth do
      W[l] = W[l] + lr * (after[l]:t() * error_of * before[l - 1]:t())
    end
  end
end

describe("theory.escape_time", function()
  it("is mpmath's integral", function()
    for _, g in ipairs { { 4, 3.1, 1, 1, 1e-3, 8.7102541192416316 },
      { 3, 1, 1, 1, 1e-3, 1.2626659343873994 },
      { 5, 0, 0.1, 2, 1e-2, 0.77856276104504878 },
      { 5, 0, 2, 0.1, 1e-2, 1.1215497599209454 },
      { 1, 2, 1, 1, 1e-2, 2.3025850929940457 },
      { 100, 3.14, 1, 3, 1e-4, 7.772929323281506 } } do
      near(1, escape(table.unpack(g, 1, 5)) / g[6], 1e-12, "depth " .. g[1])
    end
    -- the angle itself is rounded
    near(1, escape(8, 3.14159, 0.5, 2, 1e-6) / 7287.5326735524874, 1e-9)
    near(1, escape(2, 3.1415926, 1, 1, 0.01) / 18.474775163058143, 1e-9)
  end)

  it("is the time of the matrices' own ODE", function()
    near(1, escape(4, 3, 1, 1, 1e-3) / 4.54545376813, 1e-9) -- SciPy, DOP853
  end)

  it("is how long descent on rotated planes takes", function()
    for _, gap in ipairs { 0.4, 0.1 } do
      for _, depth in ipairs { 3, 4 } do
        local lr = 0.05 / depth
        near(1, descend(depth, math.pi - gap, lr) * lr /
          escape(depth, math.pi - gap), 0.03, depth .. " layers")
      end
    end
  end)

  it("is theory.learning_time where nothing is turned", function()
    near(theory.learning_time { depth = 3, start = 0.2, target = 2, reached = 1.46 },
      escape(3, 0, 0.2, 2, 0.09), 1e-12)
  end)

  it("is infinite at pi, from two layers on, and has a nearest point", function()
    for depth = 2, 4 do
      local time, least = escape(depth, math.pi)
      assert.equal(math.huge, time)
      assert.equal(0, least)
    end
    assert.is_true(escape(1, math.pi) < 4)
    assert.is_true(escape(3, math.pi, 1, 1, 0.9) < 0.1) -- before the origin
    local _, least = escape(4, 3.1)
    near(math.cos(1.55), least, 1e-14)
    assert.equal(0, (escape(3, 0, 2, 2)))
  end)
end)

describe("theory.determinant_trap", function()
  it("is what the time tends to, (pi - angle)^-(1 - 2/L)", function()
    for _, depth in ipairs { 3, 4, 8, 100 } do
      local before
      for _, gap in ipairs { 1e-6, 1e-8 } do
        local o = { depth = depth, angle = math.pi - gap, start = 0.7, target = 2 }
        local law, exponent = theory.determinant_trap(o)
        near(1, theory.escape_time(o) / law, 3 * gap ^ -exponent)
        near(-(1 - 2 / depth), exponent, 1e-15)
        if before then near(100 ^ -exponent, law / before, 1e-6 * law / before) end
        before = law
      end
    end
    -- c = sqrt pi Gamma(1/2 - 1/L)/Gamma(1 - 1/L) 2^(1 - 2/L)/L: of L = 4, mpmath
    near(1, theory.determinant_trap { depth = 4, angle = math.pi - 1 } /
      1.85407467730137192, 1e-12)
  end)

  it("refuses two layers, whose time grows as a logarithm", function()
    raises("depth is 2; the power law begins at 3 layers", theory.determinant_trap,
      { depth = 2, angle = 3 })
    raises("their squares are needed, which do not fit", theory.escape_time,
      { depth = 3, angle = 3, start = 1, target = 1e300 })
    raises("angle is nil", theory.determinant_trap, { depth = 3 })
    raises("angle is 3.5; an angle between 0 and pi is needed",
      theory.determinant_trap, { depth = 3, angle = 3.5 })
    raises("left is 1; a share below 1 is needed", theory.escape_time,
      { depth = 3, angle = 1, left = 1 })
  end)
end)
