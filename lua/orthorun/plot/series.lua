-- series: the curves of a panel, before any of them has points: one for each
-- value of the column that colours them.
local axis = require "orthorun.plot.axis"
local palette = require "orthorun.plot.palette"

local series = {}

-- What a legend or a title calls a value.
function series.label(spec, value)
  return (spec.labels or {})[value] or tostring(value)
end

-- The groups of a panel, each with an empty series of its colour.
function series.split(spec, rows)
  local function fresh(label, color, mark)
    return { label = label, color = color, mark = mark, points = {},
      theory = {}, band = false }
  end
  if not spec.color then
    return { { rows, fresh(spec.ylabel or spec.y or spec.x, 1, 1) } }
  end
  local levels = spec.data.levels[spec.color] or spec.data:unique(spec.color)
  local list = {}
  for i, group in ipairs(rows:group(spec.color)) do
    local value = group.key[spec.color]
    list[i] = { group.rows, fresh(series.label(spec, value),
      palette.choose(levels, value)) }
  end
  return list
end

-- Makes a panel's axes long enough for all of its series.
function series.measure(panel, spec)
  for _, one in ipairs(panel.series) do
    for _, point in ipairs(one.points) do
      axis.widen(panel.x, point[1])
      for i = 2, 4 do axis.widen(panel.y, point[i]) end
    end
    for _, point in ipairs(one.theory) do axis.widen(panel.y, point[2]) end
  end
  if spec.log_x then panel.x.ticks = axis.few_places(panel.series) end
end

return series
