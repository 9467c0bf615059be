-- How does an initialization of my own do? Any function(rng, rows, cols) is one.
local ortho = require "orthorun"
local function blocks(rng, rows, cols) -- orthogonal ones of four, times sqrt 2
  local W = ortho.matrix.zeros(rows, cols)
  for i = 1, rows, 4 do
    W:sub(i, i + 3, i, i + 3):assign(ortho.init.orthogonal { gain = "relu" } (rng, 4, 4))
  end
  return W
end
local net = ortho.mlp { width = 64, depth = 40, init = blocks, rng = ortho.rng(1) }
local s = net:signal(ortho.rng(2):normal(64, 8), ortho.rng(3):normal(64, 8), "mse")
print("log10 of ||dloss/dz||, layers 40 and 1", s.delta[40], s.delta[1])
