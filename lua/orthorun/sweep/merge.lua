-- merge: the results files of a sweep's shards, joined in a new one. Shards
-- of another sweep, other code, another version or precision are refused.
local files = require "orthorun.base.files"
local names = require "orthorun.base.names"
local store = require "orthorun.sweep.store"

local function read(path)
  local s <close> = store.read(path)
  local runs = s:runs()
  if #runs == 0 then error(path .. ": no run is in it", 0) end
  local last = runs[#runs]
  return { path = path, runs = runs, last = last,
    trials = s:trials(last.code, last.version, last.precision) }
end

local must_agree = { { "name", "another sweep" },
  { "code", "other trial code" }, { "version", "another version of orthorun" },
  { "precision", "another precision" } }

local function check_kin(first, other)
  for _, pair in ipairs(must_agree) do
    local a, b = first.last[pair[1]], other.last[pair[1]]
    if a ~= b then
      error(("merge: %s is of %s than %s: '%s', not '%s'"):format(other.path,
        pair[2], first.path, b, a), 0)
    end
  end
end

-- Takes a trial into `all`; a finished one wins over a failed one.
local function take(all, row, shard)
  local other, path = all[row.key], shard.path
  if not other or other.row.status ~= "done" then
    all[row.key] = { row = row, path = path, shard = shard }
  elseif row.status == "done" and row.output ~= other.row.output then
    error(("merge: the trial (%s) has other results in %s than in %s; are " ..
      "they of different machines?"):format(row.parameters, path, other.path),
      0)
  end
end

-- Runs on different kernels of BLAS agree to rounding only.
local function kernels(shards)
  local seen = {}
  for _, shard in ipairs(shards) do
    for _, run in ipairs(shard.runs) do
      seen[("%s %s"):format(run.blas, run.kernel)] = true
    end
  end
  local list = names.keys(seen)
  return #list > 1 and { "the shards ran on different linear algebra, whose " ..
    "results differ in rounding: " .. table.concat(list, "; ") } or {}
end

local function write(to, shards, all)
  local count = { done = 0, failed = 0 }
  local s <close> = store.open(to, shards[1].last.name)
  s:transaction(function()
    for _, shard in ipairs(shards) do
      shard.numbers = {}
      for _, run in ipairs(shard.runs) do
        shard.numbers[run.id] = s:add_run(run)
      end
    end
    for _, key in ipairs(names.keys(all)) do
      local row = all[key].row
      row.run = all[key].shard.numbers[row.run]
      s:put(row)
      count[row.status] = count[row.status] + 1
    end
  end)
  return count
end

-- How many trials the whole sweep has, as its shards tell.
local function expected(shards)
  local sum = 0
  for _, shard in ipairs(shards) do sum = sum + shard.last.trials end
  return sum
end

local function exists(path)
  local file = io.open(path, "rb")
  if file then file:close() end
  return file ~= nil
end

-- Joins the results files `from` in the new file `to`. Returns done, failed
-- and expected, counts of trials, and warnings, an array of texts.
return function(from, to)
  if exists(to) then
    error(("merge: %s is there already; it is left as it is"):format(to), 0)
  end
  local shards, all = {}, {}
  for i, path in ipairs(from) do
    shards[i] = read(path)
    check_kin(shards[1], shards[i])
    for _, row in ipairs(shards[i].trials) do
      take(all, row, shards[i])
    end
  end
  files.make_folder(files.folder(to))
  local ok, count = pcall(write, to, shards, all)
  if not ok then
    for _, ending in ipairs { "", "-wal", "-shm", "-journal", ".lock" } do
      os.remove(to .. ending)
    end
    error(count, 0)
  end
  count.expected, count.warnings = expected(shards), kernels(shards)
  return count
end
