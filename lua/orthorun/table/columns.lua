-- columns: the class of tables: named columns, making them, and choosing among
-- their rows and columns. Values are numbers, strings, booleans, or nil where
-- a row has none. Prints and writes nothing.

--- @module results

local names = require "orthorun.base.names"
local fail = require "orthorun.core".fail -- at the user's line

local Table = { __name = "orthorun.table" }
Table.__index = Table
names.strict_class("table", Table, { "run_files", "failures", "made_by", "derived",
  "tables", "checks", "overall", "pictures", "params" }, "t:row(i) is a row, " ..
  "t:column(name) a column")

local columns = {}

--- Tables.
-- @section tables

--- An empty table.
-- @function table.new
-- @tparam {string,...} columns
-- @tparam[opt] table levels levels[name] lists a column's values in the order that
--   groups and colours take, whether or not they occur
-- @treturn results
function columns.new(list, levels)
  if type(list) ~= "table" then
    fail("table: columns must be an array of names, not " .. type(list))
  end
  local self = { names = {}, data = {}, size = 0, levels = levels or {} }
  for i, name in ipairs(list) do
    if type(name) ~= "string" then
      fail(("table: column %d is named by a %s"):format(i, type(name)))
    end
    if self.data[name] then
      fail(("table: column '%s' is there twice"):format(name))
    end
    self.names[i], self.data[name] = name, {}
  end
  return setmetatable(self, Table)
end

-- An empty table made of `self`: its levels, and where its run puts files.
function columns.like(self, list)
  local new = columns.new(list, self.levels)
  new.run_files = self.run_files
  return new
end

