local ortho = require "orthorun" -- SGD and Adam: same weights, same batches
return ortho.experiment { asks = "Do spectral norms grow alike under SGD and Adam?",
  params = { width = 128, steps = 500, every = 25 }, grid = { seed = ortho.range(5) },
  zip = { optimizer = { "sgd", "adam" }, lr = { 0.1, 0.001 } },
  paired = { "optimizer", "lr" }, index = "place",
  measures = { sigma = { label = "‖W‖₂" } },
  trial = function(p, rng)
    local digits, sizes = ortho.data.digits {}, { 64, p.width, p.width, 10 }
    local r = ortho.train { x = digits.x, y = digits.labels, loss = "cross_entropy",
      net = ortho.mlp { sizes = sizes, init = "he_normal", rng = rng }, batch = 64,
      optimizer = ortho.optim[p.optimizer] { lr = p.lr }, steps = p.steps, rng = rng,
      tracker = { every = p.every, probes = { "singular_max" } } }.records
    return { step = r:column "step", layer = r:column "layer", sigma = r:column "value" }
  end, show = { { plot = "sigma", over = "step", facet = "layer" }, { compare = "sigma",
    between = "optimizer", by = "layer", where = { step = "largest" }, test = "both" } } }
