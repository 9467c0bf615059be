-- How do I save a net's weights for NumPy, and read them back?
local ortho = require "orthorun"
local net = ortho.mlp { sizes = { 20, 30, 5 }, rng = ortho.rng(1) }
for k, W in ipairs(net:parameters()) do
  ortho.data.write_npy(("parameter%d.npy"):format(k), W) -- W1, b1, W2, b2
end
local other = ortho.mlp { sizes = { 20, 30, 5 }, rng = ortho.rng(2) }
for k, W in ipairs(other:parameters()) do
  W:assign(ortho.data.npy(("parameter%d.npy"):format(k)))
end
local x = ortho.rng(3):normal(20, 1)
print("the same output", net:forward(x) == other:forward(x))
