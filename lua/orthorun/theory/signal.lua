-- signal: what the norms of a deep network with random weights should be,
-- layer by layer, at finite width: energies (squared norms) forward and
-- backward as exact second moments, and mean and spread of their logarithms.
--
-- One input, constant width n, zero biases, activation between the layers
-- and none after the last:
--   z^l = W^l a^(l-1),  a^l = phi(z^l),  f = z^L,
--   delta^l = dloss/dz^l,  ||grad W^l|| = ||delta^l|| ||a^(l-1)||.
-- Energies are kept as natural logarithms: nothing overflows at any depth.
local activation = require "orthorun.core".activation
local arms = require "orthorun.base.arms"
local overlap = require "orthorun.theory.overlap"
local layer_noise = require "orthorun.theory.layer_noise"
local names = require "orthorun.base.names"
local fail = require "orthorun.core".fail -- at the user's line

local signal = {}

local log, exp, sqrt = math.log, math.exp, math.sqrt
local ln10 = log(10)

-- --- weights ---------------------------------------------------------------

-- Var(W_ij) for gain g (as a factor g^2) and fans; and the default gain.
local variances = {
  gaussian = { 1, function() return 1 end },
  scaled_gaussian = { 1, function(fan_in) return 1 / fan_in end },
  lecun_normal = { 1, function(fan_in) return 1 / fan_in end },
  he_normal = { sqrt(2), function(fan_in) return 1 / fan_in end },
  he_uniform = { sqrt(2), function(fan_in) return 1 / fan_in end },
  glorot_normal = { 1, function(a, b) return 2 / (a + b) end },
  glorot_uniform = { 1, function(a, b) return 2 / (a + b) end },
  orthogonal = { 1, function(a, b) return 1 / math.max(a, b) end },
}

local function check_size(who, key, n, least)
  local size = math.tointeger(n)
  if not size or size < least then
    fail(("%s: %s is %s; a whole number of at least %d is needed"):format(who,
      key, tostring(n), least))
  end
  return size
end

-- v = Var(W_ij) under the named initializer, for W of fan_out rows and fan_in
-- columns. gain multiplies the weights: a number, or the name of an activation
-- whose gain to take; nil for the initializer's own default (sqrt 2 for he_*,
-- else 1). gaussian's gain is its std.
function signal.init_variance(init, gain, fan_in, fan_out)
  local entry = variances[init]
  if not entry then
    fail("init_variance: " .. names.unknown("initializer", init,
      names.keys(variances)))
  end
  fan_in = check_size("init_variance", "fan_in", fan_in, 1)
  fan_out = check_size("init_variance", "fan_out", fan_out or fan_in, 1)
  if type(gain) == "string" then gain = activation.gain(gain) end
  if gain ~= nil and type(gain) ~= "number" then
    fail("init_variance: gain must be a number or an activation's name, not "
      .. type(gain))
  end
  return (gain or entry[1]) ^ 2 * entry[2](fan_in, fan_out)
end

-- --- second moments --------------------------------------------------------

-- ln A^l = ln E||a^l||^2 for l = 0..L (a^L = f), and each layer's statistics.
local function forward_energies(net)
  local energy, layers = { [0] = log(net.width * net.q0) }, {}
  local at = layer_noise.statistics(net.phi, net.width, net.orthogonal)
  for l = 1, net.depth do
    local log_q = net.log_v + energy[l - 1]
    layers[l] = l < net.depth and at(log_q)
      or layer_noise.readout(net.width, net.orthogonal)
    energy[l] = log(net.width) + log_q + layers[l].log_value
  end
  return energy, layers
end

-- At the output: ln E||delta^L||^2, ln E s^2 with s = <z^L, delta^L>, the
-- share of f in the residual f - y (0 for an independent cotangent), and that
-- of s^2 with the same sign for every sample.
local function output_cotangent(net, log_f)
  if net.cotangent == "independent" then
    local d = log(net.cotangent2)
    return d, log_f + d - log(net.width), 0, 0
  end
  local log_y = log(net.target2)
  local top = math.max(log_f, log_y)
  local both = top + log(exp(log_f - top) + exp(log_y - top))
  local share = exp(log_f - both)
  local factor = 2 * log(net.residual_factor)
  -- s = factor (F + f.y), E(f.y)^2 = F Y / n
  local chance = log(1 + exp(log_y - log_f) / net.width)
  return both + factor, 2 * log_f + chance + factor, share, exp(-chance)
