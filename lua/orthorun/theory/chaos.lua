-- chaos: order and chaos of wide random networks beyond the fixed point: the
-- correlation map, the critical line, the depth that signals survive. Poole et
-- al. 2016 (arXiv:1606.05340), Schoenholz et al. 2017 (arXiv:1611.01232).

--- @module theory

local activation = require "orthorun.core".activation
local checked = require "orthorun.theory.checked"
local mean_field = require "orthorun.theory.mean_field"
local names = require "orthorun.base.names"
local fail = require "orthorun.core".fail -- at the user's line

local chaos = {}

local number = checked.number

local function map_options(who, options)
  local o = checked.options(who, options or {}, { "sigma_w2", "sigma_b2", "q",
    "alpha", "norm" })
  return number(who, o, "sigma_w2", 1), number(who, o, "sigma_b2", 0, 0), o
end

-- q as given, or the variance map's fixed point; finite and above 0.
local function variance_of(who, name, o, w2, b2)
  local q = o.q or mean_field.mean_field { activation = name, alpha = o.alpha,
    sigma_w2 = w2, sigma_b2 = b2 }.q
  if type(q) ~= "number" or not (q > 0 and q < math.huge) then
    fail(("%s: the variance q is %s; correlations need a finite one above 0 (q=)")
      :format(who, names.shown(q)))
  end
  return q
end

--- Mean field.
-- @section mean_field

--- The correlation of two inputs' pre-activations one layer on: c' = (σ_w² E[φ(u)
-- φ(v)] + σ_b²)/q', with q' the variance one layer on, so that c = 1 stays 1.
-- @function theory.correlation_map
-- @tparam string|func|table name
-- @tparam number c their correlation, in [−1, 1]
-- @tparam[opt] table options
-- @tparam[opt=1] number options.sigma_w2
-- @tparam[opt=0] number options.sigma_b2
-- @tparam[opt] number options.q the variance of both; by default the variance map's
--   fixed point
-- @tparam[opt] number options.alpha
-- @tparam[opt] "before"|"after" options.norm a layer norm in each layer, before the
--   activation or after it, which settles q
-- @treturn number c'
-- @treturn number σ_w² E[φ'(u) φ'(v)], the map's slope where q is a fixed point
-- @paper Poole et al. 2016 (arXiv:1606.05340)
-- @usage
-- print(ortho.theory.correlation_map("relu", 0.3, { sigma_w2 = 2, q = 1 }))
function chaos.correlation_map(name, c, options)
  local who = "correlation_map"
  local w2, b2, o = map_options(who, options)
  if type(c) ~= "number" or not (c >= -1 and c <= 1) then
    fail(("%s: c is %s; a correlation in [-1, 1] is needed"):format(who,
      names.shown(c)))
  end
  checked.activation(who, name, o.alpha)
  if o.norm then
    local normed = require "orthorun.theory.normed"
    if o.q ~= nil then fail(who .. ": a norm leaves no choice of q") end
    return normed.correlation_map(who, { name = name, alpha = o.alpha }, c, w2, b2,
      normed.check(who, o.norm))
  end
  local q = variance_of(who, name, o, w2, b2)
  local joint = { q = q, c = c, alpha = o.alpha }
  local after = w2 * activation.moment(name, { q = q, alpha = o.alpha }) + b2
  if after == 0 then
    fail(("%s: the activation is 0 at q = %s: the variance one layer on is 0")
      :format(who, q))
  end
  local product = w2 * activation.joint(name, joint) + b2
  joint.slope = true
  return product / after, w2 * activation.joint(name, joint)
end

-- --- the critical line -------------------------------------------------------

local lowest, highest = 1e-8, 1e8 -- of the variances that are tried

-- sigma_w2 with chi_1 = 1 at variance q, and the sigma_b2 that keeps q there.
local function critical_at(name, alpha, q)
  local w, b2 = mean_field.critical(name, { q = q, alpha = alpha })
  return w * w, b2
end

local function bisect(f, low, high)
  for _ = 1, 200 do
    local x = math.sqrt(low * high)
    if x == low or x == high then break end
    if f(x) < 0 then low = x else high = x end
  end
  return math.sqrt(low * high)
end

-- The smallest variance at which the critical bias is b2; nil where none is.
local function critical_variance(name, alpha, b2)
  local function over(q)
    local _, b = critical_at(name, alpha, q)
    return b - b2
  end
  local q = lowest
  if over(q) >= 0 then return q end
  while q < highest do
    local next_q = 1.25 * q
    if over(next_q) >= 0 then return bisect(over, q, next_q) end
    q = next_q
  end
  return nil
