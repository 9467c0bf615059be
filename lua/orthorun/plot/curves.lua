-- curves: panels of curves with bands and of points with error bars: medians
-- of the rows that share an x.
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

-- Fills a panel, by its definition, from these rows.
return function(spec, rows, panel, tally)
  local place
  panel.x, place = axis.of(spec, "x")
  panel.y = { log = spec.log_y, powers = spec.log10_y }
  for i, part in ipairs(series_of.split(spec, rows)) do
    panel.series[i] = curve_of(spec, part[1], part[2], place, tally)
  end
  set_marks(panel.series)
  local lone = not spec.color and panel.series[1]
  if lone then lone.unnamed = #lone.theory == 0 end -- the axis says what it is
  series_of.measure(panel, spec)
end