end

-- One step back. `excess` is the energy that W'delta has along a, over what a
-- random direction would have; 1 for an independent cotangent, up to n. That
-- part is known from the forward pass, W'z = W'W a, hence the coupling of the
-- MSE residual to the weights. The gates pass `aligned` of it, and `across` of
-- what stands at right angles. Returns ln D^l, ln E s^2, the share of
-- ln D^l that follows s^2/A^l because of the excess, and `alike`: what part of
-- that share, and of the new s^2, has one sign for every sample.
local function step_back(net, s, log_a, log_d, log_s, alike)
  local n, rest, lost = net.width, 1, 0
  local excess = exp(log_s - log_a - net.log_v - log_d)
  local across = n * s.mu - s.aligned
  if net.orthogonal then -- the length of delta is all there is to share out
    excess = math.min(excess, n)
    rest, lost = (n - excess) / (n - 1), across / (n - 1)
  end
  local total = s.aligned * excess + rest * across
  local turned = s.turn ^ 2 +
    math.max(0, s.stretch - s.turn ^ 2) * rest / excess
  local share = math.max(0, (s.aligned - lost) * (excess - 1) / total)
  local part = excess > 1 and math.min(1, alike * excess / (excess - 1)) or 0
  return net.log_v + log_d + log(total), log_s + log(turned), share, part,
    alike * s.turn ^ 2 / turned
end

local function backward_energies(net, log_a, layers)
  local delta, share, L = {}, {}, net.depth
  local log_s, alike
  local same_sign = {}
  share.same_sign = same_sign
  delta[L], log_s, net.output_share, alike = output_cotangent(net, log_a[L])
  for l = L - 1, 1, -1 do
    delta[l], log_s, share[l], same_sign[l], alike = step_back(net, layers[l],
      log_a[l], delta[l + 1], log_s, alike)
  end
  return delta, share
end

-- --- logarithms: mean and variance by linear response ----------------------

-- x_l, the deviation of ln A^l: mean and variance for l = 0..L.
local function forward_deviation(net, layers)
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
  local p, n = net.output_share, net.width
  local r_var = 4 * p * (1 - p) / n
  return { now = p, before = 0, reach = 1, own = 0, r_mean = -0.5 * r_var,
    t_mean = 0, r_var = common * r_var,
    t_var = common * (1 - p) / math.max(p * n, 1),
    rt = p > 0 and common * 2 * (1 - p) / n or 0 }
end

local function backward_deviation(net, layers, share, x_mean, x_var, common)
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

-- --- the public functions --------------------------------------------------

local known = { "init", "gain", "activation", "alpha", "width", "depth", "q0",
  "cotangent", "cotangent2", "target2", "reduction", "batch", "input_c",
  "target_c", "like", "loss" }

-- The output's cotangent that a network's losses make, by their names.
local losses = { mse = "mean", mse_half = "half", mse_sum = "sum" }

local function number(who, options, key, default, least)
  local x = options[key]
  if x == nil then return default end
  if type(x) ~= "number" or not (x > least) or x == math.huge then
    fail(("%s: %s is %s; a finite number above %g is needed"):format(who,
      key, tostring(x), least))
  end
  return x
end

local function correlation(who, options, key)
  local c = options[key]
  if c == nil then return 0.75 end
  if type(c) ~= "number" or not (c >= -1 and c <= 1) then
    fail(("%s: %s is %s; a correlation in [-1, 1] is needed"):format(who, key,
      tostring(c)))
  end
  return c
end

local function choice(who, options, key, allowed)
  local value = options[key] or allowed[1]
  for _, name in ipairs(allowed) do
    if name == value then return value end
  end
  fail(who .. ": " .. names.unknown(key, value, allowed))
end

