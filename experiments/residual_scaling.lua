-- How should a residual net's branches be scaled with its depth L? Without a norm each
-- block multiplies ||dloss/dx||^2 by 1 + scale^2: at 1/sqrt(L) by e in all. Behind layer
-- norms the stream grows, and gradients as sqrt(L). Yang and Schoenholz (2017).
local ortho = require "orthorun"
local kinds = { none = false, layer = "layer" }
local deepest = { depth = "largest", width = "largest" }

return ortho.experiment {
  asks = "Do gradients survive the depth of a residual net, by its branches' scale?",
  paired = { "scale", "norm" }, -- the same weights for each
  grid = { width = { 32, 64, 128 }, norm = { { name = "none", label = "no norm" },
      { name = "layer", label = "layer norm" } }, scale = { "1", "1/sqrt(L)", "1/L" },
    depth = { 4, 8, 16, 32, 64, help = "residual blocks" }, seed = ortho.range(50) },
  measures = { delta = { label = "‖∂L/∂x‖ before the first block", log10 = true },
    gradient = { label = "‖∂L/∂W‖ in it", log10 = true },
    growth = { label = "growth of ‖∂L/∂x‖²" } },

  trial = function(p, rng)
    local net = ortho.resnet { width = p.width, depth = p.depth, inner = 1,
      scale = p.scale, norm = kinds[p.norm], init = "he_normal", bias = false,
      rng = rng:split "weights" }
    net:forward(rng:split "x":normal(p.width, 1))
    local u = rng:split "u":normal(p.width, 1)
    local delta = net:backward(u * (1 / u:norm())):log10_norm()
    return { delta = delta, gradient = ortho.metric.log10_grad_norms(net)[1],
      growth = 10 ^ (2 * delta) }
  end,
  predict = function(p) -- of infinite width; without a norm growth's mean is of any
    local net = ortho.theory.residual_signal { like = p, inner = 1, init = "he_normal",
      norm = kinds[p.norm] }
    return { delta = net.delta[1], gradient = net.gradient[1],
      growth = 10 ^ (2 * net.delta[1]) }
  end,
  show = {
    { table = { "delta", "gradient" }, where = deepest, spread = false },
    { check = "growth", where = { depth = "largest", width = "largest", norm = "none",
      scale = { "1/sqrt(L)", "1/L" } } },
    { compare = "gradient", between = "scale", where = deepest, by = "norm" },
    { plot = "delta", over = "depth", color = "scale", facet = "norm", log_x = true },
    { plot = "gradient", over = "depth", color = "scale", facet = "norm", log_x = true },
    { approach = "growth", over = "width", by = "scale", where = { depth = "largest",
      norm = "layer" } },
  },
}
