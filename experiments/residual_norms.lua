-- Wide blocks x + scale W relu(norm(x)) add scale² to the mean square of x, and
-- gradients grow on their way back as its root: slowly, at any depth.
local ortho = require "orthorun"
return ortho.experiment {
  asks = "Do gradients survive depth in a residual net with layer norm?",
  params = { width = 64 },
  grid = { scale = { 0.1, 0.3, 1.0, above = 0, help = "of the residual branches" },
    depth = { 4, 8, 16, 32, 64, 128, help = "residual blocks" }, seed = ortho.range(5) },
  trial = function(p, rng)
    local net = ortho.resnet { width = p.width, depth = p.depth, inner = 1,
      scale = p.scale, init = "he_normal", rng = rng }
    net:forward(rng:split "x":normal(p.width, 1))
    net:backward(rng:split "dy":normal(p.width, 1, { std = p.width ^ -0.5 }))
    return { gradient = ortho.metric.grad_norms(net)[1] }
  end,
  predict = function(p) return { gradient = p.scale * math.sqrt(p.width / 2 *
    (1 + p.depth * p.scale ^ 2) / (1 + p.scale ^ 2)) } end,
  show = { { table = "gradient", by = { "scale", "depth" } },
    { check = "gradient", where = { depth = "largest" } },
    { plot = "gradient", over = "depth", color = "scale", log = "xy" } } }