-- The options with what `like`, a trial's parameters, and `loss` stand for
-- written out; options of their own names win. nil where like.init is an
-- initializer that theory has no law for.
local function written_out(who, options)
  local like, out = options.like or {}, {}
  if type(like) ~= "table" then
    fail(("%s: like must be a table of parameters, not %s"):format(who,
      names.describe(like)))
  end
  for _, name in ipairs { "width", "depth", "batch", "activation" } do
    out[name] = like[name]
  end
  if options.init == nil and like.init ~= nil then
    local arm = arms[like.init]
    out.init = like.init
    if arm then out.init, out.gain = arm.theory.init, arm.theory.gain end
    if not variances[out.init] then return nil end
  end
  if options.loss ~= nil then
    out.reduction = losses[options.loss]
    if not out.reduction then
      fail(who .. ": " .. names.unknown("loss", tostring(options.loss),
        names.keys(losses)))
    end
    out.cotangent = "mse"
  end
  for name, value in pairs(options) do out[name] = value end
  return out
end

-- dloss/df = factor * (f - y)
local function residual_factor(reduction, n, samples)
  if reduction == "mean" then return 2 / (n * samples) end
  return reduction == "half" and 1 / samples or 2
end

local function read_phi(options)
  local phi = { name = options.activation or "relu", alpha = options.alpha }
  phi.shape = activation.shape(phi.name, { alpha = phi.alpha })
  phi.homogeneous = phi.shape.homogeneous
  return phi
end

