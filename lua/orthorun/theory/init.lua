-- theory: predictions to lay over measurements. Gains and fixed points by
-- quadrature (mean_field), norms and slopes at finite width (signal), laws of
-- singular values, drift and learning times. Nothing here looks at a network.

--- What random networks should do; formulas and papers in
-- [theory.md](../theory.md). Notation: z^l = W^l a^(l−1), a^l = φ(z^l), l = 1..L,
-- linear readout z^L = f; q the variance of z; σ_w² = fan_in · Var(W_ij).
-- @module theory
-- @pragma nostrip

local activation = require "orthorun.core".activation
local mean_field = require "orthorun.theory.mean_field"
local names = require "orthorun.base.names"
local signal = require "orthorun.theory.signal"
local special = require "orthorun.theory.special"
local training = require "orthorun.theory.training"
local fail = require "orthorun.core".fail -- at the user's line

-- A value as text that no other value has: 1, "1" and 1 + 2^-52 differ.
local function exactly(value)
  local plain = type(value) == "number" or type(value) == "string"
  return plain and ("%q"):format(value) or tostring(value)
end

-- The options of a call as one string, the same for the same options.
local function key_of(options)
  local parts = {}
  for name, value in pairs(options) do
    parts[#parts + 1] = ("%s=%s"):format(exactly(name), exactly(value))
  end
  table.sort(parts)
  return table.concat(parts, " ")
end

-- f with its answers kept: a sweep asks the same for every seed. The tables it
-- returns are shared, to be read only. Options that are tables or functions are
-- not kept: what is in them may change, and another may come to stand in its place.
local function remembering(f)
  local known = {}
  return function(options, ...)
    if type(options) ~= "table" then return f(options, ...) end
    for _, value in pairs(options) do
      local kind = type(value)
      if kind == "table" or kind == "function" then return f(options, ...) end
    end
    local key = key_of(options)
    known[key] = known[key] or f(options, ...)
    return known[key]
  end
end

--- As `activation.gain`.
-- @function theory.gain
-- @tparam string|func|table name
-- @tparam[opt] table options
-- @tparam[opt] number options.alpha
-- @treturn number

local theory = {
  -- gain(activation [, {alpha=}]): 1/sqrt(E[phi(z)^2]), sqrt(2) for relu
  gain = activation.gain,
  critical = mean_field.critical,
  variance_map = mean_field.variance_map,
  chi1 = mean_field.chi1,
  mean_field = mean_field.mean_field,
  init_variance = signal.init_variance,
  signal = remembering(signal.signal),
  gradient_slope = signal.gradient_slope,
  first_layer = signal.first_layer,
  digamma = special.digamma,
  trigamma = special.trigamma,
}
for name, f in pairs(training) do theory[name] = f end

-- What few scripts ask for is loaded when one does.
local function later(name, room, of)
  theory[name] = function(...)
    return require("orthorun.theory." .. room)[of or name](...)
  end
end

later("fluctuations", "fluctuations")
later("escape_time", "escape")
later("determinant_trap", "escape")
later("catapult", "catapult")
later("jacobian_edge", "jacobian", "edge")
later("jacobian_spectrum", "jacobian", "spectrum")
theory.jacobian_spectrum = remembering(theory.jacobian_spectrum)
later("mode", "mode")
later("residual_signal", "residual", "signal")
for _, name in ipairs { "correlation_map", "critical_line", "trainable_depth" } do
  later(name, "chaos")
end
later("learning_time", "mode")
later("gradient_correlation", "shattered")
later("trajectory", "trajectory")
later("lyapunov", "lyapunov")
later("jacobian_rank", "lyapunov", "rank")
for _, name in ipairs { "fuss_catalan_edge", "isometry_gap",
  "largest_singular_value", "smallest_singular_value" } do
  later(name, "random_matrix")
end

-- --- bands -----------------------------------------------------------------

local function check_seeds(who, seeds)
  if type(seeds) ~= "number" or not (seeds >= 1) then
    fail(("%s: %s seeds; a number of at least 1 is needed"):format(who,
      names.shown(seeds)))
  end
end

-- Raises unless argument k is a number (n nil) or an array of n numbers.
local function check_argument(who, k, x, n)
  local good = type(x) == (n and "table" or "number") and
    (not n or rawlen(x) == n)
  for i = 1, good and n or 0 do
    good = good and type(x[i]) == "number"
  end
  if not good then
    fail(("%s: argument %d must be %s, not %s"):format(who, k, n and
      ("an array of %d numbers"):format(n) or "a number", names.describe(x)))
  end
end

-- f over numbers, or over the elements of arrays, which must be of one length.
local function each(who, f, ...)
  local columns, out = { ... }, {}
  local n = type(columns[1]) == "table" and rawlen(columns[1]) or nil
  for k = 1, select("#", ...) do check_argument(who, k, columns[k], n) end
  if not n then return f(...) end
  for i = 1, n do
    local values = {}
    for k, column in ipairs(columns) do values[k] = column[i] end
    out[i] = f(table.unpack(values))
  end
  return out
end

local function check_number(who, x, name)
  if type(x) ~= "number" then
    fail(("%s: %s must be a number, not %s"):format(who, name or "x",
      names.describe(x)))
  end
end

--- Half the width of the band that a mean over seeds falls into, sigmas·sd/√seeds:
-- how far the mean over that many nets may be from `typical`.
-- @function theory.band
-- @tparam number|{number,...} sd of one network, as in `theory.signal`
-- @tparam int seeds
-- @tparam[opt=3.3] number sigmas by default one miss in 1000
-- @treturn number|{number,...} as sd
function theory.band(sd, seeds, sigmas)
  check_seeds("band", seeds)
  sigmas = sigmas or 3.3
  check_number("band", sigmas, "sigmas")
  local factor = sigmas / math.sqrt(seeds)
  return (each("band", function(s) return factor * s end, sd))
end

--- (measured − predicted)·√seeds/sd of a mean over seeds; 0 where both agree and sd
-- is 0.
-- @function theory.z_score
-- @tparam number|{number,...} measured
-- @tparam number|{number,...} predicted
-- @tparam number|{number,...} sd
-- @tparam int seeds
-- @treturn number|{number,...} numbers, or arrays of one length
function theory.z_score(measured, predicted, sd, seeds)
  check_seeds("z_score", seeds)
  return (each("z_score", function(mean, typical, s)
    if mean == typical then return 0.0 end
    return (mean - typical) * math.sqrt(seeds) / s
  end, measured, predicted, sd))
end

-- Singular values of a large square matrix of N(0, 1/n) entries: density
-- sqrt(4 - x^2)/pi on [0, 2].
theory.quarter_circle = {}

--- √(4 − x²)/π on [0,2]: singular values of a large square matrix of N(0, 1/n)
-- entries.
-- @function theory.quarter_circle.density
-- @tparam number x
-- @treturn number
function theory.quarter_circle.density(x)
  check_number("density", x)
  if x < 0 or x > 2 then return 0.0 end
  return math.sqrt(4 - x * x) / math.pi
end

--- The share of them below x.
-- @function theory.quarter_circle.cdf
-- @tparam number x
-- @treturn number
function theory.quarter_circle.cdf(x)
  check_number("cdf", x)
  if x <= 0 then return 0.0 end
  if x >= 2 then return 1.0 end
  return (0.5 * x * math.sqrt(4 - x * x) + 2 * math.asin(x / 2)) / math.pi
end

--- The x below which a share p of them is.
-- @function theory.quarter_circle.quantile
-- @tparam number p 0 to 1
-- @treturn number
function theory.quarter_circle.quantile(p)
  if type(p) ~= "number" or not (p >= 0 and p <= 1) then
    fail(("quantile: p is %s; a number in [0, 1] is needed"):format(
      names.shown(p)))
  end
  local low, high = 0.0, 2.0
  for _ = 1, 60 do
    local x = 0.5 * (low + high)
    if theory.quarter_circle.cdf(x) < p then low = x else high = x end
  end
  return 0.5 * (low + high)
end

return theory
