-- arms: the five initializations that belong side by side in a comparison of
-- Gaussian with orthogonal weights, each with its name, what makes it, how a
-- plot calls it, and what theory knows it as. He and orthogonal x sqrt 2 have
-- one scale, N(0, 1/n) and orthogonal another: most of the contrast between
-- Gaussian and orthogonal is one of scale, which two arms alone would hide.

--- @module nets

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

--- The five initializations to compare: N(0,1), N(0,1/n), He, orthogonal,
-- orthogonal × √2, in the order of a sweep. Each is a table with a name, an
-- initializer (init), a label for plots, and what `theory.signal` knows it as
-- (theory). They stand under their names, too: `arms.he_normal.init`. `arms.names`
-- is the array of names, `arms.labels` goes from name to label.
-- @tfield table arms
arms.names, arms.labels = {}, {}
for i, arm in ipairs(arms) do
  arms[arm.name] = arm
  arms.names[i] = arm.name
  arms.labels[arm.name] = arm.label
end

return arms
