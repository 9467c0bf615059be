-- compare: arm against arm, pair by pair: mean differences with their errors,
-- tests, effect sizes, p-values corrected for many. A method of orthorun.table.
-- Draws nothing, prints nothing.
local columns = require "orthorun.table.columns"
local distributions = require "orthorun.table.distributions"
local names = require "orthorun.base.names"
local stats = require "orthorun.table.stats"
local wilcoxon = require "orthorun.table.wilcoxon"

local compare = {}

local nan = 0 / 0
local fail = names.failing "compare"

local function list_of(value)
  if value == nil then return {} end
  return type(value) == "table" and value or { value }
end

-- --- what is asked ----------------------------------------------------------

local known = { "of", "between", "against", "by", "pair", "test", "correct",
  "where" }
local choices = { test = { "t", "wilcoxon", "both" },
  correct = { "holm", "none" } }

local function check_column(self, what, name)
  if type(name) ~= "string" then
    fail("%s must name a column, as in { of = \"loss\", between = " ..
      "\"optimizer\" }, not %s", what, names.describe(name))
  elseif not self.data[name] then
    fail("%s: %s", what, names.unknown("column", name, self.names))
  end
end

local function check(self, options)
  names.table_of("compare", "options", options)
  names.options("compare", options, known)
  check_column(self, "of", options.of)
  check_column(self, "between", options.between)
  for _, what in ipairs { "by", "pair" } do
    for _, name in ipairs(list_of(options[what])) do
      check_column(self, what, name)
      if name == options.between or name == options.of then
        fail("%s: '%s' is what is compared", what, name)
      end
    end
  end
  for what, allowed in pairs(choices) do
    local value = options[what]
    if value ~= nil and not names.has(allowed, value) then
      fail("%s", names.unknown(what, tostring(value), allowed))
    end
  end
end

-- The level that the others are held against.
local function reference_of(arms, options)
  if options.against == nil then return arms[1] end
  local texts = {}
  for i, arm in ipairs(arms) do
    if arm == options.against then return arm end
    texts[i] = tostring(arm)
  end
  fail("against: %s", names.unknown(options.between,
    tostring(options.against), texts))
end

-- --- pairs ------------------------------------------------------------------

