-- theory/training: against published and independently computed numbers, and
-- against networks that are trained.
local ortho = require "orthorun"
local theory, matrix = ortho.theory, ortho.matrix

local raises = dofile("tests/support.lua").raises
local s = matrix.linspace(0.5, 2, 16):tolist()

describe("theory.linear_drift", function()
  it("is sqrt(mean (s^(2/L) - 1)^2)", function()
    -- by NumPy
    for depth, wanted in pairs { [2] = 0.52440, [4] = 0.23535,
      [8] = 0.11287, [16] = 0.05547, [32] = 0.02752, [64] = 0.01371 } do
      assert.is_near(wanted, theory.linear_drift { singular_values = s,
        depth = depth }, 5e-6)
    end
  end)

  it("is mpmath's, and the drift of matrices in SciPy's ODE", function()
    for _, g in ipairs { { 2, 1, 0.52440442408507577 },
      { 4, 1, 0.23535214267838559 }, { 16, 1, 0.055467210946804238 },
      { 64, 1, 0.013710576519760015 }, { 3, 1.3, 0.36755512876080976 } } do
      assert.is_near(g[3], theory.linear_drift { singular_values = s,
        depth = g[1], gain = g[2] }, 1e-14)
    end
    -- gradient flow of three 2x2 matrices from the identity to diag(2, .5)
    assert.is_near(0.4909018277367, theory.linear_drift {
      singular_values = { 2, 0.5 }, depth = 3 }, 1e-11)
  end)

  it("counts from the gain: weights g times orthogonal reach g^L unmoved",
    function()
      assert.is_near(0, theory.linear_drift { singular_values = { 8, 8 },
        depth = 3, gain = 2 }, 1e-15)
      assert.is_near(3 / 4, theory.linear_drift { singular_values = { 1 },
        depth = 3, gain = 2 }, 1e-15)
    end)

  it("refuses what is no spectrum, no depth, no gain", function()
    raises("must be an array of numbers, not nil", theory.linear_drift,
      { depth = 2 })
    raises("not empty", theory.linear_drift, { depth = 2,
      singular_values = {} })
    raises("singular value 2 is -1", theory.linear_drift, { depth = 2,
      singular_values = { 1, -1 } })
    raises("singular value 1 is inf", theory.linear_drift, { depth = 2,
      singular_values = { math.huge } })
    raises("depth is 0, must be a whole number of at least 1",
      theory.linear_drift, { depth = 0, singular_values = s })
    raises("must be a finite number above 0", theory.linear_drift,
      { depth = 1, singular_values = s, gain = 0 / 0 })
    raises("did you mean 'depth'", theory.linear_drift, { dpeth = 1 })
    raises("needs a table of options", theory.linear_drift, 3)
  end)
end)

