-- Training a ReLU classifier from orthogonal weights, the article's third
-- figure: accuracy, loss, gradient norm, and ||WW' - W0W0'|| of the first
-- layer beside bounds on it, from the article's kind to a tight one.
local ortho = require "orthorun"

-- The drift and its bounds, from loose to tight, and what each has that the
-- next has not; docs/experiments.md derives them.
local bounds = {
  { "maxima", "2η t max‖W‖_F max‖g‖",
    "the largest norms for those of each step" },
  { "sums", "Σ 2η‖W‖_F‖G‖_F", "the Frobenius norm of W for the spectral" },
  { "spectral", "Σ 2η‖W‖₂‖G‖_F", "the length of the path for its end" },
  { "mixed", "(‖W‖₂+‖W₀‖₂) ‖W−W₀‖_F",
    "norms for the matrices' directions" },
  { "tight", "‖(W+W₀)(W−W₀)ᵀ‖_F", "the skew part, which turns W only" },
  { "drift", "‖WWᵀ−W₀W₀ᵀ‖_F", "" },
}
local fashion = "/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz"

local function load(p, rng)
  if p.data ~= "fashion_mnist" then
    local set = ortho.data.load(p.data)
    if not set.labels then error(p.data .. " has no labels", 0) end
    return ortho.data.split(set, { rng = rng })
  end
  return ortho.data.fashion_mnist {}, ortho.data.fashion_mnist { split = "test" }
end

-- (tr E)^2/||E||_F^2: how many eigenvalues bear a change, if they share it.
local function trace_share(E)
  local size = E:norm()
  return size > 0 and (E:trace() / size) ^ 2 or 0
end

-- What to call before every update with its number, and the rows it fills,
-- one every so many steps. Sums go over the steps before.
local function watch(net, p, every)
  local W, G = net:weights()[1], net:weight_gradients()[1]
  local W0, A0, rows, most_w, most_g = W:copy(), W * W:t(), {}, 0, 0
  local A, norm0, norm = A0, W:norm "spectral", nil
  local s = { sums = 0, spectral = 0, gram_path = 0, path = 0 }
  local function row(step)
    local D = W - W0
    norm = W:norm "spectral"
    rows[#rows + 1] = { step = step, drift = (A - A0):norm(), norm = norm,
      moving = trace_share(A - A0), size = W:norm(), moved = D:norm(),
      path = s.path, sums = s.sums,
      spectral = s.spectral, gram_path = s.gram_path,
      maxima = 2 * p.lr * step * most_w * most_g,
      mixed = (norm + norm0) * D:norm(), tight = ((W + W0) * D:t()):norm() }
  end
  return function(step, last)
    local before = A
    A = W * W:t()
    s.gram_path = s.gram_path + (A - before):norm()
    if last or step % every == 0 then row(step) end
    local all = ortho.optim.grad_norm(net)
    local clip = math.min(1, p.clip / all)
    local w, g = W:norm(), G:norm() * clip
    most_w, most_g = math.max(most_w, w), math.max(most_g, all * clip)
    s.path = s.path + p.lr * g
    s.sums = s.sums + 2 * p.lr * w * g + (p.lr * g) ^ 2
    s.spectral = s.spectral + 2 * p.lr * norm * g + (p.lr * g) ^ 2
  end, rows
end

