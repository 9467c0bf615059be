-- factors_spec.lua: small errors for LAPACK's factors, large ones for wrong factors.
local factors = require "orthorun.selftest.factors"
local ortho = require "orthorun"

local bounds = {}
for _, entry in ipairs(factors.list) do bounds[entry[1]] = entry[4] end

local function rng() return ortho.rng(4) end

-- A matrix whose method `name` gives what `spoil` makes of the right results.
local function wrong(A, name, spoil)
  local proxy = { [name] = function(_, ...) return spoil(A[name](A, ...)) end }
  return setmetatable(proxy, {
    __index = function(_, key)
      return function(_, ...) return A[key](A, ...) end
    end,
    __add = function() return wrong(A + A:t(), name, spoil) end,
  })
end

local function worst(name, A, p)
  return math.max(factors.errors[name](rng(), A, p))
end

describe("factors", function()
  it("are good", function()
    for _, row in ipairs(factors.rows(rng())) do
      assert.is_true(row.measured <= row.bound, row.what)
    end
  end)

  it("are found wrong where they are off by more than rounding", function()
    local more = 1 + 1e-13
    local spoil = {
      qr = function(Q, R) return Q, more * R end,
      svd = function(U, s, Vt) return U, more * s, Vt end,
      eigh = function(w, V) return more * w, V end,
      polar = function(U, P) return U, more * P end,
      solve = function(X) return more * X end,
    }
    local A = rng():normal(30, 30, { precision = "float64" })
    for name, f in pairs(spoil) do
      assert.is_true(worst(name, A, "float64") <= bounds[name], name)
      assert.is_true(worst(name, wrong(A, name, f), "float64") > bounds[name], name)
    end
  end)

  it("are found wrong where they are not orthogonal", function()
    local A = rng():normal(30, 30, { precision = "float32" })
    local function stretched(Q, R) return 2 * Q, 0.5 * R end
    assert.is_true(worst("qr", wrong(A, "qr", stretched), "float32") > 1e5)
    assert.is_true(worst("polar", wrong(A, "polar", stretched), "float32") > 1e5)
  end)
end)
