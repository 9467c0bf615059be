-- terminal: a figure as characters: braille dots, or plain ASCII. Curves carry
-- a letter at their ends, so that no colour is needed to tell them apart.
local axis_of = require "orthorun.plot.axis"
local canvas_of = require "orthorun.plot.canvas"
local letters_of = require "orthorun.plot.letters"
local output = require "orthorun.base.output"
local palette = require "orthorun.plot.palette"
local text = require "orthorun.base.text"
local ticks = require "orthorun.plot.ticks"

local terminal = {}

-- --- numbers ----------------------------------------------------------------

local raised = { ["-"] = "⁻", ["0"] = "⁰", ["1"] = "¹", ["2"] = "²", ["3"] = "³",
  ["4"] = "⁴", ["5"] = "⁵", ["6"] = "⁶", ["7"] = "⁷", ["8"] = "⁸", ["9"] = "⁹" }

-- A tick's label with its powers of ten: 10⁻³, or in ASCII 1e-3.
local function label_text(label, ascii)
  if ascii then
    return (label:gsub("×10%^{(.-)}", "e%1"):gsub("10%^{(.-)}", "1e%1"))
  end
  return (label:gsub("%^{(.-)}", function(power)
    return (power:gsub(".", raised))
  end))
end

-- " ×10⁻¹⁴" where an axis's labels leave that out.
local function factor_text(list, ascii)
  if not list.factor then return "" end
  return ascii and (" x1e%d"):format(list.factor) or
    label_text((" ×10^{%d}"):format(list.factor))
end

-- The end of a scale of colours, at 0 or 1 of it.
local function end_text(axis, t)
  local x = axis_of.value_at(axis, t)
  if math.abs(x) < (axis.log and 0 or axis.high - axis.low) * 1e-9 then x = 0 end
  return (axis.powers and "1e%.3g" or "%.3g"):format(x)
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

-- Theories' marks in ASCII, by their dashes; in braille these are every second to
-- fourth dot.
local dashes = { ".", "'", ",", ":" }

local function dash_mark(n) return dashes[(n - 1) % #dashes + 1] end

local function draw_curves(canvas, panel, legend)
  draw_references(canvas, panel)
  for _, series in ipairs(panel.series) do
    local letter = letter_of(legend, series)
    draw_path(canvas, panel, series.theory, not series.theory.shared and
      series.color or nil, dash_mark(series.dash),
      canvas.ascii and 1 or 2 + series.dash % 3)
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
    end_text(panel.z, 0), end_text(panel.z, 1), ramp[#ramp])
end

-- --- panels -----------------------------------------------------------------

local widest_name = 14

-- Ticks with the texts that stand at them, and their shares of the axis.
local function tick_texts(axis, length, size, ascii)
  local list, own = {}, axis
  if axis.names then
    own = setmetatable({ names = letters_of.short(axis.names,
      widest_name) },
      { __index = axis })
  end
  local made = ticks.of(own, length, size)
  for _, tick in ipairs(made) do
    if not tick.minor then
      list[#list + 1] = { at = axis_of.share_of(axis, tick.at), text = axis.names
        and tick.label or label_text(tick.label, ascii) }
    end
  end
  list.factor = made.factor
  return list
end

-- The texts left of the rows, by row, their width, and the factor of all.
local function y_labels(panel, height, ascii)
  local labels, width = {}, 0
  local list = tick_texts(panel.y, height - 1, function() return 1.9 end, ascii)
  for _, tick in ipairs(list) do
    local row = math.floor((1 - tick.at) * (height - 1) + 0.5)
    if not labels[row] then
      labels[row] = tick.text
      width = math.max(width, text.width(tick.text))
    end
  end
  return labels, width, factor_text(list, ascii)
end

-- The line of ticks below the frame and that of their texts, which begin `left`
-- columns before it; texts that would touch the one before are left out.
local function x_labels(panel, width, left, how)
  local line, texts, used = {}, (" "):rep(left), left - 1
  for i = 1, width do line[i] = how.ascii and "-" or "─" end
  local list = tick_texts(panel.x, width - 1, function(label)
    return text.width(label_text(label, how.ascii)) + 2
  end, how.ascii)
  for _, tick in ipairs(list) do
    local column = math.floor(tick.at * (width - 1) + 0.5)
    local size = text.width(tick.text)
    local from = math.min(left + column - size // 2, left + width - size)
    line[column + 1] = how.ascii and "+" or "┬"
    if from > used then
      texts = texts .. (" "):rep(from - text.width(texts)) .. tick.text
      used = from + size
    end
  end
  return table.concat(line), texts, factor_text(list, how.ascii)
end

-- What is measured along the axis, in the middle, its factor at the end.
local function x_title(panel, width, left, factor)
  local title = text.cut(text.clean(panel.xlabel or ""), width - #factor)
  local before = math.max(0, (width - text.width(title)) // 2)
  title = (" "):rep(left + before) .. title
  if factor == "" then return title end
  return title .. (" "):rep(left + width - text.width(title) -
    text.width(factor)) .. factor
end

-- The mark of a legend's entry: a curve's letter, how theories are drawn.
local function entry_mark(entry, i, how)
  if not entry.theory then
    local mark = letters:sub(i, i)
    return how.colors and canvas_of.paint(entry.color, mark) or mark
  elseif not how.ascii then
    return "⠢⠢"
  elseif #entry.dashes == 1 then
    return dash_mark(entry.dashes[1]):rep(3)
  end
  local marks = ""
  for _, dash in ipairs(entry.dashes) do
    if not marks:find(dash_mark(dash), 1, true) then
      marks = marks .. dash_mark(dash)
    end
  end
  return marks
end

local function legend_text(legend, how)
  local parts, labels = {}, {}
  for i, entry in ipairs(legend) do labels[i] = entry.label end
  labels = letters_of.short(labels, how.width - 6)
  for i, entry in ipairs(legend) do
    parts[i] = entry_mark(entry, i, how) .. " " .. labels[i]
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

-- The frame's rows with the texts left of them.
local function add_rows(lines, canvas, labels, left, how)
  for row = 0, how.height - 1 do
    local side = how.ascii and "|" or labels[row] and "┤" or "│"
    lines[#lines + 1] = text.fit(labels[row] or "", left, true) .. " " ..
      side .. canvas:row(row, how.colors):gsub(" +$", "")
  end
end

local function draw_panel(lines, panel, legend, how)
  legend = panel.legend or legend
  local labels, left, factor = y_labels(panel, how.height, how.ascii)
  local width = math.max(8, how.width - left - 3)
  local canvas = canvas_of.new(width, how.height, how.ascii)
  local note
  if panel.kind == "heat" then
    note = draw_heat(canvas, panel)
  else
    draw_curves(canvas, panel, legend)
  end
  lines[#lines + 1] = ("%s%s%s"):format(text.clean(panel.ylabel or ""), factor,
    (panel.title or "") ~= "" and "   " .. text.clean(panel.title) or "")
  add_rows(lines, canvas, labels, left, how)
  local base, texts, more = x_labels(panel, width, left + 2, how)
  lines[#lines + 1] = (" "):rep(left + 1) .. (how.ascii and "+" or "└") .. base
  lines[#lines + 1] = texts
  lines[#lines + 1] = x_title(panel, width, left + 2, more)
  lines[#lines + 1] = note
  if panel.legend then
    wrap(lines, legend_text(panel.legend, how), how.width, "   ")
  end
end

-- A figure as lines of text. how: ascii, colors; width, by default the
-- terminal's; height of a panel in lines.
function terminal.draw(figure, how)
  local width = math.max(24, math.min(200, how.width or output.columns()))
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
