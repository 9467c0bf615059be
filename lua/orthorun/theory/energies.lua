-- energies: the squared norms of a network's layers, forward and backward, as
-- exact second moments, and mean and variance of their logarithms by linear
-- response. A net is what theory.net reads; signal.lua has the notation.
local layer_noise = require "orthorun.theory.layer_noise"

local energies = {}

local log, exp = math.log, math.exp

-- --- second moments --------------------------------------------------------

-- ln A^l = ln E||a^l||^2 for l = 0..L (a^L = f), and each layer's statistics.
function energies.forward(net)
  local n, L = net.sizes, net.depth
  local start = n[0] * net.q0
  local energy, layers = { [0] = start < math.huge and log(start) or log(n[0]) +
    log(net.q0) }, {}
  local at = layer_noise.statistics(net.phi, net.orthogonal)
  for l = 1, L do
    local log_q = net.log_v[l] + energy[l - 1]
    layers[l] = l < L and at(log_q, n[l - 1], n[l], n[l + 1])
      or layer_noise.readout(n[l - 1], n[l], net.orthogonal)
    energy[l] = log(n[l]) + log_q + layers[l].log_value
  end
  return energy, layers
end

-- At the output: ln E||delta^L||^2, ln E s^2 with s = <z^L, delta^L>, the
-- share of f in the residual f - y (0 for an independent cotangent), and that
-- of s^2 with the same sign for every sample.
local function output_cotangent(net, log_f)
  local n = net.sizes[net.depth]
  if net.cotangent == "independent" then
    local d = log(net.cotangent2)
    return d, log_f + d - log(n), 0, 0
  end
  local log_y = log(net.target2)
  local top = math.max(log_f, log_y)
  local both = top + log(exp(log_f - top) + exp(log_y - top))
  local share = exp(log_f - both)
  local factor = 2 * log(net.residual_factor)
  -- s = factor (F + f.y), E(f.y)^2 = F Y / n
  local chance = log(1 + exp(log_y - log_f) / n)
  return both + factor, 2 * log_f + chance + factor, share, exp(-chance)
end

-- One step back, to layer l. `excess` is the energy that W'delta has along a, over what a
-- random direction would have; 1 for an independent cotangent, up to the size m
-- of the space that a Haar matrix turns. That
-- part is known from the forward pass, W'z = W'W a, hence the coupling of the
-- MSE residual to the weights. The gates pass `aligned` of it, and `across` of
-- what stands at right angles. Returns ln D^l, ln E s^2, the share of
-- ln D^l that follows s^2/A^l because of the excess, and `alike`: what part of
-- that share, and of the new s^2, has one sign for every sample.
local function step_back(net, l, s, log_a, log_d, log_s, alike)
  local n, log_v, rest, lost = net.sizes[l], net.log_v[l + 1], 1, 0
  local excess = exp(log_s - log_a - log_v - log_d)
  local across = n * s.mu - s.aligned
  if net.orthogonal then -- the length of delta is all there is to share out
    local m = math.max(n, net.sizes[l + 1])
    excess = math.min(excess, m)
    local others = math.max(m - 1, 1)
    rest, lost = (m - excess) / others, across / others
  end
  local total = s.aligned * excess + rest * across
  local turned = s.turn ^ 2 +
    math.max(0, s.stretch - s.turn ^ 2) * rest / excess
  local share = math.max(0, (s.aligned - lost) * (excess - 1) / total)
  local part = excess > 1 and math.min(1, alike * excess / (excess - 1)) or 0
  return log_v + log_d + log(total), log_s + log(turned), share, part,
    alike * s.turn ^ 2 / turned
end

-- ln D^l = ln E||delta^l||^2 for l = 1..L, from ln A^l and the layers of
-- energies.forward. Also the share of each layer's delta that lies along a^l;
-- its field same_sign is what samples have in common of it. Sets
-- net.output_share.
function energies.backward(net, log_a, layers)
  local delta, share, L = {}, {}, net.depth
  local log_s, alike
  local same_sign = {}
  share.same_sign = same_sign
  delta[L], log_s, net.output_share, alike = output_cotangent(net, log_a[L])
  for l = L - 1, 1, -1 do
    delta[l], log_s, share[l], same_sign[l], alike = step_back(net, l,
      layers[l], log_a[l], delta[l + 1], log_s, alike)
  end
  return delta, share
