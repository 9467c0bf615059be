-- How gradients vary from net to net: ln ||grad||^2 has a variance of about 5 (He) or 3
-- (orthogonal) times the sum of 1/width. Hanin, Nica (2018), arXiv:1812.05994.
local ortho = require "orthorun"
local each, middle = { "weights", "width", "sum", "place" }, { place = 2 }
local inits = { he_normal = "he_normal", alternating = "he_normal",
  orthogonal = "orthogonal_sqrt2" }
local function sizes_of(p) -- alternating: 3/4 and 3/2 of the width, with the same sum
  local list, turns = { p.width }, p.weights == "alternating"
  for l = 1, p.hidden do
    list[l + 1] = turns and p.width * (l % 2 == 1 and 3 or 6) // 4 or p.width
  end
  return table.move({ p.width }, 1, 1, p.hidden + 2, list)
end
local function three(list, f) -- of the first layer, the middle one, the last
  return { f(list[1]), f(list[#list // 2 + 1]), f(list[#list]) }
end

return ortho.experiment {
  asks = "How does the gradient of a ReLU net vary from draw to draw of its weights?",
  params = { hidden = function(p) return math.tointeger(p.width * p.sum) end },
  grid = { weights = { { name = "he_normal", label = "He" },
      { name = "alternating", label = "He, widths alternate" },
      { name = "orthogonal", label = "orthogonal × √2" } },
    width = { 32, 128 }, sum = { 0.0625, 0.125, 0.25, help = "of 1/width" },
    seed = ortho.range(300) },
  index = "place", measures = { gradient = { label = "ln ‖∇W‖²" },
    variance = { label = "variance of ln ‖∇W‖²" } },
  trial = function(p, rng)
    local net = ortho.mlp { sizes = sizes_of(p), bias = false,
      init = ortho.arms[inits[p.weights]].init, rng = rng:split "weights" }
    local x, u = rng:split "x":normal(p.width, 1), rng:split "u":normal(p.width, 1)
    net:forward(x * (p.width ^ 0.5 / x:norm()))
    net:backward(u * (1 / u:norm()))
    return { gradient = three(ortho.metric.log10_grad_norms(net), function(norm)
      return 2 * math.log(10) * norm end) }
  end,
  predict = function(p) -- exactly, at any width
    local law = ortho.theory.fluctuations { sizes = sizes_of(p), init = inits[p.weights] }
    return { gradient = three(law.gradient.mean, function(mean) return mean end),
      sd = { gradient = three(law.gradient.var, math.sqrt) } }
  end,
  derive = { noise = { variance = "gradient", by = each } },
  show = {
    { table = { "variance", "variance_error" }, of = "noise", where = middle },
    { check = "variance", of = "noise", where = { sum = "largest" } },
    { check = "gradient", where = { sum = "largest", place = 2 } },
    { plot = "variance", of = "noise", over = "sum", color = "weights", facet = "width",
      kind = "points", error = "variance_error", where = middle, xlabel = "Σ 1/width" },
    function(_, e) -- how much less orthogonal nets vary
      local function widest(name)
        local t = e.derived.noise:where { weights = name, place = 2 }
        return #t > 0 and t:row(#t)
      end
      local he, haar = widest "he_normal", widest "orthogonal"
      return he and haar and ("sd, orthogonal over He: %.3f; theory %.3f"):format(
        (haar.variance / he.variance) ^ 0.5,
        (haar.variance_theory / he.variance_theory) ^ 0.5)
    end,
  },
}
