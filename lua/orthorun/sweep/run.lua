-- run: a sweep's trials, done: those that the results file does not have yet,
-- by workers, each recorded as it ends. Knows nothing of command lines.
local core = require "orthorun.core"
local csv = require "orthorun.base.csv"
local files = require "orthorun.base.files"
local identity = require "orthorun.sweep.identity"
local journal = require "orthorun.base.journal"
local machine = require "orthorun.base.machine"
local names = require "orthorun.base.names"
local packed = require "orthorun.base.bytes"
local pool = require "orthorun.sweep.pool"
local progress = require "orthorun.sweep.progress"
local records = require "orthorun.sweep.records"
local stats = require "orthorun.table.stats"
local store = require "orthorun.sweep.store"

local run = {}

-- --- what there is to do ----------------------------------------------------

-- The exit status of a program some of whose trials failed.
run.some_failed = 3

local function say(self, text, ...)
  if self.run_options.quiet then return end
  io.stderr:write(self.name, ": ", text:format(...), "\n")
end

-- The trials of this shard: every n-th, from the i-th on.
local function shard_of(trials, i, n)
  local mine = {}
  for k = i, #trials, n do mine[#mine + 1] = trials[k] end
  return mine
end

-- {p, key} for every trial of this part of the sweep, in the grid's order.
local function list_trials(self)
  self.code = self.code or identity.code(self.trial)
  local list = {}
  for k, p in ipairs(shard_of(self:trials(), self.shard, self.shards)) do
    local seed = p.seed
    if seed == nil then seed = self.run_options.seed end
    list[k] = { p = p, seed = seed,
      key = identity.trial(self.code, p, seed, core.precision()) }
  end
  return list
end

