-- How far from an isometry is a deep net, by initialization?
local ortho = require "orthorun"
for _, activation in ipairs { "linear", "tanh", "relu" } do
  for _, init in ipairs { "scaled_gaussian", "orthogonal" } do
    local rng = ortho.rng(1)
    local net = ortho.mlp { width = 64, depth = 20, activation = activation,
      init = ortho.init[init] { gain = activation }, rng = rng }
    local s = ortho.metric.jacobian_spectrum(net, rng:split "x":normal(64, 1))
    print(("%-7s %-16s largest %6.3g  median %6.3g"):format(activation, init, s[1],
      ortho.stats.median(s)))
  end
end
