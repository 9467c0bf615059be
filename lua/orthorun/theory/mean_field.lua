-- mean_field: wide random networks layer by layer: the variance q of the
-- pre-activations, the correlation c of two inputs, and the depth scales on
-- which both reach their fixed points. Poole et al. 2016; Schoenholz et al.
-- 2017 (arXiv:1611.01232). sigma_w2 = fan_in * Var(W_ij).

--- @module theory

local activation = require "orthorun.core".activation
local checked = require "orthorun.theory.checked"
local names = require "orthorun.base.names"
local fail = require "orthorun.core".fail -- at the user's line

local mean_field = {}

local function moment(phi, q, slope)
  return activation.moment(phi.name, { q = q, power = 2, slope = slope,
    alpha = phi.alpha })
end

-- V(q) = E[phi(sqrt(q) z)^2]
local function variance(phi, q) return moment(phi, q, false) end

-- V'(q) = E[z phi phi'] / sqrt(q)
local function variance_slope(phi, q)
  if q == 0 then return moment(phi, 0, true) end
  return activation.mean(phi.name, { q = q, value = 1, slope = 1, power = 1,
    alpha = phi.alpha }) / math.sqrt(q)
end

local function joint(phi, q, c, slope)
  return activation.joint(phi.name, { q = q, c = c, slope = slope,
    alpha = phi.alpha })
end

-- -1/ln(chi): layers until a deviation falls by e; infinite at chi = 1,
-- negative (growth by e in that many layers) for chi > 1.
local function depth_scale(chi)
  if math.abs(chi - 1) < 1e-13 then return math.huge end
  return -1 / math.log(chi)
end

-- A zero of f between low and high, where f has opposite signs (Illinois).
local function root(f, low, high)
  local at_low, at_high, side = f(low), f(high), 0
  for _ = 1, 200 do
    local x = (low * at_high - high * at_low) / (at_high - at_low)
    local y = f(x)
    if y == 0 or math.abs(high - low) < 1e-15 * math.abs(x) then return x end
    if (y > 0) == (at_high > 0) then
      high, at_high = x, y
      if side == 1 then at_low = at_low / 2 end
      side = 1
    else
      low, at_low = x, y
      if side == -1 then at_high = at_high / 2 end
      side = -1
    end
  end
  return 0.5 * (low + high)
end

-- The fixed point of a homogeneous phi, where V(q) = k q.
local function homogeneous_fixed_point(phi, w2, b2, q0)
  local k = w2 * variance(phi, 1)
  if math.abs(k - 1) < 1e-12 then return b2 == 0 and q0 or math.huge end
  if k > 1 then return math.huge end
  return b2 / (1 - k)
end

-- The smallest stable fixed point of q -> w2 V(q) + b2.
local function fixed_point(phi, w2, b2, q0)
  if phi.shape.homogeneous then
    return homogeneous_fixed_point(phi, w2, b2, q0)
  end
  local function change(q) return w2 * variance(phi, q) + b2 - q end
  local low = 1e-12
  if change(low) <= 0 then return 0 end
  while low < 1e12 do
    if change(2 * low) <= 0 then return root(change, low, 2 * low) end
    low = 2 * low
  end
  return math.huge
end

-- The correlation that two different inputs end up with at variance q, and
-- the map's slope there. Below the edge of chaos: 1. map(c): c one layer on; slope(c).
local function correlation(map, slope, chi1)
  local function change(c) return map(c) - c end
  if chi1 <= 1 + 1e-13 then return 1, chi1 end
  if change(0) < 1e-14 then return 0, slope(0) end
  local apart = 0.5
  while change(1 - apart) >= 0 and apart > 1e-12 do apart = apart / 2 end
  local c = 1 - root(function(d) return change(1 - d) end, apart, 1)
  return c, slope(c)
end

-- phi'^2 on average where q is infinite: the slopes far out; infinite, too, where
-- they grow, as those of a square do.
local function far_slopes(phi)
  local s = phi.shape
  local mean = 0.5 * (s.far_left ^ 2 + s.far_right ^ 2)
  local further = 0.5 * (activation.slope(phi.name, -1e8, phi.alpha) ^ 2 +
    activation.slope(phi.name, 1e8, phi.alpha) ^ 2)
  return further > 1.1 * mean and math.huge or mean
end

-- A variance, finite and not below 0; or above 0, where 0 makes no sense.
local function variance_of(who, key, value, above)
  if type(value) ~= "number" or value - value ~= 0 or value < 0 or
    above and value == 0 then
    fail(("%s: %s is %s; a finite number %s is needed"):format(who, key,
      names.shown(value), above and "above 0" or "of at least 0"))
  end
  return value
end

local function option(who, options, key, default, above)
  local value = options[key]
  if value == nil then value = default end
  return variance_of(who, key, value, above)
end

local function read_phi(who, name, alpha)
  return { name = name, alpha = alpha, shape = checked.activation(who, name, alpha) }
end

--- Mean field.
-- @section mean_field

