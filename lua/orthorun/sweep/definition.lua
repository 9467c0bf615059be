-- definition: what a script says a sweep is: checked, and turned into the
-- options of its command line and the order of its parameters.
local grid = require "orthorun.sweep.grid"
local names = require "orthorun.base.names"
local options = require "orthorun.base.options"
local pairing = require "orthorun.sweep.pairing"

local definition = {}

local fail = names.failing "sweep"

local known_fields = { "name", "about", "params", "grid", "zip", "cases",
  "options", "trial", "index", "args", "cost", "partial", "watch", "paired" }

-- Raises at the user's line what is wrong with the table that sweep{} got.
function definition.check(def)
  names.table_of("sweep", "the definition", def)
  names.options("sweep", def, known_fields)
  if type(def.name) ~= "string" or def.name == "" then
    fail "a name is needed, like name = \"depth_sweep\""
  end
  if type(def.trial) ~= "function" then
    fail("trial must be a function(p, rng), not a %s", type(def.trial))
  end
  if def.cost ~= nil and type(def.cost) ~= "function" then
    fail("cost must be a function(p), not a %s", type(def.cost))
  end
  grid.check(def)
  local ok, message = pcall(grid.trials, def, {}, true)
  if not ok then fail("%s", message) end
  pairing.check(def)
end

-- Does the script have a parameter of this name?
function definition.has(def, name)
  for _, option in ipairs(grid.options(def)) do
    if option.name == name then return true end
  end
  return false
end

-- The option of a parameter; that of a computed one has no default.
local function spec_of(option, extra)
  local default = option.default
  if option.sample ~= nil then default = option.sample end
  local spec, message = options.spec(option.name, default, option.many, extra)
  if not spec then fail("%s", message) end
  spec.choices = spec.choices or option.choices
  if option.sample ~= nil then spec.default = nil end
  local ok, wrong = options.check(spec, default)
  if not ok then fail("%s", wrong) end
  return spec
end

-- A case's settings must be such as the options could be given.
local function check_settings(def, specs)
  for _, case in ipairs(def.cases or {}) do
    for name, value in pairs(grid.settings(case)) do
      local list = type(value) == "table" and value or { value }
      for _, each in ipairs(type(value) == "function" and {} or list) do
        local spec = specs[name]
        local ok, wrong = options.check(spec, spec.many and { each } or each)
        if not ok then fail("case '%s': %s", case[1], wrong) end
      end
    end
  end
end

-- The command-line options that its parameters are (options.spec).
function definition.specs(def)
  local specs, extra, seen = {}, def.options or {}, {}
  for i, option in ipairs(grid.options(def)) do
    specs[i] = spec_of(option, extra[option.name])
    seen[option.name] = specs[i]
  end
  check_settings(def, seen)
  for name in pairs(extra) do
    if not seen[name] then fail("options.%s names no parameter", name) end
  end
  return specs
end

return definition
