-- legendre: Gauss-Legendre quadrature of 16 nodes, for what theory integrates
-- itself. Expectations of activations are the core's.
local legendre = {}

local nodes = 16

-- The Legendre polynomial of degree `nodes` and its derivative at x.
local function polynomial(x)
  local before, p = 1, x
  for k = 2, nodes do
    before, p = p, ((2 * k - 1) * x * p - (k - 1) * before) / k
  end
  return p, nodes * (x * p - before) / (x * x - 1)
end

-- Abscissas on [-1, 1] and their weights.
local function rule()
  local at, weight = {}, {}
  for i = 1, nodes do
    local x = math.cos(math.pi * (i - 0.25) / (nodes + 0.5))
    for _ = 1, 8 do
      local p, slope = polynomial(x)
      x = x - p / slope
    end
    local _, slope = polynomial(x)
    at[i], weight[i] = x, 2 / ((1 - x * x) * slope * slope)
  end
  return at, weight
end

local at, weight = rule()

-- Calls f(x, w) for the nodes x of [low, high] and their weights w.
function legendre.each(low, high, f)
  local middle, half = 0.5 * (low + high), 0.5 * (high - low)
  for i = 1, nodes do f(middle + half * at[i], half * weight[i]) end
end

-- The integral of f from low to high, exact for polynomials to degree 31.
function legendre.integral(f, low, high)
  local sum = 0.0
  legendre.each(low, high, function(x, w) sum = sum + w * f(x) end)
  return sum
end

return legendre
