-- run: a plan carried out: the trials that the results file does not have yet
-- are done by workers, and each is recorded as it ends. Knows a plan, and
-- nothing of sweeps, scripts' options or command lines.
local core = require "orthorun.core"
local files = require "orthorun.base.files"
local machine = require "orthorun.base.machine"
local maker = require "orthorun.sweep.maker"
local packed = require "orthorun.base.bytes"
local pool = require "orthorun.sweep.pool"
local progress = require "orthorun.sweep.progress"
local records = require "orthorun.sweep.records"
local script = require "orthorun.base.script"
local store = require "orthorun.sweep.store"
local counted = require("orthorun.base.text").count
local trial = require "orthorun.sweep.trial"

local run = {}

-- The exit status of a program some of whose trials failed.
run.some_failed = 3

-- Tells what the file has already.
local function announce(plan, file, todo, again)
  local count = #plan.trials
  local stale, what = 0, nil
  if #todo > again then stale, what = plan:find_stale(file, todo) end
  if stale > 0 then
    plan:say("%s anew: changed since %s ran: %s", counted(stale, "trial") ..
      (stale == 1 and " starts" or " start"), stale == 1 and "it" or "they",
      what)
  end
  if #todo == 0 then
    plan:say("%s done already (%s; --fresh starts over)", count == 1 and
      "the only trial is" or ("all %d trials are"):format(count), file.path)
  elseif #todo < count then
    plan:say("%d of %d trials are done already (%s)", count - #todo, count,
      file.path)
  end
  if again > 0 then plan:say("%d that failed before are tried again", again) end
end

