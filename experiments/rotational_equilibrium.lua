-- Behind a layer norm only the direction of weights counts. Gradients make them longer,
-- weight decay shorter, and where both are in balance a step turns them by an angle
-- that rate, decay and momentum alone set. Kosson, Messmer, Jaggi (2023),
-- arXiv:2305.17212.
local ortho = require "orthorun"
local layer = ortho.layer

local function norm(width) -- a layer norm without parameters
  local inner = layer.layer_norm { size = width, eps = 1e-12 }
  return { forward = function(_, x) return inner:forward(x) end,
    backward = function(_, dy) return inner:backward(dy) end }
end

local function options(p)
  return { lr = p.lr, weight_decay = p.decay / p.lr, beta1 = p.optimizer == "adamw" and
    0.9 or nil, momentum = p.optimizer == "momentum" and 0.9 or nil }
end

return ortho.experiment {
  asks = "By what angle does a step turn weights before a layer norm, at equilibrium?",
  params = { width = 32, batch = 32, samples = 1024, steps = 3000, warm_up = { 3,
    least = 0, help = "steps before, in 1/decay" } },
  grid = { seed = ortho.range(3), decay = { 0.001, 0.003, 0.01,
    help = "learning rate times weight decay" } },
  zip = { optimizer = { "sgd", "momentum", "adamw" }, lr = { 0.1, 0.02, 0.01 } },
  measures = { angle = { label = "angle per step (rad)" },
    ratio = { label = "angle, measured/theory" } },

  trial = function(p, rng)
    local n = p.width
    local net = ortho.mlp { width = n, depth = 3, bias = false, rng = rng:split "weights",
      init = "lecun_normal", output_activation = function() return norm(n) end,
      activation = function() return layer.sequential { norm(n), layer.tanh() } end }
    local make = ortho.optim[p.optimizer == "adamw" and "adamw" or "sgd"]
    local from = p.warm_up / p.decay // 1 | 0
    local sums = ortho.train { net = net, x = rng:split "x":normal(n, p.samples),
      y = rng:split "y":normal(n, p.samples), loss = "mse_half", batch = p.batch,
      rng = rng:split "batches", optimizer = make(options(p)), steps = from + p.steps,
      tracker = { every = { from, from + p.steps }, probes = { "angle_squares" },
        terms = "steps" } }.records:column "value" -- of layers 1 to 3, and again
    local angle = {}
    for l = 1, 3 do angle[l] = ((sums[l + 3] - sums[l]) / p.steps) ^ 0.5 end
    return { angle = angle }
  end,
  predict = function(p)
    local angle = ortho.theory.rotation(options(p))
    return { angle = { angle, angle, angle } }
  end,
  derive = { ratio = function(r) return r.angle / r.angle_theory end },
  show = {
    { table = { "angle", "ratio" }, by = { "optimizer", "decay" } },
    { check = "ratio", at_least = 0.95, at_most = 1.05, by = { "optimizer", "decay" } },
    { plot = "angle", over = "decay", log = "xy", color = "optimizer" },
    { plot = "ratio", over = "decay", log = "x", color = "optimizer", hline = 1 },
  },
}
