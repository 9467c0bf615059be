-- Deep linear nets share the work: for singular values s each of L layers needs
-- s^(1/L), so depth alone keeps weights near orthogonal ones. No free parameter.
local ortho = require "orthorun"

local function spectrum(p)
  return ortho.matrix.linspace(p.low, p.high, p.width):tolist()
end

return ortho.experiment {
  asks = "How far does training take a deep linear net's layers, by its depth?",
  params = { width = 16, rate = { 0.08, help = "learning rate times depth" },
    low = { 0.5, above = 0, help = "the target's smallest singular value" },
    high = { 2.0, above = 0, help = "and its largest" }, steps = 20000 },
  grid = { depth = { 2, 4, 8, 16, 32, 64 }, seed = ortho.range(3) },

  trial = function(p)
    local rng, double = ortho.rng(p.seed), "float64"
    local net = ortho.mlp { width = p.width, depth = p.depth, activation = "linear",
      bias = false, init = "orthogonal", rng = rng:split "weights", precision = double }
    local set = ortho.data.teacher { inputs = p.width, distribution = "whitened",
      det = net, singular_values = spectrum(p), rng = rng:split "target",
      precision = double }
    return ortho.train { net = net, data = set, loss = "mse_half", lr = p.rate / p.depth,
      steps = p.steps, target_loss = 1e-8, tracker = { every = "ends", probes = {
        "relative_drift", "movement", "singular_min", "singular_max" } } }:final()
  end,
  predict = function(p)
    return { singular_min = p.low ^ (1 / p.depth), singular_max = p.high ^ (1 / p.depth),
      relative_drift = ortho.theory.linear_drift { depth = p.depth,
        singular_values = spectrum(p) } }
  end,
  derive = { ratio = function(r) return r.relative_drift / r.relative_drift_theory end },
  show = {
    { table = { "relative_drift", "singular_min", "singular_max", "movement" },
      spread = false },
    { check = "ratio", at_least = 0.99, at_most = 1.01, what = "drift over theory's" },
    { plot = "relative_drift", over = "depth", log = "xy" },
    { plot = { "singular_min", "singular_max" }, over = "depth", title = "σ(W)" },
  },
}
