-- Why do weights stay nearly orthogonal in training? A point for each run: its drift
-- over what its own tangent kernel, or its optimizer's law, predicts. Nothing is fitted.
local ortho = require "orthorun"
local theory, s = ortho.theory, ortho.matrix.linspace(0.5, 2, 16):tolist()
local laws = { deep = "deep linear nets, s^{1/L}", decay = "weight decay",
  adam_1 = "Adam, one step", digits = "handwritten digits, kernel" }
local breaks = { rate = "rate 3.5, 5, 8 over λ", adam = "Adam until learnt", mup = "μP",
  rich = "output scale 0.03 to 0.3", narrow = "width 16, 32", units = "outputs = units",
  classes = "cross-entropy, 10 to 1000 steps", parts = "batches of 4 and 32" }

return ortho.experiment {
  asks = "Why do weights stay nearly orthogonal in training?",
  params = { width = 128, depth = 5, samples = 32, outputs = 10, activation = "relu",
    init = "orthogonal_sqrt2", data = "synthetic", goal = "scaled", scale = 1.0, part = 0,
    inputs = function(p) return p.data == "digits" and 64 or p.width end, steps = 5000,
    rate = { 0.5, help = "learning rate times the Hessian's λ" }, weight_decay = 0.0,
    target = { 0.1, help = "share of the first loss to reach" }, adam = 0.0 },
  cases = { { "width", width = { 128, 256 } }, { "depth", depth = { 2, 3, 9 } },
    { "rate", rate = { 3.5, 5.0, 8.0 } }, { "he", init = "he_normal", width = 256 },
    { "smooth", activation = { "linear", "tanh" }, init = "orthogonal", width = 256 },
    { "samples", samples = { 2, 8 } }, { "scale", scale = { 3.0, 10.0, 30.0, 100.0 } },
    { "outputs", outputs = { 1, 3 } }, { "target", target = { 0.5, 0.01 } },
    { "deep", depth = { 2, 4, 8, 16, 32, 64 }, width = 16, samples = 16, outputs = 16,
      data = "teacher", activation = "linear", init = "orthogonal", rate = 0.1,
      goal = "mse_half", target = 1e-7, steps = 20000 },
    { "decay", weight_decay = { 0.1, 0.3 } }, { "adam", adam = { 1e-3, 1e-2 } },
    { "adam_1", adam = { 1e-5, 1e-4, 1e-3, 1e-2 }, steps = 1, target = 0.0 },
    { "rich", scale = { 0.03, 0.1, 0.3 } }, { "narrow", width = { 16, 32 } },
    { "digits", data = "digits", scale = { 1.0, 10.0 } },
    { "units", width = { 64, 128 }, outputs = function(p) return p.width end },
    { "classes", goal = "cross_entropy", data = "digits", width = 64, target = 0.0,
      steps = { 10, 100, 1000 } },
    { "parts", part = { 4, 32 }, goal = "mse_half", rate = 0.1, steps = 200,
      target = 0.0 }, { "mup", width = { 64, 128, 256 },
      scale = function(p) return 2 / p.width ^ 0.5 end } },
  grid = { seed = ortho.range(10) },
  trial = function(p)
    local rng, layers = ortho.rng(p.seed), ortho.range(p.depth - 1)
    local net = ortho.mlp { like = p, bias = false, rng = rng:split "weights" }
    local set = p.data == "teacher" and ortho.data.teacher { inputs = p.width, det = net,
      distribution = "whitened", singular_values = s, rng = rng:split "target" } or
      ortho.data.batch { data = p.data, size = p.samples, inputs = p.inputs, rng = rng,
        outputs = p.outputs, distribution = "normal", one_hot = true,
        standardize = p.data == "digits" }
    local history = ortho.train { like = p, net = net, data = set, rng = rng,
      loss = p.goal == "scaled" and ortho.loss.scaled(net, set.x, { scale = p.scale }) or
        p.goal, batch = p.part > 0 and p.part or nil,
      optimizer = p.adam > 0 and ortho.optim.adam { lr = p.adam } or nil,
      tracker = { every = "ends", layers = layers, probes = { "relative_drift",
        "spectral_drift" } } }
    local out = history:final()
    local own = p.data ~= "teacher" and ortho.lazy { history = history, like = p,
      layers = layers }
    out.lr, out.kernel = history.lr, own and ortho.stats.mean(own.drift) or 0 / 0
    return out
  end,
  predict = function(p, found)
    local own = p.data == "teacher" and theory.linear_drift { depth = p.depth,
      singular_values = s } or p.steps > 1 and found.kernel or
      theory.adam_drift { width = p.width, lr = p.adam, gain = 2 ^ 0.5 }
    local decay = theory.decay_drift { like = p, lr = found.lr, steps = found.taken }
    return { relative_drift = (own ^ 2 + decay ^ 2) ^ 0.5 }
  end,
  derive = { kind = function(r)
      return laws[r.case] or breaks[r.case] or "its own tangent kernel" end,
    ratio = function(r) return r.relative_drift / r.relative_drift_theory end },
  show = {
    { table = { "ratio", "spectral_drift", "learnt" }, by = "kind", spread = false },
    { slope = "spectral_drift", over = "width", by = "case", model = "power",
      where = { case = { "width", "units", "mup" } } },
    { check = "ratio", by = "case", at_least = 0.95, at_most = 1.05, where = {
      learnt = true, case = function(c) return not breaks[c] end } },
    { plot = "relative_drift", over = "relative_drift_theory", kind = "scatter",
      color = "kind", diagonal = true, labels = { theory = "measured = predicted" },
      title = "Drift of weights in training", xlabel = "predicted ‖E‖_F/(g²√n)",
      ylabel = "measured", where = { learnt = true }, log = "xy", size = { 760, 660 } } },
}
