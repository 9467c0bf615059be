-- train: loss_gradient against the parts it is made of, the loop against a
-- loop by hand, deep linear nets against their exact theory, what a step
-- allocates, divergence, refusals.
local ortho = require "orthorun"
local matrix, optim, train, loss = ortho.matrix, ortho.optim, ortho.train,
  ortho.loss

local raises = dofile("tests/support.lua").raises

local function relu_net(seed, precision)
  return ortho.mlp { sizes = { 6, 9, 4 }, rng = ortho.rng(seed),
    bias = ortho.init.gaussian { std = 0.1 }, precision = precision }
end

local x = ortho.rng(1):normal(6, 50)
local y = ortho.rng(2):normal(4, 50)
local labels = {}
for j = 1, 50 do labels[j] = ortho.rng(3):split(j):integer(1, 4) end

local function same(a, b)
  for i, m in ipairs(a) do assert.is_true(m == b[i]) end
end

describe("net:loss_gradient", function()
  local function by_parts(net, f, target, ...)
    local value, dy, log10 = f(net:forward(x), target, ...)
    net:zero_grad()
    net:backward(dy, false)
    return value, log10
  end

  local cases = {
    mse = { loss.mse, y },
    mse_sum = { loss.mse, y, { reduction = "sum" } },
    mse_half = { loss.mse, y, { reduction = "half" } },
    cross_entropy = { loss.cross_entropy, labels },
  }
  for name, case in pairs(cases) do
    it("is forward, loss and backward, to the bit: " .. name, function()
      local net, twin = relu_net(5), relu_net(5)
      local value, log10 = by_parts(twin, table.unpack(case, 1, 3))
      local v, l = net:loss_gradient(x, case[2], name)
      assert.equal(value, v)
      assert.equal(log10, l)
      same(twin:gradients(), net:gradients())
      assert.equal(value, (net:loss(x, case[2], name)))
    end)
  end

  it("takes labels as a row, or one-hot, and counts right answers", function()
    local net, row = relu_net(5), matrix { labels }
    local value, _, right = net:loss_gradient(x, labels, "cross_entropy")
    assert.equal(right / 50, loss.accuracy(net:forward(x), labels))
    assert.equal(value, (net:loss(x, row, "cross_entropy")))
    local v, _, r = net:loss(x, ortho.data.one_hot(labels, 4), "cross_entropy")
    assert.is_near(value, v, 1e-15)
    assert.equal(right, r)
  end)

  it("takes a function, which gets a prediction of its own", function()
    local net, twin, kept = relu_net(5), relu_net(5), {}
    local function double(pred, target)
      kept[#kept + 1] = pred
      local value, gradient = loss.mse(pred, target)
      return 2 * value, 2 * gradient
    end
    assert.equal(2 * twin:loss_gradient(x, y, "mse"),
      (net:loss_gradient(x, y, double)))
    for i, g in ipairs(net:gradients()) do
      assert.is_near(0, (g - 2 * twin:gradients()[i]):norm(), 1e-13)
    end
    net:loss(2 * x, y, double)
    assert.is_false(kept[1] == kept[2])
  end)

  it("adds gradients up, as backward does", function()
    local net, twin = relu_net(5), relu_net(5)
    net:loss_gradient(x, y, "mse")
    net:loss_gradient(x, y, "mse")
    twin:loss_gradient(x, y, "mse")
    for i, g in ipairs(net:gradients()) do
      assert.is_true(g == 2 * twin:gradients()[i])
    end
  end)

  it("refuses what is no loss, and targets that do not fit", function()
    local net = relu_net(5)
    raises("did you mean 'mse'", net.loss_gradient, net, x, y, "mze")
    raises("loss must be a name, or a function", net.loss, net, x, y, 3)
    raises("must return a number and the gradient", net.loss, net, x, y,
      function() return 1 end)
    raises("prediction is 4x50, target 4x49", net.loss, net, x,
      y:sub(1, 4, 1, 49), "mse")
    raises("label of sample 1 is 7", net.loss, net, x:sub(1, 6, 1, 1), { 7 },
      "cross_entropy")
    raises("the batch is empty", net.loss, net, matrix.zeros(6, 0), y, "mse")
  end)
end)

describe("loss.accuracy", function()
  it("counts the first of equal logits, and never a column with NaN",
    function()
      local z = matrix { { 1, 2, 0 / 0 }, { 1, 3, 0 }, { 0, 3, 0 } }
      assert.equal(2 / 3, loss.accuracy(z, { 1, 2, 1 }))
      assert.equal(0, loss.accuracy(z, { 2, 3, 2 }))
      assert.equal(1 / 3, loss.accuracy(z, matrix { { 1, 0, 1 }, { 0, 0, 0 },
        { 0, 1, 0 } }))
      raises("logits are empty", loss.accuracy, matrix.zeros(3, 0), {})
    end)
end)

-- The growth of the Lua heap in bytes while f runs, with nothing collected.
local function garbage(f)
  collectgarbage()
  collectgarbage()
  collectgarbage("stop")
  local before = collectgarbage("count")
  f()
  local bytes = (collectgarbage("count") - before) * 1024
  collectgarbage("restart")
  return bytes
end

describe("a training step", function()
  local optimizers = { sgd = optim.sgd { lr = 1e-3, momentum = 0.9 },
    adam = optim.adam(), adamw = optim.adamw() }
  for name, opt in pairs(optimizers) do
    it("with " .. name .. " makes not a byte of garbage, 1,000 times",
      function()
        local net = relu_net(1)
        local row = matrix { labels }
        local function steps(n)
          for _ = 1, n do
            net:zero_grad()
            net:loss_gradient(x, row, "cross_entropy")
            optim.clip(net, 1)
            opt:step(net)
          end
        end
        steps(2)
        assert.equal(0, garbage(function() steps(1000) end))
      end)
  end

  it("neither with shuffled batches, a short last one, and evaluations",
    function()
      local net, opt = relu_net(1), optim.sgd { lr = 0.01 }
      local parts = ortho.data.batches { x = x, y = labels, size = 16,
        rng = ortho.rng(1) }
      parts:begin(1)
      local function epoch()
        for i = 1, #parts do
          local bx, by = parts:get(i)
          net:zero_grad()
          net:loss_gradient(bx, by, "cross_entropy")
          opt:step(net)
        end
        net:loss(x, labels, "cross_entropy")
      end
      epoch()
      assert.equal(0, garbage(function() for _ = 1, 100 do epoch() end end))
    end)

  it("inside the loop costs nothing but the epochs' orders", function()
    local function run(steps)
      local net = relu_net(1)
      return garbage(function()
        train { net = net, x = x, y = y, loss = "mse", lr = 1e-3, clip = 1,
          steps = steps }
      end)
    end
    -- the six columns of the history, 16 bytes a number
    assert.is_true(run(2000) - run(1000) <= 6 * 16 * 1100)
  end)
end)

describe("ortho.train", function()
  it("does what a loop by hand does, to the bit", function()
    local net, twin = relu_net(7), relu_net(7)
    local h = train { net = net, x = x, y = y, loss = "mse", epochs = 3,
      batch = 16, rng = ortho.rng(4), clip = 0.5,
      optimizer = optim.sgd { lr = 0.1, momentum = 0.9 } }
    local opt = optim.sgd { lr = 0.1, momentum = 0.9 }
    local losses, norms = {}, {}
    for e = 1, 3 do
      local order = ortho.rng(4):split("shuffle"):split(e):permutation(50)
      for first = 1, 50, 16 do
        local list = table.move(order, first, math.min(first + 15, 50), 1, {})
        twin:zero_grad()
        local value, dy = loss.mse(twin:forward(x:select(list)),
          y:select(list))
        twin:backward(dy)
        losses[#losses + 1], norms[#norms + 1] = value, optim.clip(twin, 0.5)
        opt:step(twin)
      end
    end
    same(twin:parameters(), net:parameters())
    assert.same(losses, h.steps:column "loss")
    assert.same(norms, h.steps:column "grad_norm")
    assert.equal(12, h.taken)
    assert.equal(losses[12], h.loss)
    assert.same({ step = 4, epoch = 2, loss = losses[5], accuracy = nil,
      grad_norm = norms[5], lr = 0.1 }, (function()
        local row = h.steps:row(5)
        row.accuracy = row.accuracy or nil
        return row
      end)())
  end)

  it("gives the same bits again, and others with another seed", function()
    local function final(seed)
      local net = relu_net(7)
      train { net = net, x = x, y = labels, loss = "cross_entropy", lr = 0.1,
        epochs = 2, batch = 8, rng = ortho.rng(seed) }
      return net:parameters()
    end
    same(final(1), final(1))
    assert.is_false(final(1)[1] == final(2)[1])
  end)

  it("follows a schedule, stops at a target, and when it is told", function()
    local h = train { net = relu_net(1), x = x, y = y, loss = "mse", lr = 1,
      steps = 4, schedule = optim.step_decay { lr = 0.1, every = 2 } }
    local rates = h.steps:column "lr"
    for i, lr in ipairs { 0.1, 0.1, 0.01, 0.01 } do
      assert.is_near(lr, rates[i], 1e-17)
    end
    h = train { net = relu_net(1), x = x, y = y, loss = "mse", lr = 0.05,
      steps = 1000, target_loss = 1 }
    assert.equal(h.taken, h.reached)
    local losses = h.steps:column "loss"
    assert.equal(h.reached + 1, #losses)
    assert.is_true(losses[#losses] <= 1 and losses[#losses - 1] > 1)
    -- where the line through the last two losses' logarithms is 0
    local before, last = math.log(losses[#losses - 1]), math.log(losses[#losses])
    assert.is_near(h.reached - 1 + before / (before - last), h.crossed, 1e-9)
    assert.equal(h.crossed, h:final().crossed)
    h = train { net = relu_net(1), x = x, y = y, loss = "mse", lr = 0.05,
      steps = 3, target_left = 1 }
    assert.equal(0, h.crossed)
    h = train { net = relu_net(1), x = x, y = y, loss = "mse", lr = 0.05,
      steps = 1000, on_step = function(step) return step == 7 end }
    assert.equal(7, h.taken)
    assert.is_nil(h.reached)
  end)

  it("evaluates other samples before, every epoch and at the end", function()
    local net = relu_net(1)
    local value = net:loss(x, labels, "cross_entropy")
    local h = train { net = net, x = x, y = labels, loss = "cross_entropy",
      lr = 0.3, epochs = 5, batch = 20, rng = ortho.rng(1),
      evaluate = { x = x, y = labels } }
    assert.same({ 0, 3, 6, 9, 12, 15 }, h.evaluations:column "step")
    assert.is_near(value, h.evaluations:row(1).loss, 1e-14)
    assert.equal(loss.accuracy(net:forward(x), labels), h.accuracy)
    assert.is_near((net:loss(x, labels, "cross_entropy")),
      h.evaluations:row(6).loss, 1e-14)
    for _, name in ipairs { "mse", "mse_half", "mse_sum" } do
      h = train { net = net, x = x, y = y, loss = name, lr = 1e-3, steps = 2,
        batch = 1, rng = ortho.rng(1), evaluate = { x = x, y = y, every = 2 } }
      assert.same({ 0, 2 }, h.evaluations:column "step")
      assert.is_near((net:loss(x, y, name)), h.evaluations:row(2).loss, 1e-12)
    end
  end)

  it("keeps every so many steps, and the last loss", function()
    local function run(record, steps)
      return train { net = relu_net(1), x = x, y = y, loss = "mse", lr = 0.05,
        steps = steps, record = record }
    end
    local all, some = run(nil, 10), run(3, 10)
    assert.same({ 0, 3, 6, 9 }, some.steps:column "step")
    assert.equal(all.steps:row(7).loss, some.steps:row(3).loss)
    assert.equal(all.steps:row(8).loss, run(3, 8).loss)
    raises("record is 0", run, 0, 1)
  end)

  it("ends where it has lost patience", function()
    local losses = { 5, 4, 6, 6, 3, 3, 9, 2.5, 3, 3, 3, 1 }
    local function run(patience)
      local i = 0
      return train { net = relu_net(1), x = x, y = y, lr = 1e-3, steps = 12,
        loss = function(f)
          i = i + 1
          return losses[i], f * 0
        end, patience = patience }
    end
    assert.equal(12, run(nil).taken)
    assert.equal(12, run(4).taken)
    assert.equal(10, run(3).taken) -- 2.5 at step 7, none less in 8, 9, 10
    assert.equal(3, run(2).taken)
    raises("patience is 0", run, 0)
    raises("patience is 1.5", run, 1.5)
  end)

  it("takes no step when asked for none", function()
    local net, twin = relu_net(1), relu_net(1)
    local h = train { net = net, x = x, y = y, loss = "mse", lr = 1, steps = 0,
      tracker = { probes = { "movement" } } }
    same(twin:parameters(), net:parameters())
    assert.equal(0, h.taken)
    assert.same({ 0, 0 }, h.records:column "value")
    assert.equal(0, #h.steps)
  end)

  it("learns the digits", function()
    local set = ortho.data.digits { precision = "float32" }
    local a, b = ortho.data.split(set, { rng = ortho.rng(1) })
    local net = ortho.mlp { sizes = { 64, 32, 10 }, rng = ortho.rng(2),
      precision = "float32" }
    local h = train { net = net, x = a.x, y = a.labels, batch = 32,
      loss = "cross_entropy", epochs = 8, rng = ortho.rng(3),
      optimizer = optim.adam { lr = 5e-3 },
      evaluate = { x = b.x, y = b.labels } }
    assert.is_true(h.accuracy > 0.92)
  end)
end)

describe("divergence", function()
  it("ends the run, is recorded with its step, and is no error", function()
    local h = train { net = relu_net(1), x = x, y = y, loss = "mse_sum",
      lr = 10, steps = 1000 }
    assert.is_true(h.diverged > 0 and h.diverged < 1000)
    assert.equal(h.diverged, h.taken)
    assert.equal(h.diverged + 1, #h.steps)
    assert.is_truthy(tostring(h):find("diverged at step " .. h.diverged))
    assert.is_truthy(h:explain().text:find("diverged at step", 1, true))
  end)

  it("is recorded at step 0 where the data or the net are hopeless",
    function()
      local bad = x:copy():set(3, 4, 0 / 0)
      local h = train { net = relu_net(1), x = bad, y = y, loss = "mse",
        lr = 1, steps = 5, check = false }
      assert.equal(0, h.diverged)
      assert.equal(0, h.taken)
      assert.equal("the loss is not finite", h.reason)
      local deep = ortho.mlp { width = 64, depth = 400, rng = ortho.rng(1),
        init = ortho.init.gaussian {} }
      h = train { net = deep, x = ortho.rng(1):normal(64, 8),
        y = ortho.rng(2):normal(64, 8), loss = "mse", lr = 1e-3, steps = 5 }
      assert.equal(0, h.diverged)
    end)

  it("tells a gradient that fits no number, unless it is clipped", function()
    local function run(clip)
      local w = ortho.init.constant { value = 1e60 }
      local net = ortho.mlp { width = 1, depth = 4, activation = "linear",
        init = w, bias = false, rng = ortho.rng(1) }
      return train { net = net, x = matrix { 1e-100 }, y = matrix { 0 },
        loss = function(pred)
          return 1, matrix.ones(1, 1):assign(1) * (pred * 1e200)
        end, lr = 1, steps = 1, clip = clip }
    end
    local h = run()
    assert.equal(0, h.diverged)
    assert.is_truthy(h.reason:find("fits no weight", 1, true))
    assert.is_nil(run(1).diverged)
  end)
end)

describe("deep linear nets", function()
  local n = 16
  local s = {}
  for i = 1, n do s[i] = 0.5 + 1.5 * (i - 1) / (n - 1) end

  local function run(L, lr, tracker)
    local rng = ortho.rng(3)
    local set = ortho.data.teacher { x = matrix.eye(n), outputs = n,
      singular_values = s, det = 1, rng = rng:split "teacher" }
    local net = ortho.mlp { width = n, depth = L, activation = "linear",
      bias = false, init = ortho.init.orthogonal { det = 1 },
      rng = rng:split "net" }
    return train { net = net, x = set.x, y = set.y, loss = "mse_sum", lr = lr,
      steps = 8000, target_loss = 1e-10, tracker = tracker }
  end

  -- The drift that s^(1/L) predicts, with nothing fitted; the learning rate
  -- is finite, so it agrees to 1 %.
  for _, L in ipairs { 2, 4, 8, 16 } do
    it("drift by s^(1/L): L = " .. L, function()
      local total = 0
      for i = 1, n do total = total + (s[i] ^ (2 / L) - 1) ^ 2 end
      local expected = math.sqrt(total / n)
      local h = run(L, 0.02 / L, { every = 1e9 // 1 | 0,
        probes = { "relative_drift" } })
      assert.is_truthy(h.reached)
      local rows = h.records:where { step = h.taken }:column "value"
      assert.equal(L, #rows)
      for _, drift in ipairs(rows) do
        assert.is_near(1, drift / expected, 0.01)
      end
    end)
  end

  it("break the balance in proportion to the learning rate", function()
    local broken = {}
    for i, lr in ipairs { 0.005, 0.0025, 0.00125 } do
      local h = run(4, lr, { every = 1000000,
        probes = { "balance_drift", "balance" } })
      local rows = h.records:where { step = h.taken, layer = 2 }
      broken[i] = rows:where { name = "balance_drift" }:row(1).value
      assert.is_near(broken[i], rows:where { name = "balance" }:row(1).value,
        1e-12)
    end
    assert.is_near(2, broken[1] / broken[2], 0.1)
    assert.is_near(2, broken[2] / broken[3], 0.1)
  end)

  it("are explained by depth", function()
    local h = run(8, 0.002)
    local e = h:explain()
    assert.same({ "depth" }, e.mechanisms)
    assert.is_near(1, e.figures.drift / e.figures.predicted, 0.01)
    assert.is_true(e.figures.imbalance < 0.02)
    assert.is_truthy(tostring(e):find("8 balanced layers", 1, true))
  end)
end)

describe("history:explain", function()
  -- A net of 5 matrices after 10 outputs of 32 inputs at rate/lambda.
  local function learnt(rate, weight_decay)
    local rng = ortho.rng(1)
    local task = { x = rng:normal(128, 32), y = rng:normal(10, 32) }
    local net = ortho.mlp { width = 128, for_data = task, depth = 5, bias = false,
      init = "orthogonal_sqrt2", rng = rng }
    local scaled = ortho.loss.scaled(net, task.x)
    local lr = rate / ortho.sharpness(net, task.x, task.y, scaled)
    return ortho.train { net = net, data = task, loss = scaled, steps = 500,
      target_left = 0.1, optimizer = ortho.optim.sgd { lr = lr,
      weight_decay = weight_decay } }:explain()
  end

  it("does not call lazy what a large step did to singular values", function()
    assert.same({ "lazy", "low rank" }, learnt(0.5, 0).mechanisms)
    local e = learnt(8, 0)
    assert.same({ "low rank" }, e.mechanisms)
    assert.is_truthy(e.text:find("Not lazy: the weights moved by at most", 1, true))
  end)

  it("says how much of a drift is weight decay's", function()
    assert.is_nil(learnt(0.5, 0).text:find("along themselves", 1, true))
    local part = learnt(0.5, 0.3).text:match("shrank by %S+ %% along themselves, as " ..
      "weight decay makes them: that alone makes a drift of (%S+)%.")
    assert.is_near(0.1, tonumber(part), 0.03)
  end)

  local function wide(n, options)
    local rng = ortho.rng(5)
    options.x, options.y = rng:split "x":normal(n, options.samples),
      rng:split "y":normal(4, options.samples)
    options.samples = nil
    options.net = ortho.mlp { sizes = { n, n, n, 4 }, rng = rng:split "w",
      init = options.init, activation = options.activation }
    options.init, options.activation = nil, nil
    options.loss = options.loss or "mse_half"
    return train(options)
  end

  it("finds lazy training of low rank in a wide net with few samples",
    function()
      local h = wide(128, { samples = 4, lr = 1e-3, steps = 300 })
      local e = h:explain()
      assert.same({ "lazy", "low rank" }, e.mechanisms)
      assert.is_near(1, e.figures.ratio, 0.05)
      -- 4 samples move 8 eigenvalues of the first layer, whose input is fixed
      assert.equal(8, e.layers:row(1).moved)
      assert.is_true(e.layers:row(1).start < 1e-13)
    end)

  it("says of Gaussian weights that they never were orthogonal", function()
    local h = wide(64, { samples = 4, lr = 1e-3, steps = 200,
      init = "he_normal" })
    local e = h:explain()
    assert.is_truthy(e.text:find("did not begin orthogonal", 1, true))
    assert.equal("lazy", e.mechanisms[1])
  end)

  it("tells short runs and vanishing gradients apart", function()
    local h = wide(32, { samples = 4, lr = 1e-6, steps = 3 })
    assert.same({ "short run" }, h:explain().mechanisms)
    local net = ortho.mlp { width = 32, depth = 60, rng = ortho.rng(1),
      init = ortho.init.orthogonal {} }
    h = train { net = net, x = ortho.rng(2):uniform(32, 8),
      y = ortho.rng(3):uniform(32, 8), loss = "mse_half", lr = 0.01,
      steps = 20 }
    local e = h:explain()
    assert.same({ "vanishing gradient" }, e.mechanisms)
    assert.is_true(e.figures.sensitivity < 1e-4)
  end)

  it("counts layers of unlike sizes as one", function()
    local rng = ortho.rng(1) -- the readout is wide enough to count: k 16, 10
    local net = ortho.mlp { width = 16, depth = 5, outputs = 10, rng = rng }
    local h = train { net = net, x = rng:normal(16, 2), y = rng:normal(10, 2),
      loss = "mse_half", lr = 0.02, steps = 20 }
    assert.is_truthy(h:explain().text:find("k = 14.8", 1, true))
  end)

  it("says when the weights are not near any more, and why", function()
    local h = wide(64, { samples = 8, steps = 100,
      optimizer = optim.adam { lr = 0.02 } })
    local e = h:explain()
    assert.is_truthy(e.text:find("Not near any more", 1, true))
    assert.is_truthy(e.text:find("Adam moves every weight", 1, true))
  end)

  it("has nothing to say of no step", function()
    local h = wide(8, { samples = 4, lr = 1, steps = 0 })
    assert.same({}, h:explain().mechanisms)
    assert.is_truthy(tostring(h:explain()):find("No step was taken", 1, true))
  end)
end)

describe("ortho.train refuses", function()
  local function try(pattern, changes)
    local o = { net = relu_net(1), x = x, y = y, loss = "mse", lr = 0.1,
      steps = 1 }
    for name, value in pairs(changes) do
      if value == "none" then value = nil end
      o[name] = value
    end
    raises(pattern, train, o)
  end

  it("labels outside the classes, by sample", function()
    local wrong = table.move(labels, 1, 50, 1, {})
    wrong[17] = 5
    try("label of sample 17 in y is 5; the net has 4 classes, 1 to 4",
      { y = wrong, loss = "cross_entropy" })
    wrong[17] = 0
    try("label of sample 17 in y is 0", { y = wrong, loss = "cross_entropy" })
    try("label of sample 17 in evaluate.y is 0",
      { evaluate = { x = x, y = wrong }, y = labels, loss = "cross_entropy" })
    try("the net has 4 outputs, y has 1 rows; labels go with",
      { y = labels })
  end)

  it("batches larger than the data, NaN, sizes that differ", function()
    try("the batch size is 51, but there are only 50 samples",
      { batch = 51, rng = ortho.rng(1) })
    try("the batch size is 0", { batch = 0 })
    try("x has a NaN or Inf: row 3 of sample 4",
      { x = x:copy():set(3, 4, 0 / 0) })
    try("y has a NaN or Inf: row 1 of sample 2",
      { y = y:copy():set(1, 2, math.huge) })
    try("x has 50 samples, y has 49", { y = y:sub(1, 4, 1, 49) })
    try("takes 6 inputs, got a 5x1 matrix", { x = x:sub(1, 5, 1, 50) })
    try("the net has 4 outputs, y has 3 rows", { y = y:sub(1, 3, 1, 50) })
    try("x has no samples", { x = matrix.zeros(6, 0), y = matrix.zeros(4, 0) })
    try("weights are float64, input is float32", { x = x:to "float32" })
  end)

  it("rates that are not positive, and options that make no sense", function()
    for _, lr in ipairs { 0, -0.1, 0 / 0, math.huge } do
      try("lr is", { lr = lr })
    end
    try("the schedule's lr for step 0 is 0", { schedule = function()
      return 0
    end })
    try("give optimizer= or lr=", { optimizer = optim.adam() })
    try("needs optimizer=", { lr = "none" })
    try("give lr= or rate= (times 1/sharpness), not both", { rate = 0.5 })
    try("rate is 0, must be positive", { lr = "none", rate = 0 })
    try("rate is the string 'x'", { lr = "none", rate = "x" })
    try("give optimizer= or rate=", { lr = "none", rate = 1, optimizer = optim.adam() })
    try("like must be a table, not the number 3", { like = 3 })
    try("either steps= or epochs=", { epochs = 1 })
    try("either steps= or epochs=", { steps = "none" })
    try("steps is 1.5", { steps = 1.5 })
    try("clip is 0", { clip = 0 })
    try("needs net=", { net = x })
    try("needs loss=", { loss = "none" })
    try("did you mean 'mse'", { loss = "msee" })
    try("shuffling needs rng=", { batch = 8 })
    try("did you mean 'epochs'", { epoch = 1 })
    try("schedule must be a function", { schedule = 3 })
    raises("needs a table of options", train, 3)
  end)
end)

describe("names, and net:train", function()
  local function net() return ortho.mlp { sizes = { 64, 8, 10 },
    init = "he_normal", rng = ortho.rng(1) } end
  local function losses(options)
    options.net, options.steps = options.net or net(), 5
    return ortho.train(options).steps:column "loss"
  end

  it("an optimizer by its name and lr is that of ortho.optim", function()
    local set = ortho.data.digits { limit = 60 }
    local makers = { sgd = ortho.optim.sgd, adam = ortho.optim.adam,
      adamw = ortho.optim.adamw, momentum = function(o)
        return ortho.optim.sgd { lr = o.lr, momentum = 0.9 }
      end }
    for name, make in pairs(makers) do
      assert.same(losses { data = set, loss = "cross_entropy",
        optimizer = make { lr = 0.02 } },
        losses { data = set, optimizer = name, lr = 0.02 })
    end
  end)

  it("a rate counts in 1/sharpness, with weight decay", function()
    local set = ortho.data.digits { limit = 60 }
    local top = ortho.sharpness(net(), set.x, set.labels, "cross_entropy",
      { tolerance = 0.01 })
    assert.same(losses { data = set, optimizer = ortho.optim.sgd {
      lr = 0.5 / top, weight_decay = 0.1 } },
      losses { data = set, rate = 0.5, weight_decay = 0.1 })
  end)

  it("takes from parameters what is not given", function()
    local set = ortho.data.digits { limit = 60 }
    local p = { steps = 3, epochs = nil, lr = 0.1, weight_decay = 0.2, target = 0.9,
      width = 8, name = "other", batch = 20 }
    local function run(options)
      options.net, options.data = net(), set
      options.rng = ortho.rng(1)
      local history = ortho.train(options)
      return { history.steps:column "loss", history.optimizer, history.lr }
    end
    assert.same(run { steps = 3, batch = 20, target_left = 0.9,
      optimizer = ortho.optim.sgd { lr = 0.1, weight_decay = 0.2 } },
      run { like = p })
    assert.same(run { epochs = 1, batch = 30, target_loss = 0.1, lr = 0.3 },
      run { like = p, epochs = 1, batch = 30, target_loss = 0.1, lr = 0.3 })
    assert.same(run { steps = 3, batch = 20, target_left = 0.9,
      optimizer = ortho.optim.adam {} }, run { like = p,
      optimizer = ortho.optim.adam {} })
  end)

  it("data by its name is data.load's, also in evaluate", function()
    assert.same(losses { data = ortho.data.digits(), lr = 0.1 },
      losses { data = "digits", lr = 0.1 })
    local options = { evaluate = { data = "digits" } }
    local history = net():train { data = "digits", lr = 0.1, steps = 2,
      evaluate = options.evaluate }
    assert.equal("digits", options.evaluate.data) -- as it was
    assert.is_true(history.accuracy > 0)
  end)

  it("net:train is ortho.train of that net", function()
    local a, b = net(), net()
    local set = ortho.data.digits { limit = 60 }
    local options = { data = set, optimizer = "adam", lr = 0.01, steps = 5 }
    local history = a:train(options)
    assert.is_nil(options.net)
    assert.equal(a, history.net)
    assert.same(history.steps:column "loss", losses { net = b, data = set,
      optimizer = "adam", lr = 0.01 })
    assert.equal(0, (a:weights()[1] - b:weights()[1]):norm())
  end)

  it("say what is wrong", function()
    local function refused(wanted, options)
      raises(wanted, net().train, net(), options)
    end
    refused("train: unknown optimizer 'admam' (did you mean 'adam'?",
      { data = "digits", optimizer = "admam", lr = 1, steps = 1 })
    refused('train: optimizer = "adam" needs lr=',
      { data = "digits", optimizer = "adam", steps = 1 })
    refused("unknown data 'digit' (did you mean 'digits'?",
      { data = "digit", lr = 1, steps = 1 })
    refused("net:train: net= is the network itself already", { net = net() })
    raises("net:train: options must be a table", net().train, net())
    refused("needs loss=", { data = { x = ortho.matrix.zeros(64, 1),
      y = ortho.matrix.zeros(10, 1) }, lr = 1, steps = 1 })
  end)
end)