local function read(who, options, extra)
  local all = table.move(known, 1, #known, 1, {})
  options = names.options(who, options,
    table.move(extra or {}, 1, #(extra or {}), #all + 1, all))
  options = written_out(who, options)
  if not options then return nil end
  local net = {
    width = check_size(who, "width", options.width or 256, 2),
    depth = check_size(who, "depth", options.depth or 50, 1),
    phi = read_phi(options),
    orthogonal = options.init == "orthogonal",
    q0 = number(who, options, "q0", 1, 0),
    cotangent = choice(who, options, "cotangent", { "independent", "mse" }),
    cotangent2 = number(who, options, "cotangent2", 1, 0),
    batch = check_size(who, "batch", options.batch or 1, 1),
    input_c = correlation(who, options, "input_c"),
    target_c = correlation(who, options, "target_c"),
  }
  local n = net.width
  net.log_v = log(signal.init_variance(options.init or "scaled_gaussian",
    options.gain, n, n))
  net.target2 = number(who, options, "target2", n / 3, 0)
  net.residual_factor = residual_factor(choice(who, options, "reduction",
    { "mean", "half", "sum" }), n, net.batch)
  return net
end

-- Natural logarithms of energies to log10 of norms, from index 1.
local function norms(energy, shift, depth)
  local out = {}
  for l = 1, depth do
    local s = type(shift) == "table" and shift[l] or shift
    out[l] = 0.5 * (energy[l] + s) / ln10
  end
  return out
end

local function spreads(var, depth)
  local out = {}
  for l = 1, depth do out[l] = 0.5 * sqrt(math.max(0, var[l])) / ln10 end
  return out
end

local function sums(a, b, depth)
  local out = {}
  for l = 1, depth do out[l] = a[l] + b[l] end
  return out
end

-- Adds the means and replaces the variances of logarithms of one sample by
-- those of the batch's sums.
local function add_up(net, layers, share, x_mean, x_var, back)
  local B, L, common = net.batch, net.depth, overlap.common(net, layers, share)
  local c_mean, c_var = forward_deviation(net, common.layers)
  local function in_common(noisy)
    return backward_deviation(net, noisy, share, c_mean, c_var, common.output)
  end
  local c_back, along = in_common(common.layers),
    in_common(common.along)
  local function add(mean, var, shared, l, of, ...)
    local shift, summed = of(B, var[l], shared[l], ...)
    local own, left = var[l] - shared[l], summed - shared[l]
    mean[l], var[l] = mean[l] + shift, summed
    return own > 1e-12 and math.max(0, math.min(1, left / own)) or 1
  end
  local left = {} -- of the samples' own variances, where they are largest
  common.left = left
  for l = L, 1, -1 do
    left.gradient = add(back.gradient, back.gradient_var, c_back.gradient_var,
      l, overlap.gradient, along.gradient_var[l], common, l)
    left.delta = add(back.delta, back.delta_var, c_back.delta_var, l,
      overlap.sum)
  end
  for l = 1, L do left.forward = add(x_mean, x_var, c_var, l, overlap.sum) end
  return common
end

local function batch_factors(net, common)
  local factors = {}
  for l = 1, net.depth do
    factors[l] = common and overlap.factor(net.batch, common.kappa[l]) or 0
  end
  return factors
end

local function solve(net)
  local L = net.depth
  local log_a, layers = forward_energies(net)
  local log_d, share = backward_energies(net, log_a, layers)
  local x_mean, x_var = forward_deviation(net, layers)
  local back = backward_deviation(net, layers, share, x_mean, x_var, 1)
  local common
  if net.batch > 1 then
    common = add_up(net, layers, share, x_mean, x_var, back)
  end
  local log_b, factors = log(net.batch), batch_factors(net, common)
  local gradient = {}
  for l = 1, L do gradient[l] = log_d[l] + log_a[l - 1] end
  return {
    layers = layers, log_a = log_a, common = common,
    forward = norms(log_a, log_b, L), delta = norms(log_d, log_b, L),
    gradient = norms(gradient, factors, L),
    typical = {
      forward = norms(sums(log_a, x_mean, L), log_b, L),
      delta = norms(sums(log_d, back.delta, L), log_b, L),
      gradient = norms(sums(gradient, back.gradient, L), factors, L),
    },
    sd = { forward = spreads(x_var, L), delta = spreads(back.delta_var, L),
      gradient = spreads(back.gradient_var, L) },
  }
end

-- Least-squares slope of y[first..last] against the index.
local function fit(y, first, last)
  local middle, top, bottom = 0.5 * (first + last), 0, 0
  for l = first, last do
    top = top + (l - middle) * y[l]
    bottom = bottom + (l - middle) ^ 2
  end
  return top / bottom
end

-- The weights w_l with which a least-squares slope adds up y[1..last].
local function fit_weights(last)
  local weights, bottom = {}, last * (last * last - 1) / 12
  for l = 1, last do weights[l] = (l - 0.5 * (last + 1)) / bottom end
  return weights
end

-- Variance of twice the fitted slope of sum_l (of_x[l] x_l + of_d[l] d_l),
-- x_l and d_l the deviations of ln A^l and ln D^l: d_l adds up backward noise
-- and the tilt of mu by x from layer l on. of_d sums to 0, so that the output
-- cotangent's own length drops out.
local function slope_variance(layers, of_x, of_d, depth)
  local var, influence, total = 0, of_x[depth] or 0, 0
  local onward = {}
  for l = 1, depth do
    total = total + (of_d[l] or 0)
    onward[l] = total
  end
  for l = depth - 1, 1, -1 do
    local above, noise = layers[l + 1], layers[l].noise
    influence = (of_x[l] or 0) + above.turn * influence +
      (l + 1 < depth and onward[l + 1] * above.tilt or 0)
    var = var + influence ^ 2 * noise.forward_var +
      onward[l] ^ 2 * noise.backward_var +
      2 * influence * onward[l] * noise.both
  end
  return math.max(0, var)
end

-- Of a batch: what its samples share, and what is left of their own.
local function slope_sd(found, of_x, of_d, depth, left)
  local var = slope_variance(found.layers, of_x, of_d, depth)
  if found.common then
    local shared = math.min(var,
      slope_variance(found.common.layers, of_x, of_d, depth))
    var = shared + left * (var - shared)
  end
  return 0.5 * sqrt(var) / ln10
end

local function slope_spreads(found, depth)
  local inner, all = fit_weights(depth - 1), fit_weights(depth)
  local before = {} -- ||a^(l-1)|| has the weight of layer l
  for l = 1, depth - 1 do before[l] = all[l + 1] end
  local left = found.common and found.common.left or {}
  return { forward = slope_sd(found, inner, {}, depth, left.forward),
    delta = slope_sd(found, {}, all, depth, left.delta),
    gradient = slope_sd(found, before, all, depth, left.gradient) }
end

local function layer_slopes(found, depth)
  return { forward = fit(found.forward, 1, depth - 1),
    delta = fit(found.delta, 1, depth),
    gradient = fit(found.gradient, 1, depth) }
end

-- Predicted norms of each layer l = 1..depth. Options:
--   init = "scaled_gaussian", gain   as for init_variance
--   activation = "relu", alpha, width = 256, depth = 50 (weight matrices)
--   q0 = 1             mean of x_i^2 over the input (1/3 for U[0,1])
--   cotangent          "independent": delta^L drawn without looking at f;
--                      "mse": delta^L = factor (f - y) of the article's loss
--   cotangent2 = 1     E||delta^L||^2 of one sample, where independent
--   target2 = width/3  E||y||^2 of one sample, for mse
--   reduction = "mean" the mse's: factor 2/(width batch); "half": 1/batch;
--                      "sum": 2
--   batch = 1, input_c = .75, target_c = .75: samples, and the correlation of
--                      two inputs and of two targets (.75 for U[0,1])
--   like               a trial's parameters: width, depth, batch, activation
--                      and init (an arm's name, too), where they are not given
--   loss               "mse", "mse_half", "mse_sum": cotangent = "mse", and the
--                      reduction
-- Returns arrays forward (||a^l||, the last is ||f||), delta, gradient of
-- log10 of norms over the batch: of the root of the second moment itself, in
-- `typical` of the mean of the logarithm, which medians over seeds follow, and
-- in `sd` its standard deviation over seeds. A batch's samples are those of
-- one network: what their norms share stays, what is their own averages out,
-- as sums of lognormals do (to about .05 in log10, see orthorun.theory.overlap).
-- Fields that are computed when asked for: slope and slope_sd, `typical` and
-- `sd` of the slopes that gradient_slope has (nil below 4 layers). nil in place
-- of all where like.init is an initializer that theory has no law for.
function signal.signal(options)
  local net = read("signal", options)
  if not net then return nil end
  local found = solve(net)
  local shown = { forward = found.forward, delta = found.delta,
    gradient = found.gradient, typical = found.typical, sd = found.sd }
  return setmetatable(shown, { __index = function(self, name)
    if net.depth < 4 or name ~= "slope" and name ~= "slope_sd" then
      return nil
    end
    self.slope = layer_slopes(found.typical, net.depth)
    self.slope_sd = slope_spreads(found, net.depth)
    return rawget(self, name)
  end })
end

local function depth_slope(deep, shallow, depths)
  return (deep.gradient[1] - shallow.gradient[1]) / (depths[2] - depths[1])
end

-- Slopes of log10 norms against the layer index: least squares over layers
-- 1..depth-1 of ||a^l||, 1..depth of ||delta^l|| and ||grad W^l||; and
-- `depth`: of log10||grad W^1|| per layer that the network grows, from half
-- the depth to all of it. Options as for signal, depth >= 4. Returns
-- {forward, delta, gradient, depth} from the second moments, `typical` with
-- the same four from the mean logarithms, and `sd`, one seed's standard
-- deviation of the three fitted slopes.
function signal.gradient_slope(options)
  local net = read("gradient_slope", options)
  if not net then return nil end
  local L = check_size("gradient_slope", "depth", net.depth, 4)
  local found = solve(net)
  net.depth = L // 2
  local half, depths = solve(net), { L // 2, L }
  local slopes = layer_slopes(found, L)
  slopes.depth = depth_slope(found, half, depths)
  slopes.typical = layer_slopes(found.typical, L)
  slopes.typical.depth = depth_slope(found.typical, half.typical, depths)
  slopes.sd = slope_spreads(found, L)
  return slopes
end

-- log10||grad W^1|| for each of the network depths in options.depths (other
-- options as for signal). Returns an array from the second moments, with
-- arrays `typical` and `sd`.
function signal.first_layer(options)
  local net = read("first_layer", options, { "depths" })
  if not net then return nil end
  local out = { typical = {}, sd = {} }
  if not options or type(options.depths) ~= "table" then
    fail("first_layer: depths must be an array of network depths")
  end
  for i, depth in ipairs(options.depths) do
    net.depth = check_size("first_layer", "depths", depth, 1)
    local found = solve(net)
    out[i] = found.gradient[1]
    out.typical[i] = found.typical.gradient[1]
    out.sd[i] = found.sd.gradient[1]
  end
  return out
end

return signal
