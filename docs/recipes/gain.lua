-- With which gain does a signal keep its size, and what does it do to gradients?
local ortho = require "orthorun"
print "activation    gain  chi_1 at that gain"
for _, name in ipairs(ortho.activation.names()) do
  local g = ortho.activation.gain(name)
  local chi1 = ortho.theory.chi1(name, { sigma_w2 = g ^ 2 })
  print(("%-12s %5.3f  %.3f"):format(name, g, chi1))
end
