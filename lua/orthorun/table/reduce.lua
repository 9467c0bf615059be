-- reduce: tables of results made smaller: summaries, fits and pivots of
-- groups of rows. Methods of orthorun.table; NaN and infinities are counted.

--- @module results

local columns = require "orthorun.table.columns"
local models = require "orthorun.table.models"
local names = require "orthorun.base.names"
local stats = require "orthorun.table.stats"
local fail = require "orthorun.core".fail -- at the user's line

local reduce = {}

local function list_of(value) return type(value) == "string" and { value } or
  value end

-- A table like `self`, with other columns.
local function new_table(self, list) return columns.like(self, list) end

-- --- summaries --------------------------------------------------------------

-- What a summary can tell of values without NaN, by the end of its name.
local parts = {
  mean = function(values) return stats.mean(values) end,
  std = function(values) return stats.std(values) end,
  sem = function(values) return stats.sem(values) end,
  min = function(values) return stats.quantile(values, 0) end,
  max = function(values) return stats.quantile(values, 1) end,
}

local also_known = { "mean", "std", "sem", "min", "max", "interval" }

local function check_also(also)
  for _, name in ipairs(also) do
    if not names.has(also_known, name) then
      fail("summary: " .. names.unknown("statistic", name, also_known))
    end
  end
end

