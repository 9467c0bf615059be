-- signal: what the norms of a deep network with random weights should be,
-- layer by layer, at finite width: energies (squared norms) forward and
-- backward as exact second moments, and mean and spread of their logarithms.
--
-- Layers of sizes n_0 (inputs) to n_L, zero biases, activation between the layers
-- and none after the last:
--   z^l = W^l a^(l-1),  a^l = phi(z^l),  f = z^L,
--   delta^l = dloss/dz^l,  ||grad W^l|| = ||delta^l|| ||a^(l-1)||.
-- Energies are kept as natural logarithms: nothing overflows at any depth.

--- @module theory

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

-- Multiplies the variances of delta and gradient, by layer.
local function scale(back, ratio)
  for name, by in pairs(ratio) do
    local var = back[name .. "_var"]
    for l, factor in ipairs(by) do var[l] = factor * var[l] end
  end
end

-- Adds the means and replaces the variances of logarithms of one sample by
-- those of the batch's sums.
local function add_up(net, layers, share, x_mean, x_var, back, drawn)
  local B, L, common = net.batch, net.depth, overlap.common(net, layers, share)
  local c_mean, c_var = energies.forward_logarithms(net, common.layers)
  local function in_common(noisy)
    return energies.backward_logarithms(net, noisy, share, c_mean, c_var, common.output)
  end
  local c_back, along = in_common(common.layers),
    in_common(common.along)
  if drawn then
    scale(c_back, drawn.ratio)
    scale(along, drawn.ratio)
  end
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

local sides = { "delta", "gradient" }

-- Of a homogeneous activation under a squared error: one input's delta and gradient
-- by theory.chain in place of the linear response, whose second moments are
-- energy[name]. Returns the chain, with `ratio`, by layer, of the variances; nil
-- where there is none.
local function put_chain(net, back, energy)
  if net.cotangent ~= "mse" then return nil end
  local chain = require "orthorun.theory.chain"
  if not chain.fits(net) then return nil end
  local found = chain.solve(net)
  found.ratio = { delta = {}, gradient = {} }
  for _, name in ipairs(sides) do
    local of, mean, var = found[name], back[name], back[name .. "_var"]
    for l = 1, net.depth do
      local total = of.var[l] + of.error[l] ^ 2
      found.ratio[name][l] = var[l] > 0 and total / var[l] or 1
      mean[l], var[l] = of.mean[l] - energy[name][l], total
    end
  end
  return found
end

-- The draws' standard errors in log10 of norms.
local function errors_of(found)
  local out = {}
  for _, name in ipairs(sides) do
    out[name] = {}
    for l, e in ipairs(found[name].error) do out[name][l] = 0.5 * e / ln10 end
  end
  return out
end

