-- plan: what a run is to do: its trials, each with its name and its cost, how
-- to run one, the settings, and the results file's path. It is all that
-- running knows of a sweep. Here too: which trials are done, and --dry-run.
local core = require "orthorun.core"
local counted = require("orthorun.base.text").count
local csv = require "orthorun.base.csv"
local grid = require "orthorun.sweep.grid"
local identity = require "orthorun.sweep.identity"
local maker = require "orthorun.sweep.maker"
local names = require "orthorun.base.names"
local progress = require "orthorun.sweep.progress"
local stats = require "orthorun.table.stats"
local store = require "orthorun.sweep.store"
local pairing = require "orthorun.sweep.pairing"
local packed = require "orthorun.base.bytes"
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

-- A trial with parameters p. Where some are paired, Lua's own generator is
-- seeded by a digest of the others.
local function trial_of(self, p, seed, paired)
  local function digest(parameters)
    return identity.trial(self.code, parameters, seed, core.precision())
  end
  local key, rest = digest(p), pairing.rest(p, paired)
  return { p = p, seed = seed, cost = trial.cost(p, self.cost_of), key = key,
    paired = paired, draws = rest == p and key or digest(rest) }
end

-- The plan of a sweep. Fields: name, about, settings (settings.read), path of
-- the results file, code (the trial function's name, with what is paired), layout
-- (records), and trials, an array of {p, seed, key, cost, paired, draws (see
-- trial.run)} in the grid's order. Those that have run also have seconds, and
-- output (bytes) and maker, or failure. here: the maker of this process.
function plan.of(sweep)
  local settings, all = sweep.run_options, sweep:trials()
  local self = setmetatable({ name = sweep.name, about = sweep.about,
    settings = settings, path = sweep:file(), layout = layout_of(sweep, all),
    code = identity.code(sweep.trial) .. pairing.suffix(sweep.paired),
    f = sweep.trial, watch = sweep.watch,
    cost_of = sweep.cost, here = maker.here(), trials = {} }, Plan)
  local mine = shard_of(all, settings.shard, settings.shards)
  for k, p in ipairs(mine) do
    self.trials[k] = trial_of(self, p, trial.seed(p, settings.seed), sweep.paired)
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

-- Does a row of the file have the results of a trial? With --fresh-kernel
-- those of another kernel do not count.
local function is_done(self, row)
  return row and row.status == "done" and not (self.settings.fresh_kernel and
    not maker.is_alike(maker.of(row), self.here))
end

-- Marks the trials that are done in a results file. Returns the numbers of
-- those that are not, and how many of them failed before.
function Plan:find_done(file)
  local todo, seen, again = {}, {}, 0
  for k, one in ipairs(self.trials) do
    local row = file:get(one.key)
    if is_done(self, row) then
      one.output, one.seconds = row.output, row.seconds
      one.maker = maker.of(row)
    elseif not seen[one.key] then
      seen[one.key] = true
      todo[#todo + 1] = k
      if row and row.status ~= "done" then again = again + 1 end
    end
  end
  return todo, again
end

-- What made the results that there are (maker.tally).
function Plan:made_by()
  local list = {}
  for _, one in ipairs(self.trials) do
    if one.output then list[#list + 1] = one.maker end
  end
  return maker.tally(list)
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
    local base = self.code:match "^%x+"
    return row.version ~= core.environment.orthorun and "orthorun's version" or
      row.precision ~= core.precision() and "the precision" or
      row.code:match "^%x+" ~= base and "the trial's code" or
      row.code ~= self.code and "what is paired" or nil
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

-- Seconds per unit of cost in the trials that a file has of whatever code and
-- parameters; nil where none tell.
local function pace_of_file(self, file)
  local seconds = {}
  for _, row in ipairs(file:sql("SELECT input, seconds FROM trials WHERE " ..
    "status = 'done' LIMIT 1000")) do
    local ok, cost = pcall(function()
      return trial.cost(packed.decode(row.input), self.cost_of)
    end)
    if ok then seconds[#seconds + 1] = row.seconds / cost end
  end
  return #seconds > 0 and stats.median(seconds) or nil
end

-- What the file knows, without making one: the numbers of the trials that are
-- not done, and its pace.
local function peek(self)
  local probe = io.open(self.path, "rb")
  if not probe then
    local todo = {}
    for k in ipairs(self.trials) do todo[k] = k end
    return todo
  end
  probe:close()
  local file <close> = store.read(self.path)
  return self:find_done(file), pace_of_file(self, file)
end

-- Seconds per unit of cost, from this plan's trials that have been measured.
local function pace(self)
  local seconds = {}
  for _, one in ipairs(self.trials) do
    if one.seconds then seconds[#seconds + 1] = one.seconds / one.cost end
  end
  return #seconds > 0 and stats.median(seconds) or nil
end

-- What distinguishes a trial but for its seed.
local function place_of(self, p)
  local list = {}
  for _, name in ipairs(self.layout.grid) do
    if name ~= "seed" then list[#list + 1] = name end
  end
  return trial.describe(p, list)
end

-- Trials in a row that differ in the seed alone, as one: an array of {place,
-- seeds, done, cost, seconds}.
local function groups_of(self, list)
  local groups, last = {}, nil
  for _, one in ipairs(list) do
    local place, done = place_of(self, one.p), one.output ~= nil
    if not last or last.place ~= place or last.done ~= done then
      last = { place = place, done = done, seeds = {}, count = 0, cost = 0,
        seconds = 0 }
      groups[#groups + 1] = last
    end
    last.count, last.cost = last.count + 1, last.cost + one.cost
    last.seconds = last.seconds + (one.seconds or 0)
    last.seeds[#last.seeds + 1] = one.p.seed
  end
  return groups
end

-- "seed=1-20", "seed=1,4,9": the seeds of a group; nil where it has none.
local function seeds_text(seeds)
  local count, first, last = #seeds, seeds[1], seeds[#seeds]
  if count == 0 then return nil end
  local whole = math.type(first) == "integer" and math.type(last) == "integer"
  if count > 2 and whole and last - first == count - 1 then
    return ("seed=%d-%d"):format(first, last)
  end
  local parts = {}
  for i, seed in ipairs(seeds) do parts[i] = csv.field(seed) end
  if count > 8 then
    return ("seed=%s,...,%s"):format(table.concat(parts, ",", 1, 6),
      parts[count])
  end
  return "seed=" .. table.concat(parts, ",")
end

local function line(group, rate, total)
  local cost = group.done and progress.duration(group.seconds) or
    rate and progress.duration(rate * group.cost) or
    ("%.3g %%"):format(100 * group.cost / total)
  local seeds = seeds_text(group.seeds)
  return ("%-5s %11s %11s   %s%s%s\n"):format(group.done and "done" or "to do",
    counted(group.count, "trial"), cost, group.place,
    seeds and group.place ~= "" and ", " or "", seeds or "")
end

-- Prints the trials, those that differ in the seed alone in one line, and what
-- they would cost: in time, where some have been measured, else their share of
-- the whole. Runs nothing.
function Plan:print()
  local todo, known = peek(self)
  local rate, total = pace(self) or known, self:cost(todo)
  if self.settings.shuffle then todo = shuffled(self, todo) end
  local list = {}
  for _, one in ipairs(self.trials) do
    if one.output then list[#list + 1] = one end
  end
  for _, k in ipairs(todo) do list[#list + 1] = self.trials[k] end
  for _, group in ipairs(groups_of(self, list)) do
    io.write(line(group, rate, total))
  end
  local jobs = math.max(1, self.settings.jobs)
  local estimate = rate and ", about " .. progress.duration(rate * total /
    jobs) .. (" with %d at a time"):format(jobs) or
    "; seconds are known once a trial has run"
  io.write(("%s, %d to do%s (%s)\n"):format(counted(#self.trials, "trial"),
    #todo, #todo > 0 and estimate or "", self.path))
end

return plan