end

-- --- logarithms: mean and variance by linear response ----------------------

-- x_l, the deviation of ln A^l: mean and variance for l = 0..L.
function energies.forward_logarithms(net, layers)
  local mean, var = { [0] = 0 }, { [0] = 0 }
  for l = 1, net.depth do
    local s = layers[l]
    mean[l] = s.turn * mean[l - 1] + 0.5 * s.bend * var[l - 1] +
      s.noise.forward
    var[l] = s.turn ^ 2 * var[l - 1] + s.noise.forward_var
  end
  return mean, var
end

-- The deviation of ln D^l is  now x_l + before x_(l-1) + r_l,  and that of
-- ln s^2/2 is  reach x_l + t_l;  r and t come from layers above l, save that
-- r_l holds layer l's own backward noise. A deviation on the way back is, by
-- `share`, that of s^2/A^l, and else that of D^(l+1).
local function response_step(state, s, above, share)
  local f, b, rest = above.noise, s.noise, 1 - share
  local now, reach = state.now, state.reach
  local next_state = {
    now = share * (2 * reach * above.turn - 1) +
      rest * (now * above.turn + state.before),
    before = rest * s.tilt, reach = reach * above.turn,
  }
  -- r_l = 2 share t_l + rest (now f + r + b_l), t_l = t + reach f
  next_state.t_mean = state.t_mean + reach * f.forward
  next_state.r_mean = 2 * share * next_state.t_mean +
    rest * (now * f.forward + state.r_mean + b.backward)
  local t_f = state.own * f.both -- Cov(r, f) of the layer above
  local t_var = state.t_var + reach ^ 2 * f.forward_var
  local u_var = now ^ 2 * f.forward_var + state.r_var + 2 * now * t_f +
    b.backward_var
  local ut = now * reach * f.forward_var + reach * t_f + state.rt
  next_state.t_var = t_var
  next_state.r_var = 4 * share ^ 2 * t_var + rest ^ 2 * u_var +
    4 * share * rest * ut
  next_state.rt = 2 * share * t_var + rest * ut
  next_state.own = rest
  return next_state
end

-- Mean and variance of c x_(l-1) + (deviation of ln D^l), c = 0 or 1.
local function deviation(state, s, x_mean, x_var, c)
  local before = c + state.before + state.now * s.turn
  local f = s.noise
  local mean = before * x_mean + state.now * f.forward + state.r_mean
  local var = before ^ 2 * x_var + state.now ^ 2 * f.forward_var +
    state.r_var + 2 * state.now * state.own * f.both
  return mean, var
end

-- At the output, for the residual f - y of f's share p of its energy: <f, y>
-- spreads ||f - y||^2 by 4 p (1-p)/n and s/||f||^2 by (1-p)/(p n). `common`:
-- how much of that two samples have in common, 1 for a sample and itself.
local function output_response(net, common)
  local p, n = net.output_share, net.sizes[net.depth]
  local r_var = 4 * p * (1 - p) / n
  return { now = p, before = 0, reach = 1, own = 0, r_mean = -0.5 * r_var,
    t_mean = 0, r_var = common * r_var,
    t_var = common * (1 - p) / math.max(p * n, 1),
    rt = p > 0 and common * 2 * (1 - p) / n or 0 }
end

-- The deviations of ln D^l (delta, delta_var) and of the gradients' logarithms
-- (gradient, gradient_var) by layer. common: 1 for one sample, else the part of
-- a layer's noise that samples have in common.
function energies.backward_logarithms(net, layers, share, x_mean, x_var, common)
  local L = net.depth
  local out = { delta = {}, delta_var = {}, gradient = {}, gradient_var = {} }
  local state = output_response(net, common)
  for l = L, 1, -1 do
    if l < L then
      state = response_step(state, layers[l], layers[l + 1], share[l])
    end
    local mean, var = x_mean[l - 1], x_var[l - 1]
    out.delta[l], out.delta_var[l] = deviation(state, layers[l], mean, var, 0)
    out.gradient[l], out.gradient_var[l] =
      deviation(state, layers[l], mean, var, 1)
  end
  return out
end

return energies
