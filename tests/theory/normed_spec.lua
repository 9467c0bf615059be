-- normed_spec.lua: maps of nets with a layer norm in each layer: closed forms, and nets
-- that were drawn.
local ortho = require "orthorun"
local theory = ortho.theory
local support = dofile "tests/support.lua"
local near, raises = support.near, support.raises
local pi = math.pi

local function found(name, norm, w2, b2)
  return theory.mean_field { activation = name, sigma_w2 = w2 or 1, sigma_b2 = b2,
    norm = norm }
end

describe("mean field of normed nets", function()
  it("has relu's closed forms", function()
    local m = found("relu", "before", 7)
    near(3.5, m.q, 1e-13) -- and whatever sigma_w2, gradients keep their size
    near(1, m.chi1, 1e-13)
    assert.equal(1, m.c)
    m = found("relu", "after", 7)
    near(7, m.q, 1e-13)
    near(1 / (1 - 1 / pi), m.chi1, 1e-12) -- (1/2)/(1/2 - 1/(2 pi))
    near(0, m.c, 1e-12)
    near(0.5 / (1 - 1 / pi), m.chi_c, 1e-12)
    near(1 / math.log(2 * (1 - 1 / pi)), m.xi_c, 1e-10)
    near(m.xi_c * 6, theory.trainable_depth { activation = "relu", sigma_w2 = 7,
      norm = "after" }, 1e-10)
  end)

  it("keeps linear nets as they are", function()
    for _, norm in ipairs { "before", "after" } do
      for _, c in ipairs { -1, -0.2, 0.7, 1 } do
        local after, slope = theory.correlation_map("linear", c, { norm = norm })
        near(c, after, 1e-13)
        near(1, slope, 1e-13)
      end
    end
  end)

  it("rests at c*, with the map's slope", function()
    for _, o in ipairs { { "tanh", "before", 4, 0.3 }, { "gelu", "after", 2, 0.2 },
      { "selu", "after", 1, 0.1 }, { "sigmoid", "after", 20, 1 } } do
      local m = found(table.unpack(o))
      local at = { sigma_w2 = o[3], sigma_b2 = o[4], norm = o[2] }
      local c, slope = theory.correlation_map(o[1], m.c, at)
      near(m.c, c, 1e-12)
      near(m.chi_c, slope, 1e-12)
      near(m.chi1, select(2, theory.correlation_map(o[1], 1, at)), 1e-9)
      near(1, (theory.correlation_map(o[1], 1, at)), 1e-12)
      local h, low = 1e-5, 0.3 -- away from 1, where kinks show
      near(select(2, theory.correlation_map(o[1], low, at)),
        (theory.correlation_map(o[1], low + h, at) -
          theory.correlation_map(o[1], low - h, at)) / (2 * h), 1e-8)
    end
  end)

  it("is what drawn nets do: growth of delta, correlations", function()
    local n, L, seeds, w2 = 256, 8, 12, 1.7
    for _, o in ipairs { { "tanh", "before" }, { "relu", "after" },
      { "gelu", "after" } } do
      local m, growth, correlations = found(o[1], o[2], w2), {}, {}
      for seed = 1, seeds do
        local rng, layers = ortho.rng(seed), {}
        for l = 1, L do
          local norm = ortho.layer.layer_norm { size = n }
          local phi = ortho.layer[o[1]]()
          layers[#layers + 1] = ortho.layer.linear { inputs = n, outputs = n,
            init = ortho.init.scaled_gaussian { gain = w2 ^ 0.5 }, rng = rng:split(l),
            bias = false }
          layers[#layers + 1] = o[2] == "before" and norm or phi
          layers[#layers + 1] = o[2] == "before" and phi or norm
        end
        layers[#layers + 1] = ortho.layer.linear { inputs = n, outputs = n,
          init = ortho.init.scaled_gaussian {}, rng = rng:split "last", bias = false }
        local net = ortho.layer.sequential(layers)
        local x = rng:split "x":normal(n, 1)
        net:forward(x)
        net:backward(rng:split "dy":normal(n, 1))
        local d = ortho.metric.log10_delta_norms(net)
        -- by layer, from 2 on, where what comes in has been normed
        growth[seed] = 2 * (d[2] - d[L]) / (L - 2) * math.log(10)
        local other = x * 0.6 + rng:split "y":normal(n, 1) * 0.8
        local a, b = net:forward(x), net:forward(other)
        correlations[seed] = (a:t() * b):get(1, 1) / (a:norm() * b:norm())
      end
      local stats = ortho.stats
      near(math.log(m.chi1), stats.mean(growth), 0.015 + 3.3 * stats.std(growth) /
        seeds ^ 0.5, o[1] .. " growth")
      local c = 0.6
      for _ = 1, L do
        c = theory.correlation_map(o[1], c, { norm = o[2], sigma_w2 = w2 })
      end
      near(c, stats.mean(correlations), 0.02 + 3.3 * stats.std(correlations) /
        seeds ^ 0.5, o[1] .. " correlation")
    end
  end)

  it("refuses other norms, and activations that leave nothing", function()
    raises("mean_field: unknown norm 'layer'", theory.mean_field, {
      activation = "tanh", sigma_w2 = 1, norm = "layer" })
    raises("did you mean 'after'?", theory.correlation_map, "tanh", 0.5, {
      norm = "afetr" })
    raises("a norm leaves no choice of q", theory.correlation_map, "tanh", 0.5, {
      norm = "after", q = 2 })
    raises("the activation is constant at q = 1", theory.mean_field, {
      activation = function() return 3 end, sigma_w2 = 1, norm = "after" })
  end)
end)
