-- chain: one input's norms in a random homogeneous net whose output cotangent is
-- the residual f - y of a squared error, by draws of the exact Markov chain of
--   A_l = ||a^l||^2,   D_l = ||delta^l||^2,   s = <z^l, delta^l>, the same in every l
-- Given the pass forward, W'delta has s/|a| along a, whatever else W may be, and a
-- normal vector at right angles (an orthogonal W: one of given length). How the
-- gates cut both is what theory.pool draws. With r_l = D_l A_(l-1)/s^2, which is
-- the weight gradient's, nothing overflows:
--   r_l A_l/A_(l-1) = (along a) + w (at right angles),   w = v_(l+1) r_(l+1)
-- Means and variances of the logarithms are mended by those of independent factors
-- that are known exactly (theory.fluctuations): control variates.
local activation = require "orthorun.core".activation
local controlled = require "orthorun.theory.controlled"
local pool = require "orthorun.theory.pool"
local special = require "orthorun.theory.special"

local chain = {}

local log, exp = math.log, math.exp

local function mean(x) return x:sum() / x:cols() end

-- on + square off
local function with(on, off, square)
  return square == 0 and on or on + square * off
end

local function longer(net, l) return math.max(net.sizes[l - 1], net.sizes[l]) end

-- Adds what the longer side m of an orthogonal matrix has beyond n: a chi-squared.
local function beyond(net, sum, m, n, at)
  return m > n and sum + pool.lengths(m - n, at, net.draws).P or sum
end

-- ln v of layer l's matrix, of an orthogonal one ln g^2.
local function log_scale(net, l)
  return net.log_v[l] + (net.orthogonal and log(longer(net, l)) or 0)
end

-- --- exact moments of the factors ----------------------------------------------

local function minus_length(net, m, moments)
  if not net.orthogonal then return moments end
  return { moments[1] - special.digamma(m / 2) - log(2),
    math.max(0, moments[2] - special.trigamma(m / 2)) }
end

-- ln of the cut by layer l's gates of what matrix k brings: mean and variance.
local function of_cut(net, l, k)
  local n = net.sizes[l]
  local found = net.cut_moments[n]
  if not found then
    found = { activation.log_energy(net.phi.name,
      { count = n, slope = true, alpha = net.phi.alpha }) }
    net.cut_moments[n] = found
  end
  return minus_length(net, longer(net, k), found)
end

local function of_readout(net)
  local n = net.sizes[net.depth]
  return minus_length(net, longer(net, net.depth),
    { special.digamma(n / 2) + log(2), special.trigamma(n / 2) })
end

-- --- one layer ----------------------------------------------------------------

-- Forward through layer l, its matrix at scale 1: draws of A_l/A_(l-1).
local function growth(net, u, l)
  local grown = with(u.P, u.N, net.off)
  if not net.orthogonal then return grown end
  return grown:divide(beyond(net, u.P + u.N, longer(net, l), net.sizes[l], 2 * l))
end

-- The gates' cuts of W'delta, over its energy a dimension: own, of the part along
-- a; cross, of both; rest, of what is at right angles, which without gates is
-- `whole` (of orthogonal matrices).
local function cuts(net, u, l)
  local off, whole = net.off, nil
  if off == 0 and not net.orthogonal then return 1, nil, u.Q end
  local x2 = u.x:square()
  local all = u.Q + u.M + x2
  if net.orthogonal then
    whole = beyond(net, all, longer(net, l + 1), net.sizes[l], 2 * l + 1)
  end
  if off == 0 then return 1, nil, u.Q, whole end
  if off == 1 then return 1, nil, all, whole end
  local on = u.P:divide(with(u.P, u.N, off))
  local others = -on + 1
  local rest = with(u.Q, u.M, off) + x2:hadamard(with(others, on, off))
  local cross = u.x:hadamard(on:hadamard(others):sqrt()) * (2 * (1 - off))
  return with(on, others, off), cross, rest, whole
