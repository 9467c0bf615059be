-- kolmogorov: the law of Kolmogorov's and Smirnov's distances under their null
-- hypothesis: between n numbers and the law that they were drawn from (exact up to
-- 140; beyond, its tail is, and its body is good to some 1e-6), and between two
-- samples. For the library: ortho.stats.ks_test checks and finds the distance.
local distributions = require "orthorun.table.distributions"

local kolmogorov = {}

local exp, log, pi, sqrt = math.exp, math.log, math.pi, math.sqrt
local log_gamma = distributions.log_gamma

-- --- one sided --------------------------------------------------------------

-- The probability that the empirical distribution exceeds the law by d somewhere:
-- Birnbaum and Tingey's sum. Twice this is the two-sided tail where it is small.
local function one_sided(d, n)
  local sum = 0.0
  for j = 0, math.floor(n * (1 - d)) do
    local above, below = d + j / n, 1 - d - j / n
    if below > 0 then
      sum = sum + exp(log_gamma(n + 1) - log_gamma(j + 1) - log_gamma(n - j + 1) +
        (j - 1) * log(above) + (n - j) * log(below))
    elseif j == n then
      sum = sum + above ^ (n - 1)
    end
  end
  return d * sum
end

-- --- two sided, exactly -----------------------------------------------------

local function identity(m)
  local I = {}
  for i = 1, m do
    I[i] = {}
    for j = 1, m do I[i][j] = i == j and 1.0 or 0.0 end
  end
  return { I, 0 }
end

-- The product of matrices with a power of ten beside them.
local function times(a, b)
  local A, B, C, largest = a[1], b[1], {}, 0.0
  for i = 1, #A do
    local row, out = A[i], {}
    for j = 1, #A do out[j] = 0.0 end
    for k = 1, #A do
      local f, other = row[k], B[k]
      if f ~= 0 then
        for j = 1, #A do out[j] = out[j] + f * other[j] end
      end
    end
    for j = 1, #A do largest = math.max(largest, out[j]) end
    C[i] = out
  end
  local power = a[2] + b[2]
  if largest > 1e100 then
    for _, row in ipairs(C) do
      for j = 1, #row do row[j] = row[j] * 1e-100 end
    end
    power = power + 100
  end
  return { C, power }
end

local function to_power(a, n)
  local result = identity(#a[1])
  while n > 0 do
    if n % 2 == 1 then result = times(result, a) end
    n = n // 2
    if n > 0 then a = times(a, a) end
  end
  return result
end

-- Durbin's matrix as Marsaglia, Tsang and Wang (2003) have it, where d is
-- (k - h)/n.
local function transitions(k, h)
  local m, H = 2 * k - 1, {}
  local factorial = { [0] = 1.0 }
  for i = 1, m do factorial[i] = factorial[i - 1] * i end
  for i = 1, m do
    H[i] = {}
    for j = 1, m do H[i][j] = i - j + 1 >= 0 and 1.0 or 0.0 end
  end
  for i = 1, m do
    H[i][1] = H[i][1] - h ^ i
    H[m][i] = H[m][i] - h ^ (m - i + 1)
  end
  H[m][1] = H[m][1] + (2 * h > 1 and (2 * h - 1) ^ m or 0)
  for i = 1, m do
    for j = 1, i do H[i][j] = H[i][j] / factorial[i - j + 1] end
  end
  return H
end

-- The probability of a distance below d.
local function exact(d, n)
  local k = math.floor(n * d) + 1
  local power = to_power({ transitions(k, k - n * d), 0 }, n)
  local value, tens = power[1][k][k], power[2]
  for i = 1, n do
    value = value * i / n
    if value < 1e-140 then value, tens = value * 1e140, tens - 140 end
  end
  return value * 10.0 ^ tens
end

-- --- two sided, by expansion in 1/sqrt(n) -----------------------------------

-- Sum over all k of f(k) exp(-pi^2 k^2/(2 x^2)), k whole or half.
local function theta(x, first, f)
  local sum = 0.0
  for i = 0, 1000 do
    local k = first + i
    local weight = exp(-pi * pi * k * k / (2 * x * x))
    sum = sum + (k == 0 and 1 or 2) * f(k * k * pi * pi) * weight
    if weight < 1e-40 then break end
  end
  return sum
end

-- The probability of a distance below d (Pelz and Good 1976).
local function expansion(d, n)
  local x, root = d * sqrt(n), sqrt(pi / 2)
  local x2 = x * x
  local x4, x6 = x2 * x2, x2 * x2 * x2
  local k0 = root / x * theta(x, 0.5, function() return 1 end)
  local k1 = root / (6 * x4) * theta(x, 0.5, function(t) return t - x2 end)
  local k2 = root / (72 * x6 * x) * theta(x, 0.5, function(t)
    return 6 * x6 + 2 * x4 + (2 * x4 - 5 * x2) * t + (1 - 2 * x2) * t * t
  end) - root / (36 * x2 * x) * theta(x, 0, function(t) return t end)
  local k3 = root / (6480 * x4 * x6) * theta(x, 0.5, function(t)
    return t ^ 3 * (5 - 30 * x2) + t ^ 2 * (212 * x4 - 60 * x2) +
      t * (135 * x4 - 96 * x6) - 30 * x6 - 90 * x6 * x2
  end) + root / (216 * x6) * theta(x, 0, function(t) return 3 * t * x2 - t * t end)
  return k0 + k1 / sqrt(n) + k2 / n + k3 / (n * sqrt(n))
end

-- The probability that n numbers have a distance of d or more from their law.
function kolmogorov.tail(d, n)
  if d ~= d then return 0 / 0 end
  if d >= 1 then return 0.0 end
  if 2 * n * d <= 1 then return 1.0 end
  local size = n * d * d
  if size > 18 * 25 then return 0.0 end
  local tail
  if size >= (n <= 140 and 4 or 2.2) then
    tail = 2 * one_sided(d, n)
  elseif n <= 140 or n * d ^ 1.5 < 1.4 then
    tail = 1 - exact(d, n)
  else
    tail = 1 - expansion(d, n)
  end
  return math.max(0.0, math.min(1.0, tail))
end

-- --- two samples ------------------------------------------------------------

-- The share of the ways to mix m and n numbers in which the distance is at least
-- d: ways that keep within it are counted place by place (Hodges 1957), as shares,
-- so that nothing overflows. d times m n is a whole number.
function kolmogorov.two_samples(d, m, n)
  local least = math.floor(d * m * n + 0.5) - 0.5
  local inside = {} -- by j, of the ways to a place (i, j): the share outside so far
  for i = 0, m do
    for j = 0, n do
      local away = math.abs(i * n - j * m)
      if i + j == 0 then
        inside[j] = 0.0
      elseif away > least then
        inside[j] = 1.0
      elseif i == 0 then
        inside[j] = inside[j - 1]
      elseif j > 0 then -- the last number is of the first sample, or of the second
        inside[j] = (i * inside[j] + j * inside[j - 1]) / (i + j)
      end
    end
  end
  return inside[n]
end

return kolmogorov
