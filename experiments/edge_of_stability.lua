-- Gradient descent on all the data makes the loss sharper until its rate is all that
-- the sharpness bears, 2/lambda, and stays there: whatever the rate was.
-- Cohen, Kaur, Li, Kolter, Talwalkar (2021), arXiv:2103.00065.
local ortho = require "orthorun"

return ortho.experiment {
  asks = "How sharp does gradient descent make the loss, beside what its rate bears?",
  params = { samples = 200, inputs = 64, outputs = 10, hidden = 40, activation = "tanh",
    steps = 3000, every = { 100, least = 1, help = "steps between measurements" } },
  grid = { lr = { 0.05, 0.2, 0.3, 0.5 }, seed = ortho.range(3) },
  paired = { "lr" },
  index = "place",
  measures = { edge = { label = "rate times λ/2" }, last = { label = "rate times λ/2, " ..
    "mean of the last third" } },

  trial = function(p, rng)
    local net = ortho.mlp { sizes = { p.inputs, p.hidden, p.hidden, p.outputs },
      activation = p.activation, init = "scaled_gaussian", rng = rng:split "weights" }
    local x = rng:split "x":normal(p.inputs, p.samples)
    local y = rng:split "y":normal(p.outputs, p.samples)
    local out = { edge = {}, step = {}, loss = {} }
    ortho.train { net = net, x = x, y = y, loss = "mse_half", lr = p.lr, steps = p.steps,
      on_step = function(step, loss)
        if step % p.every ~= 0 then return end
        local k, top = #out.edge + 1, ortho.sharpness(net, x, y, "mse_half",
          { tolerance = 1e-3 })
        out.edge[k], out.step[k], out.loss[k] = p.lr * top / 2, step, loss
      end }
    out.start = out.edge[1]
    local third = table.move(out.edge, #out.edge * 2 // 3 + 1, #out.edge, 1, {})
    out.last = ortho.stats.mean(third)
    return out
  end,
  show = {
    { table = { "start", "last" } },
    { check = "last", at_least = 0.97, at_most = 1.03, where = { lr = function(lr)
      return lr >= 0.2 end } }, -- smaller ones end before they are there
    { plot = "edge", over = "step", color = "lr", hline = 1 },
    { plot = "loss", over = "step", color = "lr", log = "y" },
  },
}
