-- How sure is a median? An interval by the bootstrap, and a mean's error.
local ortho = require "orthorun"
local values = {}
for seed = 1, 20 do
  local net = ortho.mlp { width = 32, depth = 20, init = "he_normal", rng = ortho.rng(seed) }
  values[seed] = net:signal(ortho.rng(seed):split "x":normal(32, 1),
    ortho.rng(seed):split "y":normal(32, 1), "mse").gradient[1]
end
local low, high = ortho.stats.bootstrap(values)
print("median", ortho.stats.median(values), "95 %", low, high)
print("mean", ortho.stats.mean(values), "+-", ortho.stats.sem(values))
