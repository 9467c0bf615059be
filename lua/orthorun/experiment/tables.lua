-- tables: the entries of `show` that print tables: medians of results by
-- parameters, and slopes with their errors, theory beside both.
local results = require "orthorun.experiment.results"
local shown = require "orthorun.experiment.shown"
local stats = require "orthorun.table.stats"
local tabular = require "orthorun.table"

local tables = {}

-- --- medians ----------------------------------------------------------------

local function is_kind(rows, name, kind)
  for i = 1, #rows do
    if type(rows.data[name][i]) == kind then return true end
  end
  return false
end

-- Truth values as numbers, so that their mean is the share that is true.
local function as_numbers(rows, name)
  if not is_kind(rows, name, "boolean") then return rows end
  return rows:with(name, function(record)
    local value = record[name]
    if type(value) == "boolean" then return value and 1 or 0 end
    return value
  end)
end

-- The one text of some rows, or how many there are.
local function one_text(rows, name)
  local found = rows:unique(name)
  return #found == 1 and found[1] or ("%d kinds"):format(#found)
end

local function has_values(rows, name)
  for i = 1, #rows do
    if rows.data[name] and rows.data[name][i] ~= nil then return true end
  end
  return false
end

-- The median of NAME_theory in each group; nil where nothing is predicted.
local function add_theory(t, rows, by, name)
  local theory = name .. "_theory"
  if not has_values(rows, theory) then return t end
  local values = {}
  for i, group in ipairs(rows:group(by)) do
    local known = group.rows:numbers(theory)
    values[i] = #known > 0 and stats.median(known) or nil
  end
  return t:with(theory, function(_, i) return values[i] end)
end

-- A column more: f of each group's rows.
local function add_column(t, rows, by, name, f)
  local values = {}
  for i, group in ipairs(rows:group(by)) do values[i] = f(group.rows, name) end
  return t:with(name, function(_, i) return values[i] end)
end

local function share_true(rows, name)
  return stats.mean(as_numbers(rows, name):numbers(name))
end

local function same_throughout(t, name)
  local column = t.data[name]
  for i = 2, #t do
    if column[i] ~= column[1] then return false end
  end
  return true
end

