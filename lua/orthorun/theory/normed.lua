-- normed: mean field of wide nets with a layer norm in each layer, before the activation
-- (a = phi(norm(z))) or after it (a = norm(phi(z))). With u of variance q, the mean m
-- and the square v that the norm divides by,
--   q' = sigma_w^2 (E[phi(u)^2] - m^2)/v + sigma_b^2
--   c' = (sigma_w^2 (E[phi(u) phi(u')] - m^2)/v + sigma_b^2)/q'
-- before: q = 1 in u, m = 0, v = 1, and 1/q' on the way back; after: v = E[phi^2] - m^2.
-- Nothing is left of q in either, so chi_q is 0. Of n directions a norm takes out two,
-- which is nothing where n is large.
local activation = require "orthorun.core".activation
local fail = require "orthorun.core".fail -- at the user's line
local names = require "orthorun.base.names"

local normed = {}

local places = { before = true, after = true }

function normed.check(who, norm)
  if places[norm] then return norm end
  fail(who .. ": " .. names.unknown("norm", tostring(norm), names.keys(places)))
end

-- What stands in the maps: u's variance, m^2 and v, q', and what delta is divided by.
local function parts(who, phi, w2, b2, norm)
  local before = norm == "before"
  local u = before and 1 or w2 + b2
  local function mean(power)
    return activation.mean(phi.name, { q = u, value = power, alpha = phi.alpha })
  end
  local square, m2 = mean(2), before and 0 or mean(1) ^ 2
  local v = before and 1 or square - m2
  if not (v > 0 and square > 0) then
    fail(("%s: the activation is constant at q = %s; there is nothing to norm")
      :format(who, u))
  end
  local q = w2 * (square - m2) / v + b2
  return { u = u, m2 = m2, v = v, q = q, divide = before and q or v }
end

-- c one layer on, and the map's slope.
local function map(phi, w2, b2, at, c)
  local function joint(slope)
    return activation.joint(phi.name, { q = at.u, c = c, slope = slope,
      alpha = phi.alpha })
  end
  return (w2 * (joint(false) - at.m2) / at.v + b2) / at.q,
    w2 * joint(true) / at.divide
end

function normed.correlation_map(who, phi, c, w2, b2, norm)
  return map(phi, w2, b2, parts(who, phi, w2, b2, norm), c)
end

-- q*, chi_1, and a function of c that gives c' and the slope.
function normed.fixed_point(who, phi, w2, b2, norm)
  local at = parts(who, phi, w2, b2, norm)
  local mu = activation.moment(phi.name, { q = at.u, slope = true, alpha = phi.alpha })
  return at.q, w2 * mu / at.divide, function(c) return map(phi, w2, b2, at, c) end
end

return normed
