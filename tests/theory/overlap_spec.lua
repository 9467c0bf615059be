-- overlap_spec.lua: sums over a batch, at the ends where they are known: one
-- sample, equal samples, samples at right angles, linear layers.
local activation = require "orthorun".activation
local layer_noise = require "orthorun.theory.layer_noise"
local lognormal = require "orthorun.theory.lognormal"
local overlap = require "orthorun.theory.overlap"
local near = dofile("tests/support.lua").near

local n = 100

-- A net of `depth` layers as theory.signal hands it over, and its layers.
local function network(name, depth, changes)
  local phi = { name = name, shape = activation.shape(name),
    homogeneous = true }
  local sizes = { [0] = n }
  for l = 1, depth do sizes[l] = n end
  local net = { sizes = sizes, depth = depth, phi = phi, batch = 4, input_c = 1,
    target_c = 1, cotangent = "mse", output_share = 1 }
  for key, value in pairs(changes or {}) do net[key] = value end
  local at, layers = layer_noise.statistics(phi, net.orthogonal), {}
  for l = 1, depth - 1 do layers[l] = at(0, n, n, n) end
  layers[depth] = layer_noise.readout(n, n, net.orthogonal)
  local share = { same_sign = {} }
  for l = 1, depth do share[l], share.same_sign[l] = 0, 0 end
  return net, layers, share
end

describe("the sum over a batch", function()
  it("is of B samples: sqrt B at right angles, B along", function()
    assert.equal(0, overlap.factor(1, 0.3))
    near(math.log(10), overlap.factor(10, 0), 1e-15)
    near(2 * math.log(10), overlap.factor(10, 1), 1e-15)
  end)

  it("of one is its own", function()
    local mean, var = overlap.sum(1, 0.3, 0.1)
    assert.equal(0, mean)
    near(0.3, var, 1e-15)
  end)

  it("keeps all of a common variance, and averages the rest", function()
    local mean, var = overlap.sum(32, 0.3, 0.3)
    near(0, mean, 1e-7)
    near(0.3, var, 1e-6)
    mean, var = overlap.sum(32, 0.3, 0)
    local wanted_mean, wanted_var = lognormal.log_mean(32, math.sqrt(0.3))
    near(wanted_mean, mean, 1e-15)
    near(wanted_var, var, 1e-15)
    assert.is_true(var < 0.3 / 20)
  end)

  it("takes no more for common than there is, nor less than nothing",
    function()
      for _, common in ipairs { 0.7, 0.3 } do
        near(0.3, select(2, overlap.sum(8, 0.3, common)), 1e-6)
      end
      local _, none = overlap.sum(8, 0.3, 0)
      assert.equal(none, (select(2, overlap.sum(8, 0.3, -0.1))))
    end)
end)

describe("the gradient of a batch", function()
  it("of one is one sample's, whatever the correlations", function()
    local found = { kappa = { 0.4 }, kappa2 = { 0.5 }, kappa_var = { 0.2 } }
    local mean, var = overlap.gradient(1, 0.3, 0.1, 0.2, found, 1)
    near(0, mean, 1e-14)
    near(0.3, var, 1e-14)
  end)

  it("of equal samples is one sample's", function()
    local found = { kappa = { 1 }, kappa2 = { 1 }, kappa_var = { 0 } }
    local mean, var = overlap.gradient(16, 0.3, 0.3, 0.3, found, 1)
    near(0, mean, 1e-6)
    near(0.3, var, 1e-6)
  end)

  it("of samples at right angles is the sum's", function()
    local found = { kappa = { 0 }, kappa2 = { 0 }, kappa_var = { 0 } }
    local mean, var = overlap.gradient(16, 0.3, 0.1, 0.1, found, 1)
    local wanted_mean, wanted_var = overlap.sum(16, 0.3, 0.1)
    near(wanted_mean, mean, 1e-14)
    near(wanted_var, var, 1e-14)
  end)

  it("scatters more where correlations do", function()
    local function variance(kappa2)
      local found = { kappa = { 0 }, kappa2 = { kappa2 }, kappa_var = { 0 } }
      return (select(2, overlap.gradient(16, 0.3, 0.1, 0.1, found, 1)))
    end
    -- the quadratic form's own variance, 2 (B - 1)/B kappa2, to its order
    local added = variance(1e-3) - variance(0)
    near(2 * 15 / 16 * 1e-3, added, 2e-6)
  end)
end)

describe("what samples have in common", function()
  it("is everything where inputs and targets are equal", function()
    for _, name in ipairs { "linear", "relu" } do
      local net, layers, share = network(name, 4)
      local found = overlap.common(net, layers, share)
      for l = 1, 4 do
        near(1, found.kappa[l], 1e-9, name .. " kappa " .. l)
        near(1, found.kappa2[l], 1e-9, name .. " kappa2 " .. l)
        near(0, found.kappa_var[l], 1e-9)
        near(layers[l].noise.forward_var, found.layers[l].noise.forward_var,
          1e-9)
      end
      near(1, found.output, 1e-9)
    end
  end)

  it("at the output is the mean square of the last correlation", function()
    -- delta is proportional to f, and so is its correlation to that of a
    for _, c in ipairs { 0.3, 0.8 } do
      local net, layers, share = network("linear", 1, { input_c = c })
      local found = overlap.common(net, layers, share)
      near(c ^ 2 + (1 - c ^ 2) ^ 2 / n, found.kappa[1], 1e-14)
    end
  end)

  it("is chance's 1/n where cotangents are independent", function()
    local net, layers, share = network("linear", 3,
      { cotangent = "independent", input_c = 0 })
    local found = overlap.common(net, layers, share)
    assert.equal(0, found.kappa[3])
    assert.is_true(found.kappa2[3] > 1 / n ^ 2 and
      found.kappa2[3] < 5 / n ^ 2, tostring(found.kappa2[3]))
  end)

  it("leaves orthogonal linear layers' correlations as they are", function()
    local net, layers, share = network("linear", 6,
      { orthogonal = true, input_c = 0.5 })
    local found = overlap.common(net, layers, share)
    for l = 2, 6 do
      near(found.kappa2[1], found.kappa2[l], 1e-12)
    end
  end)

  it("has layers that are the nets' own, but for the noise", function()
    local net, layers, share = network("relu", 3, { input_c = 0.5 })
    local found = overlap.common(net, layers, share)
    assert.equal(layers[1].mu, found.layers[1].mu)
    assert.is_true(found.layers[1].noise.forward_var <
      layers[1].noise.forward_var)
  end)
end)
