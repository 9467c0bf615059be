-- Training a deep tanh net from orthogonal weights with ||W'W - I||_F of every
-- layer at every step: the work of peers/train_drift_*.py.
local ortho = require "orthorun"
local clock = require "orthorun.core".worker.clock
local width, depth, batch, steps = 256, 20, 128, tonumber(arg[1]) or 60

local began = clock()
local rng = ortho.rng(1)
local net = ortho.mlp { width = width, depth = depth, activation = "tanh",
  output_activation = "tanh", bias = false, init = ortho.init.orthogonal {},
  rng = rng:split "weights" }
local history = ortho.train { net = net, loss = "mse", lr = 0.01,
  x = rng:split "x":normal(width, batch), y = rng:split "y":normal(width, batch),
  steps = steps, tracker = { every = 1, probes = { "orthogonality_error" } } }
local seconds = clock() - began
local errors = history.records:column "value"
assert(#errors == depth * (steps + 1), "a layer or a step is missing")
print(('{"seconds": %.5f, "check": %.7g}'):format(seconds, errors[#errors]))
