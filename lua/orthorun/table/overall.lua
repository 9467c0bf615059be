-- overall: many scores as one chi-square, of rows that may share trials. Squared
-- normal scores add up to a chi-square of as many degrees of freedom where rows are
-- independent; where they are not, to one of the same mean and a larger variance,
-- which a scaled chi-square has (Brown 1975, Kost and McDermott 2002). How much rows
-- have in common is estimated from what is left of the trials that they share.
local counted = require("orthorun.base.text").count
local distributions = require "orthorun.table.distributions"
local names = require "orthorun.base.names"

local overall = { name = "overall: chi-square of all scores" }

-- What rows have in common is found in `residuals`, by trial what is left of it when
-- the row's mean or fit is taken away, and `weights`, by trial how much it counts
-- for the row (nil: all alike). `fitted`: how many numbers were fitted (1: the mean).

-- Rows that have the same trials have one list of them: {names, by_other}.
local function sets_of(list)
  local known = {}
  return function(row)
    local trials = names.keys(row.residuals or {})
    for i, trial in ipairs(trials) do list[i] = type(trial) .. tostring(trial) end
    local text = table.concat(list, "\0", 1, #trials)
    known[text] = known[text] or { trials = trials, shared = {} }
    return known[text]
  end
end

-- The trials that two rows share.
local function common_trials(a, b)
  local known = a.set.shared[b.set]
  if known then return known end
  local list = {}
  for _, trial in ipairs(a.set.trials) do
    if b.residuals[trial] then list[#list + 1] = trial end
  end
  a.set.shared[b.set] = list
  return list
end

-- Products of the residuals that two rows leave of some trials, and of the weights.
local function products(a, b, trials)
  local n, ma, mb = #trials, 0.0, 0.0
  local aa, bb, ab, weight = 0.0, 0.0, 0.0, 0.0
  for _, trial in ipairs(trials) do
    ma, mb = ma + a.residuals[trial] / n, mb + b.residuals[trial] / n
  end
  for _, trial in ipairs(trials) do
    local x, y = a.residuals[trial] - ma, b.residuals[trial] - mb
    aa, bb, ab = aa + x * x, bb + y * y, ab + x * y
    weight = weight + (a.weights and a.weights[trial] or 1) *
      (b.weights and b.weights[trial] or 1)
  end
  return aa, bb, ab, weight
end

-- The sum of a row's squared weights.
local function total_weight(row, trials)
  local sum = 0.0
  for _, trial in ipairs(trials) do
    local w = row.weights and row.weights[trial] or 1
    sum = sum + w * w
  end
  return sum
end

-- The squared correlation of two rows' scores. r² of m degrees of freedom is 1/m on
-- average where there is none: that is taken away, and no more. 1 where too few trials
-- are shared to tell.
local function squared_correlation(a, b)
  local trials = common_trials(a, b)
  if #trials == 0 then return 0 end
  local aa, bb, ab, weight = products(a, b, trials)
  local overlap = weight ^ 2 / (a.weight * b.weight)
  local degrees = #trials - math.max(a.fitted or 1, b.fitted or 1)
  if degrees < 2 then return overlap end
  if not (aa > 0 and bb > 0) then return 0 end
  local r2 = math.min(ab ^ 2 / (aa * bb), 1)
  return math.max(1 - (1 - r2) * degrees / (degrees - 1), 0) * overlap
end

-- The sum of it over all pairs.
local function all_correlations(rows)
  local sum = 0.0
  for i = 1, #rows do
    for j = 1, i - 1 do
      sum = sum + squared_correlation(rows[i], rows[j])
    end
  end
  return sum
end

-- The score of an upper tail's logarithm: above 0 where it is less than a half.
local function upper_score(log_p)
  local log2 = math.log(2)
  if log_p <= -log2 then return distributions.normal_score(log_p + log2) end
  return -distributions.normal_score(math.log(-2 * (math.exp(log_p) - 1)))
end

-- The chi-square of rows, an array of {z=, residuals=, weights=, fitted=}: a table of
-- chi_square, scores (how many rows), df (effective degrees of freedom), error (its
-- standard deviation where all agrees), p, z (the normal score of p); nil where no
-- row has a score. Rows whose z is NaN or nil are left out.
function overall.of(list)
  local rows, sum, set_of = {}, 0.0, sets_of {}
  for _, row in ipairs(list) do
    if row.z and row.z == row.z then
      local set = set_of(row)
      rows[#rows + 1] = { residuals = row.residuals or {}, weights = row.weights,
        fitted = row.fitted, set = set, weight = total_weight(row, set.trials) }
      sum = sum + row.z * row.z
    end
  end
  local k = #rows
  if k == 0 then return nil end
  local variance = 2 * k + 4 * all_correlations(rows)
  local df = 2 * k * k / variance
  local log_p = distributions.log_chi2_tail(sum * df / k, df)
  return { chi_square = sum, scores = k, df = df, error = math.sqrt(variance),
    p = math.exp(log_p), z = upper_score(log_p) }
end

-- "overall: chi-square 12.3 of 11 scores, 9.4 effective degrees of freedom, p = 0.34".
function overall.words(one)
  return ("overall: chi-square %.4g of %s, %.3g effective degrees of freedom, " ..
    "p = %.2g%s"):format(one.chi_square, counted(one.scores, "score"), one.df, one.p,
    one.p < 0.001 and ": together they do not agree" or "")
end

return overall
