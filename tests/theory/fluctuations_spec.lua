-- theory/fluctuations: against mpmath's sums and integrals (40 digits), the
-- literature's numbers, and drawn networks of a shape that is no rectangle.
local ortho = require "orthorun"
local theory, metric = ortho.theory, ortho.metric

local support = dofile "tests/support.lua"
local raises, near = support.raises, support.near

local shape = { 5, 12, 7, 20, 3 }

local function law(options)
  return theory.fluctuations(options)
end

describe("theory.fluctuations", function()
  it("has mpmath's moments for any sizes", function()
    local root2 = math.sqrt(2)
    for _, g in ipairs {
      { "relu", "he_normal", root2, 1, 2.5559490566623178, 2.4869313800016752,
        3.0357142857142857 },
      { "relu", "orthogonal", 1.3, 1, 1.1881777859396542, 2.0952757529011884,
        2.1504469556417608 },
      { "leaky_relu", "orthogonal", 1.3, 1, 1.7010514408908398,
        0.94131258120565058, 1.8128668793316686 },
      { "linear", "he_normal", root2, 1, 5.1945582907682874, 0.61684704751903594,
        1.65 },
      { "relu", "he_normal", root2, 3, 2.8924212932835307, 2.4869313800016752,
        3.0357142857142857 },
      { "relu", "orthogonal", 1.3, 3, 1.7338127065745748, 2.0191191328457588,
        2.0275642724622316 },
      { "leaky_relu", "orthogonal", 1.3, 3, 2.2466863615257604,
        0.865155961150221, 1.7092744862270017 } } do
      local found = law { sizes = shape, activation = g[1], init = g[2],
        gain = g[3], alpha = g[1] == "leaky_relu" and 0.3 or nil, q0 = 2,
        cotangent2 = 3 }.gradient
      local what = ("%s %s %d"):format(g[1], g[2], g[4])
      near(g[5], found.mean[g[4]], 1e-13, what)
      near(g[6], found.var[g[4]], 1e-13, what)
      near(g[7], found.four_point[g[4]], 1e-13, what)
    end
  end)

  it("has Hanin and Nica's: 1/n_l alone, to leading order", function()
    local narrow = law { width = 32, depth = 9 }
    local wide = law { width = 128, depth = 33 }
    near(0.25, narrow.sum, 1e-15)
    near(0.25, wide.sum, 1e-15)
    near(1.4199822978076842, narrow.gradient.var[1], 1e-13)
    near(1.2874877632932101, wide.gradient.var[20], 1e-13)
    near(1.967986209304508, law({ width = 64, depth = 10 }).gradient
      .four_point[3], 1e-13)
    near((1 + 5 / 64) ^ 9 * (1 + 2 / 64),
      law({ width = 64, depth = 10 }).forward.four_point[10], 1e-13)
    near(0, law { activation = "linear", init = "orthogonal", gain = 1,
      width = 8, depth = 30 }.gradient.var[4], 1e-15)
  end)

  it("has the eighth moment, by exact fractions, and the mean energy", function()
    local he = law { width = 64, depth = 10, q0 = 2 }
    near(55.76255753039895, he.forward.eight_point[10], 1e-12)
    near(math.log(128) + math.log(2), he.forward.energy[10], 1e-12) -- the last matrix'
    near(math.log(128), he.forward.energy[9], 1e-12)
    near(9.12500311126621, law({ width = 64, depth = 10, init = "orthogonal_sqrt2" })
      .forward.eight_point[10], 1e-12)
    local uneven = { sizes = shape, activation = "leaky_relu", alpha = 0.3 }
    near(116.04187128032939, law(uneven).gradient.eight_point[3], 1e-11)
    uneven.init, uneven.gain = "orthogonal", 1.3
    near(16.888978049970046, law(uneven).gradient.eight_point[1], 1e-12)
    near(214.17225, law { sizes = shape }.gradient.eight_point[2], 1e-11)
  end)

  it("counts nets that are dead: relu with a layer all off", function()
    near(1 - (1 - 1 / 4) ^ 2, law { sizes = { 3, 2, 2, 3 } }.dead, 1e-15)
    assert.equal(0, law { sizes = { 3, 2, 2, 3 },
      activation = "leaky_relu" }.dead)
  end)

  -- ln of the squared norms of gradients of one drawn net; nil of a dead one.
  local function drawn(rng, activation, init, gain)
    local net = ortho.mlp { sizes = shape, activation = activation,
      init = ortho.init[init] { gain = gain }, rng = rng:split "net" }
    local x, u = rng:split "x":normal(5, 1), rng:split "u":normal(3, 1)
    net:forward(x * (math.sqrt(5) / x:norm()))
    net:backward(u * (1 / u:norm()))
    local out = {}
    for l, norm in ipairs(metric.log10_grad_norms(net)) do
      if norm == -math.huge then return nil end
      out[l] = 2 * math.log(10) * norm
    end
    return out
  end

  it("is what networks of uneven sizes have, each layer", function()
    for k, arm in ipairs { { "relu", "he_normal", math.sqrt(2) },
      { "relu", "orthogonal", 1.3 }, { "leaky_relu", "orthogonal", 1 } } do
      local wanted = law { sizes = shape, activation = arm[1], init = arm[2],
        gain = arm[3] }
      local values, seeds, dead = { {}, {}, {}, {} }, 2000, 0
      for seed = 1, seeds do
        local found = drawn(ortho.rng(k):split(seed), table.unpack(arm))
        dead = dead + (found and 0 or 1)
        for l = 1, found and 4 or 0 do table.insert(values[l], found[l]) end
      end
      near(wanted.dead * seeds, dead, 3.3 * math.sqrt(wanted.dead * seeds) + 0.1)
      for l = 1, 4 do
        local what = ("%s %s layer %d"):format(arm[1], arm[2], l)
        local sd = math.sqrt(wanted.gradient.var[l])
        near(wanted.gradient.mean[l], ortho.stats.mean(values[l]),
          3.5 * sd / math.sqrt(seeds), what)
        near(1, ortho.stats.std(values[l]) / sd, 0.1, what)
      end
    end
  end)

  it("takes an arm of like, and refuses what it has no exact law for", function()
    assert.same(law { width = 4, depth = 3, init = "orthogonal",
      gain = math.sqrt(2) },
      law { like = { width = 4, depth = 3, init = "orthogonal_sqrt2" } })
    raises("is not homogeneous; linear, relu and leaky_relu are", law,
      { width = 4, depth = 3, activation = "tanh" })
    raises("unknown initializer 'he_uniform' (known: gaussian, ", law,
      { width = 4, depth = 3, init = "he_uniform" })
    raises("unknown initializer '3'", law, { width = 4, depth = 3, init = 3 })
    raises("sizes has 1 entries", law, { sizes = { 3 } })
    raises("sizes[2] is 0; a whole number of at least 1 is needed", law,
      { sizes = { 3, 0, 2 } })
    raises("sizes must be a table, not the number 3", law, { sizes = 3 })
    raises("width is nil; a whole number of at least 1 is needed", law, {})
    raises("depth is 1000000000", law, { width = 4, depth = 1000000000 })
    raises("width is 4294967296", law, { width = 1 << 32, depth = 4 })
    raises("needs a table of options", law)
  end)
end)
