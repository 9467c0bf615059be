-- slope_law: the distribution of an activation's squared slopes d = phi'(u)^2,
-- u normal of variance q, as a list of values and their probabilities. Where
-- the slope takes few values (relu, leaky_relu, hard_tanh) those are all there
-- are; else they are the nodes of a composite Gauss-Legendre rule in u.
local activation = require "orthorun.core".activation
local legendre = require "orthorun.theory.legendre"

local slope_law = {}

local reach = 12 -- in standard deviations

-- Where panels end, in standard deviations: at kinks, and closer together
-- where the activation bends, at |u| about 1. Panels are at most 1 wide.
local function breaks(kinks, root_q)
  local ends = { -reach, 0, reach }
  local function add(x)
    if math.abs(x) < reach then ends[#ends + 1] = x end
  end
  local bend = 0.25 / root_q
  while bend < reach do
    add(bend)
    add(-bend)
    bend = 2 * bend
  end
  for _, kink in ipairs(kinks) do add(kink / root_q) end
  table.sort(ends)
  return ends
end

-- Calls f(z, weight) for each node of the rule, z standard normal.
local function for_nodes(kinks, root_q, f)
  local ends = breaks(kinks, root_q)
  for i = 2, #ends do
    local wide = ends[i] - ends[i - 1]
    local panels = math.ceil(wide)
    for k = 1, panels do
      legendre.each(ends[i - 1] + (k - 1) * wide / panels,
        ends[i - 1] + k * wide / panels, function(z, w)
          f(z, w * math.exp(-z * z / 2))
        end)
    end
  end
end

-- The same values once, in rising order, with probabilities that add up to 1.
local function gathered(list)
  table.sort(list, function(a, b) return a[1] < b[1] end)
  local law, total = {}, 0
  for _, entry in ipairs(list) do
    local d, p = entry[1], entry[2]
    local last = law[#law]
    if last and d - last.value <= 1e-14 * d then
      last.share = last.share + p
    else
      law[#law + 1] = { value = d, share = p }
    end
    total = total + p
  end
  for _, atom in ipairs(law) do atom.share = atom.share / total end
  return law
end

-- The law at q > 0: an array of {value=, share=}, values rising.
function slope_law.at(name, alpha, q)
  local list, root_q = {}, math.sqrt(q)
  local kinks = activation.shape(name, { alpha = alpha }).kinks
  for_nodes(kinks, root_q, function(z, p)
    local slope = activation.slope(name, root_q * z, alpha)
    list[#list + 1] = { slope * slope, p }
  end)
  return gathered(list)
end

-- The law of two slopes, each for half of the units: what is left of an
-- activation at q = 0, or where q is infinite.
function slope_law.halves(below, above)
  return gathered { { below * below, 0.5 }, { above * above, 0.5 } }
end

-- E[d^power]
function slope_law.moment(law, power)
  local sum = 0
  for _, atom in ipairs(law) do sum = sum + atom.share * atom.value ^ power end
  return sum
end

return slope_law
