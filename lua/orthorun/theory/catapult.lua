-- catapult: gradient descent at rates beyond 2/lambda, where it can be followed
-- exactly: one sample, two linear layers, any width.

--- @module theory

local checked = require "orthorun.theory.checked"
local names = require "orthorun.base.names"
local fail = require "orthorun.core".fail -- at the user's line

local catapult = {}

--- Large rates.
-- @section large_rates

--- Gradient descent on f²/2, f = W₂ W₁ x one number, exactly, at any width: with κ the
-- learning rate times the tangent kernel, ‖∂f/∂W‖² (once f is 0 the Hessian's largest
-- eigenvalue), and φ = rate² f² ‖x‖², a step makes of them κ + φ(κ − 4) and
-- φ(1 − κ + φ)². So below κ = 2 little happens; between 2 and 4 the loss grows until it
-- has brought κ below 2; above 4 it grows for ever.
-- @function theory.catapult
-- @tparam table options
-- @tparam number options.kernel κ at the start
-- @tparam number options.output φ at the start; above 0
-- @tparam[opt=100000] int options.most steps
-- @treturn table `kernel`, κ at the end (inf where it diverges, nan where it is not over
-- after most steps); `peak`, the largest loss over the first; `steps` until the loss is
-- 1e-30 of the first
-- @paper Lewkowycz, Bahri, Dyer, Sohl-Dickstein, Gur-Ari 2020 (arXiv:2003.02218)
-- @usage
-- local c = ortho.theory.catapult { kernel = 2.5, output = 1e-4 }
-- print(c.kernel, c.peak) -- below 2, though it began above
function catapult.catapult(options)
  local who = "catapult"
  local o = checked.options(who, options, { "kernel", "output", "most" })
  local kappa = checked.number(who, o, "kernel")
  local first = checked.number(who, o, "output")
  if kappa * kappa < 4 * first then -- |f| <= (‖W₁x‖² + ‖W₂‖²‖x‖²)/(2‖x‖)
    fail(("%s: output is %s, but no net has more than kernel²/4, %s"):format(who,
      names.shown(first), names.shown(kappa * kappa / 4)))
  end
  local phi, peak = first, first
  for step = 1, checked.count(who, o, "most", 100000, 1) do
    kappa, phi = kappa + phi * (kappa - 4), phi * (1 - kappa + phi) ^ 2
    peak = math.max(peak, phi)
    if not (phi < 1e100) then
      return { kernel = math.huge, peak = math.huge, steps = math.huge }
    elseif phi <= 1e-30 * first then
      return { kernel = kappa, peak = peak / first, steps = step }
    end
  end
  return { kernel = 0 / 0, peak = peak / first, steps = math.huge }
end

return catapult
