-- sharpness: the largest eigenvalue of a loss's Hessian with respect to all
-- parameters.

--- @module training

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

--- The largest eigenvalue λ of the Hessian of the loss on all of x, y, with respect to
-- all parameters: Lanczos' method with full reorthogonalization on exact Hessian
-- products (`metric.hessian_product`), from a random direction. An eigenvalue lies
-- within r of λ, and the largest is not below λ; once r is small, the error is about
-- r² over the distance to the next eigenvalue: 1e-8 λ where that is λ. A float32
-- net's products are good to some 1e-6. Gradient descent on all of x is stable to
-- first order at rates below 2/λ. Nothing of the net changes. A λ that no number
-- holds is `inf`; NaN is an error.
-- @function sharpness
-- @tparam layer net
-- @tparam matrix x
-- @tparam matrix|{int,...} y
-- @tparam string|func loss as in `train`
-- @tparam[opt] table options
-- @tparam[opt=rng(1)] rng options.rng draws the first direction
-- @tparam[opt=100] int options.iterations products at most
-- @tparam[opt=1e-4] number options.tolerance it ends at r ≤ tolerance λ
-- @treturn number λ
-- @treturn number r
-- @paper LeCun, Simard, Pearlmutter 1993
-- @usage
-- local r = ortho.rng(1)
-- local net = ortho.mlp { width = 3, depth = 2, rng = r }
-- local x, y = r:normal(3, 8), r:normal(3, 8)
-- local top = ortho.sharpness(net, x, y, "mse")
-- print("stable below", 2 / top)
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
