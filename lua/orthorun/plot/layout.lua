-- layout: how a figure is cut up, in pixels: panels, their frames, and the room
-- for labels, names and legend.
local core = require "orthorun.core"
local plain = require "orthorun.base.text"

local layout = {}

local sizes = { lone_width = 580, lone_height = 390, left = 82, right = 16,
  top = 34, bottom = 56, title = 30, legend_row = 22, caption = 20,
  scale = 84, name = 6.5 }

-- {most panels, columns, width and height of a panel}
local grids = { { 1, 1, 580, 390 }, { 3, 3, 400, 320 }, { 4, 2, 440, 320 },
  { 6, 3, 400, 320 }, { 12, 4, 320, 260 },
  { math.huge, 6, 260, 210 } }

local function grid_for(n)
  for _, grid in ipairs(grids) do
    if n <= grid[1] then return grid end
  end
end

-- Room for tick labels like 1.5×10^{-14}, which short logarithmic axes get.
local function left_margin(figure)
  for _, panel in ipairs(figure.panels) do
    local y = panel.y
    local short = y.log and y.high / y.low < 99 and
      (y.low < 1e-3 or y.high >= 1e5) or
      y.powers and y.high - y.low < 2 and (y.low < -3 or y.high >= 5)
    if short then
      return sizes.left + 24
    end
  end
  return sizes.left
end

-- Room below and right of the panels: for names of places, which stand
-- upright where they are many, and for the colours of heat maps.
local function extra_room(figure)
  local below, right = 0, 0
  for _, panel in ipairs(figure.panels) do
    if panel.kind == "heat" then right = sizes.scale end
    local longest, list = 0, panel.x.names or {}
    for _, name in ipairs(list) do
      longest = math.max(longest, math.min(24, utf8.len(name) or #name))
    end
    if #list * longest > 50 then
      below = math.max(below, math.ceil(longest * sizes.name - 10))
    end
    for _, name in ipairs(panel.y.names or {}) do
      right = math.max(right, sizes.scale)
      longest = math.max(longest, math.min(24, utf8.len(name) or #name))
    end
  end
  if figure.direct then
    local longest = 0
    for _, entry in ipairs(figure.legend) do
      longest = math.max(longest, plain.width(entry.label))
    end
    right = right + math.ceil(8 + longest * sizes.name)
  end
  return below, right
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

local function legend_rows(entries, width)
  local letters = 0
  for _, entry in ipairs(entries) do
    letters = math.max(letters, utf8.len(entry.label) or #entry.label)
  end
  local per_row = math.max(1, width // (letters * 8 + 70))
  return per_row, math.ceil(#entries / per_row)
end

-- Room that a panel's frame needs at least.
local least = 40

-- Panels of such a size that the figure has the one that was asked for.
local function fit(at, size)
  at.width, at.height = size[1], size[2]
  at.panel_width = at.width // at.columns
  at.panel_height = (at.height - at.above - at.below) // at.rows
  if at.panel_width - at.left - at.right < least or
    at.panel_height - sizes.top - at.bottom < least then
    core.fail(("plot: size = {%d, %d} leaves no room for %d panel%s and what " ..
      "stands around"):format(size[1], size[2], at.columns * at.rows,
      at.columns * at.rows == 1 and "" or "s"))
  end
  return at
end

-- How the figure is cut up, in pixels: columns, rows, and heights.
function layout.of(figure)
  local n = #figure.panels
  local _, columns, panel_width, panel_height = table.unpack(grid_for(n))
  columns = math.min(n, columns)
  if figure.panel_size then -- as a page wants it
    panel_width, panel_height = table.unpack(figure.panel_size)
  end
  local more_below, more_right = extra_room(figure)
  panel_width, panel_height = panel_width + more_right,
    panel_height + more_below
  local rows = (n + columns - 1) // columns
  local width = figure.size and figure.size[1] or columns * panel_width
  local per_row, legend = legend_rows(layout.legend(figure), width)
  legend = legend * sizes.legend_row
  local above = figure.title and sizes.title or 0
  local below = legend + (figure.caption and sizes.caption or 0) + 6
  local at = { columns = columns, rows = rows, width = width, above = above,
    below = below, legend = legend, per_row = per_row,
    left = left_margin(figure), right = sizes.right + more_right,
    bottom = sizes.bottom + more_below, panel_width = panel_width,
    panel_height = panel_height, upright = more_below > 0,
    height = math.floor(above + below + rows * panel_height) }
  return figure.size and fit(at, figure.size) or at
end

-- The sides of panel k's frame in pixels: left, right, top, bottom.
function layout.frame(at, k)
  local column, row = (k - 1) % at.columns, (k - 1) // at.columns
  local x, y = column * at.panel_width, at.above + row * at.panel_height
  return x + at.left, x + at.panel_width - at.right, y + sizes.top,
    y + at.panel_height - at.bottom
end

return layout
