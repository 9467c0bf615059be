-- sharpness_spec.lua: ortho.sharpness against Hessians that are known.
local ortho = require "orthorun"

local function data(inputs, outputs, samples)
  return ortho.rng(3):normal(inputs, samples),
    ortho.rng(4):normal(outputs, samples)
end

describe("sharpness", function()
  it("is the largest eigenvalue of xx'/N for one linear layer", function()
    local x, y = data(6, 3, 40)
    local net = ortho.mlp { sizes = { 6, 3 }, bias = false,
      rng = ortho.rng(1) }
    local wanted = (x * x:t() / 40):norm "spectral"
    local got = ortho.sharpness(net, x, y, "mse_half", { iterations = 80 })
    assert.is_true(math.abs(got - wanted) < 1e-6 * wanted)
    assert.is_true(ortho.sharpness(net, x, y, "mse_half") <= wanted * 1.000001)
  end)

  it("is that of a product's Hessian, worked out by hand", function()
    -- loss (abx - y)^2/2 at a = 2, b = 3, x = 1, y = 5, r = 1:
    -- [[b^2, ab + r], [ab + r, a^2]] = [[9, 7], [7, 4]]
    local one = ortho.matrix { { 1 } }
    local net = ortho.mlp { sizes = { 1, 1, 1 }, activation = "linear",
      bias = false, rng = ortho.rng(1) }
    net:weights()[1]:set(1, 1, 2)
    net:weights()[2]:set(1, 1, 3)
    local got = ortho.sharpness(net, one, 5 * one, "mse_half",
      { iterations = 40 })
    assert.is_true(math.abs(got - (13 + math.sqrt(25 + 4 * 49)) / 2) < 1e-5)
  end)

  it("leaves the parameters as they are, to the bit", function()
    local x, y = data(4, 2, 10)
    local net = ortho.mlp { sizes = { 4, 8, 2 }, activation = "tanh",
      rng = ortho.rng(1) }
    local before = net:copy()
    ortho.sharpness(net, x, y, "mse_half")
    assert.has_error(function() ortho.sharpness(net, x, y, "nonsense") end)
    for i, w in ipairs(net:parameters()) do
      assert.is_true(w == before:parameters()[i])
    end
  end)
end)
