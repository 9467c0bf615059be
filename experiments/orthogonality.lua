-- How orthogonal is an orthogonal matrix, and is it a random one? ||W'W - I|| of
-- each layer's fresh weights: the rounding of the factorization, and nothing of
-- depth or training. And traces, whose moments Haar's measure knows.
local ortho = require "orthorun"
local eps = ortho.precision() == "float32" and 2 ^ -23 or 2 ^ -52
local makers = {
  householder = ortho.init.orthogonal {},
  qr = function(rng, rows, cols) return (rng:normal(rows, cols):qr()) end,
}
local function in_blocks(width) return width >= 32 end

return ortho.experiment {
  asks = "How large is the orthogonality error ||W'W - I||, by layer and by width? " ..
    "(The article's second figure shows 1.68e-14 to 1.77e-14 at width 256.)",
  params = { depth = 51 },
  grid = { method = { { name = "householder", label = "Haar sampler" },
      { name = "qr", label = "Q of a Gaussian's QR" }, help = "how they are made" },
    width = { 32, 64, 128, 256, least = 4, help = "rows and columns" },
    seed = ortho.range(5) },
  measures = { error = { label = "‖WᵀW − I‖" }, over_law = { label = "error/law" },
    trace = { label = "tr W" }, square = { label = "(tr W)²" },
    of_square = { label = "tr W²" } },

  trial = function(p, rng)
    local out = { error = {}, trace = 0, square = 0, of_square = 0 }
    for l = 1, p.depth do
      local W = makers[p.method](rng:split(l), p.width, p.width)
      out.error[l] = ortho.metric.orthogonality_error(W)
      out.trace = out.trace + W:trace() / p.depth
      out.square = out.square + W:trace() ^ 2 / p.depth
      out.of_square = out.of_square + W:dot(W:t()) / p.depth
    end
    return out
  end,
  predict = function(p) -- Diaconis, Shahshahani (1994), of Haar's measure
    local law = 1.1 * eps * p.width ^ 0.75 -- measured: docs/article.md
    if p.method == "qr" then return { error = law } end
    local two = (2 / p.depth) ^ 0.5
    return { error = law, trace = 0, square = 1, of_square = 1,
      sd = { trace = (1 / p.depth) ^ 0.5, square = two, of_square = two } }
  end,
  derive = { over_law = function(r) return r.error / r.error_theory end },
  show = {
    { table = "error", by = { "method", "width" } },
    { table = { "trace", "square", "of_square" }, spread = false },
    { check = "over_law", at_most = 1.3, at_least = 1 / 1.3,
      where = { width = in_blocks } },
    { check = "trace" }, { check = "square" }, { check = "of_square" },
    { plot = "error", over = "layer", log = "y", where = { width = "largest" } },
    { plot = "error", over = "width", log = "xy" },
  },
}
