-- How do I write a layer of my own? A table with forward and backward.
local ortho = require "orthorun"
local function clamp() -- to [-1, 1]; gradients pass where nothing was cut
  local inside
  return {
    forward = function(_, x)
      inside = x:map(function(v) return math.abs(v) <= 1 and 1 or 0 end)
      return x:map(function(v) return math.max(-1, math.min(1, v)) end)
    end,
    backward = function(_, dy) return dy:hadamard(inside) end,
  }
end
local net = ortho.mlp { width = 32, depth = 5, activation = clamp,
  init = "orthogonal", rng = ortho.rng(1) }
print(net:forward(ortho.rng(2):normal(32, 4)))
