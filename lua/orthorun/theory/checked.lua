-- checked: the options of theory's functions, read with the checks that they
-- share. `who` is the function's name in errors, which stand at the user's line.
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

-- o[name], or the default: a whole number of at least `least`.
function checked.count(who, o, name, default, least)
  local value = o[name]
  if value == nil then value = default end
  if math.type(value) == "integer" and value >= least then return value end
  fail(("%s: %s is %s, must be a whole number of at least %d"):format(who,
    name, names.shown(value), least))
end

return checked
