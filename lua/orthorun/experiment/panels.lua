-- panels: the plots of `show` as ortho.plot's panels: what is not said (colour,
-- theory, logarithmic axes, titles) is found from the results.
local names = require "orthorun.base.names"
local results = require "orthorun.experiment.results"
local shown = require "orthorun.experiment.shown"
local stats = require "orthorun.table.stats"
local tabular = require "orthorun.table"

local panels = {}

local passed = { "y", "facet", "xlabel", "ylabel", "zlabel", "density", "bins",
  "range", "error", "middle", "band", "share", "log_x", "log_y", "log_z",
  "log10_y", "log10_z", "xlim", "ylim", "hline", "vline", "diagonal" }

-- --- columns ----------------------------------------------------------------

local function is_numeric(rows, name)
  for i = 1, #rows do
    local value = rows.data[name][i]
    if value ~= nil then return type(value) == "number" end
  end
  return false
end

local function varies(rows, name)
  local column = rows.data[name]
  for i = 2, column and #rows or 0 do
    if column[i] ~= column[1] then return true end
  end
  return false
end

-- The parameters that vary in these rows, without the seed.
local function varying(e, rows)
  local list = {}
  for _, name in ipairs(e.varying) do
    if name ~= "seed" and varies(rows, name) then list[#list + 1] = name end
  end
  return list
end

-- What stands along the x axis where nothing is said: the index of arrays,
-- else the first parameter that varies and is a number.
local function default_over(e, entry, rows)
  if entry.array or e.arrays[entry.plot] then return e.index end
  for _, name in ipairs(varying(e, rows)) do
    if is_numeric(rows, name) then return name end
  end
  return varying(e, rows)[1]
end

local function color_of(e, entry, rows, over)
  if entry.color ~= nil then return entry.color or nil end
  local by = shown.list(entry.by)[1]
  if by then return by end
  for _, name in ipairs(varying(e, rows)) do
    if name ~= over and name ~= entry.facet and name ~= entry.y and
      not is_numeric(rows, name) then
      return name
    end
  end
end

-- --- rows -------------------------------------------------------------------

-- Does a parameter have one value in each curve of each panel, as a learning rate
-- has for each optimizer, or at each place of it, along a parameter?
local function goes_along(e, rows, name, panel)
  local colors, facets = rows.data[panel.color], rows.data[panel.facet]
  local places = names.has(e.varying, panel.x) and rows.data[panel.x]
  local value_of = {}
  for i = 1, #rows do
    local value = rows.data[name][i]
    local key = ("%s\0%s\0%s"):format(colors and colors[i], facets and facets[i],
      places and places[i])
    if value_of[key] == nil then value_of[key] = value end
    if value_of[key] ~= value then return false end
  end
  return true
end

-- Of the parameters that vary and that the plot does not show, nor what goes
-- along with it, one level is taken: the largest number, the first text. Returns
-- the rows and the levels.
local function settle(e, entry, rows, panel)
  local taken = {}
  local used = { [panel.x or 0] = true, [panel.y or 0] = true,
    [panel.color or 0] = true, [panel.facet or 0] = true }
  for _, name in ipairs(varying(e, rows)) do
    local free = not used[name] and (entry.where or {})[name] == nil
    if free and varies(rows, name) and not goes_along(e, rows, name, panel) then
      local levels = rows:unique(name)
      local level = levels[1]
      if type(level) == "number" then
        level = math.max(table.unpack(levels))
      end
      rows = rows:where { [name] = level }
      taken[#taken + 1] = shown.key(e, { [name] = level }, { name })
    end
  end
  return rows, taken
end

-- --- axes -------------------------------------------------------------------

local wide = 30 -- largest over smallest, from where on an axis is logarithmic

-- The distinct finite numbers of a column, sorted; nil where one is not above
-- 0.
local function positive(rows, name)
  local seen, list = {}, {}
  for i = 1, #rows do
    local x = rows.data[name][i]
    if x ~= nil and type(x) ~= "number" or x == 0 or
      x and x < 0 then return nil end
    if x and x - x == 0 and not seen[x] then
      seen[x] = true
      list[#list + 1] = x
    end
  end
  table.sort(list)
  return list
end

local function is_wide(list)
  return list and #list > 1 and list[#list] / list[1] > wide
end

-- Are the places spread more evenly in the logarithm than on a line?
local function is_even_in_log(list)
  local function unevenness(place)
    local least, most = math.huge, 0
    for i = 2, #list do
      local gap = place(list[i]) - place(list[i - 1])
      least, most = math.min(least, gap), math.max(most, gap)
    end
    return most / least
  end
  return #list > 2 and unevenness(math.log) <
    unevenness(function(x) return x end)
end

local function log_axes(e, entry, rows, panel)
  local log = entry.log
  local x = positive(rows, panel.x)
  if entry.log_x == nil and entry.kind ~= "histogram" then
    if log then
      panel.log_x = log:find "x" and true or nil
    else
      panel.log_x = is_wide(x) and is_even_in_log(x) or nil
    end
  end
  local asked = entry.log_y ~= nil or entry.log10_y ~= nil
  if entry.kind == "heat" then
    local y = positive(rows, panel.y)
    if panel.z and not asked and not log then
      panel.log_y = is_wide(y) and is_even_in_log(y) or nil
    end
    if panel.z and entry.log_z == nil and entry.log10_z == nil then
      panel.log10_z = shown.is_log10(e, panel.z) or nil
      panel.log_z = not log and not panel.log10_z and entry.middle == nil and
        is_wide(positive(rows, panel.z)) or nil
    end
  elseif asked then
    return
  elseif entry.kind == "histogram" then
    panel.log_y = log and log:find "y" and true or nil
  elseif shown.is_log10(e, panel.y) then
    panel.log10_y = true
  elseif log then
    panel.log_y = log:find "y" and true or nil
  else
    panel.log_y = is_wide(positive(rows, panel.y)) or nil
  end
end

-- --- panels -----------------------------------------------------------------

local function theory_of(entry, rows, name)
  if type(entry.theory) == "function" then
    return function(record) return shown.number("theory", entry.theory, record) end
  end
  if entry.theory ~= nil then return entry.theory or nil end
  local column = rows.data[name .. "_theory"]
  for i = 1, column and #rows or 0 do
    if column[i] ~= nil then return name .. "_theory" end
  end
end

local stack = "\0value" -- no name that a script has

-- Several results as one: a row for each, its value in a column `stack`, what is
-- predicted of it in another, and in a third which result it is.
local function stacked(rows, list)
  local which = "\0result"
  local t = tabular.new({ which, stack, stack .. "_theory",
    table.unpack(rows:columns()) }, setmetatable({ [which] = list },
    { __index = rows.levels }))
  for _, name in ipairs(list) do
    for _, record in rows:rows() do
      record[which], record[stack] = name, record[name]
      record[stack .. "_theory"] = record[name .. "_theory"]
      t:append(record)
    end
  end
  return t, which
end

-- The entry as that of one result, and its rows.
local function as_one(e, entry, rows)
  local list = shown.list(entry.plot)
  local one = setmetatable({ plot = list[1] }, { __index = entry })
  if #list == 1 then return one, rows end
  one.name = table.concat(list, ", ")
  rows, one.color = stacked(rows, list)
  one.plot, one.array = stack, e.arrays[list[1]]
  one.labels = setmetatable({}, { __index = entry.labels })
  for _, name in ipairs(list) do
    one.labels[name] = (entry.labels or {})[name] or shown.label(e, name)
    if shown.is_log10(e, name) and one.log10_y == nil then
      one.log10_y = true
    end
  end
  one.ylabel = entry.ylabel or ""
  return one, rows
end

-- x, y and z by what kind of plot it is.
local function set_columns(e, entry, rows, panel)
  panel.kind = entry.kind
  local over = shown.list(entry.over)[1]
  if entry.kind == "histogram" then
    panel.x = entry.plot
  elseif entry.kind == "heat" then
    panel.x = over or default_over(e, entry, rows)
    panel.y, panel.z = entry.plot, nil
    if entry.y then panel.y, panel.z = entry.y, entry.plot end
  else
    panel.x, panel.y = over or default_over(e, entry, rows), entry.plot
  end
end

local function add_labels(e, panel, rows)
  local labels = {}
  for _, name in ipairs { panel.color or "", panel.facet or "",
    panel.x or "" } do
    for _, value in ipairs(rows.data[name] and rows:unique(name) or {}) do
      local label = e.labels[name] and e.labels[name][value]
      if name == panel.color and type(value) ~= "string" then
        label = label or name .. " " .. shown.level(e, name, value)
      end
      if value == value then labels[value] = label or labels[value] end
    end
  end
  for value, label in pairs(panel.labels or {}) do labels[value] = label end
  panel.labels = labels
end

-- One row for each place, with the share that is true in it.
local function shares(rows, name, panel)
  local by, seen = {}, {}
  for _, column in ipairs { panel.x, panel.color or panel.x, panel.facet or
    panel.x, panel.kind == "heat" and panel.y ~= name and panel.y or panel.x } do
    if not seen[column] then by[#by + 1] = column end
    seen[column] = true
  end
  local t = tabular.new({ name, table.unpack(by) }, rows.levels)
  for _, group in ipairs(shown.as_numbers(rows, name):group(by)) do
    local record = group.key
    record[name] = stats.mean(group.rows:numbers(name))
    t:append(record)
  end
  return t
end

-- The title: as the entry says, else what is drawn and the entry's conditions;
-- and the levels that were taken without being asked for.
local function title_of(e, entry, rows, panel, taken)
  local parts = { entry.title }
  if not entry.title then
    parts[1] = (entry.name or shown.label(e, entry.plot)) ..
      (entry.kind ~= "histogram" and " over " .. panel.x or "")
    local conditions = shown.where_text(e, entry, rows)
    if conditions ~= "" then parts[2] = conditions end
  end
  return table.concat(table.move(taken, 1, #taken, #parts + 1, parts), ", ")
end

-- Calls the axis of what was measured as the measure is called.
local function add_axis_label(e, entry, panel)
  local measured = panel.z or entry.plot
  local axis = panel.z and "zlabel" or entry.kind == "histogram" and "xlabel" or
    "ylabel"
  panel[axis] = panel[axis] or shown.label(e, measured)
end

-- The item of text that says why an entry cannot be drawn; nil: it can.
local function objection(entry, rows, panel, what)
  if not panel.x then
    return shown.text("plot of %s: nothing varies that it could be drawn over",
      what)
  elseif shown.is_kind(rows, entry.plot, "string") then
    return shown.text("plot of %s: it holds texts", what)
  end
end

-- Its data, colour and theory; and the levels that were taken unasked.
local function add_data(e, entry, rows, panel, what)
  local taken, is_curve = {}, entry.kind == nil or entry.kind == "line" or
    entry.kind == "points"
  if entry.kind ~= "heat" then
    panel.color = color_of(e, entry, rows, panel.x)
  end
  if not entry.of and entry.kind ~= "scatter" then
    rows, taken = settle(e, entry, rows, panel)
  end
  if shown.is_kind(rows, entry.plot, "boolean") then
    rows = shares(rows, entry.plot, panel)
    panel.ylabel = entry.ylabel or "share of " .. what
  end
  panel.data = rows
  panel.theory = is_curve and theory_of(entry, rows, entry.plot) or
    not is_curve and entry.theory or nil
  return taken
end

-- The panel of an entry, as ortho.plot takes it; nil and an item of text where
-- there is nothing to draw.
function panels.of(e, entry)
  local list = shown.list(entry.plot)
  local rows, what = shown.rows(e, entry), table.concat(list, ", ")
  if #rows == 0 then
    return nil, shown.nothing(e, entry, "plot of " .. what, rows)
  end
  if #list == 1 then rows = shown.rows_of(e, entry, rows, list[1]) end
  entry, rows = as_one(e, entry, rows)
  local panel = { labels = entry.labels }
  for _, name in ipairs(passed) do panel[name] = entry[name] end
  set_columns(e, entry, rows, panel)
  local wrong = objection(entry, rows, panel, what)
  if wrong then return nil, wrong end
  local taken = add_data(e, entry, rows, panel, what)
  log_axes(e, entry, panel.data, panel)
  add_labels(e, panel, panel.data)
  add_axis_label(e, entry, panel)
  panel.title = title_of(e, entry, panel.data, panel, taken)
  return panel
end

-- --- figures ----------------------------------------------------------------

-- Do both show the same rows of the same columns?
local function is_same(a, b)
  for _, name in ipairs { "x", "y", "z", "color", "facet", "kind", "theory" } do
    if a[name] ~= b[name] then return false end
  end
  if #a.data ~= #b.data then return false end
  for _, name in ipairs { results.trial, a.x, a.y or a.x } do
    local one, two = a.data.data[name] or {}, b.data.data[name] or {}
    for i = 1, #a.data do
      if one[i] ~= two[i] and one[i] == one[i] then return false end
    end
  end
  return true
end

-- The figure that an entry's panel goes into: the one that is being filled, or a new
-- one where the entry says so. e.figures is an array of {suffix, panels, ...}.
local function figure_of(e, entry)
  local figure = e.figures[#e.figures]
  if entry.figure or not figure then
    figure = { suffix = entry.figure, panels = {} }
    table.insert(e.figures, figure)
  end
  for _, name in ipairs { "caption", "direct", "formats", "size" } do
    if figure[name] == nil then figure[name] = entry[name] end
  end
  return figure
end

-- Adds a panel that is made already, but for labels.
function panels.put(e, entry, panel)
  add_labels(e, panel, panel.data)
  table.insert(figure_of(e, entry).panels, panel)
end

-- Adds a plot. A panel that an earlier one of the figure shows already is left out.
-- Returns an item of text where there is nothing to draw.
function panels.add(e, entry)
  local figure = figure_of(e, entry)
  local panel, message = panels.of(e, entry)
  if not panel then return message end
  for _, other in ipairs(figure.panels) do
    if is_same(other, panel) then return nil end
  end
  table.insert(figure.panels, panel)
end

return panels
