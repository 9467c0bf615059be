-- lazy: how far the weights of a wide net move in the kernel regime, with the tangent
-- kernel's own constants. At infinite width a layer's kernel over N inputs of equal
-- norms and correlations is  K_l = n ((d_l - o_l) I + o_l 11'),  so the kernel K has
-- two eigenvalues: that of the N - 1 directions in which targets sum to 0, and that
-- of their sum. In both the residual falls as exp(-lambda t), and layer l moves by
--   ||W_l - W_l(0)||^2 = sum over outputs of a'K_l a,   a = K^-1 (1 - exp(-K t)) y
local activation = require "orthorun.core".activation
local checked = require "orthorun.theory.checked"
local fail = require "orthorun.core".fail -- at the user's line

local lazy = {}

local sqrt, exp = math.sqrt, math.exp

-- --- the kernel -----------------------------------------------------------------

-- Forward: of each activation layer the mean square of a, and E[a a'] of two inputs;
-- the mean square slope, and E[phi' phi'].
local function forward(o)
  local list = { [0] = { square = o.q0, product = o.q0 * o.input_c } }
  for l = 1, o.depth - 1 do
    local before = list[l - 1]
    local options = { q = o.gain ^ 2 * before.square, alpha = o.alpha,
      c = math.max(-1, math.min(1, before.product / before.square)) }
    local function of(slope)
      options.slope = slope
      return activation.joint(o.activation, options)
    end
    local at = { product = of(false), slopes = of(true) }
    options.c = 1
    at.square, at.slope = of(false), of(true)
    list[l] = at
  end
  return list
end

-- By layer d_l and o_l, over the width n; and their sums.
local function kernel(o)
  local at, d, off, sum = forward(o), {}, {}, { d = 0, o = 0 }
  local square, product = 1, 1 -- of delta, one output's
  for l = o.depth, 1, -1 do
    if l < o.depth then
      square = o.gain ^ 2 * at[l].slope * square
      product = o.gain ^ 2 * at[l].slopes * product
    end
    d[l], off[l] = at[l - 1].square * square, at[l - 1].product * product
    sum.d, sum.o = sum.d + d[l], sum.o + off[l]
  end
  return d, off, sum
end

-- --- learning -------------------------------------------------------------------

-- The time until the share ((N-1) e^(-2 w0 t) + e^(-2 w1 t))/N is left.
local function time_to(target, N, w0, w1)
  if target == 0 then return math.huge end
  local function left(t) return ((N - 1) * exp(-2 * w0 * t) + exp(-2 * w1 * t)) / N end
  local low, high = 0, 1 / math.max(w0, w1)
  while left(high) > target do
    low, high = high, 2 * high
    if high == math.huge then return high end
  end
  for _ = 1, 200 do
    local middle = 0.5 * (low + high)
    if middle <= low or middle >= high then break end
    if left(middle) > target then low = middle else high = middle end
  end
  return high
end

-- Mean square of (1 - e^(-w t))/w times the residual, times layer l's eigenvalue.
local function moved(w, own, t)
  if w <= 0 then return 0 end
  return own * ((1 - exp(-w * t)) / w) ^ 2
end

-- The drifts of layers 1 to depth - 1, and their mean. o: width, depth, samples,
-- outputs, gain, scale, residual, activation, alpha, q0, input_c, target.
function lazy.drift(o)
  local d, off, sum = kernel(o)
  local N, n, drifts, total = o.samples, o.width, {}, 0
  local w0, w1 = sum.d - sum.o, sum.d + (N - 1) * sum.o
  if N == 1 then w0 = w1 end
  local t = time_to(o.target, N, w0, w1)
  for l = 1, o.depth - 1 do
    local energy = (N - 1) * moved(w0, d[l] - off[l], t) +
      moved(w1, d[l] + (N - 1) * off[l], t)
    drifts[l] = sqrt(2 * o.outputs * energy) * o.residual /
      (o.scale * o.gain * n)
    total = total + drifts[l] / (o.depth - 1)
  end
  return total, drifts
end

-- --- options --------------------------------------------------------------------

-- What the kernel needs beyond the simple law: read from o, checked, into `into`.
function lazy.read(who, o, into)
  if into.depth < 2 or into.depth > 10000 then
    fail(("%s: the kernel's law is that of hidden layers' matrices; depth is %d, must "
      .. "be at least 2 and at most 10000"):format(who, into.depth))
  end
  into.activation, into.alpha = o.activation or "relu", o.alpha
  activation.shape(into.activation, { alpha = o.alpha })
  into.q0 = checked.number(who, o, "q0", 1)
  into.input_c = checked.number(who, o, "input_c", 0, -1)
  into.target = checked.number(who, o, "target", 0, 0)
  if into.input_c > 1 or into.target >= 1 then
    fail(("%s: input_c is %s and target %s; a correlation, and a share below 1, "
      .. "are needed"):format(who, into.input_c, into.target))
  end
  return into
end

return lazy
