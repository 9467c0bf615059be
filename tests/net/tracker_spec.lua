-- tracker and probes: every probe against its definition, when it measures, refusals.
local ortho = require "orthorun"
local matrix, metric, tracker = ortho.matrix, ortho.metric, ortho.tracker

local raises = dofile("tests/support.lua").raises

local x = ortho.rng(1):normal(6, 20)
local y = ortho.rng(2):normal(4, 20)

local function network(seed)
  return ortho.mlp { sizes = { 6, 9, 9, 4 }, rng = ortho.rng(seed),
    init = ortho.init.orthogonal { gain = 1.5 } }
end

-- A net that has moved, with gradients, and the tracker that saw it begin.
local function moved(options)
  local net = network(1)
  local t = tracker(options):start(net)
  for l, W in ipairs(net:weights()) do
    W:assign(W + 0.01 * ortho.rng(9):split(l):normal(W:rows(), W:cols()))
  end
  net:loss_gradient(x, y, "mse")
  t:record(1)
  return net, t
end

local function values(t, name)
  return t.records:where { name = name }:column "value"
end

-- For each probe, its definition for layer l in plain matrix arithmetic.
local definitions = {
  orthogonality_error = function(c)
    local W = c.W / 1.5
    local gram = W:rows() < W:cols() and W * W:t() or W:t() * W
    return (gram - matrix.eye(gram:rows())):norm()
  end,
  gram_drift = function(c) return (c.W * c.W:t() - c.W0 * c.W0:t()):norm() end,
  relative_drift = function(c)
    return c.E:norm() / (1.5 ^ 2 * math.sqrt(c.k))
  end,
  singular_max = function(c) return metric.singular_values(c.W)[1] end,
  singular_min = function(c) return metric.singular_values(c.W)[c.k] end,
  weight_norm = function(c) return c.W:norm() end,
  movement = function(c) return (c.W - c.W0):norm() / c.W0:norm() end,
  movement_norm = function(c) return (c.W - c.W0):norm() end,
  movement_spectral = function(c) return (c.W - c.W0):norm "spectral" end,
  spectral_drift = function(c) return c.E:norm "spectral" / 1.5 ^ 2 end,
  trace_share = function(c) return (c.E:trace() / c.E:norm()) ^ 2 end,
  bound_mixed = function(c)
    return (c.W:norm "spectral" + c.W0:norm "spectral") * (c.W - c.W0):norm()
  end,
  bound_tight = function(c)
    return ((c.W + c.W0) * (c.W - c.W0):t()):norm()
  end,
  way_share = function(c)
    return (c.W * c.W:t() - c.W0 * c.W0:t()):norm() ^ 2 /
      ((c.W + c.W0) * (c.W - c.W0):t()):norm() ^ 2
  end,
  symmetric_share = function(c)
    local P = c.W:t() * c.G
    return ((P + P:t()) / 2):norm() ^ 2 / P:norm() ^ 2
  end,
  movement_stable_rank = function(c)
    return metric.stable_rank(c.W - c.W0)
  end,
  movement_effective_rank = function(c)
    return metric.effective_rank(c.W - c.W0)
  end,
  drift_ratio = function(c)
    local n = math.max(c.W:rows(), c.W:cols())
    return c.E:norm() / (math.sqrt(2) * 1.5 * (c.W - c.W0):norm()
      * math.sqrt(c.k / n))
  end,
  grad_norm = function(c) return c.G:norm() end,
  log10_grad_norm = function(c) return math.log(c.G:norm(), 10) end,
  gradient_symmetric = function(c)
    local P = c.W:t() * c.G
    return ((P + P:t()) / 2):norm()
  end,
  gradient_skew = function(c)
    local P = c.W:t() * c.G
    return ((P - P:t()) / 2):norm()
  end,
  balance = function(c)
    return c.next and (c.next:t() * c.next - c.W * c.W:t()):norm()
  end,
  balance_drift = function(c)
    return c.next and (c.next:t() * c.next - c.W * c.W:t()
      - c.next0:t() * c.next0 + c.W0 * c.W0:t()):norm()
  end,
}

