-- How fast does each direction of a deep random net's Jacobian grow? Lyapunov exponents
-- are known exactly, at every width and depth, for linear nets and for relu.
-- Newman 1986; Forrester 2015, arXiv:1501.05702.
local ortho = require "orthorun"
local deepest = { depth = "largest", direction = { 1, 4, 8 } }

local function theory(p)
  if p.activation ~= "linear" and p.activation ~= "relu" then return nil, {} end
  return ortho.theory.lyapunov { like = p, gates = p.depth - 1 }
end

return ortho.experiment {
  asks = "How fast do the directions of a deep net's Jacobian grow, one by one?",
  params = { width = 64, first = { 8, least = 1, help = "so many directions" } },
  zip = { init = { "scaled_gaussian", "he_normal", "orthogonal_sqrt2" },
    activation = { "linear", "relu", "relu" } },
  grid = { depth = { 25, 100, 400 }, seed = ortho.range(20) },
  index = "direction",
  measures = { exponent = { label = "exponent a layer" },
    variance = { label = "its variance/theory's" }, growth = { label = "ln(s)/depth" } },

  trial = function(p, rng)
    local net = ortho.mlp { width = p.width, depth = p.depth, activation = p.activation,
      init = p.init, rng = rng:split "weights", bias = false }
    local x, growth, variance = rng:split "x":normal(p.width, 1), {}, 0
    local exponents = table.move(ortho.metric.lyapunov(net, x), 1, p.first, 1, {})
    local _, logs = ortho.metric.jacobian_spectrum(net, x)
    local means, variances = theory(p)
    for i = 1, p.first do
      growth[i] = logs[i] / p.depth
      variance = variance + (means and (exponents[i] - means[i]) ^ 2 / variances[i] or 0)
    end
    return { exponent = exponents, growth = growth,
      variance = variance * p.depth / p.first }
  end,
  predict = function(p)
    local means, sd = theory(p)
    if not means then return false end
    for i = 1, p.first do sd[i] = (sd[i] / p.depth) ^ 0.5 end
    means, sd = table.move(means, 1, p.first, 1, {}), table.move(sd, 1, p.first, 1, {})
    return { exponent = means, growth = means, variance = 1, asymptotic = {
      growth = "depth" },
      sd = { exponent = sd, variance = (2 / p.first) ^ 0.5 } }
  end,

  show = {
    { table = { "exponent", "growth" }, by = { "init", "direction" }, where = deepest,
      spread = false },
    { check = "exponent", by = { "init", "direction" }, where = deepest },
    { check = "variance", by = "init", where = { activation = "linear" } },
    { plot = "exponent", over = "direction", where = { depth = "largest" },
      color = "init" },
    { plot = "growth", over = "direction", color = "depth", facet = "init",
      figure = "growth" },
  },
}
