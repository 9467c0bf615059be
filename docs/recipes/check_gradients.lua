-- Are my layer's gradients right? Against differences of a loss.
local ortho = require "orthorun"
local net = ortho.mlp { sizes = { 6, 8, 3 }, activation = "gelu", rng = ortho.rng(1) }
local x, y = ortho.rng(2):normal(6, 4), ortho.rng(3):normal(3, 4)
net:loss_gradient(x, y, "mse")
local W, G, h, worst = net:weights()[1], net:weight_gradients()[1], 1e-5, 0
for i = 1, W:rows() do
  for j = 1, W:cols() do
    local w = W:get(i, j)
    local up = W:set(i, j, w + h) and net:loss(x, y, "mse")
    local down = W:set(i, j, w - h) and net:loss(x, y, "mse")
    W:set(i, j, w)
    worst = math.max(worst, math.abs((up - down) / (2 * h) - G:get(i, j)))
  end
end
print("right to 1e-9:", worst < 1e-9)
