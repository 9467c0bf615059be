-- What does a learning rate beyond 2/lambda do? Between 2 and 4 the loss grows, and
-- throws the net to where lambda is smaller; exactly so for two linear layers and one
-- sample. Lewkowycz, Bahri, Dyer, Sohl-Dickstein, Gur-Ari (2020), arXiv:2003.02218.
local ortho = require "orthorun"

return ortho.experiment {
  asks = "Where does gradient descent end that begins at a rate beyond 2/λ?",
  params = { width = 256, inputs = 4, steps = 2000 },
  grid = { activation = { "linear", "relu" }, seed = ortho.range(5), rate = { 1, 1.9,
    2.1, 2.3, 2.5, 2.7, 3, 3.3, 3.6, 3.9, 4.1, 5, help = "rate times λ at first" } },
  measures = { final = { label = "rate times λ at the end" },
    off = { label = "|that − predicted|" },
    log10_peak = { label = "largest loss/first", log10 = true } },

  trial = function(p)
    local rng, double = ortho.rng(p.seed), "float64" -- the same net at every rate
    local net = ortho.mlp { inputs = p.inputs, width = p.width, outputs = 1, depth = 2,
      activation = p.activation, bias = false, init = "scaled_gaussian",
      rng = rng:split "weights", precision = double }
    local x = rng:split "x":normal(p.inputs, 1, { precision = double })
    local y = ortho.matrix.zeros(1, 1, { precision = double })
    local f = net:forward(x):get(1, 1)
    net:zero_grad():loss_gradient(x, y, "mse_half")
    local lr = p.rate / (ortho.optim.grad_norm(net) / f) ^ 2 -- λ: the tangent kernel
    local out = ortho.train { net = net, x = x, y = y, loss = "mse_half", lr = lr,
      steps = p.steps, target_left = 1e-24 }:final()
    return { output = (lr * f * x:norm()) ^ 2, survives = not out.diverged,
      log10_peak = math.log(out.peak, 10),
      final = out.diverged and 0 / 0 or lr * ortho.sharpness(net, x, y, "mse_half") }
  end,
  predict = function(p, found)
    if p.activation ~= "linear" then return false end
    local law = ortho.theory.catapult { kernel = p.rate, output = found.output }
    return { final = law.peak < 1e9 and law.kernel or 0 / 0 }
  end,
  derive = { off = function(r) return math.abs(r.final - (r.final_theory or 0 / 0)) end },
  show = {
    { table = { "survives", "final" }, spread = false },
    { check = "off", at_most = 1e-9, by = "rate", where = { activation = "linear",
      rate = function(rate) return rate < 4 end } },
    { check = "survives", at_most = 0, by = "rate", where = { activation = "linear",
      rate = function(rate) return rate > 4 end } },
    { plot = "final", over = "rate", hline = 2 },
    { plot = "log10_peak", over = "rate" },
  },
}
