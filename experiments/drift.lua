-- The article's third figure: a ReLU classifier trained from orthogonal weights, and its
-- first layer's E = WW' - W0W0' beside bounds on it.
local ortho = require "orthorun"
local bounds = { "bound_maxima", "bound_sums", "bound_spectral", "bound_mixed",
  "bound_tight", "gram_drift" } -- from loose to tight
local function whole(epoch) return epoch % 1 == 0 end
return ortho.experiment {
  asks = "How far does training take a layer from orthogonality, and how well can a " ..
    "bound know it? (The article's, after 10 epochs: 26 %, 1508.95/4.1151 = 367 times.)",
  params = { hidden = 256, epochs = 2, batch = 128, lr = 0.01, clip = 1.0,
    init = "orthogonal", points = { 7, least = 1, help = "rows and tests an epoch" },
    data = ortho.data.available "fashion_mnist" and "fashion_mnist" or "digits" },
  grid = { seed = ortho.range(5) }, index = "point",
  measures = { first_share = { label = "symmetric share of the first gradient" },
    unequal = { label = "(Δ‖W₁‖² + ‖b₁‖² − Δ‖W₂‖²)/(η²t)" } },
  trial = function(p, rng)
    local train, test = ortho.data.for_classes(p.data, { rng = rng })
    local net = ortho.mlp { for_data = train, width = p.hidden, depth = 2, init = p.init,
      rng = rng:split "weights" }
    net:loss_gradient(test.x, test.labels, "cross_entropy")
    local W, G = net:weights(), net:weight_gradients()
    local even, odd = ortho.metric.gradient_split(W[1]:t(), G[1]:t())
    local history = ortho.train { net = net, data = train, loss = "cross_entropy",
      lr = p.lr, clip = p.clip, batch = p.batch, epochs = p.epochs,
      rng = rng:split "batches", evaluate = { data = test, per_epoch = p.points },
      tracker = { layers = { 1 }, every = "evaluations", terms = "steps", probes = {
        "gram_path", "weight_norm", "singular_max", "trace_share", "relative_drift",
        "way_share", table.unpack(bounds) } } }
    local out, W0 = history:curves(), history.initial
    out.grown_1 = W[1]:norm() ^ 2 + net:biases()[1]:norm() ^ 2 - W0[1]:norm() ^ 2
    out.grown_2 = W[2]:norm() ^ 2 - W0[2]:norm() ^ 2
    out.unequal = (out.grown_1 - out.grown_2) / (p.lr ^ 2 * history.taken * p.clip ^ 2)
    out.first_share = even ^ 2 / (even ^ 2 + odd ^ 2)
    return out
  end,
  show = {
    { table = { "accuracy", "loss", "gradient", "gram_drift", "relative_drift" },
      by = "epoch", where = { epoch = whole }, limit = 100 },
    { where = { step = "largest" }, by = {}, text = function(at)
      return ("In the end ‖E‖ is %.1f %% of ‖W₀W₀ᵀ‖: %s. It is as if %.1f singular " ..
        "values bore it all."):format(100 * at.relative_drift, at.relative_drift > 0.1 and
        "not nearly orthogonal" or "near it", at.trace_share)
    end },
    { factors = bounds, where = { step = "largest" }, by = {}, notes = {
      name = "gives_away", "the largest norms for those of each step",
      "the Frobenius norm of W for the spectral", "the length of the path for its end",
      "norms for the matrices' directions", "the skew part, which turns W only" } },
    { table = { "gram_path", "weight_norm", "singular_max", "trace_share" },
      by = "epoch", where = { epoch = whole }, limit = 100 },
    { table = { "first_share", "way_share", "grown_1", "grown_2", "unequal" },
      where = { step = "largest" }, by = {} },
    { check = "first_share", by = "hidden", predicted = 0.5, error = function(key)
      return 1.2 / key.hidden end }, -- as of a random one, to O(1/n)
    { check = "unequal", by = {}, at_most = 1, at_least = -1 },
    { check = "diverged", by = {}, at_most = 0, what = "share of runs that diverged" },
    { plot = "accuracy", over = "step" }, { plot = "gradient", over = "step" },
    { plot = "loss", over = "step" }, { plot = "way_share", over = "step", hline = 0.5 },
    { plot = bounds, over = "step", log = "y", title = "drift and its bounds" },
  },
}
