-- How wide must a deep linear net be to learn at all? Hu, Xiao and Pennington
-- (2020): from orthogonal weights as wide at any depth, from Gaussian ones
-- about as wide as it is deep, times a constant.
local ortho = require "orthorun"

-- Both arms keep E||Wx||^2, first and last layer included.
local arms = {
  orthogonal = ortho.init.orthogonal {},
  gaussian = function(rng, rows, cols)
    return rng:normal(rows, cols, { std = math.max(rows, cols) ^ -0.5 })
  end,
}

-- Targets S with singular values from 1/2 to 3/2, and whitened inputs: the
-- loss is ||W_L...W_1 - S||^2/2.
local function task(p, rng)
  local Q = ortho.init.orthogonal {}
  local s = ortho.matrix.linspace(0.5, 1.5, p.outputs)
  return ortho.matrix.eye(p.inputs) * math.sqrt(p.inputs),
    Q(rng:split "left", p.outputs, p.outputs) * ortho.matrix.diag(s) *
    Q(rng:split "right", p.outputs, p.inputs) * math.sqrt(p.inputs)
end

local sweep = ortho.sweep {
  name = "width_needed",
  about = "The width that a deep linear net needs to learn, against its " ..
    "depth:\northogonal against Gaussian weights (Hu, Xiao, Pennington 2020).",
  params = { inputs = 16, outputs = 10, rate = 0.25, steps = 100,
    target = 0.1 },
  grid = { init = { "orthogonal", "gaussian" }, depth = { 4, 8, 16, 32, 64 },
    width = { 16, 19, 23, 27, 32, 38, 45, 54, 64, 76, 91, 108, 128, 152, 181 },
    seed = ortho.range(3) },
  options = {
    init = { choices = { "orthogonal", "gaussian" } },
    depth = { least = 2, help = "weight matrices" },
    width = { least = 1, help = "hidden units" },
    inputs = { least = 1 }, outputs = { least = 1 },
    rate = { least = 1e-9, help = "learning rate times depth" },
    steps = { least = 1 },
    target = { least = 0, help = "loss over ||Y||^2/2 that counts as learnt" },
  },
  trial = function(p, rng)
    local x, y = task(p, rng:split "task")
    local net = ortho.mlp { inputs = p.inputs, width = p.width,
      depth = p.depth, outputs = p.outputs, activation = "linear",
      bias = false, init = arms[p.init], rng = rng:split "weights" }
    local zero = ortho.loss.mse(y * 0, y, { reduction = "half" })
    local history = ortho.train { net = net, x = x, y = y, loss = "mse_half",
      lr = p.rate / p.depth, steps = p.steps, target_loss = p.target * zero }
    local loss = history.diverged and math.huge or history.loss / zero
    return { loss = loss, learnt = loss <= p.target and 1 or 0,
      taken = history.reached or 0 / 0 }
  end,
}
local results, p = sweep:run(), sweep.params

-- The least width at and above which most seeds learn; nan: none.
local function least_width(rows)
  local widths, least = rows:group "width", 0 / 0
  table.sort(widths, function(a, b) return a.key.width > b.key.width end)
  for _, group in ipairs(widths) do
    if ortho.stats.mean(group.rows:column "learnt") <= 0.5 then break end
    least = group.key.width
  end
  return least
end

local narrow = math.min(table.unpack(sweep.grid.width))
local needed = ortho.table.new { "init", "depth", "needed", "needed_by_depth",
  "narrow_loss", "narrow_learnt" }
for _, group in ipairs(results:group { "init", "depth" }) do
  local row, least = group.key, least_width(group.rows)
  local narrowest = group.rows:where { width = narrow }
  row.needed, row.needed_by_depth = least, least / row.depth
  row.narrow_loss = ortho.stats.median(narrowest:column "loss")
  row.narrow_learnt = ortho.stats.mean(narrowest:column "learnt")
  needed:append(row)
end

print(([[
needed        least width that learns in most of %s: to a loss of %g in
              %d steps at rate %g/L, where 1 is what a net that says 0 has
narrow_loss   median loss at width %d, and the share of seeds that learn there
]]):format(ortho.table.count(#sweep.grid.seed, "seed"), p.target, p.steps,
  p.rate, narrow))
needed:print()
local function growth(init)
  local logs = needed:where { init = init, needed = function(w)
    return init == "orthogonal" and w == w or w > narrow
  end }
  local x, y = {}, {}
  for i, row in logs:rows() do
    x[i], y[i] = math.log(row.depth), math.log(row.needed)
  end
  return ortho.stats.fit(x, y)
end
for _, init in ipairs(needed:unique "init") do
  local expected = init == "gaussian" and 1 or 0
  local slope, _, error = growth(init)
  print(("%-10s width needed grows as depth^(%.2f +- %.2f), expected %d")
    :format(init, slope, error or 0 / 0, expected))
end

print("\nCSV   " .. results:csv(sweep:path "width_needed.csv"))
for _, name in ipairs(ortho.plot { color = "init", log_x = true, log_y = true,
  panels = { { data = needed, x = "depth", y = "needed",
    title = "width needed", theory = function(r)
      return r.init == "gaussian" and r.depth or narrow
    end },
    { data = results:where { depth = math.max(table.unpack(sweep.grid.depth)) },
      x = "width", y = "loss", ylabel = "loss over ‖Y‖²/2",
      title = ("loss after %d steps, depth %d"):format(p.steps,
        math.max(table.unpack(sweep.grid.depth))) } },
  title = "Width that a deep linear net needs; dashed: the depth, and the least",
  file = sweep:path "width_needed" }) do
  print("plot  " .. name)
end
print("report  " .. ortho.report { file = sweep:path "width_needed.html" })
