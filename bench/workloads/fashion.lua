-- Fashion-MNIST, 784-256-10 with ReLU: cross-entropy, plain SGD, gradients
-- clipped at norm 1, ||WW' - W0W0'|| of the first layer at every step, and
-- test accuracy after every epoch: the work of peers/fashion_torch.py.
local ortho = require "orthorun"
local clock = require "orthorun.core".worker.clock
local epochs = tonumber(arg[1]) or 10

local train = ortho.data.fashion_mnist {}
local test = ortho.data.fashion_mnist { split = "test" }

local began = clock()
local rng = ortho.rng(0)
local net = ortho.mlp { sizes = { 784, 256, 10 }, rng = rng:split "weights",
  init = ortho.init.orthogonal {} }
local history = ortho.train { net = net, x = train.x, y = train.labels,
  loss = "cross_entropy", lr = 0.01, clip = 1, batch = 128, epochs = epochs,
  rng = rng:split "batches", evaluate = { x = test.x, y = test.labels },
  tracker = { every = 1, probes = { "gram_drift" }, layers = { 1 } } }
local seconds = clock() - began
local drift = history.records:column "value"
assert(#drift == history.taken + 1, "a step is missing")
print(('{"seconds": %.4f, "check": %.4f, "drift": %.4f}'):format(seconds,
  history.accuracy, drift[#drift]))
