-- explain: what kept a run's weights near where they began, history:explain().
-- Gradient descent does not protect orthogonality; weights that were
-- orthogonal stay nearly so because they move little (lazy training), in few
-- directions (few samples or outputs), or need to move little (depth), or
-- were hardly trained at all. Which of these a run shows is told by figures
-- of W - W0 and of E = Gram(W) - Gram(W0), the Gram matrix being the one of
-- W's shorter side k; g^2 is the mean square of W0's singular values.
local core = require "orthorun.core"
local linear_drift = require "orthorun.theory.training".linear_drift
local tabular = require "orthorun.table"

local metric = core.metric
local Explanation = { __name = "orthorun.explanation" }
Explanation.__index = Explanation

-- Where words change; the figures are there to judge by.
local limits = {
  orthogonal = 0.05, -- start: ||Gram(W0)/g^2 - I||_F/sqrt k
  near = 0.3,        -- drift of weights that are still near
  lazy = 0.2,        -- ||W - W0||_F/||W0||_F of weights that moved little
  kept = 0.4,        -- ||E||_2/g^2 where no singular value has gone far
  generic = 0.25,    -- |drift ratio - 1| of a movement in a random direction
  radial = 0.5,      -- the part of a drift that is W's growth or shrinking
  few = 0.25,        -- the part of k eigenvalues that counts as few
  agrees = 0.1,      -- relative error of a prediction that holds
  trained = 0.1,     -- the part of the loss that a real run takes away
  vanished = 1e-2,   -- ||dL/dW|| ||W||/L that moves nothing
  moved = 0.01,      -- eigenvalues this part of the largest have moved
}

-- --- figures --------------------------------------------------------------

-- W with its shorter side first, in float64.
local function flat(W)
  W = W:to("float64")
  return W:rows() > W:cols() and W:t() or W
end

local function moved_of(E, floor)
  local values = E:eigh()
  local top, count, squares, fourths = values:norm("max"), 0, 0.0, 0.0
  for i = 1, values:rows() do
    local size = math.abs(values:get(i, 1))
    if size > limits.moved * top and size > floor then count = count + 1 end
    local r = top > 0 and size / top or 0
    squares, fourths = squares + r ^ 2, fourths + r ^ 4
  end
  return count, fourths > 0 and squares ^ 2 / fourths or 0, top
end

-- The figures of a layer with weights W that began as W0.
local function figures(l, W, W0)
  local A, B = flat(W), flat(W0)
  local k, size0 = A:rows(), B:norm()
  local g2, D = size0 ^ 2 / k, A - B
  local drift, step = metric.gram_drift(A, B), D:norm()
  local half = D * ((A + B) / 2):t()
  local moved, effective, top = moved_of(half + half:t(),
    1e-12 * size0 ^ 2)
  local root, scale = math.sqrt(k), { scale = math.sqrt(g2) }
  return {
    layer = l, rows = W:rows(), cols = W:cols(), k = k, gain = scale.scale,
    start = metric.orthogonality_error(B, scale) / root,
    now = metric.orthogonality_error(A, scale) / root,
    drift = drift / (g2 * root), spectral = top / g2,
    movement = step / size0,
    along = D:dot(B) / size0 ^ 2,
    ratio = step > 0 and
      drift / (math.sqrt(2 * g2 * k / A:cols()) * step) or nil,
    moved = moved, effective = effective,
    stable_rank = step > 0 and metric.stable_rank(D) or 0,
  }
end

-- ||D - D0||_F of D = W2'W2 - W1W1', over ||E2||_F + ||E1||_F: 0 where
-- neighbours drift together, as gradient flow in a linear net makes them.
local function imbalance(W, W0, l)
  local A, A0, B, B0 = W[l + 1], W0[l + 1], W[l], W0[l]
  if not A or A:cols() ~= B:rows() then return nil end
  A, A0, B, B0 = A:to("float64"), A0:to("float64"), B:to("float64"),
    B0:to("float64")
  local E2, E1 = A:t() * A - A0:t() * A0, B * B:t() - B0 * B0:t()
  local whole = E2:norm() + E1:norm()
  return whole > 0 and (E2 - E1):norm() / whole or nil
