-- What sweeps cost: the time of an empty trial, all of it overhead (at most
-- 1 ms), and the speed of two workers on real trials against one's (at least
-- 1.8). Best of several runs, taken in turns: other work on the machine only
-- ever adds. Ends with status 1 where a bound is missed.
local core = require "orthorun.core"
local program = os.getenv "ORTHORUN" or "./orthorun"
local rounds = tonumber(arg[1]) or 5

local folder = os.tmpname()
os.remove(folder)
core.file.mkdir(folder)

local head = [[
local ortho = require "orthorun"
local clock = require "orthorun.core".worker.clock
local sweep = ortho.sweep { name = "bench", grid = { seed = ortho.range(%d) },
  trial = function(p, rng) %s end }
local began = clock()
local n = #sweep:run()
io.write((clock() - began) / sweep.grid.seed[#sweep.grid.seed])
]]

local real = [[
    local net = ortho.mlp { width = 200, depth = 20, init = "orthogonal",
      rng = rng }
    local x = rng:split "x":uniform(200, 64)
    for _ = 1, 10 do net:backward(net:forward(x)) end
    return { grad = ortho.metric.log10_grad_norms(net) } ]]

local function write(name, count, body)
  local file = assert(io.open(folder .. "/" .. name, "w"))
  file:write(head:format(count, body))
  file:close()
end

write("empty.lua", 2000, "return { x = 1 }")
write("real.lua", 24, real)

-- Seconds a trial.
local function measure(name, jobs)
  local pipe = io.popen(("'%s' '%s/%s' --quiet --fresh --jobs %d --out '%s'")
    :format(program, folder, name, jobs, folder))
  local seconds = tonumber(pipe:read "a")
  pipe:close()
  return (assert(seconds, "a run failed"))
end

local empty, one, two = math.huge, math.huge, math.huge
for _ = 1, rounds do
  empty = math.min(empty, measure("empty.lua", 2))
  one = math.min(one, measure("real.lua", 1))
  two = math.min(two, measure("real.lua", 2))
end
os.execute(("rm -rf '%s'"):format(folder))
print(("an empty trial, 2 workers   %.2f ms"):format(1e3 * empty))
print(("a real trial, 1 worker      %.1f ms"):format(1e3 * one))
print(("a real trial, 2 workers     %.1f ms, %.2f times as fast"):format(
  1e3 * two, one / two))
os.exit(empty < 1e-3 and (one / two >= 1.8 or core.worker.cores() < 2))