local function context(net, t, l)
  local W, W0 = net:weights()[l], t.initial[l]
  local wide = W:rows() < W:cols()
  return { W = W, W0 = W0, G = net:weight_gradients()[l],
    E = wide and W * W:t() - W0 * W0:t() or W:t() * W - W0:t() * W0,
    k = math.min(W:rows(), W:cols()), next = net:weights()[l + 1],
    next0 = t.initial[l + 1] }
end

describe("the probe", function()
  for name, definition in pairs(definitions) do
    it(name .. " is what it is defined as, in each layer", function()
      local net, t = moved { probes = { name }, gain = 1.5 }
      local found = t.records:where { name = name }
      for i, row in found:rows() do
        assert.equal(i, row.layer)
        assert.is_near(definition(context(net, t, i)), row.value, 1e-12)
      end
      assert.equal(name:find "balance" and 2 or 3, #found)
    end)
  end

  it("singular_values gives all of them, numbered", function()
    local net, t = moved { probes = { "singular_values" } }
    local rows = t.records:where { layer = 3 }
    assert.same(metric.singular_values(net:weights()[3]),
      rows:column "value")
    assert.same({ 1, 2, 3, 4 }, rows:column "index")
  end)

  it("moved_eigenvalues counts two for a movement of rank one", function()
    local net = network(1)
    local t = tracker { probes = { "moved_eigenvalues" } }:start(net)
    local W = net:weights()[2]
    W:assign(W + 0.1 * ortho.rng(1):normal(9, 1) * ortho.rng(2):normal(1, 9))
    t:record(1, false)
    assert.same({ 0, 2, 0 }, values(t, "moved_eigenvalues"))
  end)

  it("path adds up the way from measurement to measurement", function()
    local net = network(1)
    local t = tracker { probes = { "path", "gram_path", "movement_norm",
      "gram_drift" }, layers = { 2 } }:start(net)
    local W, way, grams = net:weights()[2], 0, 0
    for step = 1, 3 do
      local D, V = 0.1 * ortho.rng(step):normal(9, 9), W:copy()
      W:assign(W + D)
      way, grams = way + D:norm(), grams + (W * W:t() - V * V:t()):norm()
      t:record(step, false)
    end
    assert.is_near(way, values(t, "path")[3], 1e-13)
    assert.is_near(grams, values(t, "gram_path")[3], 1e-12)
    assert.is_true(values(t, "movement_norm")[3] < way)
    assert.is_true(values(t, "gram_drift")[3] < grams)
  end)

  -- Plain gradient descent by hand: what the sums and bounds are defined as.
  local function by_hand(lr, clip, steps)
    local net = network(1)
    local W, G = net:weights()[2], net:weight_gradients()[2]
    local s = { path = 0, gram_path = 0, bound_sums = 0, bound_spectral = 0,
      angle_squares = 0 }
    local norm, most_w, most_g = W:norm "spectral", 0, 0
    for step = 0, steps - 1 do
      if step % 4 == 0 then norm = W:norm "spectral" end
      net:zero_grad():loss_gradient(x, y, "mse")
      local all = ortho.optim.grad_norm(net)
      local factor = math.min(1, clip / (all + 1e-6)) -- as ortho.train clips
      local V, w = W:copy(), W:norm()
      local d = lr * factor * G:norm()
      most_w = math.max(most_w, w)
      most_g = math.max(most_g, math.min(all, clip))
      for i, M in ipairs(net:parameters()) do
        M:assign(M - lr * factor * net:gradients()[i])
      end
      s.path = s.path + d
      s.gram_path = s.gram_path + (W * W:t() - V * V:t()):norm()
      local chord = (W / W:norm() - V / w):norm()
      s.angle_squares = s.angle_squares + (2 * math.asin(chord / 2)) ^ 2
      s.bound_sums = s.bound_sums + 2 * w * d + d ^ 2
      s.bound_spectral = s.bound_spectral + 2 * norm * d + d ^ 2
    end
    s.bound_maxima = 2 * lr * steps * most_w * most_g
    return s
  end

  it("of the sums adds up every step's, where terms are steps", function()
    local wanted = by_hand(0.1, 0.05, 9)
    local names = { "bound_maxima", "bound_sums", "bound_spectral", "path",
      "gram_path", "bound_mixed", "bound_tight", "gram_drift", "angle_squares" }
    local net = network(1)
    local h = ortho.train { net = net, x = x, y = y, loss = "mse", lr = 0.1,
      steps = 9, clip = 0.05, tracker = { probes = names, every = 4,
        terms = "steps", layers = { 2 } } }
    local found = {}
    for _, name in ipairs(names) do
      local list = h.records:where { name = name }
      assert.same({ 0, 4, 8, 9 }, list:column "step")
      assert.equal(0, list:row(1).value)
      found[name] = list:row(4).value
    end
    for name, value in pairs(wanted) do
      assert.is_near(1, found[name] / value, 1e-12, name)
    end
    for _, order in ipairs { { "bound_maxima", "bound_sums", "bound_spectral",
      "gram_path", "gram_drift" }, { "bound_spectral", "bound_mixed",
      "bound_tight", "gram_drift" } } do
      for i = 2, #order do
        assert.is_true(found[order[i]] <= found[order[i - 1]], order[i])
      end
    end
  end)

  it("of the bounds is none below the drift, in tall layers either", function()
    local names = { "bound_mixed", "bound_tight", "gram_drift" }
    local net = ortho.mlp { sizes = { 4, 24, 3 }, rng = ortho.rng(1) }
    local rng = ortho.rng(2)
    local h = ortho.train { net = net, x = rng:normal(4, 32),
      y = rng:normal(3, 32), loss = "mse", lr = 0.2, steps = 20,
      tracker = { probes = names, every = 5, layers = { 1 } } }
    local found = {}
    for _, name in ipairs(names) do
      found[name] = h.records:where { name = name }:column "value"
    end
    for i = 2, #found.gram_drift do
      assert.is_true(found.gram_drift[i] > 0)
      assert.is_true(found.gram_drift[i] <= found.bound_tight[i])
      assert.is_true(found.bound_tight[i] <= found.bound_mixed[i])
    end
  end)

  it("gradient_split stands for both parts", function()
    local _, t = moved { probes = { "gradient_split" } }
    assert.same({ "gradient_symmetric", "gradient_skew" },
      t.records:unique "name")
  end)

  it("of one's own gives a number, or one per layer", function()
    local seen
    local net, t = moved { probes = { "movement",
      sum = function(n, step)
        seen = n
        return step + 0.5
      end,
      heights = function(n)
        local list = {}
        for l, W in ipairs(n:weights()) do list[l] = W:rows() end
        return list
      end, nothing = function() end } }
    assert.equal(net, seen)
    assert.same({ 1.5 }, values(t, "sum"))
    assert.is_nil(t.records:where { name = "sum" }:row(1).layer)
    assert.same({ 9, 9, 4 }, values(t, "heights"))
    assert.same({ "movement", "heights", "sum" }, t.records:unique "name")
  end)

  it("of one's own sees the step's rate, loss and clipped gradient", function()
    local seen = {}
    local h = ortho.train { net = network(1), x = x, y = y, loss = "mse",
      steps = 3, clip = 1e-3, optimizer = ortho.optim.sgd { lr = 1 },
      schedule = function(step) return 0.1 / (step + 1) end,
      tracker = { probes = { run = function(_, step, run)
        seen[step] = { run.lr, run.grad_norm, run.loss }
      end } } }
    for step = 0, 2 do
      assert.same({ 0.1 / (step + 1), 1e-3, h.steps:row(step + 1).loss },
        seen[step])
    end
  end)

  it("has a label only if there is such a probe", function()
    local known = {}
    for _, name in ipairs(tracker.probes()) do known[name] = true end
    for name in pairs(require "orthorun.net.probes".labels) do
      assert.is_true(known[name], name)
    end
  end)

  it("has a definition here, if it is built in", function()
    local special = { singular_values = true, moved_eigenvalues = true,
      gradient_split = true, path = true, gram_path = true, angle_squares = true,
      bound_sums = true, bound_spectral = true, bound_maxima = true }
    for _, name in ipairs(tracker.probes()) do
      assert.is_truthy(definitions[name] or special[name], name)
    end
  end)
end)

describe("a tracker", function()
  local function steps_of(every)
    local h = ortho.train { net = network(1), x = x, y = y, loss = "mse",
      lr = 0.01, steps = 7, tracker = { every = every,
        probes = { "movement" }, layers = { 2 } } }
    return h.records:column "step"
  end

  it("measures every so often, at a list of steps, or when told", function()
    assert.same({ 0, 3, 6, 7 }, steps_of(3))
    assert.same({ 1, 4, 7 }, steps_of { 1, 4 })
    assert.same({ 5, 6, 7 }, steps_of(function(step) return step >= 5 end))
    assert.same({ 0, 7 }, steps_of "ends")
  end)

  it("looks at gradients before they are clipped, and not after the end",
    function()
      local h = ortho.train { net = network(1), x = x, y = y, loss = "mse",
        lr = 0.01, steps = 2, clip = 1e-3,
        tracker = { probes = { "grad_norm", "movement" }, layers = { 1 } } }
      assert.same({ 0, 1 }, h.records:where { name = "grad_norm" }
        :column "step")
      assert.same({ 0, 1, 2 }, h.records:where { name = "movement" }
        :column "step")
      assert.is_true(values(h, "grad_norm")[1] > 1e-2)
      assert.equal(0, values(h, "movement")[1])
    end)

  it("follows float32 weights, exactly where they have not moved", function()
    local net = ortho.mlp { sizes = { 6, 9, 4 }, rng = ortho.rng(1),
      precision = "float32" }
    local h = ortho.train { net = net, x = x:to "float32",
      y = y:to "float32", loss = "mse", lr = 1e-4, steps = 1,
      tracker = { probes = { "gram_drift", "drift_ratio" } } }
    assert.equal(0, values(h, "gram_drift")[1])
    local W, W0 = net:weights()[1]:to "float64",
      h.initial[1]:to "float64"
    assert.is_near(1, values(h, "gram_drift")[3]
      / (W * W:t() - W0 * W0:t()):norm(), 1e-5)
  end)

  it("begins anew with each run", function()
    local t = tracker { probes = { "movement" } }
    local function run()
      return ortho.train { net = network(1), x = x, y = y, loss = "mse",
        lr = 0.01, steps = 2, tracker = t }
    end
    local first, second = run(), run()
    assert.equal(9, #first.records)
    assert.same(first.records:column "value", second.records:column "value")
    assert.equal("tracker: movement; 9 values", tostring(t))
  end)

  it("refuses what it does not know", function()
    raises("did you mean 'movement'", tracker, { probes = { "movment" } })
    raises("probes must be an array", tracker, { probes = "movement" })
    raises("probes.mine must be a function", tracker, { probes = { mine = 3 } })
    raises("every is 0", tracker, { every = 0 })
    raises("gain is 0", tracker, { gain = 0 })
    raises("every is the string 'end'", tracker, { every = "end" })
    raises("did you mean 'steps'", tracker, { terms = "step" })
    raises("bound_maxima is of all steps", tracker, { probes =
      { "bound_maxima" } })
    raises("did you mean 'probes'", tracker, { probe = {} })
    raises("layer 5, of a net with 3 layers", function()
      tracker { probes = {}, layers = { 5 } }:start(network(1))
    end)
  end)
end)
