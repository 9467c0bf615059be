-- trial: one trial of a sweep: its text, its generator, what it costs, and
-- running it. Knows nothing of files, workers or other trials.
local core = require "orthorun.core"
local csv = require "orthorun.base.csv"
local names = require "orthorun.base.names"
local packed = require "orthorun.base.bytes"
local records = require "orthorun.sweep.records"

local trial = {}

-- Every parameter, by which a trial is found again: "depth=10, seed=3".
function trial.text(p)
  return trial.describe(p, names.keys(p))
end

-- The parameters of these names: "init=he_normal, depth=10".
function trial.describe(p, list)
  local parts = {}
  for i, name in ipairs(list) do
    parts[i] = ("%s=%s"):format(name, csv.field(p[name]))
  end
  return table.concat(parts, ", ")
end

-- What names a trial's random numbers: its parameters without the seed and
-- those that are paired (a set, or nil), in the order of their names. Nothing of
-- other trials, or of their order.
local function stream_of(p, paired)
  local parts = {}
  for _, name in ipairs(names.keys(p)) do
    if name ~= "seed" and not (paired and paired[name]) then
      parts[#parts + 1] = ("%s=%q"):format(name, p[name])
    end
  end
  return table.concat(parts, " ")
end

-- The seed of a trial with parameters p: its own, else the run's.
function trial.seed(p, seed)
  if p.seed ~= nil then return p.seed end
  return seed
end

-- Its generator, of its seed (trial.seed) and its parameters, without those in
-- the set `paired`.
function trial.rng(p, seed, paired)
  local whole = math.tointeger(seed)
  local rng = core.rng(whole or 0)
  if not whole then rng = rng:split(tostring(seed)) end
  return rng:split(stream_of(p, paired))
end

-- What it costs in units of its own: as the sweep's function `cost` says, else
-- as parameters of the usual names suggest.
function trial.cost(p, cost)
  if cost then
    local x = cost(trial.parameters(p, "cost"))
    if type(x) ~= "number" or not (x > 0) or x == math.huge then
      error(("sweep: cost must give a number above 0, not %s"):format(
        names.shown(x)), 0)
    end
    return x
  end
  local function size(name, power)
    local x = p[name]
    return type(x) == "number" and x >= 1 and x < 1e6 and x ^ power or 1
  end
  return size("depth", 1) * size("width", 3) * size("steps", 1)
end

-- --- running it -------------------------------------------------------------

-- An error object as text, whatever it is.
local function text_of(message)
  local meta = type(message) ~= "string" and debug.getmetatable(message)
  if type(message) ~= "string" and type(message) ~= "number" and
    not (type(meta) == "table" and meta.__tostring) then
    return ("(error object is a %s value)"):format(type(message))
  end
  return tostring(message)
end

-- Handles a failed trial's message: with the lines of the script that led to it,
-- those of frames above the outermost `outer`.
local function handler(outer)
  return function(message)
    local placed, traceback = core.traceback(text_of(message), outer)
    return { message = placed, traceback = traceback }
  end
end

-- What the script reads of a trial's parameters must be there; the library may
-- ask for what it pleases.
local function known_only(who)
  return { __index = function(p, name)
    local reader = debug.getinfo(2, "S")
    if type(name) ~= "string" or reader.what == "C" or
      core.is_ours(reader.source) then
      return nil
    end
    names.fail(who, "%s", names.unknown("parameter", name, names.keys(p)))
  end }
end

local readers = { trial = known_only "trial", cost = known_only "cost",
  predict = known_only "predict" }

-- Parameters for a script's function, "trial", "cost" or "predict": its own
-- copy, in which names that are not there raise.
function trial.parameters(p, who)
  local q = {}
  for name, value in pairs(p) do q[name] = value end
  return setmetatable(q, readers[who])
end

-- Lua's own generator, from what the trial is.
local function seed_math(key)
  math.randomseed(math.tointeger(tonumber(key:sub(1, 15), 16)),
    math.tointeger(tonumber(key:sub(17, 31), 16)))
end

-- "script.lua:12: ", where a trial function begins: for errors that have no
-- other line of the script's.
function trial.place(f)
  local info = debug.getinfo(f, "S")
  return ("%s:%d: "):format(info.short_src, info.linedefined)
end

-- Runs f, a sweep's trial function, on {p, seed, draws, paired}; draws: a digest
-- that seeds Lua's own generator. Returns true and the
-- results as bytes, or false and the failure as bytes: message and traceback.
-- index: the column that counts through arrays. Ctrl-C passes through where
-- here, in the process that it is meant for.
function trial.run(f, one, index, here)
  seed_math(one.draws)
  local ok, out = xpcall(function()
    local given = f(trial.parameters(one.p, "trial"),
      trial.rng(one.p, one.seed, one.paired))
    local good, bytes = pcall(records.encode, index, one.p, given)
    return good and bytes or error(trial.place(f) .. tostring(bytes), 0)
  end, handler(core.stack_depth() + 2)) -- xpcall and the function
  if ok then return true, out end
  if type(out) ~= "table" then -- no handler runs where memory is short
    out = tostring(out)
    if core.explain_memory then out = core.explain_memory(out) end -- our program
    out = { message = out, traceback = out }
  end
  if here and out.message:find("interrupted!", 1, true) then
    error("interrupted!", 0)
  end
  return false, packed.encode(out)
end

return trial
