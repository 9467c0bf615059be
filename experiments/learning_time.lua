-- How long does a deep linear net learn, at the best learning rate for its
-- depth? Saxe, McClelland, Ganguli (2013): from orthogonal weights by a finite delay
-- longer than a shallow one, from scaled Gaussian ones longer and longer.
local ortho = require "orthorun"
local depths = { 2, 4, 8, 16, 32, 64, 128, 256 }
local function rates(highest, lowest) -- 2^(1/8) from one to the next, and 1/4
  local list = { lowest > -16 and 0.25 or nil }
  for k = highest, lowest, -1 do list[#list + 1] = 2 ^ (k / 8) end
  return list
end
local function spectrum(p)
  return ortho.matrix.linspace(p.low, p.high, p.outputs):tolist()
end
local function fitted(depth) return depth >= 16 and depth <= 64 end
local function extrapolated(key, results) -- by T = limit - a/L of depths 16 to 64
  local fit = results:where { case = "orthogonal", rate = 0.25, depth = fitted }
    :fit { by = "case", x = "depth", y = "time", model = "saturation" }
  return #fit > 0 and fit.data.intercept[1] + fit.data.slope[1] / key.depth or 0 / 0
end

return ortho.experiment {
  asks = "How many steps does a deep linear net need, by depth, at the best rate?",
  params = { depth = 2, width = 32, outputs = 10,
    rate = { 0.25, help = "learning rate times depth" },
    most = { 150, least = 1, help = "give up after" },
    low = { 0.5, above = 0, help = "the target's smallest singular value" },
    high = { 2.0, above = 0, help = "and its largest" },
    target = { 1e-4, least = 0, help = "share of the first loss to reach" } },
  cases = { { "orthogonal", depth = depths, rate = rates(2, -12) },
    { "aligned", depth = depths, rate = rates(0, -10), seed = 1,
      label = "orthogonal, aligned" },
    { "scaled_gaussian", depth = { 2, 4, 8, 16 }, rate = rates(-2, -24), most = 1500,
      label = "N(0, 1/n)" } },
  grid = { seed = ortho.range(4) },
  measures = { time = { label = "steps at rate 0.25/L" } },

  trial = function(p)
    local rng, aligned = ortho.rng(p.seed), p.case == "aligned"
    local net = ortho.mlp { inputs = p.width, width = p.width, depth = p.depth,
      outputs = p.outputs, activation = "linear", bias = false,
      init = aligned and "orthogonal" or p.case, rng = rng:split "weights" }
    local set = ortho.data.teacher { inputs = p.width, outputs = p.outputs,
      distribution = "whitened", singular_values = spectrum(p),
      align = aligned and net or nil, rng = rng:split "target" }
    if p.case == "orthogonal" then -- a seed's task is the same at every depth, seen
      local W = net:weights() -- from the last layer, which is the same, too
      W[p.depth]:assign(ortho.init.orthogonal {} (rng:split "last", p.outputs, p.width))
      local hidden = W[1]
      for l = 2, p.depth - 1 do hidden = W[l] * hidden end
      set.y = set.weight * (hidden * set.x)
    end
    local out = ortho.train { net = net, x = set.x, y = set.y, loss = "mse_half",
      patience = 50, lr = p.rate / p.depth, steps = p.most + 1,
      target_left = p.target }:final()
    return { updates = out.reached, time = out.crossed }
  end,
  predict = function(p) -- aligned modes go each by itself
    return { updates = p.case == "aligned" and ortho.theory.learning_steps {
      singular_values = spectrum(p), depth = p.depth, lr = p.rate / p.depth,
      target = p.target, most = p.most } or 0 / 0 }
  end,
  derive = { off = function(r) -- a number, where one arrives and one does not, too
      local a, b = r.updates, r.updates_theory
      return a == a and b == b and math.abs(a - b) or
        (a == a or b == b) and math.huge or 0
    end,
    fastest = { best = "updates", over = "rate", by = { "case", "depth", "seed" } },
    worst = { best = "off", over = "rate", largest = true, by = { "case", "depth" } } },
  show = {
    { table = { "updates", "rate" }, of = "fastest", spread = false },
    { table = "time", where = { rate = 0.25 }, by = { "case", "depth" } },
    { slope = "time", over = "depth", by = "case", model = "saturation",
      where = { rate = 0.25, case = { "orthogonal", "aligned" }, depth = fitted } },
    { slope = "updates", of = "fastest", over = "depth", by = "case", model = "power",
      where = { case = "scaled_gaussian" } },
    { check = "time", by = "depth", what = "steps at 0.25/L, as 16 to 64 layers tell",
      where = { case = "orthogonal", depth = { 128, 256 }, rate = 0.25 },
      predicted = extrapolated, error = function(...)
        return 1e-3 * extrapolated(...) -- what 1/L^2 leaves
      end },
    { check = "off", of = "worst", by = "depth", where = { case = "aligned" },
      at_most = 0, what = "aligned, at any rate: steps off the mode equation's" },
    { plot = "updates", of = "fastest", over = "depth", log = "xy" },
    { plot = "time", over = "depth", log = "x", where = { rate = 0.25,
      case = { "orthogonal", "aligned" } } },
    { plot = "rate", of = "fastest", over = "depth", log = "xy", title = "best rate" },
  },
}
