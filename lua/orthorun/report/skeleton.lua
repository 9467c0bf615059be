-- skeleton: the experiment that `orthorun --new NAME` writes.
return [==[
-- NAME: say here what this experiment asks, and what it should find.
local ortho = require "orthorun"
ortho.require_version "0.1"

local sweep = ortho.sweep {
  name = "NAME",
  about = "Singular values of a layer, by initialization.",
  params = { width = 200 }, -- fixed; each is an option: --width 300
  grid = { -- all combinations: --init gaussian,orthogonal --seed 1-10
    init = { "scaled_gaussian", "orthogonal" },
    seed = ortho.range(5),
  },
  -- One trial: parameters and a generator in, named numbers or equally long
  -- arrays out. It runs in a worker process; what it returns is kept.
  trial = function(p, rng)
    local W = ortho.init[p.init] {} (rng, p.width, p.width)
    local s = ortho.metric.singular_values(W)
    local squares = 0
    for _, x in ipairs(s) do squares = squares + x * x end
    return { s = s, mean_square = squares / #s }
  end,
}
local results = sweep:run() -- only what is not done yet

-- A table: medians over layers and seeds, with 10 and 90 % quantiles.
results:summary { by = "init", of = { "s", "mean_square" } }:print()

-- A picture: measured beside predicted.
local picture = ortho.plot { kind = "histogram", data = results, x = "s",
  color = "init", density = ortho.theory.quarter_circle.density,
  range = { 0, 2.2 }, title = "Singular values", file = sweep:path "NAME" }
picture:show()

-- A verdict: the mean square of N(0, 1/n) weights is 1, with a standard error
-- of sqrt(2)/n over the root of the number of seeds.
local one = results:where { init = "scaled_gaussian", layer = 1 }
local checks = {}
if #one > 0 then
  checks[1] = { what = "mean s² of N(0, 1/n)", predicted = 1,
    measured = ortho.stats.mean(one:column "mean_square"),
    error = math.sqrt(2 / #one) / sweep.params.width }
end
ortho.report.verdict(checks):print()

print("report  " .. ortho.report { checks = checks,
  file = sweep:path "NAME.html" })
]==]
