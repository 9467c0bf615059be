-- reduce: searches over a parameter, one answer for each group of rows: the
-- best value, the least at and above which something holds, the greatest up to
-- which it does, the first at which it does; or a result's variance over trials
-- (variance.lua). Gives tables.
local core = require "orthorun.core"
local names = require "orthorun.base.names"
local stats = require "orthorun.table.stats"
local tabular = require "orthorun.table"
local variance = require "orthorun.experiment.variance"
local where = require "orthorun.experiment.where"

local reduce = {}

local kinds = { "best", "least", "greatest", "first", "variance" }
local fields = {
  best = { "best", "over", "among", "by", "where", "largest", "share" },
  least = { "least", "where", "by", "share" },
  greatest = { "greatest", "where", "by", "share" },
  first = { "first", "where", "by", "share" },
  variance = { "variance", "where", "by" },
}
local optional = { best = true, variance = true } -- conditions of the rows, if any

local function fail(name, message, ...)
  core.fail(("experiment: derive.%s: "):format(name) .. message:format(...))
end

function reduce.kind(entry)
  for _, kind in ipairs(kinds) do
    if entry[kind] ~= nil then return kind end
  end
end

-- Checks a reducer before any trial.
function reduce.check(name, entry)
  local kind = reduce.kind(entry)
  if not kind then
    fail(name, "it needs one of best, least, greatest, first or variance, as in " ..
      "{ least = \"width\", where = \"learnt\" }")
  end
  names.options("experiment: derive." .. name, entry, fields[kind])
  for _, field in ipairs { kind, "over" } do
    if (field == kind or kind == "best") and type(entry[field]) ~= "string" then
      fail(name, "%s must name a column, not %s", field,
        names.describe(entry[field]))
    end
  end
  if not optional[kind] and entry.where == nil then
    fail(name, "where is missing: the column that must hold, or conditions")
  end
  local share = entry.share
  if share ~= nil and (type(share) ~= "number" or not (share >= 0 and
    share < 1)) then
    fail(name, "share must be a number from 0 to below 1, not %s",
      names.describe(share))
  end
end

