-- orthorun: the library as scripts see it, `local ortho = require "orthorun"`.
-- The C part's fields, and the Lua modules, loaded when first asked for.

--- @module run

local core = require "orthorun.core"
local names = require "orthorun.base.names"

core.set_library(debug.getinfo(1, "S").source:match "^@.*/" or "@")

-- field -> the module that it comes from
local lazy = {
  arms = "orthorun.base.arms",
  mlp = "orthorun.net.mlp",
  resnet = "orthorun.net.resnet",
  theory = "orthorun.theory",
  data = "orthorun.data",
  stats = "orthorun.table.stats",
  plot = "orthorun.plot",
  report = "orthorun.report",
  require_version = "orthorun.base.version",
  sweep = "orthorun.sweep",
  experiment = "orthorun.experiment",
  results = "orthorun.sweep.results",
  table = "orthorun.table",
  lazy = "orthorun.net.lazy",
  loss = "orthorun.net.loss",
  optim = "orthorun.net.optim",
  train = "orthorun.net.train",
  tracker = "orthorun.net.tracker",
  sharpness = "orthorun.net.sharpness",
}

-- what a field has from a room above its own
local joined = { data = { teacher = "orthorun.net.teacher" } }

-- the C part's fields that are for the library alone
local internal = { worker = true, store = true, set_exit_status = true,
  run_options = true, read_run_option = true, usage_error = true,
  own_options = true, experiments_folder = true, nearest = true,
  add_method = true, global_guards = true, stand_in = true, original = true,
  traceback = true, is_ours = true, set_library = true,
  whole_tracebacks = true, stack_depth = true, explain_memory = true }

-- those of its fields that are tables of functions
local is_module = { matrix = true, layer = true, activation = true, rng = true,
  init = true, metric = true }

-- all cores are ours, until a sweep's workers share them
core.set_threads(require "orthorun.base.machine".threads())

require "orthorun.net.method" -- net:train
require "orthorun.base.events".listen("class", function(Table) -- of tables
  function Table:plot(options)
    return require "orthorun.plot.method"(self, options)
  end
end)
require "orthorun.report.journal" -- listens from the first table on
require "orthorun.base.output".watch()

local ortho = {}

-- Fields that are not there raise, as those of ortho itself do.
local function make_strict(name, value)
  if type(value) ~= "table" or name == "arms" then return value end
  for field, part in next, value do
    if type(part) == "table" and type(field) == "string" then
      names.strict(("ortho.%s.%s"):format(name, field), part)
    end
  end
  return names.strict("ortho." .. name, value)
end

for name, value in pairs(core) do
  if not lazy[name] and not internal[name] then
    ortho[name] = is_module[name] and make_strict(name, value) or value
  end
end

local function known_fields()
  local known = { "range" }
  for _, part in ipairs { ortho, lazy } do
    for name in next, part do known[#known + 1] = name end
  end
  table.sort(known)
  return known
end

local function load_field(self, name)
  local value
  if name == "range" then
    value = require "orthorun.sweep".range
  elseif lazy[name] then
    value = require(lazy[name])
    for field, module in pairs(joined[name] or {}) do
      value[field] = require(module)
    end
    make_strict(name, value)
  elseif type(name) == "string" then
    names.missing("ortho", name, known_fields())
  else
    return nil
  end
  rawset(self, name, value)
  return value
end

-- All fields, those that were not asked for yet among them.
local function all_fields(self)
  for _, name in ipairs(known_fields()) do
    if rawget(self, name) == nil then load_field(self, name) end
  end
  return next, self, nil
end

--- The run options that stood before the script's name, as texts (flags: true), by
-- their names (`ortho.options["dry-run"]`).
-- @tfield table options

--- Versions, as texts: orthorun, lua, blas, kernel, random123, compiler.
-- @tfield table environment

return setmetatable(ortho, { __index = load_field, __pairs = all_fields })
