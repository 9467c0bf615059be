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

--- One trial function over a grid of parameters, each of which is a command-line
-- option of the script, typed by its default. [sweeps.md](../sweeps.md) has
-- examples, and what the options look like.
--
-- `s.params` and `s.grid` hold the values after the command line was read.
-- @module sweep
-- @pragma nostrip

local core = require "orthorun.core"
local definition = require "orthorun.sweep.definition"
local events = require "orthorun.base.events"
local files = require "orthorun.base.files"
local grid = require "orthorun.sweep.grid"
local names = require "orthorun.base.names"
local pairing = require "orthorun.sweep.pairing"
local plan = require "orthorun.sweep.plan"
local program = require "orthorun.base.program"
local run = require "orthorun.sweep.run"
local settings = require "orthorun.sweep.settings"
local text = require "orthorun.base.text"
local trial = require "orthorun.sweep.trial"
local fail = core.fail -- at the user's line

local Sweep = { __name = "orthorun.sweep" }
Sweep.__index = Sweep
names.strict_class("sweep", Sweep, { "about", "cost", "partial", "watch", "paired" },
  "sweep:run() returns the results")

local sweep = {}

--- As `range`.
-- @function sweep.range
-- @tparam number first
-- @tparam[opt] number last
-- @tparam[opt=1] number step
-- @treturn {number,...}

--- An array of numbers.
-- @function range
-- @call range(n)
-- @call range(first, last [, step=1])
-- @tparam number first or n alone: 1..n
-- @tparam[opt] number last
-- @tparam[opt=1] number step
-- @treturn {number,...} first, first+step, ... up to last
-- @usage
-- assert(#ortho.range(5) == 5 and ortho.range(0, 1, 0.25)[2] == 0.25)
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

--- Defines a sweep, from whose parameters the script has its options.
-- `--help` is answered here; a wrong option ends the program with status 2.
-- @function sweep
-- @tparam table options
-- @tparam string options.name of the results
-- @tparam[opt] string options.about a line
-- @tparam[opt] table options.params fixed values by name, or functions that
--   compute one from the others, function(p)
-- @tparam[opt] table options.grid arrays by name, all crossed
-- @tparam[opt] table options.zip arrays of one length, by name, whose values go
--   together (or an array of such tables)
-- @tparam[opt] {table,...} options.cases each {name, label=, parameter=value,
--   ...}, one at a time, named in the column `case`: what a case sets wins over
--   params and grid, an array is swept in it
-- @tparam[opt] {string,...} options.paired names of parameters (or "case") that do
--   not name a trial's rng, so that trials which differ in them alone draw the
--   same numbers; by default all parameters name it
-- @tparam[opt] table options.options options[name] = {choices=, least=, most=,
--   above=, help=}
-- @tparam func options.trial function(p, r) that gets the parameters and an rng,
--   and returns a table of numbers, strings, booleans or equally long arrays; or a
--   results table, such as history.records, whose rows and columns then stand
--   beside the parameters (nil among numbers is NaN; no counting column is added)
-- @tparam[opt="layer"] string options.index the column that counts through arrays
-- @tparam[opt] func options.cost function(p) → how long a trial takes, in any
--   unit; by default depth × width³ × steps, of those there are
-- @tparam[opt=false] bool options.partial the script goes on with one shard's
--   results
-- @tparam[opt] {string,...} options.args arguments to read instead of the script's
-- @tparam[opt] func options.watch for the library
-- @treturn sweep
-- @usage
-- local s = ortho.sweep { name = "gaps", grid = { n = { 2, 4 } },
--   trial = function(p, r)
--     return { norm = r:normal(p.n, p.n):norm() }
--   end }
-- print(s:run())
local function define(_, def)
  definition.check(def)
  local values, chosen = settings.read(def)
  local self = setmetatable({
    name = def.name, about = def.about, trial = def.trial,
    index = def.index or "layer", cost = def.cost, partial = def.partial,
    watch = def.watch, definition = def, values = values, params = {},
    grid = {}, run_options = chosen, paired = pairing.of(def),
  }, Sweep)
  self.grid_names, self.param_names = grid.names(def)
  for _, name in ipairs(self.param_names) do
    self.params[name] = values[name]
  end
  local ok, trials = pcall(self.trials, self)
  if not ok then settings.usage_error(trials) end
  pairing.check_trials(trials, self.paired)
  for _, name in ipairs(self.grid_names) do
    self.grid[name] = (def.params or {})[name] == nil and
      type(values[name]) == "table" and values[name] or
      grid.levels(def, trials, name)
  end
  settings.apply(chosen, chosen.precision or self.params.precision)
  return self
end

-- Where shards leave their files: "3-of-8" of the whole.
local function shard_name(self)
  return ("%d-of-%d"):format(self.run_options.shard, self.run_options.shards)
end

--- A file's path in the run's folder, which is made: runs/NAME, or another by
-- `--out`. A shard has a folder of its own.
-- @function s:path
-- @tparam string name
-- @treturn string
function Sweep:path(name)
  local folder = self.run_options.out
  if self.run_options.shards > 1 then
    folder = files.join(files.join(folder, "shards"), shard_name(self))
  end
  return files.join(files.make_folder(folder), name)
end

--- The path of the results file, runs/NAME/NAME.db.
-- @function s:file
-- @treturn string
function Sweep:file()
  local out = self.run_options.out
  if self.run_options.shards == 1 then
    return files.join(out, self.name .. ".db")
  end
  return files.join(files.join(out, "shards"), ("%s.%s.db"):format(self.name,
    shard_name(self)))
end

--- The parameters of all trials, in order; the seed varies fastest.
-- @function s:trials
-- @treturn {table,...}
function Sweep:trials() return grid.trials(self.definition, self.values) end

--- The generator of a trial. It depends on the seed and on p's values alone (those
-- that are not paired), not on other trials.
-- @function s:rng
-- @tparam table p
-- @treturn rng
function Sweep:rng(p)
  return trial.rng(p, trial.seed(p, self.run_options.seed), self.paired)
