-- How do I get results into pandas or NumPy? CSV, JSON, .npy.
local ortho = require "orthorun"
local sweep = ortho.sweep { name = "norms", grid = { n = { 16, 64 }, seed = ortho.range(3) },
  trial = function(p, rng) return { norm = rng:normal(p.n, p.n):norm "spectral" } end }
local results = sweep:run()
for _, kind in ipairs { "csv", "json", "npy" } do
  results[kind](results, sweep:path("norms." .. kind)) -- results:csv(path), ...
end
results:summary { by = "n", of = "norm", also = "sem" }:print {
  columns = { "n", "norm", "norm_sem" } }