-- The columns that a reducer names.
function reduce.columns(entry)
  local list = {}
  for _, field in ipairs { "best", "least", "greatest", "first", "variance",
    "over", "among", "where" } do
    local value = entry[field]
    if type(value) == "string" then list[#list + 1] = value end
    if type(value) == "table" then
      for _, name in ipairs(names.keys(value)) do list[#list + 1] = name end
    end
  end
  local by = entry.by
  for _, name in ipairs(type(by) == "table" and by or { by }) do
    list[#list + 1] = name
  end
  return list
end

-- The share of the rows in which a column is true, not 0; or that meet
-- conditions.
local function share_of(rows, condition)
  if #rows == 0 then return 0 end
  if type(condition) == "table" then
    return #where.rows(rows, condition) / #rows
  end
  local held = 0
  for _, value in ipairs(rows:column(condition)) do
    if value and value ~= 0 and value == value then held = held + 1 end
  end
  return held / #rows
end

-- The groups of rows by a column of numbers, in order.
local function steps(rows, column)
  local list = {}
  for _, group in ipairs(rows:group(column)) do
    local x = group.key[column]
    if type(x) == "number" and x == x then
      list[#list + 1] = { x = x, rows = group.rows }
    end
  end
  table.sort(list, function(a, b) return a.x < b.x end)
  return list
end

local finders = {}

function finders.least(list, holds)
  local found
  for i = #list, 1, -1 do
    if not holds(list[i].rows) then break end
    found = list[i]
  end
  return found
end

function finders.greatest(list, holds)
  local found
  for _, step in ipairs(list) do
    if not holds(step.rows) then break end
    found = step
  end
  return found
end

function finders.first(list, holds)
  for _, step in ipairs(list) do
    if holds(step.rows) then return step end
  end
end

-- The columns of numbers that are no parameters.
local function measured(t, skip)
  local list = {}
  for _, name in ipairs(t:columns()) do
    if not names.has(skip, name) and name:byte() ~= 0 then
      local number = false
      for i = 1, #t do
        local value = t.data[name][i]
        if value ~= nil then
          number = type(value) == "number"
          if not number then break end
        end
      end
      if number then list[#list + 1] = name end
    end
  end
  return list
end

local function median(rows, name)
  local kept = {}
  for _, x in ipairs(rows:numbers(name)) do
    if x == x then kept[#kept + 1] = x end
  end
  return stats.median(kept)
end

-- The value of `over` at which the median of `best` is least (or largest).
local function best_of(list, entry)
  local found, at
  for _, step in ipairs(list) do
    local x = median(step.rows, entry.best)
    local allowed = not entry.among or share_of(step.rows, entry.among) >
      (entry.share or 1 - 1e-9)
    local better = found == nil or entry.largest and x > found or
      not entry.largest and x < found
    if allowed and x == x and better then found, at = x, step end
  end
  return at
end

-- The step of a group's rows that the reducer looks for; nil: there is none.
local function find(kind, list, entry)
  if kind == "best" then return best_of(list, entry) end
  return finders[kind](list, function(rows)
    return share_of(rows, entry.where) > (entry.share or 0.5)
  end)
end

-- The columns of its table, of those that results have.
function reduce.made(entry, known)
  local list = entry.variance and variance.columns or known
  local by = entry.variance and (entry.by or known) or {}
  local made = table.move(list, 1, #list, 1, {})
  for _, name in ipairs(type(by) == "table" and by or { by }) do
    made[#made + 1] = name
  end
  return made
end

-- "<=" or ">=" where what was found is the least or the greatest that was tried and
-- may lie beyond; "" where it lies within, or nothing was found.
local function censored(kind, list, at)
  if at == nil or #list < 2 then return "" end
  local at_start, at_end = at == list[1], at == list[#list]
  if at_start and kind ~= "greatest" then return "<=" end
  return at_end and (kind == "greatest" or kind == "best") and ">=" or ""
end

-- May a column of a reducer's table be otherwise, had the search gone further?
function reduce.bounded_by_search(entry, column)
  local kind = reduce.kind(entry)
  return column == (entry.over or entry[kind]) or kind == "best" and
    column == entry.best
end

-- The table of a reducer: by, the columns that make its groups; the column it
-- searches; the medians there of everything that was measured (NaN where
-- nothing was found); and `censored`, where some answer is the end of its search. Of
-- a variance, see there.
function reduce.table(t, entry, by, parameters, draws)
  local kind = reduce.kind(entry)
  local over = entry.over or entry[kind]
  if optional[kind] then t = where.rows(t, entry.where) end
  if kind == "variance" then return variance.table(t, over, by, draws) end
  local wanted = table.move(by, 1, #by, 1, {})
  wanted[#wanted + 1] = over
  local skip = table.move(wanted, 1, #wanted, #parameters + 1,
    table.move(parameters, 1, #parameters, 1, {}))
  local columns = measured(t, skip)
  table.move(columns, 1, #columns, #wanted + 1, wanted)
  local records, any = {}, false
  for i, group in ipairs(t:group(by)) do
    local record, list = group.key, steps(group.rows, over)
    local at = find(kind, list, entry)
    record[over], record.censored = at and at.x or 0 / 0, censored(kind, list, at)
    any, records[i] = any or record.censored ~= "", record
    for _, name in ipairs(columns) do
      record[name] = at and median(at.rows, name) or 0 / 0
    end
  end
  if any then wanted[#wanted + 1] = "censored" end
  local new = tabular.new(wanted, t.levels)
  for _, record in ipairs(records) do
    if not any then record.censored = nil end
    new:append(record)
  end
  return new
end

return reduce
