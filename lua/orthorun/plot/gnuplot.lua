-- gnuplot: a laid-out figure as a gnuplot script, and the program that draws
-- it. Started without a shell; every text goes in single quotes, where gnuplot
-- expands nothing. What a figure means is orthorun.plot's business.
local core = require "orthorun.core"
local axis_of = require "orthorun.plot.axis"
local csv = require "orthorun.base.csv"
local layout = require "orthorun.plot.layout"
local marked = require "orthorun.plot.markup".quoted
local palette = require "orthorun.plot.palette"
local plain = require "orthorun.base.text"

local gnuplot = {}

local point_types = { 7, 5, 9, 13, 11, 3, 2 }

local function point_type(series)
  return point_types[((series.mark or 1) - 1) % #point_types + 1]
end

-- A text of ours in single quotes: no expansion, no line ends. Those of users go
-- through `marked`.
local function quote(text)
  return "'" .. plain.clean(text):gsub("'", "''") .. "'"
end

local function append(list, more)
  return table.move(more, 1, #more, #list + 1, list)
end

local function margins(at, left, right, top, bottom)
  return ("set lmargin at screen %.5f\nset rmargin at screen %.5f\n" ..
    "set tmargin at screen %.5f\nset bmargin at screen %.5f"):format(
    left / at.width, right / at.width, 1 - top / at.height,
    1 - bottom / at.height)
end

-- A tick's label: 250, 0.5, 2×10^{-14}.
local function tick_label(x)
  if x == 0 or math.abs(x) >= 1e-3 and math.abs(x) < 1e5 then
    return ("%g"):format(x)
  end
  local mantissa, power = ("%.4e"):format(x):match("^(.*)e(.*)$")
  return ("%g×10^{%d}"):format(tonumber(mantissa), tonumber(power))
end

-- Labelled ticks; where `powers`, each at its logarithm.
local function set_ticks(name, ticks, powers)
  local parts = {}
  for i, x in ipairs(ticks) do
    parts[i] = ("%s %s"):format(quote(tick_label(x)),
      csv.number(powers and math.log(x, 10) or x))
  end
  return ("set %stics (%s)"):format(name, table.concat(parts, ", "))
end

-- Ticks that are names, each at its place; cut where they are long.
local function set_names(name, list)
  local parts, longest = {}, 0
  for i, text in ipairs(list) do
    local cut = utf8.len(text) and utf8.offset(text, 24)
    if cut and cut <= #text then text = text:sub(1, cut - 1) .. "…" end
    longest = math.max(longest, utf8.len(text) or #text)
    parts[i] = ("%s %d"):format(marked(text), i)
  end
  local turned = name == "x" and #list * longest > 50
  return ("set %stics (%s)%s"):format(name,
    table.concat(parts, ", "), turned and
    " rotate by -90 left font ',8'" or "")
end

-- The commands for one axis ("x", "y" or "cb"). powers: the data are exponents
-- of ten, and the ticks say so.
local function axis_commands(name, axis)
  local lines = {}
  local function add(format, ...) lines[#lines + 1] = format:format(...) end
  add("unset logscale %s", name)
  add("set format %s '%%g'", name)
  add("set %stics autofreq norotate autojustify enhanced font ',%s'", name,
    name == "cb" and "9" or "10")
  add("set %srange [%s:%s]", name, csv.number(axis.low), csv.number(axis.high))
  if axis.powers then
    add("set format %s '10^{%%g}'", name)
    local range = axis.high - axis.low
    if range < 2 and math.abs(axis.low) < 300 and math.abs(axis.high) < 300 then
      lines[#lines + 1] = set_ticks(name,
        axis_of.short_ticks(10 ^ axis.low, 10 ^ axis.high), true)
    else
      add("set %stics %g", name, math.max(1, axis_of.nice(range / 7)))
    end
  elseif axis.log then
    add("set logscale %s", name)
    add("set format %s '10^{%%T}'", name)
    if not axis.ticks and axis.high / axis.low < 99 then
      lines[#lines + 1] = set_ticks(name, axis_of.short_ticks(axis.low, axis.high))
    end
  end
  if axis.ticks then lines[#lines + 1] = set_ticks(name, axis.ticks) end
  if axis.names then lines[#lines + 1] = set_names(name, axis.names) end
  return lines
end

local function data_block(name, points, width)
  local lines = { ("$%s << EOD"):format(name) }
  for _, point in ipairs(points) do
    local fields = {}
    for i = 1, width do fields[i] = csv.number(point[i]) end
    lines[#lines + 1] = table.concat(fields, " ")
  end
  lines[#lines + 1] = "EOD"
  return table.concat(lines, "\n")
end

-- How a series' points are drawn: a line, a line with marks, marks alone, or
-- marks with error bars.
local function style_of(series)
  local mark = ("pt %d ps 0.7"):format(point_type(series))
  if series.bars then return "1:2:3:4 with yerrorbars " .. mark end
  if series.alone then return "1:2 with points " .. mark end
  return series.marks and "1:2 with linespoints " .. mark or "1:2 with lines"
end

-- Adds the data blocks of a series to `lines`, and what plots them to
-- `bands`, `curves` and `theories`: theory over curves over bands.
local function add_series(lines, parts, series, name)
  local hex = palette.color(series.color)
  if #series.points > 0 then
    lines[#lines + 1] = data_block(name, series.points, 4)
    parts.curves[#parts.curves + 1] = ("$%s using %s lc rgb '#%s' " ..
      "lw %s notitle"):format(name, style_of(series), hex,
      series.histogram and "1.2" or "2")
  end
  if series.band and #series.points > 0 then
    parts.bands[#parts.bands + 1] = ("$%s using 1:3:4 with filledcurves " ..
      "fc rgb '#%s' fs transparent solid %s noborder notitle"):format(name,
      hex, series.histogram and "0.3" or "0.18")
  end
  if #series.theory == 0 then return end
  lines[#lines + 1] = data_block(name .. "t", series.theory, 2)
  parts.theories[#parts.theories + 1] = ("$%st using 1:2 with lines " ..
    "lc rgb '#%s' lw 1.6 dt (7,5) notitle"):format(name, palette.darker(hex))
end

local function set_palette(scale)
  local parts = {}
  for i, hex in ipairs(scale) do
    parts[i] = ("%d '#%s'"):format(i, hex)
  end
  return "set palette defined (" .. table.concat(parts, ", ") .. ")"
end

-- A heat map: a filled box a cell, and the scale of its colours at its right.
local function add_heat(lines, plots, panel, at, k)
  local scale = panel.diverging and palette.diverging or palette.scale
  local _, right, top, bottom = layout.frame(at, k)
  append(lines, { set_palette(scale), ("set colorbox user origin screen " ..
    "%.5f, screen %.5f size screen %.5f, screen %.5f"):format(
    (right + 12) / at.width, 1 - bottom / at.height, 12 / at.width,
    (bottom - top) / at.height),
    ("set cblabel %s offset 0.5,0"):format(marked(panel.zlabel)),
    "unset grid" })
  append(lines, axis_commands("cb", panel.z))
  local name = ("p%dc"):format(k)
  if #panel.cells > 0 then
    lines[#lines + 1] = data_block(name, panel.cells, 5)
    plots[#plots + 1] = ("$%s using (($1+$2)/2):(($3+$4)/2):1:2:3:4:5 " ..
      "with boxxyerror fs solid 1 noborder fc palette notitle"):format(name)
  end
  if #panel.curve > 0 then
    lines[#lines + 1] = data_block(name .. "t", panel.curve, 2)
    append(plots, { ("$%st using 1:2 with lines lc rgb '#FFFFFF' lw 3.5 " ..
      "notitle"):format(name), ("$%st using 1:2 with lines lc rgb " ..
      "'#000000' lw 1.6 dt (7,5) notitle"):format(name) })
  end
end

local function set_labels(lines, panel, at)
  for _, name in ipairs { "x", "y" } do
    append(lines, axis_commands(name, panel[name]))
    lines[#lines + 1] = ("set %slabel %s%s"):format(name,
      marked(panel[name .. "label"] or ""), name == "x" and
      (at.upright and " offset 0,0" or " offset 0,0.4") or "")
  end
  lines[#lines + 1] = ("set title %s offset 0,-0.4"):format(
    marked(panel.title or ""))
end

local label_height = 13

-- The ends of a panel's curves in pixels.
local function curve_ends(panel, left, right, top, bottom)
  local list = {}
  for _, series in ipairs(panel.series) do
    local last = series.points[#series.points]
    if last and axis_of.shows(panel.x, last[1]) and
      axis_of.shows(panel.y, last[2]) then
      list[#list + 1] = { series = series,
        x = left + axis_of.share_of(panel.x, last[1]) * (right - left),
        y = bottom - axis_of.share_of(panel.y, last[2]) * (bottom - top) }
    end
  end
  table.sort(list, function(a, b) return a.y < b.y end)
  return list
end

local function beside(a, b) return math.abs(a.x - b.x) < 30 end

-- The same, moved apart where names would overlap.
local function label_places(panel, left, right, top, bottom)
  local list = curve_ends(panel, left, right, top, bottom)
  for i = 2, #list do
    if beside(list[i], list[i - 1]) then
      list[i].y = math.max(list[i].y, list[i - 1].y + label_height)
    end
  end
  for i = #list, 1, -1 do
    local after = list[i + 1]
    local most = after and beside(list[i], after) and after.y - label_height or
      bottom
    list[i].y = math.min(list[i].y, most)
  end
  return list
end

-- The curves' names beside their ends.
local function add_labels(lines, panel, at, k)
  for i, label in ipairs(label_places(panel, layout.frame(at, k))) do
    lines[#lines + 1] = ("set label %d %s at screen %.5f, screen %.5f left " ..
      "font ',10' textcolor rgb '#%s'"):format(i + 10,
      marked(label.series.label), (label.x + 6) / at.width,
      1 - label.y / at.height, palette.color(label.series.color))
  end
end

-- Reference lines: across the frame, each with its text above it (beside it, of
-- upright ones).
local function add_references(lines, panel)
  for i, line in ipairs(panel.references or {}) do
    local place = csv.number(line.at)
    local from, to, label = "graph 0, first " .. place,
      "graph 1, first " .. place, "graph 0.99, first " .. place ..
      " right offset 0,0.5"
    if line.axis == "x" then
      from, to, label = ("first %s, graph 0"):format(place),
        ("first %s, graph 1"):format(place),
        ("first %s, graph 0.97 left offset 0.5,0"):format(place)
    end
    lines[#lines + 1] = ("set arrow %d from %s to %s nohead back lc rgb " ..
      "'#777777' lw 1.2 dt (2,4)"):format(i, from, to)
    if line.label then
      lines[#lines + 1] = ("set label %d %s at %s font ',9' textcolor rgb " ..
        "'#555555'"):format(i + 1000, marked(line.label), label)
    end
  end
end

local function legend_curve(entry)
  if entry.theory then
    return ("NaN with lines lc rgb '#333333' lw 1.6 dt (7,5) title %s")
      :format(marked(entry.label))
  end
  local style = entry.alone and "points" or entry.marks and "linespoints" or
    "lines"
  if style ~= "lines" then
    style = ("%s pt %d ps 0.9"):format(style, point_type(entry))
  end
  return ("NaN with %s lc rgb '#%s' lw 3 title %s"):format(style,
    palette.color(entry.color), marked(entry.label))
end

-- A panel's own legend, in its frame: the key's settings, and what it names.
local function add_own_legend(lines, plots, panel)
  if not panel.legend or #panel.legend == 0 then return end
  lines[#lines + 1] = ("set key inside %s top vertical Left reverse samplen " ..
    "2 spacing 1 font ',9'"):format(panel.legend.side)
  for _, entry in ipairs(panel.legend) do
    plots[#plots + 1] = legend_curve(entry)
  end
end

local function add_panel(lines, panel, at, k)
  local parts = { bands = {}, curves = {}, theories = {} }
  for i, series in ipairs(panel.series) do
    add_series(lines, parts, series, ("p%ds%d"):format(k, i))
  end
  lines[#lines + 1] = margins(at, layout.frame(at, k))
  set_labels(lines, panel, at)
  add_references(lines, panel)
  local all = {}
  if panel.kind == "heat" then add_heat(lines, all, panel, at, k) end
  for _, part in ipairs { parts.bands, parts.curves, parts.theories } do
    append(all, part)
  end
  add_own_legend(lines, all, panel)
  if #all == 0 then all[1] = "NaN notitle" end
  append(lines, { "plot " .. table.concat(all, ", \\\n  "), "set key off" })
end

-- One legend for all panels: the key of an empty plot in a strip below them.
local function add_legend(lines, figure, at)
  local entries = layout.legend(figure)
  if #entries == 0 then return end
  local top = at.height - at.below
  lines[#lines + 1] = margins(at, 10, at.width - 10, top, top + at.legend)
  lines[#lines + 1] = [==[
unset border
unset tics
unset xlabel
unset ylabel
unset title
unset logscale
unset grid
set xrange [0:1]
set yrange [0:1]]==]
  lines[#lines + 1] = ("set key center center horizontal Left reverse " ..
    "maxcols %d samplen 2.5 width 1"):format(at.per_row)
  local curves = {}
  for i, entry in ipairs(entries) do curves[i] = legend_curve(entry) end
  lines[#lines + 1] = "plot " .. table.concat(curves, ", \\\n  ")
end

local function terminal(format, at)
  if format == "svg" then
    return ("set terminal svg size %d,%d enhanced background 'white' " ..
      "font 'DejaVu Sans,Helvetica,Arial,sans-serif' fontscale 0.95"):format(
      at.width, at.height)
  elseif format == "png" then
    return ("set terminal pngcairo size %d,%d enhanced background 'white' " ..
      "font 'DejaVu Sans,11' fontscale 1.6 linewidth 2 pointscale 2"):format(
      2 * at.width, 2 * at.height)
  end
  return ("set terminal pdfcairo size %.3fin,%.3fin enhanced " ..
    "background 'white' font 'DejaVu Sans,10' fontscale 0.8"):format(
    at.width / 90, at.height / 90)
end

gnuplot.formats = { "svg", "png", "pdf" }

-- The size of the figure in pixels, and the sides of its panels' frames
-- ({left, right, top, bottom} each).
function gnuplot.layout(figure)
  local at, frames = layout.of(figure), {}
  for k in ipairs(figure.panels) do frames[k] = { layout.frame(at, k) } end
  return at.width, at.height, frames
end

-- The gnuplot script that draws a figure in one format.
function gnuplot.script(figure, format)
  local at = layout.of(figure)
  local lines = { "set encoding utf8", terminal(format, at),
    "set key off", "set clip two", "set multiplot",
    "set border 3 lc rgb '#444444'",
    "set tics nomirror out scale 0.6 textcolor rgb '#222222'",
    "set grid ytics lc rgb '#E2E2E2' lt 1 lw 0.6", "set style fill noborder" }
  if figure.title then
    lines[#lines + 1] = ("set label 1 %s at screen 0.5, screen %.5f center " ..
      "font ',13'"):format(marked(figure.title), 1 - 18 / at.height)
  end
  if figure.caption then
    lines[#lines + 1] = ("set label 2 %s at screen 0.5, screen %.5f center " ..
      "font ',9' textcolor rgb '#555555'"):format(
      marked(figure.caption), 12 / at.height)
  end
  for k, panel in ipairs(figure.panels) do
    if figure.direct then add_labels(lines, panel, at, k) end
    add_panel(lines, panel, at, k)
    append(lines, { "unset label", "unset arrow" })
  end
  add_legend(lines, figure, at)
  lines[#lines + 1] = "unset multiplot\n"
  return table.concat(lines, "\n")
end

-- The figure as the bytes of a file in one format; nil and a message where
-- gnuplot is missing ("missing" as third) or refuses.
function gnuplot.draw(figure, format)
  local status, out, err = core.file.spawn({ "gnuplot", "-d" },
    gnuplot.script(figure, format))
  if not status then return nil, out, "missing" end
  if status ~= 0 or #out == 0 then
    return nil, (err:match("[^\n]*line %d+:[^\n]*") or err:sub(1, 300) or
      "no output") .. (" (status %d)"):format(status)
  end
  return out
end

return gnuplot
