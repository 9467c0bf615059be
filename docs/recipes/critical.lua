-- Where is tanh critical, and how deep can a net be that is not?
local ortho = require "orthorun"
print "sigma_w2 sigma_b2  chi_1   q*     layers that a correlation lasts"
for _, at in ipairs { { 1.0, 0.05 }, { 1.5, 0.05 }, { 1.76, 0.05 }, { 2.5, 0.05 } } do
  local m = ortho.theory.mean_field { activation = "tanh", sigma_w2 = at[1],
    sigma_b2 = at[2] }
  print(("%5.2f    %5.2f     %.3f  %.3f  %8.1f"):format(at[1], at[2], m.chi1, m.q, m.xi_c))
end
print("critical at q = 1: sigma_w, sigma_b^2", ortho.theory.critical("tanh", { q = 1 }))
