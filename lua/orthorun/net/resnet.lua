-- resnet: a pre-activation residual net (He et al. 2016, "identity mappings"),
-- ortho.resnet{width=64, depth=32, scale="1/sqrt(L)", rng=ortho.rng(1)}:
-- blocks x + scale f(x) after one another, f made of a layer norm and so many
-- times an activation and a linear layer.

--- @module nets

local core = require "orthorun.core"
local names = require "orthorun.base.names"
local parts = require "orthorun.net.parts"

local known = { "width", "depth", "inner", "norm", "scale", "inputs", "outputs",
  "for_data", "activation", "init", "bias", "rng", "precision" }

local fail = names.failing "resnet"

-- what branches are multiplied by, of a net of L blocks
local scales = {
  ["1"] = function(_) return 1 end,
  ["1/sqrt(L)"] = function(L) return 1 / math.sqrt(L) end,
  ["1/L"] = function(L) return 1 / L end,
}

local function scale_of(scale, depth)
  if scale == nil then return 1 end
  if type(scale) == "string" then
    if not scales[scale] then
      fail("%s", names.unknown("scale", scale, names.keys(scales)))
    end
    return scales[scale](depth)
  elseif type(scale) ~= "number" or scale - scale ~= 0 then
    fail('scale must be a finite number, "1/sqrt(L)" or "1/L", not %s',
      names.describe(scale))
  end
  return scale
end

local function check_norm(norm)
  if norm ~= nil and norm ~= false and norm ~= "layer" then
    fail('norm must be "layer" or false, not %s', names.describe(norm))
  end
  return norm ~= false
end

-- Sizes, activation, rng: checked; what is not given, filled in.
local function checked(options)
  names.options("resnet", options, known)
  local o = { activation = options.activation or "relu",
    inner = options.inner or 2, inputs = options.inputs,
    outputs = options.outputs, given = options }
  for _, name in ipairs { "width", "depth" } do
    parts.check_size("resnet", name, options[name])
  end
  parts.check_size("resnet", "inner", o.inner)
  if options.for_data then
    local inputs, outputs = parts.data_sizes("resnet", options.for_data)
    o.inputs, o.outputs = o.inputs or inputs, o.outputs or outputs
  end
  for _, name in ipairs { "inputs", "outputs" } do
    if o[name] then parts.check_size("resnet", name, o[name]) end
  end
  parts.check_rng("resnet", options.rng)
  parts.check_activation("resnet", o.activation)
  o.scale, o.norm = scale_of(options.scale, options.depth),
    check_norm(options.norm)
  return o
end

local function linear(o, inputs, outputs, init, rng)
  return core.layer.linear { inputs = inputs, outputs = outputs, init = init,
    rng = rng, bias = o.given.bias, precision = o.given.precision }
end

local function norm(o)
  return core.layer.layer_norm { size = o.given.width,
    precision = o.given.precision }
end

local function block(o, init, rng)
  local list, width = { scale = o.scale }, o.given.width
  if o.norm then list[1] = norm(o) end
  for k = 1, o.inner do
    list[#list + 1] = parts.activation("resnet", o.activation)
    list[#list + 1] = linear(o, width, width, init, rng:split(k))
  end
  return core.layer.residual(list)
end

--- depth blocks x + scale f(x), with the activation first: f is a
-- `layer.layer_norm` (norm = false: none), then inner times an activation and a
-- linear layer. inputs= puts a linear layer before the blocks; outputs= a
-- `layer.layer_norm` and a linear layer behind. The default init of the first and
-- the last matrix has gain 1. Matrix k of block l draws from
-- `rng:split(l):split(k)`, the layer before the blocks from `rng:split "inputs"`,
-- the one behind from `rng:split "outputs"`.
-- @function resnet
-- @tparam table options
-- @tparam int options.width
-- @tparam int options.depth blocks
-- @tparam[opt=2] int options.inner activations and linear layers in a block
-- @tparam[opt="layer"] "layer"|bool options.norm
-- @tparam[opt=1] number|"1/sqrt(L)"|"1/L" options.scale L = depth
-- @tparam[opt] int options.inputs
-- @tparam[opt] int options.outputs
-- @tparam[opt] set options.for_data takes inputs and outputs from it
-- @tparam[opt="relu"] string|table|func options.activation as in `mlp`
-- @tparam[opt] initializer|string|table|func options.init as in `mlp`
-- @tparam[opt=true] bool|initializer options.bias
-- @tparam rng options.rng
-- @tparam[opt] string options.precision
-- @treturn layer a `layer.sequential`
-- @paper He et al. 2016
-- @usage
-- local net = ortho.resnet { width = 8, depth = 4, scale = "1/sqrt(L)",
--   rng = ortho.rng(1) }
-- local y = net:forward(ortho.rng(2):normal(8, 3))
return function(options)
  if type(options) ~= "table" then
    fail("needs a table of options, not %s", names.describe(options))
  end
  local o = checked(options)
  local rng, width, layers = options.rng, options.width, {}
  local init = parts.init(options.init, o.activation)
  local ends = parts.init(options.init, "linear")
  if o.inputs then
    layers[1] = linear(o, o.inputs, width, ends, rng:split "inputs")
  end
  for l = 1, options.depth do
    layers[#layers + 1] = block(o, init, rng:split(l))
  end
  if o.outputs then
    layers[#layers + 1] = o.norm and norm(o) or nil
    layers[#layers + 1] = linear(o, width, o.outputs, ends,
      rng:split "outputs")
  end
  return core.layer.sequential(layers)
end
