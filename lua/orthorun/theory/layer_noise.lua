-- layer_noise: what one layer does to the logarithms of energies: the shape of
-- its activation at pre-activation variance q, and the noise that n units add
-- for one sample (statistics) and in common for two samples (shared).
local activation = require "orthorun.core".activation
local special = require "orthorun.theory.special"

local layer_noise = {}

local digamma, trigamma = special.digamma, special.trigamma
local log, exp = math.log, math.exp
local sqrt, ln2 = math.sqrt, math.log(2)

-- What one layer does to energies, at pre-activation variance q:
--   log_value   ln(V/q), V = E[phi^2]         mu       E[phi'^2]
--   aligned     E[phi'^2 phi^2]/V             turn     E[x phi phi']/V
--   stretch     E[x^2 phi'^2]/V               bend     d turn / d ln q
--   tilt        d ln mu / d ln q
-- where x = sqrt(q) z; `turn` is also d ln V / d ln q.
local function shape_at(mean, q)
  local value = mean(q, 2, 0, 0)
  local mu = mean(q, 0, 2, 0)
  local function turn(at)
    return sqrt(at) * mean(at, 1, 1, 1) / mean(at, 2, 0, 0)
  end
  local h = 1e-3
  return { log_value = log(value / q), mu = mu,
    aligned = mean(q, 2, 2, 0) / value, turn = turn(q),
    stretch = q * mean(q, 0, 2, 2) / value,
    bend = (turn(q * exp(h)) - turn(q * exp(-h))) / (2 * h),
    tilt = (mean(q, 0, 2, 2) - mu) / (2 * mu) }
end

-- The noise that n units add to the logarithms, Gaussian weights: means and
-- variances of ln A^l and of ln D^l about their mean-field values, and their
-- covariance (they share the layer's z).
local function gaussian_noise(phi, mean, q, n)
  local value, mu = mean(q, 2, 0, 0), mean(q, 0, 2, 0)
  local options = { q = q, count = n, alpha = phi.alpha }
  local f, f_var = activation.log_energy(phi.name, options)
  options.slope = true
  local b, b_var = activation.log_energy(phi.name, options)
  local both = mean(q, 2, 2, 0) / (value * mu) - 1
  return { forward = f - log(n * value), forward_var = f_var,
    backward = b - log(n * mu), backward_var = b_var, both = both / n }
end

-- Mean and variance of ln chi^2_m/m.
local function length_of(m)
  return digamma(m / 2) + ln2 - log(m), trigamma(m / 2)
end

-- Orthogonal weights: z and the cotangent are (parts of) directions of fixed
-- length, in as many dimensions as the longer side of the matrix before and of
-- that behind has. The chi-squared factors of such a Gaussian's length leave, the
-- one of z with the weight that ln q has: exactly so for homogeneous phi, to order
-- 1/n^2 else.
local function orthogonal_noise(phi, mean, q, n, s, before, behind)
  local g = gaussian_noise(phi, mean, q, n)
  local length, spread = length_of(before)
  local back, back_spread = length_of(behind)
  local same = before == behind
  return {
    forward = g.forward - s.turn * length - 0.5 * s.bend * spread,
    forward_var = math.max(0, g.forward_var - s.turn ^ 2 * spread),
    backward = g.backward - (same and (1 + s.tilt) * length
      or back + s.tilt * length),
    backward_var = math.max(0, g.backward_var - (same and (1 + s.tilt ^ 2) *
      spread or back_spread + s.tilt ^ 2 * spread)),
    both = g.both - s.turn * s.tilt * spread,
  }
end

-- phi seen from very near 0 or from very far: its two slopes, as a multiple
-- of linear, relu or leaky_relu. Returned with the multiple, and ln q = 0.
local function straightened(below, above)
  local near = { name = "leaky_relu", alpha = below / above }
  if below == above then
    near = { name = "linear" }
  elseif below == 0 then
    near = { name = "relu" }
  end
  near.homogeneous = true
  return near, above, 0
end

-- Beyond q = e^(+-60) phi is its tangents, to rounding; where `beyond` is
-- less, to e^(-beyond/2).
local function effective(phi, log_q, beyond)
  local s = phi.shape
  if phi.homogeneous then return phi, 1, 0 end
  if log_q < -beyond and s.at_zero == 0 then
    return straightened(s.slope_below, s.slope_above)
  elseif log_q > beyond and s.far_right ~= 0 then
    return straightened(s.far_left, s.far_right)
  end
  return phi, 1, log_q
end

local function averager(phi)
  return function(q, value, slope, power)
    return activation.mean(phi.name, { q = q, value = value, slope = slope,
      power = power, alpha = phi.alpha })
  end
end

-- A function from ln q and the sizes of a layer, of the one before and of the one
-- behind it, to the layer's statistics. The noise, which is itself of order 1/n, is
-- computed anew where ln q has moved by 0.02, or sizes differ.
function layer_noise.statistics(phi, orthogonal)
  local noise_of = orthogonal and orthogonal_noise or gaussian_noise
  local last, noise, noise_at, noise_name
  local sizes = {}
  return function(log_q, before, n, behind)
    local near, factor, at = effective(phi, log_q, 60)
    local same = sizes[1] == before and sizes[2] == n and sizes[3] == behind
    if same and last.name == near.name and last.at == at then return last end
    local mean = averager(near)
    local s = shape_at(mean, exp(at))
    if not same or noise_name ~= near.name or math.abs(at - noise_at) > 0.02 then
      noise = noise_of(near, mean, exp(at), n, s, math.max(before, n),
        math.max(n, behind))
      noise_at, noise_name = at, near.name
      sizes = { before, n, behind }
    end
    s.noise, s.name, s.at = noise, near.name, at
    s.sizes, s.orthogonal = sizes, orthogonal
    local _
    s.near, _, s.near_at = effective(phi, log_q, 18)
    s.log_value = s.log_value + 2 * log(factor)
    s.mu, s.aligned = s.mu * factor ^ 2, s.aligned * factor ^ 2
    last = s
    return s
  end
end

-- The readout f = z^L of n units over `before`: linear, and with orthogonal weights
-- that make none of its inputs vanish without noise.
function layer_noise.readout(before, n, orthogonal)
  local noise = { forward = 0, forward_var = 0, backward = 0,
    backward_var = 0, both = 0 }
  noise.forward, noise.forward_var = length_of(n)
  if orthogonal then
    local whole, spread = length_of(math.max(before, n))
    noise.forward = noise.forward - whole
    noise.forward_var = noise.forward_var - spread
  end
  return { log_value = 0, mu = 1, aligned = 1, turn = 1, stretch = 1,
    bend = 0, tilt = 0, noise = noise }
end

-- --- two samples -----------------------------------------------------------
-- phi counts as straight beyond q = e^(+-18), to 1e-4 of what is of order 1/n:
-- kinks that are narrow for z cost a double integral dearly.

-- Means over two samples with pre-activation correlation c, each over what
-- one sample has: value E[phi phi], slope E[phi' phi'], values, slopes and
-- mixed E[phi^2 phi^2], E[phi'^2 phi'^2] and E[phi^2 phi'^2]; `change` is
-- d value / d c. The values of one sample are those at c = 1.
local function pair_at(s, c)
  local q, near = exp(s.near_at), s.near
  local mean = averager(near)
  local value, mu = mean(q, 2, 0, 0), mean(q, 0, 2, 0)
  local function product(slope)
    return activation.joint(near.name, { q = q, c = c, slope = slope,
      alpha = near.alpha })
  end
  local function energies(slopes)
    return activation.joint_energy(near.name, { q = q, c = c, slopes = slopes,
      alpha = near.alpha })
  end
  local slope = product(true)
  return { c = c, value = product(false) / value, slope = slope / mu,
    change = slope * q / value, values = energies(0) / value ^ 2,
    mixed = energies(1) / (value * mu), slopes = energies(2) / mu ^ 2 }
end

-- The same for a sample and itself.
local function alone(s)
  local q, mean = exp(s.near_at), averager(s.near)
  local value, mu = mean(q, 2, 0, 0), mean(q, 0, 2, 0)
  return { c = 1, value = 1, slope = 1, change = mu * q / value,
    values = mean(q, 4, 0, 0) / value ^ 2,
    mixed = mean(q, 2, 2, 0) / (value * mu),
    slopes = mean(q, 0, 4, 0) / mu ^ 2 }
end

-- What pair_at has found. Where phi(k x) = k phi(x) it does not depend on q,
-- and one network's layers are the next one's, whatever its gain and depth.
-- By activation, which may be a function of the user's.
local by_name = { __mode = "k" }
local known, kept, most_kept = setmetatable({}, by_name), 0, 10000

local function known_pair(s, c)
  local q = s.near.homogeneous and "" or ("%.17g"):format(s.near_at)
  local key = ("%s %s %.17g"):format(s.near.alpha, q, c)
  local own = known[s.near.name]
  if own and own[key] then return own[key] end
  if kept == most_kept then known, kept, own = setmetatable({}, by_name), 0, nil end
  own = own or {}
  known[s.near.name] = own
  own[key], kept = pair_at(s, c), kept + 1
  return own[key]
end

-- A function of a layer's statistics and c: its means over two samples, kept
-- from one layer to the next where nothing changes any more.
function layer_noise.pairs()
  local last, last_s
  return function(s, c)
    local same = last and last_s.near.name == s.near.name and
      math.abs(last_s.near_at - s.near_at) < 1e-9 and math.abs(last.c - c) < 1e-9
    if not same then
      last = c > 1 - 1e-12 and alone(s) or known_pair(s, c)
      last_s = s
    end
    return last
  end
end

-- E[phi(u) phi(v)]/V alone.
function layer_noise.correlate(s, c)
  local q, near = exp(s.near_at), s.near
  return activation.joint(near.name, { q = q, c = c, alpha = near.alpha }) /
    activation.moment(near.name, { q = q, power = 2, alpha = near.alpha })
end

local function ratio(together, one)
  return one > 0 and together / one or 1
end

-- The noise that two samples have in common: covariances in place of the
-- variances of s.noise. pair: means over the two; r2: the mean square of
-- their cotangents' correlation, E[h^2 h^2] = 1 + 2 r2 for h = W'delta.
function layer_noise.shared(s, pair, r2)
  local one, noise = alone(s), s.noise
  local before, n, behind = table.unpack(s.sizes)
  local spread, back, c2 = 0, 0, pair.c ^ 2
  if s.orthogonal then
    spread = trigamma(math.max(before, n) / 2)
    back = trigamma(math.max(n, behind) / 2)
  end
  local turn, tilt = s.turn ^ 2 * spread, s.tilt ^ 2 * spread
  local forward = ratio(pair.values - 1, one.values - 1)
  local backward = ratio((1 + 2 * r2) * pair.slopes - 1, 3 * one.slopes - 1)
  return {
    forward = 0, backward = 0,
    forward_var = math.max(0, forward * (noise.forward_var + turn) -
      turn * c2),
    backward_var = math.max(0, backward *
      (noise.backward_var + back + tilt) - back * r2 - tilt * c2),
    both = (pair.mixed - 1) / n - s.turn * s.tilt * spread * c2,
  }
end

-- The readout's: two samples' outputs keep the correlation c.
function layer_noise.shared_readout(s, c)
  return { forward = 0, backward = 0, backward_var = 0, both = 0,
    forward_var = s.noise.forward_var * c ^ 2 }
end

return layer_noise
