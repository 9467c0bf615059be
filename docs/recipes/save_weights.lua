-- How do I save a net's weights for NumPy, and read them back?
local ortho = require "orthorun"
local net = ortho.mlp { sizes = { 20, 30, 5 }, rng = ortho.rng(1) }
local other = ortho.mlp { sizes = { 20, 30, 5 }, rng = ortho.rng(2) }
local path = os.tmpname()
for l, W in ipairs(net:parameters()) do
  ortho.data.write_npy(path, W)
  other:parameters()[l]:assign(ortho.data.npy(path))
end
os.remove(path)
local x = ortho.rng(3):normal(20, 1)
print("the same output", net:forward(x) == other:forward(x))
