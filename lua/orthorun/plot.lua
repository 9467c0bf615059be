-- plot: pictures of result tables. Says what is drawn (medians over seeds
-- with their bands, theory dashed, one colour per group, one panel per
-- facet); gnuplot draws it.
local files = require "orthorun.files"
local gnuplot = require "orthorun.gnuplot"
local names = require "orthorun.names"
local stats = require "orthorun.stats"

local panel_fields = { "data", "x", "y", "color", "facet", "theory", "band",
  "log_x", "log_y", "log10_y", "labels", "title", "xlabel", "ylabel" }
local figure_fields = { "panels", "file", "formats", "caption" }
-- what a panel does not say, it takes from the whole
local inherited = { "data", "x", "y", "color", "facet", "theory", "band",
  "log_x", "log_y", "log10_y", "labels", "xlabel", "ylabel" }

-- May y be drawn on this panel's axis?
local function drawable(y, log)
  return y == y and y - y == 0 and (not log or y > 0)
end

-- Counts what an axis cannot show. In log10 data a zero is -Inf.
local function count_odd(tally, y, spec)
  tally.total = tally.total + 1
  if y ~= y then
    tally.nan = tally.nan + 1
  elseif spec.log10_y and y == -math.huge or spec.log_y and y == 0 then
    tally.zero = tally.zero + 1
  elseif y - y ~= 0 then
    tally.infinite = tally.infinite + 1
  elseif spec.log_y and y < 0 then
    tally.negative = tally.negative + 1
  end
end

-- {x, median, low, high} of the values at one x; nil where not drawable.
local function summarize(x, values, spec)
  local median = stats.median(values)
  if not drawable(median, spec.log_y) then return nil end
  local low = spec.band and stats.quantile(values, spec.band[1]) or median
  local high = spec.band and stats.quantile(values, spec.band[2]) or median
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

