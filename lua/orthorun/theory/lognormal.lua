-- lognormal: the logarithm of a mean of lognormals, which is what the norm of
-- a batch is where its samples' norms scatter: ln of (1/B) sum_b e^(s g_b),
-- g_b independent and standard normal. B = 1: mean 0, variance s^2.
local activation = require "orthorun.core".activation

local lognormal = {}

local exp, log = math.exp, math.log
local step = 0.25
local euler, exponential_variance = 0.57721566490153286, 1.6449340668482264

-- With T exponential, P(ln T > r + s g), over g, for r on the grid
-- low + k step: two forms, smooth in the variable they sum over.
local function small_spread(s, low)
  return function(k)
    local r, sum = low + k * step, 0
    for j = -40, 40 do
      local g = j * step
      sum = sum + exp(-0.5 * g * g - exp(r + s * g))
    end
    return sum * step * 0.39894228040143268
  end
end

local function large_spread(s, low)
  local density, below = {}, {} -- of ln T; P(s g < x)
  for j = 0, 176 do
    local y = j * step - 40
    density[j] = step * exp(y - exp(y))
  end
  local function normal(k) -- at s g = k step - 40 - low
    local p = below[k]
    if not p then
      local x = (k * step - 40 - low) / s
      p = 0.5 * (1 + activation.value("erf", x * 0.70710678118654752))
      below[k] = p
    end
    return p
  end
  return function(k)
    local sum = 0
    for j = 0, 176 do sum = sum + density[j] * normal(j - k) end
    return sum
  end
end

-- R = ln T - ln S has the survival function E exp(-e^r S), a B-th power, so
-- R's moments are integrals of it; ln T has mean -euler and variance pi^2/6.
-- The trapezoidal rule is exact to rounding, its end where the function is 1
-- mended by Euler-Maclaurin's first term.
local function moments(B, s)
  local low = -40 - 9.5 * s
  local at = (s < 1 and small_spread or large_spread)(s, low - log(B))
  local first, second = 0.5, 0
  for k = 1, 400 + 80 * math.ceil(s) do
    local survival = at(k) ^ B
    first = first + survival
    second = second + 2 * k * survival
    if survival < 1e-18 then break end
  end
  first, second = first * step, step * step * (second + 1 / 6)
  return -euler - low - first,
    second - first * first - exponential_variance
end

-- Both moments are smooth and even in w = asinh s: interpolated from a grid.
local grid, knots = 0.125, 8
local tables = {}

local function knot(B, i)
  local known = tables[B]
  if not known then
    known = {}
    tables[B] = known
  end
  i = math.abs(i)
  if not known[i] then
    local w = i * grid
    known[i] = i == 0 and { 0, 0 } or
      { moments(B, 0.5 * (exp(w) - exp(-w))) }
  end
  return known[i]
end

-- Mean and variance of ln((1/B) sum_b e^(s g_b)), s >= 0; to 1e-7.
function lognormal.log_mean(B, s)
  if B == 1 then return 0, s * s end
  local w = log(s + math.sqrt(s * s + 1)) / grid
  local first = math.floor(w) - knots // 2 + 1
  local mean, variance = 0, 0
  for i = first, first + knots - 1 do
    local weight = 1
    for j = first, first + knots - 1 do
      if j ~= i then weight = weight * (w - j) / (i - j) end
    end
    local k = knot(B, i)
    mean, variance = mean + weight * k[1], variance + weight * k[2]
  end
  return mean, math.max(0, variance)
end

lognormal.exact_moments = moments -- for tests of the interpolation

return lognormal
