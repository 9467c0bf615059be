-- teacher: made-up tasks for training, ortho.data.teacher{...}: inputs, and what
-- a linear map or a network of known weights makes of them.

--- @module data

local core = require "orthorun.core"
local mlp = require "orthorun.net.mlp"
local names = require "orthorun.base.names"

local matrix, init = core.matrix, core.init

local fail = names.fail

-- The matrix of a linear net without biases.
local function map_of(who, net, inputs, precision)
  local x = matrix.eye(inputs, { precision = precision })
  local ok, W = pcall(net.forward, net, x)
  if not ok then fail(who, "the net does not take %d inputs", inputs) end
  local twice, zero = net:forward(2 * x) - 2 * W, net:forward(0 * x)
  local eps = precision == "float32" and 1e-4 or 1e-10
  if not (twice:norm() + zero:norm() <= eps * W:norm()) then
    fail(who, "align= and det= go by a linear net without biases")
  end
  return W
end

-- The sign of the determinant that is asked for: of a number, or a net's map.
local function sign_of(o, who)
  if type(o.det) ~= "userdata" then return o.det end
  return (select(2, map_of(who, o.det, o.inputs, o.precision):logdet()))
end

-- U diag(s) V' with U, V Haar; det, for square ones, is its determinant's sign.
local function with_singular_values(o, who)
  local s = o.singular_values
  local k, square = #s, o.inputs == o.outputs and #s == o.inputs
  if k == 0 or k > math.min(o.inputs, o.outputs) then
    fail(who, "%d singular values for a %dx%d matrix", k, o.outputs, o.inputs)
  elseif o.det and not square then
    fail(who, "det= needs as many singular values as inputs and outputs")
  end
  local det = sign_of(o, who)
  local U = init.orthogonal { det = det }(o.rng:split("left"), o.outputs, k,
    o.precision)
  local V = init.orthogonal { det = det and 1 }(o.rng:split("right"),
    o.inputs, k, o.precision)
  return U * matrix.diag(matrix(s, { precision = o.precision })) * V:t()
end

-- U diag(s) U' W, U Haar, W the map of the net o.align: where W is orthogonal,
-- singular values s and W's own polar factor.
local function aligned(o, who)
  local s, W = o.singular_values, map_of(who, o.align, o.inputs, o.precision)
  if #s ~= W:rows() or o.outputs ~= W:rows() then
    fail(who, "align= needs as many singular values as the net has outputs, " ..
      "%d, not %d", W:rows(), #s)
  elseif o.det then
    fail(who, "give align= or det=, not both")
  end
  local U = init.orthogonal {} (o.rng:split("left"), #s, #s, o.precision)
  return U * matrix.diag(matrix(s, { precision = o.precision })) * U:t() * W
end

local function linear_teacher(o, who)
  if o.weight then return o.weight end
  if o.align then return aligned(o, who) end
  if o.singular_values then return with_singular_values(o, who) end
  return init.scaled_gaussian {} (o.rng:split("weight"), o.outputs, o.inputs,
    o.precision)
end

local function network_teacher(o)
  return o.net or mlp { sizes = o.sizes, activation = o.activation,
    init = o.init, rng = o.rng:split("weight"), precision = o.precision }
end

local known = { "inputs", "outputs", "samples", "x", "rng", "weight",
  "singular_values", "det", "align", "net", "sizes", "activation", "init", "noise",
  "distribution", "precision" }

-- Fills in the sizes that something else tells.
local function complete(o, who)
  if o.x then o.inputs, o.precision = o.x:rows(), o.x:precision() end
  if o.weight then o.inputs, o.outputs = o.weight:cols(), o.weight:rows() end
  if type(o.sizes) == "table" then
    o.inputs, o.outputs = o.sizes[1], o.sizes[#o.sizes]
  end
  o.outputs = o.outputs or o.inputs
  if o.distribution == "whitened" then o.samples = o.samples or o.inputs end
  if o.align and not o.singular_values then
    fail(who, "align= needs singular_values=")
  end
  local network = o.net or o.sizes
  if network and (o.weight or o.singular_values) then
    fail(who, "a teacher is linear (weight=, singular_values=) or a network " ..
      "(net=, sizes=), not both")
  end
  for _, name in ipairs { "inputs", not o.x and "samples" or nil } do
    if math.type(o[name]) ~= "integer" or o[name] < 1 then
      fail(who, "%s is %s, must be a whole number of at least 1", name,
        names.not_whole(o[name]))
    end
  end
  local drawn = not o.x or not (o.weight or o.net) or o.noise
  if drawn and not o.rng then fail(who, "needs rng=") end
end

local distributions = { "normal", "uniform", "whitened" }

local function inputs_of(o, who)
  if o.x then return o.x end
  local kind = o.distribution or "normal"
  if not names.has(distributions, kind) then
    fail(who, "%s", names.unknown("distribution", kind, distributions))
  elseif kind ~= "whitened" then
    local rng = o.rng:split("x")
    return rng[kind](rng, o.inputs, o.samples, { precision = o.precision })
  elseif o.samples ~= o.inputs then
    fail(who, "whitened inputs are as many as there are rows, %d, not %d",
      o.inputs, o.samples)
  end
  return matrix.eye(o.inputs, { precision = o.precision }) *
    math.sqrt(o.inputs)
end

--- A set whose y is what a teacher makes of x. A linear one, y = W x, W in the
-- field `weight`: weight=, or singular_values= with Haar singular vectors, or N(0,
-- 1/inputs). A network, in the field `net`: net=, or sizes=, activation= and init=
-- as in `mlp`.
-- @function data.teacher
-- @tparam table options
-- @tparam[opt] int options.inputs
-- @tparam[opt=inputs] int options.outputs
-- @tparam[opt] int options.samples
-- @tparam[opt] matrix options.x by default drawn
-- @tparam rng options.rng
-- @tparam[opt] matrix options.weight
-- @tparam[opt] {number,...} options.singular_values
-- @tparam[opt] 1|-1|layer options.det the sign of a square W's determinant, or a
--   linear net that has it
-- @tparam[opt] layer options.align a linear net: W is a symmetric matrix with
--   these singular values times the net's map, so that an orthogonal net has W's
--   singular vectors
-- @tparam[opt] layer options.net
-- @tparam[opt] {int,...} options.sizes
-- @tparam[opt="relu"] string options.activation
-- @tparam[opt] initializer|string|func options.init
-- @tparam[opt] number options.noise the standard deviation of what is added to y
-- @tparam[opt="normal"] "normal"|"uniform"|"whitened" options.distribution
--   whitened: √inputs times the identity, with which half the mean squared error
--   is a squared distance of maps, ‖W_L ... W_1 − W‖_F²/2
-- @tparam[opt] string options.precision
-- @treturn set
-- @usage
-- local set = ortho.data.teacher { inputs = 4, samples = 16,
--   singular_values = { 4, 3, 2, 1 }, rng = ortho.rng(1) }
-- assert((set.weight * set.x - set.y):norm() < 1e-12)
return function(options)
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
