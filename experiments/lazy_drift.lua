-- Wide nets learn lazily: they move little, in a random direction, whatever they
-- began as, as far as their tangent kernel says. He's weights are the control.
local ortho = require "orthorun"
local widths, here = { 128, 256, 512 }, { learnt = true }
local varied = { orthogonal_sqrt2 = "width", he_normal = "width", units = "width" }

local function over(name, cases)
  return { plot = "relative_drift", over = name, where = { case = cases or name,
    learnt = true }, color = cases and "case", log = "xy", title = name }
end
return ortho.experiment {
  asks = "How does drift scale in lazy training, and need weights begin orthogonal?",
  params = { width = 128, depth = 5, samples = 32, outputs = 10, steps = 2000,
    init = "orthogonal_sqrt2", scale = { 1.0, above = 0, help = "of the output" },
    rate = { 0.5, above = 0, help = "learning rate times the Hessian's λ" },
    target = { 0.1, above = 0, help = "share of the first loss to reach" } },
  cases = { { "orthogonal_sqrt2", width = widths, label = "width, orthogonal" },
    { "he_normal", width = widths, init = "he_normal", label = "width, He" },
    { "units", width = { 64, 128, 256 }, label = "width, as many outputs",
      outputs = function(p) return p.width end },
    { "samples", samples = { 2, 8, 32 } }, { "outputs", outputs = { 1, 4, 16 } },
    { "scale", scale = { 1.0, 3.0, 9.0, 27.0, 81.0 }, rate = 0.1 },
    { "depth", depth = { 3, 5, 9 } },
    { "rate", rate = { 0.25, 0.5, 1.0 } }, { "target", target = { 0.5, 0.1, 0.01 } } },
  grid = { seed = ortho.range(10) },
  trial = function(p)
    local rng, hidden = ortho.rng(p.seed), ortho.range(p.depth - 1)
    local set = ortho.data.synthetic { inputs = p.width, outputs = p.outputs,
      samples = p.samples, distribution = "normal", rng = rng }
    local net = ortho.mlp { like = p, bias = false, rng = rng:split "weights" }
    local loss = ortho.loss.scaled(net, set.x, { scale = p.scale })
    local history = ortho.train { like = p, net = net, data = set, loss = loss,
      tracker = { every = "ends", layers = hidden, probes = { "relative_drift",
        "spectral_drift", "drift_ratio", "movement_norm", "moved_eigenvalues" } } }
    local out = history:final()
    local own = ortho.lazy { history = history, like = p, layers = hidden }
    out.kernel, out.length = ortho.stats.mean(own.drift), ortho.stats.mean(own.movement)
    return out
  end,
  predict = function(_, out)
    return { relative_drift = out.kernel, movement_norm = out.length, drift_ratio = 1,
      asymptotic = { movement_norm = "scale" } }
  end,
  derive = { value = function(r) return r[varied[r.case] or r.case] end,
    ratio = function(r) return r.relative_drift / r.kernel end },
  show = {
    { table = { "relative_drift", "ratio", "spectral_drift", "drift_ratio",
      "moved_eigenvalues", "learnt" }, by = { "case", "value" }, spread = false },
    { slope = "relative_drift", over = "value", by = "case", model = "power",
      where = here },
    { slope = "ratio", over = "value", by = "case", model = "power", where = here },
    { approach = "movement_norm", by = "case", where = { case = "scale",
      scale = function(scale) return scale > 1 end } },
    { check = "ratio", by = "case", at_least = 0.95, at_most = 1.05,
      where = { learnt = true, case = function(c) return c ~= "units" end } },
    over("width", { "orthogonal_sqrt2", "he_normal", "units" }), over "samples",
    over "outputs", over "scale", over "depth", over "target",
  },
}
