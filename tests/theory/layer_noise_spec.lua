-- layer_noise_spec.lua: what one layer does to the logarithms of energies,
-- against closed forms for linear and relu units.
local activation = require "orthorun".activation
local layer_noise = require "orthorun.theory.layer_noise"
local special = require "orthorun.theory.special"
local near = dofile("tests/support.lua").near

local n = 64

-- phi as theory.signal hands it over.
local function phi_of(name, alpha)
  local shape = activation.shape(name, { alpha = alpha })
  return { name = name, alpha = alpha, shape = shape,
    homogeneous = shape.homogeneous }
end

-- The statistics of one layer at ln q.
local function layer(name, orthogonal, log_q)
  return layer_noise.statistics(phi_of(name), orthogonal)(log_q or 0, n, n, n)
end

local function has_shape(wanted, s, allowed)
  for key, value in pairs(wanted) do near(value, s[key], allowed, key) end
end

local straight = { aligned = 1, turn = 1, stretch = 1, bend = 0, tilt = 0 }

describe("a layer's shape", function()
  it("is that of a straight line for linear, of half of one for relu",
    function()
      for _, q in ipairs { -3, 0, 5 } do
        local linear, relu = layer("linear", false, q), layer("relu", false, q)
        has_shape(straight, linear, 1e-9)
        has_shape(straight, relu, 1e-9)
        has_shape({ log_value = 0, mu = 1 }, linear, 1e-12)
        has_shape({ log_value = -math.log(2), mu = 0.5 }, relu, 1e-12)
      end
    end)

  it("has turn = d ln V / d ln q and tilt = d ln mu / d ln q", function()
    for _, name in ipairs { "tanh", "gelu", "softplus" } do
      local h = 1e-4
      local at = layer(name, false, 0.3)
      local left, right = layer(name, false, 0.3 - h),
        layer(name, false, 0.3 + h)
      local function slope(f) return (f(right) - f(left)) / (2 * h) end
      near(slope(function(s) return s.log_value end) + 1, at.turn, 1e-6,
        name .. " turn")
      near(slope(function(s) return math.log(s.mu) end), at.tilt, 1e-6,
        name .. " tilt")
      near(slope(function(s) return s.turn end), at.bend, 1e-5,
        name .. " bend")
    end
  end)

  it("is that of its tangents very near 0 and very far out", function()
    local tanh, gelu = layer("tanh", false, -80), layer("gelu", false, 80)
    has_shape({ log_value = 0, mu = 1, turn = 1, tilt = 0 }, tanh, 1e-12)
    has_shape({ log_value = -math.log(2), mu = 0.5, turn = 1, tilt = 0 }, gelu,
      1e-12)
    -- selu: 1.7580993408473768 x below 0 and 1.0507009873554805 x above
    local a, b = 1.7580993408473768, 1.0507009873554805
    near(math.log((a * a + b * b) / 2), layer("selu", false, -80).log_value,
      1e-12)
  end)

  it("is found where nearly all of gelu's values are 0", function()
    -- 1/n for 48 units, half of which count; once panels were halved for ever
    local mean, var = activation.log_energy("gelu", { q = 9165.6, count = 48 })
    near(math.log(24 * 9165.6), mean, 0.06)
    near(5.5 / 48, var, 5e-3)
  end)

  it("is kept where ln q stays", function()
    local at = layer_noise.statistics(phi_of "tanh")
    local first = at(0.5, n, n, n)
    assert.is_true(first == at(0.5, n, n, n))
    assert.is_false(first == at(0.6, n, n, n))
    assert.is_false(at(0.6, n, n, n) == at(0.6, n, n, 2 * n))
  end)
end)

