-- samples: labels, standardization and splits of sets for training. Part of
-- ortho.data,
-- whose init.lua knows the files.

--- @module data

local core = require "orthorun.core"
local names = require "orthorun.base.names"

local samples = {}

local fail = names.fail

local function is_matrix(value)
  return type(value) == "userdata" and getmetatable(value) == "orthorun.matrix"
end

-- --- labels ---------------------------------------------------------------

--- Labels as columns with a single 1.
-- @function data.one_hot
-- @tparam {int,...}|matrix labels
-- @tparam int classes
-- @tparam[opt] table options
-- @tparam[opt] string options.precision
-- @treturn matrix classes×samples
function samples.one_hot(labels, classes, options)
  options = names.options("data.one_hot", options, { "precision" })
  if type(labels) ~= "table" then
    fail("data.one_hot", "labels must be an array of whole numbers, not %s",
      type(labels))
  end
  local y = core.matrix.zeros(classes, #labels, { precision = options.precision })
  for j, label in ipairs(labels) do
    if math.type(label) ~= "integer" or label < 1 or label > classes then
      fail("data.one_hot", "label %d is %s, expected 1 to %d", j,
        names.shown(label), classes)
    end
    y:set(label, j, 1)
  end
  return y
end

-- --- standardization ------------------------------------------------------

local Transform = { __name = "orthorun.transform" }
Transform.__index = Transform

-- transform(x): other samples by the same means and deviations.
function Transform:__call(x)
  if not is_matrix(x) or x:rows() ~= self.mean:rows() then
    fail("data.standardize", "the transform is of %d rows, got %s",
      self.mean:rows(), is_matrix(x) and x:rows() .. " rows" or type(x))
  end
  return (x - self.mean):divide(self.std)
end

-- A row of one value has a deviation of 0, or of a rounding error; it becomes
-- zeros.
local function safe_deviations(std, mean)
  local eps = std:precision() == "float32" and 2 ^ -23 or 2 ^ -52
  for i = 1, std:rows() do
    if std:get(i, 1) <= 16 * eps * math.abs(mean:get(i, 1)) then
      std:set(i, 1, 1)
    end
  end
  return std
end

--- x with each row's mean 0 and variance 1 (divisor n); rows that are constant
-- become 0.
-- @function data.standardize
-- @tparam matrix x
-- @treturn matrix
-- @treturn table the transform: `transform(x)` does the same to other samples, by
--   the same mean and std (its fields, columns)
function samples.standardize(x)
  if not is_matrix(x) then
    fail("data.standardize", "expected a matrix, got a %s", type(x))
  elseif x:cols() == 0 then
    fail("data.standardize", "x has no samples (%dx0)", x:rows())
  end
  local mean = x:row_sums() / x:cols()
  local centred = x - mean
  local std = (centred:hadamard(centred):row_sums() / x:cols()):sqrt()
  local transform = setmetatable({ mean = mean,
    std = safe_deviations(std, mean) }, Transform)
  return transform(x), transform
end

-- --- choosing samples ------------------------------------------------------

-- Those samples of a set, an array of their numbers.
local function chosen(set, list)
  local part = { x = set.x:select(list), classes = set.classes,
    columns = set.columns, y = set.y and set.y:select(list) }
  if set.labels then
    part.labels = {}
    for i, j in ipairs(list) do part.labels[i] = set.labels[j] end
  end
  return part
end

--- n samples drawn without replacement.
-- @function data.sample
-- @tparam set set
-- @tparam int n
-- @tparam rng r
-- @treturn set
function samples.sample(set, n, rng)
  local who = "data.sample"
  if type(set) ~= "table" or not is_matrix(set.x) then
    fail(who, "set must be a table with a matrix x, as from data")
  end
  names.expect(who, "rng", rng, "rng")
  local count = set.x:cols()
  if math.type(n) ~= "integer" or n < 0 or n > count then
    fail(who, "%s of %d samples", names.shown(n), count)
  end
  return chosen(set, table.move(rng:permutation(count), 1, n, 1, {}))
end

local function as_set(who, x, y)
  if not is_matrix(x) then return x end
  if is_matrix(y) and y:cols() ~= x:cols() or
    type(y) == "table" and #y ~= x:cols() then
    fail(who, "x has %d samples, y has %d", x:cols(),
      is_matrix(y) and y:cols() or #y)
  end
  return { x = x, y = is_matrix(y) and y or nil,
    labels = type(y) == "table" and y or nil }
end

--- Two sets; the first has that fraction of the samples, drawn by
-- `rng:split("split")`; without rng, in their order.
-- @function data.split
-- @call data.split(set [, {fraction=0.8, rng=}])
-- @call data.split(x, y, options)
-- @tparam set set or x and y
-- @tparam[opt] table options
-- @tparam[opt=0.8] number options.fraction
-- @tparam[opt] rng options.rng
-- @treturn set
-- @treturn set
-- @usage
-- local set = ortho.data.digits { limit = 100 }
-- local train, test = ortho.data.split(set, { rng = ortho.rng(1) })
-- assert(#train.labels == 80 and #test.labels == 20)
function samples.split(set, y, options)
  local who = "data.split"
  if not is_matrix(set) then options = y end
  set = as_set(who, set, y)
  if type(set) ~= "table" or not is_matrix(set.x) then
    fail(who, "expected a set, or x and y")
  end
  options = names.options(who, options, { "fraction", "rng" })
  local fraction, count = options.fraction or 0.8, set.x:cols()
  if type(fraction) ~= "number" or not (fraction > 0 and fraction < 1) then
    fail(who, "fraction is %s, must be between 0 and 1", names.shown(fraction))
  end
  local first = math.floor(fraction * count + 0.5)
  if first < 1 or first >= count then
    fail(who, "%g of %d samples leaves one side with none", fraction, count)
  end
  local order = {}
  for i = 1, count do order[i] = i end
  if options.rng then order = options.rng:split("split"):permutation(count) end
  return chosen(set, table.move(order, 1, first, 1, {})),
    chosen(set, table.move(order, first + 1, count, 1, {}))
end

return samples
