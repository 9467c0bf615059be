-- Random numbers, elementwise work, spectra, tables, and plain Lua.
local ortho = require "orthorun"

local rng = ortho.rng(1)
for _ = 1, 10 do
  local A = rng:normal(200, 200)
  local B = (A + rng:uniform(200, 200)):hadamard(A):abs():sqrt()
  assert(B:norm() > 0 and B:sum() > 0)
end
assert(rng:normal(80, 80):singular_values():rows() == 80)
local t = ortho.table.new { "i", "x" }
for i = 1, 2000 do t:append { i = i % 8, x = rng:normal() } end
assert(#t:summary { by = "i", of = "x", also = "sem" } == 8)
