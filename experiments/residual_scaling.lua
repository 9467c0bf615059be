-- How should a residual net's branches be scaled with its depth L? Without a norm each
-- block multiplies ||dloss/dx||^2 by 1 + scale^2: at 1/sqrt(L) by e in all. Behind layer
-- norms the stream grows, and gradients as sqrt(L). Yang and Schoenholz (2017).
local ortho = require "orthorun"
local kinds, deepest = { none = false, layer = "layer" }, { depth = "largest" }

return ortho.experiment {
  asks = "Do gradients survive the depth of a residual net, by its branches' scale?",
  params = { width = 128 }, paired = { "scale", "norm" }, -- the same weights for each
  grid = { norm = { { name = "none", label = "no norm" },
      { name = "layer", label = "layer norm" } }, scale = { "1", "1/sqrt(L)", "1/L" },
    depth = { 4, 8, 16, 32, 64, help = "residual blocks" }, seed = ortho.range(50) },
  measures = { delta = { label = "‖∂L/∂x‖ before the first block", log10 = true },
    gradient = { label = "‖∂L/∂W‖ in it", log10 = true } },

  trial = function(p, rng)
    local net = ortho.resnet { width = p.width, depth = p.depth, inner = 1,
      scale = p.scale, norm = kinds[p.norm], init = "he_normal", bias = false,
      rng = rng:split "weights" }
    local x, u = rng:split "x":normal(p.width, 1), rng:split "u":normal(p.width, 1)
    net:forward(x * (p.width ^ 0.5 / x:norm()))
    return { delta = net:backward(u * (1 / u:norm())):log10_norm(),
      gradient = ortho.metric.log10_grad_norms(net)[1] }
  end,
  predict = function(p) -- to first order in depth * scale^2 / width
    local net = ortho.theory.residual_signal { like = p, inner = 1, init = "he_normal",
      norm = kinds[p.norm] }
    local function first(list)
      return { delta = list.delta[1], gradient = list.gradient[1] }
    end
    local found = first(net.typical)
    found.sd = first(net.sd)
    return found
  end,
  show = {
    { table = { "delta", "gradient" }, where = deepest, spread = false },
    { check = "delta", where = deepest }, { check = "gradient", where = deepest },
    { compare = "gradient", between = "scale", where = deepest, by = "norm" },
    { plot = "delta", over = "depth", color = "scale", facet = "norm", log_x = true },
    { plot = "gradient", over = "depth", color = "scale", facet = "norm", log_x = true },
  },
}
