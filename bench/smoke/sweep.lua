-- Haar samples, and the gradient norms of small networks at their start.
local ortho = require "orthorun"

local rng = ortho.rng(1)
for seed = 1, 6 do
  local net = ortho.mlp { width = 64, depth = 20, bias = false,
    rng = rng:split(seed) }
  local x, y = rng:normal(64, 64), rng:normal(64, 64)
  assert(#net:signal(x, y, "mse").gradient == 20)
end
for _ = 1, 5 do ortho.init.orthogonal {}(rng, 256, 256) end
