-- settings: how a sweep is run: the run options on either side of the script's
-- name and the script's own options, read once. Answers --help; a wrong option
-- ends the program with status 2.
local core = require "orthorun.core"
local definition = require "orthorun.sweep.definition"
local files = require "orthorun.base.files"
local machine = require "orthorun.base.machine"
local options = require "orthorun.base.options"

local settings = {}

local function usage_error(message)
  io.stderr:write(("orthorun: %s: %s\n"):format(
    arg and arg[0] or "script", message))
  os.exit(2, true)
end

-- The options that every sweep has, without those that are parameters of this
-- one.
local function run_specs(def)
  local specs = {
    { name = "jobs", default = machine.jobs(), least = 0,
      help = "trials at a time; 0: in this process, not in workers" },
    { name = "threads", default = core.threads(), least = 1,
      help = "cores for all trials together; the results are the same" },
    { name = "out", default = files.join("runs", def.name),
      help = "folder for the results" },
    { name = "fresh", default = false, help = "forget earlier results" },
    { name = "dry_run", default = false,
      help = "list the trials and what they would cost" },
    { name = "shuffle", default = false,
      help = "in random order; the results are the same" },
    { name = "fail_fast", default = false, help = "stop at the first failure" },
    { name = "trial_timeout", default = 0.0, least = 0,
      help = "seconds that a trial may take; 0: any" },
    { name = "shard", default = "", help = "do the I-th of N parts, as I/N" },
    { name = "seed", default = 0, help = "seed of the run" },
    { name = "precision", default = core.precision(),
      choices = { "float64", "float32" } },
    { name = "ascii", default = false,
      help = "plots in the terminal in plain ASCII" },
    { name = "quiet", default = false, help = "no progress on stderr" },
  }
  local kept = {}
  for _, s in ipairs(specs) do
    if not definition.has(def, s.name) then
      s.run = true
      kept[#kept + 1] = options.spec(s.name, s.default, false, s)
    end
  end
  return kept
end

local function help_text(def, script, common)
  return ("%s\n\nusage: orthorun %s [--option value ...]\n\n" ..
    "What is swept and what is fixed (lists: 10,20,50; ranges: 1-20, " ..
    "1e-4..1e-1:7log):\n%s\n\nThe run:\n%s\n  --help\n"):format(
    def.about or def.name, arg and arg[0] or def.name .. ".lua",
    options.help(script), options.help(common))
end

-- A host option in front of the script counts unless the script's own side
-- sets it.
local function from_host(specs, given)
  local argv = {}
  for _, spec in ipairs(specs) do
    local value = core.options[spec.name:gsub("_", "-")]
    local ours = spec.run or spec.name == "seed" or spec.name == "precision"
    if ours and value ~= nil and given[spec.name] == nil then
      argv[#argv + 1] = ("--%s=%s"):format(spec.name, tostring(value))
    end
  end
  local values, message = options.parse(specs, argv)
  if not values then usage_error(message) end
  for name, value in pairs(values) do given[name] = value end
end

-- The part of the trials that is this process's: as --shard says, else as
-- Slurm or mpirun do (where own_args, nobody).
local function shard_of(text, own_args)
  if text == nil or text == "" then
    if own_args then return 1, 1 end
    local i, n = machine.shard()
    if not i then usage_error(n) end
    return i, n
  end
  local i, n = text:match("^(%d+)/(%d+)$")
  i, n = tonumber(i), tonumber(n)
  if not i or i < 1 or i > n then
    usage_error(("--shard: expected I/N with 1 <= I <= N, got '%s'"):format(
      text))
  end
  return i, n
end

-- Reads the command line of a sweep's definition. Returns values, the script's
-- parameters by name (arrays for names in its grid), and the settings: jobs,
-- threads, out, fresh, dry_run, shuffle, fail_fast, trial_timeout, ascii, quiet,
-- shard and shards; seed and precision, which are nil where the script has a
-- parameter of that name.
function settings.read(def)
  local script, common = definition.specs(def), run_specs(def)
  local all = table.move(common, 1, #common, #script + 1,
    table.move(script, 1, #script, 1, {}))
  local given, message = options.parse(all, def.args or arg or {})
  if not given then usage_error(message) end
  if given.help then
    io.write(help_text(def, script, common))
    os.exit(0, true)
  end
  from_host(all, given)
  local values, chosen = {}, {}
  for _, spec in ipairs(all) do
    local value = given[spec.name]
    if value == nil then value = spec.default end
    if spec.run then
      chosen[spec.name] = value
    else
      values[spec.name] = value
    end
  end
  chosen.shard, chosen.shards = shard_of(chosen.shard, def.args)
  return values, chosen
end

-- What holds for the whole process from now on.
function settings.apply(chosen, precision)
  if precision then core.set_precision(precision) end
  if chosen.threads then core.set_threads(chosen.threads) end
end

return settings
