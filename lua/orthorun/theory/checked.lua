-- checked: the options of theory's functions, read with the checks that they
-- share. `who` is the function's name in errors, which stand at the user's line.
local activation = require "orthorun.core".activation
local names = require "orthorun.base.names"
local fail = require "orthorun.core".fail

local checked = {}

-- The table of options of a function that needs some, its keys known.
function checked.options(who, options, known)
  if type(options) ~= "table" then
    fail(("%s: needs a table of options, not %s"):format(who, type(options)))
  end
  return names.options(who, options, known)
end

-- The options, and those that options.like has of the others.
function checked.with_like(who, options, known)
  local all = table.move(known, 1, #known, 2, { "like" })
  local given, o = checked.options(who, options, all), {}
  if given.like ~= nil then names.table_of(who, "like", given.like) end
  for _, name in ipairs(known) do
    o[name] = given[name]
    if o[name] == nil and given.like then o[name] = given.like[name] end
  end
  return o
end

-- o[name], or the default: a finite number of at least `least` (nil: above 0).
function checked.number(who, o, name, default, least)
  local value = o[name]
  if value == nil then value = default end
  if type(value) == "number" and value - value == 0 and
    (least and value >= least or not least and value > 0) then
    return value
  end
  fail(("%s: %s is %s, must be a finite number %s"):format(who, name,
    names.shown(value), not least and "above 0" or
    least > -math.huge and "of at least " .. least or ""))
end

-- The shape of an activation, a name, a function or a table, or an error of `who`.
function checked.activation(who, phi, alpha)
  local ok, found = pcall(activation.shape, phi, { alpha = alpha })
  if ok then return found end
  if phi == nil then
    fail(who .. ': needs activation=, a name such as "relu" or a function of a number')
  end
  local said = type(found) == "string" and found:match "activation%.shape: (.*)"
  if said then fail(who .. ": " .. said) end
  error(found, 0)
end

-- o[name], or the default: a whole number of at least `least`, of `most` at most.
function checked.count(who, o, name, default, least, most)
  local value = o[name]
  if value == nil then value = default end
  if most and math.type(value) == "integer" and value > most then
    fail(("%s: %s is %d; at most %d"):format(who, name, value, most))
  end
  if math.type(value) == "integer" and value >= least then return value end
  fail(("%s: %s is %s, must be a whole number of at least %d"):format(who,
    name, names.shown(value), least))
end

return checked
