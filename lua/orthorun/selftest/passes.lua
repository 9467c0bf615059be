-- passes: what networks compute, against identities that hold exactly: Euler's, for
-- homogeneous nets; differences of the loss along a line; Hessians are symmetric.
local core = require "orthorun.core"
local mlp = require "orthorun.net.mlp"
local scores = require "orthorun.selftest.scores"

local passes = {}

-- Loss and gradient of a net; the gradient is in the net.
function passes.gradient(net, x, y)
  net:zero_grad()
  return (net:loss_gradient(x, y, "mse"))
end

passes.product = core.metric.hessian_product

-- <W, dW> is the same in all layers of a ReLU net without biases: the largest
-- difference from the last layer's, in eps of ‖W‖ ‖dW‖.
local function euler_row(rng, gradient, p)
  local net = mlp { width = 61, depth = 20, activation = "relu", bias = false,
    init = "he_normal", rng = rng, precision = p }
  local x = rng:normal(61, 17, { precision = p })
  gradient(net, x, rng:normal(61, 17, { precision = p }))
  local W, dW, worst = net:weights(), net:weight_gradients(), 0.0
  local last = W[#W]:dot(dW[#W])
  for l = 1, #W do
    worst = scores.worst(worst, math.abs(W[l]:dot(dW[l]) - last) /
      (W[l]:norm() * dW[l]:norm()))
  end
  local eps = p == "float64" and 2.0 ^ -52 or 2.0 ^ -23
  return scores.within("Euler: <W, dW> equal in all layers, " .. p, worst / eps, 5)
end

-- A net that is smooth, and a direction like its parameters.
local function smooth(rng)
  local net = mlp { sizes = { 7, 13, 11, 5 }, activation = "tanh",
    init = "glorot_normal", bias = core.init.gaussian { std = 0.3 },
    rng = rng:split "net", precision = "float64" }
  return net, rng:normal(7, 9, { precision = "float64" }),
    rng:normal(5, 9, { precision = "float64" })
end

local function direction(rng, net)
  local v = {}
  for k, w in ipairs(net:parameters()) do
    v[k] = rng:normal(w:rows(), w:cols(), { precision = "float64" })
  end
  return v
end

local function along(v, w)
  local sum = 0.0
  for k, part in ipairs(v) do sum = sum + part:dot(w[k]) end
  return sum
end

-- The loss with parameters start + t v.
local function loss_at(net, start, v, t, x, y)
  for k, w in ipairs(net:parameters()) do w:assign(start[k] + t * v[k]) end
  return (net:loss(x, y, "mse"))
end

-- The gradient along a line, against differences of the loss there, good to h^6.
local function difference_row(rng, gradient)
  local net, x, y = smooth(rng)
  local v, start = direction(rng, net), {}
  for k, w in ipairs(net:parameters()) do start[k] = w:copy() end
  gradient(net, x, y)
  local g = net:gradients()
  local exact, size = along(v, g), math.sqrt(along(v, v) * along(g, g))
  local sum, h = 0.0, 5e-4
  for k, weight in ipairs { 45, -9, 1 } do
    sum = sum + weight * (loss_at(net, start, v, k * h, x, y) -
      loss_at(net, start, v, -k * h, x, y))
  end
  return scores.within("gradient against differences of the loss",
    math.abs(sum / (60 * h) - exact) / size, 1e-11, "")
end

-- u'Hv = v'Hu.
local function hessian_row(rng, product)
  local net, x, y = smooth(rng)
  local u, v = direction(rng, net), direction(rng, net)
  local Hu, Hv = product(net, x, y, "mse", u), product(net, x, y, "mse", v)
  local size = math.sqrt(along(u, u) * along(Hv, Hv))
  return scores.within("Hessian: u'Hv = v'Hu",
    math.abs(along(u, Hv) - along(v, Hu)) / size * 2 ^ 52, 5)
end

-- gradient, product: as those of this module.
function passes.rows(rng, gradient, product)
  return { euler_row(rng:split "euler", gradient, "float64"),
    euler_row(rng:split "euler", gradient, "float32"),
    difference_row(rng:split "differences", gradient),
    hessian_row(rng:split "hessian", product) }
end

return passes