-- Every parameter, by which a trial is found again: "depth=10, seed=3".
local function text_of(p)
  local parts = {}
  for _, name in ipairs(names.keys(p)) do
    parts[#parts + 1] = ("%s=%s"):format(name, csv.field(p[name]))
  end
  return table.concat(parts, ", ")
end

-- The distinct values of both arrays, in order.
local function union(a, b)
  local list, seen = {}, {}
  for _, values in ipairs { a, b } do
    for _, value in ipairs(values) do
      if not seen[value] then list[#list + 1] = value end
      seen[value] = true
    end
  end
  return list
end

-- What a table of its results looks like. Levels of a grid column: the
-- script's own values first, so that order and colours stay the same whatever
-- subset is asked for.
local function layout_of(self)
  local levels = {}
  for _, name in ipairs(self.grid_names) do
    levels[name] = union(self.defaults[name], self.grid[name])
  end
  return { index = self.index, grid = self.grid_names,
    params = self.param_names, levels = levels }
end

-- What a trial costs in units of its own: the sweep's `cost`, else what
-- parameters of the usual names suggest.
local function cost_of(self, p)
  if self.cost then
    local cost = self.cost(p)
    if type(cost) ~= "number" or not (cost > 0) or cost == math.huge then
      error(("sweep: cost must give a number above 0, not %s"):format(
        tostring(cost)), 0)
    end
    return cost
  end
  local function size(name, power)
    local x = p[name]
    return type(x) == "number" and x >= 1 and x < 1e6 and x ^ power or 1
  end
  return size("depth", 1) * size("width", 3) * size("steps", 1)
end

-- --- what the file knows ----------------------------------------------------

-- Marks the trials that are done in the file; returns those that are not.
local function find_done(file, list)
  local todo, seen, again = {}, {}, 0
  for k, trial in ipairs(list) do
    local row = file:get(trial.key)
    if row and row.status == "done" then
      trial.output, trial.seconds = row.output, row.seconds
    elseif not seen[trial.key] then
      seen[trial.key] = true
      todo[#todo + 1] = k
      if row then again = again + 1 end
    end
  end
  return todo, again
end

local others = "SELECT parameters, seed, code, version, precision FROM trials"

-- How many of the trials were there before, under other code, another
-- version or another precision, and what has changed.
local function find_stale(self, file, list, todo)
  local wanted, count, what = {}, 0, {}
  for _, k in ipairs(todo) do
    wanted[text_of(list[k].p) .. " " .. tostring(list[k].seed)] = true
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

local function announce(self, file, list, todo, again)
  local stale, what = 0, nil
  if #todo > again then
    stale, what = find_stale(self, file, list, todo)
  end
  if stale > 0 then
    say(self, "%d trials start anew: changed since they ran: %s", stale, what)
  end
  if #todo == 0 then
    say(self, "all %d trials are done already (%s; --fresh starts over)",
      #list, file.path)
  elseif #todo < #list then
    say(self, "%d of %d trials are done already (%s)", #list - #todo, #list,
      file.path)
  end
  if again > 0 then say(self, "%d that failed before are tried again", again) end
end

-- --- one trial --------------------------------------------------------------

-- A failed trial's message, with the lines of the script that led to it.
local function handler(message)
  local text = debug.traceback(tostring(message), 2)
  return { message = tostring(message),
    traceback = text:gsub("\n[^\n]*/orthorun/sweep/run%.lua:.*", "") }
end

local function copy(p)
  local q = {}
  for name, value in pairs(p) do q[name] = value end
  return q
end

-- Lua's own generator, from what the trial is.
local function seed_math(key)
  math.randomseed(math.tointeger(tonumber(key:sub(1, 15), 16)),
    math.tointeger(tonumber(key:sub(17, 31), 16)))
end

-- Runs trial k: true and its results as bytes, or false and its failure.
local function attempt(self, trial)
  seed_math(trial.key)
  local ok, out = xpcall(function()
    return records.encode(self.index, trial.p,
      self.trial(copy(trial.p), self:rng(trial.p)))
  end, handler)
  if ok then return true, out end
  if type(out) ~= "table" then -- no handler runs where memory is short
    out = { message = tostring(out), traceback = tostring(out) }
  end
  if out.message:find("interrupted!", 1, true) and
    self.run_options.jobs == 0 then
    error("interrupted!", 0)
  end
  return false, packed.encode(out)
end

-- --- records ----------------------------------------------------------------

local function now() return os.date "!%Y-%m-%dT%H:%M:%SZ" end

local function read_script()
  if journal.script then return journal.script.name, journal.script.source end
  local path = arg and arg[0]
  local file = path and io.open(path, "rb")
  if not file then return path, nil end
  local text = file:read "a"
  file:close()
  return path, text
end

local function arguments_text()
  local parts = {}
  for i = 1, #(arg or {}) do parts[i] = tostring(arg[i]) end
  return table.concat(parts, " ")
end

local function describe_run(self, jobs, count)
  local environment, host = core.environment, machine.describe()
  local path, source = read_script()
  return { name = self.name, about = self.about, script = path,
    source = source, arguments = arguments_text(), code = self.code,
    version = environment.orthorun, precision = core.precision(),
    seed = self.run_options.seed and tostring(self.run_options.seed),
    jobs = jobs, trials = count,
    shard = ("%d/%d"):format(self.shard, self.shards), started = now(),
    status = "running", host = host.host, machine = host.machine,
    system = host.system, lua = environment.lua, blas = environment.blas,
    kernel = environment.kernel, random123 = environment.random123,
    compiler = environment.compiler, sqlite = core.store.version(),
    layout = records.pack_layout(layout_of(self)) }
end

local function record_of(self, id, trial)
  return { key = trial.key, run = id, code = self.code,
    parameters = text_of(trial.p), input = packed.encode(trial.p),
    version = core.environment.orthorun, precision = core.precision(),
    seed = tostring(trial.seed), finished = now() }
end

local at_once = 0.05 -- seconds; shorter trials share a write to the file

-- Writes how a trial ended into the file, and into the trial: by its results,
-- by its failure, or (ok nil) for a reason that is text.
local function record(self, file, id, trial, ok, bytes, seconds)
  local row = record_of(self, id, trial)
  row.seconds, row.status = seconds, ok and "done" or "failed"
  local failure
  if ok then
    row.output = bytes
  else
    failure = ok == nil and { message = bytes } or packed.decode(bytes)
    row.reason, row.traceback = failure.message, failure.traceback
  end
  file:put(row)
  -- with jobs = 0 nobody calls file:tick while the next trial runs
  if seconds >= at_once or self.run_options.jobs == 0 then file:commit() end
  trial.output, trial.seconds = row.output, seconds
  trial.failure = failure and { p = trial.p, message = failure.message,
    traceback = failure.traceback or failure.message }
end

-- --- the run ----------------------------------------------------------------

-- The same shuffle each time, so that a dry run tells the order.
local function shuffle(self, todo)
  local order = core.rng(0):split("shuffle " .. self.name):permutation(#todo)
  local shuffled = {}
  for i = 1, #todo do shuffled[i] = todo[math.tointeger(order[i])] end
  return shuffled
end

-- So that workers end together: the long trials first, of equal ones in the
-- grid's order.
local function costly_first(list, todo)
  table.sort(todo, function(a, b)
    local x, y = list[a].cost, list[b].cost
    return x > y or x == y and a < b
  end)
end

local function total_cost(list, todo)
  local sum = 0
  for _, k in ipairs(todo) do sum = sum + list[k].cost end
  return sum
end

local function perform(self, file, list, todo, jobs)
  local bar = progress.new(self.name, #todo, total_cost(list, todo),
    self.run_options.quiet)
  file:group(at_once)
  local id = file:add_run(describe_run(self, jobs, #list))
  local function finish(status)
    file:end_run(id, status, now())
    file:commit()
  end
  local state <close> = setmetatable({}, { __close = function(state)
    bar:clear()
    if not state.ended then pcall(finish, "stopped") end
  end })
  local limit = self.run_options.trial_timeout
  local do_all = jobs == 0 and pool.run_here or pool.run
  local share = core.threads() // math.max(1, math.min(jobs, #todo))
  local all = do_all { tasks = todo, jobs = jobs, threads = math.max(share, 1),
    timeout = limit > 0 and limit or nil,
    work = function(k) return attempt(self, list[k]) end,
    done = function(k, ok, bytes, seconds)
      record(self, file, id, list[k], ok, bytes, seconds)
      bar:add(list[k].cost, ok)
      return ok or not self.run_options.fail_fast
    end,
    talk = function(text) bar:print(text) end,
    tick = function()
      file:tick()
      bar:tick()
    end }
  finish(all and "finished" or "stopped at a failure")
  state.ended = true
end

-- --- failures ---------------------------------------------------------------

-- Raises the error of a run in which every trial failed. An object, so that
-- nobody adds a second traceback to the trial's own.
local function raise_failure(self, failure, text)
  local whole = ("%s\n(sweep %s: %s)"):format(failure.traceback, self.name,
    text)
  error(setmetatable({ message = failure.message },
    { __tostring = function() return whole end }), 0)
end

-- Tells stderr which trials failed, each distinct message once.
local function report(self, failures, total)
  local seen = {}
  for _, failure in ipairs(failures) do
    if not seen[failure.message] then
      seen[failure.message] = true
      io.stderr:write(("%s: trial (%s) failed: %s\n"):format(self.name,
        self:describe(failure.p), failure.message))
    end
  end
  io.stderr:write(("%s: %d of %d trials failed; the results are of the " ..
    "others\n"):format(self.name, #failures, total))
end

local function judge(self, failures, list, finished)
  if #failures == 0 then return end
  if core.set_exit_status then core.set_exit_status(run.some_failed) end
  if self.run_options.fail_fast then
    raise_failure(self, failures[1], ("stopped at the first failure; %d of " ..
      "%d trials are done and safe"):format(finished, #list))
  end
  if #failures == #list then
    raise_failure(self, failures[1], #list == 1 and "the only trial failed" or
      ("all %d trials failed, this one first"):format(#list))
  end
  report(self, failures, #list)
end

local function collect(list)
  local done, failures, by_key = {}, {}, {}
  for _, trial in ipairs(list) do
    by_key[trial.key] = by_key[trial.key] or trial
  end
  for _, trial in ipairs(list) do
    local first = by_key[trial.key]
    if first.output then
      done[#done + 1] = { trial.p, first.output }
    elseif first.failure and first == trial then
      failures[#failures + 1] = first.failure
    end
  end
  return done, failures
end

local function interrupted(self, file, list)
  local done = -file:unsaved()
  for _, trial in ipairs(list) do
    if trial.output then done = done + 1 end
  end
  say(self, "stopped; %d of %d trials are done and safe in %s; the same " ..
    "command goes on from there", done, #list, file.path)
end

-- --- from outside -----------------------------------------------------------

local function with_costs(self, list)
  for _, trial in ipairs(list) do trial.cost = cost_of(self, trial.p) end
  return list
end

local function open(self)
  files.make_folder(files.folder(self:file()))
  local file = store.open(self:file(), self.name)
  if self.run_options.fresh then file:clear() end
  return file
end

-- Does what is left of the sweep's trials. Returns the table of results of
-- all of them; raises where all failed, or with fail_fast the first.
function run.all(self)
  local list = with_costs(self, list_trials(self))
  local file <close> = open(self)
  local todo, again = find_done(file, list)
  announce(self, file, list, todo, again)
  if self.run_options.shuffle then
    todo = shuffle(self, todo)
  elseif self.run_options.jobs > 1 then
    costly_first(list, todo)
  end
  local ok, message = pcall(perform, self, file, list, todo,
    self.run_options.jobs)
  if not ok then
    interrupted(self, file, list)
    error(message, 0)
  end
  local done, failures = collect(list)
  judge(self, failures, list, #done)
  local t = records.gather(layout_of(self), done)
  t.failures = failures
  return t
end

-- --- plans ------------------------------------------------------------------

-- What the file knows, without making one.
local function peek(self, list)
  local probe = io.open(self:file(), "rb")
  if not probe then
    local todo = {}
    for k in ipairs(list) do todo[k] = k end
    return todo
  end
  probe:close()
  local file <close> = store.read(self:file())
  return (find_done(file, list))
end

-- Seconds per unit of cost, from the trials that have been measured.
local function pace(list)
  local seconds = {}
  for _, trial in ipairs(list) do
    if trial.seconds then
      seconds[#seconds + 1] = trial.seconds / trial.cost
    end
  end
  return #seconds > 0 and stats.median(seconds) or nil
end

local function plan_line(self, trial, rate, total)
  local cost = rate and progress.duration(rate * trial.cost) or
    ("%.3g %%"):format(100 * trial.cost / total)
  local state = trial.output and "done" or "to do"
  return ("%-6s %10s   %s\n"):format(state,
    trial.output and progress.duration(trial.seconds) or cost,
    self:describe(trial.p))
end

-- Prints every trial and what it would cost: in time, where some have been
-- measured, else its share of the whole. Runs nothing.
function run.plan(self)
  local list = with_costs(self, list_trials(self))
  local todo = peek(self, list)
  local rate, total = pace(list), total_cost(list, todo)
  if self.run_options.shuffle then todo = shuffle(self, todo) end
  for _, trial in ipairs(list) do
    if trial.output then io.write(plan_line(self, trial, rate, total)) end
  end
  for _, k in ipairs(todo) do
    io.write(plan_line(self, list[k], rate, total))
  end
  local jobs = math.max(1, self.run_options.jobs)
  io.write(("%d trials, %d to do%s (%s)\n"):format(#list, #todo, rate and
    #todo > 0 and ", about " .. progress.duration(rate * total / jobs) ..
    (" with %d at a time"):format(jobs) or "", self:file()))
end

return run
