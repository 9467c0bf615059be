-- layout: how a figure is cut up, in pixels: panels and their frames, ticks, the
-- lines of titles and captions, legends. Draws nothing.
local core = require "orthorun.core"
local legend_of = require "orthorun.plot.legend"
local letters = require "orthorun.plot.letters"
local ticks = require "orthorun.plot.ticks"

local layout = {}

-- Fonts of titles, labels, ticks.
layout.fonts = { title = 13, panel = 12, label = 12, tick = 10, caption = 9,
  legend = 12, own_legend = 10 }
local fonts = layout.fonts

local sizes = { right = 16, top = 10, panel_line = 18, factor = 15, bottom = 46,
  title = 12, title_line = 18, caption_line = 14, scale = 84, tick = 13,
  label = 20, edge = 6, names = 8 }

-- {most panels, columns, width and height of a panel}
local grids = { { 1, 1, 580, 390 }, { 3, 3, 400, 320 }, { 4, 2, 440, 320 },
  { 6, 3, 400, 320 }, { 12, 4, 320, 260 },
  { math.huge, 6, 260, 210 } }

local function grid_for(n)
  for _, grid in ipairs(grids) do
    if n <= grid[1] then return grid end
  end
end

-- --- margins ----------------------------------------------------------------

local function widest_of(list, size)
  local widest = 0
  for _, text in ipairs(list) do
    widest = math.max(widest, letters.width(text, size))
  end
  return widest
end

-- Room for the names of places below the axis, and whether they stand upright.
local function set_names(at, panels)
  local most, upright = 0, false
  for _, panel in ipairs(panels) do
    local list = letters.short(panel.x.names or {})
    local widest = widest_of(list, fonts.tick)
    local frame = at.panel_width - at.left - at.right
    if #list * (widest + 10) > frame then
      upright = true
      most = math.max(most, widest_of(list, sizes.names))
    end
  end
  at.upright, at.names = upright, upright and math.ceil(most) or 0
end

-- Room right of the panels: for the colours of heat maps, and for names there.
local function right_margin(figure)
  local right = sizes.right
  for _, panel in ipairs(figure.panels) do
    if panel.kind == "heat" then right = sizes.right + sizes.scale end
  end
  if not figure.direct then return right end
  local list = {}
  for i, entry in ipairs(figure.legend) do list[i] = entry.label end
  return right + math.ceil(8 + widest_of(letters.short(list), fonts.tick))
end

