-- names: telling a misspelt name from a known one. Options, columns and
-- command lines all answer with the nearest name they know.
local core = require "orthorun.core"

local names = {}

-- nearest(name, known): the entry of `known` (an array of strings) nearest to
-- `name`, or nil where none is near enough to be a slip of the finger.
names.nearest = core.nearest

-- What to write in place of a name that other languages and libraries have, by
-- what it is looked for in: "ortho.", "table.", "" for globals; nil where that is
-- not known.
function names.advice(prefix, name)
  return require "orthorun.base.foreign"[prefix .. tostring(name)]
end

-- "unknown WHAT 'name' (did you mean 'x'? known: a, b, c)"
function names.unknown(what, name, known)
  local advice = names.advice(what .. ".", name)
  if advice then
    return ("unknown %s '%s': it is '%s' here"):format(what, name, advice)
  end
  local near = names.nearest(tostring(name), known)
  local hint = near and ("did you mean '%s'? "):format(near) or ""
  return ("unknown %s '%s' (%sknown: %s)"):format(what, name, hint,
    table.concat(known, ", "))
end

-- Raises "who: message" at the user's line, the message a format.
function names.fail(who, message, ...)
  core.fail(who .. ": " .. message:format(...))
end

-- The same for those who always say who: a function(message, ...).
function names.failing(who)
  return function(message, ...) names.fail(who, message, ...) end
end

-- What a value is, for messages: "the number 3", "nothing", "a matrix".
function names.describe(value)
  local class = getmetatable(value)
  if type(class) == "string" and class:find "^orthorun%." then
    local name = class:match "%.(.*)"
    return name == "init" and "an initializer" or name == "rng" and "an rng" or
      name == "optim" and "an optimizer" or "a " .. name
  end
  if value == nil then return "nothing" end
  if type(value) == "string" then return ("the string '%s'"):format(value) end
  if value ~= value then return "the number nan" end
  if type(value) == "number" then return ("the number %s"):format(value) end
  return "a " .. type(value)
end

-- The same behind "is": "3", "nan", "nil", "the string '3'".
function names.shown(value)
  if value ~= value then return "nan" end -- C's may be -nan
  if value == nil or math.type(value) then return tostring(value) end
  return names.describe(value)
end

-- The same for what must be a whole number: of a float that is one, too.
function names.not_whole(value)
  local whole = math.type(value) == "float" and math.tointeger(value)
  return whole and ("%s, a float (write %d)"):format(value, whole) or
    names.shown(value)
end

local makers = { layer = "a network",
  rng = "an rng, as from ortho.rng(seed)",
  matrix = "a matrix" }

-- Raises at the user's line unless value is of our class: "layer", "matrix", "rng".
function names.expect(who, what, value, class)
  if getmetatable(value) ~= "orthorun." .. class then
    core.fail(("%s: %s must be %s, not %s"):format(who, what, makers[class],
      names.describe(value)))
  end
  return value
end

-- Is `name` in the array `known`?
function names.has(known, name)
  for _, candidate in ipairs(known) do
    if candidate == name then return true end
  end
  return false
end

local function by_text(a, b) return tostring(a) < tostring(b) end

-- The keys of a table, sorted as texts.
function names.keys(t)
  local keys, all_texts = {}, true
  for key in pairs(t) do
    keys[#keys + 1] = key
    all_texts = all_texts and type(key) == "string"
  end
  table.sort(keys, not all_texts and by_text or nil)
  return keys
end

-- Has a module, a table of functions and the like, raise at the user's line
-- where a name is read that it does not have: "ortho.optim has no 'SGD' (did
-- you mean 'sgd'?)". Its metatable, if it has one, goes on doing what it did.
function names.strict(who, module)
  local meta = getmetatable(module) or {}
  meta.__name = meta.__name or who
  meta.__index = meta.__index or function(self, name)
    if type(name) ~= "string" then return nil end
    names.missing(who, name, names.keys(self))
  end
  return setmetatable(module, meta)
end

-- What a module has under a name; nil where that is nothing, and no error.
function names.field(module, name)
  local ok, value = pcall(function() return module[name] end)
  if ok then return value end
end

-- Raises that a module has no such name; known: those it has.
function names.missing(who, name, known)
  local advice = names.advice(who .. ".", name)
  if advice then core.fail(("%s has no '%s' (here: %s)"):format(who, name, advice)) end
  local near = names.nearest(name, known)
  core.fail(("%s has no '%s'%s"):format(who, name,
    near and (" (did you mean '%s'?)"):format(near) or ""))
end

-- Has objects of a class, a metatable that is its own __index, raise where the
-- script reads what they do not have; the library reads nil. optional: fields
-- that some objects have; elements: what to write for object[1].
function names.strict_class(who, class, optional, elements)
  local may_be = {}
  for _, field in ipairs(optional) do may_be[field] = true end
  return setmetatable(class, { __index = function(_, name)
    if may_be[name] or type(name) == "string" and name:find "^__" then
      return nil
    end
    local reader = debug.getinfo(2, "S")
    if reader.what == "C" or core.is_ours(reader.source) then return nil end
    if type(name) ~= "string" then
      names.fail(who, "there is no [%s]: %s", tostring(name), elements)
    end
    names.missing(who, name, names.keys(class))
  end })
end

-- Of lists of option names, the same names as a set: lists are asked for in
-- every trial.
local sets = setmetatable({}, { __mode = "k" })

local function set_of(known)
  local set = sets[known]
  if not set or set.count ~= #known then
    set = { count = #known, has = {} }
    for _, name in ipairs(known) do set.has[name] = true end
    sets[known] = set
  end
  return set.has
end

-- Raises for the first of the keys that is none of the known names.
local function refuse_options(who, options, known, allowed)
  for _, key in ipairs(names.keys(options)) do
    if type(key) ~= "string" then
      core.fail(("%s: options go by name, as in {%s = ...}; found %s without " ..
        "a name"):format(who, known[1], names.describe(options[key])))
    elseif not allowed[key] then
      core.fail(who .. ": " .. names.unknown("option", key, known))
    end
  end
end

-- Checks an option table: nil or a table whose every key is one of `known`.
-- Returns the table (an empty one for nil); raises at the user's line
-- otherwise.
function names.options(who, options, known)
  if options == nil then return {} end
  names.table_of(who, "options", options)
  local allowed = set_of(known)
  for key in pairs(options) do
    if not allowed[key] then refuse_options(who, options, known, allowed) end
  end
  return options
end

-- The table `value`, or an error that names what was there instead.
function names.table_of(who, what, value)
  if type(value) ~= "table" then
    core.fail(("%s: %s must be a table, not %s"):format(who, what,
      names.describe(value)))
  end
  return value
end

return names
