-- where: the rows that an entry of `show` or `derive` asks for: column = value,
-- array, function of the value, "largest" or "smallest".
local core = require "orthorun.core"
local names = require "orthorun.base.names"

local where = {}

local extremes = {
  largest = function(a, b) return a > b end,
  smallest = function(a, b) return a < b end,
}

-- Is it a condition that picks an end of a column of numbers?
local function is_extreme(t, name, condition)
  if not extremes[condition] then return false end
  for i = 1, #t do
    local value = t.data[name][i]
    if value ~= nil then return type(value) == "number" end
  end
  return true
end

local function extreme(t, name, better)
  local best
  for i = 1, #t do
    local x = t.data[name][i]
    if type(x) == "number" and x == x and (not best or better(x, best)) then
      best = x
    end
  end
  return best
end

-- Raises at the user's line unless conditions is nil or a table of conditions
-- on known columns (nil: any names).
function where.check(who, conditions, known)
  if conditions == nil then return end
  names.table_of(who, "where", conditions)
  for _, name in ipairs(names.keys(conditions)) do
    if type(name) ~= "string" then
      core.fail(("%s: where needs names of columns, not %s"):format(who,
        names.describe(name)))
    elseif known and not names.has(known, name) then
      core.fail(("%s: where: %s"):format(who, names.unknown("column", name,
        known)))
    end
  end
end

-- The rows of t that meet the conditions. "largest" and "smallest" are those
-- of the rows that meet the others, of several in the order of their names.
function where.rows(t, conditions)
  local plain, ends = {}, {}
  for _, name in ipairs(names.keys(conditions or {})) do
    if is_extreme(t, name, conditions[name]) then
      ends[#ends + 1] = name
    else
      plain[name] = conditions[name]
    end
  end
  local rows = next(plain) ~= nil and t:where(plain) or t
  for _, name in ipairs(ends) do
    rows = rows:where { [name] = extreme(rows, name,
      extremes[conditions[name]]) or 0 / 0 }
  end
  return rows
end

local function value_text(value)
  if type(value) == "table" then
    local parts = {}
    for i, each in ipairs(value) do parts[i] = value_text(each) end
    return table.concat(parts, " or ")
  end
  if math.type(value) == "float" then return ("%.4g"):format(value) end
  return tostring(value)
end

local function level_text(labels, name, value)
  local label = labels and labels[name] and labels[name][value]
  return label or ("%s %s"):format(name, value_text(value))
end

-- "without N(0, 1)": what a function left out of a column, where that is at most
-- two values and most are left; nil elsewhere.
local function without(t, rows, name, labels)
  local out, kept = {}, {}
  for _, value in ipairs(rows:unique(name)) do
    if value == value then kept[value] = true end
  end
  for _, value in ipairs(t:unique(name)) do
    if value == value and not kept[value] then
      out[#out + 1] = level_text(labels, name, value)
    end
  end
  if #out == 0 or #out > 2 or #rows:unique(name) <= #out then return nil end
  return "without " .. table.concat(out, " and ")
end

-- "layer 1, depth 51": the conditions in words, with the values that the rows
-- have which are left of t; of a function, the value that is left, or those
-- that are not.
function where.text(t, rows, conditions, labels)
  local parts = {}
  for _, name in ipairs(names.keys(conditions or {})) do
    local left = rows.data[name] and rows:unique(name) or {}
    local condition = conditions[name]
    if #left == 1 then
      parts[#parts + 1] = level_text(labels, name, left[1])
    elseif type(condition) ~= "function" then
      parts[#parts + 1] = level_text(labels, name, condition)
    elseif rows.data[name] then
      parts[#parts + 1] = without(t, rows, name, labels)
    end
  end
  return table.concat(parts, ", ")
end

return where
