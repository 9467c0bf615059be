-- figure: what a plot draws, laid out but not yet drawn: curves with bands,
-- points with error bars, histograms, heat maps, in panels. Renderers
-- (orthorun.gnuplot, orthorun.terminal) take it from here.
--
-- figure: title, caption (both optional), legend (array of entries), panels,
--   direct (names stand at the curves, too, and the legend is for others).
-- panel: kind ("curves" or "heat"), title, xlabel, ylabel, x and y axes,
--   series; of a heat map also z (an axis), zlabel, cells (array of {x1, x2,
--   y1, y2, z}), diverging, curve (array of {x, y}).
-- axis: low, high, log, powers (the data are exponents of ten), ticks (array
--   of numbers), names (array of texts, for places 1, 2, ...).
-- series: label, color, mark, points (array of {x, y, low, high}), theory
--   (array of {x, y}), band, marks, bars (booleans).
local names = require "orthorun.base.names"
local palette = require "orthorun.plot.palette"
local stats = require "orthorun.table.stats"

local figure = {}

-- --- values that an axis can show -------------------------------------------

local function drawable(y, log)
  return y == y and y - y == 0 and (not log or y > 0)
end

-- Counts what an axis cannot show. In log10 data a zero is -Inf.
local function count_odd(tally, y, log, powers)
  tally.total = tally.total + 1
  if y ~= y then
    tally.nan = tally.nan + 1
  elseif powers and y == -math.huge or log and y == 0 then
    tally.zero = tally.zero + 1
  elseif y - y ~= 0 then
    tally.infinite = tally.infinite + 1
  elseif log and y < 0 then
    tally.negative = tally.negative + 1
  end
end