end

-- At sigma_b = 0 a critical net whose variance falls to 0: tanh and its like. (By
-- quadrature such a net's q is a small number of rounding's.)
local function at_zero(name, alpha)
  local s = activation.shape(name, { alpha = alpha })
  local mean = 0.5 * (s.slope_below ^ 2 + s.slope_above ^ 2)
  if activation.value(name, 0, alpha) ~= 0 or not (mean > 0) then return nil end
  local q = 1e-4 -- gelu's and silu's signals leave 0
  local next_q = activation.moment(name, { q = q, alpha = alpha }) / mean
  return next_q <= q * (1 + 1e-9) and
    { sigma_w2 = 1 / mean, sigma_b2 = 0.0, q = 0.0 } or nil
end

local function point(name, alpha, b2)
  if activation.shape(name, { alpha = alpha }).homogeneous then
    local w2 = critical_at(name, alpha, 1)
    return { sigma_w2 = w2, sigma_b2 = b2, q = b2 > 0 and math.huge or 1.0 }
  end
  local q = critical_variance(name, alpha, b2)
  if b2 == 0 and (not q or q < 1e-6) then return at_zero(name, alpha) or nil end
  if not q or q == lowest then return nil end
  local w2 = critical_at(name, alpha, q)
  local reached = mean_field.mean_field { activation = name, alpha = alpha,
    sigma_w2 = w2, sigma_b2 = b2 }.q
  if math.abs(reached - q) > 1e-4 * q then return nil end -- signals leave it
  return { sigma_w2 = w2, sigma_b2 = b2, q = q }
end

--- The border of order and chaos: for each variance of the biases the weights'
-- that makes χ₁ = 1 at the fixed point q*.
-- @function theory.critical_line
-- @tparam table options
-- @tparam[opt="tanh"] string|func|table options.activation
-- @tparam {number,...} options.sigma_b2
-- @tparam[opt] number options.alpha
-- @treturn {table|false,...} for each: {sigma_w2=, sigma_b2=, q=}, or false where
--   there is none, or signals do not come to it. Homogeneous activations have
--   χ₁ = 1 at one sigma_w2 whatever the biases; their q is infinite where these are
--   not 0, and 1 stands for any
-- @paper Schoenholz et al. 2017 (arXiv:1611.01232)
-- @usage
-- local line = ortho.theory.critical_line { sigma_b2 = { 0, 0.05, 0.1 } }
-- print(line[2].sigma_w2, line[2].q)
function chaos.critical_line(options)
  local who = "critical_line"
  local o = checked.options(who, options, { "activation", "sigma_b2", "alpha" })
  local name, line = o.activation or "tanh", {}
  checked.activation(who, name, o.alpha)
  names.table_of(who, "sigma_b2", o.sigma_b2)
  for i in ipairs(o.sigma_b2) do
    local key = ("sigma_b2[%d]"):format(i)
    line[i] = point(name, o.alpha,
      number(who, { [key] = o.sigma_b2[i] }, key, nil, 0)) or false
  end
  if #line == 0 then fail(who .. ": sigma_b2 is empty; variances are needed") end
  return line
end

-- --- how deep ----------------------------------------------------------------------

--- About how many layers training gets through: lengths times the depth scale on
-- which two inputs' correlation settles (xi_c), or, where the signal itself vanishes
-- or explodes, its own (xi_q). An estimate; infinite on the critical line.
-- @function theory.trainable_depth
-- @tparam table options
-- @tparam[opt="tanh"] string|func|table options.activation
-- @tparam number options.sigma_w2
-- @tparam[opt=0] number options.sigma_b2
-- @tparam[opt] number options.alpha
-- @tparam[opt] "before"|"after" options.norm as in `theory.mean_field`
-- @tparam[opt=6] number options.lengths
-- @treturn number
-- @paper Schoenholz et al. 2017 (arXiv:1611.01232), who find 6
function chaos.trainable_depth(options)
  local who = "trainable_depth"
  local o = checked.options(who, options, { "activation", "sigma_w2", "sigma_b2",
    "alpha", "lengths", "norm" })
  checked.activation(who, o.activation or "tanh", o.alpha)
  local found = mean_field.mean_field { activation = o.activation or "tanh",
    sigma_w2 = number(who, o, "sigma_w2"),
    sigma_b2 = number(who, o, "sigma_b2", 0, 0), alpha = o.alpha, norm = o.norm }
  return number(who, o, "lengths", 6, 0) * math.abs(found.xi_c or found.xi_q)
end

return chaos
