-- arms: the five initializations that belong side by side in a comparison of
-- Gaussian with orthogonal weights, each with its name, what makes it, how a
-- plot calls it, and what theory knows it as. He and orthogonal x sqrt 2 have
-- one scale, N(0, 1/n) and orthogonal another: most of the contrast between
-- Gaussian and orthogonal is one of scale, which two arms alone would hide.

local init = require "orthorun.core".init
local root2 = math.sqrt(2)

local arms = {
  { name = "gaussian", init = init.gaussian {}, label = "N(0, 1)",
    theory = { init = "gaussian" } },
  { name = "scaled_gaussian", init = init.scaled_gaussian {},
    label = "N(0, 1/n)", theory = { init = "scaled_gaussian" } },
  { name = "he_normal", init = init.he_normal {}, label = "He, N(0, 2/n)",
    theory = { init = "he_normal" } },
  { name = "orthogonal", init = init.orthogonal {}, label = "orthogonal",
    theory = { init = "orthogonal", gain = 1 } },
  { name = "orthogonal_sqrt2", init = init.orthogonal { gain = root2 },
    label = "orthogonal × √2", theory = { init = "orthogonal", gain = root2 } },
}

--- The arms by number (a sweep's order) and by name: arms.gaussian.init.
-- arms.names is the array of names, arms.labels a table from name to label,
-- as a plot's labels= takes it.
arms.names, arms.labels = {}, {}
for i, arm in ipairs(arms) do
  arms[arm.name] = arm
  arms.names[i] = arm.name
  arms.labels[arm.name] = arm.label
end

return arms