describe("a layer's noise", function()
  local length = special.digamma(n / 2) + math.log(2) - math.log(n)
  local spread = special.trigamma(n / 2)

  it("is a chi-squared's for linear Gaussian units, either way", function()
    local noise = layer("linear").noise
    near(length, noise.forward, 1e-11)
    near(length, noise.backward, 1e-11)
    near(spread, noise.forward_var, 1e-8)
    near(spread, noise.backward_var, 1e-8)
    near(0, noise.both, 1e-14)
  end)

  it("is nothing for linear orthogonal ones", function()
    for key, value in pairs(layer("linear", true).noise) do
      near(0, value, 1e-8, key)
    end
  end)

  it("is less by the chi-squared's variance for orthogonal relu", function()
    local gaussian, orthogonal = layer("relu").noise,
      layer("relu", true).noise
    near(spread, gaussian.forward_var - orthogonal.forward_var, 1e-12)
    near(spread, gaussian.backward_var - orthogonal.backward_var, 1e-12)
    near(length, gaussian.forward - orthogonal.forward, 1e-8)
    -- E[x^2 1(x > 0)]/(1/2 1/2) - 1 = 1
    near(1 / n, gaussian.both, 1e-14)
  end)

  it("is that of 30,000 directions of fixed length, for tanh", function()
    -- ln of sum tanh(z)^2 over n V, z of norm sqrt(n q): no length scatters
    local ortho = require "orthorun"
    local q, draws = 4, 30000
    local z = ortho.rng(5):normal(n, draws)
    local lengths = z:hadamard(z):col_sums():sqrt()
    local a = z:divide(lengths) * math.sqrt(n * q)
    local values = a:map(function(x) return 1 - 2 / (1 + math.exp(2 * x)) end)
    local sums = values:hadamard(values):col_sums():tolist()
    local s = layer("tanh", true, math.log(q))
    local mean, square = 0, 0
    for _, energy in ipairs(sums) do
      local x = math.log(energy / n) - math.log(q) - s.log_value
      mean, square = mean + x / draws, square + x * x / draws
    end
    local var = square - mean ^ 2
    near(s.noise.forward, mean, 4 * math.sqrt(var / draws))
    near(s.noise.forward_var, var, 0.04 * var)
  end)

  it("of the readout is a chi-squared's forward, and none if orthogonal",
    function()
      local gaussian, orthogonal = layer_noise.readout(n, n),
        layer_noise.readout(n, n, true)
      assert.equal(length, gaussian.noise.forward)
      assert.equal(spread, gaussian.noise.forward_var)
      assert.equal(0, gaussian.noise.backward_var)
      for key, value in pairs(orthogonal.noise) do
        assert.equal(0, value, key)
      end
      -- of 64 coordinates of a direction in 256 dimensions: a beta variable
      local part = layer_noise.readout(4 * n, n, true).noise
      near(special.digamma(n / 2) - special.digamma(2 * n) + math.log(4),
        part.forward, 1e-14)
      near(special.trigamma(n / 2) - special.trigamma(2 * n), part.forward_var,
        1e-16)
      assert.equal(0.25 * spread,
        layer_noise.shared_readout(gaussian, 0.5).forward_var)
    end)
end)

describe("two samples in a layer", function()
  local function pair(name, c, log_q)
    return layer_noise.pairs()(layer(name, false, log_q), c)
  end

  it("keep their correlation if linear, with Wick's energies", function()
    local p = pair("linear", 0.6)
    near(0.6, p.value, 1e-12)
    near(1, p.slope, 1e-12)
    near(1, p.change, 1e-12)
    near(1 + 2 * 0.6 ^ 2, p.values, 1e-12)
    near(1, p.slopes, 1e-12)
  end)

  it("are relu's arccosines'", function()
    local p = pair("relu", 0, 2)
    near(1 / math.pi, p.value, 1e-12)
    near(0.5, p.slope, 1e-12)
    near(1, p.values, 1e-12)
    local c = 0.6
    local angle = math.acos(c)
    near((math.sqrt(1 - c * c) + (math.pi - angle) * c) / math.pi,
      layer_noise.correlate(layer("relu", false, 2), c), 1e-12)
  end)

  it("are one where their correlation is 1", function()
    for _, name in ipairs { "relu", "tanh", "gelu" } do
      local s = layer(name, false, 0.4)
      local one, near_one = pair(name, 1, 0.4), pair(name, 1 - 1e-9, 0.4)
      assert.equal(1, one.value)
      near(1, layer_noise.correlate(s, 1), 1e-9, name)
      for key, value in pairs(near_one) do
        near(one[key], value, 2e-4 * math.abs(one[key]), name .. " " .. key)
      end
      local shared = layer_noise.shared(s, one, 1)
      near(s.noise.forward_var, shared.forward_var, 1e-14)
      near(s.noise.backward_var, shared.backward_var, 1e-14)
      near(s.noise.both, shared.both, 1e-14)
    end
  end)

  it("share no noise where they are at right angles, if linear", function()
    local s = layer "linear"
    local shared = layer_noise.shared(s, layer_noise.pairs()(s, 0), 0)
    near(0, shared.forward_var, 1e-14)
    near(0, shared.backward_var, 1e-14)
    near(0, shared.both, 1e-14)
  end)

  it("are kept from one layer to the next where nothing changes", function()
    local between, s = layer_noise.pairs(), layer "relu"
    assert.is_true(between(s, 0.5) == between(s, 0.5))
    assert.is_false(between(s, 0.5) == between(s, 0.25))
  end)
end)
