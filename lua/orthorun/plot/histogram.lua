-- histogram: panels of histograms: outlines of the density of x, with a
-- function's curve over them.
local axis = require "orthorun.plot.axis"
local bins_of = require "orthorun.plot.bins"
local palette = require "orthorun.plot.palette"
local series_of = require "orthorun.plot.series"

local function bin_count(spec, values)
  return spec.bins or math.max(11, math.min(60, math.ceil((#values) ^ 0.5)))
end

-- A histogram's outline, as a curve with a band below it.
local function outline(series, bins, low, width, least)
  local function add(x, y)
    y = math.max(y, least)
    series.points[#series.points + 1] = { x, y, least, y }
  end
  add(low, 0)
  for i, height in ipairs(bins) do
    add(low + (i - 1) * width, height)
    add(low + i * width, height)
  end
  add(low + #bins * width, 0)
end

-- Is the density each group's own? Then it takes a row of the group, too.
local function is_own(density)
  return density ~= nil and debug.getinfo(density, "u").nparams > 1
end

local function density_of(spec, low, high, row)
  local points = {}
  for i = 0, 200 do
    local x = low + (high - low) * i / 200
    local y = spec.density(x, row)
    if y and axis.drawable(y, spec.log_y) then points[#points + 1] = { x, y } end
  end
  return points
end

-- Where a histogram stands: at 0, or on a logarithmic axis below one value.
local function floor_of(spec, values, width)
  if not spec.log_y then return 0 end
  return 0.5 / (math.max(1, #values) * width)
end

local function histogram_of(spec, rows, series, low, high, count, tally)
  local values = axis.finite(rows, spec.x, tally)
  series.count, series.marks = #values, false
  if #values == 0 then return series end
  local bins, width = bins_of.heights(values, low, high, count, tally)
  outline(series, bins, low, width, floor_of(spec, values, width))
  series.band, series.histogram = true, true
  if is_own(spec.density) then
    series.theory = density_of(spec, low, high, rows:row(1))
  end
  return series
end

-- Fills a panel, by its definition, from these rows.
return function(spec, rows, panel, tally)
  local ignored = axis.tally()
  local all = axis.finite(spec.share and spec.data or rows, spec.x, ignored)
  local low, high = bins_of.range(spec, all)
  local count = bin_count(spec, all)
  panel.x = { low = low, high = high }
  panel.y = { log = spec.log_y, floor = not spec.log_y and 0 or nil }
  panel.ylabel = spec.ylabel or "density"
  for i, part in ipairs(series_of.split(spec, rows)) do
    panel.series[i] = histogram_of(spec, part[1], part[2], low, high, count,
      tally)
  end
  if spec.density and not is_own(spec.density) then
    local law = density_of(spec, low, high)
    law.shared = true -- of all groups
    table.insert(panel.series, { label = "theory", color = palette.lone, mark = 1,
      dash = 1, points = {}, theory = law, only_theory = true })
  end
  series_of.measure(panel)
end
