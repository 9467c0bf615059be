-- Why do weights stay nearly orthogonal in training? Linear nets, where the
-- drift is predicted without a free parameter; lazy ReLU nets, with the
-- exponents of their drift and a control that was never orthogonal; and what
-- breaks orthogonality. docs/experiments.md tells the story.
local ortho = require "orthorun"
local mean = ortho.stats.mean

-- What each study varies: the name of a setting, its value at level 1, 2, ...,
-- and the exponents of the drift and of its operator norm that are expected.
local studies = {
  width = { knob = "width", first = 128, factor = 2, drift = -1, op = -0.5,
    about = "width" },
  width_he = { knob = "width", first = 128, factor = 2, drift = -1, op = -0.5,
    set = { init = "he_normal" }, about = "width from He's weights" },
  outputs = { knob = "width", first = 64, factor = 2, drift = -0.5, op = 0,
    set = { outputs = "width" }, about = "width with as many outputs" },
  samples = { knob = "samples", first = 2, factor = 4, drift = 0.5,
    about = "samples" },
  scale = { knob = "scale", first = 1, factor = 3, drift = -1, op = -1,
    about = "output scale" },
  depth = { knob = "depth", first = 2, factor = 2, drift = -1,
    about = "depth" },
  rate = { knob = "rate", first = 0.25, factor = 2, drift = 0, op = 0,
    about = "learning rate" },
}
local order = { "width", "width_he", "outputs", "samples", "scale", "depth",
  "rate" }

