-- How many ReLU units answer no input at all, by depth?
local ortho = require "orthorun"
local x = ortho.rng(1):normal(64, 256)
for _, init in ipairs { "he_normal", "orthogonal_sqrt2" } do
  local dead = {}
  for i, depth in ipairs { 2, 10, 40 } do -- the output of a net of each depth
    local net = ortho.mlp { width = 64, depth = depth, init = init,
      output_activation = "relu", rng = ortho.rng(2) }
    local total = net:forward(x):row_sums()
    dead[i] = 0
    for unit = 1, 64 do dead[i] = dead[i] + (total:get(unit, 1) == 0 and 1 or 0) end
  end
  print(("%-17s of 64 units at depth 2, 10, 40: %s"):format(init, table.concat(dead, " ")))
end