-- The numbers of a column that are not NaN; all of them are counted.
local function numbers_of(rows, name, tally, log, powers)
  local kept = {}
  for _, y in ipairs(rows:numbers(name)) do
    count_odd(tally, y, log, powers)
    if y == y then kept[#kept + 1] = y end
  end
  return kept
end

-- --- axes -------------------------------------------------------------------

local function widen(axis, value)
  axis.low = math.min(axis.low or value, value)
  axis.high = math.max(axis.high or value, value)
end

-- Room around the data, in the axis's own measure; share: of its length.
local function pad(axis, share)
  if not axis.low then axis.low, axis.high = axis.log and 1 or 0, 1 end
  if axis.log then
    local factor = (axis.high / axis.low) ^ share
    if axis.high == axis.low then factor = 2 end
    axis.low, axis.high = axis.low / factor, axis.high * factor
    return
  end
  local room = (axis.high - axis.low) * share
  if axis.high == axis.low then
    room = axis.powers and 1 or math.max(math.abs(axis.high) * 0.1, 1e-300)
  end
  local floor = axis.floor
  axis.low, axis.high = axis.low - room, axis.high + room
  if floor then axis.low = floor end
end

-- The places of a column's values on an axis: themselves, or 1, 2, ... of
-- texts; and the names of the places.
local function places(spec, column, level)
  local texts = false
  for _, value in ipairs(spec.data:unique(column)) do
    texts = texts or type(value) ~= "number"
  end
  if not texts then return function(value) return value end end
  local order, list = {}, {}
  for i, value in ipairs(spec.data:unique(column)) do
    order[value] = i
    list[i] = (spec.labels or {})[value] or tostring(value)
  end
  if level then
    error(("plot: %s is logarithmic, but '%s' holds texts"):format(level,
      column), 0)
  end
  return function(value) return order[value] end, list
end

local function x_axis(spec)
  local place, list = places(spec, spec.x, spec.log_x and "log_x" or nil)
  return place, { log = spec.log_x, names = list }
end

-- The distinct x of a panel where they are few: its ticks, on a logarithmic
-- axis.
local function few_places(series_list)
  local seen, list = {}, {}
  for _, series in ipairs(series_list) do
    for _, point in ipairs(series.points) do
      if not seen[point[1]] then
        seen[point[1]] = true
        list[#list + 1] = point[1]
      end
    end
  end
  table.sort(list)
  return #list <= 8 and list or nil
end

-- --- curves and points ------------------------------------------------------

-- {x, y, low, high} of the values at one x; nil where not drawable.
local function summarize(x, values, spec, errors)
  local median = stats.median(values)
  if not drawable(median, spec.log_y) then return nil end
  local low, high = median, median
  if errors then
    low, high = median - errors, median + errors
  elseif spec.band then
    low = stats.quantile(values, spec.band[1])
    high = stats.quantile(values, spec.band[2])
  end
  return { x, median, drawable(low, spec.log_y) and low or median,
    drawable(high, spec.log_y) and high or median }
end

local function theory_at(spec, rows)
  local values = {}
  for _, record in rows:rows() do
    local value = record[spec.theory]
    if type(spec.theory) == "function" then value = spec.theory(record) end
    if value and drawable(value, spec.log_y) then
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
  return drawable(error_bar) and error_bar or 0
end

-- One group of a panel: its curve, its band and its theory.
local function curve_of(spec, rows, series, place, tally)
  local groups = rows:group(spec.x)
  table.sort(groups, function(a, b)
    return place(a.key[spec.x]) < place(b.key[spec.x])
  end)
  for _, group in ipairs(groups) do
    local x = place(group.key[spec.x])
    local values = numbers_of(group.rows, spec.y, tally, spec.log_y,
      spec.log10_y)
    local shown = drawable(x, spec.log_x)
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

-- --- histograms -------------------------------------------------------------

-- The bins' ends: as asked, or those of the data; never of width 0.
local function bin_range(spec, values)
  if spec.range then return spec.range[1], spec.range[2] end
  local low, high = math.huge, -math.huge
  for _, x in ipairs(values) do
    low, high = math.min(low, x), math.max(high, x)
  end
  if low > high then return 0, 1 end
  local room = (high - low) * 1e-9
  if high - low <= 1e-12 * math.max(math.abs(low), math.abs(high)) then
    room = math.max(math.abs(high) * 0.1, 1e-300)
  end
  return low - room, high + room
end

local function finite_of(rows, spec, tally)
  local kept = {}
  for _, x in ipairs(numbers_of(rows, spec.x, tally)) do
    if drawable(x) then kept[#kept + 1] = x end
  end
  return kept
end

local function bin_count(spec, values)
  return spec.bins or math.max(11, math.min(60, math.ceil((#values) ^ 0.5)))
end

local function heights(values, low, high, count, tally)
  local bins, width = {}, (high - low) / count
  for i = 1, count do bins[i] = 0 end
  for _, x in ipairs(values) do
    if x < low or x > high then
      tally.outside = tally.outside + 1
    else
      local i = math.min(count, (x - low) // width + 1)
      i = math.tointeger(i)
      bins[i] = bins[i] + 1
    end
  end
  for i = 1, count do bins[i] = bins[i] / (#values * width) end
  return bins, width
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

local function density_of(spec, low, high)
  local points = {}
  for i = 0, 200 do
    local x = low + (high - low) * i / 200
    local y = spec.density(x)
    if y and drawable(y, spec.log_y) then points[#points + 1] = { x, y } end
  end
  return points
end

-- Where a histogram stands: at 0, or on a logarithmic axis below one value.
local function floor_of(spec, values, width)
  if not spec.log_y then return 0 end
  return 0.5 / (math.max(1, #values) * width)
end

local function histogram_of(spec, rows, series, low, high, count, tally)
  local values = finite_of(rows, spec, tally)
  series.count, series.marks = #values, false
  if #values == 0 then return series end
  local bins, width = heights(values, low, high, count, tally)
  outline(series, bins, low, width, floor_of(spec, values, width))
  series.band, series.histogram = true, true
  return series
end

-- --- panels of series -------------------------------------------------------

local function label_for(spec, value)
  return (spec.labels or {})[value] or tostring(value)
end

-- The groups of a panel, each with an empty series of its colour.
local function split(spec, rows)
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
    list[i] = { group.rows, fresh(label_for(spec, value),
      palette.choose(levels, value)) }
  end
  return list
end

local function measure(panel, spec)
  for _, series in ipairs(panel.series) do
    for _, point in ipairs(series.points) do
      widen(panel.x, point[1])
      for i = 2, 4 do widen(panel.y, point[i]) end
    end
    for _, point in ipairs(series.theory) do widen(panel.y, point[2]) end
  end
  if spec.log_x then panel.x.ticks = few_places(panel.series) end
end

local function curves_panel(spec, rows, panel, tally)
  local place
  place, panel.x = x_axis(spec)
  panel.y = { log = spec.log_y, powers = spec.log10_y }
  for i, part in ipairs(split(spec, rows)) do
    panel.series[i] = curve_of(spec, part[1], part[2], place, tally)
  end
  set_marks(panel.series)
  local lone = not spec.color and panel.series[1]
  if lone then lone.unnamed = #lone.theory == 0 end -- the axis says what it is
  measure(panel, spec)
end

local function histogram_panel(spec, rows, panel, tally)
  local ignored = { total = 0, zero = 0, nan = 0, infinite = 0 }
  local all = finite_of(spec.share and spec.data or rows, spec, ignored)
  local low, high = bin_range(spec, all)
  local count = bin_count(spec, all)
  panel.x = { low = low, high = high }
  panel.y = { log = spec.log_y, floor = not spec.log_y and 0 or nil }
  panel.ylabel = spec.ylabel or "density"
  for i, part in ipairs(split(spec, rows)) do
    panel.series[i] = histogram_of(spec, part[1], part[2], low, high, count,
      tally)
  end
  if spec.density then
    table.insert(panel.series, { label = "theory", color = 7, points = {},
      theory = density_of(spec, low, high), only_theory = true })
  end
  measure(panel, spec)
end

-- --- heat maps --------------------------------------------------------------

-- The edges of the cells around sorted places: half way to the neighbours.
local function edges_of(list, log)
  local function to(x) return log and math.log(x) or x end
  local function from(x) return log and math.exp(x) or x end
  local edges, n = {}, #list
  for i = 1, n - 1 do
    edges[i + 1] = from((to(list[i]) + to(list[i + 1])) / 2)
  end
  local first = n > 1 and (to(list[2]) - to(list[1])) / 2 or 0.5
  local last = n > 1 and (to(list[n]) - to(list[n - 1])) / 2 or 0.5
  edges[1], edges[n + 1] = from(to(list[1]) - first), from(to(list[n]) + last)
  return edges
end

local function sorted_places(rows, name, place, log)
  local list = {}
  for _, value in ipairs(rows:unique(name)) do
    local x = place(value)
    if drawable(x, log) then list[#list + 1] = x end
  end
  table.sort(list)
  local index = {}
  for i, x in ipairs(list) do index[x] = i end
  return list, index
end

local function add_cell(panel, box, z)
  panel.cells[#panel.cells + 1] = { box[1], box[2], box[3], box[4], z }
  widen(panel.x, box[1])
  widen(panel.x, box[2])
  widen(panel.y, box[3])
  widen(panel.y, box[4])
  widen(panel.z, z)
end

-- The median of z at every x and y.
local function fill_cells(spec, rows, panel, place_x, place_y, tally)
  local xs, at_x = sorted_places(rows, spec.x, place_x, spec.log_x)
  local ys, at_y = sorted_places(rows, spec.y, place_y, spec.log_y)
  if #xs == 0 or #ys == 0 then return end
  local ex, ey = edges_of(xs, spec.log_x), edges_of(ys, spec.log_y)
  for _, group in ipairs(rows:group { spec.x, spec.y }) do
    local i = at_x[place_x(group.key[spec.x])]
    local j = at_y[place_y(group.key[spec.y])]
    local z = stats.median(numbers_of(group.rows, spec.z, tally, spec.log_z,
      spec.log10_z))
    if i and j and drawable(z, spec.log_z) then
      add_cell(panel, { ex[i], ex[i + 1], ey[j], ey[j + 1] }, z)
    end
  end
end

-- The density of y at every x: a histogram a column.
local function fill_density(spec, rows, panel, place_x, tally)
  local xs, at_x = sorted_places(rows, spec.x, place_x, spec.log_x)
  if #xs == 0 then return end
  local ex, along = edges_of(xs, spec.log_x), { x = spec.y }
  local all = finite_of(rows, along, tally)
  local low, high = bin_range(spec, all)
  local count = spec.bins or 40
  local nothing = { total = 0, nan = 0, zero = 0, infinite = 0 }
  for _, group in ipairs(rows:group(spec.x)) do
    local i = at_x[place_x(group.key[spec.x])]
    local values = finite_of(group.rows, along, nothing)
    local bins, width = heights(values, low, high, count, tally)
    for j, height in ipairs(i and #values > 0 and bins or {}) do
      if height > 0 then
        add_cell(panel, { ex[i], ex[i + 1], low + (j - 1) * width,
          low + j * width }, height)
      end
    end
  end
  widen(panel.y, low)
  widen(panel.y, high)
end

-- theory of a heat map: y as a function of x, a curve over the cells.
local function curve_over(spec, panel)
  local curve, x = {}, panel.x
  if not spec.theory or not x.low then return curve end
  for i = 0, 200 do
    local t = i / 200
    local at = x.log and x.low * (x.high / x.low) ^ t or
      x.low + (x.high - x.low) * t
    local y = spec.theory(at)
    if y and drawable(y, spec.log_y) and y >= panel.y.low and
      y <= panel.y.high then
      curve[#curve + 1] = { at, y }
    end
  end
  return curve
end

local function heat_panel(spec, rows, panel, tally)
  local place_x, place_y
  place_x, panel.x = x_axis(spec)
  panel.z = { log = spec.log_z, powers = spec.log10_z }
  panel.kind, panel.cells = "heat", {}
  panel.zlabel = spec.zlabel or spec.z or "density"
  panel.diverging = spec.middle
  if spec.z then
    local list
    place_y, list = places(spec, spec.y, spec.log_y and "log_y" or nil)
    panel.y = { log = spec.log_y, names = list }
    fill_cells(spec, rows, panel, place_x, place_y, tally)
  else
    panel.y, panel.z.floor = {}, 0
    fill_density(spec, rows, panel, place_x, tally)
  end
  panel.curve = curve_over(spec, panel)
end

-- --- the whole --------------------------------------------------------------

local makers = { line = curves_panel, points = curves_panel,
  histogram = histogram_panel, heat = heat_panel }
figure.kinds = { "line", "points", "histogram", "heat" }

-- Colours of a heat map run from low to high; with a middle, as far to
-- either side of it.
local function finish_z(panel)
  local z = panel.z
  if not z.low then z.low, z.high = z.log and 1 or 0, z.log and 10 or 1 end
  if z.floor then z.low = z.floor end
  local middle = panel.diverging
  if middle then
    local reach = math.max(math.abs(z.low - middle), math.abs(z.high - middle))
    z.low, z.high = middle - reach, middle + reach
  end
  if z.low == z.high then pad(z, 0) end
end

local function finish(panel)
  if panel.kind == "heat" then
    for _, axis in ipairs { panel.x, panel.y } do
      if not axis.low or axis.low == axis.high then pad(axis, 0) end
    end
    return finish_z(panel)
  end
  if panel.x.names then
    panel.x.low, panel.x.high = 0.5, #panel.x.names + 0.5
  else
    pad(panel.x, panel.y.floor and 0 or 0.02)
  end
  pad(panel.y, 0.05)
end

local function panel_of(spec, rows, title, tally)
  local panel = { kind = "curves", title = title, series = {},
    xlabel = spec.xlabel or spec.x, ylabel = spec.ylabel or spec.y }
  makers[spec.kind](spec, rows, panel, tally)
  return panel
end

-- Facets have the same axes, so that they can be compared.
local function share_axes(panels)
  for _, name in ipairs { "x", "y", "z" } do
    local all = {}
    for _, panel in ipairs(panels) do
      local axis = panel[name]
      if axis and axis.low then
        widen(all, axis.low)
        widen(all, axis.high)
      end
    end
    for _, panel in ipairs(panels) do
      if panel[name] then
        panel[name].low, panel[name].high = all.low, all.high
      end
    end
  end
end

-- A panel's definition: one panel, or one per value of its facet.
local function add_panels(list, spec, tally)
  local new = {}
  if spec.facet then
    for i, group in ipairs(spec.data:group(spec.facet)) do
      new[i] = panel_of(spec, group.rows, ("%s: %s"):format(spec.facet,
        label_for(spec, group.key[spec.facet])), tally)
    end
    if spec.share then share_axes(new) end
  else
    new[1] = panel_of(spec, spec.data, spec.title, tally)
  end
  for _, panel in ipairs(new) do
    finish(panel)
    list[#list + 1] = panel
  end
end

local most_entries = 30

local function legend_of(panels)
  local legend, seen, theory = {}, {}, false
  for _, panel in ipairs(panels) do
    for _, series in ipairs(panel.series) do
      theory = theory or #series.theory > 0
      if not (seen[series.label] or series.only_theory or series.unnamed) then
        seen[series.label] = true
        legend[#legend + 1] = { label = series.label, color = series.color,
          mark = series.mark, marks = series.marks, alone = series.alone }
      end
    end
  end
  local more = #legend - most_entries
  for i = #legend, most_entries + 1, -1 do legend[i] = nil end
  if theory then legend[#legend + 1] = { label = "theory", theory = true } end
  return (#legend > 1) and legend or {}, math.max(0, more)
end

-- --- captions ---------------------------------------------------------------

local function percent(p) return ("%g"):format(p * 100) end

local function some(panels, field)
  for _, panel in ipairs(panels) do
    for _, series in ipairs(panel.series) do
      if series[field] and not series.histogram then return true end
    end
  end
  return false
end

local function quantiles(spec)
  local band = spec.band or spec.panels and spec.panels[1].band or {}
  return ("%s to %s %%"):format(percent(band[1] or 0.1),
    percent(band[2] or 0.9))
end

local function odd_text(tally)
  local odd = {}
  for _, kind in ipairs { "zero", "nan", "infinite", "negative", "outside" } do
    if tally[kind] > 0 then
      odd[#odd + 1] = ("%d %s"):format(tally[kind], kind == "nan" and "NaN" or
        kind)
    end
  end
  return #odd > 0 and ("off the axis: %s of %d values"):format(
    table.concat(odd, ", "), tally.total) or nil
end

-- What the reader must know: what lines, bands and bars are, and what the
-- axes could not show.
local function caption_of(panels, spec, tally, more)
  local parts = { spec.caption }
  if some(panels, "band") then
    parts[#parts + 1] = "lines: medians; bands: " .. quantiles(spec)
  end
  if some(panels, "bars") then
    parts[#parts + 1] = spec.error and "points: medians; bars: ± " ..
      spec.error or "points: medians; bars: " .. quantiles(spec)
  end
  if more > 0 then
    parts[#parts + 1] = ("%d more curves, dark to light in order"):format(more)
  end
  parts[#parts + 1] = odd_text(tally)
  if tally.total == 0 then parts[#parts + 1] = "no values" end
  return #parts > 0 and table.concat(parts, "; ") or nil
end

-- The figure of a plot's options and its panels' definitions, each complete
-- and checked.
function figure.of(spec, definitions)
  local tally = { total = 0, zero = 0, nan = 0, infinite = 0, negative = 0,
    outside = 0 }
  local self = { title = spec.title, panels = {} }
  for _, definition in ipairs(definitions) do
    add_panels(self.panels, definition, tally)
  end
  if #self.panels == 0 then -- facets of no rows
    self.panels[1] = { kind = "curves", series = {}, x = { low = 0, high = 1 },
      y = { low = 0, high = 1 } }
  end
  local more
  self.legend, more = legend_of(self.panels)
  self.direct = spec.direct or nil
  self.caption = caption_of(self.panels, spec, tally, more)
  return self
end

-- Is it a column that must be there? Raises where it is named and is not.
function figure.check_columns(spec, level)
  for _, name in ipairs { "x", "y", "z", "color", "facet", "theory",
    "error" } do
    if type(spec[name]) == "string" and not spec.data.data[spec[name]] then
      error("plot: " .. names.unknown("column", spec[name],
        spec.data:columns()), level + 1)
    end
  end
end

return figure
