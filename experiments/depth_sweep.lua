-- Gradient norms in deep networks, by initialization: of each layer, and of
-- the first layer against the network's depth, with theory beside them.
local ortho = require "orthorun"
local arms = ortho.arms

local sweep = ortho.sweep {
  name = "depth_sweep",
  about = "Gradient norms by layer and by depth, Gaussian against orthogonal " ..
    "weights:\nthe article's first figure.",
  params = { width = 256, batch = 32, activation = "relu", data = "synthetic" },
  grid = { init = arms.names, depth = { 4, 10, 20, 30, 40, 51 },
    seed = ortho.range(5) },
  options = {
    init = { choices = arms.names },
    depth = { least = 1, help = "weight matrices" },
    activation = { choices = ortho.activation.names() },
    width = { least = 1, help = "units in a layer" },
    batch = { least = 1, help = "samples" },
    data = { help = "or fashion_mnist, or a .csv, .npy or IDX file" },
  },
  trial = function(p, rng)
    local set = ortho.data.batch { data = p.data, size = p.batch,
      inputs = p.width, rng = rng:split "data" }
    local net = ortho.mlp { inputs = set.x:rows(), width = p.width,
      depth = p.depth, outputs = set.y:rows(), activation = p.activation,
      init = arms[p.init].init, rng = rng:split "weights" }
    local found = net:signal(set.x, set.y, "mse_half")
    local arm, known = arms[p.init].theory, {}
    if p.data == "synthetic" then -- inputs and targets with mean square 1/3
      known = ortho.theory.signal { init = arm.init, gain = arm.gain,
        activation = p.activation, width = p.width, depth = p.depth,
        batch = p.batch, q0 = 1 / 3, cotangent = "mse",
        reduction = "half" }.typical
    end
    return { grad = found.gradient, grad_theory = known.gradient,
      delta = found.delta, delta_theory = known.delta }
  end,
}
local results, p = sweep:run(), sweep.params
local deepest = math.max(table.unpack(sweep.grid.depth))
local deep, first = results:where { depth = deepest }, results:where { layer = 1 }
local theory = p.data == "synthetic"

print(([[
%s, width %d, %d samples of %s data; medians of log10 norms over %d seeds.
grad      ||dL/dW_1|| in a net of %d layers, with its 10 and 90 %% quantiles
by_layer  slope of ||dL/dz_l|| per layer l of that net
by_depth  slope of ||dL/dW_1|| per layer that the net grows
..theory  what is expected, for synthetic data
]]):format(p.activation, p.width, p.batch, p.data, #sweep.grid.seed, deepest))
local function slopes(rows, x, y)
  return rows:fit { by = { "init", "seed" }, x = x, y = y }
    :summary { by = "init", of = "slope" }:column "slope"
end
local report = first:where { depth = deepest }:summary { by = "init",
  of = theory and { "grad", "grad_theory" } or "grad" }
for _, ending in ipairs { "", theory and "_theory" or nil } do
  report = report
    :with("by_layer" .. ending, slopes(deep, "layer", "delta" .. ending))
    :with("by_depth" .. ending, slopes(first, "depth", "grad" .. ending))
end
report:print { columns = theory and { "init", "grad", "grad_low", "grad_high",
  "grad_theory", "by_layer", "by_layer_theory", "by_depth", "by_depth_theory" }
  or { "init", "grad", "grad_low", "grad_high", "by_layer", "by_depth" } }

local function panels(keep, note)
  local d, f = deep:where { init = keep }, first:where { init = keep }
  return { data = d, x = "layer", y = "grad", theory = theory and "grad_theory" or nil,
    title = "every layer's weights" .. note, ylabel = "‖∂L/∂W‖" },
    { data = d, x = "layer", y = "delta", theory = theory and "delta_theory" or nil,
      title = "the signal on its way back" .. note, ylabel = "‖∂L/∂z‖" },
    { data = f, x = "depth", y = "grad", theory = theory and "grad_theory" or nil,
      title = "the first layer, by depth" .. note, ylabel = "‖∂L/∂W₁‖" }
end
local function tame(name) return name ~= "gaussian" end
local all = { panels(function() return true end, "") }
if #results:where { init = tame } % #results > 0 then
  table.move({ panels(tame, ", without N(0, 1)") }, 1, 3, 4, all)
end
print("\nCSV   " .. results:csv(sweep:path "depth_sweep.csv"))
for _, name in ipairs(ortho.plot { panels = all, color = "init",
  log10_y = true, labels = arms.labels, file = sweep:path "depth_sweep",
  title = ("Gradients of a %s network, %d layers of width %d"):format(
    p.activation, deepest, p.width) }) do
  print("plot  " .. name)
end

-- The verdict: slopes of the signal on its way back, against theory's.
local checks = {}
for _, row in (theory and deepest >= 4 and report or report:where { init = "" })
  :rows() do
  local arm = arms[row.init].theory
  local known = ortho.theory.gradient_slope { init = arm.init, gain = arm.gain,
    activation = p.activation, width = p.width, depth = deepest,
    batch = p.batch, q0 = 1 / 3, cotangent = "mse", reduction = "half" }
  local mean = ortho.stats.mean(deep:where { init = row.init }:fit { by = "seed",
    x = "layer", y = "delta" }:column "slope")
  checks[#checks + 1] = { what = ("%s: slope of log10 ‖∂L/∂z‖ per layer")
    :format(arms.labels[row.init]), measured = mean,
    predicted = known.typical.delta,
    error = known.sd.delta / math.sqrt(#sweep.grid.seed) }
end
print("report  " .. ortho.report { checks = checks,
  file = sweep:path "depth_sweep.html" })
