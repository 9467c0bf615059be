-- Training with metrics at every step: passes, updates, drift, evaluation.
local ortho = require "orthorun"

local rng = ortho.rng(1)
local net = ortho.mlp { width = 48, depth = 6, activation = "tanh", rng = rng }
local x, y = rng:normal(48, 320), rng:normal(48, 320)
local history = ortho.train { net = net, x = x, y = y, loss = "mse", lr = 0.01,
  steps = 50, batch = 32, clip = 1, rng = rng:split "batches",
  evaluate = { x = x, y = y, every = 25 },
  tracker = { every = 1, probes = { "orthogonality_error", "gram_drift" } } }
assert(history.taken == 50)
