-- approach: how a deviation goes to nothing along a parameter: the power law that it
-- follows, what is left of it at infinity, and whether it shrinks. Fits points that
-- have errors; knows nothing of tables.
local distributions = require "orthorun.table.distributions"

local approach = { rounding = 1e-12 } -- what is less is none

local least, most, step = -4, 2, 0.02 -- exponents that are looked at
local confidence = 0.05
local slow = -0.25 -- a deviation that falls more slowly than this does not shrink

-- The normal number of both tails' confidence.
local function normal_width()
  return distributions.normal_quantile(confidence)
end

-- Points as they count: errors as wide as their degrees of freedom make them, and
-- above 0, so that a certain point does not count for all.
local function weighed(points)
  local list, largest = {}, 0
  for _, one in ipairs(points) do
    if one.error == one.error and one.deviation - one.deviation == 0 then
      local wide = one.df and distributions.t_quantile(confidence, one.df) /
        normal_width() or 1
      list[#list + 1] = { x = one.x, y = one.deviation, error = one.error * wide }
      largest = math.max(largest, math.abs(one.deviation))
    end
  end
  for _, one in ipairs(list) do
    one.error = math.max(one.error, 1e-6 * largest)
  end
  return list, largest
end

-- The chi-square of the best y = c x^exponent, x relative to the first.
local function misfit(list, exponent)
  local fy, ff, yy = 0, 0, 0
  for _, one in ipairs(list) do
    local f, w = (one.x / list[1].x) ^ exponent, 1 / one.error ^ 2
    fy, ff, yy = fy + w * f * one.y, ff + w * f * f, yy + w * one.y * one.y
  end
  return yy - fy * fy / ff
end

-- Where f(x) crosses 0 between a, where it is below, and b.
local function crossing(f, a, b)
  for _ = 1, 60 do
    local x = (a + b) / 2
    if f(x) < 0 then a = x else b = x end
  end
  return (a + b) / 2
end

-- The exponent of least misfit: by steps, then finer and finer.
local function best_exponent(list)
  local at, width = 0, step
  local function search(from, to, by)
    local lowest = math.huge
    for k = 0, math.floor((to - from) / by + 0.5) do
      local x = from + k * by
      local value = misfit(list, x)
      if value < lowest then lowest, at = value, x end
    end
  end
  search(least, most, step)
  for _ = 1, 4 do
    search(at - width, at + width, width / 20)
    width = width / 10
  end
  return at
end

-- The exponent, and the ends of its interval: where the misfit is that of the
-- confidence, wider where points scatter more about the law than their errors. An end
-- that is not found is infinite.
local function power_law(list)
  local exponent = best_exponent(list)
  local lowest = misfit(list, exponent)
  local scatter = #list > 2 and math.max(1, lowest / (#list - 2)) or 1
  local allowed = lowest + normal_width() ^ 2 * scatter
  local function over(x) return misfit(list, x) - allowed end
  local low = over(least) > 0 and -crossing(function(x) return over(-x) end,
    -exponent, -least) or -math.huge
  local high = over(most) > 0 and crossing(over, exponent, most) or math.huge
  return exponent, low, high
end

-- What is left where x^-power is 0, and its standard error.
local function intercept(list, power)
  local s, su, suu, sy, suy = 0, 0, 0, 0, 0
  for _, one in ipairs(list) do
    local w, u = 1 / one.error ^ 2, (one.x / list[1].x) ^ -power
    s, su, suu = s + w, su + w * u, suu + w * u * u
    sy, suy = sy + w * one.y, suy + w * u * one.y
  end
  local determinant = s * suu - su * su
  local a, b = (suu * sy - su * suy) / determinant, (s * suy - su * sy) / determinant
  local left = 0
  for _, one in ipairs(list) do
    left = left + ((one.y - a - b * (one.x / list[1].x) ^ -power) / one.error) ^ 2
  end
  local scatter = #list > 2 and math.max(1, left / (#list - 2)) or 1
  return a, math.sqrt(suu / determinant * scatter)
end

-- May all deviations be 0?
local function nothing_seen(list, largest)
  local sum = 0
  for _, one in ipairs(list) do sum = sum + (one.y / one.error) ^ 2 end
  return largest < approach.rounding or
    distributions.log_chi2_tail(sum, #list) > math.log(0.001)
end

local function answer(low, high)
  if high < slow then return "yes" end
  if low > slow then return "no" end
  return "not decided"
end

local function fit(list, power)
  local exponent, low, high = power_law(list)
  local limit, error = intercept(list, power)
  return { exponent = exponent, low = low, high = high, limit = limit, error = error }
end

-- What is left out of the law by units that are there at several points: the same
-- again without one unit each (the jackknife), in place of errors of points that
-- would have to be independent. without: arrays of points, one for each unit.
local function widened(found, without, power)
  local count, sums = #without, { exponent = {}, limit = {} }
  for i, points in ipairs(without) do
    local one = fit((weighed(points)), power)
    sums.exponent[i], sums.limit[i] = one.exponent, one.limit
  end
  local function spread(values)
    local mean, sum = 0, 0
    for _, x in ipairs(values) do mean = mean + x / count end
    for _, x in ipairs(values) do sum = sum + (x - mean) ^ 2 end
    return math.sqrt(sum * (count - 1) / count)
  end
  local wide = spread(sums.exponent) *
    distributions.t_quantile(confidence, count - 1)
  found.low, found.high = found.exponent - wide, found.exponent + wide
  found.error = spread(sums.limit)
end

-- points: an array of {x=, deviation=, error=, df=} (df nil: the error is known), x
-- rising to where the deviation should be 0. power: the limit is that of a line in
-- x^-power. without: see `widened`, or nil. Returns {exponent=, low=, high= (95 %),
-- limit=, error=, shrinks=}: "yes" where it falls faster than x^(-1/4), "no" where it
-- does not, "not decided" where that is within the interval, "no deviation" where all
-- may be 0. Fields that cannot be told are nil.
function approach.of(points, power, without)
  local list, largest = weighed(points)
  if #list < 2 then return { shrinks = "not decided" } end
  local found = fit(list, power)
  if without then widened(found, without, power) end
  if nothing_seen(list, largest) then
    return { limit = found.limit, error = found.error, shrinks = "no deviation" }
  end
  found.shrinks = answer(found.low, found.high)
  return found
end

return approach
