-- net: the network that options of theory.signal and its kin describe: width,
-- depth, the activation, the variance of the weights, what comes in at both
-- ends.

--- @module theory

local activation = require "orthorun.core".activation
local arms = require "orthorun.base.arms"
local names = require "orthorun.base.names"
local fail = require "orthorun.core".fail -- at the user's line

local net_of = {}

local log, sqrt = math.log, math.sqrt

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

-- The whole number n of at least `least`, or an error that names the option.
function net_of.check_size(who, key, n, least)
  local size = math.type(n) and math.tointeger(n)
  if not size or size < least then
    fail(("%s: %s is %s; a whole number of at least %d is needed"):format(who,
      key, names.shown(n), least))
  end
  return size
end

--- Signals at finite width.
-- @section init_variance

--- Var(W_ij) of a named initializer.
-- @function theory.init_variance
-- @tparam string init
-- @tparam ?number|string gain a number, an activation's name, or nil for its
--   default (√2 for he_*, else 1); gaussian's is its std
-- @tparam int fan_in
-- @tparam[opt] int fan_out
-- @treturn number
function net_of.init_variance(init, gain, fan_in, fan_out)
  local entry = variances[init]
  if not entry then
    fail("init_variance: " .. names.unknown("initializer", init,
      names.keys(variances)))
  end
  fan_in = net_of.check_size("init_variance", "fan_in", fan_in, 1)
  fan_out = net_of.check_size("init_variance", "fan_out", fan_out or fan_in, 1)
  if type(gain) == "string" then gain = activation.gain(gain) end
  if gain ~= nil and type(gain) ~= "number" then
    fail("init_variance: gain must be a number or an activation's name, not "
      .. type(gain))
  end
  return (gain or entry[1]) ^ 2 * entry[2](fan_in, fan_out)
end

-- --- options ---------------------------------------------------------------

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
      key, names.shown(x), least))
  end
  return x
end

local function correlation(who, options, key)
  local c = options[key]
  if c == nil then return 0.75 end
  if type(c) ~= "number" or not (c >= -1 and c <= 1) then
    fail(("%s: %s is %s; a correlation in [-1, 1] is needed"):format(who, key,
      names.shown(c)))
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

-- The net that the options of a function describe; extra: options that it has
-- beside the common ones. nil where theory has no law for like.init.
function net_of.read(who, options, extra)
  local all = table.move(known, 1, #known, 1, {})
  options = names.options(who, options,
    table.move(extra or {}, 1, #(extra or {}), #all + 1, all))
  options = written_out(who, options)
  if not options then return nil end
  local net = {
    width = net_of.check_size(who, "width", options.width or 256, 2),
    depth = net_of.check_size(who, "depth", options.depth or 50, 1),
    phi = read_phi(options),
    orthogonal = options.init == "orthogonal",
    q0 = number(who, options, "q0", 1, 0),
    cotangent = choice(who, options, "cotangent", { "independent", "mse" }),
    cotangent2 = number(who, options, "cotangent2", 1, 0),
    batch = net_of.check_size(who, "batch", options.batch or 1, 1),
    input_c = correlation(who, options, "input_c"),
    target_c = correlation(who, options, "target_c"),
  }
  local n = net.width
  net.log_v = log(net_of.init_variance(options.init or "scaled_gaussian",
    options.gain, n, n))
  net.target2 = number(who, options, "target2", n / 3, 0)
  net.residual_factor = residual_factor(choice(who, options, "reduction",
    { "mean", "half", "sum" }), n, net.batch)
  return net
end

return net_of
