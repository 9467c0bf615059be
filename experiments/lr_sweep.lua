-- Learning rates, initializations and depths: how large a rate training bears
-- beside 2/lambda, how fast it is at its best rate, and how far the weights'
-- Gram matrices go. Stable and best rates fall about as 1/depth.
local ortho = require "orthorun"
local arms = ortho.arms

-- Digits, standardized, with one-hot targets: x, y of so many samples.
local function digits(samples, rng)
  local set = ortho.data.sample(ortho.data.digits {}, samples, rng)
  return ortho.data.standardize(set.x),
    ortho.data.one_hot(set.labels, 10)
end

local sweep = ortho.sweep {
  name = "lr_sweep",
  about = "Learning rates against initialization and depth: the largest " ..
    "stable rate,\nsteps to a loss, and drift, on the handwritten digits.",
  params = { width = 64, samples = 128, activation = "linear", steps = 100,
    target = 0.2 },
  grid = { init = { "scaled_gaussian", "orthogonal" },
    depth = { 2, 4, 8, 16, 32 }, lr = { 0.001, 0.002, 0.004, 0.008, 0.016,
      0.032, 0.064, 0.128, 0.256 }, seed = ortho.range(2) },
  options = {
    init = { choices = arms.names }, width = { least = 1 },
    depth = { least = 1, help = "weight matrices" },
    lr = { least = 1e-12, help = "learning rates, as 1e-3..1:7log" },
    activation = { choices = ortho.activation.names() },
    samples = { least = 10, help = "digits, all of them in every step" },
    steps = { least = 1, help = "at most so many" },
    target = { least = 0, help = "loss to reach (0.5 is that of saying 0)" },
  },
  trial = function(p)
    local rng = ortho.rng(p.seed):split(p.init):split(p.depth) -- for every lr
    local x, y = digits(p.samples, rng:split "data")
    local net = ortho.mlp { inputs = x:rows(), outputs = 10, width = p.width,
      depth = p.depth, activation = p.activation, init = arms[p.init].init,
      rng = rng:split "weights" }
    local lambda = ortho.sharpness(net, x, y, "mse_half",
      { rng = rng:split "sharpness" })
    local history = ortho.train { net = net, x = x, y = y, loss = "mse_half",
      lr = p.lr, steps = p.steps, target_loss = p.target,
      tracker = { every = p.steps, probes = { "relative_drift" } } }
    local first = history.steps.data.loss[1]
    local stable = not history.diverged and first ==
      math.max(table.unpack(history.steps:column "loss"))
    return { stable = stable, limit = 2 / lambda, loss = history.loss,
      taken = history.reached or 0 / 0, drift = stable and ortho.stats.mean(
        history.records:where { step = history.taken }:column "value") or 0 / 0 }
  end,
}
local results, p = sweep:run(), sweep.params

-- Of one net at every rate: the largest stable one with all below it stable,
-- and the one that arrives first.
local function verdict(rows, row)
  local best = math.huge
  row.stable, row.best, row.fewest, row.drift = 0 / 0, 0 / 0, 0 / 0, 0 / 0
  local sorted = rows:group "lr"
  table.sort(sorted, function(a, b) return a.key.lr < b.key.lr end)
  for _, group in ipairs(sorted) do
    local run = group.rows:row(1)
    row.limit = run.limit
    if not run.stable then break end
    row.stable = run.lr
    if run.taken < best then
      best, row.best, row.fewest, row.drift = run.taken, run.lr, run.taken,
        run.drift
    end
  end
  return row
end

local of = { "limit", "stable", "best", "fewest", "drift" }
local nets = ortho.table.new { "init", "depth", "seed", table.unpack(of) }
for _, group in ipairs(results:group { "init", "depth", "seed" }) do
  nets:append(verdict(group.rows, group.key))
end
print(([[
%d digits, %s nets of width %d; medians of %s over %d rates.
limit   2/lambda of the Hessian before training: stable to first order below
stable  largest rate up to which no loss exceeds the first
best    rate that comes to a loss of %g first, in `fewest` steps (most: %d)
drift   ||W'W - W0'W0||/(g^2 sqrt n) then, mean over the layers
]]):format(p.samples, p.activation, p.width,
  ortho.table.count(#sweep.grid.seed, "seed"), #sweep.grid.lr,
  p.target, p.steps))
nets:summary { by = { "init", "depth" }, of = of }:print {
  columns = { "init", "depth", table.unpack(of) } }
local logs = nets
for _, name in ipairs { "depth", "limit", "stable", "best" } do
  logs = logs:with(name, function(row) return math.log(row[name]) end)
end
print "\nGrowth with depth, exponents of (about -1 where orthogonal: Saxe et al. 2013):"
for _, name in ipairs { "limit", "stable", "best" } do
  for _, row in logs:where { [name] = function(v) return v == v end }
    :fit { by = "init", x = "depth", y = name }:rows() do
    print(("  %-6s  %-16s %6.2f +- %.2f"):format(name, row.init, row.slope,
      row.error))
  end
end

print("\nCSV   " .. results:csv(sweep:path "lr_sweep.csv"))
for _, name in ipairs(ortho.plot { panels = {
  { y = "stable", theory = "limit", ylabel = "learning rate",
    title = "largest stable rate; dashed 2/λ" },
  { y = "fewest", ylabel = "steps", title = "steps at the best rate" },
  { y = "drift", title = "drift of the Gram matrices, there" } },
  data = nets, x = "depth", color = "init", labels = arms.labels,
  log_x = true, log_y = true, file = sweep:path "lr_sweep",
  title = ("%d digits, %s nets of width %d"):format(p.samples, p.activation,
    p.width) }) do
  print("plot  " .. name)
end
print("report  " .. ortho.report { file = sweep:path "lr_sweep.html" })
