-- series: the curves of a panel, before any of them has points: one for each
-- value of the column that colours them.
local axis = require "orthorun.plot.axis"
local palette = require "orthorun.plot.palette"

local series = {}

-- What a legend or a title calls a value.
function series.label(spec, value)
  return (spec.labels or {})[value] or tostring(value)
end

-- The initialization that all rows have; nil where there is none.
local function lone_init(rows)
  local list = rows.data.init and rows:unique "init" or {}
  return #list == 1 and palette.init(list[1]) and list[1] or nil
end

-- The colour of a curve without a group: its initialization's, or no group's.
local function lone_color(rows)
  local init = lone_init(rows)
  return init and palette.init(init) or palette.lone
end

local function fresh(label, color, mark)
  return { label = label, color = color, mark = mark, dash = mark, points = {},
    theory = {}, band = false }
end

local function levels_of(spec)
  return spec.data.levels[spec.color] or spec.data:unique(spec.color)
end

-- Adds levels to an array, each once.
local function add_levels(list, more)
  for _, level in ipairs(more) do
    if not list.seen[level] then
      list[#list + 1], list.seen[level] = level, true
    end
  end
end

-- Gives the groups of a figure's definitions their colours: a group has the same
-- in every panel, and none has that of an initialization in another.
function series.set_colors(definitions)
  local columns, all = {}, { seen = {} }
  for _, spec in ipairs(definitions) do
    if spec.color then
      local own = columns[spec.color] or { seen = {} }
      columns[spec.color] = own
      add_levels(own, levels_of(spec))
      add_levels(all, levels_of(spec))
    else
      add_levels(all, { lone_init(spec.data) })
    end
  end
  for _, spec in ipairs(definitions) do
    spec.colors = spec.color and palette.assign(columns[spec.color], all)
  end
end

-- The groups of a panel, each with an empty series of its colour.
function series.split(spec, rows)
  if not spec.color then
    return { { rows, fresh(spec.ylabel or spec.y or spec.x, lone_color(rows),
      1) } }
  end
  local list = {}
  for i, group in ipairs(rows:group(spec.color)) do
    local value = group.key[spec.color]
    local look = spec.colors[value]
    list[i] = { group.rows, fresh(series.label(spec, value), look.color,
      look.mark) }
  end
  return list
end

-- Makes a panel's axes long enough for all of its series.
function series.measure(panel)
  for _, one in ipairs(panel.series) do
    for _, point in ipairs(one.points) do
      axis.widen(panel.x, point[1])
      for i = 2, 4 do axis.widen(panel.y, point[i]) end
    end
    for _, point in ipairs(one.theory) do axis.widen(panel.y, point[2]) end
  end
end

return series
