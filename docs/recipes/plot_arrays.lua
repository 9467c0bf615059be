-- How do I plot arrays, in the terminal and as a PDF for a paper?
local ortho = require "orthorun"
local net = ortho.mlp { width = 64, depth = 30, init = "scaled_gaussian", rng = ortho.rng(1) }
local s = net:signal(ortho.rng(2):normal(64, 8), ortho.rng(3):normal(64, 8), "mse")
local picture = ortho.plot(ortho.range(30), s.delta, { log10_y = true, xlabel = "layer",
  ylabel = "‖∂L/∂z‖", title = "N(0, 1/n) and ReLU" })
picture:save "delta.pdf"
print(picture:totext { ascii = true, width = 60, height = 8 })
