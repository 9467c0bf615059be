-- trajectory: variance and correlation of two inputs' pre-activations, layer by layer,
-- in a net of infinite width: the maps of mean_field and chaos, one after the other.

--- @module theory

local activation = require "orthorun.core".activation
local checked = require "orthorun.theory.checked"
local mean_field = require "orthorun.theory.mean_field"

local trajectory = {}

local known = { "activation", "sigma_w2", "sigma_b2", "alpha", "layers", "q", "c" }

local function options_of(options)
  local who = "trajectory"
  local o = checked.with_like(who, options, known)
  return { name = o.activation or "tanh", alpha = o.alpha,
    w2 = checked.number(who, o, "sigma_w2", nil, 0),
    b2 = checked.number(who, o, "sigma_b2", 0, 0),
    layers = checked.count(who, o, "layers", nil, 1),
    c = checked.number(who, o, "c", 1, -1), q = o.q }
end

-- The variance to begin with: that given, or the one that stays.
local function first_variance(o)
  local q = o.q
  if q == nil then
    q = mean_field.mean_field { activation = o.name, alpha = o.alpha, sigma_w2 = o.w2,
      sigma_b2 = o.b2 }.q
  end
  return checked.number("trajectory", { q = q }, "q")
end

-- E[phi(u) phi(v)] of two numbers of variance q and correlation c.
local function product(o, q, c)
  if c == 1 then return activation.moment(o.name, { q = q, alpha = o.alpha }) end
  return activation.joint(o.name, { q = q, c = math.max(-1, math.min(1, c)),
    alpha = o.alpha })
end

--- Mean field.
-- @section mean_field

--- The variance of pre-activations and the correlation of two inputs', layer by layer,
-- in a net of infinite width: q' = σ_w² E[φ²] + σ_b², c' = (σ_w² E[φ(u) φ(v)] +
-- σ_b²)/q'.
-- @function theory.trajectory
-- @tparam table options
-- @tparam[opt="tanh"] string options.activation
-- @tparam number options.sigma_w2
-- @tparam[opt=0] number options.sigma_b2
-- @tparam int options.layers
-- @tparam[opt] number options.q the first layer's variance, of both inputs; by default
--   the one that stays
-- @tparam[opt=1] number options.c the first layer's correlation
-- @tparam[opt] number options.alpha
-- @tparam[opt] table options.like as of parameters, with what is not given
-- @treturn {number,...} q, by layer
-- @treturn {number,...} c, by layer
-- @paper Poole et al. 2016 (arXiv:1606.05340)
-- @usage
-- local q, c = ortho.theory.trajectory { sigma_w2 = 1.5, sigma_b2 = 0.05, layers = 20,
--   c = 0.5 }
-- print(q[20], c[20])
function trajectory.trajectory(options)
  local o = options_of(options)
  local qs, cs, q, c = {}, {}, first_variance(o), o.c
  for l = 1, o.layers do
    qs[l], cs[l] = q, c
    local after = o.w2 * product(o, q, 1) + o.b2
    c = (o.w2 * product(o, q, c) + o.b2) / after
    q = after
  end
  return qs, cs
end

return trajectory
