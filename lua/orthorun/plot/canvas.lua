-- canvas: a picture of characters: dots of braille, or in plain ASCII one mark for
-- each character, with colours. Knows axes, and nothing of figures.
local axis_of = require "orthorun.plot.axis"
local palette = require "orthorun.plot.palette"

local canvas = {}

local Canvas = {}
Canvas.__index = Canvas

-- width, height in characters; a character is across x down dots.
function canvas.new(width, height, ascii)
  return setmetatable({ width = width, height = height, ascii = ascii,
    across = ascii and 1 or 2, down = ascii and 1 or 4, cells = {} }, Canvas)
end

-- The bit of a dot in a braille character, by column and row.
local dots = { { 1, 2, 4, 64 }, { 8, 16, 32, 128 } }

function Canvas:cell(column, row)
  if column < 0 or column >= self.width or row < 0 or row >= self.height then
    return nil
  end
  local key = row * self.width + column
  self.cells[key] = self.cells[key] or { bits = 0 }
  return self.cells[key]
end

-- Sets a dot, counted from the upper left corner.
function Canvas:dot(x, y, color, letter)
  local cell = self:cell(x // self.across, y // self.down)
  if not cell then return end
  cell.color = color
  if self.ascii then
    cell.mark = letter
  else
    cell.bits = cell.bits |
      dots[x % self.across + 1][y % self.down + 1]
  end
end

-- The dot at these shares of the axes.
function Canvas:place(x, y)
  return math.floor(x * (self.width * self.across - 1) + 0.5),
    math.floor((1 - y) * (self.height * self.down - 1) + 0.5)
end

function Canvas:at(panel, point)
  return self:place(axis_of.share_of(panel.x, point[1]),
    axis_of.share_of(panel.y, point[2]))
end

-- A line of dots between two places; every: 1 draws all of them, n one in n.
function Canvas:line(x1, y1, x2, y2, color, letter, every)
  local steps = math.max(math.abs(x2 - x1), math.abs(y2 - y1), 1)
  for i = 0, steps do
    local x = math.floor(x1 + (x2 - x1) * i / steps + 0.5)
    local y = math.floor(y1 + (y2 - y1) * i / steps + 0.5)
    if not every or (x + y) % every == 0 then self:dot(x, y, color, letter) end
  end
end

function canvas.paint(color, s)
  local r, g, b = palette.color(color):match "(%x%x)(%x%x)(%x%x)"
  local function level(hex) return (tonumber(hex, 16) * 5 + 127) // 255 end
  local code = 16 + 36 * level(r) + 6 * level(g) + level(b)
  if code == 16 then return s end -- black, on a black ground perhaps
  return ("\27[38;5;%dm%s\27[0m"):format(code, s)
end

-- One row as text; colors: with the terminal's colours.
function Canvas:row(row, colors)
  local parts = {}
  for column = 0, self.width - 1 do
    local cell = self.cells[row * self.width + column]
    local s = " "
    if cell then
      s = cell.mark or cell.bits > 0 and utf8.char(0x2800 + cell.bits) or " "
      if colors and cell.color then s = canvas.paint(cell.color, s) end
    end
    parts[#parts + 1] = s
  end
  return table.concat(parts)
end

-- The part of a segment inside the frame, as shares of the axes (Liang, Barsky
-- 1984): x1, y1, x2, y2, or nil.
local function clipped(x1, y1, x2, y2)
  local first, last = 0, 1
  for _, side in ipairs { { x1 - x2, x1 }, { x2 - x1, 1 - x1 },
    { y1 - y2, y1 }, { y2 - y1, 1 - y1 } } do
    local along, room = side[1], side[2]
    if along == 0 and room < 0 then return nil end
    if along < 0 then first = math.max(first, room / along) end
    if along > 0 then last = math.min(last, room / along) end
  end
  if first > last then return nil end
  return x1 + first * (x2 - x1), y1 + first * (y2 - y1),
    x1 + last * (x2 - x1), y1 + last * (y2 - y1)
end

function Canvas:segment(panel, from, to, color, letter, every)
  local x1, y1, x2, y2 = clipped(axis_of.share_of(panel.x, from[1]),
    axis_of.share_of(panel.y, from[2]), axis_of.share_of(panel.x, to[1]),
    axis_of.share_of(panel.y, to[2]))
  if not x1 then return end
  local a, b = self:place(x1, y1)
  local c, d = self:place(x2, y2)
  self:line(a, b, c, d, color, letter, every)
end

return canvas
