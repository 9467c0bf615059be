-- grid: the parameters of a sweep's trials: fixed ones, ones that functions
-- compute from others, lists that are crossed (grid), lists that go together
-- (zip), and named variations of them all, one at a time (cases).
-- Knows nothing of command lines, files or trials' results.
local computed = require "orthorun.base.computed"
local names = require "orthorun.base.names"

local grid = {}

local fail = names.failing "sweep"

-- Is there such a field in any of the tables?
local function is_in(name, ...)
  for i = 1, select("#", ...) do
    local t = select(i, ...)
    if t and t[name] ~= nil then return true end
  end
  return false
end

-- --- the definition ---------------------------------------------------------

-- The groups of lists that go together: an array of tables.
local function zip_groups(zip)
  if zip == nil then return {} end
  names.table_of("sweep", "zip", zip)
  if zip[1] ~= nil then return zip end
  return { zip }
end

-- All lists by name: those that are crossed and those that go together.
local function lists_of(def)
  local lists = {}
  for name, values in pairs(def.grid or {}) do lists[name] = values end
  for _, group in ipairs(zip_groups(def.zip)) do
    for name, values in pairs(group) do lists[name] = values end
  end
  return lists
end

local function check_list(part, name, values)
  if type(name) ~= "string" then
    fail("%s: a name is needed for every list, not %s", part,
      names.describe(name))
  end
  if type(values) ~= "table" or #values == 0 then
    fail("%s.%s must be an array of values", part, name)
  end
  local seen, count = {}, 0
  for i, value in ipairs(values) do
    if value == value and seen[value] and part == "grid" then
      fail("%s.%s has %s twice, in places %d and %d: a trial would count " ..
        "twice", part, name, names.describe(value), seen[value], i)
    end
    if value == value then seen[value] = i end
    count = i
  end
  for key in pairs(values) do
    if math.type(key) == "integer" and key > count then
      fail("%s.%s has no value in place %d, but one in place %d", part, name,
        count + 1, key)
    end
  end
end

local function check_params(def)
  for name in pairs(def.params or {}) do
    if type(name) ~= "string" then
      fail("params: a name is needed for every value, not %s",
        names.describe(name))
    end
  end
end

local function check_lists(def)
  for name, values in pairs(def.grid or {}) do
    check_list("grid", name, values)
    if is_in(name, def.params) then
      fail("'%s' is in params and in grid", name)
    end
  end
  local seen = {}
  for _, group in ipairs(zip_groups(def.zip)) do
    names.table_of("sweep", "a group of zip", group)
    for name, values in pairs(group) do
      check_list("zip", name, values)
      if is_in(name, def.params, def.grid, seen) then
        fail("'%s' is in zip and elsewhere, too", name)
      end
      seen[name] = true
    end
  end
end

-- A case's settings: its fields but the name and the label.
function grid.settings(case)
  local settings = {}
  for name, value in pairs(case) do
    if name ~= 1 and name ~= "label" then settings[name] = value end
  end
  return settings
end

