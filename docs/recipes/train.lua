-- How do I train a classifier, and test it on other samples?
local ortho = require "orthorun"
local rng = ortho.rng(1)
local train, test = ortho.data.split(ortho.data.digits {}, { rng = rng })
local net = ortho.mlp { sizes = { 64, 128, 10 }, rng = rng:split "weights" }
local history = net:train { data = train, loss = "cross_entropy", optimizer = "adam",
  lr = 1e-3, epochs = 10, batch = 32, rng = rng:split "batches",
  evaluate = { data = test } }
history.evaluations:print()
