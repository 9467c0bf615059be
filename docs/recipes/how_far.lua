-- How far did training take the weights, and why no further?
local ortho = require "orthorun"
local rng = ortho.rng(1)
local net = ortho.mlp { sizes = { 64, 256, 256, 10 }, init = "orthogonal_sqrt2", rng = rng }
local history = net:train { data = "digits", loss = "cross_entropy", lr = 0.05,
  epochs = 3, batch = 64, rng = rng:split "batches",
  tracker = { every = "ends", probes = { "relative_drift", "movement" } } }
print(ortho.table.paragraph(history:explain().text))