end

-- Is the net a linear (affine) function? Asked of two samples, a and b:
-- f(a) + f(-a) = 2 f(0), f(a + b) = f(a) + f(b) - f(0).
local function is_linear(net, x)
  local a = x:sub(1, x:rows(), 1, 1)
  local b = x:sub(1, x:rows(), x:cols(), x:cols())
  local zero, fa = net:forward(0 * a), net:forward(a)
  local odd = fa + net:forward(-a) - 2 * zero
  local sum = net:forward(a + b) - fa - net:forward(b) + zero
  local eps = x:precision() == "float32" and 1e-4 or 1e-9
  return odd:norm() + sum:norm() <= eps * (fa:norm() + zero:norm())
end

-- In a deep linear net of L balanced layers, an end-to-end singular value s
-- needs s^(1/L) of each: drift sqrt(mean (s^(2/L)/g^2 - 1)^2). nil where the
-- net is not one of equal square layers with orthogonal starts.
local function depth_drift(history, list)
  local first = list[1]
  for _, f in ipairs(list) do
    if f.rows ~= first.rows or f.cols ~= first.rows or
      f.start > limits.orthogonal or math.abs(f.gain / first.gain - 1) > 0.01
    then
      return nil
    end
  end
  if #list < 2 or not is_linear(history.net, history.x) then return nil end
  local x = history.x
  return linear_drift { depth = #list, gain = first.gain,
    singular_values = metric.jacobian_spectrum(history.net:copy(),
      x:sub(1, x:rows(), 1, 1):copy()) }
end

-- What a relative change of a layer's weights does to the loss, relative to
-- it, at the start: the largest of the layers.
local function sensitivity(history, loss)
  local most = 0.0
  for l, W0 in ipairs(history.initial) do
    most = math.max(most, history.first_gradients[l] * W0:norm() / loss)
  end
  return most
end

