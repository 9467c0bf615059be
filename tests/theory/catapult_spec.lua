-- catapult_spec.lua: against a net that is trained, and values of an independent
-- program (kernels 2.1, 2.5, 3, outputs of kernel²/1000).
local ortho = require "orthorun"
local support = dofile "tests/support.lua"
local catapult = ortho.theory.catapult
local raises = support.raises

describe("theory.catapult", function()
  it("knows where rates between 2 and 4 end", function()
    for kernel, final in pairs { [2.1] = 1.8535, [2.5] = 1.2680, [3.0] = 0.1792 } do
      local c = catapult { kernel = kernel, output = kernel ^ 2 / 1000 }
      assert.is_near(final, c.kernel, 5e-5)
      assert.is_true(c.peak > 2 and c.steps < 1000)
    end
  end)

  it("leaves smaller rates where they are, and larger ones have no end", function()
    local c = catapult { kernel = 1.5, output = 1e-8 }
    assert.is_near(1.5, c.kernel, 1e-7)
    assert.equal(1, c.peak)
    c = catapult { kernel = 4.01, output = 1e-8 }
    assert.same({ math.huge, math.huge, math.huge }, { c.kernel, c.peak, c.steps })
    c = catapult { kernel = 1.9, output = 1e-3, most = 3 }
    assert.is_true(c.kernel ~= c.kernel and c.steps == math.huge)
  end)

  it("is what training does, step by step", function()
    local rng, matrix = ortho.rng(3), ortho.matrix
    local net = ortho.mlp { sizes = { 3, 20, 1 }, activation = "linear", bias = false,
      init = "scaled_gaussian", rng = rng:split "net" }
    local x, y = rng:normal(3, 1), matrix.zeros(1, 1)
    local W1, W2 = table.unpack(net:weights())
    local f = net:forward(x):get(1, 1)
    local kernel = (W1 * x):norm() ^ 2 + W2:norm() ^ 2 * x:norm() ^ 2
    local lr = 2.7 / kernel
    local c = catapult { kernel = 2.7, output = (lr * f * x:norm()) ^ 2 }
    local out = ortho.train { net = net, x = x, y = y, loss = "mse_half", lr = lr,
      steps = 500 }:final()
    assert.is_near(c.kernel, lr * ((W1 * x):norm() ^ 2 + W2:norm() ^ 2 * x:norm() ^ 2),
      1e-12)
    assert.is_near(1, out.peak / c.peak, 1e-12)
  end)

  it("refuses what no net has", function()
    raises("kernel is nil", catapult, { output = 1 })
    raises("output is 0", catapult, { kernel = 1, output = 0 })
    raises("output is 0.5, but no net has more than kernel²/4, 0.25", catapult,
      { kernel = 1, output = 0.5 })
    raises("unknown option 'rate'", catapult, { rate = 1 })
    raises("most is 0", catapult, { kernel = 1, output = 0.1, most = 0 })
  end)
end)
