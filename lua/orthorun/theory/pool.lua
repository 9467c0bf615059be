-- pool: samples of what random weights do to one input in one layer of n units,
-- for theory.chain. K units are on. Of z, P and N are the squares of the K and of
-- the n-K others. A normal vector, as W'delta is, has the number e along a, x at
-- right angles to it in the plane of a's two parts (those on, those off), and
-- squares Q and M of the rest of either part. All are 1 x draws matrices, a few rows
-- of them for each n, drawn once from a stream of their own.
local core = require "orthorun.core"
local matrix = core.matrix

local pool = {}

local double = { precision = "float64" } -- whatever a run computes in

local function row_of(list) return matrix({ list }, double) end

pool.draws, pool.rows = 4096, 8

-- The probabilities of 0..k heads of n coins, added up.
local function heads(n)
  local p, sum, below = 0.5 ^ n, 0.0, {}
  if p == 0 then return nil end
  for k = 0, n do
    sum = sum + p
    below[k + 1] = sum
    p = p * (n - k) / (k + 1)
  end
  return below
end

local function first_above(below, u)
  local low, high = 1, #below
  while low < high do
    local middle = (low + high) // 2
    if below[middle] > u then high = middle else low = middle + 1 end
  end
  return low - 1
end

-- A function that draws how many of n units are on. Beyond 1,000 the binomial is
-- normal to 1e-5 of its width.
local function counter(n, rng)
  local below = n <= 1000 and heads(n)
  if below then
    return function() return first_above(below, rng:uniform()) end
  end
  return function()
    local k = (n + math.sqrt(n) * rng:normal()) / 2
    return math.max(0, math.min(n, math.floor(k + 0.5)))
  end
end

-- chi-squared of k >= 0, by Marsaglia and Tsang's rejection (2000).
local function chi_squared(k, rng)
  if k <= 0 then return 0.0 end
  if k == 1 then return rng:normal() ^ 2 end
  local d = k / 2 - 1 / 3
  local c = 1 / math.sqrt(9 * d)
  while true do
    local x = rng:normal()
    local v = (1 + c * x) ^ 3
    if v > 0 then
      local u = rng:uniform()
      if u < 1 - 0.0331 * x ^ 4 or
        math.log(u) < 0.5 * x * x + d * (1 - v + math.log(v)) then
        return 2 * d * v
      end
    end
  end
end

-- One row. dead: units that are off give nothing, and a layer all off is drawn anew.
local function row(n, rng, dead)
  local count = counter(n, rng)
  local P, N, Q, M, x = {}, {}, {}, {}, {}
  for i = 1, pool.draws do
    local K = count()
    while dead and K == 0 do K = count() end
    P[i], N[i] = chi_squared(K, rng), chi_squared(n - K, rng)
    Q[i], M[i] = chi_squared(K - 1, rng), chi_squared(n - K - 1, rng)
    x[i] = K > 0 and K < n and rng:normal() or 0.0
  end
  return { P = row_of(P), N = row_of(N), Q = row_of(Q), M = row_of(M),
    x = row_of(x), e = rng:normal(1, pool.draws, double) }
end

local function lengths(n, rng)
  local list = {}
  for i = 1, pool.draws do list[i] = chi_squared(n, rng) end
  return { P = row_of(list), e = rng:normal(1, pool.draws, double) }
end

local known = {}

local function rows_of(key, draw)
  if not known[key] then
    local rows, rng = {}, core.rng(20261125):split(key)
    for r = 1, pool.rows do rows[r] = draw(rng) end
    known[key] = rows
  end
  return known[key]
end

-- Columns first + 1 to first + count of A, which goes round.
local function round(A, first, count)
  if first + count <= pool.draws then return A:sub(1, 1, first + 1, first + count) end
  return matrix.hcat(A:sub(1, 1, first + 1, pool.draws),
    A:sub(1, 1, 1, first + count - pool.draws))
end

-- `count` draws of row l of rows that repeat, turned further each time so that they
-- go with others.
local function turned(rows, l, count)
  local by, out = (l - 1) // pool.rows * 1009 % pool.draws, {}
  for name, A in pairs(rows[(l - 1) % pool.rows + 1]) do
    out[name] = round(A, by, count)
  end
  return out
end

-- What layer l of n units draws.
function pool.units(n, dead, l, count)
  return turned(rows_of(("units %d %s"):format(n, dead), function(rng)
    return row(n, rng, dead)
  end), l, count)
end

-- For layer l: P, chi-squared of n >= 0, and e, a normal number.
function pool.lengths(n, l, count)
  return turned(rows_of(("lengths %d"):format(n), function(rng)
    return lengths(n, rng)
  end), l, count)
end

return pool
