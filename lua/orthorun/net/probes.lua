-- probes: what a tracker can measure of a layer in training, by name. Knows
-- nothing of when it is measured, or where the numbers go.
--
-- A probe is a function(c, l) of a context c and a layer l; it returns a
-- number, or an array of numbers, or nil where the layer has no such thing.
-- c: W, W0, G (arrays of matrices: weights, their start, gradients), options,
-- and what probes keep there: per measurement in c.now, else in c itself.
local core = require "orthorun.core"

local metric = core.metric

local probes = {}

-- --- what probes are made of ----------------------------------------------

-- The value of f(c, l), computed once a measurement.
local function once(name, f)
  return function(c, l)
    local key = name .. l
    local value = c.now[key]
    if value == nil then
      value = f(c, l)
      c.now[key] = value
    end
    return value
  end
end

-- The same, once a run: of what does not change.
local function always(name, f)
  return function(c, l)
    local key = name .. l
    if c.kept[key] == nil then c.kept[key] = f(c, l) end
    return c.kept[key]
  end
end

local delta = once("delta", function(c, l) return c.W[l] - c.W0[l] end)

-- The Gram matrix of W's shorter side.
local function gram(W)
  local A = W:to("float64")
  if A:rows() > A:cols() then return A:t() * A end
  return A * A:t()
end

local singular = once("singular", function(c, l)
  return metric.singular_values(c.W[l])
end)

local first_singular = always("singular", function(c, l)
  return metric.singular_values(c.W0[l])[1]
end)

local function shorter(W) return math.min(W:rows(), W:cols()) end

-- W0W0', kept where it is no larger than W0: most measurements get by with it.
local function start_gram(c, l)
  local W0 = c.W0[l]
  if W0:rows() > W0:cols() then return nil end
  return always("gram", function() return W0 * W0:t() end)(c, l)
end

local function gram_drift(c, l)
  return metric.gram_drift(c.W[l], c.W0[l], start_gram(c, l))
end

-- ||E||_F for the Gram matrices of the shorter side.
local function drift(c, l)
  local W, W0 = c.W[l], c.W0[l]
  if W:rows() > W:cols() then return metric.gram_drift(W:t(), W0:t()) end
  return gram_drift(c, l)
end

-- E = Gram(W) - Gram(W0), symmetric but for rounding: half of which is kept.
local change = once("change", function(c, l)
  local E = gram(c.W[l]) - gram(c.W0[l])
  return (E + E:t()) * 0.5
end)

local eigenvalues = once("eigenvalues", function(c, l)
  return (change(c, l):eigh())
end)

-- E's eigenvalues that are more than a hundredth of the largest: each sample
-- moves at most two.
local function moved(c, l)
  local values, count = eigenvalues(c, l), 0
  local top, floor = values:norm("max"), 1e-12 * c.W0[l]:norm() ^ 2
  for i = 1, values:rows() do
    local size = math.abs(values:get(i, 1))
    if size > c.options.moved * top and size > floor then count = count + 1 end
  end
  return count
end

-- Is layer l's output the next layer's input?
local function neighbours(c, l)
  return c.W[l + 1] and c.W[l + 1]:cols() == c.W[l]:rows() or nil
end

-- W2'W2 - W1W1' of neighbours
local function imbalance(W2, W1)
  W2, W1 = W2:to("float64"), W1:to("float64")
  return W2:t() * W2 - W1 * W1:t()
end

local function movement_rank(f)
  return function(c, l)
    local D = delta(c, l)
    return D:norm() == 0 and 0 or f(D)
  end
end

-- The gain g of semi-orthogonal weights, from their norm: g^2 k = ||W||_F^2.
local function gain_squared(W) return W:norm() ^ 2 / shorter(W) end

-- --- the probes -----------------------------------------------------------

