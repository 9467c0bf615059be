-- checks: the entries { check = ... } of `show`: rows of the verdict. What counts is a
-- unit (units.lua), one number for each: the mean over the trial's places, never these.
local results = require "orthorun.experiment.results"
local shown = require "orthorun.experiment.shown"
local stats = require "orthorun.table.stats"
local units = require "orthorun.experiment.units"

-- The means of some columns over a trial's places, of those that have a number in
-- each; NaN in the second, what is predicted, counts as none. nil: no place has.
local function trial_means(rows, places, list)
  local kept, means = {}, {}
  for k = 1, #list do kept[k] = {} end
  for _, i in ipairs(places) do
    local values, whole = {}, true
    for k, name in ipairs(list) do
      values[k] = rows.data[name][i]
      whole = whole and values[k] ~= nil and (k ~= 2 or values[k] == values[k])
    end
    for k = 1, whole and #list or 0 do table.insert(kept[k], values[k]) end
  end
  if #kept[1] == 0 then return nil end
  for k = 1, #list do means[k] = stats.mean(kept[k]) end
  return means
end

-- Each unit's numbers of some columns, as arrays by column; and the units that have
-- any.
local function unit_means(e, entry, rows, list)
  local means, kept = {}, {}
  for k = 1, #list do means[k] = {} end
  for _, unit in ipairs(units.of(e, entry, rows)) do
    local of = {}
    for k = 1, #list do of[k] = {} end
    for _, places in ipairs(unit.trials) do
      local trial = trial_means(rows, places, list)
      for k = 1, trial and #list or 0 do table.insert(of[k], trial[k]) end
    end
    if #of[1] > 0 then
      kept[#kept + 1] = unit
      for k = 1, #list do table.insert(means[k], stats.mean(of[k])) end
    end
  end
  return means, kept
end

local function are_alike(values)
  for i = 2, #values do
    if values[i] ~= values[1] then return false end
  end
  return true
end

-- The standard deviation of the mean of so many units, of what predict says of each:
-- the mean of squared deviations over the group's rows.
local function told_error(rows, name, count)
  local squares, n = 0, 0
  for _, x in ipairs(rows:numbers(name)) do
    if x == x then squares, n = squares + x * x, n + 1 end
  end
  return math.sqrt(squares / n / count)
end

-- The error that a derived table has of a value in a group's only row, and what it is
-- of each unit; nil: none.
local function known_error(e, entry, rows)
  local residuals = entry.of and e.residuals[entry.of]
  local errors = rows.data[entry.check .. "_error"]
  if not residuals or not errors or #rows ~= 1 then return nil end
  return errors[1], residuals(rows)
end

-- Measured, predicted, error, degrees of freedom and residuals of a group's units;
-- nothing where nothing is predicted.
local function compared(e, entry, group, rows)
  local told = shown.number("predicted", entry.predicted, group.key, e)
  local name, theory = entry.check, entry.check .. "_theory"
  local sd = results.sd(name)
  if told == nil and not shown.has_values(rows, theory) then return nil end
  local means, list = unit_means(e, entry, rows, { name, not told and theory or nil })
  if #list == 0 then return nil end
  local measured, differences = means[1], {}
  local predicted = told or stats.mean(means[2])
  for i, x in ipairs(measured) do
    differences[i] = x - (told or means[2][i])
  end
  local spread = (told or are_alike(means[2])) and measured or differences
  local error = shown.number("error", entry.error, group.key, e)
  if not error and not told and not entry.of and shown.has_values(rows, sd) then
    error = told_error(rows, sd, #list)
  end
  local known, residuals = known_error(e, entry, rows)
  error = error or known
  return { measured = stats.mean(measured), predicted = predicted,
    error = error or stats.sem(spread), df = not error and #list > 1 and #list - 1 or
      nil, residuals = residuals or units.residuals(list, spread) }
end

-- How far measured and predicted are apart at most, in a group's rows; inf where one of
-- them is NaN; nil: nothing is predicted. told: what is predicted of all of them.
local function distance(rows, name, told)
  local theory, most = rows.data[name .. "_theory"], nil
  for i = 1, #rows do
    local a, b = rows.data[name][i], told or theory and theory[i]
    if a ~= nil and b ~= nil then
      local off = (a == b or a ~= a and b ~= b) and 0 or math.abs(a - b)
      most = math.max(most or 0, off == off and off or math.huge)
    end
  end
  return most
end

-- What is checked, as people read it: a logarithm is called one, and a mean is, too, of
-- what a trial returned of several places (the index).
local function called(e, entry, rows)
  if entry.what then return entry.what end
  local name = (shown.is_log10(e, entry.check) and "log10 " or "") ..
    shown.label(e, entry.check)
  local several = e.index and not entry.of and #rows > #rows:unique(results.trial)
  return several and "mean " .. name or name
end

local function check_row(e, entry, group, by)
  local rows = shown.as_numbers(group.rows, entry.check)
  local key = shown.key(e, group.key, by)
  local what = (key ~= "" and key .. ": " or "") .. called(e, entry, rows)
  local at_most = shown.number("at_most", entry.at_most, group.key, e)
  local at_least = shown.number("at_least", entry.at_least, group.key, e)
  local within = shown.number("within", entry.within, group.key, e)
  if within then
    local off = distance(rows, entry.check, shown.number("predicted", entry.predicted,
      group.key, e))
    return off and { what = entry.what and what or what .. ": farthest from theory",
      at_most = within, measured = off }
  elseif at_most or at_least then
    return { what = what, at_most = at_most, at_least = at_least,
      measured = stats.median(rows:numbers(entry.check)) }
  end
  local row = compared(e, entry, group, rows)
  if row then row.what, row.sigmas = what, entry.sigmas end
  return row
end

-- Adds the rows of { check = ... } to e.checks. Returns an item of text where
-- there is nothing to check, else nil.
return function(e, entry)
  local rows = shown.rows_of(e, entry, shown.rows(e, entry), entry.check)
  if shown.is_kind(rows, entry.check, "string") then
    return shown.text("check of %s: it holds texts", entry.check)
  end
  local bounds = entry.at_most ~= nil or entry.at_least ~= nil
  if e.limits[entry.check] and not bounds and entry.predicted == nil then
    return shown.text("check of %s: no verdict, as predict calls it asymptotic in %s",
      entry.check, e.limits[entry.check].text)
  end
  local by = shown.by(e, entry, rows)
  rows = shown.narrow(rows, by, entry.check, entry.check .. "_theory",
    results.sd(entry.check), entry.of and entry.check .. "_error" or entry.check,
    units.columns(e, entry))
  local before = #e.checks
  for _, group in ipairs(#rows > 0 and rows:group(by) or {}) do
    table.insert(e.checks, check_row(e, entry, group, by))
  end
  if #rows == 0 then
    return shown.nothing(e, entry, "check of " .. entry.check, rows)
  elseif #e.checks == before then
    return shown.text("check of %s: nothing to hold it against (nothing predicted)",
      entry.check)
  end
end
