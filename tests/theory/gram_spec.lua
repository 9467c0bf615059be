-- theory/gram: against networks that are drawn, and numbers that others measured.
local ortho = require "orthorun"
local gram = require "orthorun.theory.gram"
local net_of = require "orthorun.theory.net"
local stats, theory = ortho.stats, ortho.theory
local near = dofile("tests/support.lua").near

local function net(options)
  options.loss, options.batch = "mse", 4
  return net_of.read("signal", options)
end

-- Draws of ln(1 - c) of two samples and of ln of their energy, before layer `at`, of
-- networks: mean and standard deviation
local function of_networks(o, at, nets)
  local apart, size = {}, {}
  for seed = 1, nets do
    local rng = ortho.rng(8):split(o.init .. #o.sizes):split(seed)
    local layers = { table.unpack(o.sizes, 1, at) }
    local model = ortho.mlp { sizes = layers, rng = rng:split "net", bias = false,
      init = ortho.init[o.init] { gain = o.gain },
      activation = o.alpha and { o.activation, alpha = o.alpha } or o.activation,
      output_activation = o.alpha and
        function() return ortho.layer.leaky_relu { alpha = o.alpha } end or o.activation }
    -- two inputs of correlation .75: e_1, and .75 e_1 + sqrt(1 - .75^2) e_2
    local x = ortho.matrix.zeros(o.sizes[1], 2)
    x:set(1, 1, 1)
    x:set(1, 2, 0.75)
    x:set(2, 2, math.sqrt(1 - 0.75 ^ 2))
    local a = model:forward(x)
    local A = a:t() * a
    apart[seed] = math.log(1 - A:get(1, 2) / math.sqrt(A:get(1, 1) * A:get(2, 2)))
    size[seed] = math.log(A:get(1, 1))
  end
  return stats.mean(apart), stats.std(apart), stats.std(size)
end

local function check(o, at)
  local read = net(o)
  assert.is_true(gram.fits(read))
  local path = gram.path(read, net_of.is_even(read), at - 1)
  local A = path[at - 1].energy
  local apart = (1 - A[2][1]:divide(A[1][1]:sqrt()):divide(A[2][2]:sqrt())):log()
  local mean, sd, size = of_networks(o, at, 500)
  local draws = apart:cols()
  near(mean, apart:mean(), 4 * sd * math.sqrt(1 / 500 + 1 / draws), "ln(1 - c)")
  near(1, stats.std(apart:tolist()) / sd, 0.17, "its spread")
  near(1, stats.std(A[1][1]:log():tolist()) / size, 0.17, "the energy's spread")
end

describe("theory.gram", function()
  it("has networks' correlations after some layers", function()
    local even = { 24, 24, 24, 24, 24, 24, 24 }
    check({ sizes = even, init = "he_normal", activation = "relu" }, 6)
    check({ sizes = even, init = "orthogonal", gain = 1, activation = "relu" }, 6)
    check({ sizes = { 12, 40, 16, 20, 30 }, init = "orthogonal", gain = 1,
      activation = "leaky_relu", alpha = 0.3 }, 5)
  end)

  it("leaves to others what it has no draws of", function()
    for name, value in pairs { activation = "tanh", width = 4, depth = 1000,
      input_c = 1 } do
      assert.is_false(gram.fits(net { [name] = value }), name)
    end
    assert.is_false(gram.fits(net { activation = "linear" }))
    local alone = net {}
    alone.batch = 1
    assert.is_false(gram.fits(alone))
  end)

  it("makes of four samples' pairs those of a batch", function()
    local rng, own, values = ortho.rng(2), {}, {}
    for j = 1, 4 do own[j] = rng:normal(1, 4000) end
    local common = rng:normal(1, 4000)
    for j = 2, 4 do
      for k = 1, j - 1 do
        values[#values + 1] = own[j] + own[k] + common + rng:normal(1, 4000) + 3
      end
    end
    for _, B in ipairs { 4, 32, 1000 } do
      -- of a sample's own part each has 2/B, of pairs' own 2/(B (B-1))
      local var = 1 + 4 / B + 2 / (B * (B - 1))
      local found = gram.of_batch(values, B)
      near(3, found:mean(), 0.1)
      near(1, stats.std(found:tolist()) ^ 2 / var, 0.1, B .. " samples")
    end
  end)

  it("gives figure 1's batch its mean and spread", function()
    -- 400 networks: -6.303 +- .009, .173 (the map of mean correlations: -6.359, .131)
    local law = theory.signal { init = "scaled_gaussian", width = 256, depth = 51,
      batch = 32, q0 = 1 / 3, loss = "mse_half" }
    near(-6.303, law.typical.gradient[1], 0.03)
    near(0.173, law.sd.gradient[1], 0.017)
    -- 800 orthogonal ones: -6.305 +- .005, .140
    law = theory.signal { init = "orthogonal", gain = 1, width = 256, depth = 51,
      batch = 32, q0 = 1 / 3, loss = "mse_half" }
    near(-6.305, law.typical.gradient[1], 0.03)
    near(0.140, law.sd.gradient[1], 0.014)
  end)

  it("draws the same path, however deep the net", function()
    local shallow = net { width = 20, depth = 4 }
    local deep = net { width = 20, depth = 9 }
    local a = gram.path(shallow, true, 3)[3].energy[2][1]:get(1, 7)
    assert.equal(a, gram.path(deep, true, 8)[3].energy[2][1]:get(1, 7))
  end)
end)
