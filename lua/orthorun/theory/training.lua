-- training: how far training takes weights, and how long it takes, where that
-- follows from the task: deep linear nets that begin balanced, wide nets that
-- learn lazily, single rules of optimizers. docs/theory.md has the derivations.

--- @module theory

local checked = require "orthorun.theory.checked"
local names = require "orthorun.base.names"
local fail = require "orthorun.core".fail -- at the user's line

local training = {}

local count, number = checked.count, checked.number

-- Singular values: an array of numbers of at least 0.
local function spectrum(who, s)
  if type(s) ~= "table" or #s == 0 then
    fail(("%s: singular_values must be an array of numbers, not %s"):format(
      who, type(s) == "table" and "empty" or type(s)))
  end
  for i, value in ipairs(s) do
    if type(value) ~= "number" or not (value >= 0) or value == math.huge then
      fail(("%s: singular value %d is %s, must be finite and at least 0")
        :format(who, i, names.shown(value)))
    end
  end
  return s
end

-- --- deep linear nets -----------------------------------------------------

--- Training.
-- @section training

--- The drift ‖E‖_F/(g² √n) of each of depth balanced layers, g times orthogonal at
-- first, that have learnt a map with singular values s: √mean((s^(2/L)/g² − 1)²).
-- Gradient flow takes each layer to s^(1/L), whatever the path. No free parameter.
-- @function theory.linear_drift
-- @tparam table options
-- @tparam {number,...} options.singular_values
-- @tparam int options.depth
-- @tparam[opt=1] number options.gain
-- @treturn number
-- @paper Arora, Cohen, Hazan 2018; Du, Hu, Lee 2018
function training.linear_drift(options)
  local who = "linear_drift"
  local o = checked.options(who, options, { "singular_values", "depth", "gain" })
  local s, depth = spectrum(who, o.singular_values), count(who, o, "depth", nil, 1)
  local gain, total = number(who, o, "gain", 1), 0.0
  for _, value in ipairs(s) do
    total = total + (value ^ (2 / depth) / gain ^ 2 - 1) ^ 2
  end
  return math.sqrt(total / #s)
end

-- Did a run fall steadily in its last steps?
local function falling(losses)
  for i = math.max(2, #losses - 9), #losses do
    if not (losses[i] < losses[i - 1]) then return false end
  end
  return true
end

--- The steps until the loss Σ (s − w^L)²/2 is that share of what it was, w ← w + lr
-- w^(L−1) (s − w^L) for each s. Exact for aligned orthogonal layers and whitened
-- inputs, also at large rates.
-- @function theory.learning_steps
-- @tparam table options
-- @tparam {number,...} options.singular_values
-- @tparam int options.depth
-- @tparam number options.lr
-- @tparam number options.target
-- @tparam[opt=10000] int options.most
-- @tparam[opt=1] number options.start
-- @tparam[opt] table options.like as of parameters, with what is not given
-- @treturn ?int nil where more than most are needed
-- @treturn bool did the loss still fall?
-- @paper Saxe, McClelland, Ganguli 2013, here in discrete time
function training.learning_steps(options)
  local who = "learning_steps"
  local o = checked.with_like(who, options, { "singular_values", "depth", "lr",
    "target", "most", "start" })
  local s, depth = spectrum(who, o.singular_values), count(who, o, "depth", nil, 1)
  local lr, target = number(who, o, "lr"), number(who, o, "target", nil, 0)
  local most, w, losses = count(who, o, "most", 10000, 0), {}, {}
  local start = number(who, o, "start", 1)
  for i = 1, #s do w[i] = start end
  for step = 0, most do
    local loss = 0
    for i, value in ipairs(s) do
      local error = value - w[i] ^ depth
      loss = loss + error ^ 2 / 2
      w[i] = w[i] + lr * w[i] ^ (depth - 1) * error
    end
    losses[#losses + 1] = loss
    if loss <= target * losses[1] then return step end
  end
  return nil, falling(losses)
end

-- --- nets that hardly move ------------------------------------------------

--- The drift ‖E‖_F/(g² √n) of a wide net of L = depth matrices that learns C outputs
-- for N samples in the kernel regime. kernel="identity" is the simple law, √(2 N C)
-- residual/(scale g n L): the tangent kernel a multiple of the identity and shared out
-- evenly, all of it learnt; it has the exponents. kernel="wide" has the constants of the
-- infinitely wide net's kernel at this depth and activation, number of samples, and
-- share of the loss that is left: the mean over the hidden layers' matrices. Both hold
-- for N ≪ n.
-- @function theory.lazy_drift
-- @tparam table options
-- @tparam int options.width
-- @tparam int options.depth
-- @tparam int options.samples
-- @tparam int options.outputs
-- @tparam[opt=1] number options.gain
-- @tparam[opt=1] number options.scale
-- @tparam[opt=1] number options.residual
-- @tparam[opt="identity"] "identity"|"wide" options.kernel
-- @tparam[opt="relu"] string options.activation wide: between the layers
-- @tparam[opt] number options.alpha
-- @tparam[opt=1] number options.q0 wide: mean square of the inputs
-- @tparam[opt=0] number options.input_c wide: correlation of two inputs
-- @tparam[opt=0] number options.target wide: share of the loss that is left
-- @tparam[opt] table options.like as of parameters, with what is not given
-- @treturn number
-- @treturn ?{number,...} wide: by layer, 1 to depth − 1
-- @paper Chizat, Oyallon, Bach 2019; Jacot, Gabriel, Hongler 2018
-- @usage
-- local net = { width = 512, depth = 5, samples = 32, outputs = 10,
--   gain = math.sqrt(2) }
-- print(ortho.theory.lazy_drift(net))
-- net.kernel, net.target = "wide", 0.1
-- print((ortho.theory.lazy_drift(net))) -- 0.84 times that
function training.lazy_drift(options)
  local who = "lazy_drift"
  local known = { "width", "depth", "samples", "outputs", "gain", "scale",
    "residual", "kernel", "activation", "alpha", "q0", "input_c", "target" }
  local o = checked.with_like(who, options, known)
  local net = { width = count(who, o, "width", nil, 1),
    depth = count(who, o, "depth", nil, 1), samples = count(who, o, "samples", nil, 1),
    outputs = count(who, o, "outputs", nil, 1), gain = number(who, o, "gain", 1),
    scale = number(who, o, "scale", 1), residual = number(who, o, "residual", 1) }
  if o.kernel == "wide" then
    local lazy = require "orthorun.theory.lazy"
    return lazy.drift(lazy.read(who, o, net))
  elseif o.kernel ~= nil and o.kernel ~= "identity" then
    fail(who .. ": " .. names.unknown("kernel", tostring(o.kernel),
      { "identity", "wide" }))
  end
  return math.sqrt(2 * net.samples * net.outputs) * (net.residual / net.scale) /
    (net.gain * net.width * net.depth)
end

--- 1 − (1 − lr weight_decay)^(2 steps): the drift of weights that shrink and do
-- nothing else.
-- @function theory.decay_drift
-- @tparam table options
-- @tparam number options.lr
-- @tparam number options.weight_decay
-- @tparam int options.steps
-- @tparam[opt] table options.like as of parameters, with what is not given
-- @treturn number
function training.decay_drift(options)
  local who = "decay_drift"
  local o = checked.with_like(who, options, { "lr", "weight_decay", "steps" })
  local rate = number(who, o, "lr") * number(who, o, "weight_decay", nil, 0)
  return 1 - (1 - rate) ^ (2 * count(who, o, "steps", nil, 0))
end

--- √(2n) lr/g: the drift after Adam's first step, which moves every weight by lr,
-- whatever its gradient, in a random direction.
-- @function theory.adam_drift
-- @tparam table options
-- @tparam number options.lr
-- @tparam int options.width
-- @tparam[opt=1] number options.gain
-- @tparam[opt] table options.like as of parameters, with what is not given
-- @treturn number
function training.adam_drift(options)
  local who = "adam_drift"
  local o = checked.with_like(who, options, { "lr", "width", "gain" })
  return number(who, o, "lr") * math.sqrt(2 * count(who, o, "width", nil, 1)) /
    number(who, o, "gain", 1)
end

--- The angle, in radians, by which a step turns scale-invariant weights (those before a
-- layer norm) once growth by gradients and decay are in balance: √(2 lr weight_decay
-- (1 − m)/(1 + m)) to leading order in lr weight_decay, where m is beta1 of AdamW, and
-- √(2 lr weight_decay/(1 + momentum)) for SGD, whose decay has momentum, too. Gradients
-- of different steps count as orthogonal. Without momentum, exactly whatever they are:
-- cos of the angle is 1 − lr weight_decay, in the mean of its logarithm.
-- @function theory.rotation
-- @tparam table options
-- @tparam number options.lr
-- @tparam number options.weight_decay
-- @tparam[opt=0] number options.momentum of SGD
-- @tparam[opt] number options.beta1 of AdamW, in place of momentum
-- @tparam[opt] table options.like as of parameters, with what is not given
-- @treturn number
-- @paper Kosson, Messmer, Jaggi 2023 (arXiv:2305.17212)
-- @usage
-- print(ortho.theory.rotation { lr = 0.1, weight_decay = 5e-3, momentum = 0.9 })
function training.rotation(options)
  local who = "rotation"
  local o = checked.with_like(who, options, { "lr", "weight_decay", "momentum",
    "beta1" })
  local rate = number(who, o, "lr") * number(who, o, "weight_decay", nil, 0)
  local m = number(who, o, "momentum", 0, 0)
  local b = number(who, o, "beta1", 0, 0)
  if m >= 1 or b >= 1 or m > 0 and b > 0 then
    fail(("%s: momentum is %s and beta1 %s; one of them may be above 0, and must be " ..
      "below 1"):format(who, names.shown(m), names.shown(b)))
  elseif rate >= 1 then
    fail(("%s: lr weight_decay is %s, must be below 1"):format(who,
      names.shown(rate)))
  end
  if m == 0 and b == 0 then return math.acos(1 - rate) end
  return math.sqrt(2 * rate * (1 - b) / (1 + b + m))
end

return training
