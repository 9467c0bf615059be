-- slopes: the entries { slope = ... } of `show`: fits by groups, with errors,
-- beside theory's slopes.
local results = require "orthorun.experiment.results"
local shown = require "orthorun.experiment.shown"
local stats = require "orthorun.table.stats"
local tabular = require "orthorun.table"

-- The fitted slopes of each trial's own points (over the index), or of all of
-- a group's: mean, standard error, how many fits. Points and trials that have
-- none are left out.
local function fitted(e, rows, entry, y)
  if entry.over ~= e.index or entry.of then
    local fit = rows:fit { x = entry.over, y = y, model = entry.model }:row(1)
    return fit.slope, fit.error, 1
  end
  local slopes = {}
  for _, slope in ipairs(rows:fit { by = results.trial, x = entry.over, y = y,
    model = entry.model }:column "slope") do
    if slope == slope then slopes[#slopes + 1] = slope end
  end
  return stats.mean(slopes), stats.sem(slopes), #slopes
end

-- The mean of the slopes that predict gives, and the standard deviation of
-- that mean; nil where it does not say.
local function told(e, rows, entry)
  if entry.of or entry.over ~= e.index or (entry.model or "line") ~= "line" then
    return nil
  end
  local sum, squares, n, with_sd = 0, 0, 0, 0
  for _, i in ipairs(rows:unique(results.trial)) do
    local one = e.predictions[i]
    local slope, sd
    if one then slope, sd = one.slope(entry.slope) end
    if not slope then return nil end
    sum, n = sum + slope, n + 1
    if sd then squares, with_sd = squares + sd ^ 2, with_sd + 1 end
  end
  if n == 0 then return nil end
  return sum / n, with_sd == n and math.sqrt(squares) / n or nil
end

local function expected_of(entry, key, by)
  local expected = entry.expected
  if type(expected) ~= "table" then
    return shown.number("expected", expected, key)
  end
  for _, name in ipairs(by) do
    local value = expected[key[name]]
    if value ~= nil then return shown.number("expected", value, key) end
  end
end

-- Theory's slope of a group, and its standard error where predict says so.
local function theory_of(e, rows, entry, key, by)
  local expected = expected_of(entry, key, by)
  if expected ~= nil then return expected end
  local slope, sd = told(e, rows, entry)
  if slope then return slope, sd end
  local theory = entry.slope .. "_theory"
  if not shown.has_values(rows, theory) then return nil end
  slope = fitted(e, rows, entry, theory)
  if math.abs(slope) < 1e-12 then slope = 0.0 end -- what rounding makes of a level
  return slope == slope and slope or nil
end

-- A group's {slope, error, theory, z}, the error that z is in, and the number
-- of fits.
local function fit_of(e, group, entry, by)
  local slope, sem, count = fitted(e, group.rows, entry, entry.slope)
  local fit = { slope = slope, error = sem }
  local theory, sd = theory_of(e, group.rows, entry, group.key, by)
  local error = sd or fit.error
  fit.theory = theory
  if theory then fit.z = (fit.slope - theory) / error end
  if fit.slope == theory then fit.z = 0.0 end
  return fit, error, count
end

local fit_parts = { "slope", "error", "theory", "z" }

-- Has any of the fits a number for a part, as theory and errors may be missing?
local function is_there(list, part)
  for _, row in ipairs(list) do
    local value = row[2][part]
    if value ~= nil and value == value then return true end
  end
  return part == "slope"
end

-- The table of {key, fit}, its columns worth printing, and its spreads.
local function slope_table(list, by, levels)
  local taken, called = {}, {}
  local columns = table.move(by, 1, #by, 1, {})
  local printed = table.move(by, 1, #by, 1, {})
  for _, name in ipairs(by) do taken[name] = true end
  for i, part in ipairs(fit_parts) do
    called[part] = shown.free(part, taken)
    columns[#by + i] = called[part]
    if is_there(list, part) then printed[#printed + 1] = called[part] end
  end
  local t = tabular.new(columns, levels)
  for _, row in ipairs(list) do
    local record = row[1]
    for part, value in pairs(row[2]) do record[called[part]] = value end
    t:append(record)
  end
  return t, printed, { [called.slope] = called.error, [called.error] = called.error,
      [called.theory] = called.error, [called.z] = 0.1 }
end

local model_words = { line = "slope of %s per %s",
  power = "exponent of %s in %s", exponential = "slope of log10 %s per %s" }

local function slope_words(e, entry)
  local words = model_words[entry.model or "line"]
  local log = shown.is_log10(e, entry.slope) and "log10 " or ""
  return words:format(log .. shown.label(e, entry.slope), entry.over)
end

local function slope_title(e, entry, rows, count)
  local conditions = shown.where_text(e, entry, rows)
  local how = count == 1 and "of one trial" or
    count and ("mean and standard error of %d trials"):format(count) or
    "least squares with standard error"
  return ("%s: %s%s"):format(slope_words(e, entry), how,
    conditions ~= "" and "; " .. conditions or "")
end

local function check_of(e, entry, group, fit, error, by)
  local key = shown.key(e, group, by)
  return { what = (key ~= "" and key .. ": " or "") ..
    (entry.what or slope_words(e, entry)), measured = fit.slope,
    predicted = fit.theory, error = error, sigmas = entry.sigmas }
end

-- An item for { slope = ... }; its checks go to e.checks.
return function(e, entry)
  local rows = shown.rows_of(e, entry, shown.rows(e, entry), entry.slope)
  if #rows == 0 then
    return shown.nothing(e, entry, "slope of " .. entry.slope, rows)
  end
  for _, name in ipairs { entry.slope, entry.over } do
    if shown.is_kind(rows, name, "string") then
      return shown.text("slope of %s over %s: '%s' holds texts", entry.slope,
        entry.over, name)
    end
  end
  local all = rows
  rows = shown.as_numbers(rows, entry.slope)
  local by = shown.by(e, entry, rows, entry.over)
  local list, known, count, before = {}, false, nil, #e.checks
  rows = shown.narrow(rows, by, results.trial, entry.over, entry.slope,
    entry.slope .. "_theory")
  for i, group in ipairs(rows:group(by)) do
    local fit, error, fits = fit_of(e, group, entry, by)
    list[i] = { group.key, fit }
    known = known or fit.theory ~= nil
    if i > 1 and fits ~= count then fits = nil end
    count = fits
    if entry.check and fit.theory and (error == error or
      fit.slope ~= fit.slope) then
      table.insert(e.checks, check_of(e, entry, group.key, fit, error, by))
    end
  end
  local t, columns, spreads = slope_table(list, by, rows.levels)
  local over_index = entry.over == e.index and not entry.of
  if entry.check and known and #e.checks == before then
    table.insert(e.items, shown.text("%s: not checked, as one fit has no " ..
      "standard error", slope_words(e, entry)))
  end
  return { kind = "table", table = t, columns = columns, spreads = spreads,
    title = entry.title or slope_title(e, entry, all, over_index and count) }
end
