-- shown: what experiments' tables, slopes, checks and plots have in common: the
-- rows an entry is about, the columns that make its groups, how things are
-- called. An experiment's data (init.lua) is `e` here.
local names = require "orthorun.base.names"
local probe_labels = require "orthorun.net.probes".labels
local results = require "orthorun.experiment.results"
local stop = require "orthorun.experiment.stop"
local where = require "orthorun.experiment.where"

local shown = {}

function shown.list(value)
  if value == nil then return {} end
  return type(value) == "table" and value or { value }
end

-- The table that an entry is about: all results, or a derived table.
function shown.source(e, entry)
  return entry.of and e.derived[entry.of] or e.all
end

-- Its rows.
function shown.rows(e, entry)
  return where.rows(shown.source(e, entry), entry.where)
end

-- Those of its rows that count for one result: where arrays were returned, a
-- single result stands in every row of its trial, and counts once, unless the
-- entry is about places in arrays.
function shown.rows_of(e, entry, rows, name)
  local by_place = entry.over == e.index
  for _, column in ipairs(shown.list(entry.by)) do
    by_place = by_place or column == e.index
  end
  if entry.of or by_place or e.arrays[name] ~= false then return rows end
  local seen = {}
  return rows:where { [results.trial] = function(trial)
    local new = not seen[trial]
    seen[trial] = true
    return new
  end }
end

-- The columns that make groups of its rows: as it says, else those that vary,
-- without the seed, `except`, and what its conditions leave one value of; of a
-- derived table, those that it is by.
function shown.by(e, entry, rows, except)
  if entry.by ~= nil then return shown.list(entry.by) end
  local list = {}
  for _, name in ipairs(entry.of and e.derived_by[entry.of] or e.varying) do
    local wanted = name ~= except and name ~= "seed" and rows.data[name]
    local settled = wanted and (entry.where or {})[name] ~= nil and
      #rows:unique(name) <= 1
    if wanted and not settled then list[#list + 1] = name end
  end
  return list
end

local usual = { lr = "learning rate" }

-- How a result is called: by its measure's label, a tracker's probe by its own,
-- else its name.
function shown.label(e, name)
  local measure = e.measures[name]
  return measure and measure.label or probe_labels[name] or usual[name] or name
end

function shown.is_log10(e, name)
  local measure = e.measures[name]
  return measure and measure.log10 or false
end

-- A level of a column as people read it.
function shown.level(e, name, value)
  local label = e.labels[name] and e.labels[name][value]
  if label then return label end
  if math.type(value) == "float" then return ("%.4g"):format(value) end
  return tostring(value)
end

-- "N(0, 1), depth 51": a group's key, in the order of `by`; labels stand alone.
function shown.key(e, key, by)
  local parts = {}
  for i, name in ipairs(by) do
    local label = e.labels[name] and e.labels[name][key[name]]
    parts[i] = label or name .. " " .. shown.level(e, name, key[name])
  end
  return table.concat(parts, ", ")
end

-- What an entry's conditions leave, in words, after the derived table it is of.
function shown.where_text(e, entry, rows)
  local source = shown.source(e, entry)
  local text = where.text(source, rows, entry.where, e.labels)
  if not entry.of then return text end
  return entry.of .. (text ~= "" and ", " .. text or "")
end

-- The item "table of loss: no rows where depth 77".
function shown.nothing(e, entry, what, rows)
  local conditions = shown.where_text(e, entry, rows)
  return shown.text("%s: no rows%s", what, conditions ~= "" and
    " where " .. conditions or "")
end

-- Is there a value of this type in a column?
function shown.is_kind(rows, name, kind)
  for i = 1, #rows do
    if type(rows.data[name][i]) == kind then return true end
  end
  return false
end

-- Truth values as numbers, so that their mean is the share that is true.
function shown.as_numbers(rows, name)
  if not shown.is_kind(rows, name, "boolean") then return rows end
  return rows:with(name, function(record)
    local value = record[name]
    if type(value) == "boolean" then return value and 1 or 0 end
    return value
  end)
end

-- Is there such a column with a value in it?
function shown.has_values(rows, name)
  for i = 1, #rows do
    if rows.data[name] and rows.data[name][i] ~= nil then return true end
  end
  return false
end

-- `name`, or what comes near it where a column is called so already.
function shown.free(name, taken)
  while taken[name] do name = name .. "_" end
  taken[name] = true
  return name
end

-- The same rows with those of these columns that there are: groups of few
-- columns are made faster.
function shown.narrow(rows, by, ...)
  local list, seen = {}, {}
  for _, names_of in ipairs { by, { ... } } do
    for _, name in ipairs(names_of) do
      if rows.data[name] and not seen[name] then list[#list + 1] = name end
      seen[name] = true
    end
  end
  return rows:select(list)
end

-- A number that an entry gives, or asks of a function of a group's key (and of all
-- results, where e is given).
function shown.number(field, value, key, e)
  if type(value) == "function" then value = value(key, e and e.all) end
  if value ~= nil and type(value) ~= "number" then
    stop("show: %s must be a number, or a function that returns one, not %s",
      field, names.describe(value))
  end
  return value
end

-- An item of text, for what an entry has to say in place of a table or a plot.
function shown.text(format, ...)
  return { kind = "text", text = format:format(...) }
end

return shown
