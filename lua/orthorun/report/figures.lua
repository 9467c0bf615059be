-- figures: the plots of a page. Each panel is an SVG of its own, so that panels
-- stand in rows where there is room and below one another where there is not;
-- title, legend and caption are text.
local colors = require "orthorun.report.colors"
local inline = require "orthorun.report.svg"
local markup = require "orthorun.plot.markup"
local palette = require "orthorun.plot.palette"
local terminal = require "orthorun.plot.terminal"
local text = require "orthorun.base.text"

local figures = {}

-- --- legends ----------------------------------------------------------------

-- Marks in the order of gnuplot's (plot.words): disc, square, triangle, diamond, the
-- other triangle, star, cross.
local marks = { '<circle cx="14" cy="6" r="3.6"%s/>',
  '<rect x="10.6" y="2.6" width="6.8" height="6.8"%s/>',
  '<path d="M14 1.6L18.2 9H9.8z"%s/>', '<path d="M14 1.4L18.6 6 14 10.6 9.4 6z"%s/>',
  '<path d="M14 10.4L9.8 3h8.4z"%s/>',
  '<path d="M10.6 2.6l6.8 6.8m0-6.8l-6.8 6.8M14 1.6v8.8M9.6 6h8.8"%s/>',
  '<path d="M10.6 2.6l6.8 6.8m0-6.8l-6.8 6.8"%s/>' }

local function sample(entry)
  local hex = entry.theory and palette.theory or palette.color(entry.color):lower()
  local line = ('<path d="M0 6h28" fill="none" stroke="#%s" stroke-width="%s"%s/>')
    :format(hex, entry.theory and "1.6" or "2.4", entry.theory and
    (' stroke-dasharray="%s"'):format(palette.dash(entry.dash)) or "")
  local mark = ""
  if entry.marks or entry.alone then
    mark = marks[((entry.mark or 1) - 1) % #marks + 1]:format(
      (' color="#%s" fill="currentColor" stroke="#%s"'):format(hex, hex))
  end
  return ('<svg width="28" height="12" viewBox="0 0 28 12" aria-hidden="true">' ..
    "%s%s</svg>"):format(entry.alone and "" or line, mark)
end

-- The legend's entries for some panels, in the figure's order.
local function entries_of(figure, panels)
  local shown, theory = {}, false
  for _, panel in ipairs(panels) do
    for _, series in ipairs(panel.series) do
      shown[series.label] = shown[series.label] or not series.only_theory
      theory = theory or #series.theory > 0
    end
  end
  local list = {}
  local own = #panels == 1 and panels[1].legend
  for _, entry in ipairs(own or figure.legend) do
    if entry.theory and theory or not entry.theory and shown[entry.label] then
      list[#list + 1] = entry
    end
  end
  return list
end

local function legend_html(entries)
  if #entries == 0 then return "" end
  local parts = {}
  for i, entry in ipairs(entries) do
    parts[i] = ("<li>%s%s</li>"):format(sample(entry),
      markup.html(entry.label))
  end
  return ('<ul class="legend">%s</ul>\n'):format(table.concat(parts))
end

-- Does one legend do for all panels? It does where a panel has all entries, and
-- every other some of them: one without a legend may use the colours otherwise.
local function is_shared(figure)
  local most = 0
  for _, panel in ipairs(figure.panels) do
    local count = #entries_of(figure, { panel })
    if count == 0 then return false end
    most = math.max(most, count)
  end
  return most == #figure.legend
end

-- --- panels -----------------------------------------------------------------

-- The entries of a legend that are theory's, or the others.
local function part_of(legend, theory)
  local list = {}
  for _, entry in ipairs(legend) do
    if (entry.theory or false) == theory then list[#list + 1] = entry end
  end
  return list
end

-- A figure of one panel alone; its legend, which names at the curves need room
-- for, stands beside it.
local function lone(figure, panel)
  if panel.legend then -- which stands below it as text here
    panel = setmetatable({ legend = false }, { __index = panel })
  end
  return { panels = { panel }, direct = figure.direct,
    legend = figure.direct and part_of(figure.legend, false) or {},
    panel_size = { 380, 290 } }
end

-- The panels as HTML, those of figure `number`; nil where gnuplot draws none.
local function panels_html(figure, number, svgs, shared)
  local parts = {}
  for k, panel in ipairs(figure.panels) do
    local svg = inline.svg(lone(figure, panel), ("%d_%d"):format(number, k))
    if not svg then return nil end
    local legend = shared and "" or legend_html(entries_of(figure, { panel }))
    svgs[#svgs + 1], svgs[#svgs + 2] = svg, legend
    parts[k] = ('<div class="panel">%s%s</div>\n'):format(svg, legend)
  end
  return table.concat(parts)
end

local function class_of(count)
  return count == 1 and "panels one" or (count == 2 or count == 4) and
    "panels two" or "panels"
end

-- The figure as HTML; number tells the figures of a page apart. Its SVGs are
-- added to the array svgs.
function figures.html(figure, number, svgs)
  local shared = is_shared(figure) or figure.direct
  local panels = panels_html(figure, number, svgs, shared)
  if not panels then
    return ("<figure><pre>%s</pre></figure>\n"):format(text.escape(
      terminal.draw(figure, { width = 90 })))
  end
  local entries = figure.direct and part_of(figure.legend, true) or
    figure.legend
  local legend = shared and legend_html(entries) or ""
  svgs[#svgs + 1] = legend
  local out = { "<figure>\n" }
  if figure.title then
    out[#out + 1] = ("<h3>%s</h3>\n"):format(markup.prose(figure.title))
  end
  out[#out + 1] = ('<div class="%s">\n%s</div>\n%s'):format(
    class_of(#figure.panels), panels, legend)
  if figure.caption then
    out[#out + 1] = ("<figcaption>%s</figcaption>\n"):format(markup.prose(
      figure.caption))
  end
  out[#out + 1] = "</figure>\n"
  return table.concat(out)
end

-- The rules of CSS that these SVGs and legends need on a dark ground.
figures.dark_rules = colors.rules

return figures
