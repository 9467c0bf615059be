-- lazy: what training would do to a network if it stayed linear in its weights, as
-- it is at the start: ortho.lazy{...}. Its tangent kernel is known by products
-- alone, so that samples and outputs may be many. Trains nothing.

--- @module training

local core = require "orthorun.core"
local lanczos = require "orthorun.net.lanczos"
local names = require "orthorun.base.names"

local matrix, metric = core.matrix, core.metric

local function fail(message, ...) core.fail("lazy: " .. message:format(...)) end

-- --- the net, linear in its weights ----------------------------------------

-- A multilayer perceptron at x, in float64: its weights W, outputs f, what each
-- layer is given (a), the activations' slopes there, and the inputs' Gram matrices
-- where samples are fewer than inputs. nil where the weights do not chain.
local function tangent(weights, x, activation)
  local m = { W = {}, a = { x:to "float64" }, slopes = {}, gram = {} }
  for l, W in ipairs(weights) do
    m.W[l] = W:to "float64"
    if m.W[l]:cols() ~= m.a[l]:rows() then return nil end
    local z = m.W[l] * m.a[l]
    if z:cols() <= W:cols() then m.gram[l] = m.a[l]:t() * m.a[l] end
    if l == #weights then
      m.f = z
    else
      local phi = core.layer[activation]()
      m.a[l + 1] = phi:forward(z)
      m.slopes[l] = phi:backward(matrix.ones(z:rows(), z:cols(),
        { precision = "float64" }))
    end
  end
  return m
end

-- The net's, or with other weights, such as it began with.
local function checked_tangent(net, x, activation, weights)
  local m, f = tangent(net:weights(), x, activation), net:forward(x)
  local eps = x:precision() == "float32" and 1e-4 or 1e-10
  if not m or f:rows() ~= m.f:rows() or
    not ((f:to "float64" - m.f):norm() <= eps * m.f:norm())
  then
    fail("the net is no multilayer perceptron without biases and with " ..
      "activation \"%s\"", activation)
  end
  return weights and tangent(weights, x, activation) or m
end

-- The derivatives of <v, f> with respect to what the layers give.
local function deltas(m, v)
  local d, last = {}, #m.W
  d[last] = v
  for l = last - 1, 1, -1 do
    d[l] = (m.W[l + 1]:t() * d[l + 1]):hadamard(m.slopes[l])
  end
  return d
end

-- What the gradients of <v, f>, as changes of the weights, do to f: the tangent
-- kernel times v, outputs x samples.
local function kernel_times(m, v)
  local d, change = deltas(m, v), nil
  for l, W in ipairs(m.W) do
    local a = m.a[l]
    local own = m.gram[l] and d[l] * m.gram[l] or d[l] * a:t() * a
    change = change and W * change:hadamard(m.slopes[l - 1]) + own or own
  end
  return change
end

-- --- the way of gradient flow -------------------------------------------------

-- The time after which sum energy_i exp(-2 w_i t) is `target` of what it was, w
-- falling; and the share that is left.
local function time_to(target, w, energy)
  local first = 0.0
  for _, e in ipairs(energy) do first = first + e end
  local function left(t)
    local sum = 0.0
    for i, e in ipairs(energy) do sum = sum + e * math.exp(-2 * w[i] * t) end
    return sum / first
  end
  local low, high = 0.0, 1 / w[1]
  while left(high) > target do
    if high > 1e12 / w[1] then return math.huge, left(high) end
    low, high = high, 2 * high
  end
  for _ = 1, 60 do
    local t = (low + high) / 2
    if left(t) > target then low = t else high = t end
  end
  return high, left(high)
end

-- (1 - exp(-w t))/w, and for a w that counts as 0: t, or where that is for ever 0.
local function answered(w, t, largest)
  if w <= 1e-12 * largest then return t < math.huge and t or 0.0 end
  return (1 - math.exp(-w * t)) / w
end

local most = 400 -- products with the kernel
local enough = 1e-9 -- the answer's relative error

