-- plan: what a run is to do: its trials, each with its name and its cost, how
-- to run one, the settings, and the results file's path. It is all that
-- running knows of a sweep. Here too: which trials are done, and --dry-run.
local core = require "orthorun.core"
local grid = require "orthorun.sweep.grid"
local identity = require "orthorun.sweep.identity"
local names = require "orthorun.base.names"
local progress = require "orthorun.sweep.progress"
local stats = require "orthorun.table.stats"
local store = require "orthorun.sweep.store"
local trial = require "orthorun.sweep.trial"

local Plan = { __name = "plan" }
Plan.__index = Plan

local plan = {}

-- The trials of this shard: every n-th, from the i-th on.
local function shard_of(trials, i, n)
  local mine = {}
  for k = i, #trials, n do mine[#mine + 1] = trials[k] end
  return mine
end

-- What a table of a sweep's results looks like.
local function layout_of(sweep, trials)
  local levels = {}
  for _, name in ipairs(sweep.grid_names) do
    levels[name] = grid.levels(sweep.definition, trials, name)
  end
  return { index = sweep.index, grid = sweep.grid_names,
    params = sweep.param_names, levels = levels }
end

-- The plan of a sweep. Fields: name, about, settings (settings.read), path of
-- the results file, code (the trial function's name), layout (records), and
-- trials, an array of {p, seed, key, cost} in the grid's order. Those that
-- have run also have seconds, and output (bytes) or failure.
function plan.of(sweep)
  local settings, all = sweep.run_options, sweep:trials()
  local self = setmetatable({ name = sweep.name, about = sweep.about,
    settings = settings, path = sweep:file(), layout = layout_of(sweep, all),
    code = identity.code(sweep.trial), f = sweep.trial, watch = sweep.watch,
    trials = {} }, Plan)
  local mine = shard_of(all, settings.shard, settings.shards)
  for k, p in ipairs(mine) do
    local seed = trial.seed(p, settings.seed)
    self.trials[k] = { p = p, seed = seed, cost = trial.cost(p, sweep.cost),
      key = identity.trial(self.code, p, seed, core.precision()) }
  end
  return self
end

-- Tells stderr, unless it is to be quiet.
function Plan:say(text, ...)
  if self.settings.quiet then return end
  io.stderr:write(self.name, ": ", text:format(...), "\n")
end

-- "init=he_normal, depth=10": what distinguishes a trial from the others.
function Plan:describe(p) return trial.describe(p, self.layout.grid) end

-- Runs trial k: true and its results as bytes, or false and its failure.
function Plan:attempt(k)
  return trial.run(self.f, self.trials[k], self.layout.index,
    self.settings.jobs == 0)
end

-- The summed cost of the trials with these numbers.
function Plan:cost(numbers)
  local sum = 0
  for _, k in ipairs(numbers) do sum = sum + self.trials[k].cost end
  return sum
end

-- --- what is done -----------------------------------------------------------

-- Marks the trials that are done in a results file. Returns the numbers of
-- those that are not, and how many of them failed before.
function Plan:find_done(file)
  local todo, seen, again = {}, {}, 0
  for k, one in ipairs(self.trials) do
    local row = file:get(one.key)
    if row and row.status == "done" then
      one.output, one.seconds = row.output, row.seconds
    elseif not seen[one.key] then
      seen[one.key] = true
      todo[#todo + 1] = k
      if row then again = again + 1 end
    end
  end
  return todo, again
end

local others = "SELECT parameters, seed, code, version, precision FROM trials"

-- How many of the trials were in the file before, under other code, another
-- version or another precision, and what has changed.
function Plan:find_stale(file, todo)
  local wanted, count, what = {}, 0, {}
  for _, k in ipairs(todo) do
    local one = self.trials[k]
    wanted[trial.text(one.p) .. " " .. tostring(one.seed)] = true
  end
  local function changed(row)
    return row.version ~= core.environment.orthorun and "orthorun's version" or
      row.precision ~= core.precision() and "the precision" or
      row.code ~= self.code and "the trial's code" or nil
  end
  for _, row in ipairs(file:sql(others)) do
    local id = row.parameters .. " " .. row.seed
    local why = wanted[id] and changed(row)
    if why then
      count, wanted[id], what[why] = count + 1, nil, true
    end
  end
  return count, table.concat(names.keys(what), ", ")
end

-- --- in which order ---------------------------------------------------------

-- The same shuffle each time, so that a dry run tells the order.
local function shuffled(self, todo)
  local order = core.rng(0):split("shuffle " .. self.name):permutation(#todo)
  local list = {}
  for i = 1, #todo do list[i] = todo[math.tointeger(order[i])] end
  return list
end

-- So that workers end together: the long trials first, of equal ones in the
-- grid's order.
local function costly_first(self, todo)
  table.sort(todo, function(a, b)
    local x, y = self.trials[a].cost, self.trials[b].cost
    return x > y or x == y and a < b
  end)
  return todo
end

-- The trials to do, in the order in which they are to begin.
function Plan:order(todo)
  if self.settings.shuffle then return shuffled(self, todo) end
  return self.settings.jobs > 1 and costly_first(self, todo) or todo
end

-- --- --dry-run --------------------------------------------------------------

-- What the file knows, without making one.
local function peek(self)
  local probe = io.open(self.path, "rb")
  if not probe then
    local todo = {}
    for k in ipairs(self.trials) do todo[k] = k end
    return todo
  end
  probe:close()
  local file <close> = store.read(self.path)
  return (self:find_done(file))
end

-- Seconds per unit of cost, from the trials that have been measured.
local function pace(self)
  local seconds = {}
  for _, one in ipairs(self.trials) do
    if one.seconds then seconds[#seconds + 1] = one.seconds / one.cost end
  end
  return #seconds > 0 and stats.median(seconds) or nil
end

local function line(self, one, rate, total)
  local cost = rate and progress.duration(rate * one.cost) or
    ("%.3g %%"):format(100 * one.cost / total)
  local state = one.output and "done" or "to do"
  return ("%-6s %10s   %s\n"):format(state,
    one.output and progress.duration(one.seconds) or cost,
    self:describe(one.p))
end

-- Prints every trial and what it would cost: in time, where some have been
-- measured, else its share of the whole. Runs nothing.
function Plan:print()
  local todo = peek(self)
  local rate, total = pace(self), self:cost(todo)
  if self.settings.shuffle then todo = shuffled(self, todo) end
  for _, one in ipairs(self.trials) do
    if one.output then io.write(line(self, one, rate, total)) end
  end
  for _, k in ipairs(todo) do
    io.write(line(self, self.trials[k], rate, total))
  end
  local jobs = math.max(1, self.settings.jobs)
  io.write(("%d trials, %d to do%s (%s)\n"):format(#self.trials, #todo, rate and
    #todo > 0 and ", about " .. progress.duration(rate * total / jobs) ..
    (" with %d at a time"):format(jobs) or "", self.path))
end

return plan