-- The layers that an explanation is about: those about as wide as the widest,
-- which leaves a narrow readout out.
local function body_of(list)
  local widest, body = 0, {}
  for _, f in ipairs(list) do widest = math.max(widest, f.k) end
  for _, f in ipairs(list) do
    if 2 * f.k >= widest then body[#body + 1] = f end
  end
  return body
end

local function mean_of(list, name)
  local total, n = 0.0, 0
  for _, f in ipairs(list) do
    if f[name] then total, n = total + f[name], n + 1 end
  end
  return n > 0 and total / n or nil
end

local function largest(list, name)
  local best = list[1]
  for _, f in ipairs(list) do
    if f[name] > best[name] then best = f end
  end
  return best
end

-- Everything that the words rest on.
local function measure(history)
  local list, W = {}, history.net:weights()
  for l, W0 in ipairs(history.initial) do
    list[l] = figures(l, W[l], W0)
    list[l].imbalance = imbalance(W, history.initial, l)
  end
  local body = body_of(list)
  local loss = history.steps:column "loss"
  return { layers = list, body = body, worst = largest(body, "drift"),
    drift = mean_of(body, "drift"), start = largest(body, "start").start,
    movement = largest(body, "movement").movement,
    spectral = largest(body, "spectral").spectral,
    along = mean_of(body, "along"),
    ratio = mean_of(body, "ratio"), moved = mean_of(body, "moved"),
    effective = mean_of(body, "effective"), k = mean_of(body, "k"),
    imbalance = mean_of(list, "imbalance"),
    predicted = depth_drift(history, list), depth = #list,
    first_loss = loss[1], last_loss = history.loss,
    sensitivity = sensitivity(history, math.abs(loss[1])),
  }
end

-- --- words ----------------------------------------------------------------

local function plural(n, word)
  return ("%d %s%s"):format(n, word, n == 1 and "" or "s")
end

local function fall(m) return 1 - m.last_loss / m.first_loss end

local function opening(history, m)
  local w, change = m.worst, fall(m)
  local how = change >= 0 and ("fell by %.3g %%"):format(100 * change) or
    ("rose by %.3g %%"):format(-100 * change)
  return ("The loss %s, from %.4g to %.4g, in %s of %s. Among %s, layer " ..
    "%d (%dx%d) drifted most: ||E||_F/(g^2 sqrt k) = %.3g, ||E||_2/g^2 = " ..
    "%.3g, after a movement of %.3g of its norm."):format(how, m.first_loss,
    m.last_loss, plural(history.taken, "step"),
    history.optimizer:match("^[^,]*}") or history.optimizer,
    plural(#m.body, "layer"), w.layer, w.rows, w.cols, w.drift, w.spectral,
    w.movement)
end

local function start_text(m)
  if m.start <= limits.orthogonal then
    return ("The weights began orthogonal (to %.2g) up to their gain.")
      :format(m.start)
  end
  return ("The weights did not begin orthogonal (they were %.2g away, " ..
    "relative to their gain): what is kept or lost here is their Gram " ..
    "matrix, whatever it was."):format(m.start)
end

-- Has the run taken away a good part of the loss, by moving weights?
local function trained(m)
  return fall(m) >= limits.trained and m.sensitivity >= limits.vanished
end

-- Each mechanism: a name, whether the figures show it, and a sentence.
local mechanisms = {
  { name = "vanishing gradient", of = function(m)
    return m.sensitivity < limits.vanished,
      ("Vanishing gradient: at the start, ||dL/dW|| ||W||/L was at most " ..
        "%.2g in any layer, so the first steps could not move the " ..
        "weights%s."):format(m.sensitivity, fall(m) >= limits.trained and
        ": what the loss fell by is due to biases" or "")
  end },
  { name = "short run", of = function(m)
    return fall(m) < limits.trained and m.sensitivity >= limits.vanished and
      m.drift < limits.near,
      ("Short run: only %.3g %% of the loss is gone; the weights have not " ..
        "had to go anywhere yet."):format(100 * fall(m))
  end },
  { name = "depth", of = function(m)
    local p = m.predicted
    if not p then return false end
    return math.abs(m.drift / p - 1) < limits.agrees,
      ("Depth: in a linear net of %d balanced layers, each needs only the " ..
        "%dth root of the end-to-end singular values. That predicts a drift " ..
        "of %.4g, with no free parameter; measured: %.4g. Neighbours drifted " ..
        "together, to %.2g of their drift."):format(m.depth, m.depth, p,
        m.drift, m.imbalance)
  end },
  { name = "lazy", of = function(m)
    return trained(m) and m.movement < limits.lazy and
      m.spectral < limits.kept and m.ratio ~= nil and
      math.abs(m.ratio - 1) < limits.generic,
      ("Lazy: the weights moved by at most %.3g of their norm, and E is " ..
        "%.3g times what a random movement of that length would make " ..
        "(sqrt2 g ||W - W0|| for square W): the drift is small because the " ..
        "movement is, not because it follows the orthogonal matrices.")
        :format(m.movement,
        m.ratio or 0)
  end },
  { name = "low rank", of = function(m, history)
    local bound = 2 * math.min(history.samples, m.k)
    return trained(m) and m.effective > 0 and m.effective <= limits.few * m.k and
      m.drift > 1e-12,
      ("Low rank: E acts in few directions: its eigenvalues count as %.3g " ..
        "equal ones, and %.4g of k = %.4g exceed 1 %% of the largest " ..
        "(%d samples can move at most %.4g)%s."):format(m.effective, m.moved,
        m.k, history.samples, math.min(bound, m.k), m.moved < 0.75 * m.k and
        "; the other singular values are where they were" or "")
  end },
}

-- What can be said against it.
local function objections(history, m)
  local list, w = {}, m.worst
  if w.drift >= limits.near then
    list[#list + 1] = ("Not near any more: layer %d drifted by %.3g."):format(
      w.layer, w.drift)
    if history.optimizer:find("adam", 1, true) then
      list[#list + 1] = "Adam moves every weight by about lr a step, at " ..
        "first, whatever its gradient: how far it goes is a matter of lr, and " ..
        "after the first step of sqrt(width)."
    end
  end
  local bent = largest(m.body, "spectral")
  if trained(m) and m.movement < limits.lazy and bent.spectral >= limits.kept then
    list[#list + 1] = ("Not lazy: the weights moved by at most %.3g of their " ..
      "norm, but in so few directions that singular values changed: " ..
      "||E||_2/g^2 is %.3g in layer %d. A step too large, an output too " ..
      "small, or many outputs do that."):format(m.movement, bent.spectral, bent.layer)
  end
  local radial = math.abs((1 + m.along) ^ 2 - 1)
  if m.drift > 0 and radial > limits.radial * m.drift then
    list[#list + 1] = ("The weights %s by %.3g %% along themselves%s: that alone " ..
      "makes a drift of %.3g."):format(m.along < 0 and "shrank" or "grew",
      100 * math.abs(m.along), m.along < 0 and ", as weight decay makes them" or "",
      radial)
  end
  if m.ratio and m.ratio < 1 - limits.generic then
    list[#list + 1] = ("E is only %.3g times what a random movement would " ..
      "make: most of the movement was along matrices with the same Gram " ..
      "matrix (a rotation), or changed it back."):format(m.ratio)
  elseif m.ratio and m.ratio > 1 + limits.generic then
    list[#list + 1] = ("E is %.3g times what a random movement would make: " ..
      "the movement stretched or shrank the weights."):format(m.ratio)
  end
  if m.predicted and math.abs(m.drift / m.predicted - 1) >= limits.agrees then
    list[#list + 1] = ("Balanced depth would predict a drift of %.3g, not " ..
      "%.3g (imbalance %.2g): too large a learning rate, or a start that " ..
      "the net cannot follow."):format(m.predicted, m.drift, m.imbalance)
  end
  return list
end

local columns = { "layer", "rows", "cols", "start", "now", "drift", "spectral",
  "movement", "ratio", "moved", "effective", "stable_rank", "imbalance" }

local function table_of(list)
  local records = {}
  for l, f in ipairs(list) do
    records[l] = {}
    for _, name in ipairs(columns) do records[l][name] = f[name] end
  end
  return tabular.of(columns, records)
end

-- For a run that ended before it could move anything, or diverged.
local function without_end(history)
  local text = history.diverged and ("The run diverged at step %d: %s. " ..
    "There is nothing to explain."):format(history.diverged, history.reason)
    or "No step was taken: the weights are where they began."
  return setmetatable({ mechanisms = {}, text = text,
    layers = tabular.new(columns) }, Explanation)
end

local function explain(history)
  if history.diverged or history.taken == 0 then return without_end(history) end
  local m, found = measure(history), {}
  local text = { opening(history, m), start_text(m) }
  for _, mechanism in ipairs(mechanisms) do
    local shown, sentence = mechanism.of(m, history)
    if shown then
      found[#found + 1] = mechanism.name
      text[#text + 1] = sentence
    end
  end
  table.move(objections(history, m), 1, 10, #text + 1, text)
  if #found == 0 then
    text[#text + 1] = "None of the known mechanisms shows in these figures."
  end
  return setmetatable({ mechanisms = found, figures = m,
    layers = table_of(m.layers), text = table.concat(text, " ") }, Explanation)
end

function Explanation:__tostring()
  local head = #self.layers > 0 and self.layers:totext(20) .. "\n" or ""
  return head .. tabular.paragraph(self.text)
end

return explain
