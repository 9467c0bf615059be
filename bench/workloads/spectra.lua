-- Milliseconds for the singular values of a Gaussian matrix, its spectral
-- norm, and ||W'W - I||_F: the work of peers/svd_spectrum_*.py.
local ortho = require "orthorun"
local clock = require "orthorun.core".worker.clock
local reps = 5

local function milliseconds(f)
  local times = {}
  f()
  for i = 1, reps do
    local began = clock()
    f()
    times[i] = 1e3 * (clock() - began)
  end
  return ortho.stats.median(times)
end

for _, size in ipairs(arg) do
  local n = math.tointeger(size)
  local W = ortho.init.scaled_gaussian {}(ortho.rng(1), n, n)
  print(('{"n": %d, "svdvals_ms": %.4f, "specnorm_ms": %.4f, ' ..
    '"orth_err_ms": %.4f, "check": %.5g}'):format(n,
    milliseconds(function() return W:singular_values() end),
    milliseconds(function() return W:norm "spectral" end),
    milliseconds(function() return ortho.metric.orthogonality_error(W) end),
    W:norm "spectral"))
end
