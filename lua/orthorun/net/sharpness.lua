-- sharpness: the largest eigenvalue of a loss's Hessian with respect to all
-- parameters, by power iteration on differences of gradients.
local core = require "orthorun.core"
local names = require "orthorun.base.names"

local function joint_norm(parts)
  local squares = 0.0
  for _, part in ipairs(parts) do squares = squares + part:norm() ^ 2 end
  return math.sqrt(squares)
end

-- Copies of the gradients at parameters start + size * direction.
local function gradients_at(task, direction, size)
  for i, w in ipairs(task.parameters) do
    w:assign(task.start[i] + size * direction[i])
  end
  task.net:zero_grad():loss_gradient(task.x, task.y, task.loss)
  local out = {}
  for i, g in ipairs(task.net:gradients()) do out[i] = g:copy() end
  return out
end

-- H v, to second order in the size of the difference.
local function curvature(task, v)
  local up = gradients_at(task, v, task.size)
  local down = gradients_at(task, v, -task.size)
  for i, g in ipairs(up) do up[i] = (g - down[i]) / (2 * task.size) end
  return up
end

local function iterate(task, v, iterations)
  local lambda = 0.0
  for _ = 1, iterations do
    local norm = joint_norm(v)
    if norm == 0 then return 0.0 end
    for i, part in ipairs(v) do v[i] = part / norm end
    v = curvature(task, v)
    lambda = joint_norm(v)
  end
  return lambda
end

-- ortho.sharpness(net, x, y, loss [, {rng=, iterations=10}]): the magnitude
-- of the Hessian's largest eigenvalue after so many iterations, from a random
-- direction: never more than it, but for rounding. Gradient descent on all of
-- x is stable to first order at learning rates below 2 over it (LeCun, Simard,
-- Pearlmutter 1993). loss as in ortho.train. The net's parameters are as
-- before, to the bit; its gradients are overwritten.
return function(net, x, y, loss, options)
  options = names.options("sharpness", options, { "rng", "iterations" })
  local rng = options.rng or core.rng(1)
  local float32 = x:precision() == "float32"
  local task = { net = net, x = x, y = y, loss = loss, start = {},
    parameters = net:parameters(), size = float32 and 1e-2 or 1e-4 }
  local v = {}
  for i, w in ipairs(task.parameters) do
    task.start[i] = w:copy()
    v[i] = rng:split(i):normal(w:rows(), w:cols(),
      { precision = w:precision() })
  end
  local ok, lambda = pcall(iterate, task, v, options.iterations or 10)
  for i, w in ipairs(task.parameters) do w:assign(task.start[i]) end
  if not ok then error(lambda, 0) end
  return lambda
end
