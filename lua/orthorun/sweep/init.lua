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
local definition = require "orthorun.sweep.definition"
local events = require "orthorun.base.events"
local files = require "orthorun.base.files"
local grid = require "orthorun.sweep.grid"
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

-- Defines a sweep, reads the command line, and answers --help. A wrong
-- option ends the program with status 2. Fields: name, about; params, where a
-- function(p) computes its value from the others; grid, crossed lists; zip,
-- lists that go together (or an array of such groups); cases, an array of
-- {NAME, label=, settings}, one at a time; trial; options = {NAME = {choices=,
-- least=, most=, above=, help=}}; index, the name of the column that counts
-- through arrays (default "layer"); cost, a function(p) that says how long a
-- trial takes, in any unit; partial, true where the script goes on with one
-- shard's results; paired, names of parameters that do not name a trial's
-- random numbers: their levels draw the same; args, an argument array to read
-- instead of the script's; watch, for the library: {trial = f(p, bytes), all =
-- f(list)} (run.all).
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

-- Where a file of this run goes: its folder (--out), which is made if need
-- be, and the name. A shard has a folder of its own.
function Sweep:path(name)
  local folder = self.run_options.out
  if self.run_options.shards > 1 then
    folder = files.join(files.join(folder, "shards"), shard_name(self))
  end
  return files.join(files.make_folder(folder), name)
end

-- The results file of this run, or of this shard of it.
function Sweep:file()
  local out = self.run_options.out
  if self.run_options.shards == 1 then
    return files.join(out, self.name .. ".db")
  end
  return files.join(files.join(out, "shards"), ("%s.%s.db"):format(self.name,
    shard_name(self)))
end

-- The parameters of every trial, an array of tables; the last name of the
-- grid varies fastest.
function Sweep:trials() return grid.trials(self.definition, self.values) end

-- The generator of a trial with parameters p.
function Sweep:rng(p)
  return trial.rng(p, trial.seed(p, self.run_options.seed), self.paired)
end

-- "init=he_normal, depth=10": what distinguishes a trial, for messages.
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

-- Runs every trial that the results file does not have yet, and returns the
-- table of results: one row per trial, or per place in the arrays a trial
-- returned. A trial that fails is named on stderr and left out
-- (results.failures has it), and the program will end with status 3; if all
-- fail, the first error is raised. With --dry-run, lists the trials and ends
-- the program; a shard (--shard) ends it, too.
-- more, for the library: a function(results) that returns the seeds to go on with,
-- or nil.
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
    results = run.all(plan.of(self))
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
