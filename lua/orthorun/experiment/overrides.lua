-- overrides: other values in place of an experiment's own, as experiment.load
-- takes them.
local core = require "orthorun.core"
local definition = require "orthorun.sweep.definition"
local names = require "orthorun.base.names"
local options = require "orthorun.base.options"

local function fail(message, ...)
  core.fail("experiment: load: " .. message:format(...))
end

-- The cases among these that have one of the names.
local function chosen(cases, wanted)
  local kept = {}
  for _, case in ipairs(cases) do
    if names.has(wanted, case[1]) then kept[#kept + 1] = case end
  end
  return kept
end

-- Puts other values in place of a sweep's own. Raises what the command line
-- would refuse.
return function(made, overrides)
  definition.check(made)
  local specs = {}
  for _, spec in ipairs(definition.specs(made)) do specs[spec.name] = spec end
  for _, name in ipairs(names.keys(overrides)) do
    local value, spec = overrides[name], specs[name]
    if not spec then
      fail("%s", names.unknown("parameter", tostring(name),
        names.keys(specs)))
    end
    if spec.many and type(value) ~= "table" then value = { value } end
    local ok, message = options.check(spec, value)
    if not ok then fail("%s", message) end
    for _, part in ipairs { made.params, made.grid,
      table.unpack(made.zip) } do
      if part[name] ~= nil then part[name] = value end
    end
    if name == "case" and made.cases then
      made.cases = chosen(made.cases, value)
    end
  end
end
