-- lazy: what training would do to a network if its tangent kernel stayed what
-- it is at the start: ortho.lazy{...}. Trains nothing.

--- @module training

local core = require "orthorun.core"
local names = require "orthorun.base.names"

local matrix = core.matrix

local most = 2000 -- samples times outputs: the kernels' size

local function fail(message, ...) core.fail("lazy: " .. message:format(...)) end

-- --- kernels --------------------------------------------------------------

-- A layer that passes everything on, and keeps it.
local function spy()
  return {
    forward = function(self, x)
      self.x = x
      return x
    end,
    backward = function(self, dx)
      self.dx = dx
      return dx
    end,
  }
end

-- The net anew from its weights, with a spy in front of each linear layer and
-- behind it.
local function rebuilt(weights, activation)
  local layers, before, behind = {}, {}, {}
  for l, W in ipairs(weights) do
    before[l], behind[l] = spy(), spy()
    layers[#layers + 1] = before[l]
    layers[#layers + 1] = core.layer.linear { weight = W, bias = false }
    layers[#layers + 1] = behind[l]
    if l < #weights then layers[#layers + 1] = core.layer[activation]() end
  end
  return core.layer.sequential(layers), before, behind
end

-- Columns for each output and sample, samples varying faster: x, and the
-- cotangent that asks for that output.
local function spread(x, outputs)
  local samples, index = x:cols(), {}
  local one = matrix.zeros(outputs, outputs * samples,
    { precision = x:precision() })
  for c = 1, outputs do
    for b = 1, samples do
      index[#index + 1] = b
      one:set(c, #index, 1)
    end
  end
  return x:select(index), one
end

local function check_same(net, twin, x, activation)
  local f = net:forward(x)
  local eps = x:precision() == "float32" and 1e-4 or 1e-10
  local g = twin:forward(x)
  if g:rows() ~= f:rows() or not ((g - f):norm() <= eps * f:norm()) then
    fail("the net is no multilayer perceptron without biases and with " ..
      "activation \"%s\"", activation)
  end
end

-- For each linear layer the kernel of its weights: K[i][j] = <df_i/dW, df_j/dW>,
-- i and j running over outputs and samples. df/dW = delta x', so K is the
-- elementwise product of two Gram matrices.
local function kernels_of(o)
  local weights = o.net:weights()
  local twin, before, behind = rebuilt(weights, o.activation)
  check_same(o.net, twin, o.x, o.activation)
  local x, one = spread(o.x, o.y:rows())
  twin:forward(x)
  twin:backward(one)
  local K = {}
  for l = 1, #weights do
    local a, d = before[l].x, behind[l].dx
    K[l] = (a:t() * a):hadamard(d:t() * d)
  end
  return K
end

-- --- the way of the residual ------------------------------------------------

-- The time after which sum energy_i exp(-2 w_i t) is `target` of what it was.
local function time_to(target, w, energy)
  local first = 0.0
  for _, e in ipairs(energy) do first = first + e end
  local function left(t)
    local sum = 0.0
    for i, e in ipairs(energy) do sum = sum + e * math.exp(-2 * w[i] * t) end
    return sum / first
  end
  local low, high = 0.0, 1 / w[#w]
  while left(high) > target do
    if high > 1e12 / w[#w] then return math.huge end
    low, high = high, 2 * high
  end
  for _ = 1, 60 do
    local t = (low + high) / 2
    if left(t) > target then low = t else high = t end
  end
  return high
end

-- K^+ (1 - exp(-K t)) y for the sum K of the kernels, and t, by which the
-- squared residual of exp(-K t) y is `target` of y's.
local function answer(kernels, y, target)
  local K = kernels[1]
  for l = 2, #kernels do K = K + kernels[l] end
  local values, V = ((K + K:t()) * 0.5):eigh()
  local w, z, energy = values:tolist(), V:t() * y, {}
  for i = 1, #w do energy[i] = z:get(i, 1) ^ 2 end
  local time = time_to(target, w, energy)
  return V * z:map(function(value, i)
    if w[i] <= 1e-12 * w[#w] then return time < math.huge and value * time or 0 end
    return value * (1 - math.exp(-w[i] * time)) / w[i]
  end), time
end

-- What is given, else what options.like has, else the default.
local function value_of(options, name, default)
  local value = options[name]
  if value == nil then value = (options.like or {})[name] end
  if value == nil then return default end
  return value
end

local function check(options)
  names.table_of("lazy", "the options", options)
  names.options("lazy", options, { "net", "x", "y", "activation", "scale",
    "target", "centred", "layers", "like" })
  if options.like ~= nil then names.table_of("lazy", "like", options.like) end
  local o = { net = names.expect("lazy", "net", options.net, "layer"),
    x = names.expect("lazy", "x", options.x, "matrix"),
    y = names.expect("lazy", "y", options.y, "matrix"),
    activation = value_of(options, "activation", "relu"),
    scale = value_of(options, "scale", 1),
    target = value_of(options, "target", 0.1),
    centred = value_of(options, "centred", true), layers = options.layers }
  if not names.has(core.activation.names(), o.activation) then
    fail("%s", names.unknown("activation", tostring(o.activation),
      core.activation.names()))
  elseif o.y:cols() ~= o.x:cols() then
    fail("x has %d samples, y has %d", o.x:cols(), o.y:cols())
  elseif o.y:rows() * o.y:cols() > most then
    fail("%d outputs of %d samples make kernels of more than %d rows",
      o.y:rows(), o.y:cols(), most)
  end
  for name, above in pairs { scale = math.huge, target = 1 } do
    local value = o[name]
    if type(value) ~= "number" or not (value > 0 and value < above) then
      fail("%s is %s, must be above 0 and below %g", name, names.shown(value),
        above)
    end
  end
  return o
end

-- The numbers of the layers to tell of.
local function layers_of(wanted, count)
  local all = {}
  for l = 1, count do all[l] = l end
  for _, l in ipairs(wanted or {}) do
    if not all[l] then
      fail("layer %s, of a net with %d layers that have weights", tostring(l),
        count)
    end
  end
  return wanted or all
end

--- Where gradient flow would take a multilayer perceptron without biases that
-- learns y at x as with `loss.scaled`, until the loss is target times the first,
-- if its tangent kernel stayed what it is. No free parameter. Memory: (samples ·
-- outputs)² numbers per layer.
-- @function lazy
-- @tparam table options
-- @tparam layer options.net
-- @tparam matrix options.x
-- @tparam matrix options.y
-- @tparam[opt="relu"] string options.activation
-- @tparam[opt=1] number options.scale
-- @tparam[opt=true] bool options.centred
-- @tparam[opt=0.1] number options.target
-- @tparam[opt] {int,...} options.layers by default all linear ones
-- @tparam[opt] table options.like as of parameters, with activation, scale,
--   centred and target where they are not given
-- @treturn table arrays over those layers: `movement` (‖W − W0‖_F) and `drift` (√2
--   ‖W − W0‖_F/(g √n), n the longer side: ‖E‖_F/(g² √k) for a random direction);
--   and `time`, learning rate times steps
-- @paper Jacot, Gabriel, Hongler 2018; Chizat, Oyallon, Bach 2019
return function(options)
  local o = check(options)
  local W, kernels = o.net:weights(), kernels_of(o)
  local y = o.y
  if not o.centred then y = y - o.scale * o.net:forward(o.x) end
  local alpha, time = answer(kernels, y:t():reshape(y:rows() * y:cols(), 1),
    o.target)
  local out = { movement = {}, drift = {},
    time = time * o.x:cols() / o.scale ^ 2 }
  for i, l in ipairs(layers_of(o.layers, #W)) do
    local short, long = W[l]:rows(), W[l]:cols()
    if short > long then short, long = long, short end
    local gain = W[l]:norm() / math.sqrt(short)
    out.movement[i] = math.sqrt(alpha:dot(kernels[l] * alpha)) / o.scale
    out.drift[i] = math.sqrt(2 / long) * out.movement[i] / gain
  end
  return out
end
