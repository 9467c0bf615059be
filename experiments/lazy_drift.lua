-- Wide nets learn lazily: they move little, in a random direction, whatever they
-- began as, as far as their tangent kernel says. He's weights are the control.
local ortho = require "orthorun"
local widths = { 128, 256, 512 }
local varied = { orthogonal_sqrt2 = "width", he_normal = "width", outputs = "width" }

local function exact(case) return case ~= "outputs" end -- has the net's own kernel
local function over(name, cases)
  return { plot = "relative_drift", over = name, where = { case = cases or name },
    color = cases and "case", log = "xy", title = name }
end

return ortho.experiment {
  asks = "How does drift scale in lazy training, and need weights begin orthogonal?",
  params = { width = 128, depth = 5, samples = 32, outputs = 10, steps = 2000,
    init = "orthogonal_sqrt2", scale = { 1.0, above = 0, help = "of the output" },
    rate = { 0.5, above = 0, help = "learning rate times the Hessian's λ" },
    target = { 0.1, above = 0, help = "share of the first loss to reach" },
    centred = { true, help = "learn y beyond the first output, not y" } },
  cases = { { "orthogonal_sqrt2", width = widths, label = "width, orthogonal" },
    { "he_normal", width = widths, init = "he_normal", label = "width, He" },
    { "outputs", width = { 64, 128, 256 }, label = "width, as many outputs",
      outputs = function(p) return p.width end },
    { "samples", samples = { 2, 8, 32 } }, { "scale", scale = { 1.0, 3.0, 9.0 } },
    { "depth", depth = { 3, 5, 9 } }, { "rate", rate = { 0.25, 0.5, 1.0 } } },
  grid = { seed = ortho.range(3) },
  trial = function(p)
    local rng, hidden = ortho.rng(p.seed), ortho.range(p.depth - 1)
    local set = ortho.data.synthetic { inputs = p.width, outputs = p.outputs,
      samples = p.samples, distribution = "normal", rng = rng }
    local net = ortho.mlp { for_data = set, width = p.width, depth = p.depth,
      bias = false, init = p.init, rng = rng:split "weights" }
    local kernel = p.samples * p.outputs <= 1000 and
      ortho.lazy { net = net, x = set.x, y = set.y, like = p, layers = hidden }
    local loss = ortho.loss.scaled(net, set.x, { scale = p.scale, centred = p.centred })
    local history = ortho.train { net = net, data = set, loss = loss, steps = p.steps,
      lr = p.rate / ortho.sharpness(net, set.x, set.y, loss), target_left = p.target,
      tracker = { every = "ends", layers = hidden, probes = { "relative_drift",
      "spectral_drift", "drift_ratio", "symmetric_share", "moved_eigenvalues" } } }
    history = history:final()
    history.kernel = kernel and ortho.stats.mean(kernel.drift) or nil
    return history
  end,
  predict = function(p, found)
    return { drift_ratio = 1, symmetric_share = 0.5, relative_drift = found.kernel or
      ortho.theory.lazy_drift { like = p, gain = math.sqrt(2) } }
  end,
  derive = { value = function(r) return r[varied[r.case] or r.case] end },
  show = {
    { table = { "relative_drift", "spectral_drift", "drift_ratio", "symmetric_share",
      "moved_eigenvalues" }, by = { "case", "value" }, spread = false },
    { slope = "relative_drift", over = "value", by = "case", model = "power",
      where = { case = exact }, check = true },
    { slope = "relative_drift", over = "value", by = "case", model = "power",
      where = { case = "outputs" } }, -- the ideal is far wider nets': no check
    { slope = "spectral_drift", over = "value", by = "case", model = "power" },
    over("width", { "orthogonal_sqrt2", "he_normal", "outputs" }),
    over "samples", over "scale", over "depth", over "rate",
  },
}
