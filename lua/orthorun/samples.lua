-- samples: sets for training: teachers, standardization, splits. Part of
-- ortho.data (data.lua), which knows the files.
local core = require "orthorun.core"
local mlp = require "orthorun.mlp"
local names = require "orthorun.names"

local matrix, init = core.matrix, core.init

local samples = {}

local function fail(who, message, ...)
  core.fail(who .. ": " .. message:format(...))
end

local function is_matrix(value)
  return type(value) == "userdata" and getmetatable(value) == "orthorun.matrix"
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

-- data.standardize(x): x with each row's mean 0 and variance 1 (divisor n),
-- and the transform, to be called on other samples; its fields mean and std
-- are columns. Rows that are constant become 0.
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

-- --- splitting ------------------------------------------------------------

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

-- data.split(set, {fraction=0.8, rng=}), data.split(x, y, {...}): two sets;
-- the first has that fraction of the samples, drawn by rng:split("split").
-- Without rng, in their order.
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
    fail(who, "fraction is %s, must be between 0 and 1", tostring(fraction))
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

-- --- teachers -------------------------------------------------------------

-- U diag(s) V' with U, V Haar; det, for square ones, is its determinant's sign.
local function with_singular_values(o, who)
  local s = o.singular_values
  local k, square = #s, o.inputs == o.outputs and #s == o.inputs
  if k == 0 or k > math.min(o.inputs, o.outputs) then
    fail(who, "%d singular values for a %dx%d matrix", k, o.outputs, o.inputs)
  elseif o.det and not square then
    fail(who, "det= needs as many singular values as inputs and outputs")
  end
  local U = init.orthogonal { det = o.det }(o.rng:split("left"), o.outputs, k,
    o.precision)
  local V = init.orthogonal { det = o.det and 1 }(o.rng:split("right"),
    o.inputs, k, o.precision)
  return U * matrix.diag(matrix(s, { precision = o.precision })) * V:t()
end

local function linear_teacher(o, who)
  if o.weight then return o.weight end
  if o.singular_values then return with_singular_values(o, who) end
  return init.scaled_gaussian {} (o.rng:split("weight"), o.outputs, o.inputs,
    o.precision)
end

local function network_teacher(o)
  return o.net or mlp { sizes = o.sizes, activation = o.activation,
    init = o.init, rng = o.rng:split("weight"), precision = o.precision }
end

local known = { "inputs", "outputs", "samples", "x", "rng", "weight",
  "singular_values", "det", "net", "sizes", "activation", "init", "noise",
  "distribution", "precision" }

-- Fills in the sizes that something else tells.
local function complete(o, who)
  if o.x then o.inputs, o.precision = o.x:rows(), o.x:precision() end
  if o.weight then o.inputs, o.outputs = o.weight:cols(), o.weight:rows() end
  if o.sizes then o.inputs, o.outputs = o.sizes[1], o.sizes[#o.sizes] end
  o.outputs = o.outputs or o.inputs
  local network = o.net or o.sizes
  if network and (o.weight or o.singular_values) then
    fail(who, "a teacher is linear (weight=, singular_values=) or a network " ..
      "(net=, sizes=), not both")
  end
  for _, name in ipairs { "inputs", not o.x and "samples" or nil } do
    if math.type(o[name]) ~= "integer" or o[name] < 1 then
      fail(who, "%s is %s, must be a whole number of at least 1", name,
        tostring(o[name]))
    end
  end
  local drawn = not o.x or not (o.weight or o.net) or o.noise
  if drawn and not o.rng then fail(who, "needs rng=") end
end

local function inputs_of(o, who)
  if o.x then return o.x end
  local kind = o.distribution or "normal"
  if kind ~= "normal" and kind ~= "uniform" then
    fail(who, "%s", names.unknown("distribution", kind, { "normal",
      "uniform" }))
  end
  local rng = o.rng:split("x")
  return rng[kind](rng, o.inputs, o.samples, { precision = o.precision })
end

-- data.teacher{inputs=, outputs=inputs, samples=, rng=, ...}: a set whose y is
-- what a teacher makes of x. A linear one, y = W x (set.weight): weight=, or
-- singular_values= (with Haar singular vectors; det=1|-1 for the sign of a
-- square one's determinant), or N(0, 1/inputs). A network (set.net): net=, or
-- sizes= with activation= and init= as in mlp. x: given, or `distribution`
-- "normal" (default) or "uniform". noise: its standard deviation, added to y.
function samples.teacher(options)
  local who, o = "data.teacher", {}
  for key, value in pairs(names.options(who, options, known)) do
    o[key] = value
  end
  complete(o, who)
  local set = { x = inputs_of(o, who) }
  if o.net or o.sizes then
    set.net = network_teacher(o)
    set.y = set.net:forward(set.x)
  else
    set.weight = linear_teacher(o, who)
    set.y = set.weight * set.x
  end
  if o.noise then
    set.y = set.y + o.rng:split("noise"):normal(set.y:rows(), set.y:cols(),
      { std = o.noise, precision = set.y:precision() })
  end
  return set
end

return samples
