-- tracker: what becomes of the weights in training. A tracker copies the
-- weights W0 when it starts, and measures its probes every so many steps, per
-- layer, into a table of columns step, layer, name, index, value.

--- @module training

local names = require "orthorun.base.names"
local probes = require "orthorun.net.probes"
local tabular = require "orthorun.table"

local Tracker = { __name = "orthorun.tracker" }
Tracker.__index = Tracker

local fail = names.failing "tracker"

local kinds = { "weights", "gradients", "sums" }

-- The kind of the probe of that name, or nil.
local function kind_of(name)
  for _, kind in ipairs(kinds) do
    if probes[kind][name] then return kind end
  end
end

-- What else they are called.
local other_names = { spectral_norm = "singular_max", norm = "weight_norm",
  frobenius = "weight_norm", frobenius_norm = "weight_norm" }

local function known_probes()
  local list = names.keys(probes.groups)
  for _, kind in ipairs(kinds) do
    for name in pairs(probes[kind]) do list[#list + 1] = name end
  end
  table.sort(list)
  return list
end

-- --- trackers -------------------------------------------------------------

local function add_probe(list, name)
  local known = type(name) == "string" and
    (kind_of(name) or probes.groups[name])
  if not known then
    if other_names[name] then
      fail("unknown probe '%s': it is '%s' here", name, other_names[name])
    end
    fail("%s", names.unknown("probe", tostring(name), known_probes()))
  end
  for _, part in ipairs(probes.groups[name] or { name }) do
    local kind = kind_of(part)
    list[#list + 1] = { name = part, f = probes[kind][part],
      gradient = kind == "gradients", sum = kind == "sums" }
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
        fail("probes.%s must be a function(net, step, run), not a %s", name,
          type(wanted[name]))
      end
      list[#list + 1] = { name = name, custom = wanted[name] }
    end
  end
  return list
end

local function positive(name, value)
  if type(value) ~= "number" or not (value > 0) or value == math.huge then
    fail("%s is %s, must be positive and finite", name, names.shown(value))
  end
  return value
end

local function whole(name, value)
  if math.type(value) ~= "integer" or value < 1 then
    fail("%s is %s, must be a whole number of at least 1", name,
      names.not_whole(value))
  end
  return value
end

-- When to measure: every so many steps, at a list of steps, as a function
-- says, or at the start (and the end) alone.
local function schedule(every)
  if type(every) == "function" then return every end
  if type(every) == "table" then
    local set = {}
    for _, step in ipairs(every) do set[step] = true end
    return function(step) return set[step] end
  end
  if every == "ends" then return function(step) return step == 0 end end
  whole("every", every)
  return function(step) return step % every == 0 end
end

-- When the sums get their terms: "measurements" or "steps".
local function terms_of(options, list)
  local terms = options.terms or "measurements"
  if terms ~= "measurements" and terms ~= "steps" then
    fail("%s", names.unknown("terms", tostring(terms), { "measurements",
      "steps" }))
  end
  for _, probe in ipairs(list) do
    if probe.name == "bound_maxima" and terms ~= "steps" then
      fail("bound_maxima is of all steps: it needs terms = \"steps\"")
    end
  end
  return terms
end

-- ortho.tracker{every=1, probes={...}, layers=, gain=1, moved=0.01,
-- terms="measurements"}: every: steps from one measurement to the next, an
-- array of steps, a function(step), or "ends": the start and the end. probes:
-- names, and functions of one's own as in {"movement", mine = function(net,
-- step, run) return a number, or an array of numbers per layer end}; run has
-- lr, loss and grad_norm, clipped, of that step in ortho.train. layers: the
-- numbers of the layers to look at (default: all). gain: orthogonality_error's
-- scale. moved: what part of the largest an eigenvalue must be to count as
-- moved. terms: what sums add up from and to, "measurements" or "steps".
-- Probes of gradients are of the gradient at that step, before clipping.
local function new(options)
  options = names.options("tracker", options,
    { "every", "probes", "layers", "gain", "moved", "terms" })
  local list = probe_list(options.probes or {})
  local self = setmetatable({ probes = list,
    due = schedule(options.every or 1), layers = options.layers,
    terms = terms_of(options, list), sums = {},
    options = { gain = positive("gain", options.gain or 1),
      moved = positive("moved", options.moved or 0.01) } }, Tracker)
  for _, probe in ipairs(list) do
    if probe.sum then self.sums[#self.sums + 1] = probe end
    self.spectral = self.spectral or probe.name == "bound_spectral"
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

--- Records the weights W_l, which start at W0_l, over steps.
--
-- Probes, per layer; E = WW' − W0 W0' of W's shorter side k, G the gradient before
-- clipping, g² = ‖W0‖_F²/k:
--
-- - `orthogonality_error`, `gram_drift`: as in `metric`
-- - `relative_drift`, `spectral_drift`: ‖E‖_F/(g² √k); ‖E‖₂/g²
-- - `trace_share`: (tr E)²/‖E‖_F²: how many eigenvalues bear E, if they share it
-- - `drift_ratio`: ‖E‖_F/(√2 g ‖W − W0‖_F √(k/n)), n the longer side: 1 for a
--   movement in a random direction
-- - `moved_eigenvalues`: how many of E's eigenvalues exceed `moved` times the
--   largest
-- - `singular_max`, `singular_min`, `singular_values`: of W
-- - `weight_norm`: ‖W‖_F
-- - `movement`, `movement_norm`, `movement_spectral`: ‖W − W0‖_F/‖W0‖_F; ‖W − W0‖_F;
--   its spectral norm
-- - `path`, `gram_path`: sums of ‖W − V‖_F and ‖WW' − VV'‖_F, V being W a term (a
--   measurement, or a step) before
-- - `angle_squares`: the sum of squared angles between V and W, in radians; over the
--   number of terms, its root is the root mean square angle of one
-- - `bound_tight`, `bound_mixed`: bounds of ‖E‖_F: ‖(W + W0)(W − W0)'‖_F; (‖W‖₂ +
--   ‖W0‖₂) ‖W − W0‖_F
-- - `bound_spectral`, `bound_sums`: looser ones: sums of 2‖V‖ ‖W − V‖_F + ‖W −
--   V‖_F², with ‖V‖₂ as last measured; with ‖V‖_F
-- - `bound_maxima`: the loosest: 2t max‖V‖_F max(lr ‖g‖) after t steps, g all
--   gradients as clipped
-- - `way_share`: ‖E‖_F²/‖(W + W0)(W − W0)'‖_F²: how much of the way from W0, by
--   energy, is symmetric and makes drift, where the rest turns W; NaN where W is W0
-- - `movement_stable_rank`, `movement_effective_rank`: of W − W0
-- - `balance`, `balance_drift`: ‖D‖_F, D = W₂'W₂ − W₁W₁' of a layer and the next; ‖D
--   − D0‖_F
-- - `grad_norm`, `log10_grad_norm`: ‖G‖_F
-- - `gradient_symmetric`, `gradient_skew`: parts of W'G, as `metric.gradient_split`;
--   "gradient_split" stands for both
-- - `symmetric_share`: the symmetric part's share of ‖W'G‖_F²: half, for a random G
--
-- @function tracker
-- @tparam table options
-- @tparam[opt=1] int|{int,...}|func|"ends" options.every steps between
--   measurements, an array of steps, a function(step), or "ends", the start and
--   the end
-- @tparam[opt] table options.probes names, and functions of one's own, as in
--   {"movement", mine = function(net, step, run) ... end}, which return a number
--   or an array of one per layer; run has lr, loss and grad_norm (of all
--   gradients, as clipped) of that step
-- @tparam[opt] {int,...} options.layers by default all
-- @tparam[opt=1] number options.gain the scale of orthogonality_error
-- @tparam[opt=0.01] number options.moved
-- @tparam[opt="measurements"] "measurements"|"steps" options.terms what sums add
--   up from and to
-- @treturn tracker
-- @usage
-- local net = ortho.mlp { width = 4, depth = 2, rng = ortho.rng(1) }
-- local tracker = ortho.tracker { probes = { "orthogonality_error", "movement" } }
-- tracker:start(net)
-- net:weights()[1]:set(1, 1, 0)
-- tracker:record(1, false)
-- print(tracker.records)