-- Those of the makers that have another BLAS or another kernel, and how many trials
-- they made.
local function others_of(plan, makers)
  local others, count = {}, 0
  for _, m in ipairs(makers) do
    if not maker.is_alike(m, plan.here) then
      others[#others + 1], count = m, count + m.trials
    end
  end
  return others, count
end

-- Warns, also where it is to be quiet, of results that another BLAS or another
-- kernel made. before: the makers of a run that goes on, of whom it is told.
local function warn_of_others(plan, todo, before)
  local others, count = others_of(plan, plan:made_by())
  if #others == #others_of(plan, before or {}) then return end
  local parts = {}
  for i, m in ipairs(others) do
    parts[i] = maker.linear_algebra(m) .. (#others > 1 and
      (" (%d)"):format(m.trials) or "")
  end
  io.stderr:write(("%s: warning: %d of %d trials %s made by %s; this run has " ..
    "%s, which rounds otherwise. --fresh-kernel runs them again%s\n"):format(
    plan.name, count, #plan.trials, count == 1 and "was" or "were",
    table.concat(parts, " and "), maker.linear_algebra(plan.here), #todo > 0 and
    #others == 1 and others[1].blas == plan.here.blas and
    ("; OPENBLAS_CORETYPE=%s goes on with theirs"):format(others[1].kernel) or
    ""))
end

-- --- records ----------------------------------------------------------------

local function now() return os.date "!%Y-%m-%dT%H:%M:%SZ" end

local function describe_run(plan)
  local environment, host = core.environment, machine.describe()
  local settings = plan.settings
  local path, source = script.get()
  return { name = plan.name, about = plan.about, script = path,
    source = source, arguments = table.concat(script.arguments(), " "),
    code = plan.code, version = environment.orthorun,
    precision = core.precision(),
    seed = settings.seed and tostring(settings.seed), jobs = settings.jobs,
    trials = #plan.trials,
    shard = ("%d/%d"):format(settings.shard, settings.shards),
    started = now(), status = "running", host = host.host,
    machine = host.machine, system = host.system, lua = environment.lua,
    blas = environment.blas, kernel = environment.kernel,
    random123 = environment.random123, compiler = environment.compiler,
    sqlite = core.store.version(), layout = records.pack_layout(plan.layout) }
end

local function record_of(plan, id, one)
  return { key = one.key, run = id, code = plan.code,
    parameters = trial.text(one.p), input = packed.encode(one.p),
    version = core.environment.orthorun, precision = core.precision(),
    seed = tostring(one.seed), finished = now(), blas = plan.here.blas,
    kernel = plan.here.kernel, host = plan.here.host,
    machine = plan.here.machine }
end

local at_once = 0.05 -- seconds; shorter trials share a write to the file

-- Writes how a trial ended into the file, and into the trial: by its results,
-- by its failure, or (ok nil) for a reason that is text.
local function record(plan, file, id, one, ok, bytes, seconds)
  local row = record_of(plan, id, one)
  row.seconds, row.status = seconds, ok and "done" or "failed"
  local failure
  if ok then
    row.output = bytes
  else
    failure = ok == nil and { message = trial.place(plan.f) .. bytes } or
      packed.decode(bytes)
    row.reason, row.traceback = failure.message, failure.traceback
  end
  file:put(row)
  -- with jobs = 0 nothing calls file:tick while the next trial runs
  if seconds >= at_once or plan.settings.jobs == 0 then file:commit() end
  one.output, one.seconds, one.maker = row.output, seconds, plan.here
  one.failure = failure and { p = one.p, message = failure.message,
    traceback = failure.traceback or failure.message }
end

-- --- the run ----------------------------------------------------------------

-- Has the trials with the numbers in todo done, in this order.
local function do_all(plan, file, id, bar, todo)
  local settings = plan.settings
  local limit = settings.trial_timeout
  local share = core.threads() // math.max(1, math.min(settings.jobs, #todo))
  return (settings.jobs == 0 and pool.run_here or pool.run) { tasks = todo,
    jobs = settings.jobs, threads = math.max(share, 1),
    timeout = limit > 0 and limit or nil,
    work = function(k) return plan:attempt(k) end,
    done = function(k, ok, bytes, seconds)
      record(plan, file, id, plan.trials[k], ok, bytes, seconds)
      if ok and plan.watch then plan.watch.trial(plan.trials[k].p, bytes) end
      bar:add(plan.trials[k].cost, ok)
      return ok or not settings.fail_fast
    end,
    print = function(text) bar:print(text) end,
    tick = function()
      file:tick()
      bar:tick()
    end }
end

-- Whoever watches sees a trial of an earlier run before new ones begin.
local function watch_first(plan)
  for _, one in ipairs(plan.watch and plan.trials or {}) do
    if one.output then return plan.watch.trial(one.p, one.output) end
  end
end

-- The same with the run's own line in the file, which says how it ended, and
-- the bar on the terminal.
local function perform(plan, file, todo)
  local bar = progress.new(plan.name, #todo, plan:cost(todo),
    plan.settings.quiet)
  file:group(at_once)
  local id = file:add_run(describe_run(plan))
  local function finish(status)
    file:end_run(id, status, now())
    file:commit()
  end
  local state <close> = setmetatable({}, { __close = function(state)
    bar:clear()
    if not state.ended then pcall(finish, "stopped") end
  end })
  watch_first(plan)
  local all = do_all(plan, file, id, bar, todo)
  finish(all and "finished" or "stopped at a failure")
  state.ended = true
end

-- --- failures ---------------------------------------------------------------

-- Raises the error of a run in which every trial failed. An object, so that the
-- host adds no second traceback to the trial's own.
local function raise_failure(plan, failure, text)
  local whole = ("%s\n(sweep %s: %s)"):format(failure.traceback, plan.name,
    text)
  error(setmetatable({ message = failure.message },
    { __tostring = function() return whole end }), 0)
end

-- Tells stderr which trials failed, each distinct message once.
local function report(plan, failures)
  local seen = {}
  for _, failure in ipairs(failures) do
    if not seen[failure.message] then
      seen[failure.message] = true
      io.stderr:write(("%s: trial (%s) failed: %s\n"):format(plan.name,
        plan:describe(failure.p), failure.message))
    end
  end
  io.stderr:write(("%s: %d of %d trials failed; the results are of the " ..
    "others\n"):format(plan.name, #failures, #plan.trials))
end

local function judge(plan, failures, finished)
  if #failures == 0 then return end
  local count = #plan.trials
  core.set_exit_status(run.some_failed)
  if plan.settings.fail_fast then
    raise_failure(plan, failures[1], ("stopped at the first failure; %d of " ..
      "%d trials are done and safe"):format(finished, count))
  end
  if #failures == count then
    raise_failure(plan, failures[1], count == 1 and "the only trial failed" or
      ("all %d trials failed, this one first"):format(count))
  end
  report(plan, failures)
end

local function collect(plan)
  local done, failures, by_key = {}, {}, {}
  for _, one in ipairs(plan.trials) do
    by_key[one.key] = by_key[one.key] or one
  end
  for _, one in ipairs(plan.trials) do
    local first = by_key[one.key]
    if first.output then
      done[#done + 1] = { one.p, first.output }
    elseif first.failure and first == one then
      failures[#failures + 1] = first.failure
    end
  end
  return done, failures
end

-- Passes on the error that has ended a run, and tells what is safe. After
-- Ctrl-C that is all there is to say: an object, so that the host adds no
-- traceback.
local function raise_stopped(plan, file, message)
  local done = -file:unsaved()
  for _, one in ipairs(plan.trials) do
    if one.output then done = done + 1 end
  end
  local safe = ("stopped; %d of %s done and safe in %s; the same command goes on from " ..
    "there"):format(done, #plan.trials == 1 and "1 trial is" or
    ("%d trials are"):format(#plan.trials), file.path)
  if not tostring(message):find("interrupted!", 1, true) then
    plan:say("%s", safe)
    error(message, 0)
  end
  local whole = ("%s: %s (interrupted!)"):format(plan.name, safe)
  error(setmetatable({ message = whole },
    { __tostring = function() return whole end }), 0)
end

-- --- from outside -----------------------------------------------------------

local function open(plan)
  files.make_folder(files.folder(plan.path))
  local file = store.open(plan.path, plan.name)
  if plan.settings.fresh then file:clear() end
  return file
end

-- Does what is left of the plan's trials. Returns the table of results of all
-- of them; raises where all failed, or with fail_fast the first. plan.watch,
-- if there is one, has functions trial(p, bytes), called with the first trial
-- of an earlier run and with each new one as it ends, and all(list), called
-- with the list that records.gather returns. before: the results of a run that
-- goes on with more trials; what was said then is not said again.
function run.all(plan, before)
  local file <close> = open(plan)
  local todo, again = plan:find_done(file)
  if not before then announce(plan, file, todo, again) end
  warn_of_others(plan, todo, before and before.made_by)
  local ok, message = pcall(perform, plan, file, plan:order(todo))
  if not ok then
    raise_stopped(plan, file, message)
  end
  local done, failures = collect(plan)
  judge(plan, failures, #done)
  local t, list = records.gather(plan.layout, done)
  t.failures, t.made_by = failures, plan:made_by()
  if plan.watch then plan.watch.all(list) end
  return t
end

return run
