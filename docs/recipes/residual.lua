-- How should a residual net's branches be scaled with its depth?
local ortho = require "orthorun"
print "depth   1      1/sqrt(L)  1/L     log10 ||df/dx|| in float64"
for _, depth in ipairs { 4, 16, 64 } do
  local row = {}
  for i, scale in ipairs { 1, "1/sqrt(L)", "1/L" } do
    local net = ortho.resnet { width = 64, depth = depth, scale = scale, norm = false,
      init = "he_normal", rng = ortho.rng(1) }
    row[i] = net:jacobian(ortho.rng(2):normal(64, 1)):log10_norm()
  end
  print(("%5d  %5.2f  %5.2f      %5.2f"):format(depth, table.unpack(row)))
end
