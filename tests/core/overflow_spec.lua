-- Never overflow: networks whose values no float can hold, and the promise
-- that exponents change no bit where plain arithmetic survives.
local ortho = require "orthorun"
local metric, loss, matrix = ortho.metric, ortho.loss, ortho.matrix

local function finite(list)
  for _, v in ipairs(list) do
    if v ~= v or v == math.huge or v == -math.huge then return false end
  end
  return true
end

-- One forward and backward at the article's loss; returns the net, the
-- output, dx and the loss's value and log10.
local function pass(net, x, y)
  local out = net:forward(x)
  local value, g, log10 = loss.mse(out, y, { reduction = "half" })
  local dx = net:backward(g)
  return out, dx, value, log10
end

-- Equal bits. With `dust`, an element 2^150 (float64: 2^1200) times smaller than
-- the largest beside it may have vanished (see docs/design.md).
local function same_bits(a, b, precision, dust)
  local top, smallest = 0, 0
  for i = 1, #b do top = math.max(top, math.abs(b[i])) end
  if dust then
    smallest = precision == "float32" and top * 2.0 ^ -150
      or top * 2.0 ^ -1000 * 2.0 ^ -200
  end
  for i = 1, #b do
    if a[i] ~= b[i] and math.abs(a[i] - b[i]) > smallest then return false end
  end
  return #a == #b
end

