-- net:signal measures what forward and backward would show; and passes through
-- a chain, whose buffers are shared, are those through its layers one by one.
local ortho = require "orthorun"
local layer = ortho.layer

local function data(rng, inputs, outputs, batch, precision)
  local opt = { precision = precision }
  return rng:split "x":normal(inputs, batch, opt),
    rng:split "y":normal(outputs, batch, opt)
end

-- The same by a pass that makes gradients.
local function by_gradients(net, x, y, loss)
  net:zero_grad()
  local value, log10 = net:loss_gradient(x, y, loss)
  return { loss = value, log10_loss = log10,
    forward = net:log10_activation_norms(), delta = net:log10_delta_norms(),
    gradient = net:log10_grad_norms() }
end

local function same(expected, measured, tolerance)
  assert.equal(expected.loss, measured.loss)
  assert.equal(expected.log10_loss, measured.log10_loss)
  assert.same(expected.forward, measured.forward)
  assert.same(expected.delta, measured.delta)
  assert.equal(#expected.gradient, #measured.gradient)
  for l, g in ipairs(expected.gradient) do
    assert.near(g, measured.gradient[l], tolerance)
  end
end

local function linear(n, m, rng, precision)
  return layer.linear { inputs = n, outputs = m, rng = rng,
    init = ortho.init.he_normal {}, precision = precision }
end

local nets = {
  ["a wide batch"] = function(rng, p)
    return ortho.mlp { sizes = { 20, 24, 30, 5 }, rng = rng, precision = p }
  end,
  ["tanh, and an activation at the end"] = function(rng, p)
    return ortho.mlp { sizes = { 20, 24, 30, 5 }, rng = rng, precision = p,
      activation = "tanh", output_activation = "hard_tanh" }
  end,
  ["N(0,1), out of every float's range"] = function(rng, p)
    return ortho.mlp { width = 20, depth = 1500, outputs = 5, rng = rng,
      init = "gaussian", bias = false, precision = p }
  end,
  ["vanishing"] = function(rng, p)
    return ortho.mlp { width = 20, depth = 1500, outputs = 5, rng = rng,
      init = ortho.init.orthogonal { gain = 0.5 }, bias = false, precision = p }
  end,
  ["residual branches and layer_norm"] = function(rng, p)
    return layer.sequential { linear(20, 16, rng:split(1), p), layer.relu(),
      layer.residual { layer.layer_norm { size = 16, precision = p },
        linear(16, 16, rng:split(2), p), layer.relu(),
        layer.residual { linear(16, 16, rng:split(3), p) } },
      layer.hard_tanh(), layer.leaky_relu(), layer.relu(),
      linear(16, 5, rng:split(4), p) }
  end,
}

for name, make in pairs(nets) do
  for _, precision in ipairs { "float32", "float64" } do
    describe(("signal of %s, %s"):format(name, precision), function()
      local eps = precision == "float32" and 2.0 ^ -23 or 2.0 ^ -52
      for _, batch in ipairs { 1, 7, 200 } do
        it(("is what gradients show, batch %d"):format(batch), function()
          local rng = ortho.rng(batch)
          local net = make(rng:split "weights", precision)
          local x, y = data(rng, 20, 5, batch, precision)
          local expected = by_gradients(net, x, y, "mse")
          same(expected, net:signal(x, y, "mse"), 8 * batch * eps)
          same(expected, net:signal(x, y, "mse"), 8 * batch * eps)
        end)
      end
    end)
  end
end

describe("signal", function()
  local rng = ortho.rng(3)
  local net = ortho.mlp { sizes = { 300, 260, 4 }, rng = rng }
  local x, y = data(rng, 300, 4, 50)

  it("agrees where the batch is small beside wide layers", function()
    same(by_gradients(net, x, y, "mse_half"), net:signal(x, y, "mse_half"),
      50 * 2.0 ^ -52)
  end)

  it("leaves gradients alone", function()
    net:zero_grad()
    net:signal(x, y, "mse")
    assert.equal(0, net:weight_gradients()[1]:norm())
    net:loss_gradient(x, y, "mse")
    local before = net:weight_gradients()[2]:copy()
    net:signal(2 * x, y, "mse")
    assert.is_true(before == net:weight_gradients()[2])
  end)

  it("knows classes, and losses of one's own", function()
    local labels = {}
    for j = 1, 50 do labels[j] = j % 4 + 1 end
    same(by_gradients(net, x, labels, "cross_entropy"),
      net:signal(x, labels, "cross_entropy"), 1e-13)
    local function own(out, target) return ortho.loss.mse(out, target) end
    same(by_gradients(net, x, y, own), net:signal(x, y, own), 1e-13)
  end)

  it("shows NaN and Inf as they are", function()
    local bad = x:copy():set(1, 1, 0 / 0)
    local s = net:signal(bad, y, "mse")
    assert.is_true(s.loss ~= s.loss)
    assert.is_true(s.gradient[1] ~= s.gradient[1])
  end)

  it("is plain where the network is", function()
    local deep = ortho.mlp { width = 8, depth = 400, init = "gaussian",
      rng = ortho.rng(1), bias = false, precision = "float32" }
    deep:rescale(false)
    local u, v = data(rng, 8, 8, 3, "float32")
    local s = deep:signal(u, v, "mse")
    assert.is_true(s.loss == math.huge or s.loss ~= s.loss)
  end)
end)

-- The layers of a chain one by one, by their own forward and backward.
local function one_by_one(layers, x, dy)
  local outputs = { x }
  for i, l in ipairs(layers) do outputs[i + 1] = l:forward(outputs[i]) end
  local dx = dy
  for i = #layers, 1, -1 do dx = layers[i]:backward(dx) end
  return outputs[#outputs], dx
end

describe("a chain's passes are its layers' own, bit for bit,", function()
  for _, name in ipairs(ortho.activation.names()) do
    for _, precision in ipairs { "float32", "float64" } do
      it(("with %s, %s"):format(name, precision), function()
        local rng = ortho.rng(11)
        local function layers()
          local a = linear(9, 12, rng:split(1), precision)
          local b = linear(12, 12, rng:split(2), precision)
          return { a, layer[name](), b, layer[name](), layer[name]() }
        end
        local x, dy = data(rng, 9, 12, 6, precision)
        local apart, together = layers(), layers()
        local y, dx = one_by_one(apart, x, dy)
        local net = layer.sequential(together)
        for _ = 1, 2 do
          net:zero_grad()
          assert.is_true(y == net:forward(x))
          assert.is_true(dx == net:backward(dy))
        end
        for k, i in ipairs { 1, 3 } do
          assert.is_true(apart[i]:weight_gradients()[1] ==
            net:weight_gradients()[k])
        end
      end)
    end
  end
end)
