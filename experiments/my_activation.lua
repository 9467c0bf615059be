-- Do gradients survive depth with an activation of one's own, a function in Lua? Its
-- gain keeps signals alive; squared gradients then grow by chi_1 in each layer.
local ortho = require "orthorun"
ortho.activation.define { name = "wavy",
  value = function(x) return math.sin(x) + x / 2 end,
  slope = function(x) return math.cos(x) + 1 / 2 end }

return ortho.experiment {
  asks = "Do gradients survive depth with sin x + x/2, where its gain keeps signals?",
  params = { width = 64, batch = 16, activation = "wavy", init = "orthogonal" },
  grid = { gain = { "linear", "wavy" }, depth = { 5, 10, 20, 40 },
    seed = ortho.range(10) },
  help = { gain = "of the activation of that name; linear: 1" },
  measures = { delta = { label = "‖∂L/∂z‖", log10 = true },
    gradient = { label = "‖∂L/∂W‖", log10 = true } },

  trial = function(p, rng)
    local net = ortho.mlp { width = p.width, depth = p.depth, activation = p.activation,
      init = ortho.init.orthogonal { gain = p.gain }, rng = rng:split "weights" }
    local set = ortho.data.batch { size = p.batch, inputs = p.width,
      rng = rng:split "data" }
    return net:signal(set.x, set.y, "mse_half")
  end,
  predict = function(p)
    return ortho.theory.signal { like = p, gain = p.gain, q0 = 1 / 3, loss = "mse_half" }
  end,
  show = {
    function(_, e)
      local name = e.params.activation
      local gain = ortho.activation.gain(name)
      return ("%s has gain %.4f, which keeps z's variance at 1; then χ₁ = %.4f"):format(
        name, gain, ortho.theory.chi1(name, { sigma_w2 = gain ^ 2 }))
    end,
    { table = "gradient", by = { "gain", "depth" }, where = { layer = 1 } },
    { slope = "delta", over = "layer", by = "gain", where = { depth = "largest" },
      check = true },
    { plot = "gradient", over = "depth", color = "gain", where = { layer = 1 } },
    { plot = "delta", over = "layer", color = "gain", where = { depth = "largest" } },
  },
}
