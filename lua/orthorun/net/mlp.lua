-- mlp: the usual network, ortho.mlp{sizes={784,256,10}, activation="relu",
-- init=ortho.init.he_normal{}, rng=ortho.rng(1)}: linear layers with the
-- activation between them, none after the last.

local arms = require "orthorun.base.arms"
local core = require "orthorun.core"
local names = require "orthorun.base.names"

local known = { "sizes", "width", "depth", "inputs", "outputs", "for_data",
  "activation", "output_activation",
  "init", "bias", "rng", "precision" }

local fail = names.failing "mlp"

local function check_size(what, n)
  if math.type(n) ~= "integer" or n < 1 then
    fail("%s is %s, must be a whole number of at least 1", what, tostring(n))
  end
end

-- What a data set asks of a net: its inputs, and its outputs: rows of y, else
-- one for each class of the labels (nil: the set has neither).
local function data_sizes(set)
  if type(set) ~= "table" or getmetatable(set.x) ~= "orthorun.matrix" then
    fail("for_data must be a data set with a matrix x, not %s",
      names.describe(set))
  end
  local outputs = set.y and set.y:rows()
  if not outputs and set.labels then
    outputs = set.classes and #set.classes or 0
    for _, label in ipairs(set.labels) do outputs = math.max(outputs, label) end
  end
  return set.x:rows(), outputs
end

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
  check_size("width", options.width)
  check_size("depth", options.depth)
  local inputs, outputs
  if options.for_data then inputs, outputs = data_sizes(options.for_data) end
  local sizes = { options.inputs or inputs or options.width }
  check_size("inputs", sizes[1])
  for l = 2, options.depth do sizes[l] = options.width end
  sizes[options.depth + 1] = options.outputs or outputs or options.width
  check_size("outputs", sizes[options.depth + 1])
  return sizes
end

-- An activation is a name, {name, alpha=}, or a function that makes a layer.
local function check_activation(activation)
  if type(activation) == "function" then return end
  local name = type(activation) == "table" and activation[1] or activation
  if not names.has(core.activation.names(), name) then
    fail("%s", names.unknown("activation", tostring(name),
      core.activation.names()))
  end
end

local function make_activation(activation)
  if type(activation) == "function" then return activation() end
  if type(activation) == "table" then
    return core.layer[activation[1]] { alpha = activation.alpha }
  end
  return core.layer[activation]()
end

-- An activation of one's own has no known gain.
local function gain_of(activation)
  if type(activation) == "function" then return 1 end
  if type(activation) == "string" then return activation end
  return core.activation.gain(activation[1], { alpha = activation.alpha })
end

-- An initializer, or one by its name: of an arm or of ortho.init.
local function init_of(options, activation)
  local arm = type(options.init) == "string" and arms[options.init]
  if arm and arm.init then return arm.init end
  return options.init and core.init.get(options.init)
    or core.init.orthogonal { gain = gain_of(activation) }
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
  names.options("mlp", options, known)
  local sizes = sizes_of(options)
  local activation = options.activation or "relu"
  if not options.rng then
    fail("needs rng=, for example rng=ortho.rng(1)")
  end
  names.expect("mlp", "rng", options.rng, "rng")
  check_activation(activation)
  if options.output_activation then check_activation(options.output_activation) end
  local init = init_of(options, activation)
  local layers = {}
  for l = 1, #sizes - 1 do
    layers[#layers + 1] = core.layer.linear {
      inputs = sizes[l], outputs = sizes[l + 1], init = init,
      rng = options.rng:split(l), bias = options.bias,
      precision = options.precision,
    }
    local after = l < #sizes - 1 and activation or options.output_activation
    if after then layers[#layers + 1] = make_activation(after) end
  end
  return core.layer.sequential(layers)
end