-- Regimes that keep orthogonality, or break it.
local regimes = {
  { "lazy", "width 128, rate 0.5/lambda", {} },
  { "fast", "rate 5/lambda", { rate = 5 } },
  { "faster", "rate 8/lambda", { rate = 8 } },
  { "rich", "output scaled by 0.1", { scale = 0.1 } },
  { "narrow", "width 16", { width = 16 } },
  { "shallow", "one hidden layer", { depth = 1 } },
  { "all_outputs", "as many outputs as units", { outputs = "width" } },
  { "decay", "weight decay 0.3", { weight_decay = 0.3 } },
  { "adam_1", "one step of Adam, 1e-3", { adam = 1e-3, steps = 1 } },
  { "adam_20", "20 steps of Adam, 1e-3", { adam = 1e-3, steps = 20,
    target = 0 } },
  { "adam_wide", "20 steps of Adam, width 256", { adam = 1e-3, steps = 20, target = 0,
    width = 256 } },
}
for _, regime in ipairs(regimes) do
  studies[regime[1]] = { levels = 1, set = regime[3], about = regime[2] }
  order[#order + 1] = regime[1]
end

local base = { width = 128, samples = 32, outputs = 10, depth = 4, rate = 0.5,
  scale = 1, init = "orthogonal_sqrt2", weight_decay = 0 }

-- The settings of a trial, or nil where its study has no such level.
local function settings_of(p)
  local study, s = studies[p.study], {}
  if p.level > (study.levels or p.level) then return nil end
  for name, value in pairs(base) do s[name] = value end
  for name, value in pairs(study.set or {}) do s[name] = value end
  if study.knob then
    s[study.knob] = study.first * study.factor ^ (p.level - 1)
    s.value = s[study.knob]
    if study.knob ~= "rate" then s[study.knob] = math.tointeger(s.value) end
  end
  if s.outputs == "width" then s.outputs = s.width end
  s.steps, s.centred = s.steps or p.steps, p.centred
  s.target = s.target or p.target
  return s
end

-- Half the mean squared error of scale (f - f0), f0 the net's first output
-- (Chizat, Oyallon and Bach 2019): the error to learn is y, in every net. With
-- f0 = 0 it is y - scale f, of whatever size a random net's f is.
local function loss_of(s, net, x)
  local f0 = net:forward(x) * (s.centred and 1 or 0)
  return function(f, y)
    local value, gradient = ortho.loss.mse(s.scale * (f - f0), y,
      { reduction = "half" })
    return value, s.scale * gradient
  end
end

local function optimizer_of(s, net, x, y, loss)
  if s.adam then return ortho.optim.adam { lr = s.adam }, s.adam end
  local lr = s.rate / ortho.sharpness(net, x, y, loss)
  return ortho.optim.sgd { lr = lr, weight_decay = s.weight_decay }, lr
end

-- What theory says of the drift of such a run, or nil: of Adam's first step;
-- of lazy training, whose movement is the least that learns y; of weight
-- decay, which shrinks W0 and is orthogonal to that.
local function predicted(s, history, lr, gain2)
  if s.adam then
    return s.steps == 1 and math.sqrt(2 * s.width / gain2) * lr or nil
  end
  local layers = s.depth + 1
  local lazy = math.sqrt(2 * s.samples * s.outputs / gain2) /
    (s.width * layers * s.scale)
  local decay = 1 - (1 - lr * s.weight_decay) ^ (2 * history.taken)
  return math.sqrt(lazy ^ 2 + decay ^ 2)
end

-- Means over the hidden layers of the last measurement, g^2 = gain2.
local function measure(s, history, gain2)
  local function at(name, step)
    return mean(history.records:where { name = name, step = step,
      layer = function(l) return l <= s.depth end }:column "value")
  end
  local op, W = {}, history.net:weights()
  for l = 1, s.depth do
    local W0 = history.initial[l]
    op[l] = (W[l] * W[l]:t() - W0 * W0:t()):norm "spectral" / gain2
  end
  local t = history.taken
  local symmetric, skew = at("gradient_symmetric", 0), at("gradient_skew", 0)
  return { drift = at("relative_drift", t), ratio = at("drift_ratio", t),
    movement = at("movement", t), moved = at("moved_eigenvalues", t),
    op = mean(op), stable_rank = at("movement_stable_rank", t),
    smallest = at("singular_min", t) / math.sqrt(gain2),
    largest = at("singular_max", t) / math.sqrt(gain2), taken = t,
    left = history.loss / history.steps.data.loss[1],
    symmetric = symmetric ^ 2 / (symmetric ^ 2 + skew ^ 2) }
end

local probes = { "relative_drift", "drift_ratio", "movement", "singular_max",
  "singular_min", "moved_eigenvalues", "movement_stable_rank",
  "gradient_split" }

local function trial(p)
  local s = settings_of(p)
  if not s then return {} end
  local rng = ortho.rng(p.seed) -- the same in every study
  local sizes = { s.width }
  for l = 2, s.depth + 1 do sizes[l] = s.width end
  sizes[s.depth + 2] = s.outputs
  local x = rng:split "x":normal(s.width, s.samples)
  local y = rng:split "y":normal(s.outputs, s.samples)
  local net = ortho.mlp { sizes = sizes, bias = false, activation = "relu",
    init = ortho.arms[s.init].init, rng = rng:split "weights" }
  local loss = loss_of(s, net, x)
  local optimizer, lr = optimizer_of(s, net, x, y, loss)
  local first = net:loss(x, y, loss)
  local history = ortho.train { net = net, x = x, y = y, loss = loss,
    optimizer = optimizer, steps = s.steps, target_loss = s.target * first,
    tracker = { every = math.maxinteger, probes = probes } }
  if history.diverged then
    return { value = s.value or 0 / 0, diverged = true }
  end
  local gain2 = 2.0 -- both He's and sqrt(2) times orthogonal weights
  local out = measure(s, history, gain2)
  out.diverged, out.value = false, s.value or 0 / 0
  out.predicted = predicted(s, history, lr, gain2) or 0 / 0
  return out
end

-- --- linear nets ----------------------------------------------------------

-- A linear net learns a target whose singular values are s at rate/L: its
-- layers' drift per layer, and sqrt(mean (s^(2/L) - 1)^2), with no free
-- parameter; and how far neighbours are from balance, W2'W2 = W1W1'.
local function linear_drift(depth, seed, rate)
  local rng, n, predicted_squares = ortho.rng(seed), 16, {}
  local s = ortho.matrix.linspace(0.5, 2, n):tolist()
  local x = ortho.matrix.eye(n, { precision = "float64" }) * math.sqrt(n)
  local net = ortho.mlp { width = n, depth = depth, activation = "linear",
    bias = false, rng = rng:split "weights", precision = "float64" }
  local _, sign = net:forward(x):logdet() -- or no rotation leads there
  local set = ortho.data.teacher { x = x, outputs = n, singular_values = s,
    det = sign, rng = rng:split "target" }
  local history = ortho.train { net = net, x = x, y = set.y,
    loss = "mse_half", lr = rate / depth, steps = 20000, target_loss = 1e-8,
    tracker = { every = math.maxinteger, probes = { "relative_drift",
      "movement", "balance" } } }
  for i, value in ipairs(s) do
    predicted_squares[i] = (value ^ (2 / depth) - 1) ^ 2
  end
  local function at_end(name)
    return mean(history.records:where { name = name,
      step = history.taken }:column "value")
  end
  return { depth = depth, seed = seed, rate = rate,
    measured = at_end "relative_drift", balance = at_end "balance",
    predicted = math.sqrt(mean(predicted_squares)), loss = history.loss,
    movement = at_end "movement", steps = history.taken }
end

local sweep = ortho.sweep {
  name = "why_orthogonal",
  about = "Why weights stay nearly orthogonal in training: depth, laziness, " ..
    "and what\nbreaks it. A level more is twice the width, depth, ...; see the table.",
  params = { steps = 2000, target = 0.1, centred = true },
  grid = { study = order, level = ortho.range(3), seed = ortho.range(3) },
  options = {
    study = { choices = order }, level = { least = 1,
      help = "1-3 has widths 128 to 512" },
    centred = { help = "learn y beyond the first output, not y" },
    target = { least = 0, help = "share of the first loss to reach" },
    steps = { least = 1, help = "at most so many" },
  },
  trial = trial,
}
local results = sweep:run() -- without levels that a study has not
  :with("diverged", function(row) return row.diverged end)
  :where { diverged = { true, false } }
if #results == 0 then
  error("these studies have level 1 only; --level has no 1", 0)
end
local runs = results:where { diverged = false }

print [[
Linear nets of width 16, targets with singular values from 0.5 to 2: drift per
layer ||W'W - I||/sqrt n, sqrt(mean (s^(2/L) - 1)^2), and ||W - W0||/||W0||.
]]
local function linear_nets(depths, rates)
  local rows = ortho.table.new { "depth", "seed", "rate", "measured",
    "predicted", "movement", "balance", "loss", "steps" }
  for _, depth in ipairs(depths) do
    for _, rate in ipairs(rates) do
      for _, seed in ipairs(sweep.grid.seed) do
        rows:append(linear_drift(depth, seed, rate))
      end
    end
  end
  return rows
end
local linear = linear_nets({ 2, 4, 8, 16, 32, 64 }, { 0.08 })
local deep = linear:summary { by = "depth", of = { "measured", "predicted",
  "movement" } }
deep:print { columns = { "depth", "n", "measured", "predicted", "movement" } }

print [[

The same at 8 layers, at rates of rate/8. Gradient flow conserves the balance
W2'W2 - W1W1' of neighbours, 0 at first; steps break it, by what their size is.
]]
local balanced = linear_nets({ 8 }, { 0.04, 0.08, 0.16, 0.32 })
balanced:summary { by = "rate", of = { "measured", "balance" } }
  :print { columns = { "rate", "n", "measured", "balance" } }
local power = { ortho.stats.fit(
  balanced:with("x", function(r) return math.log(r.rate) end):column "x",
  balanced:with("y", function(r) return math.log(r.balance) end):column "y") }

-- The exponent of `y` in a study's knob, its standard error, or nil.
local function exponent(study, y)
  local x, values = {}, {}
  for _, row in runs:where { study = study }:rows() do
    x[#x + 1], values[#values + 1] = math.log(row.value), math.log(row[y])
  end
  local slope, _, error = ortho.stats.fit(x, values)
  return slope, error
end

print(([[

ReLU nets, 4 hidden layers, 32 random samples, 10 targets, trained to %g of the
first loss. Exponents of the drift ||E||_F/(g^2 sqrt n), E = WW' - W0W0',
and of ||E||_2/g^2, with standard errors, in what each study varies.
]]):format(sweep.params.target))
local laws = ortho.table.new { "study", "varies", "from", "to", "drift",
  "error", "expected", "op", "op_error", "op_expected" }
for _, name in ipairs(runs:unique "study") do
  local study = studies[name]
  local values = runs:where { study = name }:unique "value"
  if study.knob and #values > 1 then
    local drift, error = exponent(name, "drift")
    local op, op_error = exponent(name, "op")
    laws:append { study = name, varies = study.knob, drift = drift,
      from = math.min(table.unpack(values)), error = error,
      to = math.max(table.unpack(values)), expected = study.drift, op = op,
      op_error = op_error, op_expected = study.op }
  end
end
laws:print()

print [[

What keeps or breaks it, width 128: drift beside theory's, ||E||_2/g^2, the
smallest and largest singular value over g, ||W - W0||/||W0||, and its rank.
]]
local names = {}
for i, regime in ipairs(regimes) do names[i] = regime[1] end
local function middle(rows, name) return ortho.stats.median(rows:column(name)) end
local kept = ortho.table.new { "regime", "drift", "theory", "op", "smallest",
  "largest", "movement", "stable_rank", "seeds" }
for _, group in ipairs(runs:where { study = names }:group "study") do
  local record = { regime = studies[group.key.study].about,
    seeds = #group.rows, theory = middle(group.rows, "predicted") }
  for _, name in ipairs { "drift", "op", "smallest", "largest", "movement",
    "stable_rank" } do
    record[name] = middle(group.rows, name)
  end
  kept:append(record)
end
kept:print()

-- --- the answer, from the numbers -----------------------------------------

-- A measured exponent in words: with its error, and whether it is as expected.
local function agrees(row)
  local off = math.abs(row.drift - row.expected)
  return ("%.2f +- %.2f, %s %g"):format(row.drift, row.error,
    off <= 2 * row.error and "as expected" or off <= 0.15 and "near the ideal"
    or "off the ideal", row.expected)
end

local function answer()
  local text = {}
  local function say(...) text[#text + 1] = string.format(...) end
  local worst = 0
  for _, row in linear:rows() do
    worst = math.max(worst, math.abs(row.measured / row.predicted - 1))
  end
  local last = deep:row(#deep)
  say("In a deep linear net every layer shares the work, and depth alone " ..
    "explains the drift: the prediction is %s, within %.2g %%, down to %.4f " ..
    "at %d layers.", worst < 0.01 and "met" or "missed", 100 * worst,
    last.measured, last.depth)
  say("The balance of neighbouring layers, which gradient flow conserves, is " ..
    "lost as rate^(%.2f +- %.2f), %s 1, and the drift hardly feels the rate.",
    power[1], power[3], math.abs(power[1] - 1) < 0.1 and "near" or "not")
  local lazy = runs:where { study = { "width", "width_he" } }
  if #lazy > 2 then
    local share = mean(lazy:column "symmetric")
    say("In a ReLU net nothing protects orthogonality: %.0f %% of the energy " ..
      "of W'G is symmetric, the part that changes W'W%s, and the drift is " ..
      "%.3f +- %.3f times that of a random direction of the same length.",
      100 * share, math.abs(share - 0.5) < 0.1 and
      ", about the half of a random G" or "", mean(lazy:column "ratio"),
      ortho.stats.std(lazy:column "ratio"))
  end
  local powers = {}
  for _, row in laws:where { error = function(e) return e == e end }:rows() do
    powers[#powers + 1] = ("%s: %s"):format(studies[row.study].about,
      agrees(row))
  end
  if #powers > 0 then
    say("The drift is a power of %s.", table.concat(powers, "; "))
  end
  local orth, he = runs:where { study = "width" }, runs:where { study =
    "width_he" }
  if #orth > 0 and #he > 0 then
    local factor = middle(he, "drift") / middle(orth, "drift")
    say("He's weights, which were never orthogonal, keep their Gram matrix " ..
      "%s: their drift is %.2f times that of orthogonal ones.",
      factor < 1.3 and "just as well" or "less well", factor)
  end
  local count = runs:where { study = "samples" }
  if #count > 0 then
    say("N samples move %.2f N of the eigenvalues of WW' (2 N is the most " ..
      "they can at first order).", mean(count:with("each", function(r)
        return r.moved / r.value
      end):column "each"))
  end
  local broken, whole = {}, {}
  for _, row in kept:rows() do
    local list = row.op > 0.4 and broken or whole
    list[#list + 1] = ("%s (%.2g)"):format(row.regime, row.op)
  end
  if #broken > 0 then
    say("A singular value leaves the neighbourhood of g, ||E||_2/g^2 above " ..
      "0.4, with: %s.", table.concat(broken, "; "))
  end
  if #whole > 0 then
    say("All stay nearer with: %s.", table.concat(whole, "; "))
  end
  local still = kept:where { regime = studies.lazy.about }
  if #still > 0 then
    local row = still:row(1)
    say("So weights stay near where they began %s: they move by %.1f %% of " ..
      "their norm, in about %.0f of %d directions.", row.drift < 0.1 and
      "because learning asks little of each of them" or
      "less than one would think", 100 * row.movement, row.stable_rank,
      base.width)
  end
  return table.concat(text, " ")
end

print("\n" .. ortho.table.paragraph(answer()))

print("\nCSV   " .. results:csv(sweep:path "why_orthogonal.csv"))
print("CSV   " .. linear:csv(sweep:path "linear.csv"))
local function panel(list, x, title)
  return { data = runs:where { study = list }, x = "value", y = "drift",
    color = "study", theory = "predicted", xlabel = x, title = title }
end
local one = linear:with("nets", function() return "linear" end)
local panels = { { data = one, x = "depth", y = "measured",
  theory = "predicted", title = "linear nets: depth", color = "nets" },
  panel({ "width", "width_he", "outputs" }, "width", "ReLU nets: width"),
  panel("samples", "samples", "samples"), panel("scale", "output scale",
    "output scale"), panel("depth", "hidden layers", "depth"),
  panel("rate", "rate times λ", "learning rate") }
for i = #panels, 1, -1 do
  if #panels[i].data == 0 then table.remove(panels, i) end
end
for _, name in ipairs(ortho.plot { panels = panels, log_x = true,
  log_y = true, ylabel = "drift", file = sweep:path "why_orthogonal",
  title = "How far weights' Gram matrices go in training",
  labels = { width = "orthogonal", width_he = "He", outputs =
    "as many outputs as units" } }) do
  print("plot  " .. name)
end
local checks = {}
for _, row in laws:where { error = function(e) return e > 0 end }:rows() do
  checks[#checks + 1] = { what = "exponent of the drift in " ..
    studies[row.study].about, predicted = row.expected, measured = row.drift,
    error = row.error }
end
print("report  " .. ortho.report { checks = checks,
  file = sweep:path "why_orthogonal.html" })
