-- laws: what this build draws and multiplies, held against the laws that it should
-- follow. `draw` has what is drawn, so that tests can draw something wrong: functions
-- of a generator and a shape. Every law has a generator of its own, so that their
-- scores are independent. No scores here: what they are is in scores.lua.
local activation = require "orthorun.core".activation
local core = require "orthorun.core"
local distributions = require "orthorun.table.distributions"
local mlp = require "orthorun.net.mlp"
local scores = require "orthorun.selftest.scores"
local theory = require "orthorun.theory"

local laws = {}

local pi = math.pi

-- What is drawn unless somebody says otherwise.
laws.draw = {
  uniform = function(rng, rows, cols, precision)
    return rng:uniform(rows, cols, { precision = precision })
  end,
  normal = function(rng, rows, cols, precision)
    return rng:normal(rows, cols, { precision = precision })
  end,
  orthogonal = function(rng, rows, cols, det)
    return core.init.orthogonal { det = det }(rng, rows, cols, "float64")
  end,
  weights = function(rng, rows, cols, precision) -- N(0, 1/cols)
    return core.init.lecun_normal {}(rng, rows, cols, precision)
  end,
  he = core.init.he_normal {},
  gain = activation.gain,
}

-- f(generator of its own) n times, as an array.
local function repeated(n, rng, f)
  local values = {}
  for k = 1, n do values[k] = f(rng:split(k)) end
  return values
end

local function sum_of_squares(values)
  local sum = 0.0
  for _, x in ipairs(values) do sum = sum + x * x end
  return sum
end

-- --- random numbers ---------------------------------------------------------

function laws.numbers(rng, draw)
  local rows = {}
  for _, precision in ipairs { "float64", "float32" } do
    local r = rng:split(precision)
    local uniform = draw.uniform(r, 20000, 1, precision):tolist()
    local normal = draw.normal(r, 20000, 1, precision):tolist()
    table.insert(rows, scores.distance("uniform numbers: KS, " .. precision, uniform,
      function(u) return u end))
    table.insert(rows, scores.distance("normal numbers: KS, " .. precision, normal,
      distributions.normal_cdf))
  end
  return rows
end

-- --- Haar's measure ---------------------------------------------------------