--- Begins anew: W0 is net's weights now.
-- @function tracker:start
-- @tparam layer net
-- @treturn tracker
function Tracker:start(net)
  self.net, self.initial = net, {}
  local W = net:weights()
  for l = 1, #W do self.initial[l] = W[l]:copy() end
  self.chosen = layers_of(self, #W)
  self.records = tabular.new { "step", "layer", "name", "index", "value" }
  self.run = { lr = 0, grad_norm = 0, loss = 0 }
  self.context = { W = W, W0 = self.initial, G = net:weight_gradients(),
    options = self.options, run = self.run, now = {}, kept = {}, spectral = {},
    previous = {} }
  self.totals = {}
  for _, probe in ipairs(self.sums) do self.totals[probe.name] = {} end
  for _, l in ipairs(#self.sums > 0 and self.chosen or {}) do
    self.context.previous[l] = W[l]:copy()
  end
  self.last = nil
  return self
end

-- Each sum's next term.
local function add_terms(self)
  local c = self.context
  c.now = {}
  for _, probe in ipairs(self.sums) do
    local totals = self.totals[probe.name]
    for _, l in ipairs(self.chosen) do
      totals[l] = (totals[l] or 0) + probe.f(c, l)
    end
  end
  for _, l in ipairs(self.chosen) do c.previous[l] = c.W[l]:copy() end
end

--- What a loop of one's own calls before each update where terms are steps: adds
-- what the update before did to the sums.
-- @function tracker:follow
-- @tparam int step
-- @tparam[opt] number lr
-- @tparam[opt] number grad_norm
-- @tparam[opt] number loss
function Tracker:follow(step, lr, grad_norm, loss)
  local run = self.run
  if #self.sums > 0 and self.terms == "steps" and step > 0 then
    add_terms(self)
  end
  if lr then run.lr, run.grad_norm, run.loss = lr, grad_norm, loss end
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
  local value = probe.custom(self.net, step, self.run)
  if type(value) == "table" then
    for l, v in ipairs(value) do add(self, step, l, probe.name, v) end
  elseif value ~= nil then
    add(self, step, nil, probe.name, value)
  end
end

local function value_of(self, probe, l)
  if probe.sum then return self.totals[probe.name][l] or 0.0 end
  return probe.f(self.context, l)
end

--- Measures now. What it found is in the field `records`, a table of step, layer,
-- name, index, value.
-- @function tracker:record
-- @tparam int step
-- @tparam[opt=true] bool gradients false leaves out the probes of gradients
function Tracker:record(step, gradients)
  local c = self.context
  self.last = step
  if #self.sums > 0 and self.terms == "measurements" then add_terms(self) end
  c.now = {}
  for _, probe in ipairs(self.probes) do
    if probe.custom then
      add_custom(self, step, probe)
    elseif gradients ~= false or not probe.gradient then
      for _, l in ipairs(self.chosen) do
        local value = value_of(self, probe, l)
        if value ~= nil then add(self, step, l, probe.name, value) end
      end
    end
  end
  for _, l in ipairs(self.spectral and self.chosen or {}) do
    probes.note_spectral(c, l)
  end
end

function Tracker:__tostring()
  local list = {}
  for i, probe in ipairs(self.probes) do list[i] = probe.name end
  return ("tracker: %s; %d values"):format(table.concat(list, ", "),
    self.records and #self.records or 0)
end

--- The names of all probes.
-- @function tracker.probes
-- @treturn {string,...}

return setmetatable({ probes = known_probes },
  { __call = function(_, options) return new(options) end })