describe("theory.learning_steps", function()
  local ten = matrix.linspace(0.5, 2, 10):tolist()

  local function steps(options)
    options.singular_values, options.target = ten, options.target or 1e-4
    return theory.learning_steps(options)
  end

  it("takes what it is not told from parameters", function()
    local p = { depth = 3, lr = 9, target = 1e-4, most = 500, width = 7 }
    assert.are.equal(steps { depth = 3, lr = 0.1, most = 500 },
      theory.learning_steps { like = p, singular_values = ten, lr = 0.1 })
    p.most = 2
    assert.is_nil((theory.learning_steps { like = p, singular_values = ten, lr = 0.1 }))
  end)

  it("is how long an aligned orthogonal net takes, at any rate", function()
    for _, depth in ipairs { 1, 3, 12 } do
      for _, rate in ipairs { 0.1, 0.5, 0.7 } do
        local net = ortho.mlp { inputs = 16, width = 16, depth = depth,
          outputs = 10, activation = "linear", bias = false,
          rng = ortho.rng(depth), init = ortho.init.orthogonal {} }
        local set = ortho.data.teacher { inputs = 16, outputs = 10,
          distribution = "whitened", singular_values = ten, align = net,
          rng = ortho.rng(7) }
        local first = net:loss(set.x, set.y, "mse_half")
        local h = ortho.train { net = net, x = set.x, y = set.y,
          loss = "mse_half", lr = rate / depth, steps = 300,
          target_loss = 1e-4 * first }
        assert.equal(h.reached, (steps { depth = depth, lr = rate / depth,
          most = 299 }))
      end
    end
  end)

  it("for two layers is Saxe's logistic, where the rate is small", function()
    -- u(t) of u' = 2 u (s - u) from u = 1: time until s - u is a hundredth of
    -- what it was, s = 3: t = ln[u (s - 1)/(s - u)]/(2 s)
    local u = 3 - 0.02
    local time = math.log(u * 2 / (3 - u)) / 6
    local n = theory.learning_steps { singular_values = { 3 }, depth = 2,
      lr = 1e-4, target = 1e-4, most = 1e6 // 1 | 0 }
    assert.is_near(1, n * 1e-4 / time, 1e-3)
  end)

  it("tells whether a run that does not arrive still fell", function()
    local n, falls = steps { depth = 4, lr = 1e-3, most = 10 }
    assert.is_nil(n)
    assert.is_true(falls)
    n, falls = steps { depth = 4, lr = 5, most = 50 }
    assert.is_nil(n)
    assert.is_false(falls)
  end)

  it("takes no step where nothing is to be learnt", function()
    assert.equal(0, (theory.learning_steps { singular_values = { 1 },
      depth = 5, lr = 0.1, target = 0 }))
  end)

  it("refuses impossible runs", function()
    raises("lr is 0, must be a finite number above 0", steps, { depth = 2,
      lr = 0 })
    raises("target is -1, must be a finite number of at least 0", steps,
      { depth = 2, lr = 1, target = -1 })
    raises("most is 1.5", steps, { depth = 2, lr = 1, most = 1.5 })
  end)
end)

describe("theory.lazy_drift", function()
  it("is sqrt(2 N C)/(g n L alpha)", function()
    -- sqrt(2 * 32 * 10)/(sqrt 2 * 128 * 5)
    assert.is_near(0.02795, theory.lazy_drift { width = 128, depth = 5,
      samples = 32, outputs = 10, gain = math.sqrt(2) }, 5e-6)
    local base = { width = 128, depth = 5, samples = 8, outputs = 4 }
    local one = theory.lazy_drift(base)
    for name, factor in pairs { width = 0.5, depth = 0.5, samples = 2 ^ 0.5,
      outputs = 2 ^ 0.5 } do
      local o = { width = 128, depth = 5, samples = 8, outputs = 4 }
      o[name] = 2 * o[name]
      assert.is_near(factor * one, theory.lazy_drift(o), 1e-15, name)
    end
    assert.equal(one / 2, theory.lazy_drift { like = base, width = 256 })
    assert.equal(one, theory.lazy_drift { like = { width = 128, depth = 5,
      samples = 8, outputs = 4, seed = 3, init = "he_normal" } })
    base.scale, base.residual = 4, 2
    assert.is_near(one / 2, theory.lazy_drift(base), 1e-15)
  end)

  it("refuses nets without width, samples without number", function()
    raises("width is nil", theory.lazy_drift, { depth = 1, samples = 1,
      outputs = 1 })
    raises("samples is 2.5", theory.lazy_drift, { width = 1, depth = 1,
      samples = 2.5, outputs = 1 })
    raises("like must be a table", theory.lazy_drift, { like = 3 })
    raises("scale is inf", theory.lazy_drift, { width = 1, depth = 1,
      samples = 1, outputs = 1, scale = math.huge })
  end)
end)

describe("theory.decay_drift", function()
  it("is what weight decay alone makes of orthogonal weights", function()
    local net = ortho.mlp { width = 12, depth = 1, bias = false,
      activation = "linear", rng = ortho.rng(1),
      init = ortho.init.orthogonal { gain = 1.5 } }
    local x = matrix.zeros(12, 1)
    local h = ortho.train { net = net, x = x, y = x, loss = "mse", steps = 30,
      optimizer = ortho.optim.sgd { lr = 0.1, weight_decay = 0.2 },
      tracker = { every = "ends", probes = { "relative_drift" } } }
    assert.is_near(h:final().relative_drift, theory.decay_drift { lr = 0.1,
      weight_decay = 0.2, steps = 30 }, 1e-12)
  end)

  it("is mpmath's power", function()
    assert.is_near(0.25918511305944927, theory.decay_drift { lr = 0.01,
      weight_decay = 0.003, steps = 5000 }, 1e-12)
  end)

  it("is 0 without steps or decay; refuses negative ones", function()
    assert.equal(0, theory.decay_drift { lr = 1, weight_decay = 0, steps = 5 })
    assert.equal(0, theory.decay_drift { lr = 1, weight_decay = 1, steps = 0 })
    assert.equal(0.75, theory.decay_drift { like = { lr = 1, steps = 9,
      weight_decay = 0.5 }, steps = 1 })
    raises("steps is -1", theory.decay_drift, { lr = 1, weight_decay = 1,
      steps = -1 })
    raises("weight_decay is nil", theory.decay_drift, { lr = 1, steps = 1 })
  end)
end)

describe("theory.rotation", function()
  it("is sqrt(2 lr decay (1 - beta1)/((1 + beta1)(1 + momentum)))", function()
    assert.is_near(math.sqrt(2 * 5e-4 / 1.9), theory.rotation { lr = 0.1,
      weight_decay = 5e-3, momentum = 0.9 }, 1e-16)
    assert.is_near(math.sqrt(2 * 5e-4 * 0.1 / 1.9), theory.rotation { lr = 0.1,
      weight_decay = 5e-3, beta1 = 0.9 }, 1e-16)
    assert.equal(0, theory.rotation { lr = 0.1, weight_decay = 0 })
    assert.is_near(math.acos(1 - 0.02), theory.rotation { weight_decay = 0.2,
      like = { lr = 0.1, weight_decay = 7 } }, 1e-15)
  end)

  -- W <- (1 - r) W - lr G, G orthogonal to W: the norm's logarithm stays on average
  -- where that of cos does not depend on how large G is
  it("is exact without momentum, whatever gradients are", function()
    local r, size, turns, rng = 0.05, 1.0, 0.0, ortho.rng(2)
    local first
    for step = 1, 20000 do
      local g = math.abs(rng:normal()) / size
      if step == 1001 then first = size end
      local angle = math.atan(g, (1 - r) * size)
      if step > 1000 then turns = turns + math.log(math.cos(angle)) end
      size = math.sqrt(((1 - r) * size) ^ 2 + g ^ 2)
    end
    assert.is_near(math.log(math.cos(theory.rotation { lr = 1, weight_decay = r })),
      (turns + math.log(size / first)) / 19000, 1e-12)
  end)

  it("refuses what makes no sense", function()
    raises("lr weight_decay is 2", theory.rotation, { lr = 2, weight_decay = 1 })
    raises("one of them may be above 0", theory.rotation, { lr = 1, weight_decay = 0.1,
      momentum = 0.9, beta1 = 0.9 })
    raises("momentum is 1", theory.rotation, { lr = 1, weight_decay = 0.1,
      momentum = 1 })
    raises("weight_decay is nil", theory.rotation, { lr = 1 })
  end)
end)

describe("theory.adam_drift", function()
  it("is sqrt(2 n) lr/g, and nearly what Adam's first step does", function()
    assert.is_near(0.0113137, theory.adam_drift { lr = 1e-3, width = 128,
      gain = math.sqrt(2) }, 1e-7)
    local net = ortho.mlp { width = 100, depth = 3, outputs = 10,
      rng = ortho.rng(1) }
    local h = ortho.train { net = net, x = ortho.rng(2):normal(100, 32),
      y = ortho.rng(3):normal(10, 32), loss = "mse_half", steps = 1,
      optimizer = ortho.optim.adam { lr = 1e-3 },
      tracker = { every = "ends", probes = { "relative_drift" } } }
    assert.is_near(1, h:final { layers = { 1, 2 } }.relative_drift /
      theory.adam_drift { lr = 1e-3, width = 100, gain = math.sqrt(2) }, 0.1)
    assert.equal(0.2, theory.adam_drift { like = { width = 2 }, lr = 0.1 })
    raises("lr is nil", theory.adam_drift, { width = 3 })
  end)
end)
