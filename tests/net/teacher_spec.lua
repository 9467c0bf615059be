-- teacher_spec.lua: data.teacher, targets from a known map; what contradicts
-- itself.
local ortho = require "orthorun"
local data, matrix, metric = ortho.data, ortho.matrix, ortho.metric

local raises = dofile("tests/support.lua").raises

-- 10 samples of 2 numbers
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

  it("has whitened inputs: the loss is a distance of maps", function()
    local s = data.teacher { inputs = 4, outputs = 2, distribution =
      "whitened", singular_values = { 2, 1 }, rng = ortho.rng(1) }
    assert.is_true(s.x == 2 * matrix.eye(4))
    local W = ortho.rng(2):normal(2, 4)
    assert.is_near((W - s.weight):norm() ^ 2 / 2,
      ortho.loss.mse(W * s.x, s.y, { reduction = "half" }), 1e-12)
  end)

  local function linear(seed, outputs)
    return ortho.mlp { width = 4, depth = 3, outputs = outputs, bias = false,
      activation = "linear", rng = ortho.rng(seed) }
  end

  it("takes the sign of a net's determinant, either one", function()
    local signs = {}
    for seed = 1, 6 do
      local net = linear(seed)
      local s = data.teacher { inputs = 4, distribution = "whitened",
        singular_values = { 1, 2, 3, 4 }, det = net, rng = ortho.rng(1) }
      local _, sign = net:forward(matrix.eye(4)):logdet()
      assert.equal(sign, (select(2, s.weight:logdet())))
      signs[sign] = true
    end
    assert.same({ [1] = true, [-1] = true }, signs)
  end)

  it("aligned has an orthogonal net's singular vectors", function()
    local net = linear(1, 3)
    local s = data.teacher { inputs = 4, outputs = 3, distribution =
      "whitened", singular_values = { 1, 2, 3 }, align = net,
      rng = ortho.rng(1) }
    local found = metric.singular_values(s.weight)
    for i, v in ipairs { 3, 2, 1 } do assert.is_near(v, found[i], 1e-13) end
    -- W = A Q with A = A' positive: W Q' = A
    local A = s.weight * net:forward(matrix.eye(4)):t()
    assert.is_near(0, (A - A:t()):norm(), 1e-13)
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
    raises("as many as there are rows, 4, not 5", data.teacher, { inputs = 4,
      samples = 5, rng = r, distribution = "whitened" })
    raises("align= needs singular_values", data.teacher, { inputs = 4,
      samples = 5, rng = r, align = linear(1) })
    raises("as many singular values as the net has outputs, 4, not 1",
      data.teacher, { inputs = 4, samples = 5, rng = r, align = linear(1),
        singular_values = { 1 } })
    raises("not both", data.teacher, { inputs = 4, samples = 5, rng = r,
      align = linear(1), singular_values = { 1, 1, 1, 1 }, det = 1 })
    raises("linear net without biases", data.teacher, { inputs = 4,
      samples = 5, rng = r, singular_values = { 1, 1, 1, 1 },
      align = ortho.mlp { width = 4, depth = 2, activation = "tanh",
        rng = r } })
    raises("does not take 5 inputs", data.teacher, { inputs = 5,
      samples = 5, rng = r, singular_values = { 1, 1, 1, 1, 1 },
      det = linear(1) })
    raises("did you mean 'normal'", data.teacher, { samples = 4, inputs = 1,
      rng = r, distribution = "norml" })
  end)
end)
