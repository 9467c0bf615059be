-- signal: what the norms of a deep network with random weights should be,
-- layer by layer, at finite width: energies (squared norms) forward and
-- backward as exact second moments, and mean and spread of their logarithms.
--
-- One input, constant width n, zero biases, activation between the layers
-- and none after the last:
--   z^l = W^l a^(l-1),  a^l = phi(z^l),  f = z^L,
--   delta^l = dloss/dz^l,  ||grad W^l|| = ||delta^l|| ||a^(l-1)||.
-- Energies are kept as natural logarithms: nothing overflows at any depth.
local energies = require "orthorun.theory.energies"
local net_of = require "orthorun.theory.net"
local overlap = require "orthorun.theory.overlap"
local fail = require "orthorun.core".fail -- at the user's line

local signal = { init_variance = net_of.init_variance }

local log, sqrt = math.log, math.sqrt
local ln10 = log(10)

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
  local c_mean, c_var = energies.forward_logarithms(net, common.layers)
  local function in_common(noisy)
    return energies.backward_logarithms(net, noisy, share, c_mean, c_var, common.output)
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
  local log_a, layers = energies.forward(net)
  local log_d, share = energies.backward(net, log_a, layers)
  local x_mean, x_var = energies.forward_logarithms(net, layers)
  local back = energies.backward_logarithms(net, layers, share, x_mean, x_var, 1)
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
  local net = net_of.read("signal", options)
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
  local net = net_of.read("gradient_slope", options)
  if not net then return nil end
  local L = net_of.check_size("gradient_slope", "depth", net.depth, 4)
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
  local net = net_of.read("first_layer", options, { "depths" })
  if not net then return nil end
  local out = { typical = {}, sd = {} }
  if not options or type(options.depths) ~= "table" then
    fail("first_layer: depths must be an array of network depths")
  end
  for i, depth in ipairs(options.depths) do
    net.depth = net_of.check_size("first_layer", "depths", depth, 1)
    local found = solve(net)
    out[i] = found.gradient[1]
    out.typical[i] = found.typical.gradient[1]
    out.sd[i] = found.sd.gradient[1]
  end
  return out
end

return signal
