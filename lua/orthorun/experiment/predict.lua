-- predict: an experiment's predictions, one for each combination of parameters
-- without the seed (or for each trial, where the function looks at what the
-- trial found), held against what trials return.
local csv = require "orthorun.base.csv"
local names = require "orthorun.base.names"
local stop = require "orthorun.experiment.stop"
local trial = require "orthorun.sweep.trial"

local Predictions = {}
Predictions.__index = Predictions

local predict = {}

local reserved = { sd = true, slope = true, slope_sd = true, asymptotic = true }

-- "depth=10, init=he_normal": every parameter; without: one left out.
function predict.describe(p, without)
  local parts = {}
  for _, name in ipairs(names.keys(p)) do
    if name ~= without then
      parts[#parts + 1] = ("%s=%s"):format(name, csv.field(p[name]))
    end
  end
  return table.concat(parts, ", ")
end

-- f: the function, or nil where nothing is predicted.
function predict.new(f)
  return setmetatable({ f = f, known = {}, given = {}, per_trial = f and
    debug.getinfo(f, "u").nparams > 1 }, Predictions)
end

-- --- what predict returned --------------------------------------------------

local function fail(p, message, ...)
  stop("predict (%s): %s", predict.describe(p, "seed"), message:format(...))
end

local function check_name(p, out, given, name)
  if type(name) ~= "string" or out[name] ~= nil then return end
  local returned = names.keys(out)
  local near = names.nearest(name, returned)
  fail(p, "it gives '%s', which the trial does not return%s; predict gives: " ..
    "%s; the trial returns: %s", name,
    near and (" (did you mean '%s'?)"):format(near) or "",
    table.concat(names.keys(given), ", "), table.concat(returned, ", "))
end

-- The number of places in the arrays that a trial returned; nil: none.
local function places(out)
  for _, value in pairs(out) do
    if type(value) == "table" then return #value end
  end
end

local function check_value(p, out, what, value)
  if type(value) == "number" then return end
  if type(value) ~= "table" then
    fail(p, "%s must be a number or an array of them, not %s", what,
      names.describe(value))
  end
  local count = places(out)
  if #value ~= count then
    fail(p, "%s has %d values, the trial's arrays have %s", what, #value,
      count and ("%d"):format(count) or "none: it returned single values")
  end
  for i, x in ipairs(value) do
    if type(x) ~= "number" then
      fail(p, "%s[%d] is %s, not a number", what, i, names.describe(x))
    end
  end
end

-- An object as theory.signal returns: what the trial returns of its names.
local function of_object(p, out, object)
  local kept, any = {}, false
  for name, value in pairs(object.typical) do
    if out[name] ~= nil then kept[name], any = value, true end
  end
  if not any then
    fail(p, "nothing of what it gives (%s) is in what the trial returns (%s)",
      table.concat(names.keys(object.typical), ", "),
      table.concat(names.keys(out), ", "))
  end
  return kept
end

local function table_or_empty(p, given, name)
  local value = given[name]
  if value ~= nil and type(value) ~= "table" then
    fail(p, "%s must be a table by name, not %s", name, names.describe(value))
  end
  return value or {}
end

-- "width", or "1/rate" where theory holds as the rate goes to 0: {over=, inverse=,
-- text=}.
local function limit_of(p, name, text)
  if type(text) ~= "string" then
    fail(p, "asymptotic%s must be a parameter's name, as \"width\" or \"1/rate\", " ..
      "not %s", name and "." .. name or "", names.describe(text))
  end
  local over = text:match "^1/(.+)$"
  local limit = { over = over or text, inverse = over ~= nil, text = text }
  if p[limit.over] == nil then
    fail(p, "asymptotic: %s", names.unknown("parameter", limit.over, names.keys(p)))
  elseif type(p[limit.over]) ~= "number" then
    fail(p, "asymptotic: '%s' is %s here; a limit is one of a number", limit.over,
      names.describe(p[limit.over]))
  end
  return limit
end

-- The limits in which theory holds, by result: of what predict returned, whose names
-- are `predicted`.
local function limits_of(p, given, predicted)
  local told, limits = rawget(given, "asymptotic"), {}
  if told == nil then return limits end
  if type(told) ~= "table" then
    local limit = limit_of(p, nil, told)
    for _, name in ipairs(predicted) do limits[name] = limit end
    return limits
  end
  for _, name in ipairs(names.keys(told)) do
    if not names.has(predicted, name) then
      fail(p, "asymptotic: %s", names.unknown("prediction", tostring(name), predicted))
    end
    limits[name] = limit_of(p, name, told[name])
  end
  return limits
end

-- What predict returned, held against what the trial did: {values, sd, limits, slope,
-- slope_sd}, each by name; slopes when they are asked for, as an object may
-- compute them then.
local function settle(p, out, given)
  if not given then return false end
  if type(given) ~= "table" then
    fail(p, "it must return a table, or false where nothing is known, not %s",
      names.describe(given))
  end
  local values = {}
  if type(given.typical) == "table" then
    values = of_object(p, out, given)
  else
    for name, value in pairs(given) do
      if not reserved[name] then values[name] = value end
    end
    for _, name in ipairs(names.keys(values)) do
      check_name(p, out, values, name)
    end
  end
  local sd = table_or_empty(p, given, "sd")
  for _, name in ipairs(names.keys(values)) do
    check_value(p, out, name, values[name])
    if sd[name] ~= nil then check_value(p, out, "sd." .. name, sd[name]) end
  end
  local limits = limits_of(p, given, names.keys(values))
  return { values = values, sd = sd, limits = limits, slope = function(name)
    local slope = table_or_empty(p, given, "slope")[name]
    return slope, slope and table_or_empty(p, given, "slope_sd")[name]
  end }
end

-- --- asking -----------------------------------------------------------------

local function handler(message)
  if type(message) ~= "string" or message:find("interrupted!", 1, true) then
    return { message }
  end
  return message
end

local function copy(t)
  local new = {}
  for name, value in pairs(t) do new[name] = value end
  return new
end

-- What the function returns for p, called once for each `key`.
local function ask(self, key, p, out)
  if self.given[key] == nil then
    local ok, given = xpcall(self.f, handler, trial.parameters(p, "predict"),
      self.per_trial and copy(out) or nil)
    if not ok and type(given) == "table" then error(given[1], 0) end
    if not ok then fail(p, "%s", given) end
    self.given[key] = given or false
  end
  return self.given[key]
end

-- Asks for a combination before there is any trial of it, so that what is wrong with
-- the function, or with the limits that it names, is told at once. Not where it wants
-- to see what was found.
function Predictions:try(p)
  if not self.f or self.per_trial then return end
  local given = ask(self, predict.describe(p, "seed"), p)
  if type(given) ~= "table" or type(rawget(given, "typical")) == "table" then return end
  local predicted = {}
  for _, name in ipairs(names.keys(given)) do
    if not reserved[name] then predicted[#predicted + 1] = name end
  end
  limits_of(p, given, predicted)
end

-- The prediction for a trial with parameters p that returned out: a table
-- (settle), or false where nothing is known. Raises where the function does,
-- or does not fit what the trial returned.
function Predictions:of(p, out)
  if not self.f then return false end
  local key = predict.describe(p, not self.per_trial and "seed" or nil)
  local known = self.known[key]
  if known == nil then
    known = settle(p, out, ask(self, key, p, out))
    self.known[key], self.given[key] = known, nil
  end
  return known
end

return predict
