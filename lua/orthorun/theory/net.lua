-- net: the network that options of theory.signal and its kin describe: the sizes
-- of its layers, the activation, the variance of the weights, what comes in at
-- both ends.

--- @module theory

local activation = require "orthorun.core".activation
local arms = require "orthorun.base.arms"
local checked = require "orthorun.theory.checked"
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

-- The whole number n of at least `least`, and of `most` at most where that is
-- given; or an error that names the option.
function net_of.check_size(who, key, n, least, most)
  local size = math.type(n) and math.tointeger(n)
  if not size or size < least then
    fail(("%s: %s is %s; a whole number of at least %d is needed"):format(who,
      key, names.shown(n), least))
  end
  if most and size > most then
    fail(("%s: %s is %d; at most %d"):format(who, key, size, most))
  end
  return size
end

--- Signals at finite width.
-- @section init_variance

--- Var(W_ij) of a named initializer.
-- @function theory.init_variance
-- @tparam string init
-- @tparam ?number|string|func|table gain a number, an activation, or nil for its
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
  local kind = type(gain)
  if kind == "string" or kind == "function" or kind == "table" then
    gain = activation.gain(gain)
  elseif gain ~= nil and kind ~= "number" then
    fail("init_variance: gain must be a number or an activation, not " .. kind)
  elseif gain and gain - gain ~= 0 then
    fail("init_variance: gain is " .. names.shown(gain) ..
      "; a finite number is needed")
  end
  return (gain or entry[1]) ^ 2 * entry[2](fan_in, fan_out)
end

-- --- options ---------------------------------------------------------------

local known = { "init", "gain", "activation", "alpha", "sizes", "width", "depth",
  "inputs", "outputs", "q0", "cotangent", "cotangent2", "target2", "reduction",
  "batch", "input_c", "target_c", "like", "loss" }

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
  local own_shape = options.sizes or options.width or options.depth
  for _, name in ipairs { "width", "depth", "batch", "activation" } do
    out[name] = like[name]
  end
  if options.sizes or type(like.sizes) == "table" and not own_shape then
    out.sizes, out.width, out.depth = like.sizes, nil, nil
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

-- What one of the user's may be and ours are not: dead, or steeper and steeper far
-- out, where there are no two slopes that it could be taken for.
local function check_own(who, phi)
  local name, shape = phi.name, phi.shape
  if activation.moment(name) == 0 or activation.moment(name, { slope = true }) == 0 then
    fail(who .. ": the activation's values or its slopes are all 0")
  end
  if phi.homogeneous then return end
  local further = activation.slope(name, 1e8)
  if math.abs(further - shape.far_right) > 1e-3 * math.abs(shape.far_right) then
    shape.far_right = 0
  end
end

-- The activation of options, read: its name, alpha, shape, homogeneous.
function net_of.read_phi(who, options)
  local phi = { name = options.activation or "relu", alpha = options.alpha }
  phi.shape = checked.activation(who, phi.name, phi.alpha)
  phi.homogeneous = phi.shape.homogeneous
  if type(phi.name) ~= "string" then check_own(who, phi) end
  return phi
end

-- --- sizes -----------------------------------------------------------------

local most_layers, widest = 1000000, (1 << 31) - 1

-- What the options have in width=, depth=, inputs=, outputs=, as an array from 1.
local function from_width(who, o, least)
  local L = net_of.check_size(who, "depth", o.depth or 50, 1, most_layers)
  local width = net_of.check_size(who, "width", o.width or 256, least, widest)
  local sizes = {}
  for l = 1, L + 1 do sizes[l] = width end
  for key, at in pairs { inputs = 1, outputs = L + 1 } do
    if o[key] ~= nil then
      sizes[at] = net_of.check_size(who, key, o[key], 1, widest)
    end
  end
  return sizes
end

-- The sizes of a net's layers, inputs first, that options say by sizes= or else by
-- width= (at least `least`) and depth=, as a new array from 1.
function net_of.sizes(who, o, least)
  if o.sizes == nil then return from_width(who, o, least or 2) end
  for _, key in ipairs { "width", "depth", "inputs", "outputs" } do
    if o[key] ~= nil then
      fail(("%s: give sizes=, or width= and depth=, not both (found %s = %s)")
        :format(who, key, names.shown(o[key])))
    end
  end
  names.table_of(who, "sizes", o.sizes)
  local L = rawlen(o.sizes) - 1
  if L < 1 then
    fail(("%s: sizes has %s; inputs and outputs are two at least, as in "
      .. "{784, 256, 10}"):format(who, L < 0 and "no entries" or "one entry"))
  end
  local sizes = {}
  net_of.check_size(who, "the number of layers in sizes", L, 1, most_layers)
  for l = 1, L + 1 do
    sizes[l] = net_of.check_size(who, ("sizes[%d]"):format(l), o.sizes[l], 1, widest)
  end
  return sizes
end

-- Gives the net these sizes, an array from 1; from then on net.sizes goes from 0 to
-- net.depth, and net.log_v[l] is ln Var(W_ij) of matrix l.
local function resize(net, sizes)
  local L, log_v = #sizes - 1, nil
  net.depth, net.sizes, net.log_v = L, table.move(sizes, 1, L + 1, 0, {}), {}
  for l = 1, L do
    local fan_in, fan_out = sizes[l], sizes[l + 1]
    if not log_v or sizes[l - 1] ~= fan_in or fan_in ~= fan_out then
      local v = net_of.init_variance(net.init, net.gain, fan_in, fan_out)
      if not (v > 0 and v < math.huge) then
        fail(("signal: a gain of %s makes weights of variance %s"):format(
          names.shown(net.gain), v))
      end
      log_v = log(v)
    end
    net.log_v[l] = log_v
  end
end

-- Have all layers one size?
function net_of.is_even(net)
  for l = 1, net.depth do
    if net.sizes[l] ~= net.sizes[0] then return false end
  end
  return true
end

-- Gives a net of one width another depth.
function net_of.deepen(who, net, depth)
  if not net_of.is_even(net) then
    fail(who .. ": depths are compared of nets of one width; sizes differ here")
  end
  resize(net, from_width(who, { width = net.sizes[0], depth = depth }, 1))
end

-- --- the whole ---------------------------------------------------------------

-- The net that the options of a function describe; extra: options that it has
-- beside the common ones. nil where theory has no law for like.init.
function net_of.read(who, options, extra)
  local all = table.move(known, 1, #known, 1, {})
  options = names.options(who, options,
    table.move(extra or {}, 1, #(extra or {}), #all + 1, all))
  options = written_out(who, options)
  if not options then return nil end
  local sizes = net_of.sizes(who, options)
  local net = {
    phi = net_of.read_phi(who, options),
    init = options.init or "scaled_gaussian", gain = options.gain,
    orthogonal = options.init == "orthogonal",
    q0 = number(who, options, "q0", 1, 0),
    cotangent = choice(who, options, "cotangent", { "independent", "mse" }),
    cotangent2 = number(who, options, "cotangent2", 1, 0),
    batch = net_of.check_size(who, "batch", options.batch or 1, 1),
    input_c = correlation(who, options, "input_c"),
    target_c = correlation(who, options, "target_c"),
  }
  resize(net, sizes)
  local n = net.sizes[net.depth]
  net.target2 = number(who, options, "target2", n / 3, 0)
  net.residual_factor = residual_factor(choice(who, options, "reduction",
    { "mean", "half", "sum" }), n, net.batch)
  return net
end

return net_of
