-- tracker: what becomes of the weights in training. A tracker copies the
-- weights W0 when it starts, and measures its probes every so many steps, per
-- layer, into a table of columns step, layer, name, index, value.
local core = require "orthorun.core"
local names = require "orthorun.base.names"
local tabular = require "orthorun.table"

local metric = core.metric
local Tracker = { __name = "orthorun.tracker" }
Tracker.__index = Tracker

local function fail(message, ...)
  core.fail("tracker: " .. message:format(...))
end

-- --- what probes are made of ----------------------------------------------
-- A probe is a function(c, l) of a context c and a layer l. It returns a
-- number, or an array of numbers, or nil where the layer has no such thing.
-- c: W, W0, G (arrays of matrices: weights, their start, gradients), net,
-- step, options.

local function delta(c, l)
  c.deltas[l] = c.deltas[l] or c.W[l] - c.W0[l]
  return c.deltas[l]
end

-- The Gram matrix of W's shorter side.
local function gram(W)
  local A = W:to("float64")
  if A:rows() > A:cols() then return A:t() * A end
  return A * A:t()
end

local function singular(c, l)
  c.spectra[l] = c.spectra[l] or metric.singular_values(c.W[l])
  return c.spectra[l]
end

local function shorter(W) return math.min(W:rows(), W:cols()) end

-- W0W0', kept where it is no larger than W0: most measurements get by with it.
local function start_gram(c, l)
  local W0 = c.W0[l]
  if W0:rows() > W0:cols() then return nil end
  c.grams[l] = c.grams[l] or W0 * W0:t()
  return c.grams[l]
end

local function gram_drift(c, l)
  return metric.gram_drift(c.W[l], c.W0[l], start_gram(c, l))
end

-- ||E||_F for the Gram matrices of the shorter side.
local function drift(c, l)
  local W, W0 = c.W[l], c.W0[l]
  if W:rows() > W:cols() then return metric.gram_drift(W:t(), W0:t()) end
  return gram_drift(c, l)
end

-- Gram(W) - Gram(W0)'s eigenvalues that are more than a hundredth of the
-- largest: each sample moves at most two.
local function moved(c, l)
  local E = gram(c.W[l]) - gram(c.W0[l])
  -- products are symmetric up to rounding, of which E keeps all
  local values = ((E + E:t()) * 0.5):eigh()
  local top, count = values:norm("max"), 0
  local floor = 1e-12 * c.W0[l]:norm() ^ 2
  for i = 1, values:rows() do
    local size = math.abs(values:get(i, 1))
    if size > c.options.moved * top and size > floor then count = count + 1 end
  end
  return count
end

-- Is layer l's output the next layer's input?
local function neighbours(c, l)
  return c.W[l + 1] and c.W[l + 1]:cols() == c.W[l]:rows() or nil
end

-- W2'W2 - W1W1' of neighbours
local function imbalance(W2, W1)
  W2, W1 = W2:to("float64"), W1:to("float64")
  return W2:t() * W2 - W1 * W1:t()
end

local function movement_rank(f)
  return function(c, l)
    local D = delta(c, l)
    return D:norm() == 0 and 0 or f(D)
  end
end

-- The gain g of semi-orthogonal weights, from their norm: g^2 k = ||W||_F^2.
local function gain_squared(W) return W:norm() ^ 2 / shorter(W) end

-- A sum over the measurements so far of f(W, W at the one before). The
-- context keeps it in c.sums, from one measurement to the next.
local function path_of(name, f)
  return function(c, l)
    local key = name .. l
    c.sums[key] = (c.sums[key] or 0) + f(c.W[l], c.previous[l] or c.W0[l])
    return c.sums[key]
  end
end

-- --- the probes -----------------------------------------------------------

