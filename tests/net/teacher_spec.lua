-- teacher_spec.lua: data.teacher, targets from a known map.
local ortho = require "orthorun"
local data, matrix, metric = ortho.data, ortho.matrix, ortho.metric

local raises = dofile("tests/support.lua").raises

local x = matrix { { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 },
  { 0, 1, 0, 1, 0, 1, 0, 1, 0, 1 } }

describe("data.teacher", function()
  it("is linear with given singular values and determinant", function()
    for _, det in ipairs { 1, -1 } do
      local s = data.teacher { inputs = 4, samples = 7, rng = ortho.rng(1),
        singular_values = { 1, 4, 2, 3 }, det = det }
      assert.is_near(24 * det, s.weight:det(), 1e-12)
      assert.is_true(s.y == s.weight * s.x)
    end
    local low = data.teacher { inputs = 5, outputs = 3, samples = 7,
      rng = ortho.rng(1), singular_values = { 2, 1 } }
    local found = metric.singular_values(low.weight)
    for i, v in ipairs { 2, 1, 0 } do assert.is_near(v, found[i], 1e-14) end
  end)

  it("takes W and x as they are, and adds noise", function()
    local W = matrix { { 1, 2 } }
    local s = data.teacher { x = x, weight = W }
    assert.is_true(s.y == W * x)
    local n = data.teacher { x = x, weight = W, noise = 0.5,
      rng = ortho.rng(1) }
    assert.is_near(0, (n.y - s.y - ortho.rng(1):split("noise"):normal(1, 10,
      { std = 0.5 })):norm(), 1e-14)
  end)

  it("is a network", function()
    local s = data.teacher { sizes = { 3, 5, 2 }, samples = 6,
      rng = ortho.rng(1), activation = "tanh", precision = "float32" }
    assert.is_true(s.net:forward(s.x) == s.y)
    assert.equal("float32", s.y:precision())
    local again = data.teacher { net = s.net, inputs = 3, samples = 6,
      rng = ortho.rng(1), distribution = "uniform", precision = "float32" }
    assert.is_true(again.x:min() >= 0 and again.x:max() < 1)
  end)

  it("draws N(0, 1/inputs) when nothing is said", function()
    local s = data.teacher { inputs = 400, outputs = 100, samples = 1,
      rng = ortho.rng(1) }
    assert.is_near(10, s.weight:norm(), 0.2)
  end)

  it("refuses what contradicts itself", function()
    local r = ortho.rng(1)
    raises("not both", data.teacher, { weight = x, sizes = { 3, 2 }, rng = r,
      samples = 1 })
    raises("5 singular values for a 3x4 matrix", data.teacher, { inputs = 4,
      outputs = 3, samples = 1, rng = r, singular_values = { 1, 1, 1, 1, 1 } })
    raises("det= needs as many singular values", data.teacher, { inputs = 4,
      samples = 1, rng = r, singular_values = { 1 }, det = 1 })
    raises("samples is nil", data.teacher, { inputs = 4, rng = r })
    raises("inputs is nil", data.teacher, { samples = 4, rng = r })
    raises("needs rng=", data.teacher, { samples = 4, inputs = 1 })
    raises("did you mean 'normal'", data.teacher, { samples = 4, inputs = 1,
      rng = r, distribution = "norml" })
  end)
end)
