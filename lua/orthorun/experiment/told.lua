-- told: the entries { text = ... } and { factors = ... } of `show`: what medians of
-- results say, as a paragraph for each group, or one below the other with the factor
-- from each to the next.
local core = require "orthorun.core"
local names = require "orthorun.base.names"
local results = require "orthorun.experiment.results"
local shown = require "orthorun.experiment.shown"
local stats = require "orthorun.table.stats"
local stop = require "orthorun.experiment.stop"
local tabular = require "orthorun.table"

local told = {}

-- The median of a column that is not NaN; of one that holds no numbers, its first
-- value.
local function median(e, entry, rows, name)
  rows = shown.rows_of(e, entry, rows, name)
  if not shown.is_kind(rows, name, "number") then return rows.data[name][1] end
  local kept = {}
  for _, x in ipairs(rows:numbers(name)) do
    if x == x then kept[#kept + 1] = x end
  end
  return #kept > 0 and stats.median(kept) or 0 / 0
end

-- A group's medians by the names of columns, each computed when it is asked for.
local function medians(e, entry, rows)
  return setmetatable({}, { __index = function(_, name)
    if type(name) ~= "string" or not rows.data[name] then
      core.fail("experiment: show: text: " .. names.unknown("column", tostring(name),
        results.visible(rows:columns())))
    end
    return median(e, entry, rows, name)
  end })
end

-- An item of text: a paragraph for each group, by its key where there are several.
function told.text(e, entry)
  local rows = shown.rows(e, entry)
  if #rows == 0 then return shown.nothing(e, entry, "text", rows) end
  local by, list = shown.by(e, entry, rows), {}
  for _, group in ipairs(rows:group(by)) do
    local key, said = shown.key(e, group.key, by),
      entry.text(medians(e, entry, group.rows))
    if type(said) ~= "string" then
      stop("show: text: the function must return a text, not %s", names.describe(said))
    end
    list[#list + 1] = tabular.paragraph((key ~= "" and key .. ": " or "") .. said)
  end
  return { kind = "text", text = table.concat(list, "\n") }
end

local function note_column(entry) return entry.notes and (entry.notes.name or "note") end

-- Adds a group's results to t, each with its factor to the next.
local function append(t, e, entry, group)
  for i, name in ipairs(entry.factors) do
    local row, after = { result = name }, entry.factors[i + 1]
    for column, value in pairs(group.key) do row[column] = value end
    row.median = median(e, entry, group.rows, name)
    row.factor = after and row.median / median(e, entry, group.rows, after)
    if entry.notes then row[note_column(entry)] = entry.notes[i] end
    t:append(row)
  end
end

-- An item for { factors = ... }.
function told.factors(e, entry)
  local rows, what = shown.rows(e, entry), table.concat(entry.factors, ", ")
  if #rows == 0 then return shown.nothing(e, entry, "factors of " .. what, rows) end
  for _, name in ipairs(entry.factors) do
    if not shown.is_kind(rows, name, "number") then
      return shown.text("factors of %s: %s holds no numbers", what, name)
    end
  end
  local by = shown.by(e, entry, rows)
  local columns = table.move(by, 1, #by, 1, {})
  table.move({ "result", "median", "factor", note_column(entry) }, 1, 4,
    #columns + 1, columns)
  local t, conditions = tabular.new(columns, rows.levels),
    shown.where_text(e, entry, rows)
  for _, group in ipairs(rows:group(by)) do append(t, e, entry, group) end
  return { kind = "table", table = t, title = entry.title or
    "medians, and the factor from each to the next" ..
    (conditions ~= "" and "; " .. conditions or "") }
end

return told
