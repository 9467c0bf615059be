-- How long does a deep linear net learn, at the best learning rate for its
-- depth? Saxe, McClelland and Ganguli (2013): from orthogonal weights as long
-- at any depth, from scaled Gaussian ones longer and longer.
local ortho = require "orthorun"

local arms = { "aligned", "orthogonal", "scaled_gaussian" }
local labels = { aligned = "orthogonal, aligned",
  orthogonal = "orthogonal", scaled_gaussian = "N(0, 1/n)" }

-- R diag(s) R', R Haar: what the target makes of orthonormal rows.
local function stretch(p, rng)
  local R = ortho.init.orthogonal {} (rng, p.outputs, p.outputs)
  local s = ortho.matrix.linspace(p.low, p.high, p.outputs)
  return R * ortho.matrix.diag(s) * R:t(), s:tolist()
end

-- The task: outputs x width targets S with singular values from low to high,
-- and whitened inputs, so that the loss is ||W_L...W_1 - S||^2/2.
local function task(p, net, rng)
  local A, s = stretch(p, rng:split "stretch")
  local x = ortho.matrix.eye(p.width) * math.sqrt(p.width)
  if p.init == "aligned" then return x, A * net:forward(x), s end
  local Q = ortho.init.orthogonal {} (rng:split "rows", p.outputs, p.width)
  return x, A * Q * x, s
end

-- Did a run that has not arrived at least fall steadily in its last steps?
local function falling(losses)
  for i = math.max(2, #losses - 9), #losses do
    if not (losses[i] < losses[i - 1]) then return false end
  end
  return true
end

-- Steps until the loss is the wanted share of what it was, or nil and whether
-- the loss fell steadily.
local function steps_of(p, net, x, y, rate, most)
  local first = ortho.loss.mse(net:forward(x), y, { reduction = "half" })
  local history = ortho.train { net = net:copy(), x = x, y = y, lr = rate,
    loss = "mse_half", steps = most + 1, target_loss = p.target * first }
  return history.reached, falling(history.steps:column "loss")
end

-- The same, predicted: aligned layers have singular values w in common, each
-- mode goes its own way, w <- w + lr w^(L-1) (s - w^L), and starts with w = 1.
local function predicted_steps(p, s, rate, most)
  local w, losses = {}, {}
  for i = 1, #s do w[i] = 1.0 end
  for step = 0, most do
    local loss = 0
    for i, target in ipairs(s) do
      local error = target - w[i] ^ p.depth
      loss = loss + error ^ 2 / 2
      w[i] = w[i] + rate * w[i] ^ (p.depth - 1) * error
    end
    losses[#losses + 1] = loss
    if loss <= p.target * losses[1] then return step end
  end
  return nil, falling(losses)
end

-- The fewest steps over the rates 1/L, 1/(L sqrt 2), 1/(2L), ... and the best
-- of them, from the largest down until two are
-- no better, or fall too slowly.
local function best(p, count)
  local found, slow = { steps = 0 / 0, rate = 0 / 0 }, 0
  for k = 0, 32 do
    local rate = 2 ^ (-k / 2) / p.depth
    local known = found.steps == found.steps
    local steps, tame = count(rate, known and found.steps or p.most)
    if steps and not (known and steps >= found.steps) then
      found = { steps = steps, rate = rate }
    elseif steps or tame then
      slow = slow + 1
    end
    if slow == 2 then break end
  end
  return found
end

local sweep = ortho.sweep {
  name = "learning_time",
  about = "Learning time against depth in deep linear nets, each at its best " ..
    "rate:\northogonal against scaled Gaussian weights (Saxe et al. 2013).",
  params = { width = 32, outputs = 10, low = 0.5, high = 2.0, target = 1e-4,
    most = 1000 },
  grid = { init = arms, depth = { 2, 4, 8, 16, 32 }, seed = ortho.range(3) },
  options = {
    init = { choices = arms }, depth = { least = 2, help = "weight matrices" },
    width = { least = 1 }, outputs = { least = 1 },
    low = { least = 0, help = "the target's smallest singular value" },
    high = { least = 0, help = "and its largest" },
    target = { least = 0, help = "share of the first loss to reach" },
    most = { least = 1, help = "give up after so many" },
  },
  trial = function(p, rng)
    local net = ortho.mlp { inputs = p.width, width = p.width,
      depth = p.depth, outputs = p.outputs, activation = "linear",
      bias = false, rng = rng:split "weights", init = ortho.init.get(
        p.init == "aligned" and "orthogonal" or p.init) }
    local x, y, s = task(p, net, rng:split "task")
    local found = best(p, function(rate, most)
      return steps_of(p, net, x, y, rate, most)
    end)
    local theory = best(p, function(rate, most)
      return predicted_steps(p, s, rate, most)
    end)
    return { steps = found.steps, rate = found.rate,
      rate_times_depth = found.rate * p.depth, theory = theory.steps,
      theory_rate = theory.rate }
  end,
}
local results, p = sweep:run(), sweep.params

print(([[
Steps to %g of the first loss in linear nets of width %d with %d outputs, at
each depth's best rate; medians of %s, nan: not in %d steps at any rate.
theory: aligned orthogonal weights, every mode by itself, no free parameter.
]]):format(p.target, p.width, p.outputs,
  ortho.table.count(#sweep.grid.seed, "seed"), p.most))
results:summary { by = { "init", "depth" }, of = { "steps", "theory",
  "rate_times_depth" } }:print { limit = 100, columns = { "init", "depth", "n",
  "steps", "steps_low", "steps_high", "theory", "rate_times_depth" } }
print "\nExponents of depth, of log steps and log best rate (expected: -1 for the rate)\n"
local logs = results:where { steps = function(s) return s == s end }
for _, name in ipairs { "depth", "steps", "rate" } do
  logs = logs:with(name, function(r) return math.log(r[name]) end)
end
local rates = logs:fit { by = "init", x = "depth", y = "rate" }
logs:fit { by = "init", x = "depth", y = "steps" }
  :with("rate", rates:column "slope"):with("rate_error", rates:column "error")
  :with("steps", function(r) return r.slope end)
  :with("steps_error", function(r) return r.error end)
  :print { columns = { "init", "steps", "steps_error", "rate", "rate_error" } }

print("\nCSV   " .. results:csv(sweep:path "learning_time.csv"))
for _, name in ipairs(ortho.plot { data = results, x = "depth", color = "init",
  labels = labels, log_x = true, log_y = true, panels = {
  { y = "steps", theory = "theory", title = "steps to learn, at the best rate" },
  { y = "rate", theory = function(r) return 0.5 / r.depth end,
    title = "the best rate; dashed 1/(2L)" } },
  title = ("Deep linear nets of width %d"):format(p.width),
  file = sweep:path "learning_time" }) do
  print("plot  " .. name)
end
print("report  " .. ortho.report { file = sweep:path "learning_time.html" })
