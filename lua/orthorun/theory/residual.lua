-- residual: norms in wide residual networks, x^l = x^(l-1) + scale f(x^(l-1)), as
-- ortho.resnet builds them: f is a layer norm or none, then so many times an
-- activation and a square matrix. Mean squares Q of the stream and energies D of
-- dloss/dx, as in a plain net's mean field but with the shortcut's 1:
--   Q^l = Q^(l-1) + scale^2 q_out,  D^(l-1) = D^l (1 + scale^2 G),
-- G the branch's own growth backward, divided by Q^(l-1) where it begins with a
-- layer norm (Yang and Schoenholz 2017, arXiv:1712.08969).

--- @module theory

local activation = require "orthorun.core".activation
local arms = require "orthorun.base.arms"
local checked = require "orthorun.theory.checked"
local names = require "orthorun.base.names"
local net_of = require "orthorun.theory.net"
local fail = require "orthorun.core".fail -- at the user's line

local residual = {}

local log = math.log
local ln10 = log(10)

-- --- one branch -----------------------------------------------------------------

-- Of a branch whose input has variance q: the variance that comes out; for each of
-- its matrices the mean square that goes in, and what E||delta||^2 is multiplied by
-- from the matrix's output to its input's activation.
local function branch(net, q)
  local into, back = {}, {}
  for k = 1, net.inner do
    local options = { q = q, alpha = net.alpha }
    into[k] = activation.moment(net.activation, options)
    options.slope = true
    back[k] = net.w2 * activation.moment(net.activation, options)
    q = net.w2 * into[k]
  end
  return q, into, back
end

-- The blocks, first to last: the logarithm of Q after each, what D grows by on its
-- way back, and for each matrix the logarithm of ||gradient||^2 over D behind the
-- block. A homogeneous activation without norm multiplies Q: that is done in
-- logarithms, with a branch of variance 1.
local function blocks(net)
  local log_q, list = log(net.q0), {}
  local scaling = not net.norm and net.homogeneous
  for l = 1, net.depth do
    local q_in = (net.norm or scaling) and 1 or math.exp(log_q)
    local out, into, back = branch(net, q_in)
    local share = net.scale ^ 2
    local before, own = log_q, {}
    log_q = scaling and log_q + log(1 + share * out)
      or log(math.exp(log_q) + share * out)
    for k = net.inner, 1, -1 do
      own[k] = log(share) + log(net.width * into[k]) + (scaling and before or 0)
      share = share * back[k]
    end
    if net.norm then -- it takes out the mean and the direction of x itself
      share = share * (1 - 2 / net.width) / math.exp(before)
    end
    list[l] = { log_q = log_q, growth = log(1 + share), own = own, q = q_in,
      into = into, share = 1 - math.exp(before - log_q),
      back_share = share / (1 + share) }
  end
  return list
end

-- --- options -----------------------------------------------------------------------

local known = { "width", "depth", "inner", "norm", "scale", "activation", "alpha",
  "init", "gain", "q0", "cotangent2" }

local scales = { ["1"] = 0, ["1/sqrt(L)"] = -0.5, ["1/L"] = -1 }

-- What branches are multiplied by in a net of so many blocks; the option `name`.
function residual.scale(who, name, scale, depth)
  if type(scale) == "string" and scales[scale] then return depth ^ scales[scale] end
  if scale == nil then return 1 end
  if type(scale) ~= "number" or scale - scale ~= 0 then
    fail(('%s: %s must be a finite number, "1", "1/sqrt(L)" or "1/L", not %s')
      :format(who, name, names.describe(scale)))
  end
  return scale
end

local function weight_variance(o, width)
  local init, gain = o.init or "scaled_gaussian", o.gain
  local arm = arms[init]
  if arm and gain == nil then init, gain = arm.theory.init, arm.theory.gain end
  return width * net_of.init_variance(init, gain, width, width), init == "orthogonal"
end

