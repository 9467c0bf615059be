-- Milliseconds for an orthogonal matrix, by size: peers/ortho_init_*.py.
local ortho = require "orthorun"
local clock = require "orthorun.core".worker.clock
local reps = 7

local orthogonal, rng = ortho.init.orthogonal {}, ortho.rng(1)

local function milliseconds(n)
  local inner = n < 600 and math.max(1, math.min(200, 2e8 // n ^ 3)) or 1
  local times = {}
  orthogonal(rng, n, n)
  for i = 1, n < 1500 and reps or reps // 2 do
    local began = clock()
    for _ = 1, inner do orthogonal(rng, n, n) end
    times[i] = 1e3 * (clock() - began) / inner
  end
  return ortho.stats.median(times)
end

for _, size in ipairs(arg) do
  local n = math.tointeger(size)
  print(('{"n": %d, "ms": %.5f, "check": %.3g}'):format(n, milliseconds(n),
    ortho.metric.orthogonality_error(orthogonal(rng, n, n))))
end