-- The entries that need a legend: all, or where names stand at the curves
-- only theory.
function layout.legend(figure)
  if not figure.direct then return figure.legend end
  local list = {}
  for _, entry in ipairs(figure.legend) do
    if entry.theory then list[#list + 1] = entry end
  end
  return list
end

-- --- ticks ------------------------------------------------------------------

local function tick_width(label) return letters.width(label, fonts.tick) + 14 end
local function tick_height() return 24 end

-- The labels of an axis of names, short enough for ticks.
local function named(axis)
  if not axis.names then return axis end
  return setmetatable({ names = letters.short(axis.names) }, { __index = axis })
end

local function labels_of(list)
  local labels = {}
  for _, tick in ipairs(list) do labels[#labels + 1] = tick.label end
  return labels
end

local function add_y_ticks(at, panels)
  local height = at.panel_height - at.top - at.bottom - at.names
  local left = 30
  for k, panel in ipairs(panels) do
    local own = { y = ticks.of(named(panel.y), height, tick_height) }
    if panel.kind == "heat" then
      own.cb = ticks.of(panel.z, height, tick_height)
    end
    left = math.max(left, widest_of(labels_of(own.y), fonts.tick))
    at.panels[k].ticks = own
  end
  return math.ceil(left) + sizes.tick + sizes.label + sizes.edge
end

local function add_x_ticks(at, panels)
  local width = at.panel_width - at.left - at.right
  for k, panel in ipairs(panels) do
    at.panels[k].ticks.x = ticks.of(named(panel.x), width, tick_width)
  end
end

-- --- titles and legends -----------------------------------------------------

local function add_titles(at, panels)
  local most, factor = 0, false
  for k, panel in ipairs(panels) do
    local title = panel.title or ""
    local lines = title ~= "" and letters.wrap(title, at.panel_width - 12,
      fonts.panel) or {}
    at.panels[k].title = lines
    most = math.max(most, #lines)
    for _, axis in ipairs { panel.y, panel.z } do
      factor = factor or ticks.of(named(axis), 200, tick_height).factor ~= nil
    end
  end
  at.top = sizes.top + most * sizes.panel_line +
    (factor and sizes.factor or 0)
end

-- The legends of panels, below each, and the room of each row of panels for them.
local function add_own_legends(at, panels)
  for k, panel in ipairs(panels) do
    local row = (k - 1) // at.columns + 1
    local cells, height = legend_of.place(panel.legend or {},
      at.panel_width - at.left - sizes.edge, fonts.own_legend)
    at.panels[k].legend = cells
    at.extra[row] = math.max(at.extra[row] or 0, height)
  end
end

-- --- all of it --------------------------------------------------------------

-- Room that a panel's frame needs at least.
local least = 40

-- Panels of such a size that the figure has the one that was asked for.
local function fit(at, size)
  local extra = 0
  for _, height in ipairs(at.extra) do extra = extra + height end
  at.panel_width = size[1] // at.columns
  at.panel_height = (size[2] - at.above - at.below - extra) // at.rows
  if at.panel_width - at.left - at.right < least or at.panel_height - at.top -
    at.bottom - at.names < least then
    core.fail(("plot: size = {%d, %d} leaves no room for %d panel%s and what " ..
      "stands around"):format(size[1], size[2], at.columns * at.rows,
      at.columns * at.rows == 1 and "" or "s"))
  end
end

local function panel_size(figure, at)
  local _, _, width, height = table.unpack(grid_for(#figure.panels))
  if figure.panel_size then -- as a page wants it
    width, height = table.unpack(figure.panel_size)
  end
  at.panel_width = figure.size and figure.size[1] // at.columns or
    width + at.right - sizes.right
  at.panel_height = height
end

-- What stands above and below all panels.
local function add_surroundings(figure, at)
  local width = figure.size and figure.size[1] or at.columns * at.panel_width
  at.width = width
  at.title = figure.title and letters.wrap(figure.title, width - 20,
    fonts.title) or {}
  at.caption = figure.caption and letters.wrap(figure.caption, width - 20,
    fonts.caption) or {}
  at.legend, at.legend_height = legend_of.place(layout.legend(figure),
    width - 20, fonts.legend)
  at.above = #at.title > 0 and sizes.title + #at.title * sizes.title_line or 0
  at.below = at.legend_height + #at.caption * sizes.caption_line + 8
end

local function add_rows(at)
  at.tops = {}
  local y = at.above
  for row = 1, at.rows do
    at.tops[row] = y
    y = y + at.panel_height + (at.extra[row] or 0)
  end
  at.height = math.floor(y + at.below)
end

-- How the figure is cut up: columns, rows, width, height, margins of panels (left,
-- right, top, bottom), the tops of rows of panels; title and caption (lines);
-- legend (cells); panels (ticks, title, legend of each).
function layout.of(figure)
  local panels = figure.panels
  local columns = math.min(#panels, grid_for(#panels)[2])
  local at = { columns = columns, rows = (#panels + columns - 1) // columns,
    right = right_margin(figure), bottom = sizes.bottom, panels = {}, extra = {},
    left = 82, names = 0 }
  for k in ipairs(panels) do at.panels[k] = {} end
  panel_size(figure, at)
  add_titles(at, panels)
  set_names(at, panels)
  if not figure.size then at.panel_height = at.panel_height + at.names end
  at.left = add_y_ticks(at, panels)
  if not (figure.size or figure.panel_size) then
    at.panel_width = at.panel_width + math.max(0, at.left - 82)
  end
  add_own_legends(at, panels)
  add_surroundings(figure, at)
  if figure.size then
    fit(at, figure.size)
    at.left = add_y_ticks(at, panels)
  end
  add_x_ticks(at, panels)
  add_rows(at)
  if figure.size then at.height = figure.size[2] end
  return at
end

-- The sides of panel k's frame in pixels: left, right, top, bottom.
function layout.frame(at, k)
  local column, row = (k - 1) % at.columns, (k - 1) // at.columns
  local x, y = column * at.panel_width, at.tops[row + 1]
  return x + at.left, x + at.panel_width - at.right, y + at.top,
    y + at.panel_height - at.bottom - at.names
end

-- Where panel k's own legend begins: its left and upper end.
function layout.legend_place(at, k)
  local column, row = (k - 1) % at.columns, (k - 1) // at.columns
  return column * at.panel_width + at.left, at.tops[row + 1] + at.panel_height
end

-- Does the panel left of k have the same axes and label?
function layout.is_repeated(figure, at, k)
  local panel, before = figure.panels[k], figure.panels[k - 1]
  return (k - 1) % at.columns > 0 and panel.shared ~= nil and
    before.shared == panel.shared and before.ylabel == panel.ylabel
end

return layout
