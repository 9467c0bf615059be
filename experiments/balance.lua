-- Gradient flow conserves the balance W2'W2 - W1W1' of a linear net's neighbours,
-- 0 at orthogonal weights; steps break it, in proportion to the learning rate,
-- which the weights' own drift hardly feels.
local ortho = require "orthorun"
local spectrum = ortho.matrix.linspace(0.5, 2, 16):tolist()

return ortho.experiment {
  asks = "Is the balance of a linear net's layers lost in proportion to the rate?",
  params = { depth = 8, steps = 20000 },
  grid = { rate = { 0.04, 0.08, 0.16, 0.32, help = "learning rate times depth" },
    seed = ortho.range(3) },

  trial = function(p)
    local rng, double = ortho.rng(p.seed), "float64" -- the same net at every rate
    local net = ortho.mlp { width = 16, depth = p.depth, activation = "linear",
      bias = false, init = "orthogonal", rng = rng:split "weights", precision = double }
    local set = ortho.data.teacher { inputs = 16, distribution = "whitened", det = net,
      singular_values = spectrum, rng = rng:split "target", precision = double }
    return ortho.train { net = net, data = set, loss = "mse_half", lr = p.rate / p.depth,
      steps = p.steps, target_loss = 1e-8,
      tracker = { every = "ends", probes = { "balance", "relative_drift" } } }:final()
  end,
  predict = function(p)
    return { asymptotic = "1/rate", relative_drift = ortho.theory.linear_drift {
      depth = p.depth, singular_values = spectrum } }
  end,
  show = {
    { table = { "balance", "relative_drift" } },
    { slope = "balance", over = "rate", model = "power" },
    { approach = "relative_drift", power = 2 },
    { plot = "balance", over = "rate", log = "xy" },
    { plot = "relative_drift", over = "rate", log = "x" },
  },
}
