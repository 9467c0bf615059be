-- scores: rows of the self-test. What follows a law gets a z, the standard normal
-- number that is as rare: for its square to count in one chi-square for all rows.
-- What is true up to rounding gets a bound.
local distributions = require "orthorun.table.distributions"
local stats = require "orthorun.table.stats"

local scores = {}

local sqrt = math.sqrt

-- The normal number with these probabilities below and above it.
local function normal(below, above)
  local z = distributions.normal_quantile(math.min(1, 2 * math.min(below, above)))
  return below < above and -z or z
end

-- The mean of independent values of known mean and standard deviation, so many that
-- it is normal.
function scores.mean(what, values, expected, sd)
  local mean, error = stats.mean(values), sd / sqrt(#values)
  return { what = what, measured = mean, expected = expected, error = error,
    z = (mean - expected) / error }
end

-- A sum of df squared standard normal numbers, as their mean.
function scores.squares(what, sum, df)
  return { what = what, measured = sum / df, expected = 1.0, error = sqrt(2 / df),
    z = normal(distributions.chi2_tails(sum, df)) }
end

-- So many of n, each with probability p: by the exact law, half of what is as large
-- counted on either side.
function scores.share(what, count, n, p)
  local function at_most(k)
    if k < 0 then return 0.0 end
    return k >= n and 1.0 or distributions.incomplete_beta(1 - p, n - k, k + 1)
  end
  local below = (at_most(count) + at_most(count - 1)) / 2
  return { what = what, measured = count / n, expected = p,
    error = sqrt(p * (1 - p) / n), z = normal(below, 1 - below) }
end

-- The distance of independent values from their law, by Kolmogorov and Smirnov. z
-- grows with it from 0; expected and error are the distance's mean and standard
-- deviation for many values.
function scores.distance(what, values, law)
  local d, p = stats.ks_test(values, law)
  local root = sqrt(#values)
  return { what = what, measured = d, expected = 0.8687 / root, error = 0.2603 / root,
    z = distributions.normal_quantile(p) }
end

-- An error of at most so many units (eps, unless it is said).
function scores.within(what, measured, bound, unit)
  return { what = what, measured = measured, bound = bound, unit = unit or "eps" }
end

-- So many wrong of n; none may be.
function scores.exact(what, wrong, n)
  return { what = what, wrong = wrong, of = n }
end

-- The larger of two errors; NaN is the largest.
function scores.worst(a, b)
  if a ~= a or b ~= b then return 0 / 0 end
  return math.max(a, b)
end

-- --- all of them ------------------------------------------------------------

-- How often other seeds may fail, all rows and the sum of their squares together.
scores.false_alarms = 1e-4

-- The sum of squared scores: the sum, how many there are, the probability of as much.
local function overall(rows)
  local sum, count = 0.0, 0
  for _, row in ipairs(rows) do
    if row.z then sum, count = sum + row.z ^ 2, count + 1 end
  end
  local _, p = distributions.chi2_tails(sum, count)
  return { sum = sum, count = count, p = count > 0 and p or 1.0 }
end

local function is_good(row, most)
  if row.failure then return false end
  if row.z then return math.abs(row.z) <= most end
  if row.bound then return row.measured <= row.bound end
  return row.wrong == 0
end

-- Sets `ok` in each row. Returns the chi-square {sum, count, p, ok}, the number of
-- rows that passed, and the largest |z| that may be.
function scores.judge(rows)
  local all = overall(rows)
  local each = scores.false_alarms / (all.count + 1)
  local most, passed = distributions.normal_quantile(each), 0
  for _, row in ipairs(rows) do
    row.ok = is_good(row, most)
    if row.ok then passed = passed + 1 end
  end
  all.ok = all.p >= each
  return all, passed, most
end

return scores
