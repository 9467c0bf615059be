-- definition: what a script says a sweep is: checked, and turned into the
-- options of its command line and the order of its parameters.
local core = require "orthorun.core"
local names = require "orthorun.base.names"
local options = require "orthorun.base.options"

local definition = {}

local function fail(message, ...) core.fail("sweep: " .. message:format(...)) end

local known_fields = { "name", "about", "params", "grid", "options", "trial",
  "index", "args", "cost", "partial" }

local function check_grid(def)
  for name, values in pairs(def.grid or {}) do
    if type(values) ~= "table" or #values == 0 then
      fail("grid.%s must be an array of values", name)
    end
    if (def.params or {})[name] ~= nil then
      fail("'%s' is in params and in grid", name)
    end
  end
end

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
  check_grid(def)
end

-- Parameter names in the order of columns and loops: alphabetical, the seed
-- last, so that trials which differ in the seed alone stand together.
function definition.ordered(group)
  local list = names.keys(group or {})
  for i, name in ipairs(list) do
    if name == "seed" then table.insert(list, table.remove(list, i)) end
  end
  return list
end

-- Does the script have a parameter of this name?
function definition.has(def, name)
  return (def.grid or {})[name] ~= nil or (def.params or {})[name] ~= nil
end

-- The command-line options that its parameters are (options.spec).
function definition.specs(def)
  local specs, extra = {}, def.options or {}
  for _, part in ipairs { "grid", "params" } do
    for _, name in ipairs(definition.ordered(def[part])) do
      local spec, message = options.spec(name, def[part][name],
        part == "grid", extra[name])
      if not spec then fail("%s", message) end
      specs[#specs + 1] = spec
    end
  end
  for name in pairs(extra) do
    if not definition.has(def, name) then
      fail("options.%s names no parameter", name)
    end
  end
  return specs
end

-- The parameters of every trial, an array of tables: params in each, every
-- combination of the grid's values; the last of `grid_names` varies fastest.
function definition.trials(params, grid, grid_names)
  local trials = { {} }
  for name, value in pairs(params) do trials[1][name] = value end
  for _, name in ipairs(grid_names) do
    local crossed = {}
    for _, p in ipairs(trials) do
      for _, value in ipairs(grid[name]) do
        local q = {}
        for key, v in pairs(p) do q[key] = v end
        q[name] = value
        crossed[#crossed + 1] = q
      end
    end
    trials = crossed
  end
  return trials
end

return definition
