-- heat: panels of heat maps: the median of z at every x and y, or the density of
-- y at every x; with a curve over the cells.
local axis = require "orthorun.plot.axis"
local bins_of = require "orthorun.plot.bins"
local stats = require "orthorun.table.stats"

local heat = {}

-- The edges of the cells around sorted places: half way to the neighbours.
local function edges_of(list, log)
  local function to(x) return log and math.log(x) or x end
  local function from(x) return log and math.exp(x) or x end
  local edges, n = {}, #list
  for i = 1, n - 1 do
    edges[i + 1] = from((to(list[i]) + to(list[i + 1])) / 2)
  end
  local first = n > 1 and (to(list[2]) - to(list[1])) / 2 or 0.5
  local last = n > 1 and (to(list[n]) - to(list[n - 1])) / 2 or 0.5
  edges[1], edges[n + 1] = from(to(list[1]) - first), from(to(list[n]) + last)
  return edges
end

local function sorted_places(rows, name, place, log)
  local list = {}
  for _, value in ipairs(rows:unique(name)) do
    local x = place(value)
    if axis.drawable(x, log) then list[#list + 1] = x end
  end
  table.sort(list)
  local index = {}
  for i, x in ipairs(list) do index[x] = i end
  return list, index
end

local function add_cell(panel, box, z)
  panel.cells[#panel.cells + 1] = { box[1], box[2], box[3], box[4], z }
  axis.widen(panel.x, box[1])
  axis.widen(panel.x, box[2])
  axis.widen(panel.y, box[3])
  axis.widen(panel.y, box[4])
  axis.widen(panel.z, z)
end

-- The median of z at every x and y.
local function fill_cells(spec, rows, panel, place_x, place_y, tally)
  local xs, at_x = sorted_places(rows, spec.x, place_x, spec.log_x)
  local ys, at_y = sorted_places(rows, spec.y, place_y, spec.log_y)
  if #xs == 0 or #ys == 0 then return end
  local ex, ey = edges_of(xs, spec.log_x), edges_of(ys, spec.log_y)
  for _, group in ipairs(rows:group { spec.x, spec.y }) do
    local i = at_x[place_x(group.key[spec.x])]
    local j = at_y[place_y(group.key[spec.y])]
    local z = stats.median(axis.numbers(group.rows, spec.z, tally, spec.log_z,
      spec.log10_z))
    if i and j and axis.drawable(z, spec.log_z) then
      add_cell(panel, { ex[i], ex[i + 1], ey[j], ey[j + 1] }, z)
    end
  end
end

-- The density of y at every x: a histogram a column.
local function fill_density(spec, rows, panel, place_x, tally)
  local xs, at_x = sorted_places(rows, spec.x, place_x, spec.log_x)
  if #xs == 0 then return end
  local ex = edges_of(xs, spec.log_x)
  local all = axis.finite(rows, spec.y, tally)
  local low, high = bins_of.range(spec, all)
  local count = spec.bins or 40
  local nothing = axis.tally()
  for _, group in ipairs(rows:group(spec.x)) do
    local i = at_x[place_x(group.key[spec.x])]
    local values = axis.finite(group.rows, spec.y, nothing)
    local bins, width = bins_of.heights(values, low, high, count, tally)
    for j, height in ipairs(i and #values > 0 and bins or {}) do
      if height > 0 then
        add_cell(panel, { ex[i], ex[i + 1], low + (j - 1) * width,
          low + j * width }, height)
      end
    end
  end
  axis.widen(panel.y, low)
  axis.widen(panel.y, high)
end

-- theory of a heat map: y as a function of x (and of a row of the panel's), a curve
-- over the cells.
local function curve_over(spec, rows, panel)
  local curve, x = {}, panel.x
  if not spec.theory or not x.low then return curve end
  local row = rows:row(1)
  for i = 0, 200 do
    local t = i / 200
    local at = axis.value_at(x, t)
    local y = spec.theory(at, row)
    if y and axis.drawable(y, spec.log_y) and y >= panel.y.low and
      y <= panel.y.high then
      curve[#curve + 1] = { at, y }
    end
  end
  return curve
end

-- Fills a panel, by its definition, from these rows.
function heat.fill(spec, rows, panel, tally)
  local place_x, place_y
  panel.x, place_x = axis.of(spec, "x")
  panel.z = { log = spec.log_z, powers = spec.log10_z }
  panel.kind, panel.cells = "heat", {}
  panel.zlabel = spec.zlabel or spec.z or "density"
  panel.diverging = spec.middle
  if spec.z then
    panel.y, place_y = axis.of(spec, "y")
    fill_cells(spec, rows, panel, place_x, place_y, tally)
  else
    panel.y, panel.z.floor = {}, 0
    fill_density(spec, rows, panel, place_x, tally)
  end
  panel.curve = curve_over(spec, rows, panel)
end

-- Colours of a heat map run from low to high; with a middle, as far to
-- either side of it.
local function finish_z(panel)
  local z = panel.z
  if not z.low then z.low, z.high = z.log and 1 or 0, z.log and 10 or 1 end
  if z.floor then z.low = z.floor end
  local middle = panel.diverging
  if middle then
    local reach = math.max(math.abs(z.low - middle), math.abs(z.high - middle))
    z.low, z.high = middle - reach, middle + reach
  end
  if z.low == z.high then axis.pad(z, 0) end
end

-- Gives the axes of a filled panel their ends.
function heat.finish(panel)
  for _, each in ipairs { panel.x, panel.y } do
    if not each.low or each.low == each.high then axis.pad(each, 0) end
  end
  finish_z(panel)
end

return heat
