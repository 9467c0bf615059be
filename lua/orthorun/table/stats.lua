-- stats: summaries of plain Lua arrays of numbers. No matrices here. A NaN among
-- the values makes the answer NaN, as in NumPy; infinities sort and count like
-- any number.

--- Of plain arrays of numbers. A NaN among them makes the answer NaN.
-- @module stats
-- @pragma nostrip

local core = require "orthorun.core"
local names = require "orthorun.base.names"
local fail = core.fail -- at the user's line

local stats = {}

local nan = 0 / 0

local function kolmogorov() return require "orthorun.table.kolmogorov" end

local function check(who, values)
  if getmetatable(values) == "orthorun.matrix" then
    fail(("%s: expected an array of numbers, got a matrix: A:tolist() makes " ..
      "one of it%s"):format(who, who == "mean" and "; A:mean() is its mean" or
      ""))
  end
  if type(values) ~= "table" then
    fail(("%s: expected an array of numbers, got %s"):format(who,
      names.describe(values)))
  end
  for i = 1, #values do
    if type(values[i]) ~= "number" then
      fail(("%s: element %d is a %s, not a number"):format(who, i,
        type(values[i])))
    end
  end
end

local function has_nan(values)
  for i = 1, #values do
    if values[i] ~= values[i] then return true end
  end
  return false
end

-- Between a and b at t in [0,1], NumPy's way to the last bit; infinite ends
-- win over NaN.
local function between(a, b, t)
  if a == b or t == 0 then return a end
  local difference = b - a
  if difference == math.huge then return a * (1 - t) + b * t end
  if t >= 0.5 then return b - difference * (1 - t) end
  return a + difference * t
end

