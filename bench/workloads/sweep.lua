-- Gradient norms of every layer at the start of training: the work of
-- peers/depth_sweep_*.py. Trials go through workers and onto the disk, as in
-- any sweep; the seconds are those of the whole run.
local ortho = require "orthorun"
local clock = require "orthorun.core".worker.clock

local gains = { orthogonal = ortho.init.orthogonal,
  gaussian = ortho.init.scaled_gaussian }

local sweep = ortho.sweep {
  name = "race", params = { width = 256, batch = 256, init = "orthogonal",
    gain = math.sqrt(2) },
  grid = { depth = { 10, 20, 50 }, seed = { 1, 2 } },
  options = { init = { choices = { "orthogonal", "gaussian" } } },
  trial = function(p, rng)
    local net = ortho.mlp { width = p.width, depth = p.depth, bias = false,
      init = gains[p.init] { gain = p.gain }, output_activation = "relu",
      rng = rng:split "weights" }
    local x = rng:split "x":normal(p.width, p.batch)
    local y = rng:split "y":normal(p.width, p.batch)
    return { grad = net:signal(x, y, "mse").gradient }
  end,
}
local began = clock()
local results = sweep:run()
local seconds = clock() - began
print(('{"seconds": %.5f, "check": %.7g}'):format(seconds,
  10 ^ results:column "grad"[1]))