local probes = {
  -- ||W'W/gain^2 - I||_F
  orthogonality_error = function(c, l)
    return metric.orthogonality_error(c.W[l], { scale = c.options.gain })
  end,
  -- ||WW' - W0W0'||_F
  gram_drift = gram_drift,
  -- ||E||_F/(g^2 sqrt k): E as in gram_drift, of W's shorter side k; g^2 the
  -- mean square of W0's singular values
  relative_drift = function(c, l)
    local W0 = c.W0[l]
    return drift(c, l) / (gain_squared(W0) * math.sqrt(shorter(W0)))
  end,
  singular_max = function(c, l) return singular(c, l)[1] end,
  singular_min = function(c, l)
    local s = singular(c, l)
    return s[#s]
  end,
  singular_values = singular,
  weight_norm = function(c, l) return c.W[l]:norm() end,
  -- ||W - W0||_F / ||W0||_F
  movement = function(c, l) return delta(c, l):norm() / c.W0[l]:norm() end,
  movement_norm = function(c, l) return delta(c, l):norm() end,
  movement_spectral = function(c, l) return delta(c, l):norm("spectral") end,
  -- the way from measurement to measurement: sum of ||W_t - W_s||_F, and of
  -- ||W_t W_t' - W_s W_s'||_F; bounds of movement_norm and gram_drift
  path = path_of("path", function(W, V) return (W - V):norm() end),
  gram_path = path_of("gram_path", metric.gram_drift),
  movement_stable_rank = movement_rank(metric.stable_rank),
  movement_effective_rank = movement_rank(metric.effective_rank),
  -- ||E||_F/(sqrt2 g ||W - W0||_F sqrt(k/n)), n the longer side: 1 for a
  -- movement in a random direction
  drift_ratio = function(c, l)
    local size, W0 = delta(c, l):norm(), c.W0[l]
    if size == 0 then return nil end
    local part = shorter(W0) / math.max(W0:rows(), W0:cols())
    return drift(c, l) / (math.sqrt(2 * gain_squared(W0) * part) * size)
  end,
  moved_eigenvalues = moved,
  -- ||W2'W2 - W1W1'||_F of layer l+1 and layer l
  balance = function(c, l)
    return neighbours(c, l) and metric.balance(c.W[l + 1], c.W[l])
  end,
  -- how far that matrix is from what it was
  balance_drift = function(c, l)
    if not neighbours(c, l) then return nil end
    c.imbalances[l] = c.imbalances[l] or imbalance(c.W0[l + 1], c.W0[l])
    return (imbalance(c.W[l + 1], c.W[l]) - c.imbalances[l]):norm()
  end,
}

-- Those that need the gradients of the weights they are measured with.
local gradient_probes = {
  grad_norm = function(c, l) return c.G[l]:norm() end,
  log10_grad_norm = function(c, l) return c.G[l]:log10_norm() end,
  -- Frobenius norms of W'G's symmetric part, which makes drift, and of its
  -- skew part, which only turns W
  gradient_symmetric = function(c, l)
    return (metric.gradient_split(c.W[l], c.G[l]))
  end,
  gradient_skew = function(c, l)
    return (select(2, metric.gradient_split(c.W[l], c.G[l])))
  end,
}

local groups = {
  gradient_split = { "gradient_symmetric", "gradient_skew" },
}

local function known_probes()
  local list = names.keys(probes)
  for name in pairs(gradient_probes) do list[#list + 1] = name end
  for name in pairs(groups) do list[#list + 1] = name end
  table.sort(list)
  return list
end

-- --- trackers -------------------------------------------------------------

local function add_probe(list, name)
  if type(name) ~= "string" or not names.has(known_probes(), name) then
    fail("%s", names.unknown("probe", tostring(name), known_probes()))
  end
  for _, part in ipairs(groups[name] or { name }) do
    list[#list + 1] = { name = part, f = probes[part] or gradient_probes[part],
      gradient = gradient_probes[part] ~= nil }
  end
end

local function probe_list(wanted)
  local list = {}
  if type(wanted) ~= "table" then
    fail("probes must be an array of names, not a %s", type(wanted))
  end
  for _, name in ipairs(wanted) do add_probe(list, name) end
  for _, name in ipairs(names.keys(wanted)) do
    if type(name) == "string" then
      if type(wanted[name]) ~= "function" then
        fail("probes.%s must be a function(net, step), not a %s", name,
          type(wanted[name]))
      end
      list[#list + 1] = { name = name, custom = wanted[name] }
    end
  end
  return list
end

local function positive(name, value)
  if type(value) ~= "number" or not (value > 0) or value == math.huge then
    fail("%s is %s, must be positive and finite", name, tostring(value))
  end
  return value
end

local function whole(name, value)
  if math.type(value) ~= "integer" or value < 1 then
    fail("%s is %s, must be a whole number of at least 1", name,
      tostring(value))
  end
  return value
end

-- When to measure: every so many steps, at a list of steps, or as a function
-- says.
local function schedule(every)
  if type(every) == "function" then return every end
  if type(every) == "table" then
    local set = {}
    for _, step in ipairs(every) do set[step] = true end
    return function(step) return set[step] end
  end
  whole("every", every)
  return function(step) return step % every == 0 end
end

-- ortho.tracker{every=1, probes={...}, layers=, gain=1, moved=0.01}: every:
-- steps from one measurement to the next, or an array of steps, or a
-- function(step). probes: names, and functions of one's own as in
-- {"movement", mine = function(net, step) return a number, or an array of
-- numbers per layer end}. layers: the numbers of the layers to look at
-- (default: all). gain: orthogonality_error's scale. moved: what part of the
-- largest an eigenvalue must be to count as moved.
-- Probes of gradients are of the gradient at that step, before clipping.
local function new(options)
  options = names.options("tracker", options,
    { "every", "probes", "layers", "gain", "moved" })
  local self = setmetatable({ probes = probe_list(options.probes or {}),
    due = schedule(options.every or 1), layers = options.layers,
    options = { gain = positive("gain", options.gain or 1),
      moved = positive("moved", options.moved or 0.01) } }, Tracker)
  for _, probe in ipairs(self.probes) do
    self.keeps = self.keeps or probe.name:find("path$") ~= nil
  end
  return self
end

local function layers_of(self, count)
  if not self.layers then
    local all = {}
    for l = 1, count do all[l] = l end
    return all
  end
  for _, l in ipairs(self.layers) do
    if math.type(l) ~= "integer" or l < 1 or l > count then
      fail("layer %s, of a net with %d layers that have weights", tostring(l),
        count)
    end
  end
  return self.layers
end

-- Begins (anew) with net as it is now: its weights are W0.
function Tracker:start(net)
  self.net, self.W, self.G = net, net:weights(), net:weight_gradients()
  self.initial = {}
  for l, W in ipairs(self.W) do self.initial[l] = W:copy() end
  self.chosen = layers_of(self, #self.W)
  self.records = tabular.new { "step", "layer", "name", "index", "value" }
  self.previous, self.sums = {}, {}
  self.grams, self.imbalances = {}, {}
  self.last = nil
  return self
end

local function add(self, step, layer, name, value)
  if type(value) ~= "table" then
    self.records:append { step = step, layer = layer, name = name,
      value = value }
    return
  end
  for i, v in ipairs(value) do
    self.records:append { step = step, layer = layer, name = name, index = i,
      value = v }
  end
end

local function add_custom(self, step, probe)
  local value = probe.custom(self.net, step)
  if type(value) == "table" then
    for l, v in ipairs(value) do add(self, step, l, probe.name, v) end
  elseif value ~= nil then
    add(self, step, nil, probe.name, value)
  end
end

-- Measures now, and calls it `step`. gradients = false leaves out the probes
-- of gradients, as there are none of these weights.
function Tracker:record(step, gradients)
  local c = { W = self.W, W0 = self.initial, G = self.G, net = self.net,
    step = step, options = self.options, deltas = {}, spectra = {},
    previous = self.previous, sums = self.sums, grams = self.grams,
    imbalances = self.imbalances }
  self.last = step
  for _, probe in ipairs(self.probes) do
    if probe.custom then
      add_custom(self, step, probe)
    elseif gradients ~= false or not probe.gradient then
      for _, l in ipairs(self.chosen) do
        local value = probe.f(c, l)
        if value ~= nil then add(self, step, l, probe.name, value) end
      end
    end
  end
  if self.keeps then
    for l, W in ipairs(self.W) do self.previous[l] = W:copy() end
  end
end

function Tracker:__tostring()
  local list = {}
  for i, probe in ipairs(self.probes) do list[i] = probe.name end
  return ("tracker: %s; %d values"):format(table.concat(list, ", "),
    self.records and #self.records or 0)
end

return setmetatable({ probes = known_probes },
  { __call = function(_, options) return new(options) end })