end

local function scaled(own, x)
  return own == 1 and x or own:hadamard(x)
end

-- What the gates leave of a cotangent that does not know a. For control.
local function free_cut(u, layer)
  local e2 = u.e:square()
  local energy = layer.rest + scaled(layer.own, e2)
  if layer.cross then energy = energy + layer.cross:hadamard(u.e) end
  return layer.whole and energy:divide(layer.whole + e2) or energy
end

-- Draws of hidden layer l, whatever the matrices' scales: grown; step and cut,
-- logarithms of it and of free_cut less their means; their exact moments and
-- covariance; cuts.
local function new_layer(net, l)
  local u = pool.units(net.sizes[l], net.off == 0, l, net.draws)
  local layer = { grown = growth(net, u, l), forward = of_cut(net, l, l),
    back = of_cut(net, l, l + 1) }
  layer.own, layer.cross, layer.rest, layer.whole = cuts(net, u, l)
  layer.step = layer.grown:log() + (-layer.forward[1])
  layer.cut = free_cut(u, layer):log() + (-layer.back[1])
  layer.cov = controlled.covariance(layer.step, layer.cut)
  return layer
end

-- The same, kept: nets of other gains and depths have the same layers.
local kept, count, most = {}, 0, 128

local function hidden(net, l)
  local n = net.sizes[l]
  local key = ("%d %d %d %d %d %s %.17g"):format(net.sizes[l - 1], n,
    net.sizes[l + 1], l, net.draws, net.orthogonal, net.off)
  if kept[key] then return kept[key] end
  if count == most then kept, count = {}, 0 end
  kept[key], count = new_layer(net, l), count + 1
  return kept[key]
end

-- Back through layer l: r_l from r_(l+1).
local function back(net, at, l, r)
  local w = exp(log_scale(net, l + 1)) * r
  if at.whole then
    w = w + (-1)
    w = (0.5 * (w + w:abs())):divide(at.whole)
  end
  local sum = w:hadamard(at.rest) + at.own
  if at.cross then sum = sum + at.cross:hadamard(w:sqrt()) end
  return exp(-log_scale(net, l)) * sum:divide(at.grown)
end

-- The readout at scale 1: A_L/A_(L-1) and the cosine of f and y.
local function readout(net)
  local L = net.depth
  local n = net.sizes[L]
  local u = pool.lengths(n - 1, 2 * L, net.draws)
  local whole = u.P + u.e:square()
  local grown, cosine = whole, u.e:divide(whole:sqrt())
  if net.orthogonal then
    grown = whole:divide(beyond(net, whole, longer(net, L), n, 2 * L + 1))
  end
  return grown, cosine
end

-- At the output, from ln ||f||^2: r_L A_L/A_(L-1) = ||f-y||^2 ||f||^2/s^2, and
-- ln s^2. By the ratio of lengths that does not overflow.
local function residual(net, log_f, cosine)
  local log_y = log(net.target2)
  local large = mean(log_f) > log_y
  local half = (log_f + (-log_y)) * (large and -0.5 or 0.5)
  local ratio = half:exp()
  local along = ratio:hadamard(cosine)
  local distance = ratio:square() - 2 * along + 1
  local s = (large and 1 - along or ratio - cosine):square()
  local log_s = s:log() + (large and 2 * log_f or log_f + log_y)
  return distance:divide(s), log_s
end

-- --- the whole chain ------------------------------------------------------------