for _, precision in ipairs { "float64", "float32" } do
  local opt = { precision = precision }
  local rng = ortho.rng(1)

  describe("10,000 layers of N(0,1), width 64, " .. precision, function()
    it("have finite log10 norms, and the slope of theory", function()
      local depth = 10000
      local net = ortho.mlp { width = 64, depth = depth, activation = "relu",
        init = "gaussian", bias = false, rng = rng:split "deep",
        precision = precision }
      local x = rng:split("x"):uniform(64, 4, opt)
      local y = rng:split("y"):uniform(64, 4, opt)
      local _, _, value, log10 = pass(net, x, y)
      local grads = metric.log10_grad_norms(net)
      local deltas = metric.log10_delta_norms(net)
      assert.equal(depth, #grads)
      assert.equal(depth, #deltas)
      assert.is_true(finite(grads) and finite(deltas))
      assert.equal(math.huge, value)
      assert.is_true(log10 > 14000)
      -- chi_1 = n/2 a layer, less the mean shift 5/(2n) of ln (He and
      -- N(0,1) differ by a factor only); the spread is sqrt(5/n) a layer
      local slope = (deltas[1] - deltas[depth]) / (depth - 1)
      local expected = (math.log(32) - 5 / 128) / (2 * math.log(10))
      local sd = math.sqrt(5 / 64 / depth) / (2 * math.log(10))
      assert.is_near(expected, slope, 4 * sd)
    end)
  end)

  describe("without overflow, in " .. precision, function()
    -- A net that leaves the window on the way (2^40, 2^300) and comes back
    -- or stays within what plain arithmetic can hold.
    local function build(activation, depth, gain)
      return ortho.mlp { width = 16, depth = depth, activation = activation,
        init = ortho.init.orthogonal { gain = gain }, rng = rng:split "bits",
        precision = precision }
    end
    local x = rng:split("x"):uniform(16, 8, opt)
    local y = rng:split("y"):uniform(16, 8, opt)

    local cases = { { "linear", 20, 1 }, { "relu", 20, math.sqrt(2) },
      { "tanh", 20, 1.2 }, { "gelu", 20, 1.5 }, { "leaky_relu", 20, 1 } }
    -- grows to about 2^(depth log2 gain) and stays below 2^127, 2^1023
    local far = precision == "float32" and 50 or 400
    cases[#cases + 1] = { "linear", far, 2 }
    cases[#cases + 1] = { "relu", far, 2.2 }
    cases[#cases + 1] = { "linear", far, 0.5 }
    -- gelu's tails put specks beside huge values
    cases[#cases + 1] = { "gelu", far, 2.5, true }

    for _, case in ipairs(cases) do
      local activation, depth, gain, dust = table.unpack(case)
      it(("%s, depth %d, gain %.3g has the same bits with and without " ..
        "rescaling"):format(activation, depth, gain), function()
        local a, b = build(activation, depth, gain), build(activation, depth, gain)
        b:rescale(false)
        local out_a, dx_a, value_a = pass(a, x, y)
        local out_b, dx_b, value_b = pass(b, x, y)
        assert.equal(value_b, value_a)
        assert.is_true(same_bits(out_a:tolist(), out_b:tolist(), precision, dust))
        assert.is_true(same_bits(dx_a:tolist(), dx_b:tolist(), precision, dust))
        for l, g in ipairs(a:weight_gradients()) do
          assert.is_true(same_bits(g:tolist(),
            b:weight_gradients()[l]:tolist(), precision, dust))
        end
      end)
    end

    it("rescaling really happened in the far cases", function()
      local net = build("linear", far, 2)
      assert.is_true(net:forward(x):exponent() > 0)
    end)

    it("plain arithmetic overflows where the default does not", function()
      local net = build("linear", 3 * far, 2)
      assert.is_true(net:forward(x):is_finite())
      net:rescale(false)
      assert.is_false(net:forward(x):is_finite())
    end)
  end)

  describe("activations far beyond the floats, in " .. precision, function()
    -- z = 2^5000 u and 2^-5000 u, u of both signs
    local u = matrix({ { 1.5 }, { -0.75 }, { 1 } }, opt)
    local function scaled(power)
      local p = u
      for _ = 1, 50 do p = p * 2 ^ (power / 50) end
      return p
    end
    local huge, tiny = scaled(5000), scaled(-5000)
    local ones = matrix.ones(3, 1, opt)

    local function column(m) return m:t():totable()[1] end
    local function ratio(a, z) -- a / z elementwise, whatever the exponents
      return column(a:divide(z))
    end
    local function near(expected, got)
      for i = 1, #expected do
        assert.is_near(expected[i], got[i], 1e-6)
      end
    end

    it("are their asymptotes far out", function()
      for name, expected in pairs { relu = { 1, 0, 1 }, gelu = { 1, 0, 1 },
        silu = { 1, 0, 1 }, softplus = { 1, 0, 1 }, elu = { 1, 0, 1 },
        linear = { 1, 1, 1 }, leaky_relu = { 1, 0.01, 1 },
        selu = { 1.0507009873554805, 0, 1.0507009873554805 } } do
        local l = ortho.layer[name]()
        near(expected, ratio(l:forward(huge), huge))
        near(expected, column(l:backward(ones)))
      end
    end)

    it("saturate where they saturate", function()
      for name, expected in pairs { tanh = { 1, -1, 1 }, erf = { 1, -1, 1 },
        hard_tanh = { 1, -1, 1 }, sigmoid = { 1, 0, 1 } } do
        local l = ortho.layer[name]()
        near(expected, column(l:forward(huge)))
        near({ 0, 0, 0 }, column(l:backward(ones)))
      end
    end)

    it("are their slopes at 0 close by", function()
      local s = 1.0507009873554805
      for name, expected in pairs { relu = { 1, 0, 1 }, tanh = { 1, 1, 1 },
        erf = { 2 / math.sqrt(math.pi), 2 / math.sqrt(math.pi) },
        gelu = { 0.5, 0.5, 0.5 }, silu = { 0.5, 0.5, 0.5 },
        elu = { 1, 1, 1 }, hard_tanh = { 1, 1, 1 },
        selu = { s, s * 1.6732632423543772, s } } do
        local l = ortho.layer[name]()
        near(expected, ratio(l:forward(tiny), tiny))
        near(expected, column(l:backward(ones)))
      end
    end)

    it("are their values at 0 where those are not 0", function()
      near({ 0.5, 0.5, 0.5 }, column(ortho.layer.sigmoid():forward(tiny)))
      near({ math.log(2), math.log(2) },
        column(ortho.layer.softplus():forward(tiny)))
    end)

    it("go through layer_norm, which does not see scale", function()
      local l = ortho.layer.layer_norm { size = 3, eps = 0,
        precision = precision }
      near(column(l:forward(u)), column(l:forward(huge)))
      near(column(l:forward(u)), column(l:forward(tiny)))
    end)

    it("add their biases: lost beside 2^5000, all beside 2^-5000", function()
      local l = ortho.layer.linear { weight = matrix.eye(3, opt),
        bias = function() return ones end, rng = rng, precision = precision }
      near({ 1, 1, 1 }, ratio(l:forward(huge), huge))
      near({ 1, 1, 1 }, column(l:forward(tiny)))
    end)

    it("are classified: cross-entropy of huge logits", function()
      local value, g, log10 = loss.cross_entropy(huge, { 2 })
      assert.equal(math.huge, value)
      assert.is_near(5000 * math.log(2, 10) + math.log(2.25, 10), log10, 1e-6)
      near({ 1, -1, 0 }, column(g))
      value, g = loss.cross_entropy(tiny, { 2 })
      assert.is_near(math.log(3), value, 1e-6)
      near({ 1 / 3, -2 / 3, 1 / 3 }, column(g))
    end)
  end)

  describe("vanishing nets in " .. precision, function()
    it("keep their gradients, thousands of layers down", function()
      local depth, gain = 3000, 0.1
      for _, activation in ipairs { "linear", "tanh", "gelu" } do
        local net = ortho.mlp { width = 8, depth = depth,
          activation = activation, bias = false, rng = rng:split "vanish",
          init = ortho.init.orthogonal { gain = gain }, precision = precision }
        pass(net, rng:uniform(8, 2, opt), rng:uniform(8, 2, opt))
        local deltas = metric.log10_delta_norms(net)
        local slope = activation == "gelu" and gain / 2 or gain
        assert.is_near((depth - 1) * math.log(slope, 10),
          deltas[1] - deltas[depth], activation == "gelu" and 1 or 0.1)
      end
    end)
  end)
end
