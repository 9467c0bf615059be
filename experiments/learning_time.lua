-- How long does a deep linear net learn, at the best learning rate for its
-- depth? Saxe, McClelland, Ganguli (2013): from orthogonal weights hardly longer
-- than a shallow one, from scaled Gaussian ones longer and longer.
local ortho = require "orthorun"

local function spectrum(p)
  return ortho.matrix.linspace(p.low, p.high, p.outputs):tolist()
end

return ortho.experiment {
  asks = "How many steps does a deep linear net need, by depth, at the best rate?",
  params = { width = 32, outputs = 10, most = { 1000, least = 1, help = "give up after" },
    low = { 0.5, above = 0, help = "the target's smallest singular value" },
    high = { 2.0, above = 0, help = "and its largest" },
    target = { 1e-4, least = 0, help = "share of the first loss to reach" } },
  grid = { depth = { 2, 4, 8, 16, 32 }, seed = ortho.range(3),
    init = { { name = "aligned", label = "orthogonal, aligned" }, { name = "orthogonal" },
      { name = "scaled_gaussian", label = "N(0, 1/n)" } },
    rate = { 1.0, 0.71, 0.5, 0.35, 0.25, 0.18, help = "learning rate times depth" } },

  trial = function(p)
    local rng = ortho.rng(p.seed):split(p.init):split(p.depth) -- the same at every rate
    local aligned = p.init == "aligned"
    local net = ortho.mlp { inputs = p.width, width = p.width, depth = p.depth,
      outputs = p.outputs, activation = "linear", bias = false,
      init = aligned and "orthogonal" or p.init, rng = rng:split "weights" }
    local set = ortho.data.teacher { inputs = p.width, outputs = p.outputs,
      distribution = "whitened", singular_values = spectrum(p),
      align = aligned and net or nil, rng = rng:split "target" }
    local out = ortho.train { net = net, data = set, loss = "mse_half", patience = 50,
      lr = p.rate / p.depth, steps = p.most + 1, target_left = p.target }:final()
    return { updates = out.reached, lr = p.rate / p.depth }
  end,
  predict = function(p) -- aligned modes go each by itself
    return p.init == "aligned" and { updates = ortho.theory.learning_steps {
      singular_values = spectrum(p), depth = p.depth, lr = p.rate / p.depth,
      target = p.target, most = p.most } or 0 / 0 }
  end,
  derive = { fastest = { best = "updates", over = "rate",
    by = { "init", "depth", "seed" } } },
  show = {
    { table = { "updates", "rate" }, of = "fastest" },
    { slope = "updates", of = "fastest", over = "depth", by = "init", model = "power" },
    { slope = "lr", of = "fastest", over = "depth", by = "init", model = "power" },
    { check = "updates", of = "fastest", by = "depth", where = { init = "aligned" } },
    { plot = "updates", of = "fastest", over = "depth", log = "xy" },
    { plot = "lr", of = "fastest", over = "depth", log = "xy", theory = function(r)
      return 0.5 / r.depth end, title = "best rate", labels = { theory = "1/(2L)" } },
  },
}
