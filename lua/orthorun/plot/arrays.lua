-- arrays: ortho.plot(x, y): plain arrays and matrices as a table and what to
-- plot of it. A matrix of one row or column is a curve; one of several columns
-- is a curve for each, over its rows.
local core = require "orthorun.core"
local names = require "orthorun.base.names"
local tabular = require "orthorun.table"

local arrays = {}

local function is_matrix(value)
  return getmetatable(value) == "orthorun.matrix"
end

-- Was ortho.plot called with numbers, and not with options?
function arrays.are(first, second)
  return second ~= nil or is_matrix(first) or type(first) == "table" and
    getmetatable(first) == nil and first[1] ~= nil
end

-- The curves of a value: an array of arrays of numbers.
local function curves_of(what, value)
  if is_matrix(value) then
    local flat = value:cols() > 1 and value:rows() == 1 and value:t() or value
    local list = {}
    for j = 1, flat:cols() do
      list[j] = {}
      for i = 1, flat:rows() do list[j][i] = flat:get(i, j) end
    end
    return list
  elseif type(value) ~= "table" then
    core.fail(("plot: %s must be an array of numbers or a matrix, not %s")
      :format(what, names.describe(value)))
  end
  for i = 1, #value do
    if type(value[i]) ~= "number" then
      core.fail(("plot: %s[%d] must be a number, not %s"):format(what, i,
        names.describe(value[i])))
    end
  end
  return { value }
end

local function places(n)
  local list = {}
  for i = 1, n do list[i] = i end
  return list
end

-- What to plot of x and y, or of y alone, over 1, 2, ...; options: those of
-- ortho.plot.
function arrays.spec(x, y, options)
  if options == nil and type(y) == "table" and getmetatable(y) == nil and
    y[1] == nil and next(y) ~= nil then
    y, options = nil, y -- plot(y, {title = ...})
  end
  if y == nil then x, y = nil, x end
  local ys = curves_of("y", y)
  local xs = x == nil and { places(#(ys[1] or {})) } or curves_of("x", x)
  if #xs ~= 1 then
    core.fail(("plot: x has %d columns, must have one"):format(#xs))
  end
  local t = tabular.new { "x", "y", "column" }
  for j, curve in ipairs(ys) do
    if #curve ~= #xs[1] then
      core.fail(("plot: x has %d values, y has %d"):format(#xs[1], #curve))
    end
    for i, value in ipairs(curve) do
      t:append { x = xs[1][i], y = value, column = j }
    end
  end
  local spec = { data = t, x = "x", y = "y", color = #ys > 1 and "column" or nil }
  for name, value in pairs(names.table_of("plot", "options", options or {})) do
    spec[name] = value
  end
  return spec
end

return arrays
