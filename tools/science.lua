-- science: does every experiment agree with its theory? Each of experiments/ is run as
-- it stands over three sets of seeds (1 to N, 1001 to 1000 + N, 2001 to 2000 + N; N is
-- its own), and the rows of its verdict are counted. Ends with 1 where a row disagrees,
-- or a run fails. From the root:
--   ./orthorun tools/science.lua [names]
-- What is done in build/science is not run again; the verdicts are made anew.
local core = require "orthorun.core"
local csv = require "orthorun.base.csv"
local ortho = require "orthorun"
local program = os.getenv "ORTHORUN" or "./orthorun"
local folder, shifts, longest = "build/science", { 0, 1000, 2000 }, 600

local function say(...) io.write(("%s\n"):format(string.format(...))):flush() end

-- The experiments' names: those asked for, else all.
local function experiments()
  if #arg > 0 then return arg end
  local list = {}
  local files = assert(io.popen "ls experiments/*.lua")
  for path in files:lines() do list[#list + 1] = path:match "([^/]+)%.lua$" end
  files:close()
  return list
end

-- How many seeds an experiment has by itself, which its --help says; nil: none.
local function seeds_of(name)
  local status, text, message = core.file.spawn { program, "experiments/" .. name ..
    ".lua", "--help" }
  assert(status == 0, message)
  return math.tointeger(tonumber(text:match "%-%-seed [^\n]-%[[^%]]-(%d+)%]"))
end

-- The rows of a verdict, as records; none where it has none.
local function verdict(path)
  local file, rows, header = io.open(path), {}, nil
  if not file then return rows end
  local text = file:read "a"
  file:close()
  for fields in csv.records(text) do
    local row = {}
    for i, field in ipairs(fields) do
      if header then row[header[i]] = csv.tonumber(field) or field end
    end
    if header then rows[#rows + 1] = row end
    header = header or fields
  end
  return rows
end

-- How many groups of an experiment's approaches do not shrink, and how many there are;
-- nil where it has none.
local function approaches(out, name)
  local files, groups, still = assert(io.popen(("ls %s/%s_approach_*.csv 2>&-"):format(
    out, name))), 0, 0
  for path in files:lines() do
    local seen = {}
    for _, row in ipairs(verdict(path)) do -- a group has one limit and one exponent
      local key = ("%s %s %s"):format(row.limit, row.exponent, row.shrinks)
      groups = groups + (seen[key] and 0 or 1)
      still = still + ((seen[key] or row.shrinks ~= "no") and 0 or 1)
      seen[key] = true
    end
  end
  files:close()
  return groups > 0 and ("%d of %d"):format(groups - still, groups) or nil
end

-- Counts a verdict: rows, those that disagree (all together, too), the worst z, p.
local function count(rows)
  local found = { rows = 0, no = 0, undecided = 0, worst = nil, p = nil, what = {} }
  for _, row in ipairs(rows) do
    local all = row.what:find "^overall: " ~= nil
    if not all then
      found.rows = found.rows + 1
      local z = type(row.z) == "number" and math.abs(row.z)
      if z and z == z then found.worst = math.max(found.worst or 0, z) end
    else
      found.p = row.p
    end
    if row.agrees == "undecided" then found.undecided = found.undecided + 1 end
    if row.agrees == "no" then
      found.no = found.no + 1
      table.insert(found.what, ("%s: %s predicted, %s measured, z %s"):format(row.what,
        row.predicted, row.measured, row.z))
    end
  end
  return found
end

-- Runs an experiment over a set of seeds; what its verdict has, or nil and why not.
local function run(name, shift, seeds)
  local out = ("%s/%s-%d"):format(folder, name, shift)
  local command = { "timeout", tostring(longest), program, "experiments/" .. name ..
    ".lua", "--quiet", "--out", out }
  if seeds then
    table.insert(command, "--seed")
    table.insert(command, ("%d-%d"):format(shift + 1, shift + seeds))
  end
  local checks = ("%s/%s_checks.csv"):format(out, name)
  os.remove(checks)
  local started = core.worker.clock()
  local status, _, message = core.file.spawn(command)
  if status ~= 0 then
    return nil, status == 124 and ("longer than %d s"):format(longest) or message
  end
  local found = count(verdict(checks))
  found.approaches = approaches(out, name)
  found.seconds = core.worker.clock() - started
  return found
end

local t = ortho.table.new { "experiment", "seeds", "rows", "disagree", "undecided",
  "worst_z", "p", "approach", "seconds" }
local wrong, started = {}, core.worker.clock()
for _, name in ipairs(experiments()) do
  local seeds = seeds_of(name)
  for _, shift in ipairs(seeds and shifts or { 0 }) do
    local set = seeds and ("%d-%d"):format(shift + 1, shift + seeds) or "none"
    local found, message = run(name, shift, seeds)
    if not found then
      wrong[#wrong + 1] = ("%s, seeds %s: %s"):format(name, set, message)
    else
      t:append { experiment = name, seeds = set, rows = found.rows,
        disagree = found.no, undecided = found.undecided, worst_z = found.worst,
        p = found.p, approach = found.approaches, seconds = found.seconds }
      for _, what in ipairs(found.what) do
        wrong[#wrong + 1] = ("%s, seeds %s: %s"):format(name, set, what)
      end
    end
    say("%s, seeds %s: %s", name, set, not found and "failed" or found.no == 0 and
      "agrees" or found.no .. " disagree")
  end
end
say "\np: of the overall chi-square; approach: limits that are, or may be, approached"
t:print { limit = 1000, width = 100 }
for _, text in ipairs(wrong) do say("%s", text) end
say("%d runs, %d disagreements or failures, %.0f s", #t, #wrong,
  core.worker.clock() - started)
os.exit(#wrong == 0)
