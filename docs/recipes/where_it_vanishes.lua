-- At which layer of my net does the gradient vanish?
local ortho = require "orthorun"
local rng = ortho.rng(1)
local net = ortho.mlp { width = 100, depth = 30, activation = "sigmoid",
  init = "glorot_normal", rng = rng:split "weights" }
local delta = net:signal(rng:split "x":normal(100, 32), rng:split "y":normal(100, 32),
  "mse").delta -- log10 of the norms of dloss/dz, layer 1 first
for l = 30, 1, -1 do
  if delta[l] < delta[30] - 7 then print("10^7 times smaller from layer", l) break end
end
print("each layer back divides it by", 10 ^ ortho.stats.fit(ortho.range(30), delta))