local function check_setting(def, case, name, value)
  local where = ("case '%s'"):format(case[1])
  local known = names.keys(def.params or {})
  table.move(names.keys(def.grid or {}), 1, 100, #known + 1, known)
  if is_in(name, lists_of { zip = def.zip }) then
    fail("%s: '%s' is in zip; a case cannot set it", where, name)
  elseif not is_in(name, def.params, def.grid) then
    fail("%s: %s", where, names.unknown("parameter", tostring(name), known))
  elseif type(value) == "table" and #value == 0 then
    fail("%s: '%s' is an empty list", where, name)
  end
end

local function check_cases(def)
  local seen = {}
  if def.cases == nil then return end
  names.table_of("sweep", "cases", def.cases)
  if #def.cases == 0 then fail "cases is empty" end
  if is_in("case", def.params, lists_of(def)) then
    fail "'case' is the column that names the cases; call the parameter otherwise"
  end
  for i, case in ipairs(def.cases) do
    if type(case) ~= "table" or type(case[1]) ~= "string" then
      fail("case %d must be a table that begins with its name: { \"fast\", " ..
        "rate = 5 }", i)
    elseif seen[case[1]] then
      fail("two cases have the name '%s'", case[1])
    elseif case[2] ~= nil then
      fail("case '%s' has more than a name and named settings", case[1])
    end
    seen[case[1]] = true
    for _, name in ipairs(names.keys(grid.settings(case))) do
      check_setting(def, case, name, case[name])
    end
  end
end

-- Raises at the user's line what is wrong with params, grid, zip and cases.
function grid.check(def)
  for _, part in ipairs { "params", "grid" } do
    if def[part] ~= nil then names.table_of("sweep", part, def[part]) end
  end
  for _, name in ipairs(names.keys(def.params or {})) do
    if type(name) ~= "string" then
      fail("params: a name is needed for every value, not %s",
        names.describe(name))
    end
  end
  check_params(def)
  check_lists(def)
  check_cases(def)
end

-- --- names ------------------------------------------------------------------

-- Names in the order of columns and loops: the case first, then alphabetical,
-- the seed last, so that trials which differ in the seed alone stand together.
local function ordered(group)
  local list = names.keys(group)
  local function place(name)
    return name == "case" and 1 or name == "seed" and 3 or 2
  end
  table.sort(list, function(a, b)
    local i, j = place(a), place(b)
    return i < j or i == j and a < b
  end)
  return list
end

-- The names that vary from trial to trial by the definition, and the others.
function grid.names(def)
  local lists, fixed = lists_of(def), {}
  for _, case in ipairs(def.cases or {}) do
    lists.case = true
    for name, value in pairs(grid.settings(case)) do
      if type(value) == "table" then lists[name] = true end
    end
  end
  for name in pairs(def.params or {}) do
    if not lists[name] then fixed[name] = true end
  end
  return ordered(lists), ordered(fixed)
end

-- Does a case sweep this parameter?
local function is_swept(def, name)
  for _, case in ipairs(def.cases or {}) do
    if type(grid.settings(case)[name]) == "table" then return true end
  end
  return false
end

-- What its options are made of: an array of {name, default, many}; a computed
-- parameter has the function as default and `sample`, a value of its kind. One
-- that a case sweeps takes a list; its default has the field `unset`.
function grid.options(def)
  local lists, list = lists_of(def), {}
  if def.cases then
    local all = {}
    for i, case in ipairs(def.cases) do all[i] = case[1] end
    list[1] = { name = "case", default = all, many = true, choices = all }
  end
  for _, name in ipairs(ordered(lists)) do
    list[#list + 1] = { name = name, default = lists[name], many = true }
  end
  local sample
  for _, name in ipairs(ordered(def.params or {})) do
    local value = def.params[name]
    local option = { name = name, default = value, many = false }
    if type(value) == "function" then
      sample = sample or grid.trials(def, {}, true)[1]
      option.sample = sample[name]
    elseif is_swept(def, name) then
      option.default, option.many = { value, unset = true }, true
    end
    list[#list + 1] = option
  end
  return list
end

-- --- trials -----------------------------------------------------------------

-- Raises a message where lists that go together differ in length. given: the
-- values by name.
local function check_lengths(group, value_of)
  local first
  for _, name in ipairs(names.keys(group)) do
    local count = #value_of(name)
    first = first or { name, count }
    if count ~= first[2] then
      error(("'%s' has %d value%s but '%s' has %d: they go together (zip), " ..
        "so give equally many of both"):format(first[1], first[2],
        first[2] == 1 and "" or "s", name, count), 0)
    end
  end
end

-- A list that was given in place of a parameter's one value, or nil.
local function given_list(def, values, name)
  local value = values[name]
  return (def.params or {})[name] ~= nil and type(value) == "table" and
    not value.unset and value or nil
end

-- The alternatives that are crossed in a case: an array of arrays of tables
-- of values.
local function axes_of(def, values, value_of, settings)
  local lists, axes, done = lists_of(def), {}, {}
  local group_of = {}
  for _, group in ipairs(zip_groups(def.zip)) do
    for name in pairs(group) do group_of[name] = group end
  end
  for name, value in pairs(settings) do
    if type(value) == "table" then lists[name] = value end
  end
  for name in pairs(values) do
    lists[name] = lists[name] or given_list(def, values, name)
  end
  for _, name in ipairs(ordered(lists)) do
    local group, axis = group_of[name], {}
    local list = settings[name]
    if list == nil then list = value_of(name) end
    if type(list) ~= "table" then list = { list } end
    if type(settings[name]) == "table" then
      list = given_list(def, values, name) or list
    end
    for i, value in ipairs(done[group] and {} or list) do
      axis[i] = { [name] = value }
      for other in pairs(group or {}) do axis[i][other] = value_of(other)[i] end
    end
    if #axis > 0 then axes[#axes + 1] = axis end
    if group then done[group] = true end
  end
  return axes
end

local function cross(list, axes)
  for _, axis in ipairs(axes) do
    local crossed = {}
    for _, p in ipairs(list) do
      for _, values in ipairs(axis) do
        local q = {}
        for name, value in pairs(p) do q[name] = value end
        for name, value in pairs(values) do q[name] = value end
        crossed[#crossed + 1] = q
      end
    end
    list = crossed
  end
  return list
end

local kinds = { number = true, string = true, boolean = true }

-- Puts the values of functions in place of them.
local function compute(p)
  local functions = {}
  for name, value in pairs(p) do
    if type(value) == "function" then functions[name] = value end
  end
  for name in pairs(functions) do p[name] = nil end
  computed(p, functions, "params")
  for _, name in ipairs(names.keys(functions)) do
    if not kinds[type(p[name])] then
      error(("params.%s: the function must return a number, a string or a " ..
        "boolean, not %s"):format(name, names.describe(p[name])), 0)
    end
  end
  return p
end

local function find_case(def, wanted)
  for _, case in ipairs(def.cases) do
    if case[1] == wanted then return case end
  end
end

-- The parameters of every trial, an array of tables; of the loops the last
-- name varies fastest. values: what was given in place of the definition's own
-- values, by name; a list in place of a parameter's value is swept, and takes the
-- place of a case's list. first: the first trial alone. Raises a plain message where
-- lists that go together differ in length, or a function fails.
function grid.trials(def, values, first)
  local lists = lists_of(def)
  local function value_of(name)
    local value = values[name]
    if type(value) == "table" and value.unset then return value[1] end
    if value ~= nil then return value end
    if lists[name] then return lists[name] end
    return (def.params or {})[name]
  end
  for _, group in ipairs(zip_groups(def.zip)) do
    check_lengths(group, value_of)
  end
  local chosen = { false }
  if def.cases then
    chosen = values.case or {}
    for i, case in ipairs(values.case and {} or def.cases) do
      chosen[i] = case[1]
    end
  end
  local trials = {}
  for _, name in ipairs(chosen) do
    local settings = name and grid.settings(find_case(def, name)) or {}
    local p = { case = name or nil }
    for param in pairs(def.params or {}) do p[param] = value_of(param) end
    for setting, value in pairs(settings) do
      if type(value) ~= "table" then p[setting] = value end
    end
    for _, q in ipairs(cross({ p }, axes_of(def, values, value_of,
      settings))) do
      trials[#trials + 1] = compute(q)
      if first then return trials end
    end
  end
  return trials
end

-- --- levels -----------------------------------------------------------------

local function rising(list)
  for i, value in ipairs(list) do
    if type(value) ~= "number" or i > 1 and not (list[i - 1] < value) then
      return false
    end
  end
  return true
end

-- The order of a column's values in groups and colours: the definition's own
-- first, so that it is the same whatever subset is asked for, then those of
-- the trials. Numbers that rise in the definition are sorted with the others.
function grid.levels(def, trials, name)
  local own, list, seen = lists_of(def)[name] or {}, {}, {}
  if name == "case" then
    own = {}
    for i, case in ipairs(def.cases) do own[i] = case[1] end
  end
  local function add(value)
    if value ~= nil and value == value and not seen[value] then
      seen[value] = true
      list[#list + 1] = value
    end
  end
  for _, value in ipairs(own) do add(value) end
  for _, p in ipairs(trials) do add(p[name]) end
  if rising(own) then
    for _, value in ipairs(list) do
      if type(value) ~= "number" then return list end
    end
    table.sort(list)
  end
  return list
end

return grid
