-- parts: what ortho.mlp and ortho.resnet are made of: sizes from a data set,
-- activations and initializers by their names. Their own options, and how the
-- layers stand together, are theirs.

local arms = require "orthorun.base.arms"
local core = require "orthorun.core"
local names = require "orthorun.base.names"

local parts = {}

-- Raises unless n, which is called `what`, is a number of units or layers.
function parts.check_size(who, what, n)
  if math.type(n) ~= "integer" or n < 1 then
    names.fail(who, "%s is %s, must be a whole number of at least 1", what,
      names.not_whole(n))
  end
end

-- What a data set asks of a net: its inputs, and its outputs: rows of y, else
-- one for each class of the labels (nil: the set has neither).
function parts.data_sizes(who, set)
  if type(set) ~= "table" or getmetatable(set.x) ~= "orthorun.matrix" then
    names.fail(who, "for_data must be a data set with a matrix x, not %s",
      names.describe(set))
  end
  local outputs = set.y and set.y:rows()
  if not outputs and set.labels then
    outputs = set.classes and #set.classes or 0
    for _, label in ipairs(set.labels) do outputs = math.max(outputs, label) end
  end
  return set.x:rows(), outputs
end

function parts.check_rng(who, rng)
  if not rng then
    names.fail(who, "needs rng=, for example rng=ortho.rng(1)")
  end
  return names.expect(who, "rng", rng, "rng")
end

-- An activation is a name, {name, alpha=}, or a function that makes a layer.
function parts.check_activation(who, activation)
  if type(activation) == "function" then return end
  local name = type(activation) == "table" and activation[1] or activation
  for key in pairs(type(activation) == "table" and activation or {}) do
    if key ~= 1 and key ~= "alpha" then
      names.fail(who, "activation: its number goes by name, as in " ..
        "{\"leaky_relu\", alpha = 0.1}; found %s", type(key) == "number" and
        names.describe(activation[key]) or ("'%s'"):format(tostring(key)))
    end
  end
  if not names.has(core.activation.names(), name) then
    names.fail(who, "%s", names.unknown("activation", tostring(name),
      core.activation.names()))
  end
end

local function is_layer(value)
  return getmetatable(value) == "orthorun.layer" or type(value) == "table" and
    type(value.forward) == "function" and type(value.backward) == "function"
end

-- The layer that a function makes. One of numbers is easily taken for it.
local function made_by(who, f)
  local ok, layer = pcall(f)
  if ok and is_layer(layer) then return layer end
  names.fail(who, "activation is a function, which must make a layer, as " ..
    "ortho.layer.relu does: called with nothing it %s %s. For a function of a " ..
    "number: ortho.activation.define{name = \"mine\", value = f, slope = df}, " ..
    "then activation = \"mine\"", ok and "returned" or "raised:",
    ok and names.describe(layer) or tostring(layer))
end

-- A new layer of it.
function parts.activation(who, activation)
  if type(activation) == "function" then return made_by(who, activation) end
  if type(activation) == "table" then
    return core.layer[activation[1]] { alpha = activation.alpha }
  end
  return core.layer[activation]()
end

-- An activation that is a function has no known gain.
local function gain_of(activation)
  if type(activation) == "function" then return 1 end
  if type(activation) == "string" then return activation end
  return core.activation.gain(activation[1], { alpha = activation.alpha })
end

-- An initializer, or one by its name: of an arm or of ortho.init; nil is
-- orthogonal with the activation's gain.
function parts.init(init, activation)
  local arm = type(init) == "string" and arms[init]
  if arm and arm.init then return arm.init end
  return init and core.init.get(init)
    or core.init.orthogonal { gain = gain_of(activation) }
end

return parts
