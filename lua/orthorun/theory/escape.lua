-- escape: how long a deep linear net takes to turn a plane. Of L balanced layers
-- that turn one plane alike and are aligned with the target there, the product's
-- part in it is a complex number p, and gradient flow is
--   dp/dt = L |p|^(2 - 2/L) (T - p),   T = target e^(i angle),
-- along the straight line from start to T, on which what is left is x of the first
-- error: dt = -dx/(L x |p|^(2 - 2/L)). The line passes the origin, where nothing
-- moves, at a distance h; at an angle of pi it meets it: that is the trap of a
-- determinant of the other sign.

--- @module theory

local checked = require "orthorun.theory.checked"
local legendre = require "orthorun.theory.legendre"
local names = require "orthorun.base.names"
local fail = require "orthorun.core".fail -- at the user's line

local escape = {}

local exp, log, sqrt, cos, sin = math.exp, math.log, math.sqrt, math.cos, math.sin

local function exp_less_one(x)
  local u = exp(x)
  if u == 1 then return x end
  if u == 0 or u == math.huge then return u - 1 end
  return (u - 1) * x / log(u)
end

-- The line: |p|^2 = (length (x - foot))^2 + h^2.
local function line(o)
  local a, b = o.start, o.target
  local length2 = (a - b) ^ 2 + 2 * a * b * (1 - cos(o.angle))
  local foot = (b * (b - a) + a * b * (1 - cos(o.angle))) / length2
  return { length = sqrt(length2), foot = foot,
    h = o.angle == math.pi and 0 or a * b * sin(o.angle) / sqrt(length2) }
end

-- The integral of f from `from` to `to`: panels at most 1 wide, and near 0 no wider
-- than `least` at first and then as wide as they are far from it.
local function graded(f, from, to, least)
  local sum, at = 0, from
  while at < to do
    local reach = math.min(1, math.max(least, 0.5 * math.abs(at)))
    if at < 0 then reach = math.min(reach, math.max(least, -0.5 * at)) end
    local next_at = math.min(to, at + reach)
    sum = sum + legendre.integral(f, at, next_at)
    at = next_at
  end
  return sum
end

-- Time from the whole error to `left` of it (as lengths, not squares).
local function time(depth, way, left)
  local power = 1 - 1 / depth
  if way.foot <= 0 then -- away from the origin all the way
    return graded(function(s)
      local y = way.length * (exp(s) - way.foot)
      return (y * y + way.h ^ 2) ^ -power
    end, log(left), 0, 1) / depth
  end
  local inside = way.foot > left and way.foot < 1
  if way.h == 0 and inside and depth > 1 then return math.huge end
  local middle = log(way.foot)
  local least = math.max(1e-300, 0.5 * way.h / (way.length * way.foot))
  return graded(function(d)
    local y = way.length * way.foot * exp_less_one(d)
    return (y * y + way.h ^ 2) ^ -power
  end, log(left) - middle, -middle, least) / depth
end

local function closest(way, left)
  local x = math.max(left, math.min(1, way.foot))
  return sqrt((way.length * (x - way.foot)) ^ 2 + way.h ^ 2)
end

local function read(who, options, keys)
  local o = checked.options(who, options, keys)
  local out = { depth = checked.count(who, o, "depth", nil, 1),
    start = checked.number(who, o, "start", 1),
    target = checked.number(who, o, "target", 1),
    angle = checked.number(who, o, "angle", nil, 0), left = o.left }
  if out.angle > math.pi then
    fail(("%s: angle is %s; an angle between 0 and pi is needed"):format(who,
      names.shown(out.angle)))
  end
  return out
end

--- Training.
-- @section escape

--- The time in which gradient flow turns a plane of a deep linear net's product by an
-- angle, and takes its singular values from start to target: aligned, balanced
-- layers. Infinite at π from 2 layers on: the trap of a determinant of the other
-- sign. A net takes the time of its largest angle.
-- @function theory.escape_time
-- @tparam table options
-- @tparam int options.depth
-- @tparam number options.angle 0 to π, between the product's plane and the target's
-- @tparam[opt=1] number options.start
-- @tparam[opt=1] number options.target
-- @tparam[opt=0.001] number options.left share of the plane's first squared error to
--   be left
-- @treturn number steps times rate, for the loss ‖P − T‖²/2
-- @treturn number the smallest singular value of the plane on the way
-- @usage
-- local time, least = ortho.theory.escape_time { depth = 4, angle = 3.1 }
-- print(time, least) -- 8.71, and cos(angle/2) = 0.0208
function escape.escape_time(options)
  local who = "escape_time"
  local o = read(who, options, { "depth", "angle", "start", "target", "left" })
  local left = checked.number(who, o, "left", 1e-3)
  if left >= 1 then
    fail(("%s: left is %s; a share below 1 is needed"):format(who, names.shown(left)))
  end
  local way = line(o)
  if way.length == 0 then return 0.0, o.start end
  if not (way.length < math.huge and way.h == way.h) then
    fail(("%s: start is %s and target %s; their squares are needed, which do not fit")
      :format(who, names.shown(o.start), names.shown(o.target)))
  end
  return time(o.depth, way, sqrt(left)), closest(way, sqrt(left))
end

-- The integral of cosh^-p over the line, by the trapezoidal rule: B(1/2, p/2).
local function all_of_cosh(p)
  local step, sum = 0.125, 0.5
  for k = 1, math.ceil(40 / p / step) do
    sum = sum + (2 / (exp(k * step) + exp(-k * step))) ^ p
  end
  return 2 * step * sum
end

--- The same time as the angle nears π, c (π − angle)^−(1−2/L) to leading order: what a
-- determinant of the other sign is the end of. (start target (π − angle)/(start +
-- target) is how near to 0 the singular values come.)
-- @function theory.determinant_trap
-- @tparam table options
-- @tparam int options.depth at least 3 (for 2 the time grows as a logarithm)
-- @tparam number options.angle
-- @tparam[opt=1] number options.start
-- @tparam[opt=1] number options.target
-- @treturn number steps times rate
-- @treturn number the exponent, −(1 − 2/L)
function escape.determinant_trap(options)
  local who = "determinant_trap"
  local o = read(who, options, { "depth", "angle", "start", "target" })
  if o.depth < 3 then
    fail(("%s: depth is %d; the power law begins at 3 layers"):format(who, o.depth))
  end
  local p, a, b = 1 - 2 / o.depth, o.start, o.target
  local h = a * b / (a + b) * (math.pi - o.angle)
  return h ^ -p * all_of_cosh(p) / (o.depth * b), -p
end

return escape
