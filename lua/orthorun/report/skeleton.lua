-- skeleton: the experiment that `orthorun --new NAME` writes.
return [==[
-- NAME: say here what this experiment asks, and what it should find.
local ortho = require "orthorun"
ortho.require_version "0.1"

return ortho.experiment {
  asks = "How are a layer's singular values spread, by initialization?",
  -- One value each; every parameter is an option: --width 300
  params = { width = 200 },
  -- Every combination: --init he_normal,orthogonal --seed 1-10
  grid = { init = { "scaled_gaussian", "orthogonal" }, seed = ortho.range(5) },

  -- One trial: parameters and a generator in; numbers out, or equally long
  -- arrays, whose places the column `layer` counts, or as `index` says. It runs
  -- in a worker process. What it returned is kept, and not computed again.
  index = "place",
  trial = function(p, rng)
    local W = ortho.init[p.init] {} (rng, p.width, p.width)
    local s = ortho.metric.singular_values(W)
    return { s = s, mean_square = W:norm() ^ 2 / p.width }
  end,

  -- What theory says of such a trial, under the same names, or false; sd: the
  -- standard deviation of one trial around it. It stands beside what is measured.
  predict = function(p)
    return p.init == "scaled_gaussian" and
      { mean_square = 1, sd = { mean_square = math.sqrt(2) / p.width } }
  end,

  -- What to print, to draw and to check, in this order.
  show = {
    { table = { "s", "mean_square" }, by = "init" },
    { check = "mean_square", by = "init" },
    { plot = "s", kind = "histogram", log = "y",
      title = "singular values; theory: N(0, 1/n)",
      density = ortho.theory.quarter_circle.density, range = { 0, 2.2 } },
  },
}
]==]
