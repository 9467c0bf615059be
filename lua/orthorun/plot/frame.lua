-- frame: what stands around a panel's curves, and over them, as gnuplot's commands:
-- axes with their ticks, titles and labels, names at curves' ends, reference lines.
local axis_of = require "orthorun.plot.axis"
local csv = require "orthorun.base.csv"
local layout = require "orthorun.plot.layout"
local letters = require "orthorun.plot.letters"
local marked = require "orthorun.plot.markup".quoted
local palette = require "orthorun.plot.palette"
local words = require "orthorun.plot.words"

local frame = {}
local fonts = layout.fonts

-- --- axes -------------------------------------------------------------------

-- A tick's label, with a minus where numbers have one.
local function tick_label(tick, names)
  return marked(names and tick.label or (tick.label:gsub("-", "−")))
end

-- The commands for one axis ("x", "y" or "cb") with these ticks.
function frame.axis(lines, name, axis, list, more)
  local parts = {}
  for i, tick in ipairs(list) do
    parts[i] = ("%s %s%s"):format(tick.minor and "''" or
      tick_label(tick, axis.names), csv.number(tick.at), tick.minor and " 1" or "")
  end
  lines[#lines + 1] = (axis.log and "set logscale " or "unset logscale ") .. name
  lines[#lines + 1] = ("set %srange [%s:%s]"):format(name, csv.number(axis.low),
    csv.number(axis.high))
  lines[#lines + 1] = ("set %stics %s (%s)"):format(name, more,
    table.concat(parts, ", "))
end

-- The power of ten that an axis's labels leave out, once, at its end.
local function put_factor(lines, number, list, x, y, at, side)
  if not list.factor then return end
  words.put(lines, number, ("×10^{%d}"):format(list.factor):gsub("-", "−"), x,
    y, at, side .. " " .. words.font(fonts.tick, "222222"))
end

local function widest_label(list)
  local widest = 0
  for _, tick in ipairs(list) do
    widest = math.max(widest, tick.label and letters.width(tick.label,
      fonts.tick) or 0)
  end
  return widest
end

local function add_labels(lines, figure, at, k)
  local panel, own = figure.panels[k], at.panels[k].ticks
  local left, right, top, bottom = layout.frame(at, k)
  local below = bottom + (at.upright and panel.x.names and at.names + 22 or 33)
  if (panel.xlabel or "") ~= "" then
    words.put(lines, 4, panel.xlabel, (left + right) / 2, below, at, "center " ..
      words.font(fonts.label))
  end
  if (panel.ylabel or "") ~= "" and not layout.is_repeated(figure, at, k) then
    words.put(lines, 5, panel.ylabel, left - widest_label(own.y) - 26,
      (top + bottom) / 2, at, "center rotate by 90 " .. words.font(fonts.label))
  end
  put_factor(lines, 6, own.y, left - 8, top - 11, at, "left")
  put_factor(lines, 7, own.x, right, below, at, "right")
  if own.cb then put_factor(lines, 8, own.cb, right + 8, top - 11, at, "left") end
end

-- The axes, their labels, and the title.
function frame.add(lines, figure, at, k)
  local panel, own = figure.panels[k], at.panels[k]
  local left, right, top = layout.frame(at, k)
  local turned = at.upright and panel.x.names
  frame.axis(lines, "x", panel.x, own.ticks.x, ("enhanced %s font ',%d'"):format(
    turned and "rotate by -90 left offset 0,0" or
    "norotate autojustify offset 0,0.3", turned and 8 or fonts.tick))
  frame.axis(lines, "y", panel.y, own.ticks.y, ("enhanced norotate " ..
    "autojustify offset 0.6,0 font ',%d'"):format(fonts.tick))
  add_labels(lines, figure, at, k)
  local factor = own.ticks.y.factor or own.ticks.cb and own.ticks.cb.factor
  words.put_lines(lines, 21, own.title, (left + right) / 2, top -
    (factor and 14 or 0) - 12 - (#own.title - 1) * 18, at, "center " ..
    words.font(fonts.panel), 18)
end

-- --- names at the curves ----------------------------------------------------

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
function frame.add_names(lines, panel, at, k)
  local list = label_places(panel, layout.frame(at, k))
  local names = {}
  for i, label in ipairs(list) do names[i] = label.series.label end
  names = letters.short(names)
  for i, label in ipairs(list) do
    words.put(lines, i + 100, names[i], label.x + 6, label.y, at, "left " ..
      words.font(fonts.tick, palette.color(label.series.color)))
  end
end

-- --- reference lines --------------------------------------------------------

-- Across the frame, each with its text above it (beside it, of upright ones).
function frame.add_references(lines, panel)
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

return frame
