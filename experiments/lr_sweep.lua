-- How large a learning rate does training bear, beside 2/lambda, and which is
-- best? Saxe et al. (2013): from orthogonal weights both fall as 1/depth.
local ortho = require "orthorun"
local each = { "init", "depth", "seed" }

return ortho.experiment {
  asks = "How large a learning rate does a net bear, and what does the best do?",
  params = { width = 64, samples = 128, activation = "linear", steps = 100,
    target = { 0.2, least = 0, help = "loss to reach (0.5: that of saying 0)" } },
  grid = { init = { "scaled_gaussian", "orthogonal" }, depth = { 2, 4, 8, 16, 32 },
    lr = { 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256 },
    seed = ortho.range(2) },

  trial = function(p)
    local rng = ortho.rng(p.seed):split(p.init):split(p.depth) -- the same at every rate
    local set = ortho.data.batch { data = "digits", size = p.samples,
      standardize = true, rng = rng:split "data" }
    local net = ortho.mlp { for_data = set, width = p.width, depth = p.depth,
      activation = p.activation, init = p.init, rng = rng:split "weights" }
    local limit = 2 / ortho.sharpness(net, set.x, set.y, "mse_half",
      { rng = rng:split "sharpness" })
    local out = ortho.train { net = net, data = set, loss = "mse_half", lr = p.lr,
      steps = p.steps, target_loss = p.target,
      tracker = { every = "ends", probes = { "relative_drift" } } }:final()
    return { limit = limit, times_limit = p.lr / limit, stable = out.peak == 1,
      updates = out.reached, relative_drift = out.relative_drift }
  end,
  derive = { fastest = { best = "updates", over = "lr", among = "stable", by = each },
    largest = { greatest = "lr", where = "stable", by = each } },
  show = {
    { table = { "limit", "lr", "times_limit" }, of = "largest" },
    { table = { "lr", "updates", "relative_drift" }, of = "fastest" },
    { slope = "limit", of = "largest", over = "depth", by = "init", model = "power",
      expected = { orthogonal = -1 }, check = true },
    { slope = "lr", of = "largest", over = "depth", by = "init", model = "power" },
    { slope = "lr", of = "fastest", over = "depth", by = "init", model = "power" },
    { plot = "lr", of = "largest", over = "depth", theory = "limit", log = "xy",
      title = "largest stable rate", labels = { theory = "2/λ" } },
    { plot = "updates", of = "fastest", over = "depth", log = "xy" },
    { plot = "relative_drift", of = "fastest", over = "depth", log = "xy" },
  },
}
