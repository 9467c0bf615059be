-- html: a result as HTML for front-ends that are pages: matrices, networks and
-- tables of results as tables, as much of them as display shows, or a little
-- more. nil for all else, whose text will do.
local display = require "orthorun.prompt.display"
local escape = require "orthorun.base.text".escape
local render = require "orthorun.table.render"
local concat = table.concat
local format, gmatch, gsub, match = string.format, string.gmatch, string.gsub,
  string.match
local ipairs, min, tostring, type = ipairs, math.min, tostring, type

local html = {}

local most_rows, most_cols, most_layers = 30, 30, 60

local function tag(name, inner) return format("<%s>%s</%s>", name, inner, name) end

local function cells(texts, name)
  local parts = {}
  for k, text in ipairs(texts) do
    parts[k] = tag(name or "td", escape(display.tame(text)))
  end
  return parts
end

-- rows: arrays of cells that are HTML already; head: one of them, or nil.
local function table_of(rows, head)
  local lines = { "<table>" }
  if head then
    lines[2] = "<thead>" .. tag("tr", concat(head)) .. "</thead>"
  end
  lines[#lines + 1] = "<tbody>"
  for _, row in ipairs(rows) do lines[#lines + 1] = tag("tr", concat(row)) end
  lines[#lines + 1] = "</tbody></table>"
  return concat(lines, "\n")
end

-- A line above a table or below it; nil where there is nothing to say.
local function note(text) return text and tag("div", escape(text)) end

-- Those of three parts that are there.
local function stack(above, body, below)
  return tag("div", concat({ above or "", body or "", below or "" }, "\n"))
end

-- --- classes ---------------------------------------------------------------

local function matrix(A)
  if A:exponent() ~= 0 then return nil end -- one line says it
  local columns, shown_rows = display.corner_texts(A)
  local rows, more = {}, #columns < A:cols()
  for i = 1, shown_rows do
    local texts = {}
    for j, column in ipairs(columns) do texts[j] = column[i] end
    rows[i] = cells(texts)
    if more then rows[i][#texts + 1] = "<td>⋯</td>" end
  end
  if shown_rows < A:rows() then
    local dots = {}
    for j = 1, #columns + (more and 1 or 0) do dots[j] = "<td>⋮</td>" end
    rows[#rows + 1] = dots
  end
  return stack("<div>" .. tag("b", escape(display.shape(A))) ..
    escape(display.range_of(A)) .. "</div>", #rows > 0 and #columns > 0 and
    table_of(rows), note(display.try(display.spectrum, A)))
end

-- What a network says of itself: a line for its kind, one for each layer, and
-- how many are left out.
local function network(net)
  local lines, rows = {}, {}
  for line in gmatch(tostring(net), "[^\n]+") do lines[#lines + 1] = line end
  if #lines == 1 then return nil end
  for i = 2, min(#lines, most_layers) do
    local name, rest = match(lines[i], "^%s*(%S*) ?(.*)$")
    rows[i - 1] = cells { name == "..." and "⋮" or name, rest }
  end
  local kind = tag("b", escape((gsub(lines[1], ":$", ""))))
  return stack(tag("div", kind), table_of(rows),
    note(display.network_note(net)))
end

local function results(t)
  local names, rows = t:columns(), {}
  local view = #names > most_cols and
    t:select(table.move(names, 1, most_cols, 1, {})) or t
  local _, columns = render(view, { limit = most_rows })
  local first = {}
  for k, texts in ipairs(columns) do first[k] = texts[1] end
  for i = 1, min(#t, most_rows) do
    local texts = {}
    for k, column in ipairs(columns) do texts[k] = column[i + 1] end
    rows[i] = cells(texts)
  end
  local said = display.plural(#t, "row") .. ", " ..
    display.plural(#names, "column")
  if #t > #rows or #names > #columns then
    said = format("%s; shown: %d and %d", said, #rows, #columns)
  end
  return stack(nil, #columns > 0 and table_of(rows, cells(first, "th")),
    note(said))
end

local of_class = { ["orthorun.matrix"] = matrix, ["orthorun.layer"] = network,
  ["orthorun.table"] = results }

-- One value as HTML, or nil.
function html.of(value)
  local f = of_class[display.class_of(value)]
  local text = f and display.try(f, value)
  return type(text) == "string" and text or nil
end

return html
