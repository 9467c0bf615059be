-- training: how far training takes weights, and how long it takes, where that
-- follows from the task: deep linear nets that begin balanced, wide nets that
-- learn lazily, single rules of optimizers. docs/theory.md has the derivations.
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

-- theory.linear_drift{singular_values=, depth=, gain=1}: the drift
-- ||W'W - W0'W0||_F/(g^2 sqrt n) of each of `depth` balanced layers (orthogonal
-- times g at first) that have learnt a map with these singular values s, as
-- gradient flow does: each layer has s^(1/L) then, whatever the path, so
-- sqrt(mean_i (s_i^(2/L)/g^2 - 1)^2). No free parameter. Arora, Cohen, Hazan
-- (2018); Du, Hu, Lee (2018).
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

-- theory.learning_steps{singular_values=, depth=, lr=, target=, most=10000,
-- start=1}: the steps of gradient descent after which the loss
-- sum_i (s_i - w_i^L)^2/2 is at most `target` of what it was, where every mode
-- goes by itself, w <- w + lr w^(L-1) (s - w^L) from w = start: a deep linear
-- net whose orthogonal layers share their singular vectors with the target, and
-- whitened inputs. nil where it takes more than `most` steps, and whether the
-- loss still fell then. Exact, also at large rates. Saxe, McClelland, Ganguli
-- (2013), here in discrete time.
function training.learning_steps(options)
  local who = "learning_steps"
  local o = checked.options(who, options, { "singular_values", "depth", "lr",
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

-- theory.lazy_drift{width=, depth=, samples=, outputs=, gain=1, scale=1,
-- residual=1, like=}: the drift ||E||_F/(g^2 sqrt n), E = WW' - W0W0', of each hidden
-- layer of a wide net of `depth` weight matrices that learns `outputs` random
-- targets of that mean square residual^2 for `samples` random inputs. The least
-- movement that does is ||W - W0||_F = residual/scale sqrt(N C/(n L^2)), and in
-- a random direction it makes ||E||_F = sqrt 2 g ||W - W0||_F. To leading order
-- in N/n, the samples' kernel being a multiple of the identity; `scale`
-- multiplies the output (Chizat, Oyallon, Bach 2019). like: a table, such as a
-- trial's parameters, that has what is not given.
function training.lazy_drift(options)
  local who = "lazy_drift"
  local known = { "width", "depth", "samples", "outputs", "gain", "scale",
    "residual" }
  local o = checked.with_like(who, options, known)
  local width, depth = count(who, o, "width", nil, 1), count(who, o, "depth", nil, 1)
  local pairs_learnt = count(who, o, "samples", nil, 1) *
    count(who, o, "outputs", nil, 1)
  local size = number(who, o, "residual", 1) / number(who, o, "scale", 1)
  return math.sqrt(2 * pairs_learnt) * size /
    (number(who, o, "gain", 1) * width * depth)
end

-- theory.decay_drift{lr=, weight_decay=, steps=, like=}: the drift ||E||_F/(g^2 sqrt n)
-- of orthogonal weights that so many steps of weight decay have shrunk, and
-- nothing else: 1 - (1 - lr weight_decay)^(2 steps).
function training.decay_drift(options)
  local who = "decay_drift"
  local o = checked.with_like(who, options, { "lr", "weight_decay", "steps" })
  local rate = number(who, o, "lr") * number(who, o, "weight_decay", nil, 0)
  return 1 - (1 - rate) ^ (2 * count(who, o, "steps", nil, 0))
end

-- theory.adam_drift{lr=, width=, gain=1, like=}: the drift ||E||_F/(g^2 sqrt n) after
-- the first step of Adam, which moves every weight by lr, whatever its
-- gradient: sqrt(2 n) lr/g for a movement in a random direction.
function training.adam_drift(options)
  local who = "adam_drift"
  local o = checked.with_like(who, options, { "lr", "width", "gain" })
  return number(who, o, "lr") * math.sqrt(2 * count(who, o, "width", nil, 1)) /
    number(who, o, "gain", 1)
end

return training
