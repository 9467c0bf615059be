-- history: what ortho.train returns: what was measured in a run, step by step
-- and at its end, and why its weights are where they are. Trains nothing.

--- @module training

local core = require "orthorun.core"
local names = require "orthorun.base.names"
local stats = require "orthorun.table.stats"

local History = { __name = "orthorun.history" }
History.__index = History
names.strict_class("history", History, { "accuracy", "diverged", "reason", "reached",
  "crossed", "clip", "most", "first_gradients", "initial", "loss", "loss_name",
  "outputs" },
  "history.steps:row(i) is a step")

function History:__tostring()
  local first, last = self.steps.data.loss[1], self.loss
  local text = ("%d steps, loss %.4g -> %.4g"):format(self.taken,
    first or 0 / 0, last or 0 / 0)
  if self.accuracy then
    text = text .. (", accuracy %.4f"):format(self.accuracy)
  end
  if self.diverged then
    text = text .. (", diverged at step %d: %s"):format(self.diverged,
      self.reason)
  end
  return "history: " .. text
end

--- What `history:explain` returns.
-- @table explanation
-- @tfield {string,...} mechanisms of these: "vanishing gradient" (no step could
--   move them), "short run" (less than a tenth of the loss is gone), "depth" (a
--   linear net's drift is that of s^(1/L)), "lazy" (they moved by less than a
--   fifth of their norm, in a generic direction, and no singular value far),
--   "low rank" (E acts in few directions)
-- @tfield results layers the table
-- @tfield table figures what the words rest on
-- @tfield string text the paragraph

--- What kept the weights near their start, in figures and words: it prints as a
-- table per layer and a paragraph. [theory.md](../theory.md) has the reasons. It
-- looks at the net as it is now.
-- @function history:explain
-- @treturn explanation
function History:explain() return require "orthorun.net.explain"(self) end

-- --- what the tracker found, in fewer numbers -------------------------------

-- Is a layer among those of an array, or there none?
local function chosen(layers, layer)
  return not layers or layer == nil or names.has(layers, layer)
end

-- Means over the layers: means[name][step], where no index counts.
local function layer_means(self, layers)
  local values, means = {}, {}
  for _, row in self.records:rows() do
    if row.index == nil and chosen(layers, row.layer) then
      local of = values[row.name] or {}
      values[row.name], of[row.step] = of, of[row.step] or {}
      table.insert(of[row.step], row.value)
    end
  end
  for name, by_step in pairs(values) do
    means[name] = {}
    for step, list in pairs(by_step) do means[name][step] = stats.mean(list) end
  end
  return means
end

local function layers_of(self, who, options)
  local layers = names.options(who, options, { "layers" }).layers
  for _, l in ipairs(layers or {}) do
    if not self.initial[l] then
      core.fail(("%s: layer %s, of a net with %d layers that have weights")
        :format(who, tostring(l), #self.initial))
    end
  end
  return layers
end

--- Each probe's last measurement, the mean over the layers (of gradients: before
-- the last update); and taken; reached; crossed; loss; left, its share of the first
-- loss; peak, the largest loss over the first (1 where training is stable, inf where
-- it diverged); diverged, true or false; learnt, whether it came to the target that
-- it had, if any above 0. NaN for what there is not.
-- @function history:final
-- @tparam[opt] table options
-- @tparam[opt] {int,...} options.layers
-- @treturn table
function History:final(options)
  local layers = layers_of(self, "history:final", options)
  local first = self.steps.data.loss[1] or 0 / 0
  local out = { taken = self.taken, reached = self.reached or 0 / 0,
    crossed = self.crossed or 0 / 0, loss = self.loss or 0 / 0 }
  out.left = out.loss / first
  out.peak = self.diverged and math.huge or self.most / first
  out.diverged = self.diverged ~= nil
  out.learnt = not out.diverged and (self.reached ~= nil or not self.aimed)
  for name, by_step in pairs(layer_means(self, layers)) do
    local last = -1
    for step in pairs(by_step) do last = math.max(last, step) end
    out[name] = self.diverged and 0 / 0 or by_step[last]
  end
  return out
end

-- The mean of a column of history.steps from one step to another, where no
-- value counts as more than `most`.
local function mean_between(self, name, first, last, most)
  local steps, values = self.steps.data, {}
  for i, step in ipairs(steps.step) do
    if step >= first and step <= last then
      values[#values + 1] = math.min(steps[name][i], most)
    end
  end
  return stats.mean(values)
end

--- Arrays of one length by name, a number for each evaluation: step, epoch,
-- accuracy, test_loss; loss and gradient (the norm of all gradients, as clipped),
-- means over the recorded steps from the evaluation before to this one; and the
-- tracker's probes, means over the layers (NaN where they were not measured); and
-- diverged, true or false. A trial may return them as they are.
-- @function history:curves
-- @tparam[opt] table options
-- @tparam[opt] {int,...} options.layers
-- @treturn table
function History:curves(options)
  local layers = layers_of(self, "history:curves", options)
  local e = self.evaluations
  if #e == 0 then
    core.fail "history:curves: a run without evaluate= has none"
  end
  local out = { step = e:column "step", epoch = e:column "epoch",
    test_loss = e:column "loss", loss = {}, gradient = {},
    diverged = self.diverged ~= nil,
    accuracy = e.data.accuracy[1] and e:column "accuracy" or nil }
  for i, step in ipairs(out.step) do
    local before = out.step[i - 1] or 0
    out.loss[i] = mean_between(self, "loss", before, step, math.huge)
    out.gradient[i] = mean_between(self, "grad_norm", before, step,
      self.clip or math.huge)
  end
  for name, by_step in pairs(layer_means(self, layers)) do
    out[name] = {}
    for i, step in ipairs(out.step) do
      out[name][i] = by_step[step] or 0 / 0
    end
  end
  return out
end

-- The history of a run that has ended, and the table of its steps.
return function(run, steps)
  local evaluations = run.evaluations
  local h = { steps = steps, records = run.tracker.records,
    evaluations = evaluations, net = run.net, initial = run.tracker.initial,
    first_gradients = run.first_gradients, taken = run.taken, clip = run.clip,
    diverged = run.diverged, reason = run.trouble, reached = run.reached,
    crossed = run.crossed, most = run.most,
    aimed = (run.target_loss or 0) > 0 }
  h.loss = run.last_loss
  h.accuracy = #evaluations > 0 and evaluations:row(#evaluations).accuracy
    or nil
  h.x, h.y, h.samples = run.batches.x, run.batches.y, run.batches.x:cols()
  h.batch, h.outputs, h.loss_name = run.batches.size, run.outputs, run.loss
  h.optimizer = tostring(run.optimizer)
  h.lr = h.steps.data.lr[1] or run.optimizer:lr()
  return setmetatable(h, History)
end
