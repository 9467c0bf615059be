-- mlp: the usual network, ortho.mlp{sizes={784,256,10}, activation="relu",
-- init=ortho.init.he_normal{}, rng=ortho.rng(1)}: linear layers with the
-- activation between them, none after the last.

--- Networks of the usual shapes, and the initializations to compare.
-- @module nets
-- @pragma nostrip

local core = require "orthorun.core"
local names = require "orthorun.base.names"
local parts = require "orthorun.net.parts"

local copied = { "width", "depth", "inputs", "outputs", "activation", "init" }
local known = { "sizes", "width", "depth", "inputs", "outputs", "for_data",
  "activation", "output_activation",
  "init", "bias", "rng", "precision", "like" }

local fail = names.failing "mlp"

local function check_size(what, n) parts.check_size("mlp", what, n) end

-- The sizes of all layers, inputs first.
local function sizes_of(options)
  if options.sizes then
    if options.width or options.depth or options.inputs or options.outputs
      or options.for_data then
      fail("give sizes=, or width= and depth=, not both")
    end
    if type(options.sizes) ~= "table" or #options.sizes < 2 then
      fail("sizes must be a table of at least two, as in {784, 256, 10}")
    end
    for i, n in ipairs(options.sizes) do check_size("sizes[" .. i .. "]", n) end
    return options.sizes
  end
  if options.width == nil and options.depth == nil then
    fail "needs sizes=, as in {784, 256, 10}, or width= and depth="
  end
  check_size("width", options.width)
  check_size("depth", options.depth)
  local inputs, outputs
  if options.for_data then
    inputs, outputs = parts.data_sizes("mlp", options.for_data)
  end
  local sizes = { options.inputs or inputs or options.width }
  check_size("inputs", sizes[1])
  for l = 2, options.depth do sizes[l] = options.width end
  sizes[options.depth + 1] = options.outputs or outputs or options.width
  check_size("outputs", sizes[options.depth + 1])
  return sizes
end

-- The options with what they do not say from `like`, an experiment's parameters.
local function completed(options)
  local like, o = options.like, {}
  if like == nil then return options end
  names.table_of("mlp", "like", like)
  for name, value in pairs(options) do o[name] = value end
  for i, name in ipairs(copied) do
    local told = i <= 4 and options.sizes or
      (name == "inputs" or name == "outputs") and options.for_data
    if o[name] == nil and not told then o[name] = like[name] end
  end
  return o
end

--- The usual multilayer perceptron: linear layers with the activation between them,
-- none after the last. sizes = {inputs, ..., outputs}; or width and depth for
-- depth matrices of width×width, the first and last of which `inputs=` and
-- `outputs=` fit to the data. Layer l draws from `rng:split(l)`.
-- @function mlp
-- @tparam table options
-- @tparam[opt] {int,...} options.sizes
-- @tparam[opt] int options.width
-- @tparam[opt] int options.depth weight matrices
-- @tparam[opt=width] int options.inputs
-- @tparam[opt=width] int options.outputs
-- @tparam[opt] set options.for_data takes inputs and outputs from it (outputs:
--   rows of y, else its classes)
-- @tparam[opt="relu"] string|table|func options.activation a name, {name, alpha=},
--   or a function that makes a layer
-- @tparam[opt] string|func options.output_activation after the last layer, too
-- @tparam[opt] initializer|string|table|func options.init an initializer, its name
--   or an arm's; by default orthogonal with the activation's gain
-- @tparam[opt=true] bool|initializer options.bias as in `layer.linear`
-- @tparam rng options.rng
-- @tparam[opt] string options.precision
-- @tparam[opt] table options.like as of parameters, with width, depth, inputs,
--   outputs, activation and init where they are not given
-- @treturn layer a `layer.sequential`
-- @usage
-- local net = ortho.mlp { sizes = { 784, 64, 10 }, rng = ortho.rng(1) }
-- local deep = ortho.mlp { width = 8, depth = 20, init = "he_normal",
--   activation = "tanh", rng = ortho.rng(1) }
-- print(#deep:weights())
return function(options)
  if type(options) ~= "table" then
    fail("needs a table of options, not %s", type(options))
  end
  if options[1] ~= nil then
    fail "sizes go by name, as in mlp{sizes = {784, 256, 10}, rng = ...}"
  end
  names.options("mlp", options, known)
  options = completed(options)
  local sizes = sizes_of(options)
  local activation = options.activation or "relu"
  parts.check_rng("mlp", options.rng)
  parts.check_activation("mlp", activation)
  if options.output_activation then
    parts.check_activation("mlp", options.output_activation)
  end
  local init = parts.init(options.init, activation)
  local layers = {}
  for l = 1, #sizes - 1 do
    layers[#layers + 1] = core.layer.linear {
      inputs = sizes[l], outputs = sizes[l + 1], init = init,
      rng = options.rng:split(l), bias = options.bias,
      precision = options.precision,
    }
    local after = l < #sizes - 1 and activation or options.output_activation
    if after then layers[#layers + 1] = parts.activation("mlp", after) end
  end
  return core.layer.sequential(layers)
end