-- The rows as columns, with accuracy, and with the means of the loss and of
-- the clipped gradient norm over the steps since the row before.
local function columns_of(rows, history, clip, batches)
  local tests = history.evaluations:column "accuracy"
  local out = { accuracy = table.move(tests, 1, #rows, 1, {}), loss = {},
    grad = {}, diverged = history.diverged ~= nil }
  for i, row in ipairs(rows) do
    row.epoch = row.step / batches
    for name, value in pairs(row) do
      out[name] = out[name] or {}
      out[name][i] = value
    end
    local steps = history.steps:where { step = function(step)
      return step <= row.step and step >= (i > 1 and rows[i - 1].step or 0)
    end }
    out.loss[i] = ortho.stats.mean(steps:column "loss")
    out.grad[i] = ortho.stats.mean(steps:with("grad_norm", function(step)
      return math.min(clip, step.grad_norm)
    end):column "grad_norm")
  end
  return out
end

local sweep = ortho.sweep {
  name = "drift", index = "point",
  about = "Training from orthogonal weights: the article's third figure, " ..
    "with bounds\non the drift of WW'. The article trains 10 epochs.",
  params = { data = ortho.file.size(fashion) and "fashion_mnist" or "digits",
    hidden = 256, epochs = 2, batch = 128, lr = 0.01, clip = 1.0, points = 7,
    init = "orthogonal" },
  grid = { seed = { 1 } },
  options = {
    data = { help = "fashion_mnist, digits, or a file with labels" },
    hidden = { least = 1, help = "units of the hidden layer" },
    epochs = { least = 1 }, batch = { least = 1 }, lr = { least = 1e-9 },
    clip = { least = 1e-9, help = "largest gradient norm" },
    points = { least = 1, help = "rows and tests an epoch" },
    init = { choices = ortho.init.names() },
  },
  trial = function(p, rng)
    local train, test = load(p, rng)
    local net = ortho.mlp { sizes = { train.x:rows(), p.hidden,
      math.max(table.unpack(train.labels)) }, rng = rng:split "weights",
      init = ortho.init.get(p.init) }
    local batches = -(-train.x:cols() // p.batch)
    local every = -(-batches // p.points)
    local look, rows = watch(net, p, every)
    local history = ortho.train { net = net, x = train.x, y = train.labels,
      loss = "cross_entropy", lr = p.lr, clip = p.clip, batch = p.batch,
      epochs = p.epochs, rng = rng:split "batches",
      on_step = function(step) look(step) end,
      evaluate = { x = test.x, y = test.labels, every = every } }
    if not history.diverged then look(history.taken, true) end
    return columns_of(rows, history, p.clip, batches)
  end,
}
local results, p = sweep:run(), sweep.params
local last = math.max(table.unpack(results:column "step"))
local ends = results:where { step = last }

print(([[
%s, %d hidden units, %s weights, %d epochs of batches of %d;
medians over %s. loss and grad (the norm, clipped at %g) are means since
the point before; accuracy is that on test samples.
]]):format(p.data, p.hidden, p.init, p.epochs, p.batch,
  ortho.table.count(#sweep.grid.seed, "seed"), p.clip))
results:where { epoch = function(e) return e % 1 == 0 end }:summary {
  by = "epoch", of = { "accuracy", "loss", "grad", "drift" } }:print {
  columns = { "epoch", "accuracy", "loss", "grad", "drift" }, limit = 100 }

for _, seed in ipairs(results:where { diverged = true }:unique "seed") do
  print(("\nThe training of seed %d diverged; its last row is its last point.")
    :format(seed))
end
local function at_end(name) return ortho.stats.median(ends:column(name)) end
local report = ortho.table.new { "value", "factor", "of", "is" }
for i, bound in ipairs(bounds) do
  local after = bounds[i + 1]
  report:append { of = bound[2], value = at_end(bound[1]), is = bound[3],
    factor = after and at_end(bound[1]) / at_end(after[1]) }
end
print("\nBounds after the last step, and the factor that each gives away:\n")
report:print {}
print(([[

All in all the first is %.0f times the drift; the article found 1508.95/4.1151
= 367. The Gram matrix's own path, the sum of its changes, is %.2f long.
||W||_F went from %.2f to %.2f (article: 16 to 16.32), ||W||_2 to %.2f: as much
as if %.1f of %d singular values had changed alike, (tr E)^2/||E||^2.]]):format(
  at_end "maxima" / at_end "drift", at_end "gram_path",
  ortho.stats.median(results:where { step = 0 }:column "size"), at_end "size",
  at_end "norm", at_end "moving", p.hidden))

local long = ortho.table.new { "step", "bound", "value" }
for _, row in results:rows() do
  for _, bound in ipairs(row.step > 0 and bounds or {}) do
    long:append { step = row.step, bound = bound[2], value = row[bound[1]] }
  end
end
print("\nCSV   " .. results:csv(sweep:path "drift.csv"))
for _, name in ipairs(ortho.plot { data = results, x = "step", panels = {
  { y = "accuracy", title = "accuracy on test images" },
  { y = "loss", title = "loss" },
  { y = "grad", title = "gradient norm, clipped", ylabel = "‖∇L‖" },
  { data = long, y = "value", color = "bound", log_y = true,
    title = "drift and its bounds", ylabel = "‖WWᵀ−W₀W₀ᵀ‖" } },
  title = ("%s, %d hidden units"):format(p.data, p.hidden),
  file = sweep:path "drift" }) do
  print("plot  " .. name)
end
print("report  " .. ortho.report { file = sweep:path "drift.html", checks = {
  { what = "the drift over its tight bound", at_most = 1,
    measured = at_end "drift" / at_end "tight" } } })
