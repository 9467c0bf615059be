-- figure: what a plot draws, laid out but not yet drawn: curves with bands,
-- points with error bars, points that are rows, histograms, heat maps, in panels.
-- What draws it (gnuplot, terminal) takes it from here.
--
-- figure: title, caption (both optional), bare_caption (that of a drawing
--   without bands), legend (array of entries), panels,
--   direct (names stand at the curves, too, and the legend is for others).
-- panel: legend (its own, where one for all would mislead), kind ("curves" or
--   "heat"), title, xlabel, ylabel, x and y axes, theory_label, shared (the same
--   value in panels that share their axes), series; of a heat map also z (an
--   axis), zlabel, cells (array of {x1, x2, y1, y2, z}), diverging, curve (array
--   of {x, y}).
-- series: label, color, mark, dash (of its theory), points (array of {x, y, low,
--   high}), theory (array of {x, y}; shared: of several series), band, marks,
--   bars (booleans).
local core = require "orthorun.core"
local axis = require "orthorun.plot.axis"
local curves = require "orthorun.plot.curves"
local heat = require "orthorun.plot.heat"
local histogram = require "orthorun.plot.histogram"
local palette = require "orthorun.plot.palette"
local series_of = require "orthorun.plot.series"

local figure = {}

-- --- panels -----------------------------------------------------------------

local makers = { line = curves, points = curves, scatter = curves,
  histogram = histogram, heat = heat.fill }
figure.kinds = { "line", "points", "scatter", "histogram", "heat" }

-- Makes room for the lines of `hline` and `vline`.
local function set_references(panel, spec)
  panel.references = {}
  for option, name in pairs { hline = "y", vline = "x" } do
    local own = panel[name]
    for _, line in ipairs(spec[option] or {}) do
      if not axis.drawable(line.at, own.log) then
        core.fail(("plot: %s at %s cannot stand on a logarithmic axis"):format(
          option, tostring(line.at)))
      end
      axis.widen(own, line.at)
      table.insert(panel.references, { axis = name, at = line.at,
        label = line.label })
    end
  end
  table.sort(panel.references, function(a, b)
    return a.axis < b.axis or a.axis == b.axis and a.at < b.at
  end)
end

-- The ends that the user wants; counts the points that then lie outside.
local function set_limits(panel, spec, tally)
  for _, name in ipairs { "x", "y" } do
    local ends, own = spec[name .. "lim"], panel[name]
    if ends and own.log and ends[1] <= 0 then
      core.fail(("plot: %slim begins at %s; a logarithmic axis begins above 0")
        :format(name, tostring(ends[1])))
    end
    if ends then
      own.low, own.high = ends[1], ends[2]
      own.first, own.last, own.fixed = nil, nil, true
    end
  end
  for _, series in ipairs((spec.xlim or spec.ylim) and panel.series or {}) do
    for _, point in ipairs(series.points) do
      if not (axis.shows(panel.x, point[1]) and axis.shows(panel.y, point[2]))
      then
        tally.outside = tally.outside + 1
      end
    end
  end
  for i = #panel.references, 1, -1 do
    local line = panel.references[i]
    if not axis.shows(panel[line.axis], line.at) then
      table.remove(panel.references, i)
    end
  end
end

-- The line y = x, as a theory's, as far as it is within both axes.
local function add_diagonal(panel)
  local x, y = panel.x, panel.y
  if x.names or x.log ~= y.log or y.powers then
    core.fail("plot: a diagonal needs two axes of numbers, both logarithmic or neither")
  end
  local low, high = math.max(x.low, y.low), math.min(x.high, y.high)
  if low >= high then return end
  table.insert(panel.series, { label = "", color = palette.theory, mark = 1, dash = 1,
    points = {}, theory = { { low, low }, { high, high }, shared = true },
    only_theory = true })
end

local function finish(panel)
  if panel.kind == "heat" then return heat.finish(panel) end
  for _, each in ipairs { panel.x, panel.y } do
    each.first, each.last = each.low, each.high
  end
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
  panel.theory_label = (spec.labels or {}).theory or spec.diagonal and "y = x" or
    "theory"
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

