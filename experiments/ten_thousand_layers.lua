-- Ten thousand layers: how large signals and gradients are, and all singular values
-- from end to end, where plain numbers have long been 0 or inf. Orthogonal against
-- Gaussian weights at the critical scale, linear nets and relu.
local ortho = require "orthorun"
local drawn = { init = function(init) return init ~= "orthogonal" end }

local function thin(list, count, scale) -- so many places, evenly apart
  local some = {}
  for k = 1, count do some[k] = list[k * #list // count] * (scale or 1) end
  return some
end

return ortho.experiment {
  asks = "What is left of signals, gradients and directions behind 10,000 layers?",
  zip = { init = { "scaled_gaussian", "he_normal", "orthogonal", "orthogonal_sqrt2" },
    activation = { "linear", "relu", "linear", "relu" } },
  params = { width = 32 }, grid = { depth = { 10000 }, seed = ortho.range(6) },
  index = "k",
  measures = { forward = { label = "‖a‖", log10 = true }, s = { label =
    "singular value", log10 = true }, delta = { label = "‖∂L/∂z‖", log10 = true } },

  trial = function(p, rng)
    local net = ortho.mlp { width = p.width, depth = p.depth, activation = p.activation,
      init = p.init, rng = rng:split "weights", bias = false, precision = "float64" }
    local x, u = rng:split "x":normal(p.width, 1), rng:split "u":normal(p.width, 1)
    x = (x * (p.width ^ 0.5 / x:norm())):to "float64"
    net:forward(x)
    net:backward((u * (1 / u:norm())):to "float64")
    local _, logs = ortho.metric.jacobian_spectrum(net, x)
    local s, rank, layer = thin(logs, p.width, 1 / math.log(10)), 0, {}
    for k = 1, p.width do
      layer[k], rank = k * p.depth // p.width, s[k] > -math.huge and k or rank
    end
    return { s = s, rank = rank, largest = s[1], layer = layer,
      forward = thin(ortho.metric.log10_activation_norms(net), p.width),
      delta = thin(ortho.metric.log10_delta_norms(net), p.width) }
  end,
  predict = function(p)
    local law, half = ortho.theory.fluctuations { like = p }, 0.5 / math.log(10)
    local means, variances = ortho.theory.lyapunov { like = p, gates = p.depth - 1 }
    local rank, of_rank = ortho.theory.jacobian_rank { like = p, gates = p.depth - 1 }
    for k = 1, p.width do
      means[k] = k <= rank and 2 * half * p.depth * means[k] or -math.huge
    end
    return { forward = thin(law.forward.mean, p.width, half), s = means,
      delta = thin(law.delta.mean, p.width, half), largest = means[1], rank = rank,
      sd = { rank = of_rank, largest = 2 * half * (p.depth * variances[1]) ^ 0.5 } }
  end,
  show = {
    { table = { "forward", "delta", "largest", "rank" }, by = { "init", "activation" },
      spread = false },
    { check = "rank", by = "init", where = { activation = "relu" } },
    { check = "largest", by = "init", where = drawn },
    { check = "largest", by = "init", where = { init = "orthogonal" }, at_least = 0,
      at_most = 1e-11 }, -- 1, but for rounding
    { plot = "forward", over = "layer", color = "init" },
    { plot = "delta", over = "layer", color = "init" },
    { plot = "s", over = "k", color = "init" },
  },
}
