-- How does chi_1 depend on two parameters? Order below 1, chaos above.
local ortho = require "orthorun"
local t = ortho.table.new { "sigma_w", "sigma_b", "chi1" }
for w = 0.6, 2.61, 0.1 do
  for b = 0.02, 0.4, 0.02 do
    local m = ortho.theory.mean_field { activation = "tanh", sigma_w2 = w ^ 2, sigma_b2 = b ^ 2 }
    t:append { sigma_w = w, sigma_b = b, chi1 = m.chi1 }
  end
end
for _, file in ipairs(ortho.plot { kind = "heat", data = t, x = "sigma_w", y = "sigma_b",
  z = "chi1", middle = 1, file = "chaos" }) do print(file) end
