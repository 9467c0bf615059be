-- tools: what `orthorun --show` and `orthorun --merge` do with results files,
-- and the way to what --pack, --verify and --new do.
local maker = require "orthorun.sweep.maker"
local merge = require "orthorun.sweep.merge"
local names = require "orthorun.base.names"
local program = require "orthorun.base.program"
local progress = require "orthorun.sweep.progress"
local results = require "orthorun.sweep.results"
local store = require "orthorun.sweep.store"
local text = require "orthorun.base.text"

local tools = {}

local usage = program.usage

-- --- show -------------------------------------------------------------------

local function count(s, status, run)
  return s:sql("SELECT count(*) AS n FROM trials WHERE status = ? AND " ..
    "code = ? AND version = ? AND precision = ?", status, run.code,
    run.version, run.precision)[1].n
end

local function show_run(run)
  io.write(("run %d   %s to %s, %s: %s, shard %s, %d at a time, %s\n")
    :format(run.id, run.started, run.finished or "?", run.status,
    text.count(run.trials, "trial"), run.shard, run.jobs,
    maker.linear_algebra(run)))
  if run.arguments ~= "" then
    io.write("        ", run.script or "", " ", run.arguments, "\n")
  end
end

local function show_failures(s)
  local rows = s:sql("SELECT parameters, reason FROM trials " ..
    "WHERE status = 'failed' ORDER BY parameters LIMIT 20")
  for _, row in ipairs(rows) do
    io.write(("failed  (%s): %s\n"):format(row.parameters,
      (row.reason:match "^[^\n]*")))
  end
end

-- What made the trials, a line for each, and that rounding differs where there
-- are several.
local function makers_text(file)
  local lines, kernels = {}, {}
  local made_by = results(file).made_by
  for i, m in ipairs(made_by) do
    lines[i] = ("%s: %s (%s)"):format(text.count(m.trials, "trial"),
      maker.describe(m), m.host or "an unknown host")
    kernels[maker.linear_algebra(m)] = true
  end
  if #names.keys(kernels) > 1 then
    lines[#lines + 1] = "results of different linear algebra differ in rounding"
  end
  return #lines > 0 and table.concat(lines, "\n") or "nothing yet"
end

local function show_facts(file, last)
  for _, fact in ipairs { { "sweep", last.name }, { "about", last.about },
    { "script", last.script }, { "version", "orthorun " .. last.version ..
    ", " .. last.lua }, { "numbers", last.precision },
    { "made by", makers_text(file) }, { "seed", last.seed or "the grid's" },
    { "code", last.code } } do
    if fact[2] then
      io.write(("%-8s%s\n"):format(fact[1], fact[2]:gsub("\n", "\n        ")))
    end
  end
end

local function show(file)
  local s <close> = store.read(file)
  local runs = s:runs()
  if #runs == 0 then error(file .. ": no run is in it", 0) end
  local last = runs[#runs]
  show_facts(file, last)
  for _, run in ipairs(runs) do show_run(run) end
  local done = count(s, "done", last)
  local spent = s:sql("SELECT sum(seconds) AS t FROM trials " ..
    "WHERE status = 'done'")[1].t
  local other = s:sql("SELECT count(*) AS n FROM trials")[1].n - done -
    count(s, "failed", last)
  io.write(("trials  %d done, %d failed%s; %s of work\n"):format(done,
    count(s, "failed", last), other > 0 and
    (", %d of earlier code, version or precision"):format(other) or "",
    progress.duration(spent or 0)))
  show_failures(s)
  return done
end

-- orthorun --show FILE ... : what the files hold.
function tools.show(...)
  local paths = { ... }
  if #paths == 0 then usage "--show: which results file?" end
  for i, file in ipairs(paths) do
    if i > 1 then io.write "\n" end
    local ok, done = pcall(show, file)
    if not ok then program.stop(1, done) end
    if done > 0 then
      io.write "\n"
      results(file):print { limit = 10 }
    end
  end
end

-- --- merge ------------------------------------------------------------------

local function read_words(words)
  local from, to, i = {}, nil, 1
  while i <= #words do
    local word = words[i]
    if word == "-o" or word == "--out" then
      i = i + 1
      to = words[i] or usage "--merge: -o needs a file name"
    elseif word:find "^%-." then
      usage(("--merge: unknown option '%s'"):format(word))
    else
      from[#from + 1] = word
    end
    i = i + 1
  end
  if #from == 0 then usage "--merge: which results files?" end
  if not to then usage "--merge: into which file? (-o all.db)" end
  return from, to
end

-- orthorun --merge FILE ... -o FILE: shards joined in one new file.
function tools.merge(...)
  local from, to = read_words { ... }
  local ok, answer = pcall(merge, from, to)
  if not ok then program.stop(1, answer) end
  io.write(("%s: %s of %d done, %d failed, from %s\n"):format(to,
    text.count(answer.done, "trial"), answer.expected, answer.failed,
    text.count(#from, "file")))
  for _, warning in ipairs(answer.warnings) do
    io.stderr:write("orthorun: ", warning, "\n")
  end
end

-- orthorun --pack, --verify, --new: loaded when asked for.
for _, name in ipairs { "pack", "verify", "new" } do
  tools[name] = function(...) require("orthorun.report." .. name)(...) end
end

return tools
