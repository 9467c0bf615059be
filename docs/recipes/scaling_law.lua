-- With which power of the width does something grow? A fit with its error.
local ortho = require "orthorun"
return ortho.experiment {
  grid = { width = { 32, 64, 128, 256 }, seed = ortho.range(10) },
  trial = function(p, rng)
    local W = rng:normal(p.width, p.width)
    return { size = W:norm(), norm = W:norm "spectral" }
  end,
  show = { { slope = "size", over = "width", model = "power", expected = 1 },
    { slope = "norm", over = "width", model = "power", expected = 0.5 } },
}
