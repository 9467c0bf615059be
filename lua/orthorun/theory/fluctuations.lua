-- fluctuations: the exact law of one input's norms in random nets of any sizes
-- whose activation is homogeneous. For a cotangent that does not look at the
-- weights the gates may be drawn by coins of their own (a row of W and its
-- negative are equally likely), and every norm is a product of independent
-- factors, one for each hidden layer:
--   sum_i d_i^2 g_i^2    d_i the slope, either of two; g_i normal
-- (Hanin, Nica 2018); of an orthogonal matrix, whose longer side is m, over
-- chi^2_m besides, of which the sum is a part.

--- @module theory

local activation = require "orthorun.core".activation
local arms = require "orthorun.base.arms"
local checked = require "orthorun.theory.checked"
local names = require "orthorun.base.names"
local net_of = require "orthorun.theory.net"
local special = require "orthorun.theory.special"
local fail = require "orthorun.core".fail -- at the user's line

local fluctuations = {}

local log = math.log

-- --- one factor ---------------------------------------------------------------

-- E S^4/(E S)^4 of a sum S over n units of d^2 g^2, where d^2 is a or b and g
-- normal: by the cumulants of one unit, which add up.
local function eighth(a, b, n)
  local m1, m2 = (a + b) / 2, 3 * (a ^ 2 + b ^ 2) / 2
  local m3, m4 = 15 * (a ^ 3 + b ^ 3) / 2, 105 * (a ^ 4 + b ^ 4) / 2
  local k2, k3 = m2 - m1 ^ 2, m3 - 3 * m2 * m1 + 2 * m1 ^ 3
  local k4 = m4 - 4 * m3 * m1 - 3 * m2 ^ 2 + 12 * m2 * m1 ^ 2 - 6 * m1 ^ 4
  return 1 + (6 * k2 / m1 ^ 2 + (4 * k3 / m1 ^ 3 + 3 * k2 ^ 2 / m1 ^ 4 +
    k4 / m1 ^ 4 / n) / n) / n
end

-- A sum over n units of slopes d: mean and variance of its logarithm, given that
-- it is not 0; the logarithm of the mean, and what the means of its square and its
-- fourth power are of the mean's.
local function of_units(net, n)
  local mean, var = activation.log_energy(net.activation,
    { count = n, slope = true, alpha = net.alpha })
  local a, b = net.shape.slope_below ^ 2, net.shape.slope_above ^ 2
  local kurtosis = 6 * (a * a + b * b) / (a + b) ^ 2
  return { mean = mean, var = var, energy = log(n * (a + b) / 2),
    four = 1 + (kurtosis - 1) / n, eight = eighth(a, b, n) }
end

-- chi^2_n, which is what the readout's n units make of their input.
local function of_lengths(n)
  return { mean = special.digamma(n / 2) + log(2), var = special.trigamma(n / 2),
    energy = log(n), four = 1 + 2 / n, eight = (1 + 2 / n) * (1 + 4 / n) * (1 + 6 / n) }
end

-- The factor of a matrix of n_in columns and n_out rows, whose sum is `units`.
local function through(net, units, n_in, n_out)
  local v = net_of.init_variance(net.init, net.gain, n_in, n_out)
  if net.init ~= "orthogonal" then
    return { mean = units.mean + log(v), var = units.var,
      energy = units.energy + log(v), four = units.four, eight = units.eight }
  end
  local m = math.max(n_in, n_out)
  local whole = of_lengths(m)
  return { mean = units.mean + log(v * m) - whole.mean,
    var = math.max(0, units.var - whole.var), energy = units.energy + log(v),
    four = units.four / whole.four, eight = units.eight / whole.eight }
end

-- --- products -----------------------------------------------------------------

local function times(a, b)
  return { mean = a.mean + b.mean, var = a.var + b.var, energy = a.energy + b.energy,
    four = a.four * b.four, eight = a.eight * b.eight }
end

local function fixed(squared)
  local mean = log(squared)
  return { mean = mean, var = 0.0, energy = mean, four = 1.0, eight = 1.0 }
end

-- Arrays by layer of what a list of products has.
local function by_layer(list)
  local out = { mean = {}, var = {}, energy = {}, four_point = {}, eight_point = {} }
  for l, x in ipairs(list) do
    out.mean[l], out.var[l], out.energy[l] = x.mean, x.var, x.energy
    out.four_point[l], out.eight_point[l] = x.four, x.eight
  end
  return out
end

local function products(net)
  local sizes, L = net.sizes, #net.sizes - 1
  local function size(l) return sizes[l + 1] end
  local units, known = {}, {}
  for l = 1, L - 1 do
    known[size(l)] = known[size(l)] or of_units(net, size(l))
    units[l] = known[size(l)]
  end
  local forward = { [0] = fixed(size(0) * net.q0) }
  for l = 1, L do
    forward[l] = times(forward[l - 1], through(net, units[l] or of_lengths(size(L)),
      size(l - 1), size(l)))
  end
  local delta, gradient = { [L] = fixed(net.cotangent2) }, {}
  for l = L, 1, -1 do
    delta[l] = delta[l] or times(delta[l + 1], through(net, units[l], size(l),
      size(l + 1)))
    gradient[l] = times(forward[l - 1], delta[l])
  end
  return forward, delta, gradient