-- K^+ (1 - exp(-K t)) y for the kernel K; t, by which the squared residual of exp(-K
-- t) y is `target` of y's; and the share that is left.
local function flow(m, y, target)
  local C, N, time, left = y:rows(), y:cols(), 0.0, 1.0
  if y:norm() == 0 then return y, time, left end
  if not (target > 0 and target < 1) then return y * (0 / 0), 0 / 0, target end
  local settled = false
  local function done(values, residuals, starts)
    local energy, size, error = {}, 0.0, 0.0
    for i, s in ipairs(starts) do energy[i] = s ^ 2 end
    time, left = time_to(target, values, energy)
    for i, w in ipairs(values) do
      local part = answered(w, time, values[1]) * starts[i]
      size, error = size + part ^ 2, error + part * residuals[i]
    end
    settled = math.abs(error) <= enough * values[1] * math.sqrt(size) and
      (time < math.huge or error == 0)
    return settled
  end
  local values, _, applied = lanczos(function(v)
    return kernel_times(m, v:reshape(C, N)):reshape(C * N, 1)
  end, C * N, { start = y:reshape(C * N, 1), iterations = most, done = done,
    growth = 1.1 })
  if not values then
    fail("the net's tangent kernel has values that are not finite")
  elseif not settled and #values == most and most < C * N then
    fail("%d products with the kernel of %d rows do not tell how a loss of %g " ..
      "of the first is reached: ask for a larger target", most, C * N, target)
  end
  local alpha = applied(function(w) return answered(w, time, values[1]) end)
  return alpha:reshape(C, N), time, left
end

-- --- the way of gradient descent ----------------------------------------------

local losses = {
  mse = function(f, y) return core.loss.mse(f, y) end,
  mse_half = function(f, y) return core.loss.mse(f, y, { reduction = "half" }) end,
  mse_sum = function(f, y) return core.loss.mse(f, y, { reduction = "sum" }) end,
  cross_entropy = core.loss.cross_entropy,
}

-- The sum of what descent takes off along f, after so many steps; lr times steps;
-- and the share of the loss that is left.
local function descent(m, o)
  local loss, f = losses[o.loss] or o.loss, m.f
  local alpha, first, value = 0 * f, nil, nil
  for step = 0, o.steps do
    local gradient
    value, gradient = loss(f, o.y)
    first = first or value
    if value - value ~= 0 then
      fail("the loss is %s after %d steps of the net made linear", value, step)
    end
    if step < o.steps then
      alpha = alpha - o.lr * gradient
      f = m.f + kernel_times(m, alpha)
    end
  end
  return alpha, o.lr * o.steps, value / first
end

-- --- options ----------------------------------------------------------------

-- What is given, else what options.like has, else the default.
local function value_of(options, name, default)
  local value = options[name]
  if value == nil then value = (options.like or {})[name] end
  if value == nil then return default end
  return value
end

local known = { "net", "x", "y", "activation", "scale", "target", "centred", "layers",
  "like", "loss", "lr", "steps", "history" }

-- The options with what a run tells: the net, as it was, what it learnt, and how
-- far it went.
local function of_run(options)
  local h, o = options.history, {}
  if getmetatable(h) == nil or getmetatable(h).__name ~= "orthorun.history" then
    fail("history must be what ortho.train returns, not %s", names.describe(h))
  end
  for _, name in ipairs { "net", "x", "y", "loss", "lr", "steps", "target" } do
    if options[name] ~= nil then fail("history has %s= of its own", name) end
  end
  for name, value in pairs(options) do o[name] = value end
  o.net, o.x, o.y, o.weights = h.net, h.x, h.y, h.initial
  if type(h.loss_name) == "function" then
    o.target = (h.loss or 0 / 0) / (h.steps.data.loss[1] or 0 / 0)
  else
    o.loss, o.lr, o.steps = h.loss_name, h.steps.data.lr[1], h.taken
  end
  return o
end

local function check_flow(o)
  names.expect("lazy", "y", o.y, "matrix")
  if o.y:cols() ~= o.x:cols() then
    fail("x has %d samples, y has %d", o.x:cols(), o.y:cols())
  end
  local limits = { scale = math.huge, target = not o.weights and 1 or nil }
  for name, above in pairs(limits) do
    local value = o[name]
    if type(value) ~= "number" or not (value > 0 and value < above) then
      fail("%s is %s, must be above 0 and below %g", name, names.shown(value),
        above)
    end
  end
end

local function check_descent(o, options)
  if type(o.loss) ~= "function" and not losses[o.loss] then
    fail("%s", names.unknown("loss", tostring(o.loss), names.keys(losses)))
  elseif type(o.lr) ~= "number" or not (o.lr > 0 and o.lr < math.huge) then
    fail("loss= needs lr, positive and finite, not %s", names.shown(o.lr))
  elseif math.type(o.steps) ~= "integer" or o.steps < 0 then
    fail("loss= needs steps, a whole number, not %s", names.shown(o.steps))
  end
  for _, name in ipairs { "scale", "target", "centred" } do
    if options[name] ~= nil then
      fail("%s goes with gradient flow, not with loss=", name)
    end
  end
  o.scale = 1
end

