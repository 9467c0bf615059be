-- mode: how one singular value s of a deep linear network's product learns its
-- target T by gradient flow, all L layers balanced:
--   ds/dt = L s^(2 - 2/L) (T - s)                (Saxe, McClelland, Ganguli 2013;
-- Arora, Cohen, Hazan 2018), for the loss (s - T)^2/2 in unit time.
-- In u = ln(s/|T - s|), with p = 1 - 2/L,  |du/dt| = L |T| s^p: smooth, and linear
-- for L = 2, whose s is the logistic function.

--- @module theory

local checked = require "orthorun.theory.checked"
local legendre = require "orthorun.theory.legendre"
local names = require "orthorun.base.names"
local fail = require "orthorun.core".fail -- at the user's line

local mode = {}

local exp, log, abs = math.exp, math.log, math.abs

-- --- the three kinds of path, in a variable u that rises with time ------------

-- rise: from below to T; fall: from above to T; vanish: to 0, for T of the
-- other sign. u_of(s), s_of(u), and bend(u) = s^-p |T|^p; small: where the path
-- bends sharply, towards u = 0.
local function rise(T, p)
  return {
    u_of = function(s) return log(s / (T - s)) end,
    s_of = function(u) return T / (1 + exp(-u)) end,
    bend = function(u)
      if u < -40 then return exp(-p * u) end
      return (1 + exp(-u)) ^ p
    end,
  }
end

local function one_less_exp(x) -- 1 - e^-x to full accuracy for small x
  if x > 1e-3 then return 1 - exp(-x) end
  return x * (1 - x / 2 * (1 - x / 3 * (1 - x / 4 * (1 - x / 5))))
end

local function fall(T, p)
  return {
    u_of = function(s) return -log(1 - T / s) end,
    s_of = function(u) return T / one_less_exp(u) end,
    bend = function(u) return one_less_exp(u) ^ p end,
    small = true,
  }
end

local function vanish(T, p)
  return {
    u_of = function(s) return log(1 - T / s) end,
    s_of = function(u) return -T * exp(-u) / one_less_exp(u) end,
    bend = function(u) return (exp(u) * one_less_exp(u)) ^ p end,
    small = true,
  }
end

local function path_of(depth, start, T)
  local p = 1 - 2 / depth
  local path = (T < 0 and vanish or start < T and rise or fall)(T, p)
  path.unit = depth * abs(T) ^ (1 + p) -- dt = bend du/unit
  return path
end

-- How far one panel of the quadrature may reach from u.
local function panel(path, u)
  return path.small and math.min(1, 0.5 * u) or 1
end

-- The time from u on to v.
local function time_between(path, u, v)
  local total = 0.0
  while u < v do
    local to = math.min(v, u + panel(path, u))
    total = total + legendre.integral(path.bend, u, to)
    u = to
  end
  return total / path.unit
end

-- u when `left` more time has passed: whole panels, then Newton's method.
local function after(path, u, left)
  left = left * path.unit
  while true do
    if u > 40 and abs(path.bend(u) - 1) < 1e-15 then return u + left end
    local to = u + panel(path, u)
    local taken = legendre.integral(path.bend, u, to)
    if taken > left then break end
    if to == u or taken == 0 then return u end
    u, left = to, left - taken
  end
  local v = u + math.min(left / path.bend(u), panel(path, u))
  for _ = 1, 20 do
    local step = (left - legendre.integral(path.bend, u, v)) / path.bend(v)
    v = math.max(u, v + step)
    if abs(step) <= 1e-16 * abs(v) then break end
  end
  return v
end

-- --- closed forms where u does not serve -------------------------------------------

local function at_time(depth, start, T, t)
  if depth == 1 then return T + (start - T) * exp(-t) end
  if start == T or start == 0 then return start + 0.0 end
  if t == math.huge then return math.max(0.0, T) end
  if T == 0 then
    local power = 2 - 2 / depth
    return (start ^ -power + depth * power * t) ^ (-1 / power)
  end
  local path = path_of(depth, start, T)
  return path.s_of(after(path, path.u_of(start), t))
end

local function check_time(who, t)
  if type(t) ~= "number" or not (t >= 0) then
    fail(("%s: time is %s, must be a number of at least 0, or an array of them")
      :format(who, names.shown(t)))
  end
  return t
end

local function read(who, options, last)
  local o = checked.options(who, options, { "depth", "start", "target", last })
  return o, checked.count(who, o, "depth", nil, 1),
    checked.number(who, o, "start", 1, 0),
    checked.number(who, o, "target", nil, -math.huge)
end

--- Training.
-- @section modes

--- A singular value s of a balanced deep linear net's product under gradient flow,
-- ds/dt = L s^(2−2/L) (target − s). From 0 it does not move (depth of 2 and more),
-- and it never passes 0: with a target below 0 it goes there. Relative error about
-- 1e-13.
-- @function theory.mode
-- @tparam table options
-- @tparam int options.depth
-- @tparam[opt=1] number options.start
-- @tparam number options.target
-- @tparam number|{number,...} options.time steps times rate
-- @treturn number|{number,...} an array for an array of times
-- @paper Saxe, McClelland, Ganguli 2013; Arora, Cohen, Hazan 2018
-- @usage
-- local s = ortho.theory.mode { depth = 3, target = 2, time = { 0.1, 1, 10 } }
-- print(table.unpack(s))
function mode.mode(options)
  local o, depth, start, T = read("mode", options, "time")
  if type(o.time) ~= "table" then
    return at_time(depth, start, T, check_time("mode", o.time))
  end
  local out = {}
  for i, t in ipairs(o.time) do
    out[i] = at_time(depth, start, T, check_time("mode", t))
  end
  return out
end

local function linear_time(start, T, reached)
  return log((T - start) / (T - reached))
end

local function zero_time(depth, start, reached)
  local power = 2 - 2 / depth
  return (reached ^ -power - start ^ -power) / (depth * power)
end

--- The time in which `theory.mode` gets from start to reached; inf where that is
-- the target, or the start is 0.
-- @function theory.learning_time
-- @tparam table options
-- @tparam int options.depth
-- @tparam[opt=1] number options.start
-- @tparam number options.target
-- @tparam number options.reached between start and target
-- @treturn number
function mode.learning_time(options)
  local who = "learning_time"
  local o, depth, start, T = read(who, options, "reached")
  local reached = checked.number(who, o, "reached", nil, -math.huge)
  local goal = depth > 1 and math.max(T, 0) or T
  if reached < math.min(start, goal) or reached > math.max(start, goal) then
    fail(("%s: reached is %s, which is not between start = %s and %s"):format(
      who, names.shown(reached), names.shown(start), names.shown(goal)))
  end
  if reached == start then return 0.0 end
  if reached == goal or start == 0 and depth > 1 then return math.huge end
  if depth == 1 then return linear_time(start, T, reached) end
  if T == 0 then return zero_time(depth, start, reached) end
  local path = path_of(depth, start, T)
  return time_between(path, path.u_of(start), path.u_of(reached))
end

return mode
