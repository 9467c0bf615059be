-- history: a run in fewer numbers: curves and final against the tables they
-- come from. What explain() says: tests/net/train_spec.lua.
local ortho = require "orthorun"

local raises = dofile("tests/support.lua").raises
local set = ortho.data.digits { limit = 120 }

local function run(options)
  local net = ortho.mlp { sizes = { 64, 16, 12, 10 }, rng = ortho.rng(1) }
  local o = { net = net, x = set.x, y = set.labels, loss = "cross_entropy",
    lr = 0.5, clip = 0.7, epochs = 2, batch = 20, rng = ortho.rng(2),
    evaluate = { x = set.x, y = set.labels, per_epoch = 2 },
    tracker = { every = "evaluations", probes = { "relative_drift",
      "grad_norm", one = function(_, step) return step end } } }
  for name, value in pairs(options or {}) do o[name] = value end
  if o.x == false then o.x, o.y = nil, nil end
  return ortho.train(o)
end

describe("history:curves", function()
  it("has the evaluations, so many an epoch", function()
    local h = run()
    local c = h:curves()
    assert.same({ 0, 3, 6, 9, 12 }, c.step)
    assert.same({ 0, 0.5, 1, 1.5, 2 }, c.epoch)
    assert.same(h.evaluations:column "accuracy", c.accuracy)
    assert.same(h.evaluations:column "loss", c.test_loss)
    assert.is_false(c.diverged)
  end)

  it("has means of loss and clipped gradient since the one before", function()
    local h = run()
    local c, loss, norm = h:curves(), h.steps:column "loss",
      h.steps:column "grad_norm"
    assert.equal(loss[1], c.loss[1])
    local total, clipped = 0, 0
    for i = 4, 7 do -- steps 3 to 6
      total, clipped = total + loss[i], clipped + math.min(norm[i], 0.7)
    end
    assert.is_near(total / 4, c.loss[3], 1e-14)
    assert.is_near(clipped / 4, c.gradient[3], 1e-14)
    assert.is_true(math.max(table.unpack(norm)) > 0.7)
  end)

  it("has the tracker's probes, means over layers", function()
    local h = run()
    local all, two = h:curves(), h:curves { layers = { 2 } }
    assert.same({ 0, 3, 6, 9, 12 }, all.one)
    local last = h.records:where { name = "relative_drift", step = 12 }
    assert.equal(ortho.stats.mean(last:column "value"), all.relative_drift[5])
    assert.equal(last:row(2).value, two.relative_drift[5])
    -- there is no gradient of the last weights
    assert.is_true(all.grad_norm[5] ~= all.grad_norm[5])
    assert.is_true(all.grad_norm[4] > 0)
  end)

  it("ends where a run diverges", function()
    local h = run { lr = 1e300, clip = nil }
    assert.is_truthy(h.diverged)
    local c = h:curves()
    assert.is_true(c.diverged)
    for _, name in ipairs { "step", "loss", "gradient", "accuracy",
      "relative_drift" } do
      assert.equal(#c.step, #c[name], name)
    end
  end)

  it("needs evaluations, and layers that are there", function()
    local h = ortho.train { net = ortho.mlp { sizes = { 64, 10 },
      rng = ortho.rng(1) }, x = set.x, y = set.labels, steps = 1, lr = 1,
      loss = "cross_entropy" }
    raises("without evaluate= has none", h.curves, h)
    raises("layer 2, of a net with 1 layers", h.curves, h, { layers = { 2 } })
    raises("did you mean 'layers'", h.curves, h, { layer = 1 })
  end)
end)

describe("history:final", function()
  it("has each probe's last measurement, the mean over layers", function()
    local h = run { tracker = { every = "ends", probes = { "movement",
      "balance", "gradient_symmetric" } } }
    local last = h.records:where { name = "movement", step = 12 }
    local f = h:final { layers = { 1, 2 } }
    local values = last:column "value"
    assert.equal((values[1] + values[2]) / 2, f.movement)
    assert.is_near(ortho.stats.mean(values), h:final().movement, 1e-15)
    assert.equal(12, f.taken)
    assert.equal(h.loss, f.loss)
    assert.equal(h.loss / h.steps:row(1).loss, f.left)
    -- of gradients the last are the first: there is no gradient at the end
    assert.equal(h.records:where { name = "gradient_symmetric", step = 0,
      layer = 3 }:row(1).value, h:final { layers = { 3 } }.gradient_symmetric)
    assert.is_truthy(f.balance)
  end)

  it("knows nothing of weights that diverged", function()
    local f = run { lr = 1e300, clip = 1e300, tracker = { every = "ends",
      probes = { "movement" } } }:final()
    assert.is_true(f.movement ~= f.movement)
    assert.is_true(f.taken > 0)
    assert.is_true(f.diverged)
  end)

  it("tells how the loss went", function()
    local losses = { 4, 6, 3, 1, 2 }
    local function final(options)
      local i = 0
      options.loss = function(f)
        i = i + 1
        return losses[i], f * 0
      end
      options.net = ortho.mlp { sizes = { 64, 10 }, rng = ortho.rng(1) }
      options.data, options.steps, options.lr = set, 5, 1
      return ortho.train(options):final()
    end
    local all = final {}
    assert.equal(2, all.loss)
    assert.equal(0.5, all.left)
    assert.equal(1.5, all.peak)
    assert.is_true(all.reached ~= all.reached)
    assert.equal(2, final { target_left = 0.75 }.reached)
    assert.equal(3, final { target_loss = 0.75 * 2 }.reached)
    assert.equal(0, final { target_left = 1 }.reached)
    assert.is_true(final { target_left = 0.75 }.learnt and final {}.learnt)
    assert.is_true(final { target_left = 0 }.learnt) -- which asks for nothing
    assert.is_false(final { target_left = 0.1 }.learnt)
    losses = { 4, 3, 2, 1, 0 / 0 }
    assert.equal(math.huge, final {}.peak)
    assert.is_false(final {}.learnt)
    losses[5] = 0
    assert.equal(1, final {}.peak)
  end)

  it("of no step has the start", function()
    local f = run { epochs = 0, tracker = { probes = { "movement" } } }:final()
    assert.equal(0, f.taken)
    assert.equal(0, f.movement)
    for _, name in ipairs { "loss", "left", "peak", "reached", "crossed" } do
      assert.is_true(f[name] ~= f[name])
    end
  end)
end)

describe("train", function()
  it("takes sets, and their labels where the loss goes by classes", function()
    local a = run()
    local b = run { data = set, x = false, evaluate = { data = set, per_epoch = 2 } }
    assert.same(a.steps:column "loss", b.steps:column "loss")
    assert.same(a:curves().accuracy, b:curves().accuracy)
    local squares = ortho.train { net = ortho.mlp { sizes = { 64, 10 },
      rng = ortho.rng(1) }, data = set, steps = 1, lr = 1, loss = "mse" }
    assert.is_true(squares.y == set.y)
  end)

  it("refuses evaluations too many ways, trackers without any", function()
    local e = { x = set.x, y = set.labels }
    e.every, e.per_epoch = 3, 2
    raises("every= or per_epoch=, not both", run, { evaluate = e })
    e.every, e.per_epoch = nil, 0
    raises("per_epoch is 0", run, { evaluate = e })
    e.per_epoch = 1.5
    raises("per_epoch is 1.5", run, { evaluate = e })
    raises("data=, or x= and y=, not both", run, { data = set })
    raises("data must be a table", run, { data = 3, x = false })
    raises("target_loss= or target_left=, not both", run, { target_loss = 1,
      target_left = 1 })
    raises("target_left is -1", run, { target_left = -1 })
    raises("needs evaluate=", ortho.train, { net = ortho.mlp { sizes =
      { 64, 10 }, rng = ortho.rng(1) }, x = set.x, y = set.labels, lr = 1,
      loss = "cross_entropy", steps = 1,
      tracker = { every = "evaluations" } })
  end)
end)
