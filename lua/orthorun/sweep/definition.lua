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

-- --- names ------------------------------------------------------------------

-- The run options that a script may have as parameters: they are the run's
-- then, too.
local shared = { seed = true, precision = true }

-- Raises where a parameter's name would be a run option's, or would not do on
-- a command line.
local function check_option_name(name)
  local row = options.run_option(name)
  if name == "help" then
    fail "'help' is what --help asks for; call the parameter otherwise"
  elseif row and not shared[name] then
    fail("'%s' is a run option (--%s: %s); call the parameter otherwise", name,
      row.name, row.about)
  elseif not name:find "^[%w_\128-\255]+$" then
    fail("'%s' cannot be the name of a parameter, which is also an option: " ..
      "letters, digits and _", name)
  end
end

-- Raises where a column of results would be there twice.
local function check_column(def, name)
  local index = def.index or "layer"
  if name == index then
    fail("'%s' is the column that counts through arrays; call that otherwise, " ..
      "as with index = \"%s\", or the parameter", name,
      name == "place" and "row" or "place")
  elseif name == "label" and def.cases then
    fail "'label' is what a case is called in plots; call the parameter otherwise"
  end
end

local function check_names(def)
  local seen = {}
  for _, option in ipairs(grid.options(def)) do seen[option.name] = option end
  for _, name in ipairs(names.keys(seen)) do
    check_option_name(name)
    check_column(def, name)
    local other = seen[name:match "^no_(.+)$"]
    if other and type(other.sample or other.default) == "boolean" then
      fail("'%s' and '%s': --%s could mean both; call one otherwise", name,
        other.name, name:gsub("_", "-"))
    end
  end
end

-- --- the whole --------------------------------------------------------------

local function check_name(name)
  if type(name) ~= "string" or name == "" then
    fail "a name is needed, like name = \"depth_sweep\""
  elseif not name:find "^[%w_\128-\255][%w_.+-\128-\255]*$" then
    fail("'%s' cannot be the sweep's name, which files have: letters, digits, " ..
      "_, - and .", name)
  end
end

-- Raises at the user's line what is wrong with the table that sweep{} got.
function definition.check(def)
  names.table_of("sweep", "the definition", def)
  names.options("sweep", def, known_fields)
  check_name(def.name)
  if def.index ~= nil and (type(def.index) ~= "string" or def.index == "") then
    fail("index must be the name of a column, not %s",
      names.describe(def.index))
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
  check_names(def)
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
