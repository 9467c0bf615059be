-- Is Adam better than SGD here? The same weights and batches for both.
local ortho = require "orthorun"
return ortho.experiment {
  paired = { "optimizer", "lr" }, grid = { seed = ortho.range(8) },
  zip = { optimizer = { "sgd", "adam" }, lr = { 0.2, 0.001 } },
  trial = function(p, rng)
    local net = ortho.mlp { sizes = { 64, 64, 10 }, rng = rng:split "weights" }
    return net:train { data = "digits", loss = "cross_entropy", optimizer = p.optimizer,
      lr = p.lr, epochs = 2, batch = 64, rng = rng:split "batches" }:final()
  end,
  show = { { compare = "loss", between = "optimizer" } },
}
