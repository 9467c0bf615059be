-- residual_noise: how the logarithms of norms in a random residual net deviate from
-- those of their mean squares, to first order in 1/n. Of each block's matrices the last
-- adds a product <x, f(x)> of mean 0 to ||x||^2, variance 4 p (1 - p)/n, p the branch's
-- share; so on the way back. What a branch makes of its input's pattern is common to
-- blocks, as far as their inputs are alike: in Hermite polynomials, whose k-th sum over
-- the units keeps r^k of itself where the inputs' correlation is r. So X, ln||x||^2,
-- is a Markov chain with those sums, and Y, ln||dloss/dx||^2, linear in it. Gates
-- that are common to blocks also gather dloss/dx where they are open.
local activation = require "orthorun.core".activation
local layer_noise = require "orthorun.theory.layer_noise"

local noise = {}

local sqrt = math.sqrt
local highest = 8

-- He_k's coefficients by power, over sqrt(k!).
local hermite = { [0] = { [0] = 1 }, { [0] = 0, 1 } }
for k = 2, highest do
  local h, scale = {}, sqrt(k)
  for j = 0, k do
    h[j] = ((hermite[k - 1][j - 1] or 0) - (hermite[k - 2][j] or 0) * sqrt(k - 1))
      / scale
  end
  hermite[k] = h
end

-- E[f^2 He_k]/E[f^2], f phi or its slope, by k, 0 where the net fixes the sum; in
-- `all`, not; `rest`, the variance that higher ones have.
local function pattern(net, q, slope)
  local function mean(power, degree)
    local key = slope and "slope" or "value"
    return activation.mean(net.activation, { q = q, [key] = degree, power = power,
      alpha = net.alpha })
  end
  local moments, out = {}, { square = mean(0, 4) / mean(0, 2) ^ 2, all = {} }
  for j = 0, highest do moments[j] = mean(j, 2) / mean(0, 2) end
  out.rest = out.square - 1
  for k = 1, highest do
    local sum = 0
    for j = 0, k do sum = sum + hermite[k][j] * moments[j] end
    local fixed = k == 2 or k == 1 and net.norm
    out[k], out.rest, out.all[k] = fixed and 0 or sum, out.rest - sum ^ 2, sum
    if k == 2 then out.turn = sum / sqrt(2) end
  end
  out.rest = math.max(0, out.rest)
  return out
end

-- The branch at input variance q: patterns of its first activation; of the others and
-- of the matrices fresh noise: by matrix k, `to[k]`, of its input, and `from[k]`, of
-- the way back to its output; `turn[k]`, how the input follows the first pattern.
local function branch(net, q, into)
  local n, at = net.width, layer_noise.statistics(net.phi, net.orthogonal)
  local forward, back = pattern(net, q, false), pattern(net, q, true)
  local out = { forward = forward, back = back, to = { forward.rest / n },
    turn = { 1 }, from = {} }
  local behind = {}
  for k = 2, net.inner do
    local s = at(math.log(net.w2 * into[k - 1]), n, n, n)
    out.turn[k] = out.turn[k - 1] * s.turn
    out.to[k] = s.turn ^ 2 * out.to[k - 1] + s.noise.forward_var
    behind[k - 1] = s.noise.backward_var
  end
  local sum = 0
  for k = net.inner, 1, -1 do
    out.from[k] = sum
    sum = sum + (behind[k - 1] or 0)
  end
  local length = net.orthogonal and 0 or 2 / n
  out.output = out.to[net.inner] + length
  out.gates = sum + (2 * back.square - (net.orthogonal and 2 or 0) + back.rest) / n
  return out
end

-- --- from block to block ---------------------------------------------------------

local function squares(c)
  local sum = 0
  for k = 1, highest do sum = sum + c[k] ^ 2 end
  return sum
end

-- Coefficients of a linear function of X and of the sums: its variance.
local function variance(of_x, c, state, n)
  local sum = of_x ^ 2 * state.var + squares(c) / n
  for k = 1, highest do sum = sum + 2 * of_x * c[k] * state.with[k] end
  return sum
end

-- A block's numbers, from its share p of ||x||^2, its share of ||dloss/dx||^2 and its
-- branch: how X goes on, what feeds it, and the same of Y.
local function block(net, list, b)
  local p, back, n = list.share, list.back_share, net.width
  local last = b.turn[net.inner]
  local follows = net.norm and 0 or last * b.forward.turn
  return { p = p, back = back, r = sqrt(1 - p), branch = b, last = last,
    keeps = 1 - p + p * follows,
    fresh = p ^ 2 * b.output + 4 * p * (1 - p) / n,
    back_fresh = back ^ 2 * b.gates, back_cross = 4 * back * (1 - back) / n,
    tilt = net.norm and -1 or b.back.turn }
