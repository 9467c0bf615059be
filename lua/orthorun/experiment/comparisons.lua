-- comparisons: the entries { compare = ... } of `show`: arm against arm over
-- pairs of trials (table/compare.lua), as tables.
local counted = require("orthorun.base.text").count
local shown = require "orthorun.experiment.shown"
local stop = require "orthorun.experiment.stop"

local comparisons = {}

-- Is the column that counts through arrays in any of these lists?
local function names_index(e, ...)
  for _, list in ipairs { ... } do
    for _, name in ipairs(shown.list(list)) do
      if name == e.index then return true end
    end
  end
  return false
end

-- The groups: as the entry says; of an array each place is one, unless its
-- conditions leave a single one.
local function groups_of(e, entry, rows)
  local by = shown.list(entry.by)
  if entry.by == nil and not entry.of and e.arrays[entry.compare] and
    not names_index(e, entry.pair) and #rows:unique(e.index) > 1 then
    by = { e.index }
  end
  return by
end

-- Do values of a column change with the arms, so that it can tell no pairs?
local function goes_with(rows, name, between)
  local arm_of = {}
  for i = 1, #rows do
    local value, arm = rows.data[name][i], rows.data[between][i]
    if value ~= nil and value == value then
      if arm_of[value] == nil then arm_of[value] = arm end
      if arm_of[value] ~= arm then return false end
    end
  end
  return true
end

-- What makes the pairs: as the entry says, else all that varies, with the seed.
local function pairs_of(e, entry, rows, by)
  if entry.pair ~= nil then return shown.list(entry.pair) end
  local taken, list = { [entry.between] = true, [entry.compare] = true }, {}
  for _, name in ipairs(by) do taken[name] = true end
  for _, name in ipairs(entry.of and e.derived_by[entry.of] or e.varying) do
    if not taken[name] and rows.data[name] and
      not goes_with(rows, name, entry.between) then
      list[#list + 1] = name
    end
  end
  return list
end

-- The table of an entry, its lists of differences, and the columns that make
-- pairs; nil and an item of text where there is nothing to compare.
function comparisons.of(e, entry)
  local rows = shown.rows_of(e, entry, shown.rows(e, entry), entry.compare)
  local what = ("compare of %s"):format(entry.compare)
  if #rows == 0 then return nil, shown.nothing(e, entry, what, rows) end
  local arms = rows:unique(entry.between)
  if #arms < 2 then
    return nil, shown.text("%s: nothing to compare with %s", what,
      shown.key(e, { [entry.between] = arms[1] }, { entry.between }))
  elseif shown.is_kind(rows, entry.compare, "string") then
    return nil, shown.text("%s: it holds texts", what)
  end
  local by = groups_of(e, entry, rows)
  local pair = pairs_of(e, entry, rows, by)
  local ok, t, lists = pcall(rows.compare, rows, { of = entry.compare,
    between = entry.between, against = entry.against, by = by, pair = pair,
    test = entry.test, correct = entry.correct })
  if not ok then
    if tostring(t):find("interrupted!", 1, true) then error(t, 0) end
    stop("show: %s", (tostring(t):gsub("^[^\n]-:%d+: ", "")))
  end
  return t, lists, pair
end

-- "loss: difference from sgd over pairs of the same seed"
local function title_of(e, entry, t, pair)
  local parts = { ("%s: difference from %s"):format(
    shown.label(e, entry.compare), shown.level(e, entry.between,
    t.data.against[1])) }
  parts[2] = #pair > 0 and "over pairs of the same " ..
    table.concat(pair, ", ") or "with nothing to make pairs of"
  local conditions = shown.where_text(e, entry, shown.rows(e, entry))
  return table.concat(parts, " ") .. (conditions ~= "" and "; " .. conditions or
    "")
end

-- The columns worth printing: not what is the same everywhere, nor a correction
-- of a single p.
local function printed_of(t)
  local left_out, list = { against = true, low = false }, {}
  local unpaired, several = false, #t > 1
  for i = 1, #t do unpaired = unpaired or t.data.unpaired[i] > 0 end
  left_out.unpaired = not unpaired
  left_out.p_holm, left_out.p_wilcoxon_holm = not several, not several
  left_out.w = true
  for _, name in ipairs(t:columns()) do
    if not left_out[name] then list[#list + 1] = name end
  end
  return list
end

local spreads = { difference = "error", error = "error", low = "error",
  high = "error" }

-- What is to be read with the table: its interval and effect, what was left out.
local function legend(t)
  local values, odd = 0, false
  for i = 1, #t do
    values = values + t.data.unpaired[i]
    odd = odd or t.data.n[i] < 2
  end
  return "low, high: 95 % interval; effect: mean difference / its standard " ..
    "deviation" .. (t.data.p_holm and #t > 1 and "; holm: corrected for " ..
    counted(#t, "comparison") or "") .. (values > 0 and
    ("; %s left out: no partner, or not finite"):format(counted(values,
    "value")) or "") .. (odd and "; fewer than 2 pairs tell nothing" or "")
end

-- An item of the ending for { compare = ... }.
function comparisons.item(e, entry)
  local t, lists, pair = comparisons.of(e, entry)
  if not t then return lists end
  table.insert(e.comparisons, { name = entry.compare, table = t })
  return { kind = "table", table = t, columns = printed_of(t),
    spreads = spreads, title = (entry.title or title_of(e, entry, t, pair)) ..
    "; " .. legend(t) }
end

return comparisons
