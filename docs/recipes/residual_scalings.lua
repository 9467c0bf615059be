-- Which scale of a residual net's branches, with layer norm, keeps gradients at depth?
local ortho = require "orthorun"
local power = { ["1"] = 0, ["1/sqrt(L)"] = -0.5, ["1/L"] = -1 }
return ortho.experiment { asks = "How do gradients at the first block depend on depth?",
  params = { width = 64, batch = 8 }, paired = { "scale" }, -- the same weights for each
  grid = { scale = { "1", "1/sqrt(L)", "1/L" }, depth = { 4, 16, 64 },
    seed = ortho.range(5) },
  trial = function(p, rng)
    local net = ortho.resnet { width = p.width, depth = p.depth, inner = 1,
      scale = p.scale, init = "he_normal", rng = rng:split "weights" }
    net:forward(rng:split "x":normal(p.width, p.batch))
    net:backward(rng:split "dy":normal(p.width, p.batch, { std = p.width ^ -0.5 }))
    return { delta = ortho.metric.log10_delta_norms(net)[1] }
  end,
  predict = function(p) -- a block adds s² to the mean square of its input
    local s2 = p.depth ^ (2 * power[p.scale])
    return { delta = math.log(s2 * p.batch * (1 + p.depth * s2) / (1 + s2), 10) / 2 }
  end, show = { { table = "delta", by = { "scale", "depth" } }, { compare = "delta",
    between = "scale", where = { depth = "largest" } },
    { plot = "delta", over = "depth" }, { check = "delta", where = { depth = "largest" } } } }
