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

  it("descends any loss exactly as a net does that is linear in its weights",
    function()
      local rng = ortho.rng(7)
      local x, labels = rng:normal(12, 20), {}
      for i = 1, 20 do labels[i] = i % 3 + 1 end
      local net = ortho.mlp { sizes = { 12, 3 }, bias = false, rng = rng }
      local found = ortho.lazy { net = net, x = x, y = labels, lr = 0.3, steps = 40,
        loss = "cross_entropy" }
      local h = ortho.train { net = net, x = x, y = labels, lr = 0.3, steps = 40,
        loss = "cross_entropy", tracker = { every = "ends", probes = {
          "movement_norm", "relative_drift" } } }
      local left = net:loss(x, labels, "cross_entropy") / h.steps.data.loss[1]
      assert.is_near(1, found.movement[1] / h:final().movement_norm, 1e-12)
      assert.is_near(1, found.relative_drift[1] / h:final().relative_drift, 1e-12)
      assert.is_near(left, found.left, 1e-12)
      assert.is_near(12, found.time, 1e-12)
    end)

  it("flows to where small steps descend, for more outputs than kernels could hold",
    function()
      local rng = ortho.rng(3)
      local net = ortho.mlp { width = 64, depth = 3, outputs = 150, bias = false,
        rng = rng }
      local x, y = rng:normal(64, 40), rng:normal(150, 40)
      local found = ortho.lazy { net = net, x = x, y = y, target = 0.3 }
      assert.is_near(0.3, found.left, 1e-9)
      local steps = 400
      local slow = ortho.lazy { net = net, x = x, y = y + net:forward(x),
        loss = "mse_half", lr = found.time / steps, steps = steps }
      for l = 1, 3 do
        assert.is_near(1, slow.movement[l] / found.movement[l], 2e-3)
        assert.is_near(1, slow.relative_drift[l] / found.relative_drift[l], 2e-3)
      end
      assert.is_near(0.3, slow.left, 2e-3)
    end)

  it("goes as far as a run went, from where it began", function()
    local net, x, y = task("tanh", 24, 6, 3)
    local start = net:copy()
    local function run(loss, steps, lr)
      return ortho.train { net = net, x = x, y = y, loss = loss, lr = lr or 1e-3,
        steps = steps, target_left = 0.2 }
    end
    local h = run(ortho.loss.scaled(net, x, { scale = 30 }), 500, 1e-5)
    local like = { activation = "tanh", scale = 30 }
    local left = h:final().left
    assert.is_true(left > 0.1 and left <= 0.2, tostring(left))
    assert.same(ortho.lazy { net = start, x = x, y = y, like = like, target = left },
      ortho.lazy { history = h, like = like })
    net, start = start, start:copy()
    h = run("mse_sum", 7)
    assert.same(ortho.lazy { net = start, x = x, y = y, activation = "tanh",
      loss = "mse_sum", lr = 1e-3, steps = 7 }, ortho.lazy { history = h,
      like = like })
    h = run(ortho.loss.scaled(net, x), 1) -- nothing is learnt after no step
    local none = ortho.lazy { history = h, like = like }
    assert.is_true(none.drift[1] ~= none.drift[1] and none.left == 1)
    raises("history must be what ortho.train returns, not the number 3", ortho.lazy,
      { history = 3 })
    raises("history has target= of its own", ortho.lazy, { history = h,
      target = 0.1 })
  end)

  it("says so where too little of a loss would be left", function()
    local rng = ortho.rng(3)
    local x, y = rng:normal(8, 600), rng:normal(1, 600)
    raises("400 products with the kernel of 600 rows do not tell how a loss of 1e-06",
      ortho.lazy, { x = x, y = y, target = 1e-6, net = ortho.mlp {
      sizes = { 8, 64, 1 }, bias = false, rng = rng } })
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
      try("the net has 2 outputs, y has 3 rows", { y = matrix.ones(3, 4) })
      try("did you mean 'mse_half'", { loss = "mse_hafl", lr = 1, steps = 1 })
      try("loss= needs lr, positive and finite, not nil", { loss = "mse", steps = 1 })
      try("loss= needs steps, a whole number, not 1.5", { loss = "mse", lr = 1,
        steps = 1.5 })
      try("unknown loss 'nil'", { lr = 1, steps = 1 })
      try("target goes with gradient flow, not with loss=", { loss = "mse", lr = 1,
        steps = 1, target = 0.1 })
      try("the loss is inf after", { loss = "mse", lr = 1e30, steps = 100 })
      raises("lazy: the options must be a table", ortho.lazy, 3)
    end)

  it("needs for ever where a residual cannot be learnt", function()
    local net, x = task("relu", 8, 4, 2)
    x:sub(1, 8, 1, 1):assign(x:sub(1, 8, 2, 2)) -- two samples alike,
    local y = matrix { { 1, -1, 0, 0 }, { 0, 0, 0, 0 } } -- two answers
    assert.equal(math.huge, ortho.lazy { net = net, x = x, y = y }.time)
  end)
end)
