-- figure: what a plot draws, laid out but not yet drawn: curves with bands,
-- points with error bars, histograms, heat maps, in panels. What draws it
-- (gnuplot, terminal) takes it from here.
--
-- figure: title, caption (both optional), bare_caption (that of a drawing
--   without bands), legend (array of entries), panels,
--   direct (names stand at the curves, too, and the legend is for others).
-- panel: kind ("curves" or "heat"), title, xlabel, ylabel, x and y axes,
--   series; of a heat map also z (an axis), zlabel, cells (array of {x1, x2,
--   y1, y2, z}), diverging, curve (array of {x, y}).
-- series: label, color, mark, points (array of {x, y, low, high}), theory
--   (array of {x, y}), band, marks, bars (booleans).
local axis = require "orthorun.plot.axis"
local curves = require "orthorun.plot.curves"
local heat = require "orthorun.plot.heat"
local histogram = require "orthorun.plot.histogram"
local series_of = require "orthorun.plot.series"

local figure = {}

-- --- panels -----------------------------------------------------------------

local makers = { line = curves, points = curves, histogram = histogram,
  heat = heat.fill }
figure.kinds = { "line", "points", "histogram", "heat" }

local function finish(panel)
  if panel.kind == "heat" then return heat.finish(panel) end
  if panel.x.names then
    panel.x.low, panel.x.high = 0.5, #panel.x.names + 0.5
  else
    axis.pad(panel.x, panel.y.floor and 0 or 0.02)
  end
  axis.pad(panel.y, 0.05)
end

local function percent(p) return ("%g"):format(p * 100) end

local function quantiles(band)
  return ("%s to %s %%"):format(percent(band[1]), percent(band[2]))
end

local function panel_of(spec, rows, title, tally)
  local panel = { kind = "curves", title = title, series = {},
    xlabel = spec.xlabel or spec.x, ylabel = spec.ylabel or spec.y }
  panel.says = { band = spec.band and quantiles(spec.band) }
  panel.says.bars = spec.error and "± " .. spec.error or panel.says.band
  makers[spec.kind](spec, rows, panel, tally)
  return panel
end

-- Facets have the same axes, so that they can be compared.
local function share_axes(panels)
  for _, name in ipairs { "x", "y", "z" } do
    local list = {}
    for _, panel in ipairs(panels) do list[#list + 1] = panel[name] end
    axis.share(list)
  end
end

-- A panel's definition: one panel, or one per value of its facet.
local function add_panels(list, spec, tally)
  local new = {}
  if spec.facet then
    for i, group in ipairs(spec.data:group(spec.facet)) do
      new[i] = panel_of(spec, group.rows, ("%s: %s"):format(spec.facet,
        series_of.label(spec, group.key[spec.facet])), tally)
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

-- Does a series have a band or bars that can be seen?
local function is_spread(series)
  for _, point in ipairs(series.points) do
    if point[3] and point[3] < point[4] then return true end
  end
  return false
end

-- What the panels say of their bands, or of their bars, each text once.
local function said_of(panels, field)
  local list, seen = {}, {}
  for _, panel in ipairs(panels) do
    for _, series in ipairs(panel.series) do
      local says = series[field] and not series.histogram and
        is_spread(series) and panel.says[field]
      if says and not seen[says] then
        seen[says] = true
        list[#list + 1] = says
      end
    end
  end
  return #list > 0 and table.concat(list, " and ") or nil
end

-- Is a line drawn that is a median of several values?
local function has_medians(panels)
  for _, panel in ipairs(panels) do
    for _, series in ipairs(panel.series) do
      if series.band and not series.histogram then return true end
    end
  end
  return false
end

-- What the reader must know: what lines, bands and bars are, and what the
-- axes could not show. with_bands: of a drawing that has them.
local function caption_of(self, spec, tally, more, with_bands)
  local panels, parts = self.panels, { spec.caption }
  local bands = with_bands and said_of(panels, "band")
  if has_medians(panels) then
    parts[#parts + 1] = "lines: medians" .. (bands and "; bands: " .. bands or
      "")
  end
  local bars = said_of(panels, "bars")
  if bars then parts[#parts + 1] = "points: medians; bars: " .. bars end
  if more > 0 then
    parts[#parts + 1] = ("%d more curves, dark to light in order"):format(more)
  end
  parts[#parts + 1] = axis.tally_text(tally)
  if tally.total == 0 then parts[#parts + 1] = "no values" end
  return #parts > 0 and table.concat(parts, "; ") or nil
end

-- The figure of a plot's options and its panels' definitions, each complete
-- and checked.
function figure.of(spec, definitions)
  local tally = axis.tally()
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
  self.caption = caption_of(self, spec, tally, more, true)
  self.bare_caption = caption_of(self, spec, tally, more, false)
  return self
end

return figure
