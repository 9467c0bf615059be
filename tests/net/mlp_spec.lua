-- mlp_spec.lua: the usual network: sizes, activations, initializers, and draws
-- that depend on the seed and the layer alone. What layers do: layer_spec.lua.
local ortho = require "orthorun"
local raises = dofile("tests/support.lua").raises

local function shapes(options)
  options.rng = options.rng or ortho.rng(1)
  local list = {}
  for i, w in ipairs(ortho.mlp(options):weights()) do
    list[i] = table.concat({ w:shape() }, "x")
  end
  return table.concat(list, " ")
end

describe("an mlp's sizes", function()
  it("are listed, inputs first, or are a width and a depth", function()
    assert.equal("256x784 10x256", shapes { sizes = { 784, 256, 10 } })
    assert.equal("8x8 8x8 8x8", shapes { width = 8, depth = 3 })
    assert.equal("8x3 8x8 2x8", shapes { width = 8, depth = 3, inputs = 3,
      outputs = 2 })
    assert.equal("2x3", shapes { width = 8, depth = 1, inputs = 3,
      outputs = 2 })
  end)

  it("fit a data set: rows of y, or a class for each label", function()
    local x = ortho.matrix.zeros(5, 4)
    assert.equal("8x5 3x8", shapes { width = 8, depth = 2,
      for_data = { x = x, y = ortho.matrix.zeros(3, 4) } })
    assert.equal("8x5 4x8", shapes { width = 8, depth = 2,
      for_data = { x = x, labels = { 1, 4, 2, 1 } } })
    assert.equal("8x5 6x8", shapes { width = 8, depth = 2,
      for_data = { x = x, labels = { 1, 2, 2, 1 },
        classes = { "a", "b", "c", "d", "e", "f" } } })
    assert.equal("8x5 8x8", shapes { width = 8, depth = 2,
      for_data = { x = x } })
    assert.equal("8x5 2x8", shapes { width = 8, depth = 2, outputs = 2,
      for_data = { x = x, labels = { 3, 3, 3, 3 } } })
  end)

  it("are refused where they make no net", function()
    local function refused(wanted, options)
      options.rng = ortho.rng(1)
      raises(wanted, ortho.mlp, options)
    end
    refused("give sizes=, or width= and depth=, not both", { sizes = { 2, 2 },
      depth = 3 })
    refused("sizes must be a table of at least two", { sizes = { 2 } })
    refused("sizes[2] is 2.5, must be a whole number", { sizes = { 2, 2.5 } })
    refused("width is nil", { depth = 3 })
    refused("depth is -1", { width = 2, depth = -1 })
    refused("inputs is 0", { width = 2, depth = 1, inputs = 0 })
    refused("for_data must be a data set with a matrix x, not the number 3",
      { width = 2, depth = 1, for_data = 3 })
    refused("unknown option 'widht' (did you mean 'width'?", { widht = 3 })
    raises("needs a table of options, not number", ortho.mlp, 3)
  end)
end)

describe("an mlp's weights", function()
  it("of layer l are those of rng:split(l), whatever the depth", function()
    local init = ortho.init.he_normal {}
    local shallow = ortho.mlp { width = 6, depth = 2, init = init,
      rng = ortho.rng(3) }:weights()
    local deep = ortho.mlp { width = 6, depth = 9, init = "he_normal",
      rng = ortho.rng(3) }:weights()
    assert.is_true(shallow[1] == deep[1] and shallow[2] == deep[2])
    assert.is_false(deep[1] == deep[2])
    assert.is_true(init(ortho.rng(3):split(2), 6, 6) == deep[2])
  end)

  it("are an arm's where one is named, else orthogonal with the gain",
    function()
      local w = ortho.mlp { width = 16, depth = 1, init = "orthogonal_sqrt2",
        rng = ortho.rng(1) }:weights()[1]
      assert.is_true(ortho.metric.orthogonality_error(w / 2 ^ 0.5) < 1e-13)
      w = ortho.mlp { width = 16, depth = 2, activation = "tanh",
        rng = ortho.rng(1) }:weights()[1]
      local gain = ortho.activation.gain "tanh"
      assert.is_true(ortho.metric.orthogonality_error(w / gain) < 1e-13)
    end)

  it("have the precision asked for", function()
    local net = ortho.mlp { width = 4, depth = 2, precision = "float32",
      rng = ortho.rng(1) }
    for _, p in ipairs(net:parameters()) do
      assert.equal("float32", p:precision())
    end
  end)

  it("take from an experiment's parameters what they do not say", function()
    local p = { width = 6, depth = 3, inputs = 4, activation = "tanh",
      init = "he_normal", seed = 7 }
    local net = ortho.mlp { like = p, outputs = 2, rng = ortho.rng(1) }
    local same = ortho.mlp { width = 6, depth = 3, inputs = 4, outputs = 2,
      activation = "tanh", init = "he_normal", rng = ortho.rng(1) }
    local x = ortho.rng(2):normal(4, 3)
    assert.is_true(net:forward(x) == same:forward(x))
    net = ortho.mlp { like = p, sizes = { 5, 1 }, rng = ortho.rng(1) }
    assert.equal(5, net:weights()[1]:cols())
    net = ortho.mlp { like = { width = 3, depth = 1, outputs = 9 }, for_data = {
      x = ortho.rng(1):normal(2, 5), y = ortho.rng(1):normal(1, 5) },
      rng = ortho.rng(1) }
    assert.equal(1, net:weights()[1]:rows())
    raises("like must be a table", ortho.mlp, { like = 3, rng = ortho.rng(1) })
  end)

  it("need a generator", function()
    raises("needs rng=", ortho.mlp, { width = 2, depth = 1 })
  end)
end)

describe("an mlp's activation", function()
  local x = ortho.rng(2):normal(4, 3)

  it("stands between the layers, none after the last", function()
    local net = ortho.mlp { width = 4, depth = 2, bias = false,
      rng = ortho.rng(1) }
    local w = net:weights()
    local hidden = (w[1] * x):map(function(v) return math.max(v, 0) end)
    assert.is_true((net:forward(x) - w[2] * hidden):norm() < 1e-14)
  end)

  it("may have a parameter, and another may come last", function()
    local net = ortho.mlp { width = 4, depth = 1, bias = false,
      output_activation = { "leaky_relu", alpha = 0.5 }, rng = ortho.rng(1) }
    local z = net:weights()[1] * x
    local wanted = z:map(function(v) return v > 0 and v or v / 2 end)
    assert.is_true((net:forward(x) - wanted):norm() < 1e-14)
  end)

  it("is named where nobody knows it", function()
    raises("unknown activation 'rellu' (did you mean 'relu'?", ortho.mlp,
      { width = 2, depth = 2, activation = "rellu", rng = ortho.rng(1) })
    raises("unknown activation 'tahn' (did you mean 'tanh'?", ortho.mlp,
      { width = 2, depth = 2, activation = { "tahn" }, rng = ortho.rng(1) })
  end)
end)
