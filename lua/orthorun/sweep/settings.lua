-- settings: how a sweep is run: the run options on either side of the script's
-- name and the script's own options, read once. Answers --help; a wrong option
-- ends the program with status 2.

--- @module sweep

local core = require "orthorun.core"
local definition = require "orthorun.sweep.definition"
local files = require "orthorun.base.files"
local machine = require "orthorun.base.machine"
local options = require "orthorun.base.options"
local names = require "orthorun.base.names"
local program = require "orthorun.base.program"
local script = require "orthorun.base.script"

local settings = {}

-- by_host: the message is one that the host has, too.
local function usage_error(message, by_host)
  if by_host then program.host_usage(message) end
  program.usage(("%s: %s"):format(script.command() or "script", message))
end

-- What holds where a run option is not given; a flag is not set.
local function defaults_of(def)
  return { jobs = machine.jobs(), threads = core.threads(),
    out = files.join("runs", def.name), trial_timeout = 0.0, seed = 0,
    precision = core.precision(), shard = "" }
end

-- The run options that are no parameters of this script, as specs.
local function run_specs(def)
  local specs, defaults = {}, defaults_of(def)
  for _, row in ipairs(core.run_options) do
    local spec = options.run_spec(row)
    spec.default = defaults[spec.name]
    if spec.default == nil then spec.default = false end
    if not definition.has(def, spec.name) then specs[#specs + 1] = spec end
  end
  return specs
end

-- A precision that is not one of the run's would be set for all.
local function check_precision(spec)
  local row = options.run_option "precision"
  local list = spec.many and spec.default or { spec.default }
  for _, value in ipairs(spec.default ~= nil and list or {}) do
    if not names.has(row.choices, value) then
      names.fail("sweep", "'precision' is the run's, %s, not %s; call the " ..
        "parameter otherwise", table.concat(row.choices, " or "),
        names.describe(value))
    end
  end
end

-- A seed or a precision that is a parameter of the script is still the run's.
local function share(specs)
  for _, spec in ipairs(specs) do
    if spec.name == "precision" then check_precision(spec) end
    for _, row in ipairs(core.run_options) do
      local kind = row.kind == "seeds" and "integer" or "string"
      if row.changes_results and row.name == spec.name and kind == spec.kind then
        options.check_as(spec, row, row.kind == "choice")
      end
    end
  end
  return specs
end

local function help_text(def, own, common)
  return ("%s\n\nusage: orthorun %s [--option value ...]\n\n" ..
    "What is swept and what is fixed (lists: 10,20,50; ranges: 1-20, " ..
    "1e-4..1e-1:7log):\n%s\n\nThe run:\n%s\n  --help\n"):format(
    def.about or def.name, script.command() or def.name .. ".lua",
    options.help(own), options.help(common))
end

-- A host option in front of the script counts unless the script's own side
-- sets it.
local function from_host(specs, given)
  local argv = {}
  for _, spec in ipairs(specs) do
    local value = core.options[spec.name:gsub("_", "-")]
    local ours = spec.run or spec.name == "seed" or spec.name == "precision"
    if ours and value ~= nil and given[spec.name] == nil then
      argv[#argv + 1] = ("--%s%s"):format(spec.name, value == true and "" or
        "=" .. value)
    end
  end
  local values, message, by_host = options.parse(specs, argv)
  if not values then usage_error(message, by_host) end
  for name, value in pairs(values) do given[name] = value end
end

-- The part of the trials that is this process's: as --shard says, else as
-- Slurm or mpirun do, which own_args keeps them from.
local function shard_of(text, own_args)
  if text ~= "" then
    local i, n = text:match "^(%d+)/(%d+)$"
    return tonumber(i), tonumber(n)
  elseif own_args then
    return 1, 1
  end
  local i, n = machine.shard()
  if not i then usage_error(n) end
  return i, n
end

-- The words of the command line, read: values by name.
local function read_words(def, own, common)
  local all = table.move(common, 1, #common, #own + 1,
    table.move(own, 1, #own, 1, {}))
  local given, message, by_host = options.parse(all, def.args or arg or {})
  if not given then usage_error(message, by_host) end
  if given.help then
    io.write(help_text(def, own, common))
    program.leave(0, "--help shows options, and runs nothing")
  end
  from_host(all, given)
  return given
end

-- The values of these specs: those given, else the defaults.
local function values_of(specs, given)
  local values = {}
  for _, spec in ipairs(specs) do
    values[spec.name] = given[spec.name]
    if values[spec.name] == nil then values[spec.name] = spec.default end
  end
  return values
end

--- Run options.
--
-- Before the script's name or behind it, where a sweep reads them; the same check
-- on either side, and exit status 2 where one is wrong. Behind the script's name,
-- its own parameter of the same name goes before.
--
-- | option | what it does | without it | results depend on it |
-- | --- | --- | --- | --- |
-- | `--precision NAME` | of new matrices: float64 or float32 | float64 | yes |
-- | `--seed N` | of all random numbers; for a grid's seeds also 1-20 | 0 | yes |
-- | `--threads N` | cores for all trials together | all |  |
-- | `--jobs N` | trials at a time; 0: without worker processes | cores |  |
-- | `--out DIR` | folder for what the run writes | runs/NAME |  |
-- | `--shard I/N` | do only the I-th of N parts | as Slurm or mpirun say | yes |
-- | `--until END` | decided: add seeds until a comparison is | done | yes |
-- | `--fresh` | forget the results of an earlier run |  |  |
-- | `--fresh-kernel` | run again what another BLAS or its kernel did |  |  |
-- | `--dry-run` | list the trials and what they would cost |  |  |
-- | `--shuffle` | trials in random order; the same results |  |  |
-- | `--fail-fast` | stop at the first trial that fails |  |  |
-- | `--trial-timeout S` | seconds that a trial may take; 0: any | 0 |  |
-- | `--show-plots` | show the plots in the terminal, too |  |  |
-- | `--ascii` | the same in plain ASCII |  |  |
-- | `--quiet` | no progress on stderr |  |  |
-- | `--traceback` | errors with the library's own lines, too |  |  |
-- @section run_options

-- Reads the command line of a sweep's definition. Returns values, the script's
-- parameters by name (arrays for names in its grid), and the settings: the run
-- options by name, with shard and shards; seed and precision are nil where the
-- script has a parameter of that name.
function settings.read(def)
  local own, common = share(definition.specs(def)), run_specs(def)
  local given = read_words(def, own, common)
  local chosen = values_of(common, given)
  if type(chosen.seed) == "string" then
    usage_error(("--seed takes one number here, as the script's grid has no " ..
      "seeds, got '%s'"):format(chosen.seed))
  end
  chosen.shard, chosen.shards = shard_of(chosen.shard, def.args)
  return values_of(own, given), chosen
end

-- What holds for the whole process from now on.
function settings.apply(chosen, precision)
  if precision then core.set_precision(precision) end
  core.set_threads(chosen.threads)
  options.in_force.ascii = chosen.ascii
  options.in_force.show_plots = chosen.show_plots or chosen.ascii
  if chosen.traceback then core.whole_tracebacks() end
end

settings.usage_error = usage_error

return settings
