-- resnet_spec.lua: residual nets against blocks made by hand, their sizes,
-- scales and draws, and wrong options.
local ortho = require "orthorun"
local support = dofile "tests/support.lua"
local raises, near = support.raises, support.near
local layer = ortho.layer

local function net(options)
  options.rng = options.rng or ortho.rng(1)
  return ortho.resnet(options)
end

local function shapes(options)
  local list = {}
  for i, w in ipairs(net(options):weights()) do
    list[i] = table.concat({ w:shape() }, "x")
  end
  return table.concat(list, " ")
end

describe("a resnet", function()
  it("is what its blocks are by hand: forward, backward, gradients", function()
    local n, depth, rng, blocks = 6, 3, ortho.rng(5), {}
    for l = 1, depth do
      local function linear(k)
        return layer.linear { inputs = n, outputs = n,
          init = ortho.init.he_normal {}, rng = rng:split(l):split(k) }
      end
      blocks[l] = layer.residual { layer.layer_norm { size = n }, layer.tanh(),
        linear(1), layer.tanh(), linear(2), layer.scale(1 / math.sqrt(depth)) }
    end
    local by_hand = layer.sequential(blocks)
    local made = net { width = n, depth = depth, activation = "tanh",
      init = "he_normal", scale = "1/sqrt(L)", rng = rng }
    local x = ortho.rng(2):normal(n, 4)
    local dy = ortho.rng(3):normal(n, 4)
    near(0, (made:forward(x) - by_hand:forward(x)):norm(), 1e-13, "forward")
    near(0, (made:backward(dy) - by_hand:backward(dy)):norm(), 1e-13, "dx")
    for i, g in ipairs(by_hand:gradients()) do
      near(0, (made:gradients()[i] - g):norm(), 1e-12, "gradient " .. i)
    end
  end)

  it("has so many matrices a block, and ends that fit the data", function()
    assert.equal("8x8 8x8 8x8 8x8", shapes { width = 8, depth = 2 })
    assert.equal("8x8 8x8 8x8", shapes { width = 8, depth = 3, inner = 1 })
    assert.equal("8x5 8x8 3x8", shapes { width = 8, depth = 1, inner = 1,
      inputs = 5, outputs = 3 })
    assert.equal("8x64 8x8 10x8", shapes { width = 8, depth = 1, inner = 1,
      for_data = ortho.data.digits { limit = 50 } })
    assert.equal(4, #net { width = 8, depth = 1, inner = 1, norm = false }
      :parameters() + 2)
    assert.equal("float32", net { width = 4, depth = 1, precision = "float32" }
      :weights()[1]:precision())
  end)

  it("multiplies branches by 1, 1/sqrt(L), 1/L or a number", function()
    local x = ortho.rng(4):normal(5, 1)
    local function branch(scale)
      local made = net { width = 5, depth = 4, scale = scale, norm = false,
        inner = 1, activation = "linear", init = "identity", bias = false }
      return made:forward(x):norm() / x:norm()
    end
    near(2 ^ 4, branch(nil), 1e-12)
    near(2 ^ 4, branch "1", 1e-12)
    near(1.5 ^ 4, branch "1/sqrt(L)", 1e-12)
    near(1.25 ^ 4, branch "1/L", 1e-12)
    near(1.1 ^ 4, branch(0.1), 1e-12)
    near(1, branch(0), 0)
  end)

  it("draws a block's weights from the seed and its place alone", function()
    local a = net { width = 4, depth = 2, outputs = 3, rng = ortho.rng(9) }
    local b = net { width = 4, depth = 7, inner = 3, rng = ortho.rng(9) }
    near(0, (a:weights()[3] - b:weights()[4]):norm(), 0)
  end)

  it("learns", function()
    local digits = ortho.data.digits { limit = 200 }
    local made = net { width = 16, depth = 4, for_data = digits }
    local history = ortho.train { net = made, data = digits, steps = 60,
      loss = "cross_entropy", lr = 0.1 }
    assert.is_true(history.loss < 0.3 * history.steps:column("loss")[1])
  end)

  it("refuses what makes none", function()
    local function refused(wanted, options)
      raises("resnet: " .. wanted, net, options)
    end
    refused("width is nil, must be a whole number", { depth = 3 })
    refused("depth is 0, must be", { width = 3, depth = 0 })
    refused("inner is 1.5, must be", { width = 3, depth = 1, inner = 1.5 })
    refused("unknown option 'widht' (did you mean 'width'?", { widht = 3 })
    refused("unknown scale '1/l' (did you mean '1/L'?",
      { width = 3, depth = 1, scale = "1/l" })
    refused("scale must be a finite number, \"1/sqrt(L)\" or \"1/L\", not " ..
      "the number inf", { width = 3, depth = 1, scale = math.huge })
    refused("norm must be \"layer\" or false, not the string 'batch'",
      { width = 3, depth = 1, norm = "batch" })
    refused("unknown activation 'rleu' (did you mean 'relu'?",
      { width = 3, depth = 1, activation = "rleu" })
    refused("inputs is -1", { width = 3, depth = 1, inputs = -1 })
    refused("rng must be an rng", { width = 3, depth = 1, rng = 7 })
    raises("resnet: needs rng=", ortho.resnet, { width = 3, depth = 1 })
    raises("resnet: needs a table of options, not the number 3", ortho.resnet,
      3)
  end)
end)
