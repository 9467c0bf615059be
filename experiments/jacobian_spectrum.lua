-- The singular values of a deep net's Jacobian from end to end, by depth: densities and
-- their spread against free probability. Pennington, Schoenholz, Ganguli (2018),
-- arXiv:1802.09979.
local ortho = require "orthorun"

local function law_of(p)
  return ortho.theory.jacobian_spectrum { init = p.init, activation = p.activation,
    width = p.width, depth = p.depth, gates = p.depth - 1 }
end

-- An input that gives pre-activations the variance that stays.
local function input(p, rng)
  local arm = ortho.arms[p.init].theory
  local w2 = p.width * ortho.theory.init_variance(arm.init, arm.gain, p.width)
  local q = ortho.theory.mean_field { activation = p.activation, sigma_w2 = w2 }.q
  return rng:normal(p.width, 1, { std = (math.max(1e-6, math.min(q, 1e6)) / w2) ^ 0.5 })
end

return ortho.experiment {
  asks = "How do the singular values of a net's Jacobian spread as it gets deeper?",
  grid = { init = ortho.arms, activation = { "linear", "relu", "tanh" },
    width = { 50, 100, 200 }, depth = { 2, 6, 18, least = 2 }, seed = ortho.range(4) },
  index = "k",
  measures = { spread = { label = "var(s²)/mean(s²)²" },
    size = { label = "log₁₀(s/√mean s²)" }, edge = { label = "largest s²/theory's" } },

  trial = function(p, rng)
    local net = ortho.mlp { width = p.width, depth = p.depth, activation = p.activation,
      init = p.init, rng = rng:split "weights", bias = false }
    local _, logs = ortho.metric.jacobian_spectrum(net, input(p, rng:split "x"))
    local size, mean, square = {}, 0, 0
    for k, log in ipairs(logs) do
      mean = mean + math.exp(2 * (log - logs[1])) / p.width
      square = square + math.exp(4 * (log - logs[1])) / p.width
      size[k] = (log - law_of(p).log_mean / 2) / math.log(10)
    end
    return { size = size, spread = square / mean ^ 2 - 1,
      edge = math.exp(2 * logs[1] - law_of(p).log_edge) }
  end,
  predict = function(p) -- of infinite width
    return { spread = law_of(p).variance, asymptotic = "width" }
  end,

  show = {
    { table = { "spread", "edge" }, where = { width = "largest" },
      by = { "activation", "init", "depth" }, spread = false, limit = 45 },
    { plot = "spread", over = "depth", color = "init", facet = "activation", log = "x",
      where = { width = "largest", init = function(i) return i ~= "gaussian" end } },
    { plot = "size", kind = "histogram", color = "activation", facet = "init",
      where = { width = "largest", depth = 6 }, range = { -2.5, 1 }, log = "y",
      figure = "densities", density = function(x, r) -- of those that are not 0
        local s = 10 ^ x * math.exp(law_of(r).log_mean / 2)
        return law_of(r).density(s) * s * math.log(10) / (1 - law_of(r).zero)
      end },
    { approach = "spread", by = { "activation", "init" }, where = { depth = "largest" },
      figure = "width" },
  },
}
