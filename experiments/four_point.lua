-- How many nets does a fourth moment take? E||f||^4 over (E||f||^2)^2 is a product
-- over layers, exact at any width; its average over nets hangs on the largest few.
-- Hanin (2018), Hanin and Nica (2018), arXiv:1812.05994.
local ortho = require "orthorun"
local function law(p) return ortho.theory.fluctuations { like = p } end

return ortho.experiment {
  asks = "How many ReLU nets does it take to measure the mean of ‖f‖⁴?",
  params = { width = 64, nets = { 250, least = 1, help = "nets of a trial" } },
  grid = { init = { "he_normal", "orthogonal_sqrt2" }, depth = { 2, 4, 6, 8, 10 },
    seed = ortho.range(40) },
  measures = { four = { label = "E‖f‖⁴/(E‖f‖²)²" },
    needed = { label = "nets needed for 1 %" } },

  trial = function(p, rng)
    local mean, fourth, eighth = math.exp(law(p).forward.energy[p.depth]), 0, 0
    local x = ortho.matrix.ones(p.width, 1)
    for i = 1, p.nets do
      local net = ortho.mlp { width = p.width, depth = p.depth, init = p.init,
        bias = false, rng = rng:split(i) }
      local square = net:forward(x):norm() ^ 2 / mean
      fourth, eighth = fourth + square ^ 2 / p.nets, eighth + square ^ 4 / p.nets
    end
    return { four = fourth, needed = 1e4 * (eighth / fourth ^ 2 - 1) }
  end,
  predict = function(p)
    local four = law(p).forward.four_point[p.depth]
    local eight = law(p).forward.eight_point[p.depth]
    return { four = four, needed = 1e4 * (eight / four ^ 2 - 1),
      sd = { four = ((eight - four ^ 2) / p.nets) ^ 0.5 } }
  end,
  show = {
    { table = { "four", "needed" }, spread = false },
    { check = "four" },
    { plot = "four", over = "depth", log = "y" },
    { plot = "needed", over = "depth", log = "y", title = "as a trial's nets would say" },
  },
}