--- A table from records.
-- @function table.of
-- @tparam {string,...} columns
-- @tparam {table,...} records each {name = value}
-- @treturn results
-- @usage
-- local t = ortho.table.of({ "x", "y" }, { { x = 1, y = 2 }, { x = 2, y = 3 } })
-- assert(#t == 2 and t:column("y")[2] == 3)
function columns.of(list, records)
  if type(records) ~= "table" then
    fail("table: records must be an array of tables, not " .. type(records))
  end
  local self = columns.new(list)
  for _, record in ipairs(records) do self:append(record) end
  return self
end

--- A table over arrays that are there already, by name; they become its own.
-- @function table.wrap
-- @tparam {string,...} columns
-- @tparam table arrays
-- @tparam int size
-- @treturn results
function columns.wrap(list, arrays, size, levels)
  local self = columns.new(list, levels)
  for _, name in ipairs(list) do self.data[name] = arrays[name] end
  self.size = size
  return self
end

local function column_of(self, name)
  local column = self.data[name]
  if not column then
    fail("table: " .. names.unknown("column", name, self.names))
  end
  return column
end

-- A new table with the same columns and the rows of `self` listed in `rows`.
local function pick(self, rows)
  local new = columns.like(self, self.names)
  for _, name in ipairs(self.names) do
    local from, to = self.data[name], new.data[name]
    for i, row in ipairs(rows) do to[i] = from[row] end
  end
  new.size = #rows
  return new
end

--- Adds a row in place.
-- @function t:append
-- @tparam table record
function Table:append(record)
  if type(record) ~= "table" then
    fail("table: a record must be a table, not " .. type(record))
  end
  for name in pairs(record) do column_of(self, name) end
  self.size = self.size + 1
  for _, name in ipairs(self.names) do
    self.data[name][self.size] = record[name]
  end
end

function Table:__len() return self.size end

--- The columns' names.
-- @function t:columns
-- @treturn {string,...}
function Table:columns()
  return table.move(self.names, 1, #self.names, 1, {})
end

--- A column's values.
-- @function t:column
-- @tparam string name
-- @treturn table
function Table:column(name)
  return table.move(column_of(self, name), 1, self.size, 1, {})
end

--- Row i as a record.
-- @function t:row
-- @tparam int i
-- @treturn table
function Table:row(i)
  if math.type(i) ~= "integer" or i < 1 or i > self.size then
    fail(("table: row %s of %d"):format(i, self.size))
  end
  local record = {}
  for _, name in ipairs(self.names) do record[name] = self.data[name][i] end
  return record
end

--- An iterator: `for i, record in t:rows() do`.
-- @function t:rows
-- @treturn func
function Table:rows()
  return function(_, i)
    if i < self.size then return i + 1, self:row(i + 1) end
  end, nil, 0
end

local function accepts(condition, value)
  if type(condition) == "function" then return condition(value) end
  if type(condition) ~= "table" then return value == condition end
  for _, allowed in ipairs(condition) do
    if value == allowed then return true end
  end
  return false
end

--- The rows that meet all conditions.
-- @function t:where
-- @tparam table conditions {name = value}, or an array of values, or a function of
--   the value
-- @treturn results
-- @usage
-- local t = ortho.table.of({ "x", "y" }, { { x = 1, y = 2 }, { x = 2, y = 3 } })
-- local high = t:where { x = function(x) return x > 1 end }
-- assert(#high == 1)
function Table:where(conditions)
  names.table_of("where", "the conditions", conditions)
  for name in pairs(conditions) do column_of(self, name) end
  local rows = {}
  local list = {}
  for name, condition in pairs(conditions) do
    list[#list + 1] = { self.data[name], condition }
  end
  for i = 1, self.size do
    local keep = true
    for k = 1, #list do
      keep = keep and accepts(list[k][2], list[k][1][i])
    end
    if keep then rows[#rows + 1] = i end
  end
  return pick(self, rows)
end

-- A key of a table for any value; 1 and 1.0 have the same.
local function key_of(value)
  if value == nil then return "nil" end
  if value ~= value then return "nan" end
  if type(value) == "string" then return "=" .. value end
  return value
end

--- A column's distinct values.
-- @function t:unique
-- @tparam string name
-- @treturn table
function Table:unique(name)
  local column, seen, appeared, order = column_of(self, name), {}, {}, {}
  for i = 1, self.size do
    local value = column[i]
    local key = key_of(value)
    if value ~= nil and not seen[key] then
      seen[key] = true
      appeared[#appeared + 1] = value
    end
  end
  local function take(value)
    local key = key_of(value)
    if seen[key] then order[#order + 1], seen[key] = value, nil end
  end
  for _, value in ipairs(self.levels[name] or {}) do take(value) end
  for _, value in ipairs(appeared) do take(value) end
  return order
end

local function by_levels(self, by, groups)
  local rank = {}
  for k, name in ipairs(by) do
    rank[k] = {}
    for i, value in ipairs(self:unique(name)) do rank[k][key_of(value)] = i end
  end
  table.sort(groups, function(a, b)
    for k, name in ipairs(by) do
      local i = rank[k][key_of(a.key[name])] or 0
      local j = rank[k][key_of(b.key[name])] or 0
      if i ~= j then return i < j end
    end
    return false
  end)
  return groups
end

-- The groups of rows that have the same values in some columns: an array of
-- {key, list}, the rows' numbers. A tree with a level for each column finds them.
local function members_of(self, by)
  local root, groups, depth = {}, {}, #by
  for i = 1, self.size do
    local node = root
    for k = 1, depth do
      local key = key_of(self.data[by[k]][i])
      node[key] = node[key] or {}
      node = node[key]
    end
    if not node.list then
      node.list, node.key = {}, {}
      for k = 1, depth do node.key[by[k]] = self.data[by[k]][i] end
      groups[#groups + 1] = node
    end
    node.list[#node.list + 1] = i
  end
  return groups
end

--- Split by a column or an array of columns, in the order of their levels.
-- @function t:group
-- @tparam string|{string,...} by
-- @treturn {table,...} each {key = {name = value}, rows = table}
function Table:group(by)
  if type(by) == "string" then by = { by } end
  names.table_of("group", "the columns", by)
  for _, name in ipairs(by) do column_of(self, name) end
  local groups = members_of(self, by)
  for _, group in ipairs(groups) do
    group.rows, group.list = pick(self, group.list), nil
  end
  return by_levels(self, by, groups)
end

--- A table of these columns, in this order.
-- @function t:select
-- @tparam {string,...} columns
-- @treturn results
function Table:select(wanted)
  local new = columns.like(self, wanted)
  for _, name in ipairs(wanted) do new.data[name] = self:column(name) end
  new.size = self.size
  return new
end

--- A table with one more column, or that column anew.
-- @function t:with
-- @tparam string name
-- @tparam func|table f f(record, i) or, of an array, f[i]
-- @treturn results
function Table:with(name, f)
  if type(f) ~= "table" and type(f) ~= "function" then
    fail(("with: column %s needs a function or an array, not %s"):format(
      tostring(name), names.describe(f)))
  end
  if type(f) == "table" then
    local values = f
    if #values ~= self.size then
      fail(("table: %d values for a column of %d rows"):format(#values,
        self.size))
    end
    f = function(_, i) return values[i] end
  end
  local wanted = self:columns()
  if not self.data[name] then wanted[#wanted + 1] = name end
  local new = columns.like(self, wanted)
  for i, record in self:rows() do
    record[name] = f(record, i)
    new:append(record)
  end
  return new
end

--- A column's numbers, without rows that have none.
-- @function t:numbers
-- @tparam string name
-- @treturn {number,...}
-- @raise where it has other values.
function Table:numbers(name)
  local column, values = column_of(self, name), {}
  for i = 1, self.size do
    if column[i] ~= nil and type(column[i]) ~= "number" then
      fail(("table: column '%s' has a %s in row %d, not a number"):format(
        name, type(column[i]), i))
    end
    values[#values + 1] = column[i]
  end
  return values
end

-- For the files beside this one, which add methods.
columns.class = Table

return columns
