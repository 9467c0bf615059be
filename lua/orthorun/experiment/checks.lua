-- checks: the entries { check = ... } of `show`: rows of the verdict.
local results = require "orthorun.experiment.results"
local shown = require "orthorun.experiment.shown"
local stats = require "orthorun.table.stats"

-- The mean of each trial's mean, so that trials count alike.
local function trial_means(rows, name)
  local means = {}
  for i, group in ipairs(rows:group(results.trial)) do
    means[i] = stats.mean(group.rows:numbers(name))
  end
  return means
end

-- Predict's standard deviation of the mean over some rows' trials; nil where
-- it does not say.
local function told_error(rows, name, trials)
  local sd = results.sd(name)
  if not shown.has_values(rows, sd) then return nil end
  local squares = 0
  for _, x in ipairs(rows:numbers(sd)) do squares = squares + x * x end
  return math.sqrt(squares / #rows:numbers(sd) / trials)
end

local function against(entry, group, values, trials)
  local predicted = shown.number("predicted", entry.predicted, group.key)
  local theory = entry.check .. "_theory"
  local error
  if predicted == nil and shown.has_values(group.rows, theory) then
    predicted = stats.mean(group.rows:numbers(theory))
    error = not entry.of and told_error(group.rows, entry.check, trials) or nil
  end
  error = shown.number("error", entry.error, group.key) or error or stats.sem(values)
  return predicted, error
end

local function check_row(e, entry, group, by)
  local rows = shown.as_numbers(group.rows, entry.check)
  local values = entry.of and rows:numbers(entry.check) or
    trial_means(rows, entry.check)
  local key = shown.key(e, group.key, by)
  local what = entry.what or shown.label(e, entry.check)
  local row = { what = (key ~= "" and key .. ": " or "") .. what,
    sigmas = entry.sigmas,
    at_most = shown.number("at_most", entry.at_most, group.key),
    at_least = shown.number("at_least", entry.at_least, group.key) }
  if row.at_most or row.at_least then
    row.measured = stats.median(rows:numbers(entry.check))
    return row
  end
  row.measured = stats.mean(values)
  row.predicted, row.error = against(entry, { key = group.key, rows = rows },
    values, #values)
  local known = row.error == row.error or row.measured ~= row.measured
  return row.predicted and known and row or nil
end

-- Adds the rows of { check = ... } to e.checks. Returns an item of text where
-- there is nothing to check, else nil.
return function(e, entry)
  local rows = shown.rows_of(e, entry, shown.rows(e, entry), entry.check)
  if shown.is_kind(rows, entry.check, "string") then
    return shown.text("check of %s: it holds texts", entry.check)
  end
  local by = shown.by(e, entry, rows)
  rows = shown.narrow(rows, by, results.trial, entry.check,
    entry.check .. "_theory", results.sd(entry.check))
  local before = #e.checks
  for _, group in ipairs(#rows > 0 and rows:group(by) or {}) do
    table.insert(e.checks, check_row(e, entry, group, by))
  end
  if #rows == 0 then
    return shown.nothing(e, entry, "check of " .. entry.check, rows)
  elseif #e.checks == before then
    return shown.text("check of %s: nothing to hold it against (nothing " ..
      "predicted, or too few trials for an error)", entry.check)
  end
end