--- σ_w² E[φ(√q z)²] + σ_b²: q one layer on.
-- @function theory.variance_map
-- @tparam string|func|table name
-- @tparam number q
-- @tparam[opt] table options
-- @tparam[opt=1] number options.sigma_w2
-- @tparam[opt=0] number options.sigma_b2
-- @tparam[opt] number options.alpha
-- @treturn number
function mean_field.variance_map(name, q, options)
  options = names.options("variance_map", options,
    { "sigma_w2", "sigma_b2", "alpha" })
  local who = "variance_map"
  local phi = read_phi(who, name, options.alpha)
  return option(who, options, "sigma_w2", 1, true)
    * variance(phi, variance_of(who, "q", q))
    + option(who, options, "sigma_b2", 0)
end

--- χ₁ = σ_w² E[φ'(√q z)²], the growth of E‖δ‖² per layer on the way back.
-- @function theory.chi1
-- @tparam string|func|table name
-- @tparam[opt] table options
-- @tparam[opt=1] number options.sigma_w2
-- @tparam[opt=1] number options.q
-- @tparam[opt] number options.alpha
-- @treturn number
function mean_field.chi1(name, options)
  options = names.options("chi1", options, { "sigma_w2", "q", "alpha" })
  return option("chi1", options, "sigma_w2", 1, true)
    * moment(read_phi("chi1", name, options.alpha), option("chi1", options, "q", 1),
      true)
end

--- σ_w with χ₁ = 1 at variance q, and the σ_b² that makes q a fixed point
-- (negative: none does). For homogeneous φ q does not matter; tanh at q = 0 gives
-- 1.
-- @function theory.critical
-- @tparam string|func|table name
-- @tparam[opt] table options
-- @tparam[opt=1] number options.q
-- @tparam[opt] number options.alpha
-- @treturn number σ_w
-- @treturn number σ_b²
function mean_field.critical(name, options)
  options = names.options("critical", options, { "q", "alpha" })
  local phi = read_phi("critical", name, options.alpha)
  local q = option("critical", options, "q", 1)
  local mu = moment(phi, q, true)
  if mu == 0 then
    fail(("critical: the activation's slopes are all 0 at q = %s; no weights are "
      .. "critical"):format(q))
  end
  local w2 = 1 / mu
  return math.sqrt(w2), q - w2 * variance(phi, q)
end

local function slopes_at(phi, w2, q)
  if q < math.huge then
    return w2 * moment(phi, q, true), w2 * variance_slope(phi, q)
  end
  local far = w2 * far_slopes(phi)
  return far, far
end

local function normed_mean_field(who, phi, w2, b2, norm)
  local normed = require "orthorun.theory.normed"
  local q, chi1, map = normed.fixed_point(who, phi, w2, b2, normed.check(who, norm))
  local found = { q = q, chi1 = chi1, chi_q = 0.0, xi_q = 0.0,
    xi_grad = depth_scale(chi1) }
  found.c, found.chi_c = correlation(function(c) return (map(c)) end,
    function(c) return select(2, map(c)) end, chi1)
  found.xi_c = depth_scale(found.chi_c)
  return found
end

--- What `theory.mean_field` returns. Depth scales are −1/ln χ, in layers (`inf` at
-- χ = 1, negative for growth). c, chi_c and xi_c are nil where q is 0 or infinite.
-- @table mean_field
-- @tfield number q the fixed point q*
-- @tfield number chi1 χ₁ there
-- @tfield number chi_q the slope of the map of q
-- @tfield ?number c the correlation that two inputs end at
-- @tfield ?number chi_c the slope of the map of c
-- @tfield number xi_q
-- @tfield number xi_grad
-- @tfield ?number xi_c

--- Fixed points and depth scales of a wide random net.
-- @function theory.mean_field
-- @tparam table options
-- @tparam string|func|table options.activation
-- @tparam number options.sigma_w2
-- @tparam[opt=0] number options.sigma_b2
-- @tparam[opt] number options.alpha
-- @tparam[opt=1] number options.q0 taken where every q is fixed
-- @tparam[opt] "before"|"after" options.norm a layer norm in each layer, before the
--   activation or after it
-- @treturn mean_field
-- @paper Poole et al. 2016; Schoenholz et al. 2017 (arXiv:1611.01232)
-- @usage
-- local m = ortho.theory.mean_field { activation = "tanh", sigma_w2 = 1.5 }
-- print(m.q, m.chi1, m.xi_grad)
function mean_field.mean_field(options)
  options = names.options("mean_field", options,
    { "activation", "sigma_w2", "sigma_b2", "alpha", "q0", "norm" })
  local who = "mean_field"
  local w2 = option(who, options, "sigma_w2", nil, true)
  local b2 = option(who, options, "sigma_b2", 0)
  local phi = read_phi(who, options.activation, options.alpha)
  if options.norm then return normed_mean_field(who, phi, w2, b2, options.norm) end
  local q = fixed_point(phi, w2, b2, option(who, options, "q0", 1, true))
  local chi1, chi_q = slopes_at(phi, w2, q)
  local found = { q = q, chi1 = chi1, chi_q = chi_q,
    xi_q = depth_scale(chi_q), xi_grad = depth_scale(chi1) }
  if q > 0 and q < math.huge then
    found.c, found.chi_c = correlation(
      function(c) return (w2 * joint(phi, q, c) + b2) / q end,
      function(c) return w2 * joint(phi, q, c, true) end, chi1)
    found.xi_c = depth_scale(found.chi_c)
  end
  return found
end

return mean_field