-- The kinds of some columns: arrays of those of numbers, of truth values, of
-- texts.
local function sort_by_kind(rows, of)
  local numbers, truths, texts = {}, {}, {}
  for _, name in ipairs(of) do
    local list = is_kind(rows, name, "string") and texts or
      is_kind(rows, name, "boolean") and truths or numbers
    list[#list + 1] = name
  end
  return numbers, truths, texts
end

local endings = { "_mean", "_std", "_sem", "_min", "_max", "_interval_low",
  "_interval_high", "_theory" }

-- The columns of a summary that are worth printing.
local function worth_printing(t, by, of, single)
  local wanted = table.move(by, 1, #by, 1, {})
  local function add(name)
    if t.data[name] then wanted[#wanted + 1] = name end
  end
  if not same_throughout(t, "n") then add "n" end
  add "nan"
  for _, name in ipairs(of) do
    add(name)
    for _, ending in ipairs(single and {} or { "_low", "_high" }) do
      add(name .. ending)
    end
    for _, ending in ipairs(endings) do add(name .. ending) end
  end
  return wanted
end

-- The summary of some columns, the columns worth printing of it, and whether
-- there is one value alone in every group.
local function summary_of(rows, by, of, also)
  local numbers, truths, texts = sort_by_kind(rows, of)
  local t = rows:summary { by = by, of = numbers, also = also }
  for _, name in ipairs(numbers) do t = add_theory(t, rows, by, name) end
  for _, name in ipairs(truths) do
    t = add_column(t, rows, by, name, share_true)
  end
  for _, name in ipairs(texts) do t = add_column(t, rows, by, name, one_text) end
  local single = #numbers == 0 or same_throughout(t, "n") and t.data.n[1] == 1
  return t, worth_printing(t, by, of, single), single
end

-- "gradient: medians of 5, with 10 and 90 % quantiles; layer 1, depth 51"
local function title_of(e, entry, of, rows, t, single)
  local parts = {}
  for i, name in ipairs(of) do
    local label = shown.label(e, name)
    parts[i] = label == name and name or ("%s is %s%s"):format(name,
      shown.is_log10(e, name) and "log10 " or "", label)
  end
  local what = table.concat(parts, ", ")
  if not single then
    local count = t.data.n and same_throughout(t, "n") and t.data.n[1]
    what = what .. (": medians%s, with 10 and 90 %% quantiles"):format(
      count and (" of %d values"):format(count) or "")
  end
  local conditions = shown.where_text(e, entry, rows)
  return what .. (conditions ~= "" and "; " .. conditions or "")
end

-- An item of the ending (ending.lua) for { table = ... }.
function tables.medians(e, entry)
  local rows, of = shown.rows(e, entry), shown.list(entry.table)
  if #rows == 0 then
    return { kind = "text", text = shown.nothing(e, entry, "table of " ..
      table.concat(of, ", "), rows) }
  end
  local by = shown.by(e, entry, rows)
  local t, columns, single = summary_of(rows, by, of, entry.also)
  return { kind = "table", table = t, columns = columns, units = entry.units,
    limit = entry.limit,
    title = entry.title or title_of(e, entry, of, rows, t, single) }
end

-- --- slopes -----------------------------------------------------------------

-- The fitted slopes of each trial's own points (over the index), or of all of
-- a group's: mean, standard error, how many fits.
local function fitted(e, rows, entry, y)
  if entry.over ~= e.index or entry.of then
    local fit = rows:fit { x = entry.over, y = y, model = entry.model }:row(1)
    return fit.slope, fit.error, 1
  end
  local slopes, sem = rows:fit { by = results.trial, x = entry.over, y = y,
    model = entry.model }:column "slope", nil
  if #slopes > 1 then sem = stats.sem(slopes) end
  return stats.mean(slopes), sem or 0 / 0, #slopes
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
  if type(expected) == "function" then return expected(key) end
  if type(expected) ~= "table" then return expected end
  for _, name in ipairs(by) do
    if expected[key[name]] ~= nil then return expected[key[name]] end
  end
end

-- Theory's slope of a group, and its standard error where predict says so.
local function theory_of(e, rows, entry, key, by)
  local expected = expected_of(entry, key, by)
  if expected ~= nil then return expected end
  local slope, sd = told(e, rows, entry)
  if slope then return slope, sd end
  local theory = entry.slope .. "_theory"
  if not has_values(rows, theory) then return nil end
  slope = fitted(e, rows, entry, theory)
  return slope == slope and slope or nil
end

local function slope_record(e, group, entry, by)
  local record = group.key
  local count
  record.slope, record.error, count = fitted(e, group.rows, entry, entry.slope)
  local theory, sd = theory_of(e, group.rows, entry, record, by)
  local error = sd or record.error
  record.theory = theory
  if theory then record.z = (record.slope - theory) / error end
  if record.slope == theory then record.z = 0.0 end
  return record, error, count
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
  return ("%s: %s%s"):format(slope_words(e, entry), count and
    ("mean and standard error of %d trials"):format(count) or
    "least squares with standard error",
    conditions ~= "" and "; " .. conditions or "")
end

local function check_of(e, entry, record, error, by)
  local key = shown.key(e, record, by)
  return { what = (key ~= "" and key .. ": " or "") ..
    (entry.what or slope_words(e, entry)), measured = record.slope,
    predicted = record.theory, error = error, sigmas = entry.sigmas }
end

-- An item for { slope = ... }; its checks go to e.checks.
function tables.slopes(e, entry)
  local rows = shown.rows(e, entry)
  if #rows == 0 then
    return { kind = "text", text = shown.nothing(e, entry, "slope of " ..
      entry.slope, rows) }
  end
  local by = shown.by(e, entry, rows, entry.over)
  local columns = table.move(by, 1, #by, 1, {})
  table.move({ "slope", "error", "theory", "z" }, 1, 4, #columns + 1, columns)
  local t, known, count = tabular.new(columns, rows.levels), false, nil
  for i, group in ipairs(rows:group(by)) do
    local record, error, fits = slope_record(e, group, entry, by)
    t:append(record)
    known = known or record.theory ~= nil
    if i > 1 and fits ~= count then fits = nil end
    count = fits
    if entry.check and record.theory and record.slope == record.slope and
      error == error then
      table.insert(e.checks, check_of(e, entry, record, error, by))
    end
  end
  if not known then
    columns = table.move(columns, 1, #columns - 2, 1, {})
  end
  local over_index = entry.over == e.index and not entry.of
  return { kind = "table", table = t, columns = columns,
    spreads = { slope = "error", error = "error", theory = "error", z = 0.1 },
    title = entry.title or slope_title(e, entry, rows, over_index and count) }
end

-- --- checks -----------------------------------------------------------------

local function asked(value, key)
  if type(value) == "function" then return value(key) end
  return value
end

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
  if not has_values(rows, sd) then return nil end
  local squares = 0
  for _, x in ipairs(rows:numbers(sd)) do squares = squares + x * x end
  return math.sqrt(squares / #rows:numbers(sd) / trials)
end

local function against(entry, group, values, trials)
  local predicted = asked(entry.predicted, group.key)
  local theory = entry.check .. "_theory"
  local error
  if predicted == nil and has_values(group.rows, theory) then
    predicted = stats.mean(group.rows:numbers(theory))
    error = not entry.of and told_error(group.rows, entry.check, trials) or nil
  end
  error = asked(entry.error, group.key) or error or stats.sem(values)
  return predicted, error
end

local function check_row(e, entry, group, by)
  local rows = as_numbers(group.rows, entry.check)
  local values = entry.of and rows:numbers(entry.check) or
    trial_means(rows, entry.check)
  local key = shown.key(e, group.key, by)
  local what = entry.what or shown.label(e, entry.check)
  local row = { what = (key ~= "" and key .. ": " or "") .. what,
    sigmas = entry.sigmas, at_most = asked(entry.at_most, group.key),
    at_least = asked(entry.at_least, group.key) }
  if row.at_most or row.at_least then
    row.measured = stats.median(rows:numbers(entry.check))
    return row
  end
  row.measured = stats.mean(values)
  row.predicted, row.error = against(entry, { key = group.key, rows = rows },
    values, #values)
  return row.predicted and row.error == row.error and row or nil
end

-- Adds the rows of { check = ... } to e.checks. Returns an item of text where
-- there is nothing to check, else nil.
function tables.checks(e, entry)
  local rows = shown.rows(e, entry)
  local by = shown.by(e, entry, rows)
  local before = #e.checks
  for _, group in ipairs(#rows > 0 and rows:group(by) or {}) do
    table.insert(e.checks, check_row(e, entry, group, by))
  end
  if #rows == 0 then
    return { kind = "text", text = shown.nothing(e, entry, "check of " ..
      entry.check, rows) }
  elseif #e.checks == before then
    return { kind = "text", text = ("check of %s: nothing to hold it " ..
      "against (nothing predicted, or too few trials for an error)"):format(
      entry.check) }
  end
end

return tables