end

-- X and its covariances with the sums after each block, from 0.
local function forward_states(net, blocks)
  local n, state = net.width, { var = 0, with = {} }
  for k = 1, highest do state.with[k] = 0 end
  local states = { [0] = state }
  for l, b in ipairs(blocks) do
    local feeds, next_state = {}, { with = {} }
    for k = 1, highest do feeds[k] = b.p * b.last * b.branch.forward[k] end
    next_state.var = variance(b.keeps, feeds, state, n) + b.fresh
    for k = 1, highest do
      next_state.with[k] = b.r ^ k * (b.keeps * state.with[k] + feeds[k] / n)
    end
    state = next_state
    states[l] = state
  end
  return states
end

-- Y behind a block, as a function of what was before it: what of X, of the sums, and
-- what is neither.
local function before(b, y, n)
  local c, own = {}, y.own + y.of_x ^ 2 * b.fresh
  for k = 1, highest do
    c[k] = y.sums[k] * b.r ^ k + y.of_x * b.p * b.last * b.branch.forward[k]
    own = own + y.sums[k] ^ 2 * (1 - b.r ^ (2 * k)) / n
  end
  return { of_x = y.of_x * b.keeps, sums = c, own = own }
end

-- Of the gradient of matrix k: mean and variance of its logarithm's deviation.
local function of_matrix(net, b, k, y, seen, state)
  local n, turn = net.width, b.branch.turn[k]
  local of_x = net.norm and 0 or turn * b.branch.forward.turn
  local c, both = {}, {}
  for j = 1, highest do
    c[j] = turn * b.branch.forward[j]
    both[j] = c[j] + seen.sums[j]
  end
  local to, from = b.branch.to[k], b.branch.from[k]
  local along = 2 * y.of_x * b.p * b.last / turn * to
  return y.mean - 0.5 * (variance(of_x, c, state, n) + to + from),
    variance(of_x + seen.of_x, both, state, n) + seen.own + to + from + along
end

-- How much more of dloss/dx's energy is where the block's gates are open than
-- anywhere, from its pattern y.gathered behind; and the pattern before the block.
local function gather(b, y)
  local open, all, pattern_before = 1, b.branch.back.all, {}
  for k = 1, highest do
    local seen = b.r ^ k * y.gathered[k]
    open = open + all[k] * seen
    pattern_before[k] = (1 - b.back) * seen + b.back * all[k]
  end
  return open, pattern_before
end

-- One block further back: Y before it.
local function further(net, b, y, seen, state)
  local n, c, feeds = net.width, {}, b.branch.back
  local open, gathered = gather(b, y)
  local cross = b.back_cross * open
  for k = 1, highest do c[k] = seen.sums[k] + b.back * feeds[k] end
  local gates = b.branch.gates + squares(feeds) / n
  local spread = gates + b.tilt ^ 2 * state.var
  local mean = b.back * (-0.5 * b.tilt * state.var - 0.5 * gates)
    + 0.5 * b.back * (1 - b.back) * spread - 0.5 * cross
  return { of_x = seen.of_x + b.back * b.tilt, sums = c, gathered = gathered,
    own = seen.own + b.back_fresh + cross, mean = y.mean + mean }
end

-- Means and variances of the deviations of ln||.||^2: { forward, delta, gradient }, each
-- {mean=, var=} of arrays. list: the net's blocks, each with q, into, share,
-- back_share (theory.residual).
function noise.deviations(net, list)
  local blocks, known, known_q = {}, nil, nil
  for l, at in ipairs(list) do
    if at.q ~= known_q then known, known_q = branch(net, at.q, at.into), at.q end
    blocks[l] = block(net, at, known)
  end
  local states, out = forward_states(net, blocks), {}
  for _, name in ipairs { "forward", "delta", "gradient" } do
    out[name] = { mean = {}, var = {} }
  end
  local y = { of_x = 0, sums = {}, gathered = {}, own = 0, mean = 0 }
  for k = 1, highest do y.sums[k], y.gathered[k] = 0, 0 end
  for l = #list, 1, -1 do
    local b, state, seen = blocks[l], states[l - 1], before(blocks[l], y, net.width)
    for k = 1, net.inner do
      local at, g = (l - 1) * net.inner + k, out.gradient
      g.mean[at], g.var[at] = of_matrix(net, b, k, y, seen, state)
    end
    y = further(net, b, y, seen, state)
    out.delta.mean[l] = y.mean
    out.delta.var[l] = variance(y.of_x, y.sums, state, net.width) + y.own
    out.forward.mean[l], out.forward.var[l] = -0.5 * states[l].var, states[l].var
  end
  return out
end

return noise
