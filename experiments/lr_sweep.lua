-- How large a learning rate does training bear, beside 2/lambda, and which is best?
-- Saxe et al. (2013): from orthogonal weights both fall as 1/depth. Lewkowycz et al.
-- (2020): past 2/lambda a net can catapult to where lambda is smaller, of two layers
-- up to 4/lambda.
local ortho = require "orthorun"
local each, step = { "init", "depth", "seed" }, 1.2 -- of the rates, 2^(1/4)
local function from_8(depth) return depth >= 8 end

return ortho.experiment {
  asks = "How large a learning rate does a net bear, and what does the best do?",
  params = { width = 64, samples = 128, activation = "linear", steps = 100,
    target = { 0.2, least = 0, help = "loss to reach (0.5: that of saying 0)" } },
  grid = { init = { "scaled_gaussian", "orthogonal" }, depth = { 2, 4, 8, 16, 32 },
    times = { 0.5, 0.71, 1.0, 1.19, 1.41, 1.68, 2.0, 2.38, 2.83, 3.36, 4.0,
      help = "learning rate over 2/lambda, lambda at the start" },
    seed = ortho.range(3) },
  paired = { "times" },
  measures = { edge = { label = "ηλ/2 at the end" }, times = { label = "ηλ/2" } },

  trial = function(p, rng)
    local set = ortho.data.batch { data = "digits", size = p.samples,
      standardize = true, rng = rng:split "data" }
    local net = ortho.mlp { for_data = set, width = p.width, depth = p.depth,
      activation = p.activation, init = p.init, rng = rng:split "weights" }
    local function limit() -- good to about 1e-4
      return 2 / ortho.sharpness(net, set.x, set.y, "mse_half", { tolerance = 0.01 })
    end
    local lr, reached = p.times * limit(), 0 / 0
    local out = ortho.train { net = net, data = set, loss = "mse_half", steps = p.steps,
      lr = lr, tracker = { every = "ends", probes = { "relative_drift" } },
      on_step = function(t, loss)
        if loss <= p.target and reached ~= reached then reached = t end
      end }:final()
    local borne = out.left < 1
    return { limit = lr / p.times, lr = lr, updates = reached, borne = borne,
      edge = borne and lr / limit() or 0 / 0, relative_drift = out.relative_drift }
  end,
  derive = { fastest = { best = "updates", over = "times", by = each },
    largest = { greatest = "times", where = "borne", by = each },
    sharpest = { best = "edge", over = "times", largest = true, by = each } },
  show = {
    { table = { "limit", "times" }, of = "largest", spread = false },
    { table = "edge", of = "sharpest", spread = false },
    { table = { "times", "lr", "updates", "relative_drift" }, of = "fastest",
      spread = false },
    { slope = "limit", of = "largest", over = "depth", by = "init", model = "power" },
    { slope = "limit", of = "largest", over = "depth", by = "init", model = "power",
      expected = { orthogonal = -1 }, check = true, where = { depth = from_8 } },
    { slope = "lr", of = "fastest", over = "depth", by = "init", model = "power" },
    { check = "times", of = "largest", at_least = 2 / step, at_most = function(key)
      return key.depth == 2 and 2 * step or nil end, what = "largest rate, over 2/λ" },
    { check = "edge", of = "sharpest", at_most = 1.1, what = "ηλ/2 at the end, at most" },
    { plot = "times", of = "largest", over = "depth", log = "xy", hline = 2,
      title = "largest rate that is borne, over 2/λ (4: the last tried)" },
    { plot = "edge", over = "times", where = { depth = "largest" }, hline = 1 },
    { plot = "updates", of = "fastest", over = "depth", log = "xy" },
    { plot = "relative_drift", of = "fastest", over = "depth", log = "xy" },
  },
}