-- The parameters that varied in the sweep that a table is of: those whose levels
-- its definition has. Orders that were found later stand before these.
local function parameters_of(self)
  local levels, list = self.levels, {}
  while getmetatable(levels) do levels = getmetatable(levels).__index end
  for _, name in ipairs(self.names) do
    if rawget(levels, name) then list[#list + 1] = name end
  end
  if #list == 0 and self.data.seed then list[1] = "seed" end
  return list
end

-- Does a column have no value in common in two tables? Then it changes with the
-- arms, and can tell no pairs.
local function are_apart(a, b, name)
  local seen = {}
  for _, value in ipairs(a:unique(name)) do seen[value] = true end
  for _, value in ipairs(b:unique(name)) do
    if seen[value] then return false end
  end
  return true
end

-- The columns that make pairs: those asked for, else all parameters that vary
-- and are not in `by`, but for those that change with the arms.
local function pair_columns(self, options, by, first, rest)
  if options.pair ~= nil then return list_of(options.pair) end
  local list, parameters = {}, parameters_of(self)
  for _, name in ipairs(parameters) do
    if name ~= options.between and name ~= options.of and
      not names.has(by, name) and not are_apart(first, rest, name) then
      list[#list + 1] = name
    end
  end
  if #parameters == 0 then
    fail("pair is needed, the columns that tell which rows belong together, " ..
      "as in pair = \"seed\": these rows come from no sweep")
  end
  return list
end

local function key_text(value)
  if type(value) == "number" then return ("%.17g"):format(value) end
  return type(value) .. tostring(value)
end

local function key_of(self, pair, i)
  local parts = {}
  for k, name in ipairs(pair) do parts[k] = key_text(self.data[name][i]) end
  return table.concat(parts, "\0")
end

-- Which rows stand for one arm in one pair, and what differs between them.
local function raise_several(rows, arm, options, pair, i, j)
  local told = { ("%s = %s"):format(options.between, tostring(arm)) }
  for _, name in ipairs(pair) do
    told[#told + 1] = ("%s = %s"):format(name, tostring(rows.data[name][i]))
  end
  local differ = {}
  for _, name in ipairs(rows.names) do
    if name ~= options.of and name:byte() ~= 0 and #differ < 4 and
      rows.data[name][i] ~= rows.data[name][j] then
      differ[#differ + 1] = name
    end
  end
  fail("several rows with different '%s' have %s: put what tells them apart " ..
    "into by or pair, or choose by where%s", options.of, table.concat(told,
    ", "), #differ > 0 and (" (they differ in %s)"):format(table.concat(differ,
    ", ")) or "")
end

local function number_of(value, options)
  if type(value) == "boolean" then return value and 1 or 0 end
  if value ~= nil and type(value) ~= "number" then
    fail("of: column '%s' holds texts", options.of)
  end
  return value or nan
end

-- An arm's values by pair, and the pairs in the order of rows.
local function values_of(rows, arm, options, pair)
  local by_key, order, row_of = {}, {}, {}
  for i = 1, #rows do
    if rows.data[options.between][i] == arm then
      local key = key_of(rows, pair, i)
      local x = number_of(rows.data[options.of][i], options)
      local known_x = by_key[key]
      if known_x == nil then
        by_key[key], row_of[key], order[#order + 1] = x, i, key
      elseif known_x ~= x and (known_x == known_x or x == x) then
        raise_several(rows, arm, options, pair, row_of[key], i)
      end
    end
  end
  return by_key, order, row_of
end

-- The differences of the pairs of two arms, and how many values have none: no
-- partner, or one of the two is not a finite number. seeds: the seed of each.
local function differences(rows, arm, reference, options, pair)
  local a, order, row_of = values_of(rows, arm, options, pair)
  local b, others = values_of(rows, reference, options, pair)
  local list, seeds = { seeds = {} }, rows.data.seed or {}
  for _, key in ipairs(order) do
    local difference = a[key] - (b[key] or nan)
    if difference - difference == 0 then
      list[#list + 1] = difference
      list.seeds[#list] = seeds[row_of[key]]
    end
  end
  return list, #order + #others - 2 * #list
end

-- --- statistics -------------------------------------------------------------

-- Mean difference, its standard error, Student's 95 % interval, t and p, and
-- Cohen's d_z.
local function student(list)
  local n = #list
  local mean, error = stats.mean(list), stats.sem(list)
  local record = { n = n, difference = mean, error = error, low = nan,
    high = nan, t = nan, p = nan, effect = nan }
  if n < 2 then return record end
  local reach = distributions.t_quantile(0.05, n - 1) * error
  record.low, record.high = mean - reach, mean + reach
  record.t = mean / error
  record.p = distributions.t_tails(record.t, n - 1)
  record.effect = mean / stats.std(list)
  return record
end

local function note_of(record)
  if record.n < 2 then return "fewer than 2 pairs" end
  if record.error == 0 then
    return record.difference == 0 and "no difference in any pair" or
      "the same difference in all pairs"
  end
end

-- Holm's correction (1979) of the p-values in a field of records, those that are
-- NaN aside: adds the field NAME_holm.
local function correct(records, field)
  local list, least = {}, 0.0
  for _, record in ipairs(records) do
    local p = record[field]
    record[field .. "_holm"] = nan
    if p == p then list[#list + 1] = record end
  end
  table.sort(list, function(a, b) return a[field] < b[field] end)
  for i, record in ipairs(list) do
    least = math.max(least, math.min(1, (#list - i + 1) * record[field]))
    record[field .. "_holm"] = least
  end
end

-- --- the table --------------------------------------------------------------

local function test_columns(options)
  local test, holm = options.test or "t", options.correct ~= "none"
  local list = {}
  for _, one in ipairs { { "t", "t", "p" },
    { "wilcoxon", "w", "p_wilcoxon" } } do
    if test == one[1] or test == "both" then
      list[#list + 1], list[#list + 2] = one[2], one[3]
      list[#list + 1] = holm and one[3] .. "_holm" or nil
    end
  end
  return list
end

local function columns_of(options, by, has_note)
  local list = table.move(by, 1, #by, 1, {})
  for _, name in ipairs { options.between, "against", "n", "difference",
    "error", "low", "high", table.unpack(test_columns(options)) } do
    list[#list + 1] = name
  end
  list[#list + 1], list[#list + 2] = "effect", "unpaired"
  list[#list + 1] = has_note and "note" or nil
  return list
end

-- A record of one arm against the reference, in one group.
local function record_of(group, arm, reference, options, pair)
  local list, unpaired = differences(group.rows, arm, reference, options, pair)
  local record = student(list)
  record.w, record.p_wilcoxon = wilcoxon(list)
  for name, value in pairs(group.key) do record[name] = value end
  record[options.between], record.against = arm, reference
  record.unpaired, record.note = unpaired, note_of(record)
  return record, list
end

-- All of it: an array of records in the order of groups and arms, with the
-- differences of each, the columns that made pairs, and the reference.
local function records_of(self, options)
  local by = list_of(options.by)
  local arms = self:unique(options.between)
  local reference = reference_of(arms, options)
  local first = self:where { [options.between] = reference }
  local rest = self:where { [options.between] = function(value)
    return value ~= reference
  end }
  local pair = pair_columns(self, options, by, first, rest)
  local records, lists = {}, {}
  for _, group in ipairs(self:group(by)) do
    for _, arm in ipairs(arms) do
      if arm ~= reference then
        records[#records + 1], lists[#records + 1] = record_of(group, arm,
          reference, options, pair)
      end
    end
  end
  return records, lists, pair, by
end

-- Arm against arm over pairs of rows: a table with a row for each level of
-- `between` but the first (or `against`), in each group `by`: n pairs, the mean
-- difference (arm minus reference), its standard error, Student's 95 % interval
-- (low, high), t and p of the paired t test, w and p_wilcoxon of the signed-rank
-- test, p-values after Holm's correction over all rows, effect (Cohen's d_z:
-- mean over standard deviation of the differences), unpaired: the values of both
-- arms that have no partner or are not finite; note, where there is something to
-- say. Returns too: an array of the rows' differences, and the columns that
-- made pairs. Options: of, between, against, by, pair, test, correct, where.
--   t:compare{of = "loss", between = "optimizer", test = "both"}
function compare:compare(options)
  check(self, options)
  local rows = options.where and self:where(options.where) or self
  local records, lists, pair, by = records_of(rows, options)
  local has_note, wanted = false, {}
  for _, field in ipairs { "p", "p_wilcoxon" } do correct(records, field) end
  for _, record in ipairs(records) do
    has_note = has_note or record.note ~= nil
  end
  local new = columns.new(columns_of(options, by, has_note), self.levels)
  for _, name in ipairs(new.names) do wanted[name] = true end
  for _, record in ipairs(records) do
    local row = {}
    for name, value in pairs(record) do
      if wanted[name] then row[name] = value end
    end
    new:append(row)
  end
  return new, lists, pair
end

return compare