-- Forward, the readout included. Of each layer l: ln A_(l-1) less its mean
-- (before), and the exact mean and variance of ln A_l, from 0; ln A_L less its mean,
-- what the readout makes of A_(L-1), and the cosine of f and y.
local function forward(net)
  local L, before, total = net.depth, {}, nil
  local exact = { [0] = { log(net.sizes[0] * net.q0), 0 } }
  local grown, cosine = readout(net)
  for l = 1, L do
    local at = l < L and hidden(net, l) or { forward = of_readout(net) }
    local moments = at.forward
    local step = at.step or grown:log() + (-moments[1])
    before[l] = total or false
    total = total and total + step or step
    exact[l] = { exact[l - 1][1] + moments[1] + log_scale(net, l),
      exact[l - 1][2] + moments[2] }
  end
  return before, exact, total, grown, cosine
end

-- The controls of layer l: ln A_(l-1), the factors of layers l to L forward, and
-- those back.
local function controls_of(before, total, known, exact, l, L)
  local list = {}
  if before then list[1] = { x = before, var = exact[l - 1][2] } end
  list[#list + 1] = { x = before and total - before or total,
    var = exact[L][2] - exact[l - 1][2] }
  if known.x then
    list[#list + 1] = { x = known.x, var = known.var, cov = known.cov }
  end
  return list
end

-- One more factor back among the controls.
local function add_control(known, at)
  known.x = known.x and known.x + at.cut or at.cut
  known.var = known.var + at.back[2]
  known.cov = known.cov + at.cov
end

local function slope_weight(l, L)
  return L > 1 and (l - 0.5 * (L + 1)) * 12 / (L * (L * L - 1)) or 0
end

local function add(sums, name, x)
  sums[name] = sums[name] and sums[name] + x or x
end

-- Puts layer l's moments into out; gradient: draws of its ln ||grad W^l||^2, whose
-- logarithm less ln A_(l-1) is that of D_l.
local function settle(out, l, L, gradient, before, fit, log_a)
  controlled.moments(out.gradient, l, fit, 0)
  controlled.moments(out.delta, l, fit, before and 1 or 0)
  out.delta.mean[l] = out.delta.mean[l] - log_a
  local weight = slope_weight(l, L)
  add(out.slopes, "gradient", weight * gradient)
  add(out.slopes, "delta", weight * (before and gradient - before or gradient))
end

local function results()
  return { delta = { mean = {}, var = {}, error = {} },
    gradient = { mean = {}, var = {}, error = {} }, slopes = {}, slope_var = {} }
end

local deepest = 20000 -- beyond, the draws would take too long

-- Has the net (of theory.net) such a chain, and is it no too long one?
function chain.fits(net)
  local shape = net.phi.shape
  return net.cotangent == "mse" and shape.homogeneous and
    shape.slope_above == 1 and net.depth <= deepest
end

-- Means, variances and standard errors of the means, by layer, of ln ||delta||^2 and
-- ln ||gradient||^2, and variances of their least-squares slopes over the layers. Of a
-- batch, whose samples go together by approximation, half the draws do.
function chain.solve(given)
  local L = given.depth
  local draws = given.batch > 1 and pool.draws // 2 or pool.draws
  local net = setmetatable({ off = given.phi.shape.slope_below ^ 2, cut_moments = {},
    draws = math.max(256, math.min(draws, 64 * pool.draws // L)) },
    { __index = given })
  local before, exact, total, grown, cosine = forward(net)
  local r, log_s = residual(net, total + exact[L][1], cosine)
  r = exp(-log_scale(net, L)) * r:divide(grown)
  log_s = log_s + 2 * log(net.residual_factor)
  local out, known = results(), { var = 0, cov = 0 }
  for l = L, 1, -1 do
    if l < L then
      local at = hidden(net, l)
      r = back(net, at, l, r)
      add_control(known, at)
    end
    local gradient = r:log() + log_s
    local fit = controlled.fit(gradient,
      controls_of(before[l], total, known, exact, l, L))
    settle(out, l, L, gradient, before[l], fit, exact[l - 1][1])
  end
  for name, x in pairs(out.slopes) do
    local centred = x + (-mean(x))
    out.slope_var[name] = controlled.covariance(centred, centred)
  end
  return out
end

return chain
