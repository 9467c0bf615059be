-- loss: the losses of the C part, and those made of them.
local core = require "orthorun.core"
local names = require "orthorun.base.names"

local loss = {}
for name, value in pairs(core.loss) do loss[name] = value end

-- loss.scaled(net, x [, {scale=1, centred=true}]): half the mean squared error
-- of scale (f - f0), f what the net makes of x and f0 what it makes of it now,
-- as a function(f, y) -> value, gradient, for ortho.train on all of x. What is
-- to be learnt is y then, whatever the net's random first output, and a large
-- scale makes for lazy training (Chizat, Oyallon, Bach 2019). centred = false:
-- f0 = 0.
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
