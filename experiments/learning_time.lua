-- Saxe, McClelland, Ganguli (2013): deep linear nets from orthogonal weights learn by a
-- finite delay later than shallow ones, from scaled Gaussian ones later and later.
local ortho = require "orthorun"
local depths = { 2, 4, 8, 16, 32, 64, 128, 256 }
local function rates(highest, lowest) -- 2^(1/8) from one to the next
  return ortho.matrix.linspace(highest, lowest, highest - lowest + 1)
    :map(function(k) return 2 ^ (k / 8) end):tolist()
end
local function spectrum(p) return ortho.matrix.linspace(0.5, 2, p.outputs):tolist() end
return ortho.experiment {
  asks = "How many steps does a deep linear net need, by depth, at the best rate?",
  params = { depth = 2, width = 32, rate = { 0.25, help = "learning rate times depth" },
    outputs = 10, most = { 150, least = 1, help = "give up after" },
    target = { 1e-4, least = 0, help = "share of the first loss to reach" } },
  cases = { { "orthogonal", depth = depths, rate = rates(2, -16) },
    { "aligned", depth = depths, rate = rates(0, -16), seed = 1,
      label = "orthogonal, aligned" },
    { "scaled_gaussian", depth = { 2, 4, 8, 16 }, rate = rates(-2, -24), most = 1500,
      label = "N(0, 1/n)" } },
  grid = { seed = ortho.range(4) }, measures = { time = { label = "steps at 0.25/L" } },
  trial = function(p)
    local rng, aligned = ortho.rng(p.seed), p.case == "aligned"
    local net = ortho.mlp { inputs = p.width, width = p.width, depth = p.depth,
      outputs = p.outputs, activation = "linear", bias = false,
      init = aligned and "orthogonal" or p.case, rng = rng:split "weights" }
    local set = ortho.data.teacher { inputs = p.width, outputs = p.outputs,
      distribution = "whitened", singular_values = spectrum(p),
      align = aligned and net or nil, rng = rng:split "target" }
    if p.case == "orthogonal" then -- a seed's task is the same at every depth, seen
      local W, x = net:weights(), set.x -- from the last layer, which is the same, too
      W[p.depth]:assign(ortho.init.orthogonal {} (rng:split "last", p.outputs, p.width))
      for l = 1, p.depth - 1 do x = W[l] * x end
      set.y = set.weight * x
    end
    local out = ortho.train { net = net, data = set, loss = "mse_half", patience = 50,
      lr = p.rate / p.depth, steps = p.most + 1, target_left = p.target }:final()
    return { updates = out.reached, time = out.crossed }
  end,
  predict = function(p) -- aligned modes go each by itself
    return { updates = p.case == "aligned" and ortho.theory.learning_steps { like = p,
      singular_values = spectrum(p), lr = p.rate / p.depth } or 0 / 0 }
  end,
  derive = { fastest = { best = "updates", over = "rate",
    by = { "case", "depth", "seed" } } },
  show = {
    { table = { "updates", "rate" }, of = "fastest", spread = false },
    { table = "time", where = { rate = 0.25 }, by = { "case", "depth" } },
    { slope = "time", over = "depth", by = "case", model = "saturation", error = 1e-3,
      where = { rate = 0.25, case = { "orthogonal", "aligned" }, depth = { 16, 32, 64 } },
      extrapolate = { case = "orthogonal", depth = { 128, 256 } } }, -- but for 1/L^2
    { slope = "updates", of = "fastest", over = "depth", by = "case", model = "power",
      where = { case = "scaled_gaussian" } },
    { check = "updates", by = "depth", where = { case = "aligned" }, within = 0,
      what = "aligned, at any rate: steps off the mode equation's" },
    { plot = "updates", of = "fastest", over = "depth", log = "xy" },
    { plot = "time", over = "depth", log = "x", where = { rate = 0.25,
      case = { "orthogonal", "aligned" } } },
    { plot = "rate", of = "fastest", over = "depth", log = "xy", title = "best rate" },
  },
}
