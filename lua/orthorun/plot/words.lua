-- words: gnuplot's words for what pictures are made of: texts at places in
-- pixels, blocks of data, marks and dashes.
local csv = require "orthorun.base.csv"
local marked = require "orthorun.plot.markup".quoted
local palette = require "orthorun.plot.palette"

local words = {}

-- Adds what puts a text at a place in pixels from the upper left corner. how:
-- gnuplot's words for the way it stands there. Texts of a plot have numbers.
function words.put(lines, number, text, x, y, at, how)
  lines[#lines + 1] = ("set label %d %s at screen %.5f, screen %.5f %s"):format(
    number, marked(text), x / at.width, 1 - y / at.height, how)
end

-- The same for several lines, the first at y. Returns the next number.
function words.put_lines(lines, number, texts, x, y, at, how, height)
  for i, text in ipairs(texts) do
    words.put(lines, number + i - 1, text, x, y + (i - 1) * height, at, how)
  end
  return number + #texts
end

function words.font(size, color)
  return ("font ',%d'%s"):format(size, color and (" textcolor rgb '#%s'"):format(
    color) or "")
end

-- Points as a named block of data, so many numbers of each.
function words.block(name, points, width)
  local lines = { ("$%s << EOD"):format(name) }
  for _, point in ipairs(points) do
    local fields = {}
    for i = 1, width do fields[i] = csv.number(point[i]) end
    lines[#lines + 1] = table.concat(fields, " ")
  end
  lines[#lines + 1] = "EOD"
  return table.concat(lines, "\n")
end

local point_types = { 7, 5, 9, 13, 11, 3, 2 }

-- The mark of a series or of a legend's entry.
function words.mark(series)
  return point_types[((series.mark or 1) - 1) % #point_types + 1]
end

-- A theory's line: its dashes and its colour.
function words.dashes(dash, hex)
  return ("lc rgb '#%s' lw 1.8 dt (%s)"):format(hex, palette.dash(dash))
end

return words
