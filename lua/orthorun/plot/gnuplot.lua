-- gnuplot: a laid-out figure as a gnuplot script, and the program that draws
-- it. Started without a shell; every text goes in single quotes, where gnuplot
-- expands nothing. What a figure means is orthorun.plot's business; what stands
-- around its curves is frame's, legends are key's.
local core = require "orthorun.core"
local frame = require "orthorun.plot.frame"
local key = require "orthorun.plot.key"
local layout = require "orthorun.plot.layout"
local marked = require "orthorun.plot.markup".quoted
local palette = require "orthorun.plot.palette"
local words = require "orthorun.plot.words"

local gnuplot = {}

local function append(list, more)
  return table.move(more, 1, #more, #list + 1, list)
end

local function margins(at, left, right, top, bottom)
  return ("set lmargin at screen %.5f\nset rmargin at screen %.5f\n" ..
    "set tmargin at screen %.5f\nset bmargin at screen %.5f"):format(
    left / at.width, right / at.width, 1 - top / at.height,
    1 - bottom / at.height)
end

-- How a series' points are drawn: a line, a line with marks, marks alone, or
-- marks with error bars.
local function style_of(series)
  local mark = ("pt %d ps 0.7"):format(words.mark(series))
  if series.bars then return "1:2:3:4 with yerrorbars " .. mark end
  if series.alone then return "1:2 with points " .. mark end
  return series.marks and "1:2 with linespoints " .. mark or "1:2 with lines"
end

-- Adds the data blocks of a series to `lines`, and what plots them to
-- `bands`, `curves` and `theories`: theory over curves over bands.
local function add_series(lines, parts, series, name)
  local hex = palette.color(series.color)
  if #series.points > 0 then
    lines[#lines + 1] = words.block(name, series.points, 4)
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
  lines[#lines + 1] = words.block(name .. "t", series.theory, 2)
  parts.theories[#parts.theories + 1] = ("$%st using 1:2 with lines %s " ..
    "notitle"):format(name, words.dashes(series.dash or 1, series.theory.shared
    and palette.theory or palette.darker(hex)))
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
  frame.axis(lines, "cb", panel.z, at.panels[k].ticks.cb, "norotate " ..
    "enhanced font ',9'")
  local name = ("p%dc"):format(k)
  if #panel.cells > 0 then
    lines[#lines + 1] = words.block(name, panel.cells, 5)
    plots[#plots + 1] = ("$%s using (($1+$2)/2):(($3+$4)/2):1:2:3:4:5 " ..
      "with boxxyerror fs solid 1 noborder fc palette notitle"):format(name)
  end
  if #panel.curve > 0 then
    lines[#lines + 1] = words.block(name .. "t", panel.curve, 2)
    append(plots, { ("$%st using 1:2 with lines lc rgb '#FFFFFF' lw 3.5 " ..
      "notitle"):format(name), ("$%st using 1:2 with lines lc rgb " ..
      "'#000000' lw 1.6 dt (7,5) notitle"):format(name) })
  end
end

local function add_panel(lines, figure, at, k)
  local panel, parts = figure.panels[k], { bands = {}, curves = {}, theories = {} }
  for i, series in ipairs(panel.series) do
    add_series(lines, parts, series, ("p%ds%d"):format(k, i))
  end
  lines[#lines + 1] = margins(at, layout.frame(at, k))
  frame.add(lines, figure, at, k)
  if figure.direct then frame.add_names(lines, panel, at, k) end
  frame.add_references(lines, panel)
  local all = {}
  if panel.kind == "heat" then add_heat(lines, all, panel, at, k) end
  for _, part in ipairs { parts.bands, parts.curves, parts.theories } do
    append(all, part)
  end
  if #all == 0 then all[1] = "NaN notitle" end
  append(lines, { "plot " .. table.concat(all, ", \\\n  "), "unset label",
    "unset arrow" })
end

-- colors: of a sixel picture, which is drawn `scale` times as large.
local function sixel_terminal(at, scale, colors)
  return ("set terminal sixelgd enhanced %s size %d,%d background '#ffffff' " ..
    "font 'DejaVu Sans,10' fontscale %.3f linewidth %.3f"):format(
    colors >= 64 and "truecolor" or "notruecolor", (scale * at.width + 0.5) // 1,
    (scale * at.height + 0.5) // 1, scale, scale)
end

local function terminal(format, at, scale, colors)
  if format == "sixel" then return sixel_terminal(at, scale, colors) end
  if format == "svg" then
    return ("set terminal svg size %d,%d enhanced background 'white' " ..
      "font 'DejaVu Sans,Helvetica,Arial,sans-serif' fontscale 1"):format(
      at.width, at.height)
  elseif format == "png" then
    return ("set terminal pngcairo size %d,%d enhanced background 'white' " ..
      "font 'DejaVu Sans,11' fontscale 1.32 linewidth 2 pointscale 2"):format(
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

-- The gnuplot script that draws a figure in one format; of "sixel", for
-- terminals, with the scale and the number of colours.
function gnuplot.script(figure, format, scale, colors)
  local at = layout.of(figure)
  local lines = { "set encoding utf8", terminal(format, at, scale, colors),
    "set key off", "set clip two", "set multiplot",
    "set border 3 lc rgb '#444444'",
    "set tics nomirror out scale 0.6 textcolor rgb '#222222'",
    "set grid ytics lc rgb '#E2E2E2' lt 1 lw 0.6", "set style fill noborder" }
  words.put_lines(lines, 3001, at.title, at.width / 2, 18, at, "center " ..
    words.font(layout.fonts.title), 18)
  words.put_lines(lines, 3101, at.caption, at.width / 2, at.height - 12 -
    (#at.caption - 1) * 14, at, "center " .. words.font(layout.fonts.caption,
    "555555"), 14)
  for k in ipairs(figure.panels) do add_panel(lines, figure, at, k) end
  key.add(lines, figure, at)
  lines[#lines + 1] = "unset multiplot\n"
  return table.concat(lines, "\n")
end

-- The figure as the bytes of a file in one format, like gnuplot.script; nil and
-- a message where gnuplot is missing ("missing" as third) or refuses.
function gnuplot.draw(figure, format, ...)
  local status, out, err = core.file.spawn({ "gnuplot", "-d" },
    gnuplot.script(figure, format, ...))
  if not status then return nil, out, "missing" end
  if status ~= 0 or #out == 0 then
    return nil, (err:match("[^\n]*line %d+:[^\n]*") or err:sub(1, 300) or
      "no output") .. (" (status %d)"):format(status)
  end
  return out
end

return gnuplot
