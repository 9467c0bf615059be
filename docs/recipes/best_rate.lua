-- Which learning rate is best, by depth? A grid, and a search over it.
local ortho = require "orthorun"
return ortho.experiment {
  grid = { depth = { 2, 6 }, lr = { 0.02, 0.05, 0.1, 0.2, 0.5 }, seed = ortho.range(3) },
  trial = function(p, rng)
    local net = ortho.mlp { inputs = 64, width = 64, outputs = 10, depth = p.depth,
      rng = rng:split "weights" }
    return net:train { data = "digits", loss = "cross_entropy", lr = p.lr, epochs = 3,
      batch = 64, rng = rng:split "batches" }:final()
  end,
  derive = { fastest = { best = "loss", over = "lr", by = "depth" } },
  show = { { table = "loss", of = "fastest", by = { "depth", "lr" } } },
}
