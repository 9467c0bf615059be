-- terminal: a figure as characters: braille dots, or plain ASCII. Curves carry
-- a letter at their ends, so that no colour is needed to tell them apart.
local core = require "orthorun.core"
local axis_of = require "orthorun.plot.axis"
local palette = require "orthorun.plot.palette"
local text = require "orthorun.base.text"

local terminal = {}

-- --- places -----------------------------------------------------------------

local function tick_text(axis, t)
  local x = axis_of.value_at(axis, t)
  if axis.names then
    return axis.names[math.floor(x + 0.5)] or ""
  end
  local span = axis.log and 0 or axis.high - axis.low
  if math.abs(x) < span * 1e-9 then x = 0 end
  if axis.powers then return ("1e%.3g"):format(x) end
  return ("%.3g"):format(x)
end

-- --- a canvas of dots -------------------------------------------------------

local Canvas = {}
Canvas.__index = Canvas

-- width, height in characters; a character is across x down dots.
local function new_canvas(width, height, ascii)
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

local function paint(color, s)
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
      if colors and cell.color then s = paint(cell.color, s) end
    end
    parts[#parts + 1] = s
  end
  return table.concat(parts)
end

-- --- curves -----------------------------------------------------------------

local letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

local function letter_of(legend, series)
  for i, entry in ipairs(legend) do
    if entry.label == series.label and not entry.theory then
      return letters:sub(i, i) ~= "" and letters:sub(i, i) or "?"
    end
  end
  return "*"
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

local function draw_path(canvas, panel, points, color, letter, every)
  for i, point in ipairs(points) do
    canvas:segment(panel, points[i - 1] or point, point, color, letter, every)
  end
end

local function draw_references(canvas, panel)
  for _, line in ipairs(panel.references or {}) do
    local from, to = { panel.x.low, line.at }, { panel.x.high, line.at }
    if line.axis == "x" then
      from, to = { line.at, panel.y.low }, { line.at, panel.y.high }
    end
    canvas:segment(panel, from, to, nil, canvas.ascii and "." or nil,
      canvas.ascii and 2 or 4)
  end
end

local function draw_bars(canvas, panel, series, letter)
  for _, point in ipairs(series.points) do
    canvas:segment(panel, { point[1], point[3] }, { point[1], point[4] },
      series.color, canvas.ascii and "|" or letter)
    local x, y = canvas:at(panel, point)
    for dx = 0, canvas.ascii and 0 or 1 do
      canvas:dot(x + dx, y, series.color, letter)
    end
  end
end

-- The letter at a curve's last point, beside the curves that end there, too.
local function put_letter(canvas, panel, series, letter)
  local last = series.points[#series.points]
  if not last or letter == "*" or not axis_of.shows(panel.x, last[1]) or
    not axis_of.shows(panel.y, last[2]) then return end
  local x, y = canvas:at(panel, last)
  local column = math.min(x // canvas.across, canvas.width - 1)
  local row = math.min(math.max(y // canvas.down, 0), canvas.height - 1)
  while column > 0 and (canvas:cell(column, row) or {}).letter do
    column = column - 1
  end
  local cell = canvas:cell(column, row)
  if not cell then return end
  cell.mark, cell.letter, cell.color = letter, true, series.color
end

local function draw_curves(canvas, panel, legend)
  draw_references(canvas, panel)
  for _, series in ipairs(panel.series) do
    local letter = letter_of(legend, series)
    draw_path(canvas, panel, series.theory, series.color, ".",
      canvas.ascii and 1 or 3)
    if series.alone then
      draw_bars(canvas, panel, series, letter)
    else
      draw_path(canvas, panel, series.points, series.color, letter)
    end
  end
  for _, series in ipairs(panel.series) do
    put_letter(canvas, panel, series, letter_of(legend, series))
  end
end

-- --- heat maps --------------------------------------------------------------

local shades = { ascii = { ".", ":", "-", "=", "+", "*", "#", "%", "@" },
  blocks = { "·", "░", "▒", "▓", "█" } }

local function draw_heat(canvas, panel)
  local ramp = canvas.ascii and shades.ascii or shades.blocks
  local scale = panel.diverging and palette.diverging or palette.scale
  local function column_of(x)
    return math.floor(axis_of.share_of(panel.x, x) * canvas.width + 0.5)
  end
  local function row_of(y)
    return math.floor((1 - axis_of.share_of(panel.y, y)) * canvas.height + 0.5)
  end
  for _, cell in ipairs(panel.cells) do
    local t = math.max(0, math.min(1, axis_of.share_of(panel.z, cell[5])))
    local mark = ramp[math.min(#ramp, math.floor(t * #ramp) + 1)]
    for row = row_of(cell[4]), math.max(row_of(cell[3]) - 1,
      row_of(cell[4])) do
      for column = column_of(cell[1]), math.max(column_of(cell[2]) - 1,
        column_of(cell[1])) do
        local at = canvas:cell(column, row)
        if at then at.mark, at.color = mark, palette.at(scale, t) end
      end
    end
  end
  for _, point in ipairs(panel.curve) do
    local x, y = canvas:at(panel, point)
    local at = canvas:cell(x // canvas.across, y // canvas.down)
    if at then at.mark, at.color = "o", nil end
  end
  return ("%s: %s %s to %s %s"):format(text.clean(panel.zlabel), ramp[1],
    tick_text(panel.z, 0), tick_text(panel.z, 1), ramp[#ramp])
end

-- --- panels -----------------------------------------------------------------

-- The texts left of the rows: ticks at the top, the middle and the bottom.
local function y_labels(panel, height)
  local labels, width = {}, 0
  for _, t in ipairs { 1, 0.5, 0 } do
    local row = math.floor((1 - t) * (height - 1) + 0.5)
    labels[row] = text.fit(text.clean(tick_text(panel.y, t)), 14)
      :gsub("%s+$", "")
    width = math.max(width, text.width(labels[row]))
  end
  return labels, width
end

local function x_labels(panel, width)
  local left = text.clean(tick_text(panel.x, panel.x.names and
    0.5 / #panel.x.names or 0))
  local right = text.clean(tick_text(panel.x, panel.x.names and
    1 - 0.5 / #panel.x.names or 1))
  local middle = text.clean(panel.xlabel or "")
  local room = width - text.width(left) - text.width(right)
  if room < text.width(middle) + 2 then return text.fit(left, width) end
  local before = (room - text.width(middle)) // 2
  return left .. (" "):rep(before) .. middle ..
    (" "):rep(room - before - text.width(middle)) .. right
end

local function legend_text(legend, how)
  local parts = {}
  for i, entry in ipairs(legend) do
    local mark = entry.theory and (how.ascii and "..." or "⠢⠢") or
      letters:sub(i, i)
    if how.colors and not entry.theory then
      mark = paint(entry.color, mark)
    end
    parts[#parts + 1] = mark .. " " .. text.clean(entry.label)
  end
  return parts
end

-- Words in lines of at most `width` characters.
local function wrap(lines, parts, width, gap)
  local line, used = {}, 0
  for _, part in ipairs(parts) do
    local size = text.width((part:gsub("\27%[[%d;]*m", ""))) + #gap
    if used > 0 and used + size > width then
      lines[#lines + 1] = table.concat(line, gap)
      line, used = {}, 0
    end
    line[#line + 1], used = part, used + size
  end
  if #line > 0 then lines[#lines + 1] = table.concat(line, gap) end
end

local function draw_panel(lines, panel, legend, how)
  legend = panel.legend or legend
  local labels, left = y_labels(panel, how.height)
  local width = math.max(8, how.width - left - 3)
  local canvas = new_canvas(width, how.height, how.ascii)
  local note
  if panel.kind == "heat" then
    note = draw_heat(canvas, panel)
  else
    draw_curves(canvas, panel, legend)
  end
  local side, corner, base = "│", "└", "─"
  if how.ascii then side, corner, base = "|", "+", "-" end
  lines[#lines + 1] = ("%s%s"):format(text.clean(panel.ylabel or ""),
    (panel.title or "") ~= "" and "   " .. text.clean(panel.title) or "")
  for row = 0, how.height - 1 do
    lines[#lines + 1] = text.fit(labels[row] or "", left, true) .. " " ..
      side .. canvas:row(row, how.colors):gsub(" +$", "")
  end
  lines[#lines + 1] = (" "):rep(left + 1) .. corner .. base:rep(width)
  lines[#lines + 1] = (" "):rep(left + 2) .. x_labels(panel, width)
  lines[#lines + 1] = note
  if panel.legend then
    wrap(lines, legend_text(panel.legend, how), how.width, "   ")
  end
end

-- Columns of the terminal that stdout is, or COLUMNS, or 80.
local function columns()
  local given = tonumber(os.getenv "COLUMNS" or "")
  return core.file.columns(1) or given or 80
end

-- A figure as lines of text. how: ascii, colors; width, by default the
-- terminal's; height of a panel in lines.
function terminal.draw(figure, how)
  local width = math.max(24, math.min(200, how.width or columns()))
  local part = { ascii = how.ascii, colors = how.colors, width = width,
    height = math.max(3, how.height or math.min(20, width // 5)) }
  local lines = {}
  if figure.title then lines[1] = text.clean(figure.title) end
  for _, panel in ipairs(figure.panels) do
    draw_panel(lines, panel, figure.legend, part)
  end
  wrap(lines, legend_text(figure.legend, part), width, "   ")
  if figure.bare_caption then
    local words = {}
    for word in text.clean(figure.bare_caption):gmatch "%S+" do
      words[#words + 1] = word
    end
    wrap(lines, words, width, " ")
  end
  return table.concat(lines, "\n") .. "\n"
end

return terminal