-- Traces of powers are normal up to moments of order n (Diaconis, Shahshahani 1994).
function laws.traces(rng, draw)
  local n, count = 16, 8000
  local squares = {}
  local traces = repeated(count, rng, function(r)
    local Q = draw.orthogonal(r, n, n)
    squares[#squares + 1] = Q:dot(Q:t())
    return Q:trace()
  end)
  local others = repeated(count // 2, rng:split "others", function(r)
    return draw.orthogonal(r, n, n):trace()
  end)
  return { scores.mean("Haar: tr Q", traces, 0.0, 1),
    scores.squares("Haar: (tr Q)²", sum_of_squares(traces), count),
    scores.mean("Haar: tr Q²", squares, 1.0, math.sqrt(2)),
    scores.distance("Haar: tr Q, KS", others, distributions.normal_cdf) }
end

-- One of Q's angles in (0, pi), each as likely. (Q + Q')/2 has each one's cosine
-- twice, and where det Q = -1 also -1 and 1.
local function angle(r, Q, det)
  local cosines = (0.5 * (Q + Q:t())):eigh():tolist()
  local pairs_of = (#cosines - (det < 0 and 2 or 0)) // 2
  local k = 2 * r:integer(1, pairs_of) + (det < 0 and 1 or 0)
  return math.acos(math.max(-1, math.min(1, cosines[k])))
end

-- The law of an angle in one half of O(2N) (Katz, Sarnak 1999).
local function angle_law(N, det)
  local sign, count = det, det < 0 and N - 1 or N
  return function(x)
    local waves = 0.0
    for k = 1, N - 1 do waves = waves + math.sin(2 * k * x) / k end
    return x / pi + sign * waves / (2 * pi * count)
  end
end

function laws.angles(rng, draw)
  local rows, N = {}, 6
  for _, det in ipairs { 1, -1 } do
    local values = repeated(3000, rng:split(det), function(r)
      return angle(r, draw.orthogonal(r, 2 * N, 2 * N, det), det)
    end)
    rows[#rows + 1] = scores.distance(("Haar: angles where det = %d, KS"):format(det),
      values, angle_law(N, det))
  end
  return rows
end

-- The law of a coordinate of a random unit vector in n dimensions.
local function coordinate_law(n)
  return function(x)
    local half = distributions.incomplete_beta(x * x, 0.5, (n - 1) / 2) / 2
    return x < 0 and 0.5 - half or 0.5 + half
  end
end

-- One entry of each matrix, and of each half of the determinants as many.
function laws.entries(rng, draw)
  local rows = {}
  for _, shape in ipairs { { 9, 9 }, { 12, 5 } } do
    local m, n = table.unpack(shape)
    local values = repeated(4000, rng:split(m), function(r)
      return draw.orthogonal(r, m, n):get(r:integer(1, m), r:integer(1, n))
    end)
    rows[#rows + 1] = scores.distance(("Haar: entries of %d×%d, KS"):format(m, n),
      values, coordinate_law(m))
  end
  return rows
end

function laws.halves(rng, draw)
  local n, positive = 8000, 0
  for k = 1, n do
    local _, sign = draw.orthogonal(rng:split(k), 5, 5):logdet()
    if sign > 0 then positive = positive + 1 end
  end
  return { scores.share("Haar: det = 1 in half of all", positive, n, 0.5) }
end

-- --- Gaussian matrices ------------------------------------------------------

-- ‖W a‖² over orthonormal a: n W a has independent standard normal entries.
function laws.energy(rng, draw)
  local rows, m, n, count = {}, 513, 383, 33
  for _, precision in ipairs { "float64", "float32" } do
    local r = rng:split(precision)
    local W = draw.weights(r, m, n, precision)
    local A = draw.orthogonal(r, n, count):to(precision)
    rows[#rows + 1] = scores.squares("‖W a‖²/‖a‖², " .. precision,
      n * (W * A):norm() ^ 2, m * count)
  end
  return rows
end

-- A normal matrix times an orthogonal one is normal.
function laws.rotation(rng, draw)
  local W = draw.normal(rng, 129, 257, "float64")
  local Q = draw.orthogonal(rng, 257, 129)
  return { scores.distance("a normal matrix times Q is normal: KS", (W * Q):tolist(),
    distributions.normal_cdf) }
end

-- The largest distance of sorted singular values, largest first, from the quarter
-- circle; they keep far closer to it than independent values would.
local function from_circle(values)
  local n, largest = #values, 0.0
  for i, s in ipairs(values) do
    local share = theory.quarter_circle.cdf(s)
    local above, below = (n - i + 1) / n - share, share - (n - i) / n
    largest = scores.worst(largest, math.max(above, below))
  end
  return largest
end

-- Square matrices of N(0, 1/n): the sum of s^4 has mean 2n + 1 and the variance of a
-- Wishart matrix's tr S².
function laws.quarter_circle(rng, draw)
  local n = 150
  local sd = math.sqrt(4 * (9 * n * n + 10 * n + 5)) / n
  local values = draw.weights(rng, n, n, "float64"):singular_values():tolist()
  local fourth = 0.0
  for _, s in ipairs(values) do fourth = fourth + s ^ 4 end
  return { scores.mean("quarter circle: Σ s⁴", { fourth }, 2.0 * n + 1, sd),
    scores.within("quarter circle: distance from it", n * from_circle(values), 10,
      "/n") }
end

-- ln|det| of normal n×n matrices is a sum of independent logarithms of chi-squared
-- numbers, and both signs are equally likely.
function laws.determinants(rng, draw)
  local n, count, positive = 20, 4000, 0
  local mean, variance = 0.0, 0.0
  for k = 1, n do
    mean = mean + (math.log(2) + theory.digamma(k / 2)) / 2
    variance = variance + theory.trigamma(k / 2) / 4
  end
  local values = repeated(count, rng, function(r)
    local log, sign = draw.normal(r, n, n, "float64"):logdet()
    if sign > 0 then positive = positive + 1 end
    return log
  end)
  return { scores.mean("ln|det W|", values, mean, math.sqrt(variance)),
    scores.share("det W > 0 in half of all", positive, count, 0.5) }
end

-- --- networks ---------------------------------------------------------------

local width, depth = 40, 12

-- ln‖·‖² by layer of a net that is drawn anew, and a cotangent that does not look.
local function signal_of(r, draw, part)
  local net = mlp { width = width, depth = depth, activation = "relu", bias = false,
    init = draw.he, rng = r:split "weights", precision = "float64" }
  local x = r:split "x":normal(width, 1, { precision = "float64" })
  local dy = r:split "dy":normal(width, 1, { precision = "float64" })
  local logs = net:signal(x, x, function() return 1.0, dy end)[part]
  for l, log10 in ipairs(logs) do logs[l] = 2 * math.log(10) * log10 end
  return logs
end

-- How norms grow per layer in ReLU nets, by the exact law of their logarithms. What
-- one layer adds is independent of what the others do.
function laws.signal(rng, draw)
  local rows, count = {}, 200
  local law = theory.fluctuations { width = width, depth = depth,
    init = "he_normal", activation = "relu" }
  for _, part in ipairs { "forward", "delta" } do
    local first, last = 1, depth - 1
    if part == "delta" then first, last = last, first end
    local steps = last - first
    local values = repeated(count, rng:split(part), function(r)
      local logs = signal_of(r, draw, part)
      return (logs[last] - logs[first]) / steps
    end)
    local mean, var = law[part].mean, law[part].var
    rows[#rows + 1] = scores.mean("relu net: slope of ln‖" ..
      (part == "forward" and "a" or "δ") .. "‖²", values,
      (mean[last] - mean[first]) / steps,
      math.sqrt(var[last] - var[first]) / math.abs(steps))
  end
  return rows
end

-- --- gains ------------------------------------------------------------------

-- Second moments that have closed forms.
function laws.gains(_, draw)
  local erf = math.sqrt(pi / 2 / math.asin(2 / 3))
  local worst = 0.0
  for name, gain in pairs { relu = math.sqrt(2), linear = 1.0, erf = erf } do
    worst = scores.worst(worst, math.abs(draw.gain(name) / gain - 1))
  end
  return { scores.within("gains of relu, linear, erf", worst / 2 ^ -52, 10) }
end

-- The order in which they are told.
laws.names = { "numbers", "traces", "angles", "entries", "halves", "energy",
  "rotation", "quarter_circle", "determinants", "signal", "gains" }

return laws
