-- How do I write a loss of my own? It returns its value and its gradient.
local ortho = require "orthorun"
local function mean_absolute(pred, target)
  local error = pred - target
  local count = error:rows() * error:cols()
  return error:abs():sum() / count, error:sign() / count
end
local rng = ortho.rng(1)
local set = ortho.data.teacher { inputs = 8, outputs = 2, samples = 256, rng = rng }
local net = ortho.mlp { sizes = { 8, 32, 2 }, rng = rng:split "net" }
print(net:train { x = set.x, y = set.y, loss = mean_absolute, optimizer = "adam",
  lr = 0.01, steps = 300 })
