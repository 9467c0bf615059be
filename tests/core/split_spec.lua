-- Steps whose batch goes through the net in shares (core/split.h), beside those
-- that are made as a whole: net:forward, a loss, net:backward.
local ortho = require "orthorun"

local layer = ortho.layer
local at_first = ortho.threads()

-- Nets of every kind of step, 40 inputs, 30 outputs.
local function linear(o, m, n)
  return layer.linear { inputs = n, outputs = m, init = o.init or "he_normal",
    rng = o.rng, precision = o.precision }
end

local function branch(o)
  return layer.sequential { layer.layer_norm { size = 64, precision = o.precision },
    linear(o, 64, 64), layer.tanh(), linear(o, 64, 64) }
end

local nets = {
  plain = function(o)
    return layer.sequential { linear(o, 64, 40), layer.relu(), linear(o, 64, 64),
      layer.gelu(), linear(o, 30, 64) }
  end,
  residual = function(o)
    return layer.sequential { linear(o, 64, 40),
      layer.residual { branch(o), scale = 0.5 },
      layer.residual { layer.residual { branch(o), scale = 0.3 }, layer.relu(),
        linear(o, 64, 64) },
      layer.scale(0.7), linear(o, 30, 64), layer.sigmoid() }
  end,
  wide = function(o) -- of 96, and no more, gradients in several pieces
    return layer.sequential { linear(o, 400, 40), layer.tanh(),
      linear(o, 200, 400), layer.leaky_relu(), linear(o, 30, 200) }
  end,
}

local function bytes(m)
  local list = m:tolist()
  for j = 1, #list do list[j] = ("<n"):pack(list[j]) end
  return table.concat(list)
end

local function gradients(net)
  local list = {}
  for i, G in ipairs(net:gradients()) do list[i] = G:copy() end
  return list
end

local losses = { mse = { ortho.loss.mse },
  mse_sum = { ortho.loss.mse, { reduction = "sum" } },
  mse_half = { ortho.loss.mse, { reduction = "half" } },
  cross_entropy = { ortho.loss.cross_entropy } }

local function whole(net, x, y, loss)
  local value, dy = losses[loss][1](net:forward(x), y, losses[loss][2])
  net:backward(dy, false)
  return value
end

-- A net, a batch, and a target for the loss.
local function setting(kind, batch, loss, precision, init)
  local rng = ortho.rng(batch)
  local o = { rng = rng:split "weights", precision = precision, init = init }
  local y = rng:split "y":normal(30, batch, { precision = precision })
  if loss == "cross_entropy" then
    y = {}
    for j = 1, batch do y[j] = j * 7 % 30 + 1 end
  end
  return nets[kind](o), rng:split "x":normal(40, batch, { precision = precision }), y
end

local function near(expected, got, digits, what)
  local wrong, size = (got - expected):norm(), expected:norm()
  assert(wrong <= digits * size, ("%s: off by %g of %g"):format(what, wrong, size))
end

describe("a step in shares", function()
  after_each(function() ortho.set_threads(at_first) end)

  local digits = { float32 = 1e-5, float64 = 1e-13 }
  for kind in pairs(nets) do
    for precision, eps in pairs(digits) do
      it(("has the gradients of the whole: %s, %s"):format(kind, precision), function()
        for loss in pairs(losses) do
          for _, batch in ipairs { 32, 67, 96, 150, 301 } do
            local net, x, y = setting(kind, batch, loss, precision)
            local value = whole(net, x, y, loss)
            local expected = gradients(net)
            local deltas = ortho.metric.delta_norms(net)
            local got = net:zero_grad():loss_gradient(x, y, loss)
            local what = ("%s, batch %d"):format(loss, batch)
            assert(math.abs(got - value) <= eps * value, what)
            for i, G in ipairs(net:gradients()) do near(expected[i], G, eps, what) end
            for l, d in ipairs(ortho.metric.delta_norms(net)) do
              assert(math.abs(d - deltas[l]) <= eps * d, what .. ", delta")
            end
          end
        end
      end)
    end

    it("adds to what is there: " .. kind, function()
      local net, x, y = setting(kind, 96, "mse", "float64")
      net:loss_gradient(x, y, "mse")
      local once = gradients(net)
      net:loss_gradient(x, y, "mse")
      for i, G in ipairs(net:gradients()) do near(once[i] * 2, G, 1e-15, i) end
    end)

    it("has the same bits for any number of threads: " .. kind, function()
      local net, x, y = setting(kind, 130, "cross_entropy", "float32")
      local function made(threads)
        ortho.set_threads(threads)
        local value, _, right = net:zero_grad():loss_gradient(x, y, "cross_entropy")
        local parts = { ("<n"):pack(value), right }
        for _, G in ipairs(net:gradients()) do parts[#parts + 1] = bytes(G) end
        return table.concat(parts)
      end
      local one = made(1)
      for _, threads in ipairs { 2, 3, 7 } do
        assert(made(threads) == one, threads .. " threads")
      end
    end)
  end

  it("leaves the net as a pass does: backward goes on from it", function()
    local net, x, y = setting("residual", 96, "mse", "float64")
    local _, dy = ortho.loss.mse(net:forward(x), y)
    local dx = net:backward(dy)
    net:zero_grad():loss_gradient(x, y, "mse")
    near(dx, net:backward(dy), 1e-13, "dx")
  end)

  it("is made as a whole where no float holds a share's numbers", function()
    for _, gain in ipairs { 1e-25, 1e25 } do
      local net, x, y = setting("wide", 96, "mse", "float32",
        ortho.init.gaussian { std = gain })
      local _, log10 = net:loss_gradient(x, y, "mse")
      local list = gradients(net)
      net:zero_grad()
      local _, dy, log10_whole = ortho.loss.mse(net:forward(x), y)
      net:backward(dy, false)
      assert.are.equal(log10_whole, log10)
      for i, G in ipairs(net:gradients()) do
        assert(bytes(G) == bytes(list[i]), "gradient " .. i)
      end
    end
  end)

  it("hands NaN and Inf on", function()
    local net, x, y = setting("plain", 96, "mse", "float64")
    x:set(3, 50, 0 / 0)
    local value = net:loss_gradient(x, y, "mse")
    assert(value ~= value)
    assert(net:gradients()[1]:norm() ~= net:gradients()[1]:norm())
  end)

  it("refuses what a whole one refuses, in the same words", function()
    local net, x = setting("plain", 96, "mse", "float64")
    local function refusal(...)
      local ok, message = pcall(net.loss_gradient, net, ...)
      assert(not ok)
      return message
    end
    assert.matches("prediction is 30x96, target 30x95", refusal(x,
      ortho.matrix.zeros(30, 95), "mse"), 1, true)
    assert.matches("95 labels for a batch of 96", refusal(x, (function()
      local t = {}
      for j = 1, 95 do t[j] = 1 end
      return t
    end)(), "cross_entropy"), 1, true)
    assert.matches("takes 40 inputs, got a 41x96", refusal(
      ortho.matrix.zeros(41, 96), ortho.matrix.zeros(30, 96), "mse"), 1, true)
  end)
end)
