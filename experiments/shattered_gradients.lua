-- How alike are a net's gradients at neighbouring inputs? In wide nets their
-- correlation is a product over layers of 1 - angle/pi, the angle as it has become
-- there: they shatter. Balduzzi et al. (2017), arXiv:1702.08591.
local ortho = require "orthorun"
local steps, scales = 16, { residual = "1", scaled_residual = "1/sqrt(L)" }

local function network(p, rng) -- as many relus in each
  local o = { width = p.width, depth = p.depth, bias = false, rng = rng,
    init = p.net == "looks_linear" and "looks_linear" or "he_normal" }
  if not scales[p.net] then return ortho.mlp(o) end
  o.depth, o.inner, o.norm, o.scale = p.depth - 1, 1, false, scales[p.net]
  return ortho.resnet(o)
end

return ortho.experiment {
  asks = "How alike are the gradients of a deep ReLU net at neighbouring inputs?",
  grid = { net = { "plain", "residual", "scaled_residual", "looks_linear" },
    width = { 64, 128, 256 }, depth = { 2, 5, 10, 20, 50, least = 2,
      help = "matrices; of residual nets blocks + 1" }, seed = ortho.range(30) },
  index = "lag", measures = { correlation = { label = "correlation of gradients" },
    product = { label = "product of gradients" } },

  trial = function(p, rng)
    local axes = rng:split "plane":normal(p.width, 2):qr() * p.width ^ 0.5
    local t = ortho.matrix.linspace(0, math.pi, steps + 1):t()
    local net, u = network(p, rng:split "weights"), rng:split "u":normal(p.width, 1)
    net:forward(axes:col(1) * t:map(math.cos) + axes:col(2) * t:map(math.sin))
    local g = net:backward(u * (1 / u:norm()) * ortho.matrix.ones(1, steps + 1))
    local all, product, correlation = (g:t() * g):totable(), {}, {}
    for lag = 1, steps do
      local sum = 0
      for i = 1, steps + 1 - lag do sum = sum + all[i][i + lag] end
      product[lag] = sum / (steps + 1 - lag) / 2 -- depth 2: of the mean square's mean
      correlation[lag] = 2 * product[lag] * (steps + 1) / g:norm() ^ 2
    end
    return { product = product, correlation = correlation }
  end,
  predict = function(p) -- of infinite width; the product at depth 2 of any
    local list, scale, linear = {}, scales[p.net], p.net == "looks_linear"
    local o = { depth = p.depth - (scale and 1 or 0), sigma_w2 = 2, residual = scale }
    for lag = 1, steps do
      list[lag] = linear and 1 or ortho.theory.gradient_correlation("relu",
        math.cos(lag * math.pi / steps), o)
    end
    return { correlation = list, product = p.depth == 2 and not linear and list or nil,
      asymptotic = { correlation = "width" } }
  end,
  derive = { off = function(r) return r.correlation - 1 end },
  show = {
    { table = "correlation", by = { "net", "depth", "lag" }, spread = false,
      where = { width = "largest", lag = 2 } },
    { check = "product", by = { "net", "lag" }, where = { width = "largest",
      lag = { 2, 8 } } },
    { check = "off", where = { net = "looks_linear" }, by = "net", at_least = -1e-12 },
    { plot = "correlation", over = "lag", facet = "depth", xlabel = "angle, in π/16",
      where = { depth = { 2, 10, 50 }, width = "largest" } },
    { plot = "correlation", over = "depth", log = "xy", where = { lag = 2 } },
    { approach = "correlation", by = "net", where = { depth = "largest", lag = 2 } },
  },
}