local function endings(also)
  local list = { "", "_low", "_high" }
  for _, part in ipairs(also) do
    if part == "interval" then
      list[#list + 1] = "_interval_low"
      list[#list + 1] = "_interval_high"
    else
      list[#list + 1] = "_" .. part
    end
  end
  return list
end

-- The columns of a summary, and what those are called that count values and
-- NaN: n and nan, or where a column is called so already n_values, n_nan.
local function summary_columns(by, of, also)
  local measured, taken = {}, {}
  for _, name in ipairs(of) do
    for _, ending in ipairs(endings(also)) do
      measured[#measured + 1] = name .. ending
    end
  end
  for _, list in ipairs { by, measured } do
    for _, name in ipairs(list) do
      if taken[name] then
        fail(("summary: two columns would have the name '%s'"):format(
          tostring(name)))
      end
      taken[name] = true
    end
  end
  return measured, taken.n and "n_values" or "n", taken.nan and "n_nan" or "nan"
end

-- The columns in their order: those of `by`, the counts, what was measured.
local function in_order(by, counts, measured)
  local list = table.move(by, 1, #by, 1, {})
  table.move(counts, 1, #counts, #list + 1, list)
  return table.move(measured, 1, #measured, #list + 1, list)
end

local function without_nan(values)
  local kept = {}
  for _, x in ipairs(values) do
    if x == x then kept[#kept + 1] = x end
  end
  return kept, #values - #kept
end

local function summarize(record, name, values, options, also)
  record[name] = stats.median(values)
  record[name .. "_low"] = stats.quantile(values, options.low or 0.1)
  record[name .. "_high"] = stats.quantile(values, options.high or 0.9)
  for _, part in ipairs(also) do
    if part == "interval" then
      record[name .. "_interval_low"], record[name .. "_interval_high"] =
        stats.bootstrap(values)
    else
      record[name .. "_" .. part] = parts[part](values)
    end
  end
end

--- Groups.
-- @section groups

--- One row per group: n, and of each column in `of` the median under its name, with
-- quantiles NAME_low and NAME_high. NaN are left out, n is without them, and a
-- column nan counts them where there are any; where n or nan is one of the columns
-- asked for, these are n_values and n_nan.
-- Rows are counted: where a trial returned arrays, a number beside them stands in each
-- of its rows. `t:where { layer = 1 }` first counts it once, as experiments do.
-- @function t:summary
-- @tparam table options
-- @tparam[opt] string|{string,...} options.by
-- @tparam string|{string,...} options.of
-- @tparam[opt=0.1] number options.low
-- @tparam[opt=0.9] number options.high
-- @tparam[opt] {string,...} options.also of "mean", "std", "sem", "min", "max" (as
--   NAME_mean, ...) and "interval", the 95 % bootstrap interval of the median
--   (NAME_interval_low, NAME_interval_high)
-- @treturn results
-- @usage
-- local t = ortho.table.of({ "x", "y" }, { { x = 1, y = 2 }, { x = 1, y = 4 } })
-- assert(t:summary { by = "x", of = "y" }:column("y")[1] == 3)
function reduce:summary(options)
  options = names.options("summary", options,
    { "by", "of", "low", "high", "also" })
  local by, of = list_of(options.by or {}), list_of(options.of)
  local also = list_of(options.also or {})
  if type(of) ~= "table" then fail("summary: `of` names no column") end
  check_also(also)
  local measured, n, nan = summary_columns(by, of, also)
  local records, odd = {}, false
  for _, group in ipairs(self:group(by)) do
    local record, count, most = group.key, nil, 0
    for _, name in ipairs(of) do
      local values, nans = without_nan(group.rows:numbers(name))
      count = math.min(count or #values, #values)
      most = math.max(most, nans)
      summarize(record, name, values, options, also)
    end
    record[n], record[nan], odd = count, most, odd or most > 0
    records[#records + 1] = record
  end
  local new = new_table(self, in_order(by, { n, odd and nan or nil }, measured))
  for _, record in ipairs(records) do
    if not odd then record[nan] = nil end
    new:append(record)
  end
  return new
end

-- --- fits -------------------------------------------------------------------

local model_names = { "line", "power", "exponential", "saturation" }

-- The points of some rows that are finite after the transformation, and how
-- many are not.
local function points_of(rows, options, model)
  local x, y, dropped = {}, {}, 0
  rows:numbers(options.x)
  rows:numbers(options.y)
  for _, record in rows:rows() do
    local a, b = record[options.x], record[options.y]
    a, b = a and model[1](a), b and model[2](b)
    if a and b and a - a == 0 and b - b == 0 then
      x[#x + 1], y[#y + 1] = a, b
    else
      dropped = dropped + 1
    end
  end
  return x, y, dropped
end

--- One row per group: slope, error (the slope's standard error) and intercept of
-- the least-squares line of y against x, n points, and how many were dropped
-- (missing, NaN, infinite, or without a logarithm). n is n_values where it is one
-- of the columns of `by`.
-- @function t:fit
-- @tparam table options
-- @tparam[opt] string|{string,...} options.by
-- @tparam string options.x
-- @tparam string options.y
-- @tparam[opt="line"] "line"|"power"|"exponential"|"saturation" options.model power:
--   y = c x^slope, log10 y against log10 x; exponential: y = c 10^(slope x);
--   intercept is then log10 c; saturation: y = intercept + slope/x, which tends to
--   the intercept
-- @treturn results
function reduce:fit(options)
  names.options("fit", options, { "by", "x", "y", "model" })
  local by = list_of(options.by or {})
  local model = models[options.model or "line"]
  if not model then
    fail("fit: " .. names.unknown("model", options.model, model_names))
  end
  local list = table.move(by, 1, #by, 1, {})
  local n = names.has(by, "n") and "n_values" or "n"
  for _, name in ipairs { "slope", "error", "intercept", n, "dropped" } do
    if names.has(by, name) then
      fail(("fit: the column '%s' would be there twice"):format(name))
    end
    list[#list + 1] = name
  end
  local new = new_table(self, list)
  for _, group in ipairs(self:group(by)) do
    local record = group.key
    local x, y, dropped = points_of(group.rows, options, model)
    record.slope, record.intercept, record.error = stats.fit(x, y)
    record[n], record.dropped = #x, dropped
    new:append(record)
  end
  return new
end

-- --- pivots -----------------------------------------------------------------

local reducers = { median = stats.median, mean = stats.mean,
  std = stats.std, sem = stats.sem,
  min = function(values) return stats.quantile(values, 0) end,
  max = function(values) return stats.quantile(values, 1) end,
  count = function(values) return #values end }

local reducer_names = { "median", "mean", "std", "sem", "min", "max", "count" }

local function reducer_of(with)
  if type(with) == "function" then return with end
  local f = reducers[with or "median"]
  if not f then
    fail("pivot: " .. names.unknown("statistic", with, reducer_names))
  end
  return f
end

local function column_names(self, options, rows)
  local list, seen = table.move(rows, 1, #rows, 1, {}), {}
  for _, value in ipairs(self:unique(options.columns)) do
    local name = tostring(value)
    if seen[name] or names.has(rows, name) then
      fail(("pivot: two columns would have the name '%s'"):format(name))
    end
    seen[name] = true
    list[#list + 1] = name
  end
  return list
end

--- A table with a row for each value of a column (or an array of columns), a column
-- for each value of another. NaN count: a median of values with a NaN is NaN.
-- @function t:pivot
-- @tparam table options
-- @tparam string|{string,...} options.rows
-- @tparam string options.columns
-- @tparam string options.value
-- @tparam[opt="median"] string|func options.with "mean", "std", "sem", "min",
--   "max", "count", or a function of an array
-- @treturn results
function reduce:pivot(options)
  names.options("pivot", options, { "rows", "columns", "value", "with" })
  local rows, f = list_of(options.rows), reducer_of(options.with)
  if type(rows) ~= "table" or type(options.columns) ~= "string" or
    type(options.value) ~= "string" then
    fail("pivot: rows, columns and value must name columns")
  end
  local new = new_table(self, column_names(self, options, rows))
  for _, group in ipairs(self:group(rows)) do
    local record = group.key
    for _, part in ipairs(group.rows:group(options.columns)) do
      local key = part.key[options.columns]
      if key ~= nil then
        record[tostring(key)] = f(part.rows:numbers(options.value))
      end
    end
    new:append(record)
  end
  return new
end

return reduce
