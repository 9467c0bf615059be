-- How orthogonal is an orthogonal matrix? ||W'W - I|| of each layer's fresh
-- weights: the rounding of the factorization, and nothing of depth or training.
local ortho = require "orthorun"

local makers = {
  householder = ortho.init.orthogonal {},
  qr = function(rng, rows, cols) return (rng:normal(rows, cols):qr()) end,
}
local function rounding(key) -- of n columns: a small multiple of n eps
  return key.width * (ortho.precision() == "float32" and 2 ^ -23 or 2 ^ -52)
end

return ortho.experiment {
  asks = "How large is the orthogonality error ||W'W - I||, by layer and by width? " ..
    "(The article's second figure shows 1.68e-14 to 1.77e-14 at width 256.)",
  params = { depth = 51 },
  grid = { method = { { name = "householder", label = "Haar sampler (Householder)" },
      { name = "qr", label = "Q of a Gaussian's QR" }, help = "how they are made" },
    width = { 64, 128, 256, help = "rows and columns" }, seed = ortho.range(3) },
  measures = { error = { label = "‖WᵀW − I‖" } },

  trial = function(p, rng)
    local errors = {}
    for l = 1, p.depth do
      local W = makers[p.method](rng:split(l), p.width, p.width)
      errors[l] = ortho.metric.orthogonality_error(W)
    end
    return { error = errors }
  end,

  show = {
    { table = "error", by = { "method", "width" } },
    { check = "error", by = { "method", "width" }, at_most = rounding },
    { plot = "error", over = "layer", log = "y", where = { width = "largest" } },
    { plot = "error", over = "width", log = "xy" },
  },
}
