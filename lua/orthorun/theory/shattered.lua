-- shattered: how alike wide nets' gradients are at two inputs. Each layer multiplies
-- their correlation by E[phi'(u) phi'(v)] over E[phi'^2], at the correlation that the
-- two signals have there; a residual block adds the 1 of its shortcut to both.
-- Balduzzi et al. 2017 (arXiv:1702.08591) had that factor fixed.

--- @module theory

local activation = require "orthorun.core".activation
local chaos = require "orthorun.theory.chaos"
local checked = require "orthorun.theory.checked"
local names = require "orthorun.base.names"
local residual = require "orthorun.theory.residual"
local fail = require "orthorun.core".fail -- at the user's line

local shattered = {}

-- The map with its answers kept: nets of several depths, of one activation, go through
-- the same correlations.
local function remembered(name, map)
  local known, count = {}, 0
  return function(c)
    local one = known[c]
    if not one then
      if count == 10000 then known, count = {}, 0 end
      one = table.pack(chaos.correlation_map(name, c, map))
      known[c], count = one, count + 1
    end
    return one[1], one[2]
  end
end

local maps = {} -- of homogeneous activations, whose q is any

local function map_of(name, map, homogeneous)
  if not homogeneous then return remembered(name, map) end
  local key = ("%s %s %s %s %s"):format(name, map.alpha, map.sigma_w2, map.sigma_b2,
    map.q)
  maps[key] = maps[key] or remembered(name, map)
  return maps[key]
end

--- Mean field.
-- @section mean_field

--- The correlation of a wide net's gradients toward its input, at two inputs whose
-- own correlation is c: at 1 it stays 1. Of relu and He's weights it is about
-- 1 - depth·angle/π for small angles, and falls as depth^−3 in the end.
-- @function theory.gradient_correlation
-- @tparam string name of the activation
-- @tparam number c the inputs' correlation, in [−1, 1]
-- @tparam table options
-- @tparam int options.depth weight matrices, with depth − 1 activations between them;
--   of a residual net blocks, each with one activation
-- @tparam[opt] number|string options.residual what blocks x + residual·W φ(x) multiply
--   their branch by, or "1", "1/sqrt(L)", "1/L"; nil: a plain net. Homogeneous
--   activations without biases only
-- @tparam[opt=1] number options.sigma_w2
-- @tparam[opt=0] number options.sigma_b2
-- @tparam[opt] number options.q variance of pre-activations in all layers; by default
--   the fixed point
-- @tparam[opt] number options.alpha
-- @treturn number
-- @treturn number the correlation of the two signals in the end
-- @paper Balduzzi et al. 2017 (arXiv:1702.08591)
-- @usage
-- print(ortho.theory.gradient_correlation("relu", 0.9, { depth = 10, sigma_w2 = 2 }))
function shattered.gradient_correlation(name, c, options)
  local who = "gradient_correlation"
  local o = checked.options(who, options, { "depth", "residual", "sigma_w2",
    "sigma_b2", "q", "alpha" })
  local depth = checked.count(who, o, "depth", nil, 1)
  local scale = o.residual and residual.scale(who, "residual", o.residual, depth)
  checked.activation(who, name, o.alpha)
  checked.number(who, o, "sigma_w2", 1)
  checked.number(who, o, "sigma_b2", 0, 0)
  if o.q ~= nil then checked.number(who, o, "q") end
  if type(c) ~= "number" or not (c >= -1 and c <= 1) then
    fail(("%s: c is %s; a correlation in [-1, 1] is needed"):format(who,
      names.shown(c)))
  end
  local homogeneous = activation.shape(name, { alpha = o.alpha }).homogeneous
  if scale and (not homogeneous or (o.sigma_b2 or 0) ~= 0) then
    fail(("%s: residual nets only of homogeneous activations without biases, not of %s")
      :format(who, homogeneous and "sigma_b2 = " .. names.shown(o.sigma_b2) or name))
  end
  local map = { sigma_w2 = o.sigma_w2, sigma_b2 = o.sigma_b2, alpha = o.alpha,
    q = o.q or homogeneous and 1 or nil }
  local step = map_of(name, map, homogeneous)
  local _, all = step(1)
  if c == 1 then return 1.0, 1.0 end -- of which the map's rounding would leave less
  local keep, share = scale and 1 or 0, (scale or 1) ^ 2
  local alike = 1.0
  for _ = 1, scale and depth or depth - 1 do
    local after, both = step(c)
    alike = alike * (keep + share * both) / (keep + share * all)
    c = (keep * c + share * all * after) / (keep + share * all)
  end
  return alike, c
end

return shattered