probes.weights = {
  -- ||W'W/gain^2 - I||_F
  orthogonality_error = function(c, l)
    return metric.orthogonality_error(c.W[l], { scale = c.options.gain })
  end,
  -- ||WW' - W0W0'||_F
  gram_drift = gram_drift,
  -- ||E||_F/(g^2 sqrt k): E as in gram_drift, of W's shorter side k; g^2 the
  -- mean square of W0's singular values
  relative_drift = function(c, l)
    local W0 = c.W0[l]
    return drift(c, l) / (gain_squared(W0) * math.sqrt(shorter(W0)))
  end,
  -- ||E||_2/g^2
  spectral_drift = function(c, l)
    return eigenvalues(c, l):norm("max") / gain_squared(c.W0[l])
  end,
  -- (tr E)^2/||E||_F^2: how many eigenvalues bear E, if they share it
  trace_share = function(c, l)
    local E = change(c, l)
    local size = E:norm()
    return size > 0 and (E:trace() / size) ^ 2 or 0
  end,
  singular_max = function(c, l) return singular(c, l)[1] end,
  singular_min = function(c, l)
    local s = singular(c, l)
    return s[#s]
  end,
  singular_values = singular,
  weight_norm = function(c, l) return c.W[l]:norm() end,
  -- ||W - W0||_F / ||W0||_F
  movement = function(c, l) return delta(c, l):norm() / c.W0[l]:norm() end,
  movement_norm = function(c, l) return delta(c, l):norm() end,
  movement_spectral = function(c, l) return delta(c, l):norm("spectral") end,
  movement_stable_rank = movement_rank(metric.stable_rank),
  movement_effective_rank = movement_rank(metric.effective_rank),
  -- ||E||_F/(sqrt2 g ||W - W0||_F sqrt(k/n)), n the longer side: 1 for a
  -- movement in a random direction
  drift_ratio = function(c, l)
    local size, W0 = delta(c, l):norm(), c.W0[l]
    if size == 0 then return nil end
    local part = shorter(W0) / math.max(W0:rows(), W0:cols())
    return drift(c, l) / (math.sqrt(2 * gain_squared(W0) * part) * size)
  end,
  moved_eigenvalues = moved,
  -- bounds of gram_drift from where W is: (||W||_2 + ||W0||_2) ||W - W0||_F; and
  -- ||(W + W0)(W - W0)'||_F, whose symmetric part is WW' - W0W0'
  bound_mixed = function(c, l)
    return (singular(c, l)[1] + first_singular(c, l)) * delta(c, l):norm()
  end,
  bound_tight = function(c, l)
    return ((c.W[l] + c.W0[l]) * delta(c, l):t()):norm()
  end,
  -- the symmetric part's share of ||(W + W0)(W - W0)'||_F^2: that part is E
  way_share = function(c, l)
    local whole = ((c.W[l] + c.W0[l]) * delta(c, l):t()):norm()
    return whole > 0 and (gram_drift(c, l) / whole) ^ 2 or 0 / 0
  end,
  -- ||W2'W2 - W1W1'||_F of layer l+1 and layer l
  balance = function(c, l)
    return neighbours(c, l) and metric.balance(c.W[l + 1], c.W[l])
  end,
  -- how far that matrix is from what it was
  balance_drift = function(c, l)
    if not neighbours(c, l) then return nil end
    local before = always("imbalance", function()
      return imbalance(c.W0[l + 1], c.W0[l])
    end)(c, l)
    return (imbalance(c.W[l + 1], c.W[l]) - before):norm()
  end,
}

-- Those that need the gradients of the weights they are measured with.
probes.gradients = {
  grad_norm = function(c, l) return c.G[l]:norm() end,
  log10_grad_norm = function(c, l) return c.G[l]:log10_norm() end,
  -- Frobenius norms of W'G's symmetric part, which makes drift, and of its
  -- skew part, which only turns W
  gradient_symmetric = function(c, l)
    return (metric.gradient_split(c.W[l], c.G[l]))
  end,
  gradient_skew = function(c, l)
    return (select(2, metric.gradient_split(c.W[l], c.G[l])))
  end,
  -- the symmetric part's share of ||W'G||_F^2: half, for a random G
  symmetric_share = function(c, l)
    local even, odd = metric.gradient_split(c.W[l], c.G[l])
    return even ^ 2 / (even ^ 2 + odd ^ 2)
  end,
}

-- W's way since the last term of the sums, when it was c.previous, its length,
-- and W's norm then.
local way = once("way", function(c, l) return c.W[l] - c.previous[l] end)
local length = once("length", function(c, l) return way(c, l):norm() end)
local before = once("before", function(c, l) return c.previous[l]:norm() end)

-- Those that add up. f(c, l) is a term of the sum: from V = c.previous[l], W at
-- the term before, to W. Each bounds ||E||_F, but path, which bounds
-- ||W - W0||_F, and angle_squares.
probes.sums = {
  -- ||W - V||_F
  path = length,
  -- the squared angle between V and W as vectors, in radians: the sine of its half is
  -- half the distance of V/||V|| and W/||W||, which is found from ||W - V||
  angle_squares = function(c, l)
    local a, b = before(c, l), c.W[l]:norm()
    local chord = (length(c, l) ^ 2 - (b - a) ^ 2) / (a * b)
    return 4 * math.asin(math.min(1, math.sqrt(math.max(0, chord)) / 2)) ^ 2
  end,
  -- ||WW' - VV'||_F
  gram_path = function(c, l)
    return metric.gram_drift(c.W[l], c.previous[l])
  end,
  -- 2 ||V||_F ||W - V||_F + ||W - V||_F^2
  bound_sums = function(c, l)
    return 2 * before(c, l) * length(c, l) + length(c, l) ^ 2
  end,
  -- the same with ||V||_2, as it was when last measured
  bound_spectral = function(c, l)
    local norm = c.spectral[l] or first_singular(c, l)
    return 2 * norm * length(c, l) + length(c, l) ^ 2
  end,
  -- 2 t max ||V||_F max(lr ||g||), g all of the net's gradients as clipped:
  -- what the t-th term adds to this
  bound_maxima = function(c, l)
    local m = always("maxima", function()
      return { terms = 0, weight = 0, step = 0, bound = 0 }
    end)(c, l)
    local last = m.bound
    m.terms = m.terms + 1
    m.weight = math.max(m.weight, before(c, l))
    m.step = math.max(m.step, c.run.lr * c.run.grad_norm)
    m.bound = 2 * m.terms * m.weight * m.step
    return m.bound - last
  end,
}

-- To be called with a measurement: what bound_spectral's next terms go by.
function probes.note_spectral(c, l) c.spectral[l] = singular(c, l)[1] end

-- labels: how people write them, where a name does not say it.
probes.labels = {
  gram_drift = "‖WWᵀ − W₀W₀ᵀ‖", relative_drift = "‖E‖_F/(g²√n)",
  spectral_drift = "‖E‖₂/g²", trace_share = "(tr E)²/‖E‖²",
  weight_norm = "‖W‖_F", singular_max = "‖W‖₂", singular_min = "σ_min(W)",
  movement = "‖W − W₀‖/‖W₀‖", movement_norm = "‖W − W₀‖_F",
  movement_spectral = "‖W − W₀‖₂", balance = "‖W₂ᵀW₂ − W₁W₁ᵀ‖",
  bound_maxima = "2η t max‖W‖_F max‖g‖", bound_sums = "Σ 2η‖W‖_F‖G‖_F",
  bound_spectral = "Σ 2η‖W‖₂‖G‖_F", bound_mixed = "(‖W‖₂+‖W₀‖₂) ‖W−W₀‖_F",
  bound_tight = "‖(W+W₀)(W−W₀)ᵀ‖_F", way_share = "symmetric share of the way",
}

probes.groups = {
  gradient_split = { "gradient_symmetric", "gradient_skew" },
}

return probes
