-- results: an experiment's results: what trials returned, predictions beside
-- it as NAME_theory, columns derived from both; and what tables and plots need
-- to know of each row: its trial, and the standard deviations predicted.
local computed = require "orthorun.base.computed"
local names = require "orthorun.base.names"
local predict = require "orthorun.experiment.predict"
local stop = require "orthorun.experiment.stop"
local tabular = require "orthorun.table"

local results = {}

-- Columns that are not the user's; no name that a script can write by chance.
results.trial = "\0trial"
function results.sd(name) return "\0sd " .. name end

local function fill(column, at, value, count)
  for i = 1, count do
    column[at + i] = type(value) == "table" and value[i] or
      type(value) ~= "table" and value or nil
  end
end

-- The names that are predicted of any trial.
function results.predicted_names(predictions)
  local found = {}
  for _, one in ipairs(predictions) do
    for name in pairs(one and one.values or {}) do found[name] = true end
  end
  return names.keys(found)
end

local function check_free(taken, name, what)
  if taken[name] ~= nil then
    stop("%s would be the column '%s', which is there already; call it " ..
      "otherwise", what, name)
  end
end

-- Raises where a column would be there twice: of a trial's parameters and
-- results, predictions of these, and derived columns (by name).
function results.check_free(p, out, predicted, derived)
  local taken = {}
  for _, group in ipairs { p, out } do
    for name in pairs(group) do taken[name] = true end
  end
  for _, name in ipairs(names.keys(predicted or {})) do
    check_free(taken, name .. "_theory", "predict's " .. name)
    taken[name .. "_theory"] = true
  end
  for _, name in ipairs(names.keys(derived)) do
    check_free(taken, name, "derive." .. name)
  end
end

-- Columns of `t` with new ones put behind those that they belong to.
local function with_columns(t, behind, arrays)
  local columns = {}
  for _, name in ipairs(t:columns()) do
    columns[#columns + 1] = name
    for _, new in ipairs(behind[name] or {}) do columns[#columns + 1] = new end
  end
  for _, new in ipairs(behind) do columns[#columns + 1] = new end
  for _, name in ipairs(columns) do arrays[name] = arrays[name] or t.data[name] end
  return tabular.wrap(columns, arrays, #t, t.levels)
end

-- t with each row's trial, and what is predicted of it. trials: an array of
-- {p, out, rows}; predictions: one for each.
function results.with_theory(t, trials, predictions)
  local arrays, behind = { [results.trial] = {} }, { results.trial }
  for _, name in ipairs(results.predicted_names(predictions)) do
    local theory, sd = name .. "_theory", results.sd(name)
    check_free(t.data, theory, ("predict's %s"):format(name))
    arrays[theory], arrays[sd] = {}, {}
    behind[name], behind[#behind + 1] = { theory }, sd
  end
  local at = 0
  for i, trial in ipairs(trials) do
    fill(arrays[results.trial], at, i, trial.rows)
    local one = predictions[i]
    for name, value in pairs(one and one.values or {}) do
      fill(arrays[name .. "_theory"], at, value, trial.rows)
      fill(arrays[results.sd(name)], at, one.sd[name], trial.rows)
    end
    at = at + trial.rows
  end
  return with_columns(t, behind, arrays)
end

-- --- derived columns --------------------------------------------------------

local kinds = { number = true, string = true, boolean = true, ["nil"] = true }

local function check_derived(name, value)
  if not kinds[type(value)] then
    error(("derive.%s: the function must return a number, a text or a " ..
      "boolean, not %s"):format(name, names.describe(value)), 0)
  end
end

-- t with columns that functions compute from each row, and from one another.
-- parameters: the names that tell a row in a message.
function results.with_derived(t, functions, parameters)
  local new = names.keys(functions)
  local arrays = {}
  for _, name in ipairs(new) do
    check_free(t.data, name, "derive." .. name)
    arrays[name] = {}
  end
  if #new == 0 then return t end
  local known = table.move(new, 1, #new, #t.names + 1, t:columns())
  for i, record in t:rows() do
    local values = {}
    for name, value in pairs(record) do values[name] = value end
    local ok, message = pcall(computed, values, functions, "derive",
      function(name)
        if names.has(known, name) then return nil end
        error(names.unknown("column", tostring(name), results.visible(known)), 0)
      end)
    for _, name in ipairs(ok and new or {}) do
      ok, message = pcall(check_derived, name, values[name])
      if not ok then break end
      arrays[name][i] = values[name]
    end
    if not ok then
      if tostring(message):find("interrupted!", 1, true) then error(message, 0) end
      local p = {}
      for _, name in ipairs(parameters) do p[name] = record[name] end
      stop("%s (%s)", tostring(message), predict.describe(p))
    end
  end
  return with_columns(t, new, arrays)
end

-- Does a column have several values in the rows of one trial?
function results.differs_within_trials(t, name)
  local trials, column = t.data[results.trial], t.data[name]
  for i = 2, #t do
    if trials[i] == trials[i - 1] and column[i] ~= column[i - 1] then
      return true
    end
  end
  return false
end

-- Gives every column of numbers that has no order of levels the order of
-- numbers; groups by it then come in that order.
function results.order(t, columns)
  local levels = setmetatable({}, { __index = t.levels })
  for _, name in ipairs(columns) do
    local list = t.data[name] and not t.levels[name] and t:unique(name)
    local numbers = list and #list > 1
    for _, value in ipairs(list or {}) do
      numbers = numbers and type(value) == "number" and value == value
    end
    if numbers then
      table.sort(list)
      levels[name] = list
    end
  end
  t.levels = levels
end

-- Those of an array of names that are the user's.
function results.visible(list)
  local kept = {}
  for _, name in ipairs(list) do
    if name:byte() ~= 0 then kept[#kept + 1] = name end
  end
  return kept
end

return results
