-- chain_spec.lua: singular values of products of many matrices
-- (matrix.product_svd), of networks' layers (metric.jacobian_spectrum), and
-- Lyapunov exponents.
local ortho = require "orthorun"
local support = dofile "tests/support.lua"

local matrix, layer, metric = ortho.matrix, ortho.layer, ortho.metric
local raises, near = support.raises, support.near

local function haar(n, seed)
  return ortho.init.orthogonal {}(ortho.rng(seed), n, n)
end

local function double(rows, cols, seed)
  return ortho.rng(seed):normal(rows, cols, { precision = "float64" })
end

describe("matrix.product_svd", function()
  it("has known spectra of 1,000 factors from 1e-3000 to 1e3000", function()
    local powers = { 3, 2.2, 1.3, 0.4, -0.5, -1.4, -2.1, -3 }
    local scales, factors, Q = {}, {}, haar(8, 1)
    for i, power in ipairs(powers) do scales[i] = 10 ^ power end
    local D = matrix.diag(scales, { precision = "float64" })
    for k = 1, 1000 do
      local next = haar(8, k + 1)
      factors[k] = Q * D * next:t()
      Q = next
    end
    for k, log in ipairs(matrix.product_svd(factors)) do
      near(1, log / (1000 * powers[k] * math.log(10)), 1e-12)
    end
  end)

  it("has mpmath's values (tests/independent/chain.py)", function()
    local factors = {}
    for k = 1, 80 do
      factors[k] = matrix.zeros(5, 5, { precision = "float64" }):map(
        function(_, i, j) return math.sin(k * k + 7 * i + 3 * j + i * j / 5) end)
    end
    local wanted = { 6.9439261073043301, -20.555179817146512,
      -88.636589488017933, -136.21387889558159, -303.43301884602696 }
    for k, log in ipairs(matrix.product_svd(factors)) do
      near(wanted[k], log, 1e-10) -- conditions up to 1e4
    end
  end)

  it("is the product's own where that is no trouble, of any shapes", function()
    for _, sizes in ipairs { { 3, 7, 2, 5 }, { 2, 6, 6, 9 }, { 9, 4, 4, 3 },
      { 5, 5, 5, 5 }, { 1, 8, 1, 8 } } do
      local factors, P = {}, nil
      for k = 1, 3 do
        factors[k] = double(sizes[k], sizes[k + 1], k)
        P = P and P * factors[k] or factors[k]
      end
      local logs, wanted = matrix.product_svd(factors), P:singular_values():tolist()
      local rank = math.min(table.unpack(sizes))
      assert.are.equal(#wanted, #logs)
      for i, log in ipairs(logs) do
        if i <= rank then
          near(wanted[i], math.exp(log), 1e-13 * wanted[1])
        else
          assert.are.equal(-math.huge, log)
        end
      end
    end
  end)

  -- The same product, its orthogonal and diagonal factors apart and together.
  local function both_ways(sizes, together)
    local apart, joined, det = {}, {}, 0
    for k = 1, 40 do
      local r, powers = ortho.rng(k), {}
      local range = { low = -sizes, high = sizes }
      for i = 1, 7 do powers[i] = r:uniform(1, 1, range):get(1, 1) end
      local D, Q = {}, haar(7, 100 + k)
      for i, power in ipairs(powers) do
        D[i], det = 10.0 ^ power, det + power * math.log(10)
      end
      D = matrix.diag(D, { precision = "float64" })
      apart[2 * k - 1], apart[2 * k] = D, Q
      joined[k] = D * Q
      if together == "columns" then
        apart[2 * k - 1], apart[2 * k] = Q, D
        joined[k] = Q * D
      end
    end
    local wanted, got, sum = matrix.product_svd(apart), matrix.product_svd(joined), 0
    for i, log in ipairs(got) do
      near(wanted[i], log, 1e-11)
      sum = sum + log
    end
    near(det, sum, 1e-10)
    return got
  end

  it("loses nothing to rows or columns that are far apart", function()
    for _, sizes in ipairs { 3, 10, 100 } do
      both_ways(sizes, "rows")
      local logs = both_ways(sizes, "columns")
      assert.is_true(logs[1] - logs[7] > 80 * sizes)
    end
  end)

  it("has the transpose's values, in float32 as in float64", function()
    local factors, flipped, wide = {}, {}, {}
    for k = 1, 30 do
      factors[k] = double(9, 9, k):to "float32"
      wide[k] = factors[k]:to "float64"
      flipped[31 - k] = factors[k]:t()
    end
    local logs, same = matrix.product_svd(factors), matrix.product_svd(wide)
    for k, log in ipairs(matrix.product_svd(flipped)) do near(logs[k], log, 1e-11) end
    assert.are.same(logs, same)
  end)

  it("stays well-conditioned where orders of growth change from factor to factor",
    function()
      local A = matrix { { 1, 1, 0 }, { 0, 1, 1 }, { 1, 0, 1 } }:to "float64"
      local B = matrix { { 2, 1, 0 }, { 1, 1, 0 }, { 0, 3, 1 } }:to "float64"
      local list, word, flipped = { A, B, A:inv(), B:inv() }, {}, {}
      local r = ortho.rng(1)
      for k = 1, 400 do
        word[k] = list[r:integer(1, 4)]
        flipped[401 - k] = word[k]:t()
      end
      local logs = matrix.product_svd(word)
      for k, log in ipairs(matrix.product_svd(flipped)) do near(logs[k], log, 1e-10) end
    end)

  it("keeps what is far apart, in float32 and with exponents, too", function()
    local A = matrix { { 1e200, 0 }, { 0, 1e-200 } }
    local logs = matrix.product_svd { A, A, A }
    near(600 * math.log(10), logs[1], 1e-11)
    near(-600 * math.log(10), logs[2], 1e-11)
    local B = double(4, 4, 1):to "float32"
    local far = B
    for _ = 1, 200 do far = far * 1e30 end
    local one, other = matrix.product_svd { B }, matrix.product_svd { far }
    for k = 1, 4 do near(one[k] + 6000 * math.log(10), other[k], 1e-4) end
  end)

  it("finds ranks: exact zeros, sums that are rounding, and nothing", function()
    local ones = matrix.ones(3, 3)
    local logs = matrix.product_svd { ones, ones }
    near(math.log(9), logs[1], 1e-14)
    assert.are.same({ -math.huge, -math.huge }, { logs[2], logs[3] })
    local low = double(6, 2, 1) * double(2, 6, 2)
    logs = matrix.product_svd { double(6, 6, 3), low, double(6, 6, 4) }
    assert.is_true(logs[2] > -5)
    assert.are.equal(-math.huge, logs[3])
    assert.are.same({ -math.huge, -math.huge }, matrix.product_svd {
      matrix.zeros(3, 0), matrix.zeros(0, 2) })
    assert.are.same({}, matrix.product_svd { matrix.zeros(0, 4) })
  end)

  it("refuses what is no product", function()
    local A, svd = double(2, 2, 1), matrix.product_svd
    raises("the list is empty", svd, {})
    raises("matrix 1 is 2x2, matrix 2 3x2 (inner sizes 2 and 3 differ)", svd,
      { A, double(3, 2, 1) })
    raises("entry 2 of the list must be a matrix, not 3", svd, { A, 3 })
    raises("argument 1 must be a table", svd, A)
    local bad = A:copy()
    bad:set(2, 1, 0 / 0)
    raises("NaN or Inf at (2,1) of matrix 2", svd, { A, bad })
    bad:set(2, 1, math.huge)
    raises("NaN or Inf at (2,1) of matrix 1", svd, { bad })
  end)
end)

describe("metric.jacobian_spectrum", function()
  local function linear(outputs, inputs, seed)
    return layer.linear { weight = double(outputs, inputs, seed) }
  end

  local function compare(net, x)
    local s, logs = metric.jacobian_spectrum(net, x)
    local wanted = net:jacobian(x):singular_values():tolist()
    assert.are.equal(#wanted, #s)
    for i, value in ipairs(s) do
      near(wanted[i], value, 1e-13 * wanted[1])
      if value > 0 then near(math.log(value), logs[i], 1e-13) end
    end
  end

  it("is the Jacobian's, from every kind of layer", function()
    local x = double(5, 1, 9)
    local norm = layer.layer_norm { size = 6, eps = 0.1, precision = "float64" }
    norm:parameters()[1]:assign(double(6, 1, 5))
    ortho.activation.define { name = "js_own", value = math.sin, slope = math.cos }
    compare(layer.sequential { linear(6, 5, 1), layer.relu(), linear(6, 6, 2),
      layer.gelu(), linear(3, 6, 3), layer.tanh() }, x)
    compare(layer.sequential { layer.sigmoid(), linear(6, 5, 1), norm,
      layer.js_own(), linear(4, 6, 2) }, x)
    compare(layer.sequential { linear(6, 5, 1), layer.residual { linear(6, 6, 2),
      layer.tanh() }, linear(4, 6, 3) }, x)
    compare(layer.sequential { linear(5, 5, 1), {
      forward = function(_, a) return 2 * a end,
      backward = function(_, d) return 2 * d end } }, x)
    compare(layer.tanh(), x)
  end)

  it("chains residual blocks, and layers written in Lua", function()
    local x = double(6, 1, 9)
    local square = { forward = function(self, a)
      self.a = a
      return a:hadamard(a)
    end, backward = function(self, dy) return 2 * self.a:hadamard(dy) end }
    local half = { forward = function(_, a) return a:sub(1, 3, 1, a:cols()):copy() end,
      backward = function(_, dy)
        local dx = matrix.zeros(6, dy:cols(), { precision = "float64" })
        dx:sub(1, 3, 1, dy:cols()):assign(dy)
        return dx
      end }
    local norm = layer.layer_norm { size = 6, precision = "float64" }
    compare(layer.sequential { layer.residual { layer.relu(), linear(6, 6, 1),
      layer.relu(), layer.residual { layer.tanh(), linear(6, 6, 4) }, layer.tanh() },
      layer.gelu(), linear(4, 6, 2) }, x)
    compare(layer.sequential { layer.residual { norm, linear(6, 6, 1), layer.relu(),
      square, linear(6, 6, 8), scale = 0.3 }, layer.relu(), half, linear(3, 3, 2),
      layer.tanh() }, x)
    compare(layer.sequential { half }, x)
    raises("backward must return a matrix of 6x6, not 3", metric.jacobian_spectrum,
      layer.sequential { linear(6, 6, 1), { forward = function(_, a) return a end,
        backward = function() return 3 end } }, x)
  end)

  it("keeps small singular values of residual nets", function()
    local blocks, factors = {}, {}
    for k = 1, 300 do
      local W = double(6, 6, k)
      blocks[k] = layer.residual { layer.linear { weight = W }, scale = 0.5 }
      factors[301 - k] = matrix.eye(6, { precision = "float64" }) + 0.5 * W
    end
    local net, x = layer.sequential(blocks), double(6, 1, 2)
    local _, logs = metric.jacobian_spectrum(net, x)
    local wanted = matrix.product_svd(factors)
    for k, log in ipairs(wanted) do near(log, logs[k], 1e-10) end
    assert.is_true(logs[1] - logs[6] > 100)
    local exponents, sum = metric.lyapunov(net, x), 0
    for k = 1, 6 do sum = sum + 300 * exponents[k] - logs[k] end
    near(0, sum, 1e-10)
  end)

  it("keeps them where slopes vanish", function()
    local net = ortho.mlp { width = 6, depth = 30, activation = "tanh",
      init = ortho.init.gaussian { std = 6 }, rng = ortho.rng(1),
      precision = "float64", bias = false }
    local x = double(6, 1, 2)
    local _, logs = metric.jacobian_spectrum(net, x)
    local factors, a = {}, x
    for l, W in ipairs(net:weights()) do
      local z = W * a
      local slope = z:map(function(v) return 4 / (math.exp(v) + math.exp(-v)) ^ 2 end)
      a = z:map(function(v) return 1 - 2 / (1 + math.exp(2 * v)) end)
      table.insert(factors, 1, W)
      if l < 30 then
        table.insert(factors, 1, matrix.diag(slope:tolist(), { precision = "float64" }))
      end
    end
    for k, log in ipairs(matrix.product_svd(factors)) do near(log, logs[k], 1e-9) end
    assert.is_true(logs[1] - logs[6] > 400)
  end)

  it("has the logarithms of nets whose Jacobian no matrix holds", function()
    local factors = {}
    local net = ortho.mlp { width = 6, depth = 400, activation = "linear", bias = false,
      rng = ortho.rng(1), precision = "float64",
      init = ortho.init.gaussian { std = 3 } }
    for l, W in ipairs(net:weights()) do factors[#net:weights() + 1 - l] = W end
    local s, logs = metric.jacobian_spectrum(net, double(6, 1, 2))
    local wanted = matrix.product_svd(factors)
    for k = 1, 6 do near(wanted[k], logs[k], 1e-11) end
    assert.are.equal(math.huge, s[1])
    assert.is_true(logs[1] - logs[6] > 200)
  end)

  it("refuses wrong arguments", function()
    raises("x must be one column", metric.jacobian_spectrum, linear(2, 2, 1),
      double(2, 2, 1))
    local net = linear(2, 2, 1)
    net:weights()[1]:set(1, 2, 0 / 0)
    raises("NaN or Inf at (1,2)", metric.jacobian_spectrum, net, double(2, 1, 1))
  end)
end)

describe("metric.lyapunov", function()
  it("is within its errors of theory's for Gaussian matrices", function()
    local factors = {}
    for k = 1, 600 do factors[k] = double(6, 6, k) / math.sqrt(6) end
    local exponents, errors = metric.lyapunov(factors)
    local wanted, chi2 = ortho.theory.lyapunov { width = 6 }, 0
    for k = 1, 6 do
      local z = (exponents[k] - wanted[k]) / errors[k]
      assert.is_true(math.abs(z) < 3.3, k .. ": " .. z)
      chi2 = chi2 + z * z
    end
    assert.is_true(chi2 > 0.5)
    local logs = matrix.product_svd(factors)
    for k = 1, 6 do near(exponents[k], logs[k] / 600, 0.01) end
  end)

  it("takes a net at a point, and refuses what has none", function()
    local net = ortho.mlp { width = 5, depth = 9, activation = "tanh",
      rng = ortho.rng(1), precision = "float64" }
    local x = double(5, 1, 3)
    local exponents = metric.lyapunov(net, x)
    local _, logs = metric.jacobian_spectrum(net, x)
    local sum, whole = 0, 0
    for k = 1, 5 do sum, whole = sum + 9 * exponents[k], whole + logs[k] end
    near(whole, sum, 1e-12) -- log |det|
    local one, error = metric.lyapunov { double(2, 2, 1) }
    assert.is_true(one[1] > one[2] - 10 and error[1] ~= error[1])
    assert.are.equal(-math.huge, metric.lyapunov { matrix.zeros(2, 2) }[1])
    local line = double(3, 1, 1) * double(1, 3, 2) -- of rank 1 but for rounding
    local found = metric.lyapunov { double(3, 3, 3), line }
    assert.is_true(found[1] > -10)
    assert.are.same({ -math.huge, -math.huge }, { found[2], found[3] })
    raises("square factors of one size", metric.lyapunov, { double(2, 3, 1) })
    raises("the list is empty", metric.lyapunov, {})
    local deep = layer.residual { layer.tanh() }
    for _ = 1, 100 do deep = layer.residual { deep } end
    raises("at most 100 residual blocks within one another", metric.lyapunov, deep, x)
  end)
end)
