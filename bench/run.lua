-- The race that `make bench` runs: orthorun, its peers and its floor on the
-- same work, in turns. Prints tables; after a whole race, rewrites the numbers
-- of docs/performance.md and README.md, and draws their picture. ROUNDS=n: how often (5);
-- RACES="small medium": these groups alone.
local core = require "orthorun.core"
local growth = dofile "bench/growth.lua"
local page = dofile "bench/page.lua"
local picture = dofile "bench/picture.lua"
local race = dofile "bench/race.lua"
local verdict = dofile "bench/verdict.lua"

io.stdout:setvbuf "line"
local folder = os.tmpname()
os.remove(folder)
core.file.mkdir(folder)
local guard <close> = setmetatable({}, { __close = function() -- luacheck: ignore
  os.execute(("rm -rf '%s'"):format(folder))
end })

local rounds = tonumber(os.getenv "ROUNDS") or 5
local chosen = os.getenv "RACES" or ""

local function wanted(name)
  return chosen == "" or (" " .. chosen .. " "):find(" " .. name .. " ", 1, true)
end

local function tell(group, round, variant)
  io.stderr:write(("%-8s round %d  %s\n"):format(group.name, round,
    variant.name))
end

local groups = assert(loadfile "bench/groups.lua")(folder)
local done, grown = {}, {}
for _, group in ipairs(groups) do
  if wanted(group.name) then
    race.run(group, math.ceil(rounds * (group.share or 1)), tell)
    print(page.group(group))
    done[#done + 1] = group
  end
end
for _, group in ipairs(groups.growing) do
  if wanted(group.name) then
    race.run(group, math.ceil(rounds * group.share), tell)
    grown[#grown + 1] = growth.row(group)
  end
end
local text = page.table(growth.head, grown)
if #grown > 0 then print(text) end
local targets = dofile "bench/targets.lua"
print(page.table(page.verdict_head, verdict.rows(targets, done)))
if chosen == "" then
  page.write("docs/performance.md", page.text(done, targets, text))
  page.write("README.md", page.short(done))
  picture.draw(done, "docs/performance")
  print "docs/performance.md, its picture and README's table are new"
end
