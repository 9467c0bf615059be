-- Gradient norms in deep networks, by initialization: of each layer, and of
-- the first layer against the network's depth, with theory beside them.
local ortho = require "orthorun"
local data, init, metric = ortho.data, ortho.init, ortho.metric

local names = { "gaussian", "scaled_gaussian", "he_normal", "orthogonal",
  "orthogonal_sqrt2" }
local arms = {
  gaussian = { make = init.gaussian {}, label = "N(0, 1)" },
  scaled_gaussian = { make = init.scaled_gaussian {}, label = "N(0, 1/n)" },
  he_normal = { make = init.he_normal {}, label = "He, N(0, 2/n)" },
  orthogonal = { make = init.orthogonal {}, label = "orthogonal" },
  orthogonal_sqrt2 = { make = init.orthogonal { gain = math.sqrt(2) },
    label = "orthogonal × √2", theory = "orthogonal", gain = math.sqrt(2) },
}

local pool -- a file's samples; read once
local function batch(p, rng)
  if p.data == "synthetic" then
    return data.synthetic { inputs = p.width, samples = p.batch, rng = rng }
  end
  pool = pool or data.load(p.data, { limit = 2000 })
  local set = data.sample(pool, math.min(p.batch, pool.x:cols()), rng)
  set.y = set.y or rng:split("y"):uniform(p.width, set.x:cols())
  return set
end

local sweep = ortho.sweep {
  name = "depth_sweep",
  about = "Gradient norms by layer and by depth, Gaussian against " ..
    "orthogonal weights:\nthe article's first figure.",
  params = { width = 256, batch = 32, activation = "relu", data = "synthetic" },
  grid = { init = names, depth = { 4, 10, 20, 30, 40, 51 },
    seed = ortho.range(5) },
  options = {
    init = { choices = names },
    depth = { least = 1, help = "weight matrices" },
    activation = { choices = ortho.activation.names() },
    width = { least = 1, help = "units in a layer" },
    batch = { least = 1, help = "samples" },
    data = { help = "or fashion_mnist, or a .csv, .npy or IDX file" },
  },
  trial = function(p, rng)
    local set = batch(p, rng:split("data"))
    local sizes = { set.x:rows() }
    for l = 2, p.depth do sizes[l] = p.width end
    sizes[p.depth + 1] = set.y:rows()
    local net = ortho.mlp { sizes = sizes, activation = p.activation,
      init = arms[p.init].make, rng = rng:split("weights") }
    local _, dy = ortho.loss.mse(net:forward(set.x), set.y,
      { reduction = "half" })
    net:backward(dy)
    return { grad = metric.log10_grad_norms(net),
      delta = metric.log10_delta_norms(net) }
  end,
}

-- What theory expects of log10 norms, for inputs and targets as `synthetic`
-- makes them: arrays gradient and delta over the layers.
local p, known = sweep.params, {}
local function expected(name, depth)
  local key, arm = name .. depth, arms[name]
  known[key] = known[key] or ortho.theory.signal {
    init = arm.theory or name, gain = arm.gain, activation = p.activation,
    width = p.width, depth = depth, batch = p.batch, q0 = 1 / 3,
    cotangent = "mse", reduction = "half",
  }.typical
  return known[key]
end
local function theory(part)
  return function(row) return expected(row.init, row.depth)[part][row.layer] end
end

local results = sweep:run():with("grad_theory", theory "gradient")
  :with("delta_theory", theory "delta")
local deepest = math.max(table.unpack(sweep.grid.depth))
local deep = results:where { depth = deepest }
local first = results:where { layer = 1 }

-- The table: the first layer's gradient in the deepest net, and two slopes.
local function median_slope(rows, x, y)
  return rows:fit { by = { "init", "seed" }, x = x, y = y }
    :summary { by = "init", of = "slope" }:column "slope"
end
local report = first:where { depth = deepest }
  :summary { by = "init", of = { "grad", "grad_theory" } }
for name, values in pairs {
  by_layer = median_slope(deep, "layer", "delta"),
  by_layer_theory = median_slope(deep, "layer", "delta_theory"),
  by_depth = median_slope(first, "depth", "grad"),
  by_depth_theory = median_slope(first, "depth", "grad_theory") } do
  report = report:with(name, function(_, i) return values[i] end)
end
io.write(([[
%s, width %d, %d samples of %s data; medians of log10 norms over %d seeds.
grad      ||dL/dW_1|| in a net of %d layers, with its 10 and 90 %% quantiles
by_layer  slope of ||dL/dz_l|| per layer l of that net
by_depth  slope of ||dL/dW_1|| per layer that the net grows
..theory  what is expected for synthetic data

]]):format(p.activation, p.width, p.batch, p.data, #sweep.grid.seed, deepest))
local synthetic = p.data == "synthetic"
report:print { columns = { "init", "grad", "grad_low", "grad_high",
  synthetic and "grad_theory" or "n", "by_layer", "by_layer_theory",
  "by_depth", "by_depth_theory" } }

local labels = {}
for name, arm in pairs(arms) do labels[name] = arm.label end
local function panels(keep, note)
  local d, f = deep:where { init = keep }, first:where { init = keep }
  local grad = synthetic and "grad_theory" or nil
  return { data = d, x = "layer", y = "grad", theory = grad,
    title = "every layer's weights" .. note, ylabel = "‖∂L/∂W‖" },
    { data = d, x = "layer", y = "delta", theory = grad and "delta_theory",
      title = "the signal on its way back" .. note, ylabel = "‖∂L/∂z‖" },
    { data = f, x = "depth", y = "grad", theory = grad,
      title = "the first layer, by depth" .. note, ylabel = "‖∂L/∂W₁‖" }
end
local function tame(name) return name ~= "gaussian" end
local all = { panels(function() return true end, "") }
if #results:where { init = tame } % #results > 0 then
  table.move({ panels(tame, ", without N(0, 1)") }, 1, 3, 4, all)
end
print("\nCSV   " .. results:csv(sweep:path "depth_sweep.csv"))
for _, name in ipairs(ortho.plot { panels = all, color = "init",
  log10_y = true, labels = labels, file = sweep:path "depth_sweep",
  title = ("Gradients of a %s network, %d layers of width %d"):format(
    p.activation, deepest, p.width) }) do
  print("plot  " .. name)
end
