-- kill.lua [COUNT [SEED]]: COUNT times (default 1000), `kill -9` of a random
-- process of a running sweep of 200 short trials, its parent or a worker, at a
-- random moment; and the same command again where it was the parent. After
-- every kill: no worker is left, the file is sound, and every trial that was
-- finished before still is, with the same bytes. When all are finished: the
-- results are those of an undisturbed run, and the next sweep begins.
-- Prints 'N passed, N failed'.
local core = require "orthorun.core"
local store, worker = core.store, core.worker
local program = os.getenv "ORTHORUN" or "./orthorun"
local kills, seed = tonumber(arg[1]) or 1000, tonumber(arg[2]) or 1
math.randomseed(seed)

local script = [[
local ortho = require "orthorun"
local sweep = ortho.sweep { name = "kill", params = { width = 8 },
  grid = { depth = { 2, 4 }, seed = ortho.range(100) },
  trial = function(p, rng)
    os.execute "sleep 0.003"
    local W = rng:normal(p.width, p.width)
    for _ = 2, p.depth do W = W * rng:normal(p.width, p.width) end
    return { norm = W:norm(), r = { math.random(), W:get(1, 1) } }
  end }
local results = sweep:run()
if #results.failures == 0 then results:csv(sweep:path "all.csv") end
]]

local folder = os.tmpname()
os.remove(folder)
core.file.mkdir(folder)

local passed, failed = 0, 0
local function check(what, good)
  if good then
    passed = passed + 1
  else
    failed = failed + 1
    print("FAILED: " .. what)
  end
end

local function read(path)
  local file = io.open(path, "rb")
  local text = file and file:read "a"
  if file then file:close() end
  return text
end

local function sleep(seconds) worker.wait({}, seconds) end

local function output_of(line)
  local pipe = io.popen(line)
  local text = pipe:read "a"
  pipe:close()
  return text
end

-- Starts the sweep in the background; its process.
local function start(out, options)
  return tonumber(output_of(("'%s' '%s/script.lua' --quiet --jobs 2 --out '%s' "
    .. "%s >/dev/null 2>'%s/stderr' & echo $!"):format(program, folder, out,
    options or "", folder)))
end

local function is_running(pid)
  local state = (read(("/proc/%d/stat"):format(pid)) or ""):match "%) (%a)"
  return state ~= nil and state ~= "Z"
end

local function children(pid)
  local list = {}
  local text = read(("/proc/%d/task/%d/children"):format(pid, pid)) or ""
  for child in text:gmatch "%d+" do list[#list + 1] = tonumber(child) end
  return list
end

-- The finished trials in the file: outputs by key; and whether it is sound.
local function look(path, thorough)
  local done = {}
  if not read(path) then return done, true end
  local db = store.open(path, thorough and "write" or "read")
  local rows = db and
    db:run "SELECT key, output FROM trials WHERE status = 'done'"
  for _, row in ipairs(rows or {}) do done[row.key] = row.output end
  local sound = not thorough or
    db:run "PRAGMA integrity_check"[1].integrity_check == "ok"
  if db then db:close() end
  return done, sound
end

local function all_in(old, new)
  for key, output in pairs(old) do
    if new[key] ~= output then return false end
  end
  return true
end

local function wait_for_end(pid, processes)
  for _ = 1, 3000 do
    local left = is_running(pid)
    for _, p in ipairs(processes) do left = left or is_running(p) end
    if not left then return true end
    sleep(0.01)
  end
  return false
end

local counts = { parents = 0, workers = 0, sweeps = 0 }

-- One kill of a process of the run `pid`.
local function kill_one(pid, path)
  local workers = children(pid)
  local choice = math.random(0, #workers)
  local victim = choice == 0 and pid or workers[choice]
  local before = look(path)
  os.execute(("kill -9 %d 2>/dev/null"):format(victim))
  if victim == pid then
    counts.parents = counts.parents + 1
    check("workers die with their parent", wait_for_end(pid, workers))
    local after, sound = look(path, true)
    check("the file is sound", sound)
    check("what was finished is there", all_in(before, after))
  else
    counts.workers = counts.workers + 1
    sleep(0.005)
    check("what was finished is there", all_in(before, look(path)))
  end
end

local function finish_sweep(out, wanted)
  wait_for_end(start(out), {}) -- and what a kill has failed is tried again
  local pid = start(out)
  check("the run ends", wait_for_end(pid, {}))
  check("the results are an undisturbed run's", read(out .. "/all.csv") ==
    wanted)
  local _, sound = look(out .. "/kill.db", true)
  check("the file is sound in the end", sound)
  counts.sweeps = counts.sweeps + 1
end

local file = assert(io.open(folder .. "/script.lua", "w"))
file:write(script)
file:close()
wait_for_end(start(folder .. "/calm", "--jobs 1"), {})
local wanted = read(folder .. "/calm/all.csv")
check("an undisturbed run has results", wanted ~= nil)
if not wanted then
  print(program .. ": " .. (read(folder .. "/stderr") or ""))
  kills = 0 -- or it would start for ever what does not run
end

local spent = 0
while spent < kills do
  local out = ("%s/sweep%d"):format(folder, counts.sweeps)
  while spent < kills do
    local pid = start(out)
    sleep(math.random() * 0.12)
    while spent < kills and is_running(pid) do
      kill_one(pid, out .. "/kill.db")
      spent = spent + 1
      sleep(math.random() * 0.03)
    end
    local count = 0
    wait_for_end(pid, {})
    for _ in pairs(look(out .. "/kill.db")) do count = count + 1 end
    if count == 200 then break end
  end
  finish_sweep(out, wanted)
end
os.execute(("rm -rf '%s'"):format(folder))
print(("%d kills: %d of parents, %d of workers, over %d sweeps of 200 trials")
  :format(spent, counts.parents, counts.workers, counts.sweeps))
print(("%d passed, %d failed"):format(passed, failed))
os.exit(failed == 0)