--- A quantile, with linear interpolation (Hyndman and Fan's type 7, the default of
-- NumPy and R); NaN for no values.
-- @function stats.quantile
-- @tparam {number,...} values
-- @tparam number p 0 to 1
-- @treturn number
function stats.quantile(values, p)
  check("quantile", values)
  if type(p) ~= "number" or not (p >= 0 and p <= 1) then
    fail(("quantile: p must be in [0, 1], got %s"):format(names.shown(p)))
  end
  if #values == 0 or has_nan(values) then return nan end
  local sorted = table.move(values, 1, #values, 1, {})
  table.sort(sorted)
  local position = p * (#sorted - 1) + 1
  local below = math.floor(position)
  local above = math.min(below + 1, #sorted)
  return between(sorted[below], sorted[above], position - below)
end

--- The median; NaN for no values.
-- @function stats.median
-- @tparam {number,...} values
-- @treturn number
function stats.median(values)
  check("median", values)
  return stats.quantile(values, 0.5)
end

--- The mean; NaN for no values.
-- @function stats.mean
-- @tparam {number,...} values
-- @treturn number
function stats.mean(values)
  check("mean", values)
  local n, sum, rest = #values, 0.0, 0.0
  for i = 1, n do sum = sum + values[i] end
  local mean = sum / n
  if mean ~= mean or mean - mean ~= 0 then return mean end
  for i = 1, n do rest = rest + (values[i] - mean) end
  return mean + rest / n
end

--- The standard deviation of a sample, divisor n − 1; NaN for fewer than 2.
-- @function stats.std
-- @tparam {number,...} values
-- @treturn number
function stats.std(values)
  check("std", values)
  if #values < 2 then return nan end
  local mean, sum = stats.mean(values), 0.0
  for i = 1, #values do sum = sum + (values[i] - mean) ^ 2 end
  return (sum / (#values - 1)) ^ 0.5
end

--- std/√n, the standard error of the mean.
-- @function stats.sem
-- @tparam {number,...} values
-- @treturn number
function stats.sem(values)
  check("sem", values)
  return stats.std(values) / (#values) ^ 0.5
end

--- The least-squares line.
-- @function stats.fit
-- @tparam {number,...} x
-- @tparam {number,...} y
-- @treturn number slope; NaN for fewer than 2 distinct x
-- @treturn number intercept
-- @treturn number the slope's standard error; NaN for fewer than 3 points
function stats.fit(x, y)
  check("fit", x)
  check("fit", y)
  if #x ~= #y then
    fail(("fit: %d x values but %d y values"):format(#x, #y))
  end
  local mx, my, sxx, sxy = stats.mean(x), stats.mean(y), 0.0, 0.0
  for i = 1, #x do
    sxx = sxx + (x[i] - mx) ^ 2
    sxy = sxy + (x[i] - mx) * (y[i] - my)
  end
  if sxx <= 0 or sxx ~= sxx then return nan, nan, nan end
  local slope, left = sxy / sxx, 0.0
  local intercept = my - slope * mx
  for i = 1, #x do left = left + (y[i] - intercept - slope * x[i]) ^ 2 end
  local spread = #x > 2 and (left / (#x - 2) / sxx) ^ 0.5 or nan
  return slope, intercept, spread
end

--- The scale on which numbers decay towards a limit, in places: −1/ln r, where r is the
-- sum of what is left without the first place over that without the last. Of a
-- geometric decay exactly its own; noise of mean 0 enters it linearly, where a fit of
-- logarithms sees it alone once the decay is over. NaN where r < 0, negative of growth.
-- @function stats.decay_scale
-- @tparam {number,...} values at least 2
-- @tparam[opt=0] number limit
-- @tparam[opt] number count the first so many alone, rounded up
-- @treturn number
-- @usage
-- print(ortho.stats.decay_scale({ 5, 3, 2 }, 1)) -- 4, 2, 1: 1/ln 2
function stats.decay_scale(values, limit, count)
  check("decay_scale", values)
  for name, number in pairs { limit = limit or 0, count = count or 0 } do
    if type(number) ~= "number" or not (math.abs(number) < math.huge) then
      fail(("decay_scale: %s is %s, must be a finite number"):format(name,
        names.shown(number)))
    end
  end
  local sum, last = 0.0, math.min(#values, math.ceil(count or #values))
  limit = limit or 0
  if last < 2 then fail("decay_scale: at least 2 values are needed, got " .. last) end
  for i = 1, last do sum = sum + values[i] - limit end
  return -1 / math.log((sum + limit - values[1]) / (sum + limit - values[last]))
end

--- The percentile bootstrap's interval of f(values). Its generator is always the
-- same unless it is given, so the same values have the same interval. NaN for
-- fewer than 2 values.
-- @function stats.bootstrap
-- @tparam {number,...} values
-- @tparam[opt] table options
-- @tparam[opt=stats.median] func options.f
-- @tparam[opt=0.95] number options.level
-- @tparam[opt=1000] int options.draws
-- @tparam[opt] rng options.rng
-- @treturn number low
-- @treturn number high
-- @paper Efron 1979
-- @usage
-- local low, high = ortho.stats.bootstrap { 1, 2, 3, 4, 10 }
-- assert(low <= 3 and 3 <= high)
function stats.bootstrap(values, options)
  check("bootstrap", values)
  options = names.options("bootstrap", options, { "f", "level", "draws",
    "rng" })
  local f, level = options.f or stats.median, options.level or 0.95
  if type(level) ~= "number" or not (level > 0 and level < 1) then
    fail(("bootstrap: level must be in (0, 1), got %s"):format(
      names.shown(level)))
  end
  local n = #values
  if n < 2 or has_nan(values) then return nan, nan end
  local rng = options.rng or core.rng(0):split "bootstrap"
  local found, sample = {}, {}
  for draw = 1, options.draws or 1000 do
    local u = rng:uniform(n, 1):totable()
    for i = 1, n do sample[i] = values[math.floor(u[i][1] * n) % n + 1] end
    found[draw] = f(sample)
  end
  return stats.quantile(found, (1 - level) / 2),
    stats.quantile(found, (1 + level) / 2)
end

-- --- Kolmogorov and Smirnov -------------------------------------------------

local function sorted_copy(values)
  local sorted = table.move(values, 1, #values, 1, {})
  table.sort(sorted)
  return sorted
end

-- The largest distance of sorted values' distribution from a law's, a function.
local function distance_from_law(sorted, law)
  local n, largest = #sorted, 0.0
  for i, x in ipairs(sorted) do
    local share = law(x)
    if type(share) ~= "number" or not (share >= -1e-9 and share <= 1 + 1e-9) then
      fail(("ks_test: the law must give a share in [0, 1], gave %s at %s"):format(
        names.shown(share), names.shown(x)))
    end
    largest = math.max(largest, i / n - share, share - (i - 1) / n)
  end
  return largest
end

-- The same of two sorted samples.
local function distance_between(a, b)
  local i, j, largest = 0, 0, 0.0
  while i < #a and j < #b do
    local x = math.min(a[i + 1], b[j + 1])
    while a[i + 1] == x do i = i + 1 end
    while b[j + 1] == x do j = j + 1 end
    largest = math.max(largest, math.abs(i / #a - j / #b))
  end
  return largest
end

-- Beyond so many pairs of two samples their law is that of one sample.
local most_pairs = 4e6

local function two_samples(a, b)
  local m, n = #a, #b
  local d = distance_between(sorted_copy(a), sorted_copy(b))
  if m * n <= most_pairs then return d, kolmogorov().two_samples(d, m, n) end
  return d, kolmogorov().tail(d, math.floor(m * n / (m + n) + 0.5))
end

--- Kolmogorov's and Smirnov's test: were these numbers drawn from that law, or two
-- samples from one? d is the largest distance between the two distributions, p the
-- probability of that or more if they were: exact for one sample of up to 140, and
-- for two of up to 4 million pairs without ties (with ties p is too large); beyond,
-- good to some 1e-6, and for two such samples to leading order.
-- @function stats.ks_test
-- @tparam {number,...} values
-- @tparam func|{number,...} law the probability of at most x, as a function of x; or
-- another sample
-- @treturn number d; NaN where there are no values
-- @treturn number p
-- @raise where the law's values are no probabilities
-- @paper Simard, L'Ecuyer 2011
-- @usage
-- local u = ortho.rng(1):uniform(100, 1):tolist()
-- local d, p = ortho.stats.ks_test(u, function(x) return x end)
-- assert(d < 0.2 and p > 0.01)
function stats.ks_test(values, law)
  check("ks_test", values)
  if type(law) == "table" then
    check("ks_test", law)
  elseif type(law) ~= "function" then
    fail(("ks_test: the law must be a function or an array of numbers, got %s")
      :format(names.describe(law)))
  end
  local other = type(law) == "table" and law or nil
  if #values == 0 or has_nan(values) or other and (#other == 0 or
    has_nan(other)) then
    return nan, nan
  end
  if other then return two_samples(values, other) end
  local d = distance_from_law(sorted_copy(values), law)
  return d, kolmogorov().tail(d, #values)
end

--- n, nans, mean, std, min, low (10 %), median, high (90 %), max, of the values
-- that are not NaN.
-- @function stats.summary
-- @tparam {number,...} values
-- @treturn table
function stats.summary(values)
  check("summary", values)
  local kept = {}
  for i = 1, #values do
    if values[i] == values[i] then kept[#kept + 1] = values[i] end
  end
  return {
    n = #kept, nans = #values - #kept,
    mean = stats.mean(kept), std = stats.std(kept),
    min = stats.quantile(kept, 0), low = stats.quantile(kept, 0.1),
    median = stats.quantile(kept, 0.5), high = stats.quantile(kept, 0.9),
    max = stats.quantile(kept, 1),
  }
end

return stats
