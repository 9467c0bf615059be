-- theory/legendre: quadrature that is exact for polynomials.
local legendre = require "orthorun.theory.legendre"
local near = dofile("tests/support.lua").near

describe("legendre.integral", function()
  it("is exact to degree 31, and not beyond", function()
    local function error_at(degree)
      local got = legendre.integral(function(x) return x ^ degree end, 0, 2)
      return math.abs(got * (degree + 1) / 2.0 ^ (degree + 1) - 1)
    end
    for degree = 0, 31 do near(0, error_at(degree), 1e-14) end
    assert.is_true(error_at(60) > 1e-13)
  end)

  it("integrates backwards with the other sign", function()
    near(-2, legendre.integral(math.sin, math.pi, 0), 1e-15)
  end)
end)
