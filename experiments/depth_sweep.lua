-- Gradient norms in deep networks, by initialization: of each layer, and of
-- the first layer against the network's depth. The article's first figure.
local ortho = require "orthorun"
local deepest, first = { depth = "largest" }, { layer = 1 }
local function tame(init) return init ~= "gaussian" end

return ortho.experiment {
  asks = "How large are gradients, by layer and by depth, from Gaussian and " ..
    "from orthogonal weights? (The article's first figure.)",
  params = { width = 256, batch = 32, activation = "relu", data = "synthetic" },
  grid = { init = ortho.arms, depth = { 4, 10, 20, 30, 40, 51 }, seed = ortho.range(5) },
  help = { data = "or fashion_mnist, or a .csv, .npy or IDX file" },
  measures = { gradient = { label = "‖∂L/∂W‖", log10 = true },
    delta = { label = "‖∂L/∂z‖", log10 = true } },

  trial = function(p, rng)
    local set = ortho.data.batch { data = p.data, size = p.batch, inputs = p.width,
      rng = rng:split "data" }
    local net = ortho.mlp { for_data = set, width = p.width, depth = p.depth,
      activation = p.activation, init = p.init, rng = rng:split "weights" }
    return net:signal(set.x, set.y, "mse_half")
  end,

  predict = function(p) -- inputs and targets with mean square 1/3
    return p.data == "synthetic" and
      ortho.theory.signal { like = p, q0 = 1 / 3, loss = "mse_half" }
  end,

  show = {
    { table = "gradient", by = "init", where = { layer = 1, depth = "largest" } },
    { slope = "delta", over = "layer", by = "init", where = deepest, check = true },
    { slope = "gradient", over = "depth", by = "init", where = first },
    { check = "gradient", by = "init", where = deepest },
    { plot = "gradient", over = "layer", where = deepest },
    { plot = "delta", over = "layer", where = deepest },
    { plot = "gradient", over = "depth", where = first },
    { plot = "gradient", over = "layer", where = { depth = "largest", init = tame } },
    { plot = "delta", over = "layer", where = { depth = "largest", init = tame } },
    { plot = "gradient", over = "depth", where = { layer = 1, init = tame } },
  },
}
