-- decide: --until decided: seeds are added in blocks until the first comparison
-- of `show` is decided, or there are as many as allowed.
local comparisons = require "orthorun.experiment.comparisons"
local counted = require("orthorun.base.text").count
local core = require "orthorun.core"
local entries = require "orthorun.experiment.entries"
local names = require "orthorun.base.names"
local sequential = require "orthorun.table.sequential"
local stop = require "orthorun.experiment.stop"
local tabular = require "orthorun.table"

local decide = {}

local defaults = { error = 0.05, max_seeds = 100, block = 5, effect = 1.0 }

local function fail(message, ...)
  core.fail("experiment: decide: " .. message:format(...))
end

local function comparison_of(show)
  for _, entry in ipairs(show or {}) do
    if entries.kind(entry) == "compare" then return entry end
  end
end

-- Raises at the user's line what is wrong with a definition's `decide`.
function decide.check(def)
  local given = def.decide
  if given == nil then return end
  names.table_of("experiment", "decide", given)
  names.options("experiment: decide", given, names.keys(defaults))
  for _, name in ipairs(names.keys(given)) do
    local x = given[name]
    local whole = name == "max_seeds" or name == "block"
    if type(x) ~= "number" or not (x > 0) or whole and
      math.type(x) ~= "integer" or name == "error" and x >= 1 then
      fail("%s must be a %snumber above 0%s, not %s", name,
        whole and "whole " or "", name == "error" and " and below 1" or "",
        names.describe(x))
    end
  end
  if not comparison_of(def.show) then
    fail("there is no comparison in show, as { compare = \"loss\", between = " ..
      "\"optimizer\" }")
  end
end

-- How a run is to be decided: {entry, error, max_seeds, block, effect}; nil where
-- it is to do the seeds that are given. word: what --until says, if anything.
function decide.of(def, word, sweep)
  if word ~= "decided" and (word or not def.decide) then return nil end
  local self = { entry = comparison_of(def.show) }
  for name, value in pairs(defaults) do
    self[name] = (def.decide or {})[name] or value
  end
  if not self.entry then
    stop("--until decided needs a comparison in show, as { compare = " ..
      "\"loss\", between = \"optimizer\" }")
  elseif sweep.run_options.shards > 1 then
    stop "--until decided looks at all trials together: it does not go in shards"
  end
  for _, seed in ipairs(type(sweep.values.seed) == "table" and
    sweep.values.seed or {}) do
    if math.type(seed) ~= "integer" then
      stop "--until decided adds seeds, which must be whole numbers"
    end
    self.last = math.max(self.last or seed, seed)
  end
  if not self.last then
    stop "--until decided adds seeds: the grid needs some, as seed = ortho.range(5)"
  end
  return self
end

-- The mean difference of each seed, in the order of rows: pairs of one seed are
-- not independent.
local function by_seed(list)
  local place, sums, counts = {}, {}, {}
  for i, difference in ipairs(list) do
    local k = place[list.seeds[i]] or #sums + 1
    place[list.seeds[i]] = k
    sums[k], counts[k] = (sums[k] or 0.0) + difference, (counts[k] or 0) + 1
  end
  for k, sum in ipairs(sums) do sums[k] = sum / counts[k] end
  return sums
end

-- The state of the comparison: an array of {arm, n, evidence, low, high,
-- difference}, and the evidence that decides. The error is shared by all rows.
local function look(e)
  local self = e.decide
  local t, lists, pair = comparisons.of(e, self.entry)
  if not t then return {}, math.huge end
  if not names.has(pair, "seed") then
    stop "--until decided: the seed must be among what makes pairs (pair)"
  end
  local rows, error = {}, self.error / math.max(1, #t)
  for i = 1, #t do
    local means = by_seed(lists[i])
    local low, high = sequential.interval(means, error, self.effect)
    rows[i] = { record = t:row(i), n = #means, low = low, high = high,
      evidence = sequential.evidence(means, self.effect) }
  end
  return rows, 1 / error
end

-- The seeds to go on with, the present ones and more; nil where it is decided or
-- there are as many as allowed. seeds: the present ones.
function decide.more(e, seeds)
  local self = e.decide
  local rows, needed = look(e)
  local is_decided = #rows > 0
  for _, row in ipairs(rows) do
    is_decided = is_decided and row.evidence >= needed
  end
  self.rows, self.needed, self.is_decided = rows, needed, is_decided
  self.seeds = #seeds
  local room = math.min(self.block, self.max_seeds - #seeds)
  if is_decided or #rows == 0 or room < 1 then return nil end
  local more = table.move(seeds, 1, #seeds, 1, {})
  for _ = 1, room do
    self.last = self.last + 1
    more[#more + 1] = self.last
  end
  return more
end

-- "adam: ..., between 0.1 and 0.3 (evidence 31)", of one row.
local function row_text(e, row)
  local entry, parts = e.decide.entry, {}
  for name, value in pairs(row.record) do
    if name == entry.between or names.has(type(entry.by) == "table" and entry.by
      or { entry.by or e.index }, name) then
      parts[#parts + 1] = name .. " " .. tostring(value)
    end
  end
  table.sort(parts)
  return ("%s: difference between %.4g and %.4g (evidence %.3g)"):format(
    table.concat(parts, ", "), row.low, row.high, row.evidence)
end

-- What came of it, as an item of text.
function decide.item(e)
  local self, lines = e.decide, {}
  lines[1] = tabular.paragraph(("%s after %s: the error is at most %.4g, " ..
    "whenever one looks; evidence of %.4g decides"):format(self.is_decided and
    "decided" or "not decided", counted(self.seeds, "seed"), self.error,
    self.needed))
  for i, row in ipairs(self.rows) do lines[i + 1] = row_text(e, row) end
  lines[#lines + 1] = "p and intervals of the table are for a number of seeds " ..
    "that was fixed before"
  return { kind = "text", text = table.concat(lines, "\n") }
end

return decide
