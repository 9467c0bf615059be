-- sequential: is a mean difference other than 0, asked as often as one likes while
-- differences come in? The evidence is the likelihood ratio of scale-invariant
-- statistics, mean / standard deviation being normal around 0 with standard
-- deviation `effect` against being 0 (Lai 1976; the t test's Bayes factor with the
-- right Haar prior on the scale). Where differences are independent, normal and of
-- mean 0, it is a martingale that begins at 1, whatever their variance: so the
-- probability that it ever reaches 1/error is at most `error` (Ville 1939), at
-- whatever times one looks. It is never more than 2^(n-1), what n equal signs say
-- where each sign is as likely as the other: else differences that have few values
-- (-1 or 1) would be decided by 5 equal ones, which chance makes in 6 of 100 runs.
local stats = require "orthorun.table.stats"

local sequential = {}

-- Mean, sum of squares around it, and 1 + n effect^2.
local function parts_of(list, effect)
  local mean, squares = stats.mean(list), 0.0
  for _, x in ipairs(list) do squares = squares + (x - mean) ^ 2 end
  return mean, squares, 1 + #list * effect * effect
end

-- The most that n differences can say.
local function most_of(n) return 2.0 ^ (n - 1) end

-- The evidence that an array of differences is against a mean of 0: an e-value;
-- 1 for fewer than 2 and where all are 0.
function sequential.evidence(list, effect)
  local n = #list
  if n < 2 then return 1.0 end
  local mean, squares, k = parts_of(list, effect)
  if squares == 0 then
    return mean == 0 and 1.0 or math.min(k ^ ((n - 1) / 2), most_of(n))
  end
  local ratio = n * mean * mean / squares
  return math.min(math.exp(n / 2 * (math.log(1 + ratio) -
    math.log(1 + ratio / k)) - math.log(k) / 2), most_of(n))
end

-- The means that have not been excluded at this error: low, high. Of all
-- intervals of a run, at whatever times, all cover the mean with probability
-- 1 - error at least.
function sequential.interval(list, error, effect)
  local n = #list
  local mean, squares, k = parts_of(list, effect)
  local c = n > 0 and math.exp(2 / n * (math.log(k) / 2 - math.log(error)))
  if n < 2 or c >= k or most_of(n) * error < 1 then return -math.huge, math.huge end
  local reach = math.sqrt((c - 1) / (1 - c / k) * squares / n)
  return mean - reach, mean + reach
end

return sequential
