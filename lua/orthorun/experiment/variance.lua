-- variance: the derived tables { variance = "x" }: how a result varies from trial
-- to trial, with its error, beside what predict's standard deviations say.
local results = require "orthorun.experiment.results"
local stop = require "orthorun.experiment.stop"
local stats = require "orthorun.table.stats"
local tabular = require "orthorun.table"
local units = require "orthorun.experiment.units"

local variance = {}

local sqrt = math.sqrt

-- What the table has beside its groups.
variance.columns = { "variance", "variance_error", "variance_theory", "trials" }

-- --- of numbers -----------------------------------------------------------------

-- Fisher's estimate of the excess of the fourth moment, that of normal values at
-- the least: a few values that happen to lie close together are no proof.
local function excess(values, mean)
  local n, m2, m4 = #values, 0.0, 0.0
  for _, x in ipairs(values) do
    local square = (x - mean) ^ 2
    m2, m4 = m2 + square / n, m4 + square ^ 2 / n
  end
  if n < 4 or m2 == 0 then return 0.0 end
  local plain = m4 / m2 ^ 2 - 3
  return math.max(0.0, (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * plain + 6))
end

-- The variance of n values, and its degrees of freedom: those of the chi-squared
-- law with the same relative spread, n - 1 where the values are normal.
local function of_values(values)
  local n, mean, sum = #values, stats.mean(values), 0.0
  for _, x in ipairs(values) do sum = sum + (x - mean) ^ 2 end
  if n < 2 then return 0 / 0, 0 / 0 end
  return sum / (n - 1), 2 / (2 / (n - 1) + excess(values, mean) / n)
end

-- The error of a variance, such that (found - expected)/error is a standard normal
-- number for chi-squared laws, whose cube roots are nearly normal (Wilson, Hilferty).
local function error_of(found, expected, df)
  if not (expected and expected > 0) then return found * sqrt(2 / df) end
  local root = (found / expected) ^ (1 / 3)
  return expected * sqrt(2 / (9 * df)) * (root * root + root + 1)
end

-- --- of rows --------------------------------------------------------------------

-- Predict's variance over some rows: the mean of those of one trial, and how far
-- its predictions lie apart. nil where it does not say.
local function told(rows, name)
  local deviations = rows.data[results.sd(name)] and rows:numbers(results.sd(name))
  if not deviations or #deviations < #rows then return nil end
  local own, apart = 0.0, 0.0
  local predicted = rows:numbers(name .. "_theory")
  local mean = stats.mean(predicted)
  for i, sd in ipairs(deviations) do
    own, apart = own + sd * sd, apart + (predicted[i] - mean) ^ 2
  end
  return (own + apart) / #deviations
end

-- Stops where numbers that were drawn once have several values, which do not vary on
-- their own. draws: by trial, what it drew.
local function draws_of(rows, name, draws)
  local seen, list = {}, {}
  for i, trial in ipairs(rows:column(results.trial)) do
    list[i] = draws[trial]
    if seen[list[i]] then
      stop("derive: variance of %s: the same draw has several values in a group, " ..
        "which do not vary on their own; `by` must tell them apart", name)
    end
    seen[list[i]] = true
  end
  return list
end

-- What each draw makes of the variance, less the variance.
local function residuals_of(values, list, found)
  local mean, left = stats.mean(values), {}
  for i, x in ipairs(values) do left[list[i]] = (x - mean) ^ 2 - found end
  return left
end

-- The table: `by` makes its groups of rows. Also a function that gives the residuals of
-- a table's first row, by draw (draws: of each trial).
function variance.table(rows, name, by, draws)
  local columns, residuals = table.move(by, 1, #by, 1, {}), {}
  table.move(variance.columns, 1, #variance.columns, #by + 1, columns)
  local t = tabular.new(columns, rows.levels)
  for _, group in ipairs(rows:group(by)) do
    local record, values = group.key, group.rows:numbers(name)
    local list = draws_of(group.rows, name, draws)
    local found, df = of_values(values)
    local expected = told(group.rows, name)
    residuals[units.key(by, function(column) return record[column] end)] =
      residuals_of(values, list, found)
    record.variance, record.variance_theory = found, expected
    record.variance_error, record.trials = error_of(found, expected, df), #values
    t:append(record)
  end
  return t, function(some)
    return residuals[units.key(by, function(column) return some.data[column][1] end)]
  end
end

return variance
