-- sweep: one trial function over a grid of parameters, every one of which is
-- a command-line option of the script. Knows nothing of networks or plots.
--
--   local sweep = ortho.sweep {
--     name = "demo", about = "what it shows",
--     params = { width = 64 },                           -- fixed
--     grid = { init = {"a", "b"}, seed = ortho.range(5) }, -- crossed
--     trial = function(p, rng) return { error = ..., norms = {...} } end,
--   }
--   local results = sweep:run()
local core = require "orthorun.core"
local csv = require "orthorun.base.csv"
local files = require "orthorun.base.files"
local journal = require "orthorun.base.journal"
local machine = require "orthorun.base.machine"
local names = require "orthorun.base.names"
local options = require "orthorun.base.options"
local run = require "orthorun.sweep.run"
local fail = core.fail -- at the user's line

local Sweep = { __name = "orthorun.sweep" }
Sweep.__index = Sweep

local sweep = {}

-- range(n): 1..n. range(a, b [, step]): a, a+step, ... up to b.
function sweep.range(a, b, step)
  if b == nil then a, b = 1, a end
  step = step or 1
  for i = 1, 3 do
    local x = ({ a, b, step })[i]
    if type(x) ~= "number" then
      fail("range: expected numbers, got a " .. type(x))
    end
  end
  if step == 0 or step ~= step then fail("range: the step is 0") end
  local count = math.floor((b - a) / step + 1e-9)
  if count >= 1e7 then fail("range: more than ten million points") end
  local values = {}
  for i = 0, count do values[#values + 1] = a + i * step end
  return values
end

local known_fields = { "name", "about", "params", "grid", "options", "trial",
  "index", "args", "cost", "partial" }

local function check_definition(definition)
  names.table_of("sweep", "the definition", definition)
  names.options("sweep", definition, known_fields)
  if type(definition.name) ~= "string" or definition.name == "" then
    fail("sweep: a name is needed, like name = \"depth_sweep\"")
  end
  if type(definition.trial) ~= "function" then
    fail("sweep: trial must be a function(p, rng), not a " ..
      type(definition.trial))
  end
  if definition.cost ~= nil and type(definition.cost) ~= "function" then
    fail("sweep: cost must be a function(p), not a " ..
      type(definition.cost))
  end
  for name, values in pairs(definition.grid or {}) do
    if type(values) ~= "table" or #values == 0 then
      fail(("sweep: grid.%s must be an array of values"):format(name))
    end
    if (definition.params or {})[name] ~= nil then
      fail(("sweep: '%s' is in params and in grid"):format(name))
    end
  end
end

-- The options that every sweep has. `seed` gives way to a grid's own.
local function run_specs(definition)
  local specs = {
    { name = "jobs", default = machine.jobs(), least = 0,
      help = "trials at a time; 0: in this process, not in workers" },
    { name = "threads", default = core.threads(), least = 1,
      help = "cores for all trials together; the results are the same" },
    { name = "out", default = files.join("runs", definition.name),
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
    { name = "precision", default = core.precision and core.precision() or
      "float64", choices = { "float64", "float32" } },
    { name = "ascii", default = false,
      help = "plots in the terminal in plain ASCII" },
    { name = "quiet", default = false, help = "no progress on stderr" },
  }
  local kept = {}
  for _, s in ipairs(specs) do
    local taken = (definition.grid or {})[s.name] ~= nil or
      (definition.params or {})[s.name] ~= nil
    if not taken then
      s.run = true
      kept[#kept + 1] = options.spec(s.name, s.default, false, s)
    end
  end
  return kept
end

-- Parameter names in the order of columns and loops: alphabetical, the seed
-- last, so that trials which differ in the seed alone stand together.
local function ordered(group)
  local list = names.keys(group or {})
  for i, name in ipairs(list) do
    if name == "seed" then table.insert(list, table.remove(list, i)) end
  end
  return list
end

local function script_specs(definition)
  local specs, extra = {}, definition.options or {}
  for _, part in ipairs { "grid", "params" } do
    for _, name in ipairs(ordered(definition[part])) do
      local spec, message = options.spec(name, definition[part][name],
        part == "grid", extra[name])
      if not spec then fail("sweep: " .. message) end
      specs[#specs + 1] = spec
    end
  end
  for name in pairs(extra) do
    if (definition.params or {})[name] == nil and
      (definition.grid or {})[name] == nil then
      fail(("sweep: options.%s names no parameter"):format(name))
    end
  end
  return specs
end

local function help_text(self, script, common)
  return ("%s\n\nusage: orthorun %s [--option value ...]\n\n" ..
    "What is swept and what is fixed (lists: 10,20,50; ranges: 1-20, " ..
    "1e-4..1e-1:7log):\n%s\n\nThe run:\n%s\n  --help\n"):format(
    self.about or self.name, arg and arg[0] or self.name .. ".lua",
    options.help(script), options.help(common))
end

local function usage_error(message)
  io.stderr:write(("orthorun: %s: %s\n"):format(
    arg and arg[0] or "script", message))
  os.exit(2, true)
end

-- A host option in front of the script counts unless the script's own side
-- sets it.
local function from_host(specs, given)
  local host = core.options or {}
  local argv = {}
  for _, spec in ipairs(specs) do
    local value = host[spec.name:gsub("_", "-")]
    local ours = spec.run or spec.name == "seed" or spec.name == "precision"
    if ours and value ~= nil and given[spec.name] == nil then
      argv[#argv + 1] = ("--%s=%s"):format(spec.name, tostring(value))
    end
  end
  local values, message = options.parse(specs, argv)
  if not values then usage_error(message) end
  for name, value in pairs(values) do given[name] = value end
end

local function settle(self, specs, given)
  for _, spec in ipairs(specs) do
    local value = given[spec.name]
    if value == nil then value = spec.default end
    if spec.run then
      self.run_options[spec.name] = value
    elseif spec.many then
      self.grid[spec.name] = value
    else
      self.params[spec.name] = value
    end
  end
end

-- The part of the trials that is this process's: as --shard says, else as
-- Slurm or mpirun do.
local function choose_shard(self, own_args)
  local text = self.run_options.shard
  if text == nil or text == "" then
    self.shard, self.shards = 1, 1
    if not own_args then self.shard, self.shards = machine.shard() end
    if not self.shard then usage_error(self.shards) end
    return
  end
  local i, n = text:match("^(%d+)/(%d+)$")
  i, n = tonumber(i), tonumber(n)
  if not i or i < 1 or i > n then
    usage_error(("--shard: expected I/N with 1 <= I <= N, got '%s'"):format(
      text))
  end
  self.shard, self.shards = i, n
end

-- Defines a sweep, reads the command line, and answers --help. A wrong
-- option ends the program with status 2. Fields: name, about, params, grid,
-- trial; options = {NAME = {choices=, least=, help=}}; index, the name of the
-- column that counts through arrays (default "layer"); cost, a function(p)
-- that says how long a trial takes, in any unit; partial, true where the
-- script goes on with one shard's results; args, an argument array to read
-- instead of the script's.
local function define(_, definition)
  check_definition(definition)
  local self = setmetatable({
    name = definition.name, about = definition.about,
    trial = definition.trial, index = definition.index or "layer",
    cost = definition.cost, partial = definition.partial,
    defaults = definition.grid or {}, params = {}, grid = {},
    run_options = {}, grid_names = ordered(definition.grid),
    param_names = ordered(definition.params),
  }, Sweep)
  local script, common = script_specs(definition), run_specs(definition)
  local all = table.move(common, 1, #common, #script + 1,
    table.move(script, 1, #script, 1, {}))
  local given, message = options.parse(all, definition.args or arg or {})
  if not given then usage_error(message) end
  if given.help then
    io.write(help_text(self, script, common))
    os.exit(0, true)
  end
  from_host(all, given)
  settle(self, all, given)
  local precision = self.run_options.precision or self.params.precision
  if precision and core.set_precision then core.set_precision(precision) end
  if self.run_options.threads then core.set_threads(self.run_options.threads) end
  choose_shard(self, definition.args)
  journal.ascii = self.run_options.ascii
  return self
end

-- Where shards leave their files: "3-of-8" of the whole.
local function shard_name(self)
  return ("%d-of-%d"):format(self.shard, self.shards)
end

-- Where a file of this run goes: its folder (--out), which is made if need
-- be, and the name. A shard has a folder of its own.
function Sweep:path(name)
  local folder = self.run_options.out
  if self.shards > 1 then
    folder = files.join(files.join(folder, "shards"), shard_name(self))
  end
  return files.join(files.make_folder(folder), name)
end

-- The results file of this run, or of this shard of it.
function Sweep:file()
  local out = self.run_options.out
  if self.shards == 1 then return files.join(out, self.name .. ".db") end
  return files.join(files.join(out, "shards"), ("%s.%s.db"):format(self.name,
    shard_name(self)))
end

-- The parameters of every trial, an array of tables; the last name of the
-- grid varies fastest.
function Sweep:trials()
  local trials = { {} }
  for _, name in ipairs(self.param_names) do
    trials[1][name] = self.params[name]
  end
  for _, name in ipairs(self.grid_names) do
    local crossed = {}
    for _, p in ipairs(trials) do
      for _, value in ipairs(self.grid[name]) do
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

-- What names a trial's random numbers: its parameters without the seed, in
-- the order of their names. Nothing of other trials, or of their order.
local function key_of(p)
  local parts = {}
  for _, name in ipairs(names.keys(p)) do
    if name ~= "seed" then
      parts[#parts + 1] = ("%s=%q"):format(name, p[name])
    end
  end
  return table.concat(parts, " ")
end

function Sweep:rng(p)
  local seed = p.seed
  if seed == nil then seed = self.run_options.seed end
  local whole = math.tointeger(seed)
  local rng = core.rng(whole or 0)
  if not whole then rng = rng:split(tostring(seed)) end
  return rng:split(key_of(p))
end

-- "init=he_normal, depth=10": what distinguishes a trial, for messages.
function Sweep:describe(p)
  local parts = {}
  for _, name in ipairs(self.grid_names) do
    parts[#parts + 1] = ("%s=%s"):format(name, csv.field(p[name]))
  end
  return table.concat(parts, ", ")
end

-- One shard's results are no use to the script's tables and plots: the
-- program ends here, unless the script can live with them.
local function end_shard(self, results)
  io.stderr:write(("%s: shard %d of %d is done: %s\n" ..
    "%s: join them by: orthorun --merge %s/*.db -o %s\n"):format(self.name,
    self.shard, self.shards, self:file(), self.name,
    files.folder(self:file()), files.join(self.run_options.out,
    self.name .. ".db")))
  os.exit(#results.failures > 0 and run.some_failed or 0, true)
end

-- Runs every trial that the results file does not have yet, and returns the
-- table of results: one row per trial, or per place in the arrays a trial
-- returned. A trial that fails is named on stderr and left out
-- (results.failures has it), and the program will end with status 3; if all
-- fail, the first error is raised. With --dry-run, lists the trials and ends
-- the program; a shard (--shard) ends it, too.
function Sweep:run()
  if self.run_options.dry_run then
    run.plan(self)
    os.exit(0, true)
  end
  local results = run.all(self)
  journal.add("sweep", { sweep = self, results = results })
  if self.shards > 1 and not self.partial then end_shard(self, results) end
  return results
end

function Sweep:__tostring()
  return ("sweep %s: %d trials over %s"):format(self.name, #self:trials(),
    table.concat(self.grid_names, ", "))
end

return setmetatable(sweep, { __call = define })
