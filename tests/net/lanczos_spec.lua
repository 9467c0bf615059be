-- lanczos: outer eigenvalues, and functions of a matrix on one vector, against eigh.
local ortho = require "orthorun"
local lanczos = require "orthorun.net.lanczos"

local n = 160

-- A symmetric matrix, its eigenvalues (rising) and vectors, and a vector.
local function example()
  local rng = ortho.rng(2)
  local A = rng:normal(n, n, { precision = "float64" })
  A = A * A:t() / n
  local w, V = A:eigh()
  return A, w, V, rng:normal(n, 1, { precision = "float64" })
end

describe("lanczos", function()
  for _, growth in ipairs { 1, 1.3 } do
    it("finds f(A) b to what its residuals promise, growth " .. growth, function()
      local A, w, V, b = example()
      local asked, left = 0, nil
      local values, residuals, applied = lanczos(function(v) return A * v end, n, {
        start = b, iterations = n, growth = growth,
        done = function(values, residuals, starts)
          asked, left = asked + 1, 0.0
          for i, value in ipairs(values) do
            left = left + math.exp(-value) * residuals[i] * starts[i]
          end
          return math.abs(left) < 1e-12
        end })
      assert.is_true(#values < 40 and math.abs(left) < 1e-12)
      assert.equal(#residuals, #values)
      if growth == 1 then assert.equal(#values, asked)
      else assert.is_true(asked < #values) end
      local exact = V * (V:t() * b):hadamard(w:map(function(x) return math.exp(-x) end))
      assert.is_true((applied(function(x) return math.exp(-x) end) - exact):norm() <
        1e-10 * b:norm())
    end)
  end

  it("has all eigenvalues after n products, whose basis grows on the way", function()
    local A, w, _, b = example()
    local values, residuals = lanczos(function(v) return A * v end, n, { start = b,
      iterations = 2 * n, done = function() return false end, growth = 2 })
    assert.equal(n, #values)
    for i = 1, n do assert.is_near(w:get(n + 1 - i, 1), values[i], 1e-12 * n) end
    assert.is_true(residuals[1] < 1e-10)
  end)

  it("ends where a product is not finite", function()
    local values, what = lanczos(function(v) return v * math.huge end, 3, {
      start = ortho.matrix.ones(3, 1), iterations = 3,
      done = function() return false end })
    assert.is_nil(values)
    assert.equal(math.huge, what)
  end)
end)
