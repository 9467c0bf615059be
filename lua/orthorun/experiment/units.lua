-- units: the repetitions that an experiment's errors are of. Places of an array are
-- one trial's; trials that draw the same random numbers are one unit, too: those that
-- differ in what is `paired` alone, and all of a seed where the trial function takes
-- no generator, and so has its draws from the seed, if any.
local names = require "orthorun.base.names"
local results = require "orthorun.experiment.results"
local stats = require "orthorun.table.stats"

local units = {}

-- The names of parameters that tell which numbers a trial draws.
local function drawing(e, all)
  if not names.has(all, "seed") then return all end
  if e.own_draws then return { "seed" } end
  local list = {}
  for _, name in ipairs(all) do
    if not (e.paired and e.paired[name]) then list[#list + 1] = name end
  end
  return list
end

-- The values of columns as one text. values: a function of a column's name.
local function key_of(list, values)
  local parts = {}
  for k, name in ipairs(list) do
    local value = values(name)
    parts[k] = ("%s=%s"):format(name, value)
  end
  return table.concat(parts, " ")
end

units.key = key_of

-- The keys of an experiment's trials, an array of texts.
function units.keys(e)
  local keys, list = {}, nil
  for i, trial in ipairs(e.trials) do
    list = list or drawing(e, names.keys(trial.p))
    keys[i] = key_of(list, function(name) return trial.p[name] end)
  end
  return keys
end

-- The columns that an entry's rows need for their units: pass them to shown.narrow.
function units.columns(e, entry)
  if not entry.of then return results.trial end
  return table.unpack(e.derived_by[entry.of])
end

-- Functions of a row's number: its unit's key, and what it is one of several rows of
-- (its trial; of a derived table each row stands alone).
local function readers(e, entry, rows)
  if not entry.of then
    local trials = rows.data[results.trial]
    return function(i) return e.draws[trials[i]] end,
      function(i) return trials[i] end
  end
  local list = drawing(e, e.derived_by[entry.of])
  return function(i)
    return key_of(list, function(name) return rows.data[name][i] end)
  end, function(i) return i end
end

-- The rows of a group by their units, in order: {key=, trials={{row numbers}, ...}}.
function units.of(e, entry, rows)
  local key, trial = readers(e, entry, rows)
  local list, by_key, by_trial = {}, {}, {}
  for i = 1, #rows do
    local k, one = key(i), trial(i)
    local unit = by_key[k]
    if not unit then
      unit = { key = k, trials = {} }
      by_key[k], list[#list + 1] = unit, unit
    end
    local places = by_trial[one]
    if not places then
      places = {}
      by_trial[one] = places
      table.insert(unit.trials, places)
    end
    places[#places + 1] = i
  end
  return list
end

-- What is left of each unit's number when their mean is taken away: by key.
function units.residuals(list, values)
  local mean, left = stats.mean(values), {}
  for i, unit in ipairs(list) do left[unit.key] = values[i] - mean end
  return left
end

return units
