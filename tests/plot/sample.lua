-- sample.lua: the table that specs of plots draw:
-- local sample = dofile "tests/plot/sample.lua"; sample() makes it anew.
local tabular = require "orthorun.table"

-- init in {a, b}, three seeds, four layers; y = 10^-layer times the seed
return function()
  local t = tabular.new({ "init", "seed", "layer", "y" },
    { init = { "z", "a", "b" } })
  for _, init in ipairs { "b", "a" } do
    for seed = 1, 3 do
      for layer = 1, 4 do
        t:append { init = init, seed = seed, layer = layer,
          y = seed * 10.0 ^ -layer }
      end
    end
  end
  return t
end
