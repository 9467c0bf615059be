-- At which depth would plain arithmetic overflow?
local ortho = require "orthorun"
for _, precision in ipairs { "float32", "float64" } do
  local net = ortho.mlp { width = 64, depth = 500, init = "gaussian", rng = ortho.rng(1),
    precision = precision }
  net:forward(ortho.rng(2):normal(64, 1, { precision = precision }))
  local most = precision == "float32" and 38.5 or 308.25
  for l, log10 in ipairs(ortho.metric.log10_activation_norms(net)) do
    if log10 > most then print(precision, "at layer", l) break end
  end
end
