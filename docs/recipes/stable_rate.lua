-- How large a learning rate does this net bear? 2/lambda says about how large.
local ortho = require "orthorun"
local set = ortho.data.synthetic { inputs = 32, samples = 64, rng = ortho.rng(1) }
local function net()
  return ortho.mlp { width = 32, depth = 4, activation = "tanh", rng = ortho.rng(2) }
end
local limit = 2 / ortho.sharpness(net(), set.x, set.y, "mse")
for _, share in ipairs { 0.5, 1, 4 } do
  local h = net():train { x = set.x, y = set.y, loss = "mse", lr = share * limit, steps = 200 }
  print(share .. " times 2/lambda: the loss", h:final().peak > 1 and "grows" or "falls")
end