end

-- --- options --------------------------------------------------------------------

-- Initializers whose matrices are Gaussian or orthogonal exactly.
local exact = { gaussian = true, scaled_gaussian = true, lecun_normal = true,
  he_normal = true, glorot_normal = true, orthogonal = true }

local function check_init(who, init)
  if not exact[init] then
    fail(who .. ": " .. names.unknown("initializer", tostring(init),
      names.keys(exact)))
  end
end

local widest, most_layers = 2147483647, 1000000

local function read_sizes(who, o)
  if o.sizes == nil then
    local width = net_of.check_size(who, "width", o.width, 1, widest)
    local sizes, depth = {}, net_of.check_size(who, "depth", o.depth, 1, most_layers)
    for l = 1, depth + 1 do sizes[l] = width end
    return sizes
  end
  names.table_of(who, "sizes", o.sizes)
  if #o.sizes < 2 then
    fail(("%s: sizes has %d entries; inputs and outputs are two at least"):format(
      who, #o.sizes))
  end
  for l, n in ipairs(o.sizes) do
    net_of.check_size(who, ("sizes[%d]"):format(l), n, 1, widest)
  end
  return o.sizes
end

local function read(who, options)
  local o = checked.with_like(who, options, { "sizes", "width", "depth",
    "activation", "alpha", "init", "gain", "q0", "cotangent2" })
  local net = { sizes = read_sizes(who, o), activation = o.activation or "relu",
    alpha = o.alpha, init = o.init or "he_normal", gain = o.gain,
    q0 = checked.number(who, o, "q0", 1),
    cotangent2 = checked.number(who, o, "cotangent2", 1) }
  local arm = type(net.init) == "string" and arms[net.init]
  if arm then
    net.init, net.gain = arm.theory.init, net.gain or arm.theory.gain
  end
  check_init(who, net.init)
  net.shape = activation.shape(net.activation, { alpha = net.alpha })
  if not net.shape.homogeneous then
    fail(("%s: %s is not homogeneous; linear, relu and leaky_relu are"):format(who,
      names.shown(net.activation)))
  end
  return net
end

-- The probability that all units of some hidden layer have slope 0.
local function dead(net)
  local off, alive = net.shape.slope_below == 0, 1.0
  for l = 2, off and #net.sizes - 1 or 0 do
    alive = alive * (1 - 0.5 ^ net.sizes[l])
  end
  return 1 - alive
end

--- Signals at finite width.
-- @section fluctuations

--- What `theory.fluctuations` returns. Each of the first three is a table of arrays
-- by layer: `mean` and `var`, of ln‖·‖² given that no layer's units are all off;
-- `energy`, ln E‖·‖²; `four_point`, E‖·‖⁴/(E‖·‖²)²; `eight_point`, E‖·‖⁸/(E‖·‖²)⁴.
-- @table norm_law
-- @tfield table forward of ‖a^l‖², the last ‖f‖²
-- @tfield table delta of ‖δ^l‖²
-- @tfield table gradient of ‖∇W^l‖²; var and four_point are the same in every layer
--   where weights are Gaussian
-- @tfield number sum Σ 1/n_l over hidden layers; var of the gradient is 5 times it
--   to leading order (relu, Gaussian), 3 times for square orthogonal matrices
-- @tfield number dead the probability that some layer's units are all off

--- The exact law of norms in a random net of any sizes, for one input and a
-- cotangent of given lengths that do not depend on the weights: linear, relu,
-- leaky_relu; Gaussian or orthogonal weights, no biases.
-- @function theory.fluctuations
-- @tparam table options
-- @tparam {int,...} options.sizes n_0 (inputs), ..., n_L (outputs); or
-- @tparam[opt] int options.width of all of depth matrices
-- @tparam[opt] int options.depth
-- @tparam[opt="relu"] string|func|table options.activation
-- @tparam[opt] number options.alpha
-- @tparam[opt="he_normal"] string options.init
-- @tparam[opt] number|string|func|table options.gain
-- @tparam[opt=1] number options.q0 mean square of the inputs
-- @tparam[opt=1] number options.cotangent2 ‖δ^L‖²
-- @tparam[opt] table options.like as of parameters, with what is not given
-- @treturn norm_law
-- @paper Hanin, Nica 2018 (arXiv:1812.05994); orthogonal weights are derived here
-- @usage
-- local law = ortho.theory.fluctuations { width = 64, depth = 10 }
-- print(law.gradient.var[1], law.sum, law.forward.four_point[10]) -- 0.747 0.141 2.03
function fluctuations.fluctuations(options)
  local net = read("fluctuations", options)
  local forward, delta, gradient = products(net)
  local sum = 0.0
  for l = 2, #net.sizes - 1 do sum = sum + 1 / net.sizes[l] end
  return { forward = by_layer(forward), delta = by_layer(delta),
    gradient = by_layer(gradient), sum = sum, dead = dead(net) }
end

return fluctuations
