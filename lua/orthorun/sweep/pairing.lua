-- pairing: the parameters that do not name a trial's random numbers (paired), so
-- that their levels start from the same weights and data and can be compared
-- pair by pair. Draws nothing itself.
local grid = require "orthorun.sweep.grid"
local names = require "orthorun.base.names"

local pairing = {}

local fail = names.failing "sweep"

-- Raises at the user's line unless paired is nil or an array of parameters.
function pairing.check(def)
  if def.paired == nil then return end
  names.table_of("sweep", "paired", def.paired)
  local known = {}
  for _, option in ipairs(grid.options(def)) do
    if option.name ~= "seed" then known[#known + 1] = option.name end
  end
  for key, name in pairs(def.paired) do
    if math.type(key) ~= "integer" or type(name) ~= "string" then
      fail("paired must be an array of names of parameters, as in " ..
        "{ \"optimizer\", \"lr\" }; it has %s = %s", tostring(key),
        names.describe(name))
    elseif name == "seed" then
      fail "paired: seeds are what pairs are made over; they cannot be paired"
    elseif not names.has(known, name) then
      fail("paired: %s", names.unknown("parameter", name, known))
    end
  end
end

-- The set of the names that are paired, or nil where none is. With the case go
-- the parameters that cases set.
function pairing.of(def)
  local set = {}
  for _, name in ipairs(def.paired or {}) do set[name] = true end
  for _, case in ipairs(set.case and def.cases or {}) do
    for name in pairs(grid.settings(case)) do
      if name ~= "seed" then set[name] = true end
    end
  end
  return next(set) ~= nil and set or nil
end

-- The parameters p without those that are paired.
function pairing.rest(p, paired)
  if not paired then return p end
  local rest = {}
  for name, value in pairs(p) do
    if not paired[name] then rest[name] = value end
  end
  return rest
end

-- What a code's name has at its end, so that trials of another pairing are other
-- trials; nothing where none is paired.
function pairing.suffix(paired)
  if not paired then return "" end
  return " paired " .. table.concat(names.keys(paired), ",")
end

-- --- pairs that there are not -----------------------------------------------

-- A value of any type as a key: 1 and 1.0 are one, "1" is another.
local function text_of(p)
  local parts = {}
  for _, name in ipairs(names.keys(p)) do
    parts[#parts + 1] = ("%s=%q"):format(name, p[name])
  end
  return table.concat(parts, " ")
end

-- Does a name take several values, and do trials that differ in it ever draw
-- the same numbers?
local function is_in_vain(trials, paired, name)
  local first_of, several = {}, false
  for _, p in ipairs(trials) do
    local stream = text_of(pairing.rest(p, paired))
    if first_of[stream] == nil then first_of[stream] = p[name] end
    if p[name] ~= first_of[stream] then return false end
    several = several or p[name] ~= trials[1][name]
  end
  return several
end

-- Does each value of `other` go with one value of `name` alone?
local function tells(trials, other, name)
  local value_of = {}
  for _, p in ipairs(trials) do
    local key = p[other]
    if key == nil or key ~= key then return false end
    if value_of[key] == nil then value_of[key] = p[name] end
    if value_of[key] ~= p[name] then return false end
  end
  return true
end

-- The parameters that keep a name's levels from making pairs: 'a' and 'b'.
local function culprits(trials, paired, name)
  local list = {}
  for _, other in ipairs(names.keys(trials[1])) do
    if not paired[other] and other ~= "seed" and tells(trials, other, name) then
      list[#list + 1] = ("'%s'"):format(other)
    end
  end
  return table.concat(list, " and "), #list
end

-- Raises where a name is paired in vain, since another parameter always changes
-- with it and still names the random numbers.
function pairing.check_trials(trials, paired)
  for _, name in ipairs(paired and names.keys(paired) or {}) do
    if is_in_vain(trials, paired, name) then
      local others, count = culprits(trials, paired, name)
      fail("paired: no two trials differ in '%s' and draw the same numbers%s",
        name, count > 0 and (": %s %s with it; put %s into paired, too"):format(
        others, count == 1 and "changes" or "change", count == 1 and "it" or
        "them") or "")
    end
  end
end

return pairing
