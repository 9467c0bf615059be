-- shown: what experiments' tables, slopes, checks and plots have in common: the
-- rows an entry is about, the columns that make its groups, how things are
-- called. An experiment's data (init.lua) is `e` here.
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

-- How a result is called: by its measure's label, else its name.
function shown.label(e, name)
  local measure = e.measures[name]
  return measure and measure.label or name
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

-- "N(0, 1), depth 51": a group's key, in the order of `by`.
function shown.key(e, key, by)
  local parts = {}
  for i, name in ipairs(by) do
    local text = shown.level(e, name, key[name])
    parts[i] = type(key[name]) == "string" and text or name .. " " .. text
  end
  return table.concat(parts, ", ")
end

-- What an entry's conditions leave, in words.
function shown.where_text(e, entry, rows)
  return where.text(rows, entry.where, e.labels)
end

-- "no rows: depth 77": where nothing is left to show.
function shown.nothing(e, entry, what, rows)
  local conditions = shown.where_text(e, entry, rows)
  return ("%s: no rows%s"):format(what, conditions ~= "" and
    " where " .. conditions or "")
end

-- "5 trials": how many made these rows.
function shown.trials(count)
  return ("%d trial%s"):format(count, count == 1 and "" or "s")
end

return shown
