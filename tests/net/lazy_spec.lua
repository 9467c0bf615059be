-- lazy: kernels against gradients one by one, movements against training.
local ortho = require "orthorun"
local matrix = ortho.matrix

local raises = dofile("tests/support.lua").raises

local function task(activation, n, samples, outputs)
  local rng = ortho.rng(4)
  return ortho.mlp { inputs = n, width = n, depth = 3, outputs = outputs,
    activation = activation, bias = false, rng = rng:split "net",
    init = ortho.init.orthogonal { gain = activation } },
    rng:split "x":normal(n, samples), rng:split "y":normal(outputs, samples)
end

-- The gradient of output c for sample b with respect to W_l.
local function gradient(net, x, c, b, outputs, l)
  net:forward(x:col(b):copy())
  net:zero_grad()
  net:backward(matrix.zeros(outputs, 1):set(c, 1, 1))
  return net:weight_gradients()[l]:copy()
end

describe("ortho.lazy", function()
  it("moves by what the net's own gradients say", function()
    local outputs, samples = 2, 3
    local net, x, y = task("tanh", 6, samples, outputs)
    -- J of all layers, its kernel, and alpha by solving it all the way
    local G = {}
    for c = 1, outputs do
      for b = 1, samples do
        local row = {}
        for l = 1, 3 do row[l] = gradient(net, x, c, b, outputs, l) end
        G[#G + 1] = row
      end
    end
    local K = matrix.zeros(6, 6)
    for i = 1, 6 do
      for j = 1, 6 do
        local sum = 0
        for l = 1, 3 do sum = sum + G[i][l]:hadamard(G[j][l]):sum() end
        K:set(i, j, sum)
      end
    end
    local alpha = K:solve(y:t():reshape(6, 1))
    local found = ortho.lazy { net = net, x = x, y = y, activation = "tanh",
      target = 1e-12 }
    for l = 1, 3 do
      local D = 0 * G[1][l]
      for i = 1, 6 do D = D + alpha:get(i, 1) * G[i][l] end
      assert.is_near(1, found.movement[l] / D:norm(), 1e-4)
      local W = net:weights()[l]
      local k, n = math.min(W:rows(), W:cols()), 6
      assert.is_near(found.drift[l], math.sqrt(2 / n) * found.movement[l] /
        (W:norm() / math.sqrt(k)), 1e-12)
    end
  end)

  for _, activation in ipairs { "relu", "tanh" } do
    it("is what training does where the scale is large: " .. activation,
      function()
        local net, x, y = task(activation, 24, 6, 3)
        local options = { net = net, x = x, y = y, activation = activation,
          scale = 1000, target = 0.1 }
        local found = ortho.lazy(options)
        local loss = ortho.loss.scaled(net, x, { scale = 1000 })
        local lr = found.time / 2000
        local h = ortho.train { net = net, x = x, y = y, loss = loss, lr = lr,
          steps = 3000, target_loss = 0.1 * net:loss(x, y, loss),
          tracker = { every = "ends", probes = { "movement_norm" } } }
        assert.is_near(1, h.taken / 2000, 2e-3)
        for l = 1, 3 do
          assert.is_near(1, h:final { layers = { l } }.movement_norm /
            found.movement[l], 2e-3)
        end
      end)
  end

  it("goes as 1/scale, and leaves the net alone", function()
    local net, x, y = task("relu", 8, 4, 2)
    local before = net:copy():parameters()
    local one = ortho.lazy { net = net, x = x, y = y }
    local ten = ortho.lazy { net = net, x = x, y = y, scale = 10 }
    for l = 1, 3 do
      assert.is_near(one.movement[l] / 10, ten.movement[l], 1e-14)
      assert.is_true(net:parameters()[l] == before[l])
    end
    assert.is_near(one.time / 100, ten.time, 1e-12 * one.time)
    local last = ortho.lazy { net = net, x = x, y = y, layers = { 3 } }
    assert.same({ one.movement[3] }, last.movement)
    local from_0 = ortho.lazy { net = net, x = x, scale = 2, centred = false,
      y = y + 2 * net:forward(x) }
    assert.is_near(one.movement[1] / 2, from_0.movement[1], 1e-12)
    assert.same(ten, ortho.lazy { net = net, x = x, y = y, like = {
      scale = 10, width = 8, target = 0.5 }, target = 0.1 })
  end)

  it("refuses nets that it cannot take apart, and impossible targets",
    function()
      local net, x, y = task("relu", 8, 4, 2)
      local function try(text, changes)
        local o = { net = net, x = x, y = y }
        for name, value in pairs(changes) do o[name] = value end
        raises(text, ortho.lazy, o)
      end
      try("no multilayer perceptron without biases and with activation " ..
        "\"tanh\"", { activation = "tanh" })
      try("no multilayer perceptron", { net = ortho.mlp { width = 8, depth = 3,
        outputs = 2, bias = ortho.init.gaussian {}, rng = ortho.rng(1) } })
      try("did you mean 'tanh'", { activation = "tahn" })
      try("x has 4 samples, y has 3", { y = y:sub(1, 2, 1, 3) })
      try("target is 1, must be above 0 and below 1", { target = 1 })
      try("scale is -1", { scale = -1 })
      try("layer 4, of a net with 3", { layers = { 4 } })
      try("like must be a table", { like = 3 })
      try("net must be a network", { net = 3 })
      try("did you mean 'target'", { traget = 0.1 })
      try("2500 outputs of 1 samples", { x = x:col(1), y = matrix.ones(2500, 1) })
      raises("lazy: the options must be a table", ortho.lazy, 3)
    end)

  it("needs for ever where a residual cannot be learnt", function()
    local net, x = task("relu", 8, 4, 2)
    x:sub(1, 8, 1, 1):assign(x:sub(1, 8, 2, 2)) -- two samples alike,
    local y = matrix { { 1, -1, 0, 0 }, { 0, 0, 0, 0 } } -- two answers
    assert.equal(math.huge, ortho.lazy { net = net, x = x, y = y }.time)
  end)
end)
