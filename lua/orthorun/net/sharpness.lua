-- sharpness: the largest eigenvalue of a loss's Hessian with respect to all
-- parameters.
local core = require "orthorun.core"
local names = require "orthorun.base.names"
local lanczos = require "orthorun.net.lanczos"

local function fail(message, ...)
  core.fail("sharpness: " .. message:format(...))
end

local function check(options)
  options = names.options("sharpness", options,
    { "rng", "iterations", "tolerance" })
  local iterations = options.iterations or 100
  local tolerance = options.tolerance or 1e-4
  if math.type(iterations) ~= "integer" or iterations < 1 then
    fail("iterations is %s, must be a whole number above 0",
      names.shown(iterations))
  elseif type(tolerance) ~= "number" or not (tolerance >= 0) then
    fail("tolerance is %s, must be a number, 0 or more", names.shown(tolerance))
  end
  return options.rng or core.rng(1), iterations, tolerance
end

-- ortho.sharpness(net, x, y, loss [, {rng=, iterations=100, tolerance=1e-4}]):
-- the largest eigenvalue λ of the Hessian of the loss on all of x, y, and a
-- bound r of its error, by Lanczos' method on exact Hessian products
-- (metric.hessian_product) from a random direction. An eigenvalue lies within r
-- of λ, and the largest is not below λ; once r is small λ is nearer to it than
-- r: r^2 over the distance to the next eigenvalue. Ends at r <= tolerance λ, or
-- after so many products. Gradient descent on all of x is stable to first order
-- at learning rates below 2/λ (LeCun, Simard, Pearlmutter 1993). loss as in
-- ortho.train. Nothing of the net changes. Where λ is beyond all numbers it is
-- inf.
return function(net, x, y, loss, options)
  local rng, iterations, tolerance = check(options)
  names.expect("sharpness", "the first argument", net, "layer")
  names.expect("sharpness", "the second argument", x, "matrix")
  local parameters, n = net:parameters(), 0
  for _, w in ipairs(parameters) do n = n + w:rows() * w:cols() end
  local precision = n > 0 and parameters[1]:precision() or "float64"
  if n == 0 then fail("the network has no parameters") end
  local values, residuals = lanczos(function(v)
    return core.metric.hessian_product(net, x, y, loss, v:to(precision))
      :to "float64"
  end, n, {
    start = rng:normal(n, 1, { precision = "float64" }),
    iterations = iterations,
    done = function(found, left) return left[1] <= tolerance * math.abs(found[1]) end,
  })
  if values then return values[1], residuals[1] end
  if residuals ~= residuals then
    fail("the Hessian times a vector has NaN: the loss or a gradient has one")
  end
  return math.huge, math.huge
end
