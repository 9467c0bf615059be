-- Training a ReLU classifier from orthogonal weights, the article's third figure:
-- accuracy, loss, gradient norm, and E = WW' - W0W0' of the first layer beside bounds
-- on it. The article's ends at 26 % of ||W0W0'||, which is not near.
local ortho = require "orthorun"

-- From loose to tight, and what each gives away that the next does not.
local bounds = { "bound_maxima", "bound_sums", "bound_spectral", "bound_mixed",
  "bound_tight", "gram_drift" }
local gives_away = { "the largest norms for those of each step",
  "the Frobenius norm of W for the spectral", "the length of the path for its end",
  "norms for the matrices' directions", "the skew part, which turns W only" }
local function whole(epoch) return epoch % 1 == 0 end
local function later(step) return step > 0 end
local function ends(results) -- a function: the median at the end
  local last = math.max(table.unpack(results:column "step"))
  return function(name)
    return ortho.stats.median(results:where { step = last }:column(name))
  end
end

return ortho.experiment {
  asks = "How far does training take a layer from orthogonality, and how well can a " ..
    "bound know it? (The article's, after 10 epochs: 26 %, 1508.95/4.1151 = 367 times.)",
  params = { hidden = 256, epochs = 2, batch = 128, lr = 0.01, init = "orthogonal",
    clip = { 1.0, above = 0, help = "largest gradient norm" },
    points = { 7, least = 1, help = "rows and tests an epoch" },
    data = { ortho.data.available "fashion_mnist" and "fashion_mnist" or "digits",
      help = "fashion_mnist, digits, or a file with labels" } },
  grid = { seed = ortho.range(5) },
  index = "point",
  measures = { symmetric_share = { label = "symmetric share of the way" },
    first_share = { label = "symmetric share of the first gradient" },
    unequal = { label = "(Δ‖W₁‖² + ‖b₁‖² − Δ‖W₂‖²)/(η²t)" } },

  trial = function(p, rng)
    local train, test = ortho.data.for_classes(p.data, { rng = rng })
    local net = ortho.mlp { for_data = train, width = p.hidden, depth = 2, init = p.init,
      rng = rng:split "weights" }
    net:loss_gradient(test.x, test.labels, "cross_entropy")
    local even, odd = ortho.metric.gradient_split(net:weights()[1]:t(),
      net:weight_gradients()[1]:t())
    local history = ortho.train { net = net, data = train, loss = "cross_entropy",
      lr = p.lr, clip = p.clip, batch = p.batch, epochs = p.epochs,
      rng = rng:split "batches", evaluate = { data = test, per_epoch = p.points },
      tracker = { layers = { 1 }, every = "evaluations", terms = "steps", probes = {
        "gram_path", "weight_norm", "singular_max", "trace_share", "relative_drift",
        table.unpack(bounds) } } }
    local out, grown = history:curves(), { net:biases()[1]:norm() ^ 2, 0 }
    for l, W in ipairs(net:weights()) do
      grown[l] = grown[l] + W:norm() ^ 2 - history.initial[l]:norm() ^ 2
    end
    out.grown_1, out.grown_2 = grown[1], grown[2]
    out.unequal = (grown[1] - grown[2]) / (p.lr ^ 2 * history.taken * p.clip ^ 2)
    out.first_share = even ^ 2 / (even ^ 2 + odd ^ 2)
    return out
  end,
  derive = { symmetric_share = function(r) -- of the way from W0 to W
    return (r.gram_drift / r.bound_tight) ^ 2
  end },
  show = {
    { table = { "accuracy", "loss", "gradient", "gram_drift", "relative_drift" },
      by = "epoch", where = { epoch = whole }, limit = 100 },
    function(results)
      local at = ends(results)
      local drift = at "relative_drift"
      return ortho.table.paragraph(("In the end ||E|| is %.1f %% of ||W0W0'||: %s. " ..
        "It is as if %.1f singular values bore it all; the largest is %.2f."):format(
        100 * drift, drift > 0.1 and "not nearly orthogonal" or "near it",
        at "trace_share", at "singular_max"))
    end,
    function(results)
      local t, at = ortho.table.new { "bound", "value", "factor", "gives_away" },
        ends(results)
      for i, name in ipairs(bounds) do
        t:append { bound = name, value = at(name), gives_away = gives_away[i],
          factor = bounds[i + 1] and at(name) / at(bounds[i + 1]) }
      end
      return t
    end,
    { table = { "gram_path", "weight_norm", "singular_max", "trace_share",
      "symmetric_share" }, by = "epoch", where = { epoch = whole, step = later },
      limit = 100 },
    { table = { "first_share", "grown_1", "grown_2", "unequal" } },
    { check = "first_share", by = "hidden", at_least = function(key)
      return 0.5 - 4 / key.hidden end, at_most = function(key)
      return 0.5 + 4 / key.hidden end }, -- half, as of a random one, to O(1/n)
    { check = "unequal", by = {}, at_most = 1, at_least = -1 },
    { check = "diverged", by = {}, at_most = 0, what = "share of runs that diverged" },
    { plot = "accuracy", over = "step" }, { plot = "loss", over = "step" },
    { plot = "gradient", over = "step" },
    { plot = bounds, over = "step", log = "y", title = "drift and its bounds" },
    { plot = "symmetric_share", over = "step", hline = 0.5 },
  },
}
