-- optim: the optimizers of the C part (sgd, adam, adamw, clip, grad_norm), and
-- learning-rate schedules: functions of the number of steps taken so far, 0
-- before the first, that return the rate of the next step.
--   opt:lr(schedule(step)); opt:step(net)

--- @module optim

local core = require "orthorun.core"
local names = require "orthorun.base.names"

local fail = names.fail

local optim = {}
for name, value in pairs(core.optim) do optim[name] = value end

local function number(who, options, name, fallback, low)
  local value = options[name]
  if value == nil then value = fallback end
  if type(value) ~= "number" or not (value >= low) or value == math.huge then
    fail(who, "%s is %s, must be a finite number of at least %s", name,
      names.shown(value), low)
  end
  return value
end

local function count(who, options, name, fallback)
  local value = options[name]
  if value == nil then value = fallback end
  if math.type(value) ~= "integer" or value < 0 then
    fail(who, "%s is %s, must be a whole number", name, names.not_whole(value))
  end
  return value
end

local function rate(who, options)
  local lr = options.lr
  if type(lr) ~= "number" or not (lr > 0) or lr == math.huge then
    fail(who, "lr is %s, must be positive and finite", names.shown(lr))
  end
  return lr
end

--- Schedules.
-- @section schedules

--- The same rate always.
-- @function optim.constant
-- @tparam table options
-- @tparam number options.lr
-- @treturn func schedule(step) → rate
function optim.constant(options)
  options = names.options("optim.constant", options, { "lr" })
  local lr = rate("optim.constant", options)
  return function() return lr end
end

--- lr · factor^⌊step/every⌋, PyTorch's StepLR.
-- @function optim.step_decay
-- @tparam table options
-- @tparam number options.lr
-- @tparam int options.every
-- @tparam[opt=0.1] number options.factor
-- @treturn func schedule(step) → rate
function optim.step_decay(options)
  local who = "optim.step_decay"
  options = names.options(who, options, { "lr", "every", "factor" })
  local lr, every = rate(who, options), count(who, options, "every")
  local factor = number(who, options, "factor", 0.1, 0)
  if every == 0 then fail(who, "every is 0, must be at least 1") end
  if factor == 0 then fail(who, "factor is 0, must be positive") end
  return function(step) return lr * factor ^ (step // every) end
end

--- The schedule times (step+1)/steps in its first `steps` steps.
-- @function optim.warmup
-- @tparam func schedule
-- @tparam int steps
-- @treturn func schedule(step) → rate
function optim.warmup(schedule, steps)
  if type(schedule) ~= "function" then
    fail("optim.warmup", "the schedule must be a function(step), not a %s",
      type(schedule))
  end
  steps = count("optim.warmup", { steps = steps }, "steps")
  return function(step)
    return schedule(step) * math.min(1, (step + 1) / steps)
  end
end

--- warmup linear steps up to lr, then half a cosine that reaches final after
-- `steps` steps in all and stays there (PyTorch's CosineAnnealingLR where warmup
-- is 0).
-- @function optim.cosine
-- @tparam table options
-- @tparam number options.lr
-- @tparam int options.steps
-- @tparam[opt=0] number options.final
-- @tparam[opt=0] int options.warmup
-- @treturn func schedule(step) → rate
-- @usage
-- local schedule = ortho.optim.cosine { lr = 0.1, steps = 100, warmup = 10 }
-- assert(schedule(0) == 0.01)
function optim.cosine(options)
  local who = "optim.cosine"
  options = names.options(who, options, { "lr", "steps", "final", "warmup" })
  local lr, final = rate(who, options), number(who, options, "final", 0, 0)
  local steps = count(who, options, "steps")
  local warmup = count(who, options, "warmup", 0)
  if steps <= warmup then
    fail(who, "steps is %d, must be more than warmup, %d", steps, warmup)
  end
  return function(step)
    if step < warmup then return lr * (step + 1) / warmup end
    local part = math.min(1, (step - warmup) / (steps - warmup))
    return final + (lr - final) * (1 + math.cos(math.pi * part)) / 2
  end
end

return optim