-- Titles of panels say which groups they have.
local function unname(panels)
  for _, panel in ipairs(panels) do
    for _, series in ipairs(panel.series) do series.unnamed = true end
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
    if spec.facet == spec.color then unname(new) end
    for _, panel in ipairs(new) do panel.shared = spec.share and new or nil end
  else
    new[1] = panel_of(spec, spec.data, spec.title, tally)
  end
  for _, panel in ipairs(new) do
    set_references(panel, spec)
    finish(panel)
    set_limits(panel, spec, tally)
    if spec.diagonal then add_diagonal(panel) end
    list[#list + 1] = panel
  end
end

local most_entries = 30

-- The entry of a series in a list of them, by its label: it has marks where the
-- curve has them in any panel.
local function add_entry(list, seen, series)
  local entry = seen[series.label]
  if not entry then
    entry = { label = series.label, color = series.color, mark = series.mark,
      alone = series.alone }
    seen[series.label] = entry
    list[#list + 1] = entry
  end
  entry.marks = entry.marks or series.marks
end

-- The entry of a panel's theory, by what it is called there; dashes: those of its
-- curves.
local function add_theory(list, seen, panel, series)
  local label = panel.theory_label
  local entry = seen[label]
  if not entry then
    entry = { label = label, theory = true, dashes = {} }
    seen[label] = entry
    list[#list + 1] = entry
  end
  for _, dash in ipairs(entry.dashes) do
    if dash == series.dash then return end
  end
  table.insert(entry.dashes, series.dash)
  entry.dash = #entry.dashes == 1 and series.dash or 1
end

-- The entries of these panels' legend, none where there would be fewer than
-- `least` and no theory's; and how many more there would be.
local function legend_of(panels, least)
  local legend, theories, seen, dashed = {}, {}, {}, {}
  for _, panel in ipairs(panels) do
    for _, series in ipairs(panel.series) do
      if #series.theory > 0 then add_theory(theories, dashed, panel, series) end
      if not (series.only_theory or series.unnamed) then
        add_entry(legend, seen, series)
      end
    end
  end
  local more = #legend - most_entries
  for i = #legend, most_entries + 1, -1 do legend[i] = nil end
  table.move(theories, 1, #theories, #legend + 1, legend)
  return (#legend >= least or #theories > 0) and legend or {}, math.max(0, more)
end

-- What a panel's looks mean, added to what others' do: false where one look, a
-- colour with its mark, or dashes, means something else already.
local function add_meanings(panel, meant)
  for _, series in ipairs(panel.series) do
    local look = ("%s %s"):format(series.color, series.mark)
    if not (series.only_theory or series.unnamed) then
      if (meant[look] or series.label) ~= series.label then return false end
      meant[look] = series.label
    end
    if #series.theory > 0 then
      if (meant.theory or panel.theory_label) ~= panel.theory_label then
        return false
      end
      meant.theory = panel.theory_label
    end
  end
  return true
end

-- Would one legend for all panels mislead? Where a look means different things in
-- two of them, or some have nothing that it names.
local function is_ambiguous(panels)
  local meant, named, unnamed = {}, false, false
  for _, panel in ipairs(panels) do
    if not add_meanings(panel, meant) then return true end
    local names = panel.kind ~= "heat" and #legend_of({ panel }, 1) > 0
    named, unnamed = named or names, unnamed or not names
  end
  return named and unnamed
end

-- The legend of all panels; or where one would mislead, one below each.
local function set_legends(self, direct)
  local more
  self.legend, more = legend_of(self.panels, 2)
  if direct or #self.legend == 0 or not is_ambiguous(self.panels) then
    return more
  end
  self.legend, more = {}, 0
  for _, panel in ipairs(self.panels) do
    local hidden
    panel.legend, hidden = legend_of({ panel }, 1)
    more = more + hidden
  end
  return more
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
  series_of.set_colors(definitions)
  for _, definition in ipairs(definitions) do
    add_panels(self.panels, definition, tally)
  end
  if #self.panels == 0 then -- facets of no rows
    self.panels[1] = { kind = "curves", series = {}, x = { low = 0, high = 1 },
      y = { low = 0, high = 1 } }
  end
  local more = set_legends(self, spec.direct)
  self.direct, self.size = spec.direct or nil, spec.size
  self.caption = caption_of(self, spec, tally, more, true)
  self.bare_caption = caption_of(self, spec, tally, more, false)
  return self
end

return figure
