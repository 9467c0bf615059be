-- How far from an isometry is a deep net? The spread of its Jacobian's squared
-- singular values, which orthogonal weights keep at 0 in a linear net and relu
-- undoes. Pennington, Schoenholz, Ganguli (2018), arXiv:1802.09979.
local ortho = require "orthorun"

return ortho.experiment {
  asks = "How do the singular values of a deep net's Jacobian spread with its depth?",
  grid = { init = { "scaled_gaussian", "orthogonal" },
    activation = { "linear", "relu" }, width = { 25, 50, 100, 200 },
    depth = { 2, 4, 8, 16, least = 2, help = "matrices, activations between them" },
    seed = ortho.range(20) },
  measures = { spread = { label = "var(s²)/mean(s²)²" },
    largest = { label = "largest s²/mean(s²)" } },

  trial = function(p, rng)
    local net = ortho.mlp { width = p.width, depth = p.depth, activation = p.activation,
      init = ortho.arms[p.init].init, rng = rng, bias = false }
    local J = net:jacobian(rng:split "x":normal(p.width, 1))
    local s = J:singular_values()
    s = s * (1 / s:norm()) * math.sqrt(p.width)
    local square = s:hadamard(s)
    return { spread = square:hadamard(square):mean() - 1, largest = square:max() }
  end,
  predict = function(p) -- of infinite width
    local law = ortho.theory.jacobian_spectrum { like = p, gates = p.depth - 1 }
    return { spread = law.variance, largest = law.edge / law.mean, asymptotic = "width" }
  end,

  show = {
    { table = { "spread", "largest" }, where = { width = "largest" },
      by = { "activation", "init", "depth" }, spread = false },
    { plot = "spread", over = "depth", facet = "activation", log = "x",
      where = { width = "largest" } },
    { approach = "spread", by = { "activation", "init" }, where = { depth = "largest" } },
    { approach = "largest", by = { "activation", "init" }, power = 2 / 3,
      where = { depth = "largest" } }, -- an edge: Tracy and Widom's width^(-2/3)
  },
}