local function solve(net)
  local L = net.depth
  local log_a, layers = energies.forward(net)
  local log_d, share = energies.backward(net, log_a, layers)
  local x_mean, x_var = energies.forward_logarithms(net, layers)
  local back = energies.backward_logarithms(net, layers, share, x_mean, x_var, 1)
  local gradient, common = {}, nil
  for l = 1, L do gradient[l] = log_d[l] + log_a[l - 1] end
  local drawn = put_chain(net, back, { delta = log_d, gradient = gradient })
  if net.batch > 1 then
    common = add_up(net, layers, share, x_mean, x_var, back, drawn)
  end
  local log_b, factors = log(net.batch), batch_factors(net, common)
  return {
    chain = drawn, error = drawn and errors_of(drawn),
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

-- Of a batch: what its samples share, and what is left of their own. drawn: one
-- sample's variance where that is known better.
local function slope_sd(found, of_x, of_d, depth, left, drawn)
  local linear = slope_variance(found.layers, of_x, of_d, depth)
  local var = drawn or linear
  if found.common then
    local shared = slope_variance(found.common.layers, of_x, of_d, depth)
    if drawn and linear > 0 then shared = shared * drawn / linear end
    shared = math.min(var, shared)
    var = shared + left * (var - shared)
  end
  return 0.5 * sqrt(var) / ln10
end

local function slope_spreads(found, depth)
  local inner, all = fit_weights(depth - 1), fit_weights(depth)
  local before = {} -- ||a^(l-1)|| has the weight of layer l
  for l = 1, depth - 1 do before[l] = all[l + 1] end
  local left = found.common and found.common.left or {}
  local drawn = found.chain and found.chain.slope_var or {}
  return { forward = slope_sd(found, inner, {}, depth, left.forward),
    delta = slope_sd(found, {}, all, depth, left.delta, drawn.delta),
    gradient = slope_sd(found, before, all, depth, left.gradient,
      drawn.gradient) }
end

local function layer_slopes(found, depth)
  return { forward = fit(found.forward, 1, depth - 1),
    delta = fit(found.delta, 1, depth),
    gradient = fit(found.gradient, 1, depth) }
end

--- Signals at finite width.
-- @section signals

--- What `theory.signal` returns: log10 norms by layer. `typical` and `sd` are those
-- of the batch, whose samples share part of their fluctuations.
-- @table prediction
-- @tfield {number,...} forward log10 ‖a^l‖ from second moments; the last is ‖f‖
-- @tfield {number,...} delta log10 ‖δ^l‖
-- @tfield {number,...} gradient log10 ‖∇W^l‖
-- @tfield table typical the same three from mean logarithms, which medians over
--   seeds follow
-- @tfield table sd one seed's standard deviation of the three
-- @tfield ?table error where typical comes from draws (homogeneous activation, mse):
--   their standard error, of delta and gradient; part of sd
-- @tfield ?table slope from 4 layers on: `typical` of `theory.gradient_slope`
-- @tfield ?table slope_sd its `sd`

--- Predicted log10 norms of a net of random matrices without biases: depth of
-- width×width, or as `sizes` says. Second moments are exact for linear, relu and
-- leaky_relu, at any widths, and a first order in 1/n for others.
-- @function theory.signal
-- @tparam table options
-- @tparam[opt="scaled_gaussian"] string options.init
-- @tparam[opt] number|string|func|table options.gain
-- @tparam[opt="relu"] string|func|table options.activation
-- @tparam[opt] number options.alpha
-- @tparam[opt] {int,...} options.sizes inputs first, as in {784; 256; 128; 10}; in
--   place of
-- @tparam[opt=256] int options.width
-- @tparam[opt=50] int options.depth matrices
-- @tparam[opt=width] int options.inputs
-- @tparam[opt=width] int options.outputs
-- @tparam[opt=1] number options.q0 mean square of the inputs (1/3 for U[0,1])
-- @tparam[opt="independent"] "independent"|"mse" options.cotangent independent:
--   δ^L does not look at f, E‖δ^L‖² = cotangent2; mse: δ^L is the gradient of
--   `loss.mse` with that reduction and E‖y‖² = target2
-- @tparam[opt=1] number options.cotangent2
-- @tparam[opt=outputs/3] number options.target2
-- @tparam[opt="mean"] "mean"|"half"|"sum" options.reduction
-- @tparam[opt=1] int options.batch
-- @tparam[opt=0.75] number options.input_c correlation of two samples (0.75 for
--   U[0,1])
-- @tparam[opt=0.75] number options.target_c
-- @tparam[opt] table options.like a trial's parameters, of which width, depth (or
--   sizes), batch, activation and init (an arm's name, too) are taken where they are not
--   given
-- @tparam[opt] "mse"|"mse_half"|"mse_sum" options.loss short for cotangent "mse"
--   with its reduction
-- @treturn ?prediction nil where theory has no law for that initializer
-- @usage
-- local s = ortho.theory.signal { init = "orthogonal", gain = 1, width = 64,
--   depth = 20 }
-- print(s.gradient[1], s.typical.gradient[1], s.sd.gradient[1])
function signal.signal(options)
  local net = net_of.read("signal", options)
  if not net then return nil end
  local found = solve(net)
  local shown = { forward = found.forward, delta = found.delta,
    gradient = found.gradient, typical = found.typical, sd = found.sd,
    error = found.error }
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

--- Slopes of log10 norms per layer: `forward`, `delta`, `gradient` by least squares
-- over layers 1 to depth (‖a^l‖: to depth − 1), and `depth`, of ‖∇W¹‖ per layer
-- that the net grows from half the depth to all of it (where all layers have one
-- size); the same in `typical`;
-- `sd`, one seed's standard deviation of the fitted slopes.
-- @function theory.gradient_slope
-- @like theory.signal
-- @call theory.gradient_slope{depth=50, ...}
-- @tparam table options
-- @tparam[opt=50] int options.depth at least 4
-- @treturn table
function signal.gradient_slope(options)
  local net = net_of.read("gradient_slope", options)
  if not net then return nil end
  local L = net_of.check_size("gradient_slope", "depth", net.depth, 4)
  local found = solve(net)
  local slopes = layer_slopes(found, L)
  slopes.typical = layer_slopes(found.typical, L)
  slopes.sd = slope_spreads(found, L)
  if net_of.is_even(net) then
    net_of.deepen("gradient_slope", net, L // 2)
    local half, depths = solve(net), { L // 2, L }
    slopes.depth = depth_slope(found, half, depths)
    slopes.typical.depth = depth_slope(found.typical, half.typical, depths)
  end
  return slopes
end

--- log10‖∇W¹‖ for each network depth, with arrays `typical` and `sd`.
-- @function theory.first_layer
-- @like theory.signal
-- @call theory.first_layer{depths={...}, ...}
-- @tparam table options
-- @tparam {int,...} options.depths
-- @treturn {number,...}
function signal.first_layer(options)
  local net = net_of.read("first_layer", options, { "depths" })
  if not net then return nil end
  local out = { typical = {}, sd = {} }
  if not options or type(options.depths) ~= "table" or #options.depths == 0 then
    fail("first_layer: depths must be an array of network depths, as in {5, 10, 20}")
  end
  for i, depth in ipairs(options.depths) do
    net_of.deepen("first_layer", net, depth)
    local found = solve(net)
    out[i] = found.gradient[1]
    out.typical[i] = found.typical.gradient[1]
    out.sd[i] = found.sd.gradient[1]
  end
  return out
end

return signal
