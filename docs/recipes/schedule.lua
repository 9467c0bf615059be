-- How do I warm up, clip, and stop when it is good enough?
local ortho = require "orthorun"
local rng = ortho.rng(1)
local net = ortho.mlp { sizes = { 64, 128, 10 }, rng = rng:split "weights" }
local history = net:train { data = "digits", loss = "cross_entropy", lr = 0.1, steps = 400,
  batch = 64, clip = 1, rng = rng, target_loss = 0.05,
  schedule = ortho.optim.cosine { lr = 0.3, steps = 400, warmup = 20 } }
print(history)
print("target reached at step", history.reached)
