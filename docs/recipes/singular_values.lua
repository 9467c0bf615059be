-- Do a layer's singular values follow the quarter circle, after training, too?
local ortho = require "orthorun"
local digits, rng = ortho.data.digits {}, ortho.rng(1)
local net = ortho.mlp { sizes = { 64, 128, 128, 10 }, init = "scaled_gaussian", rng = rng }
local function largest()
  local s = ortho.metric.singular_values(net:weights()[2])
  return ("%.2f  %.2f  %.2f"):format(s[1], s[2], ortho.stats.median(s))
end
print("largest, second, median; quarter circle 2, 2, .81")
print("before", largest())
net:train { data = digits, optimizer = "adam", lr = 1e-3, epochs = 5, batch = 32, rng = rng }
print("after ", largest())
