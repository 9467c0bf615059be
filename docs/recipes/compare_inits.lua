-- Which initialization keeps gradients level, at which depth? Theory beside it.
local ortho = require "orthorun"
return ortho.experiment {
  params = { width = 64, batch = 8 },
  grid = { init = ortho.arms, depth = { 10, 40 }, seed = ortho.range(5) },
  trial = function(p, rng)
    local net = ortho.mlp { width = p.width, depth = p.depth, init = p.init, rng = rng:split "W" }
    local x, y = rng:split "x":normal(p.width, p.batch), rng:split "y":normal(p.width, p.batch)
    return net:signal(x, y, "mse")
  end,
  predict = function(p)
    return ortho.theory.signal { like = p, loss = "mse", target2 = p.width, input_c = 0,
      target_c = 0 }
  end,
  show = { { table = "gradient", where = { layer = 1 }, spread = false },
    { check = "gradient" } },
}
