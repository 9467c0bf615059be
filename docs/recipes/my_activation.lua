-- How do gradients fare with an activation of my own? Its gain, and theory.
local ortho = require "orthorun"
ortho.activation.define { name = "wavy", value = function(x) return math.sin(x) + x / 2 end,
  slope = function(x) return math.cos(x) + 1 / 2 end }
return ortho.experiment {
  asks = "Do gradients survive depth with sin x + x/2, where its gain keeps signals alive?",
  params = { width = 64, batch = 16, activation = "wavy", init = "orthogonal" },
  grid = { gain = { "linear", "wavy" }, depth = { 5, 10, 20, 40 }, seed = ortho.range(5) },
  help = { gain = "of the activation of that name; linear: 1" },
  trial = function(p, rng)
    local net = ortho.mlp { width = p.width, depth = p.depth, activation = p.activation,
      init = ortho.init.orthogonal { gain = p.gain }, rng = rng:split "weights" }
    local set = ortho.data.batch { size = p.batch, inputs = p.width, rng = rng:split "data" }
    return net:signal(set.x, set.y, "mse_half")
  end,
  predict = function(p)
    return ortho.theory.signal { like = p, gain = p.gain, q0 = 1 / 3, loss = "mse_half" }
  end,
  show = { { table = "gradient", by = { "gain", "depth" }, where = { layer = 1 } },
    { plot = "gradient", over = "depth", color = "gain", where = { layer = 1 } } } }
