-- Can weights be kept orthogonal in training? Back to the nearest after each step.
local ortho = require "orthorun"
local rng, digits = ortho.rng(1), ortho.data.digits {}
local net = ortho.mlp { sizes = { 64, 64, 10 }, init = "orthogonal", rng = rng }
local W = net:weights()[1]
local function project(step)
  if step > 0 then W:assign((W:polar())) end
end
local history = net:train { data = digits, loss = "cross_entropy", lr = 0.1, epochs = 3,
  batch = 64, rng = rng:split "batches", on_step = project }
project(1)
print(history.taken, "steps; still orthogonal:", ortho.metric.orthogonality_error(W) < 1e-12)
