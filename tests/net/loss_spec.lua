-- loss: those made of the C part's, by their definitions. The C part's own:
-- tests/core/loss_spec.lua.
local ortho = require "orthorun"
local loss = ortho.loss

local raises = dofile("tests/support.lua").raises

describe("loss.scaled", function()
  local net = ortho.mlp { sizes = { 5, 7, 3 }, rng = ortho.rng(1) }
  local x, y = ortho.rng(2):normal(5, 8), ortho.rng(3):normal(3, 8)
  local f0 = net:forward(x)
  local f = f0 + ortho.rng(4):normal(3, 8)

  it("is half the mean square of scale (f - f0) - y", function()
    local value, gradient = loss.scaled(net, x, { scale = 3 })(f, y)
    local error = 3 * (f - f0) - y
    assert.is_near(error:norm() ^ 2 / 16, value, 1e-12)
    assert.is_near(0, (gradient - error * (3 / 8)):norm(), 1e-13)
    assert.is_near(y:norm() ^ 2 / 16, loss.scaled(net, x)(f0, y), 1e-12)
  end)

  it("has f0 = 0 where it is not centred", function()
    local value = loss.scaled(net, x, { centred = false })(f, y)
    assert.is_near((f - y):norm() ^ 2 / 16, value, 1e-12)
  end)

  it("trains a net, at first as if it said 0", function()
    local h = ortho.train { net = net, x = x, y = y, lr = 0.01, steps = 50,
      loss = loss.scaled(net, x, { scale = 2 }) }
    assert.is_near(y:norm() ^ 2 / 16, h.steps:row(1).loss, 1e-12)
    assert.is_true(h.loss < h.steps:row(1).loss / 2)
  end)

  it("refuses scales that nothing can be learnt at", function()
    raises("scale is 0", loss.scaled, net, x, { scale = 0 })
    raises("must be finite", loss.scaled, net, x, { scale = 0 / 0 })
    raises("did you mean 'centred'", loss.scaled, net, x, { centered = true })
    raises("the second argument must be a matrix", loss.scaled, net, 3)
    raises("the first argument must be a network", loss.scaled, 3, x)
  end)
end)
