-- mlp: the usual network, ortho.mlp{sizes={784,256,10}, activation="relu",
-- init=ortho.init.he_normal{}, rng=ortho.rng(1)}: linear layers with the
-- activation between them, none after the last.

local core = require "orthorun.core"
local names = require "orthorun.base.names"
local parts = require "orthorun.net.parts"

local known = { "sizes", "width", "depth", "inputs", "outputs", "for_data",
  "activation", "output_activation",
  "init", "bias", "rng", "precision" }

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

--- A multilayer perceptron: a layer.sequential, see layer.
-- sizes: {inputs, ..., outputs}; or width and depth, short for depth weight
-- matrices of width x width, the first and the last of which inputs= and
-- outputs=, or for_data= a data set, fit to the data. activation: a name
-- (default "relu"). init: an initializer, its name or an arm's (default
-- orthogonal with the activation's gain).
-- Layer l draws from rng:split(l), so its weights depend on the seed and l
-- alone. bias: true (zeros, the default), false, or an initializer.
return function(options)
  if type(options) ~= "table" then
    fail("needs a table of options, not %s", type(options))
  end
  if options[1] ~= nil then
    fail "sizes go by name, as in mlp{sizes = {784, 256, 10}, rng = ...}"
  end
  names.options("mlp", options, known)
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
