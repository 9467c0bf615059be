-- How wide must a deep linear net be to learn at all? Hu, Xiao, Pennington
-- (2020): orthogonal weights as wide at any depth, Gaussian ones in proportion.
local ortho = require "orthorun"
local arm = { orthogonal = ortho.init.orthogonal {}, -- both keep E||Wx||^2
  scaled_gaussian = function(rng, rows, cols)
    return rng:normal(rows, cols, { std = math.max(rows, cols) ^ -0.5 })
  end }
local inputs = 16
local function deep(depth) return depth >= 16 end

return ortho.experiment {
  asks = "How wide must a deep linear net be to learn, by its depth?",
  params = { inputs = inputs, outputs = 10, steps = 100,
    rate = { 0.25, help = "learning rate times depth" },
    target = { 0.1, least = 0, help = "loss to reach; 1: that of saying 0" } },
  grid = { init = { { name = "orthogonal" }, { name = "scaled_gaussian",
      label = "N(0, 1/n)" } },
    width = { 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 19, 23, 27, 32, 38, 45, 54, 64, 76, 91,
      108, 128, 152, 181, help = "of 7 no net can" },
    depth = { 4, 8, 16, 32, 64, least = 2 }, seed = ortho.range(5) },

  trial = function(p, rng)
    local set = ortho.data.teacher { inputs = p.inputs, outputs = p.outputs,
      singular_values = ortho.matrix.linspace(0.5, 1.5, p.outputs):tolist(),
      distribution = "whitened", rng = rng:split "task" }
    local net = ortho.mlp { for_data = set, width = p.width, depth = p.depth,
      activation = "linear", init = arm[p.init], rng = rng:split "weights", bias = false }
    local zero = set.weight:norm() ^ 2 / 2
    local history = ortho.train { net = net, data = set, loss = "mse_half",
      lr = p.rate / p.depth, steps = p.steps, target_loss = p.target * zero }
    return { loss = history.loss / zero, learnt = history.reached ~= nil }
  end,
  derive = { needed = { least = "width", where = "learnt",
    by = { "init", "depth", "seed" } } },
  show = {
    { table = "width", of = "needed", title = "least width from which on a seed learns" },
    { table = { "loss", "learnt" }, where = { width = inputs } },
    { slope = "width", of = "needed", over = "depth", by = "init", model = "power",
      where = { depth = deep }, expected = { scaled_gaussian = 1 }, check = true },
    { slope = "width", of = "needed", over = "depth", by = "init",
      where = { depth = deep } },
    { check = "width", of = "needed", where = { init = "orthogonal" }, by = "depth",
      at_most = inputs, what = "orthogonal: width, against the inputs" },
    { plot = "width", of = "needed", over = "depth", log = "xy",
      theory = function(r) return 1.7 * r.depth end, labels = { theory = "1.7 depth" },
      title = "width needed" },
    { plot = "loss", over = "width", where = { depth = "largest" }, log = "xy" },
  },
}
