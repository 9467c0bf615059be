-- What keeps weights near orthogonal ones in training, and what does not: one
-- change at a time to a lazy net. `because` is what history:explain() finds.
local ortho = require "orthorun"
local theory, optim, gain = ortho.theory, ortho.optim, math.sqrt(2)

return ortho.experiment {
  asks = "What takes the weights of a ReLU net away from orthogonality?",
  params = { width = 128, depth = 5, samples = 32, outputs = 10, steps = 2000,
    scale = { 1.0, above = 0, help = "of the output" },
    rate = { 0.5, above = 0, help = "learning rate times the Hessian's λ" },
    weight_decay = { 0.0, least = 0, help = "of gradient descent" },
    adam = { 0.0, least = 0, help = "Adam's learning rate, where it trains" },
    target = { 0.1, least = 0, help = "share of the first loss to reach" },
    centred = { true, help = "learn y beyond the first output, not y" } },
  cases = { { "lazy" }, { "rate_5", rate = 5.0 }, { "rate_8", rate = 8.0 },
    { "scale_0.1", scale = 0.1 }, { "width_16", width = 16 },
    { "one_hidden_layer", depth = 2 }, { "128_outputs", outputs = 128 },
    { "weight_decay", weight_decay = 0.3 }, { "adam_1_step", adam = 1e-3, steps = 1 },
    { "adam_20_steps", adam = 1e-3, steps = 20, target = 0.0 },
    { "adam_width_256", adam = 1e-3, steps = 20, target = 0.0, width = 256 } },
  grid = { seed = ortho.range(3) },

  trial = function(p)
    local rng = ortho.rng(p.seed) -- the same draws in every case
    local set = ortho.data.synthetic { inputs = p.width, outputs = p.outputs,
      samples = p.samples, distribution = "normal", rng = rng }
    local net = ortho.mlp { for_data = set, width = p.width, depth = p.depth,
      bias = false, init = "orthogonal_sqrt2", rng = rng:split "weights" }
    local loss = ortho.loss.scaled(net, set.x, { scale = p.scale, centred = p.centred })
    local lr = p.rate / ortho.sharpness(net, set.x, set.y, loss)
    local history = ortho.train { net = net, data = set, loss = loss, steps = p.steps,
      target_left = p.target, optimizer = p.adam > 0 and optim.adam { lr = p.adam } or
        optim.sgd { lr = lr, weight_decay = p.weight_decay },
      tracker = { every = "ends", layers = ortho.range(p.depth - 1), probes = {
        "relative_drift", "spectral_drift", "singular_min", "singular_max", "movement",
        "movement_stable_rank" } } }
    local out = history:final()
    local because = table.concat(history:explain().mechanisms, ", ")
    out.lr, out.because = lr, because ~= "" and because or "none known"
    out.smallest, out.largest = out.singular_min / gain, out.singular_max / gain
    return out
  end,
  predict = function(p, found)
    local decay = theory.decay_drift { like = p, lr = found.lr, steps = found.taken }
    local lazy = theory.lazy_drift { like = p, gain = gain }
    local adam = p.adam > 0 and (p.steps > 1 and 0 / 0 or
      theory.adam_drift { like = p, lr = p.adam, gain = gain })
    return { relative_drift = adam or math.sqrt(lazy ^ 2 + decay ^ 2) }
  end,
  derive = { so = function(r) return r.spectral_drift > 0.4 and "broken" or "kept" end,
    ratio = function(r) return r.relative_drift / r.relative_drift_theory end },
  show = {
    { table = { "relative_drift", "spectral_drift", "smallest", "largest", "movement",
      "movement_stable_rank", "so", "because" }, spread = false },
    { plot = "spectral_drift", over = "case", kind = "points", log = "y" },
    { check = "ratio", where = { case = { "lazy", "weight_decay", "adam_1_step" } },
      at_least = 0.9, at_most = 1.1, what = "drift over theory's" },
  },
}