local function read(who, options)
  local o = checked.with_like(who, options, known)
  local net = {
    width = checked.count(who, o, "width", nil, 3),
    depth = checked.count(who, o, "depth", nil, 1, 1000000),
    inner = checked.count(who, o, "inner", 2, 1, 1000),
    q0 = checked.number(who, o, "q0", 1),
    cotangent2 = checked.number(who, o, "cotangent2", 1),
  }
  if o.norm ~= nil and o.norm ~= false and o.norm ~= "layer" then
    fail(('%s: norm must be "layer" or false, not %s'):format(who,
      names.describe(o.norm)))
  end
  net.norm = o.norm ~= false
  net.scale = residual.scale(who, "scale", o.scale, net.depth)
  net.w2, net.orthogonal = weight_variance(o, net.width)
  local phi = net_of.read_phi(who, o)
  net.activation, net.alpha, net.homogeneous = phi.name, phi.alpha, phi.homogeneous
  net.phi = phi
  return net
end

-- Least-squares slope of y against its index.
local function fit(y)
  local middle, top, bottom = 0.5 * (#y + 1), 0, 0
  for l, value in ipairs(y) do
    top, bottom = top + (l - middle) * value, bottom + (l - middle) ^ 2
  end
  return top / bottom
end

-- Adds to the logarithms of mean squares what theory.signal has: typical values, a
-- net's standard deviation, slopes.
local function with_deviations(out, net, list)
  local found = require "orthorun.theory.residual_noise".deviations(net, list)
  local typical, sd, slope = {}, {}, {}
  for name, of in pairs(found) do
    typical[name], sd[name] = {}, {}
    for l, x in ipairs(out[name]) do
      typical[name][l] = x + 0.5 * of.mean[l] / ln10
      sd[name][l] = 0.5 * math.sqrt(math.max(0, of.var[l])) / ln10
    end
    slope[name] = #typical[name] >= 4 and fit(typical[name]) or nil
  end
  out.typical, out.sd, out.slope = typical, sd, next(slope) and slope or nil
  return out
end

--- Finite width.
-- @section finite_width

--- Predicted log10 norms of a residual net as `resnet` makes it, of random weights
-- and no biases, for one input: mean squares by mean field; `typical` and `sd` to
-- first order in depth · scale²/width. `predict` may return it as it is. (With a
-- layer norm ‖dloss/dx‖ of blocks of scale 1 grows as the root of the depth; without
-- one it is multiplied in each.)
-- @function theory.residual_signal
-- @tparam table options
-- @tparam int options.width
-- @tparam int options.depth blocks
-- @tparam[opt=2] int options.inner activations and matrices of a block
-- @tparam[opt="layer"] string|false options.norm what a block begins with
-- @tparam[opt=1] number|string options.scale of the branches: a number,
--   "1/sqrt(L)" or "1/L"
-- @tparam[opt="relu"] string|func|table options.activation
-- @tparam[opt] number options.alpha
-- @tparam[opt="scaled_gaussian"] string options.init
-- @tparam[opt] number|string|func|table options.gain
-- @tparam[opt=1] number options.q0 mean square of the inputs
-- @tparam[opt=1] number options.cotangent2 E‖dloss/dx‖² behind the last block
-- @tparam[opt] table options.like as of parameters, with what is not given
-- @treturn table arrays: `forward`, ‖x^l‖ after each block; `delta`, ‖dloss/dx‖
--   before each block; `gradient`, of each matrix, in the order of net:weights();
--   `typical` and `sd`, as `theory.signal` has them; `slope`, of typical values per
--   block (gradient: per matrix), from 4 on
-- @paper Yang, Schoenholz 2017 (arXiv:1712.08969)
-- @usage
-- local net = ortho.theory.residual_signal { width = 64, depth = 100,
--   init = "he_normal", scale = "1/sqrt(L)" }
-- print(net.forward[100], net.delta[1])
function residual.signal(options)
  local net = read("residual_signal", options)
  local list, log_d = blocks(net), log(net.cotangent2)
  local out = { forward = {}, delta = {}, gradient = {} }
  for l = net.depth, 1, -1 do
    for k = 1, net.inner do
      out.gradient[(l - 1) * net.inner + k] = 0.5 * (log_d + list[l].own[k]) / ln10
    end
    log_d = log_d + list[l].growth
    out.forward[l] = 0.5 * (log(net.width) + list[l].log_q) / ln10
    out.delta[l] = 0.5 * log_d / ln10
  end
  return with_deviations(out, net, list)
end

return residual
