-- key: legends as gnuplot's commands: samples of curves with their names, drawn
-- over the whole picture at the places that the layout found for them.
local layout = require "orthorun.plot.layout"
local legend = require "orthorun.plot.legend"
local palette = require "orthorun.plot.palette"
local words = require "orthorun.plot.words"

local key = {}

-- The line of an entry's sample, as words for an arrow without a head; nil where it
-- has none.
local function line_of(entry)
  if entry.theory then return words.dashes(entry.dash, palette.theory) end
  return not entry.alone and ("lc rgb '#%s' lw 3"):format(palette.color(
    entry.color)) or nil
end

-- Adds the sample of an entry at x, y of the picture: its line, and to `plots` its
-- mark.
local function add_sample(lines, plots, entry, x, y, at)
  local line = line_of(entry)
  plots.count = plots.count + 1
  if line then
    lines[#lines + 1] = ("set arrow %d from screen %.5f, screen %.5f to screen " ..
      "%.5f, screen %.5f nohead %s"):format(plots.count, x / at.width,
      1 - y / at.height, (x + legend.sample) / at.width, 1 - y / at.height, line)
  end
  if not entry.theory and (entry.marks or entry.alone) then
    local name = ("k%d"):format(plots.count)
    lines[#lines + 1] = words.block(name, { { x + legend.sample / 2, y } }, 2)
    plots[#plots + 1] = ("$%s using 1:2 with points pt %d ps 0.9 lc rgb '#%s' " ..
      "notitle"):format(name, words.mark(entry), palette.color(entry.color))
  end
end

-- Adds texts and samples of cells whose strip begins at left, top.
local function add_cells(lines, plots, cells, left, top, at, font)
  for _, cell in ipairs(cells) do
    local x, y = left + cell.x, top + cell.y + 10
    add_sample(lines, plots, cell.entry, x, y, at)
    plots.labels = words.put_lines(lines, plots.labels, cell.lines, x + cell.text,
      y, at, "left " .. words.font(font), legend.line_height)
  end
end

local whole = [==[
set lmargin at screen 0
set rmargin at screen 1
set tmargin at screen 1
set bmargin at screen 0
unset border
unset tics
unset logscale
unset grid]==]

-- Adds all legends of a figure, after its panels.
function key.add(lines, figure, at)
  local plots = { count = 0, labels = 2001 }
  local blocks = {}
  add_cells(blocks, plots, at.legend, 10, at.height - at.below + 2, at,
    layout.fonts.legend)
  for k in ipairs(figure.panels) do
    local left, top = layout.legend_place(at, k)
    add_cells(blocks, plots, at.panels[k].legend, left, top, at,
      layout.fonts.own_legend)
  end
  if plots.count == 0 then return end
  if #plots == 0 then plots[1] = "NaN notitle" end
  lines[#lines + 1] = whole
  lines[#lines + 1] = ("set xrange [0:%d]\nset yrange [%d:0]"):format(at.width,
    at.height)
  table.move(blocks, 1, #blocks, #lines + 1, lines)
  lines[#lines + 1] = "plot " .. table.concat(plots, ", \\\n  ")
end

return key
