-- svg: a figure as SVG inside a page: what gnuplot draws, without its
-- background, and over it places that tell their values under the mouse.
local axis_of = require "orthorun.plot.axis"
local colors = require "orthorun.report.colors"
local gnuplot = require "orthorun.plot.gnuplot"
local text = require "orthorun.base.text"

local inline = {}

-- More places than this in a figure are thinned out.
local most_places = 2500

local function shown(axis, x)
  if axis.names then return text.clean(axis.names[math.floor(x + 0.5)] or "") end
  return (axis.powers and "10^" or "") .. ("%.5g"):format(x)
end

-- A function that gives the pixels of a place in a panel.
local function placing(panel, frame)
  local left, right, top, bottom = table.unpack(frame)
  return function(x, y)
    return left + axis_of.share_of(panel.x, x) * (right - left),
      bottom - axis_of.share_of(panel.y, y) * (bottom - top)
  end
end

-- The points that the axes show.
local function inside(panel, points)
  local kept = {}
  for _, point in ipairs(points) do
    if axis_of.shows(panel.x, point[1]) and axis_of.shows(panel.y, point[2]) then
      kept[#kept + 1] = point
    end
  end
  return kept
end

local function point_places(list, panel, place)
  for _, series in ipairs(panel.series) do
    for _, point in ipairs(series.histogram and {} or
      inside(panel, series.points)) do
      local px, py = place(point[1], point[2])
      local note = ("%s\n%s = %s\n%s = %s"):format(text.clean(series.label),
        text.clean(panel.xlabel), shown(panel.x, point[1]),
        text.clean(panel.ylabel), shown(panel.y, point[2]))
      if point[3] < point[4] then
        note = note .. (" (%s to %s)"):format(shown(panel.y, point[3]),
          shown(panel.y, point[4]))
      end
      list[#list + 1] = ('<circle cx="%.1f" cy="%.1f" r="5"><title>%s' ..
        "</title></circle>"):format(px, py, text.escape(note))
    end
  end
end

-- A histogram's bins: the outline has two points at the top of each.
local function bin_places(list, panel, place)
  for _, series in ipairs(panel.series) do
    local points = series.histogram and series.points or {}
    for i = 2, #points - 2, 2 do
      local x1, y1 = place(points[i][1], points[i][2])
      local x2, y2 = place(points[i + 1][1], points[i][3])
      list[#list + 1] = ('<rect x="%.1f" y="%.1f" width="%.1f" height=' ..
        '"%.1f"><title>%s</title></rect>'):format(x1, y1, x2 - x1,
        math.max(1, y2 - y1), text.escape(("%s\n%s to %s: %.5g"):format(
        text.clean(series.label), shown(panel.x, points[i][1]),
        shown(panel.x, points[i + 1][1]), points[i][2])))
    end
  end
end

local function cell_places(list, panel, place)
  for _, cell in ipairs(panel.cells or {}) do
    local x1, y1 = place(cell[1], cell[4])
    local x2, y2 = place(cell[2], cell[3])
    list[#list + 1] = ('<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f">' ..
      "<title>%s</title></rect>"):format(x1, y1, x2 - x1, y2 - y1,
      text.escape(("%s %s to %s\n%s %s to %s\n%s = %s"):format(
      text.clean(panel.xlabel), shown(panel.x, cell[1]),
      shown(panel.x, cell[2]), text.clean(panel.ylabel),
      shown(panel.y, cell[3]), shown(panel.y, cell[4]),
      text.clean(panel.zlabel), shown(panel.z, cell[5]))))
  end
end

local function places_of(figure)
  local _, _, frames = gnuplot.layout(figure)
  local list = {}
  for k, panel in ipairs(figure.panels) do
    local place = placing(panel, frames[k])
    point_places(list, panel, place)
    bin_places(list, panel, place)
    cell_places(list, panel, place)
  end
  local step, kept = math.ceil(#list / most_places), {}
  for i = 1, #list, math.max(1, step) do kept[#kept + 1] = list[i] end
  return kept
end

-- gnuplot's SVG without what a page has already: prologue, background,
-- titles of its own, names that other figures have, too.
local function strip(svg, number)
  svg = svg:gsub("^.-<svg", "<svg", 1)
    :gsub('<rect x="0" y="0"[^>]*fill="#ffffff"/>', "", 1)
    :gsub("<filter.-</filter>", ""):gsub("<title>.-</title>", "")
    :gsub("<desc>.-</desc>", "")
    :gsub("(['#])gp([PD]%a+%d*)'", ("%%1f%sgp%%2'"):format(number))
    :gsub(' id="gnuplot_[%w_]*"', "")
    :gsub('width="(%d+)" height="(%d+)"', 'role="img"', 1)
    :gsub("<g [^>]*>%s*</g>", "")
  return colors.plain((svg:gsub("[ \t]*\n[ \t]*", "\n"):gsub("\n+", "\n")))
end

-- The figure as an <svg> element; number, a text, tells figures of a page
-- apart. nil and a message where gnuplot does not draw it.
function inline.svg(figure, number)
  local svg, message = gnuplot.draw(figure, "svg")
  if not svg then return nil, message end
  local over = '<g class="places">\n' .. table.concat(places_of(figure), "\n")
    .. "\n</g>\n</svg>"
  svg = strip(svg, number)
  local last = svg:find "</svg>%s*$"
  return svg:sub(1, last - 1) .. over, gnuplot.layout(figure)
end

return inline