local function numbers_of(rows, spec, tally)
  local kept = {}
  for _, y in ipairs(rows:numbers(spec.y)) do
    count_odd(tally, y, spec)
    if y == y then kept[#kept + 1] = y end
  end
  return kept
end

-- Curves of more points than this are drawn without marks.
local most_marks = 16

-- One group of a panel: its curve, its band and its theory.
local function series_of(spec, rows, color, label, tally)
  local series = { label = label, color = color, points = {}, theory = {},
    band = false }
  local groups = rows:group(spec.x)
  table.sort(groups, function(a, b) return a.key[spec.x] < b.key[spec.x] end)
  for _, group in ipairs(groups) do
    local x, values = group.key[spec.x], numbers_of(group.rows, spec, tally)
    local point = drawable(x, spec.log_x) and summarize(x, values, spec)
    series.points[#series.points + 1] = point or nil
    series.band = series.band or (spec.band and #values > 1) or false
    local theory = spec.theory and drawable(x, spec.log_x) and
      theory_at(spec, group.rows)
    if theory then table.insert(series.theory, { x, theory }) end
  end
  series.marks = #series.points <= most_marks
  return series
end

local function widen(axis, value)
  axis.low = math.min(axis.low or value, value)
  axis.high = math.max(axis.high or value, value)
end

-- Room around the data: 4 % on each side of y, in the axis's own measure.
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
  axis.low, axis.high = axis.low - room, axis.high + room
end

-- The distinct x of a panel where they are few: its ticks, on a logarithmic
-- axis.
local function few_places(series_list)
  local seen, places = {}, {}
  for _, series in ipairs(series_list) do
    for _, point in ipairs(series.points) do
      if not seen[point[1]] then
        seen[point[1]] = true
        places[#places + 1] = point[1]
      end
    end
  end
  table.sort(places)
  return #places <= 8 and places or nil
end

local function axes_of(spec, series_list)
  local x, y = { log = spec.log_x }, { log = spec.log_y,
    powers = spec.log10_y }
  for _, series in ipairs(series_list) do
    for _, point in ipairs(series.points) do
      widen(x, point[1])
      for i = 2, 4 do widen(y, point[i]) end
    end
    for _, point in ipairs(series.theory) do widen(y, point[2]) end
  end
  if spec.log_x then x.ticks = few_places(series_list) end
  pad(x, 0.02)
  pad(y, 0.05)
  return x, y
end

local function label_for(spec, value)
  return (spec.labels or {})[value] or tostring(value)
end

-- The place of a value among its column's levels decides its colour, so a
-- subset of the groups keeps the colours of the whole.
local function color_index(spec, value)
  local levels = spec.data.levels[spec.color] or spec.data:unique(spec.color)
  for i, level in ipairs(levels) do
    if level == value then return i end
  end
  return #levels + 1
end

local function panel_of(spec, rows, title, tally)
  local list = {}
  if spec.color then
    for _, group in ipairs(rows:group(spec.color)) do
      local value = group.key[spec.color]
      list[#list + 1] = series_of(spec, group.rows, color_index(spec, value),
        label_for(spec, value), tally)
    end
  else
    list[1] = series_of(spec, rows, 1, spec.ylabel or spec.y, tally)
    list[1].alone = #list[1].theory == 0 -- the axis says what it is
  end
  local panel = { title = title, xlabel = spec.xlabel or spec.x,
    ylabel = spec.ylabel or spec.y, series = list }
  panel.x, panel.y = axes_of(spec, list)
  return panel
end

-- A panel's definition: one panel, or one per value of its facet.
local function add_panels(figure, spec, tally)
  if not spec.facet then
    table.insert(figure.panels, panel_of(spec, spec.data, spec.title, tally))
    return
  end
  for _, group in ipairs(spec.data:group(spec.facet)) do
    local title = ("%s: %s"):format(spec.facet,
      label_for(spec, group.key[spec.facet]))
    table.insert(figure.panels, panel_of(spec, group.rows, title, tally))
  end
end

local function legend_of(figure)
  local legend, seen, theory = {}, {}, false
  for _, panel in ipairs(figure.panels) do
    for _, series in ipairs(panel.series) do
      theory = theory or #series.theory > 0
      if not seen[series.label] and not series.alone then
        seen[series.label] = true
        legend[#legend + 1] = { label = series.label, color = series.color,
          marks = series.marks }
      end
    end
  end
  if theory then legend[#legend + 1] = { label = "theory", theory = true } end
  return (#legend > 1) and legend or {}
end

local function percent(p) return ("%g"):format(p * 100) end

-- What the reader must know: what lines and bands are, and what the axes
-- could not show.
local function caption_of(figure, spec, tally)
  local parts, banded = { spec.caption }, false
  for _, panel in ipairs(figure.panels) do
    for _, series in ipairs(panel.series) do
      banded = banded or series.band
    end
  end
  if banded then
    local band = spec.band or spec.panels and spec.panels[1].band or {}
    parts[#parts + 1] = ("lines: medians; bands: %s to %s %%"):format(
      percent(band[1] or 0.1), percent(band[2] or 0.9))
  end
  local odd = {}
  for _, kind in ipairs { "zero", "nan", "infinite", "negative" } do
    if tally[kind] > 0 then
      odd[#odd + 1] = ("%d %s"):format(tally[kind], kind == "nan" and "NaN" or
        kind)
    end
  end
  if #odd > 0 then
    parts[#parts + 1] = ("off the axis: %s of %d values"):format(
      table.concat(odd, ", "), tally.total)
  end
  return #parts > 0 and table.concat(parts, "; ") or nil
end

local function check_panel(spec)
  if type(spec.data) ~= "table" or not spec.data.group then
    error("plot: data must be a table of results", 4)
  end
  for _, name in ipairs { "x", "y" } do
    if spec[name] == nil then error("plot: " .. name .. " is missing", 4) end
  end
  for _, name in ipairs { "x", "y", "color", "facet", "theory" } do
    if type(spec[name]) == "string" and not spec.data.data[spec[name]] then
      error("plot: " .. names.unknown("column", spec[name],
        spec.data:columns()), 4)
    end
  end
  if spec.log_y and spec.log10_y then
    error("plot: log_y is for values, log10_y for their logarithms", 4)
  end
end

-- The panel definitions with what they take from the whole filled in.
local function panel_specs(spec)
  local list = {}
  for k, panel in ipairs(spec.panels or { spec }) do
    local full = { title = spec.panels and panel.title or nil }
    if spec.panels then names.options("plot panel", panel, panel_fields, 4) end
    for _, name in ipairs(inherited) do
      full[name] = panel[name]
      if full[name] == nil then full[name] = spec[name] end
    end
    if full.band == nil then full.band = { 0.1, 0.9 } end
    check_panel(full)
    list[k] = full
  end
  return list
end

local function figure_of(spec)
  local tally = { total = 0, zero = 0, nan = 0, infinite = 0, negative = 0 }
  local figure = { title = spec.title, panels = {} }
  for _, panel in ipairs(panel_specs(spec)) do
    add_panels(figure, panel, tally)
  end
  figure.legend = legend_of(figure)
  figure.caption = caption_of(figure, spec, tally)
  return figure
end

local function warn(format, ...)
  io.stderr:write("orthorun: ", format:format(...), "\n")
end

local function check_formats(formats)
  local known = table.concat(gnuplot.formats, " ")
  for _, format in ipairs(formats) do
    if not known:find(format, 1, true) then
      error("plot: " .. names.unknown("format", format, gnuplot.formats), 3)
    end
  end
end

local plot = {}

-- ortho.plot{...} draws a table of results into FILE.svg and FILE.png and
-- returns the array of the files written.
--   data    a table (of sweep:run(), or tabular); x, y: columns
--   color   column: one curve per value, in its own colour
--   facet   column: one panel per value
--   theory  column, or function of a record: dashed, over each curve
--   band    quantiles of the band over rows that share an x (default
--           {0.1, 0.9}; false: none); the line is their median
--   log_x, log_y  logarithmic axes; log10_y: y holds logarithms to base 10,
--           and the ticks say 10^k
--   labels  texts for values of `color` and `facet`
--   title, xlabel, ylabel, caption
--   panels  array of tables with any of the above that differ by panel
--   file    path without its ending; formats: "svg", "png", "pdf"
-- Where gnuplot is missing it says so on stderr and returns an empty array.
local function draw(_, spec)
  local known = table.move(panel_fields, 1, #panel_fields, 1,
    table.move(figure_fields, 1, #figure_fields, #panel_fields + 1, {}))
  spec = names.options("plot", spec, known, 2)
  if type(spec.file) ~= "string" then error("plot: file is missing", 2) end
  local formats = spec.formats or { "svg", "png" }
  check_formats(formats)
  local figure, written = figure_of(spec), {}
  for _, format in ipairs(formats) do
    local bytes, message, missing = gnuplot.draw(figure, format)
    if missing then
      warn("no plot drawn: cannot run gnuplot (%s); install it with " ..
        "`apt-get install gnuplot-nox`", message)
      return written
    elseif not bytes then
      warn("no %s.%s drawn: gnuplot says: %s", spec.file, format, message)
    else
      written[#written + 1] = files.write(spec.file .. "." .. format, bytes, 2)
    end
  end
  return written
end

-- The gnuplot script of a plot, for those who want to change it by hand.
function plot.script(spec, format)
  return gnuplot.script(figure_of(spec), format or "svg")
end

return setmetatable(plot, { __call = draw })
