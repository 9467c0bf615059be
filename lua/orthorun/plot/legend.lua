-- legend: where the entries of a legend stand in a strip: in rows, whose columns
-- begin below one another, in the middle of the strip. Draws nothing.
local letters = require "orthorun.plot.letters"

local legend = {}

legend.sample = 28 -- a curve's sample, in pixels
local gap, between, line_height = 8, 24, 16

-- The widths of so many columns, and of all.
local function column_widths(cells, columns)
  local widths, all = {}, -between
  for i, cell in ipairs(cells) do
    local c = (i - 1) % columns + 1
    widths[c] = math.max(widths[c] or 0, cell.width)
  end
  for _, width in ipairs(widths) do all = all + width + between end
  return widths, all
end

-- Gives cells their x and y.
local function set_places(cells, columns, widths, left)
  local y, x, tallest = 0, left, 0
  for i, cell in ipairs(cells) do
    local c = (i - 1) % columns + 1
    if c == 1 then
      x, y, tallest = left, y + tallest, 0
    end
    cell.x, cell.y = x, y
    x = x + widths[c] + between
    tallest = math.max(tallest, #cell.lines * line_height + 4)
  end
  return y + tallest
end

-- The cells of a legend: array of {entry, lines, x, y, text}, places of the first
-- line's left and upper end, and of its text, from the strip's; and the height of
-- all. width: the strip's; size: the font's.
function legend.place(entries, width, size)
  if #entries == 0 then return {}, 0 end
  local cells = {}
  for i, entry in ipairs(entries) do
    local lines = letters.wrap(entry.label, width - legend.sample - gap, size)
    local widest = 0
    for _, line in ipairs(lines) do
      widest = math.max(widest, letters.width(line, size))
    end
    cells[i] = { entry = entry, lines = lines, text = legend.sample + gap,
      width = math.ceil(legend.sample + gap + widest) }
  end
  local columns, widths, all = #cells
  repeat
    widths, all = column_widths(cells, columns)
    columns = columns - 1
  until all <= width or columns == 0
  local height = set_places(cells, columns + 1, widths,
    math.max(0, math.floor((width - all) / 2)))
  return cells, height
end

legend.line_height = line_height

return legend
