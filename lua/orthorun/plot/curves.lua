-- curves: panels of curves with bands and of points with error bars, medians of
-- the rows that share an x; and of points that are rows.
local axis = require "orthorun.plot.axis"
local series_of = require "orthorun.plot.series"
local stats = require "orthorun.table.stats"

-- {x, y, low, high} of the values at one x; nil where not drawable.
local function summarize(x, values, spec, errors)
  local median = stats.median(values)
  if not axis.drawable(median, spec.log_y) then return nil end
  local low, high = median, median
  if errors then
    low, high = median - errors, median + errors
  elseif spec.band then
    low = stats.quantile(values, spec.band[1])
    high = stats.quantile(values, spec.band[2])
  end
  return { x, median, axis.drawable(low, spec.log_y) and low or median,
    axis.drawable(high, spec.log_y) and high or median }
end

local function theory_at(spec, rows)
  local values = {}
  for _, record in rows:rows() do
    local value = record[spec.theory]
    if type(spec.theory) == "function" then value = spec.theory(record) end
    if value and axis.drawable(value, spec.log_y) then
      values[#values + 1] = value
    end
  end
  return #values > 0 and stats.median(values) or nil
end

-- Panels with curves of more points than this are drawn without marks.
local most_marks = 16

-- A single point needs its mark in any case.
local function set_marks(series_list)
  local most = 0
  for _, series in ipairs(series_list) do
    most = math.max(most, #series.points)
  end
  for _, series in ipairs(series_list) do
    series.marks = most <= most_marks or #series.points == 1 or
      series.alone or false
  end
end

local function error_at(spec, rows)
  if not spec.error then return nil end
  local values = rows:numbers(spec.error)
  local error_bar = stats.median(values)
  return axis.drawable(error_bar) and error_bar or 0
end

-- One group of a panel: its curve, its band and its theory.
local function curve_of(spec, rows, series, place, tally)
  local groups = rows:group(spec.x)
  table.sort(groups, function(a, b)
    return place(a.key[spec.x]) < place(b.key[spec.x])
  end)
  for _, group in ipairs(groups) do
    local x = place(group.key[spec.x])
    local values = axis.numbers(group.rows, spec.y, tally, spec.log_y,
      spec.log10_y)
    local shown = axis.drawable(x, spec.log_x)
    local point = shown and summarize(x, values, spec,
      error_at(spec, group.rows))
    series.points[#series.points + 1] = point or nil
    series.band = series.band or (spec.band and #values > 1) or false
    local theory = spec.theory and shown and theory_at(spec, group.rows)
    if theory then table.insert(series.theory, { x, theory }) end
  end
  if spec.kind == "points" then
    series.bars = spec.error ~= nil or series.band
    series.band, series.alone = false, true
  end
  return series
end

-- One group of a scatter plot: a point for each row that has both.
local function scattered(spec, rows, series, place, tally)
  series.alone = true
  axis.numbers(rows, spec.y, tally, spec.log_y, spec.log10_y) -- counted
  for _, record in rows:rows() do
    local x, y = record[spec.x], record[spec.y]
    x = x ~= nil and place(x)
    if x and y and axis.drawable(x, spec.log_x) and axis.drawable(y, spec.log_y) then
      table.insert(series.points, { x, y, y, y })
    end
  end
  return series
end

-- Is every point of a theory's curve on another?
local function is_part(theory, other)
  local at = {}
  for _, point in ipairs(other) do at[point[1]] = point[2] end
  for _, point in ipairs(theory) do
    local y = at[point[1]]
    if not y or math.abs(y - point[2]) > 1e-9 * math.abs(y) then return false end
  end
  return true
end

local most_compared = 30

-- Theories that are one curve are drawn once, as no group's.
local function share_theories(list)
  for i, one in ipairs(#list <= most_compared and list or {}) do
    for k, other in ipairs(list) do
      if i ~= k and #one.theory > 0 and #other.theory > 0 and
        is_part(one.theory, other.theory) then
        one.theory, other.theory.shared, other.dash = {}, true, 1
      end
    end
  end
end

-- The curve of a panel that has one, which is no group's: its axis says what it
-- is, and with a theory beside it that it is not the theory.
local function name_lone(series)
  series.unnamed = #series.theory == 0
  if not series.unnamed then series.label = "measured" end
end

-- Fills a panel, by its definition, from these rows.
return function(spec, rows, panel, tally)
  local place
  panel.x, place = axis.of(spec, "x")
  panel.y = { log = spec.log_y, powers = spec.log10_y,
    whole = not spec.log10_y and axis.is_whole(spec.data, spec.y) }
  local fill = curve_of
  if spec.kind == "scatter" then
    fill, panel.x.swept = scattered, nil -- ticks are no sweep's
  end
  for i, part in ipairs(series_of.split(spec, rows)) do
    panel.series[i] = fill(spec, part[1], part[2], place, tally)
  end
  set_marks(panel.series)
  share_theories(panel.series)
  if not spec.color and panel.series[1] then name_lone(panel.series[1]) end
  series_of.measure(panel)
end
