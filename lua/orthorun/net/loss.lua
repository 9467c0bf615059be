-- loss: the losses of the C part, and those made of them.

--- @module loss

local core = require "orthorun.core"
local names = require "orthorun.base.names"

local loss = {}
for name, value in pairs(core.loss) do loss[name] = value end

--- A loss for `train` on all of x: half the mean squared error of scale (f − f0),
-- f0 what the net makes of x now (0 where not centred). What is to be learnt is y
-- then; a large scale makes for lazy training.
-- @function loss.scaled
-- @tparam layer net
-- @tparam matrix x
-- @tparam[opt] table options
-- @tparam[opt=1] number options.scale
-- @tparam[opt=true] bool options.centred
-- @treturn func f(output, y [, along]) → value, gradient, and how that changes along a
--   matrix like the output, for `metric.hessian_product`
-- @paper Chizat, Oyallon, Bach 2019
function loss.scaled(net, x, options)
  options = names.options("loss.scaled", options, { "scale", "centred" })
  local scale = options.scale or 1
  if type(scale) ~= "number" or scale - scale ~= 0 or scale == 0 then
    core.fail(("loss.scaled: scale is %s, must be finite and not 0"):format(
      names.shown(scale)))
  end
  names.expect("loss.scaled", "the first argument", net, "layer")
  names.expect("loss.scaled", "the second argument", x, "matrix")
  local f0 = net:forward(x) * (options.centred == false and 0 or 1)
  return function(f, y, along)
    local value, gradient = loss.mse(scale * (f - f0), y,
      { reduction = "half" })
    return value, scale * gradient,
      along and along * (scale ^ 2 / along:cols()) or nil
  end
end

return loss