local function check(options)
  names.table_of("lazy", "the options", options)
  names.options("lazy", options, known)
  if options.like ~= nil then names.table_of("lazy", "like", options.like) end
  if options.history ~= nil then options = of_run(options) end
  local o = { net = names.expect("lazy", "net", options.net, "layer"),
    x = names.expect("lazy", "x", options.x, "matrix"), y = options.y,
    activation = value_of(options, "activation", "relu"),
    scale = value_of(options, "scale", 1),
    target = value_of(options, "target", 0.1),
    centred = value_of(options, "centred", true), layers = options.layers,
    loss = options.loss, lr = options.lr, steps = options.steps,
    weights = options.weights }
  if not names.has(core.activation.names(), o.activation) then
    fail("%s", names.unknown("activation", tostring(o.activation),
      core.activation.names()))
  elseif o.loss ~= nil or o.lr ~= nil or o.steps ~= nil then
    check_descent(o, options)
  else
    check_flow(o)
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

-- --- both -----------------------------------------------------------------------

-- ||E||_F/(g^2 sqrt k) of W + D.
local function relative_drift(W, D, gain, short)
  local after = W + D
  if W:rows() > W:cols() then W, after = W:t(), after:t() end
  return metric.gram_drift(after, W) / (gain ^ 2 * math.sqrt(short))
end

-- What alpha does to the layers.
local function told(m, alpha, o)
  local out = { movement = {}, drift = {}, relative_drift = {} }
  local d = deltas(m, alpha)
  for i, l in ipairs(layers_of(o.layers, #m.W)) do
    local W, D = m.W[l], d[l] * m.a[l]:t() * (1 / o.scale)
    local short, long = W:rows(), W:cols()
    if short > long then short, long = long, short end
    local gain = W:norm() / math.sqrt(short)
    out.movement[i] = D:norm()
    out.drift[i] = math.sqrt(2 / long) * out.movement[i] / gain
    out.relative_drift[i] = relative_drift(W, D, gain, short)
  end
  return out
end

--- Where training would take a multilayer perceptron without biases that stayed
-- linear in its weights, as it is at the start: with its tangent kernel as it is.
-- No free parameter. By default gradient flow that learns y at x as with
-- `loss.scaled`, until the loss is target times the first; with `loss`, `lr` and
-- `steps` gradient descent of so many steps, whatever the loss. With `history` what
-- a run would have done: flow to the share of the loss that it left (NaN where that
-- is not below 1), or of a loss with a name its own number of steps, in full
-- batches. Nothing of size (samples · outputs)² is made: the kernel is multiplied by
-- vectors, some 50 times or `steps` times, at the cost of a pass forward and back.
-- @function lazy
-- @tparam table options
-- @tparam[opt] layer options.net
-- @tparam[opt] matrix options.x
-- @tparam[opt] matrix|{int,...} options.y targets×samples; labels where the loss has them
-- @tparam[opt="relu"] string options.activation
-- @tparam[opt=1] number options.scale
-- @tparam[opt=true] bool options.centred
-- @tparam[opt=0.1] number options.target
-- @tparam[opt] string|func options.loss a name as in `train`, or a function(output,
--   y) → value, gradient
-- @tparam[opt] number options.lr
-- @tparam[opt] int options.steps
-- @tparam[opt] history options.history of `train`, in place of net, x, y, target,
--   loss, lr and steps
-- @tparam[opt] {int,...} options.layers by default all linear ones
-- @tparam[opt] table options.like as of parameters, with activation, scale,
--   centred and target where they are not given
-- @treturn table arrays over those layers: `movement` (‖W − W0‖_F), `drift` (√2
--   ‖W − W0‖_F/(g √n), n the longer side: ‖E‖_F/(g² √k) for a random direction),
--   `relative_drift` (that of this very direction); and `time`, learning rate times
--   steps, and `left`, the share of the loss
-- @paper Jacot, Gabriel, Hongler 2018; Chizat, Oyallon, Bach 2019
return function(options)
  local o = check(options)
  local m = checked_tangent(o.net, o.x, o.activation, o.weights)
  local alpha, time, left
  if o.loss then
    alpha, time, left = descent(m, o)
  else
    local y = o.y:to "float64"
    if y:rows() ~= m.f:rows() then
      fail("the net has %d outputs, y has %d rows", m.f:rows(), y:rows())
    end
    if not o.centred then y = y - o.scale * m.f end
    alpha, time, left = flow(m, y, o.target)
    time = time * o.x:cols() / o.scale ^ 2
  end
  local out = told(m, alpha, o)
  out.time, out.left = time, left
  return out
end
