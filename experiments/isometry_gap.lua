-- How far from an isometry is each hidden layer? The isometry gap is the log of the
-- mean of WW''s eigenvalues less the mean of their logs: of Gaussian weights known
-- exactly, of orthogonal ones half the squared drift after training. Meterez et al.
-- (2024), arXiv:2310.02012, see middle layers stay near orthogonal.
local ortho = require "orthorun"

local function each(net, f) -- of the square matrices between the first and the last
  local list, all = {}, net:weights()
  for l = 2, #all - 1 do list[l - 1] = f(all[l], l) end
  return list
end

return ortho.experiment {
  asks = "How far from an isometry is each layer of a net, fresh and trained?",
  params = { depth = 20, samples = 64, steps = 100,
    rate = { 0.2, above = 0, help = "learning rate times the depth" } },
  grid = { init = { "he_normal", "orthogonal_sqrt2" }, width = { 16, 64, 256 },
    seed = ortho.range(6) },
  index = "hidden", measures = { fresh = { label = "isometry gap of fresh weights" },
    trained = { label = "isometry gap, trained" }, ratio = { label = "gap/(drift²/2)" } },

  trial = function(p, rng)
    local set = ortho.data.batch { data = "digits", size = p.samples,
      standardize = true, rng = rng:split "data" }
    local net = ortho.mlp { for_data = set, width = p.width, depth = p.depth,
      init = p.init, bias = false, rng = rng:split "weights" }
    local first = net:copy():weights()
    local fresh = each(net, ortho.metric.isometry_gap)
    ortho.train { net = net, data = set, loss = "cross_entropy", steps = p.steps,
      lr = p.rate / p.depth }
    return { fresh = fresh, trained = each(net, ortho.metric.isometry_gap),
      drift = each(net, function(W, l) -- ||E - mean|| / sqrt(n), W'W = g^2 (1 + E)
        local mean = W:norm() ^ 2 / first[l]:norm() ^ 2 - 1
        return (ortho.metric.gram_drift(W, first[l]) ^ 2 * p.width /
          first[l]:norm() ^ 4 - mean ^ 2) ^ 0.5
      end) }
  end,
  predict = function(p, found)
    local gap, list = ortho.theory.isometry_gap { like = p }, {}
    local gaussian = p.init == "he_normal"
    for i, drift in ipairs(found.drift) do list[i] = gaussian and gap or drift ^ 2 / 2 end
    return { [gaussian and "fresh" or "trained"] = list }
  end,
  derive = { ratio = function(r) return r.trained / (r.drift ^ 2 / 2) end },
  show = {
    { table = { "fresh", "trained", "drift" }, spread = false },
    { check = "fresh", where = { init = "he_normal" }, by = "width" },
    { check = "ratio", where = { init = "orthogonal_sqrt2" }, by = "width",
      at_least = 0.9, at_most = 1.1 },
    { plot = "trained", over = "hidden", facet = "init", color = "width" },
  },
}