end

--- The text "init=he_normal, depth=10".
-- @function s:describe
-- @tparam table p
-- @treturn string
function Sweep:describe(p) return trial.describe(p, self.grid_names) end

-- One shard's results are no use to the script's tables and plots: the
-- program ends here, unless the script can live with them.
local function end_shard(self, results)
  io.stderr:write(("%s: shard %d of %d is done: %s\n" ..
    "%s: join them by: orthorun --merge %s/*.db -o %s\n"):format(self.name,
    self.run_options.shard, self.run_options.shards, self:file(), self.name,
    files.folder(self:file()), files.join(self.run_options.out,
    self.name .. ".db")))
  program.leave(#results.failures > 0 and run.some_failed or 0,
    "one shard's results are no results to go on with")
end

--- A row per trial or per place in its arrays. Trials that the results file has are
-- not run again. A trial that fails is told on stderr, kept in the table's field
-- `failures` (each {p=, message=, traceback=}), and makes the program's exit
-- status 3; if all fail, the first error is raised. A shard's run, and one with
-- `--dry-run`, ends the program.
-- @function s:run
-- @treturn results
function Sweep:run(more)
  if self.run_options["until"] == "decided" and not (more or self.watch) then
    settings.usage_error("--until decided needs an experiment with a comparison " ..
      "in show")
  end
  local work = plan.of(self)
  if self.run_options.dry_run then
    work:print()
    program.leave(0, "--dry-run lists the trials, and runs none")
  end
  local results = run.all(work)
  local seeds = more and more(results)
  while seeds do
    self.run_options.fresh = false
    self.values.seed, self.grid.seed = seeds, seeds
    results = run.all(plan.of(self), results)
    seeds = more(results)
  end
  results.run_files = { path = function(name)
    return self:path(self.name .. "_" .. name)
  end }
  events.tell("sweep", { sweep = self, results = results,
    made_by = results.made_by })
  if self.run_options.shards > 1 and not self.partial then
    end_shard(self, results)
  end
  return results
end

function Sweep:__tostring()
  return ("sweep %s: %s over %s"):format(self.name,
    text.count(#self:trials(), "trial"), table.concat(self.grid_names, ", "))
end

return setmetatable(sweep, { __call = define })
