-- medians: the entries { table = ... } of `show`: medians of results by
-- parameters, with quantiles and theory.
local reduce = require "orthorun.experiment.reduce"
local render = require "orthorun.table.render"
local shown = require "orthorun.experiment.shown"
local stats = require "orthorun.table.stats"
local tabular = require "orthorun.table"
local width_of = require "orthorun.base.text".width

-- --- one result -------------------------------------------------------------

local low, high = 0.1, 0.9 -- quantiles beside medians

-- The statistics of numbers by groups: an array of {ending, values}, and counts
-- of values and of NaN. All columns bear names that no script has.
local function of_numbers(rows, by, name, also)
  local arrays, groups, levels = { ["\2"] = rows.data[name] }, {}, {}
  for i, column in ipairs(by) do
    groups[i] = "\1" .. column
    arrays[groups[i]], levels[groups[i]] = rows.data[column],
      rows.levels[column]
  end
  local columns = table.move(groups, 1, #groups, 1, {})
  columns[#columns + 1] = "\2"
  local t = tabular.wrap(columns, arrays, #rows, levels):summary { by = groups,
    of = "\2", also = also, low = low, high = high }
  local parts = {}
  for _, column in ipairs(t:columns()) do
    local ending = column:match "^\2(.*)$"
    if ending then parts[#parts + 1] = { ending, t.data[column] } end
  end
  return parts, t.data.n, t.data.nan
end

-- f of each group of rows.
local function of_groups(rows, by, f, name)
  local values = {}
  for i, group in ipairs(rows:group(by)) do values[i] = f(group.rows, name) end
  return values
end

-- The one text of some rows, or how many there are.
local function one_text(rows, name)
  local found = rows:unique(name)
  return #found == 1 and found[1] or ("%d kinds"):format(#found)
end

local function share_true(rows, name)
  return stats.mean(shown.as_numbers(rows, name):numbers(name))
end

-- The median of the numbers that are not NaN; nil where there are none.
local function median_of(rows, name)
  local known = {}
  for _, x in ipairs(rows:numbers(name)) do
    if x == x then known[#known + 1] = x end
  end
  return #known > 0 and stats.median(known) or nil
end

-- How many of some rows are the end of what was searched: "<=", or ">= 2 of 3".
local function censored_text(rows)
  local counts, text = {}, {}
  for _, mark in ipairs(rows:column "censored") do
    counts[mark] = (counts[mark] or 0) + 1
  end
  for _, mark in ipairs { "<=", ">=" } do
    local count = counts[mark]
    if count then
      text[#text + 1] = count == #rows and mark or ("%s %d of %d"):format(mark, count,
        #rows)
    end
  end
  return table.concat(text, ", ")
end

-- The statistics of one result by groups: {name, parts, n, nan}.
local function statistics_of(rows, by, name, also)
  local one = { name = name }
  rows = shown.narrow(rows, by, name, name .. "_theory")
  if name == "censored" then
    one.parts = { { "", of_groups(rows, by, censored_text) } }
  elseif shown.is_kind(rows, name, "string") then
    one.parts = { { "", of_groups(rows, by, one_text, name) } }
  elseif shown.is_kind(rows, name, "boolean") then
    one.parts = { { "", of_groups(rows, by, share_true, name) } }
  else
    one.parts, one.n, one.nan = of_numbers(rows, by, name, also)
    local theory = name .. "_theory"
    if shown.has_values(rows, theory) then
      table.insert(one.parts, { "_theory",
        of_groups(rows, by, median_of, theory) })
    end
  end
  return one
end

-- --- tables of medians ------------------------------------------------------

local function are_equal(a, b)
  for i = 1, #a do
    if a[i] ~= b[i] then return false end
  end
  return true
end

-- How many values are in each group: the array that is the same for all results
-- of numbers; nil where they differ, or there are none of numbers.
local function common_counts(all)
  local n
  for _, one in ipairs(all) do
    if one.n and n and not are_equal(one.n, n) then return nil end
    n = n or one.n
  end
  return n
end

local function constant(values)
  for i = 2, #values do
    if values[i] ~= values[1] then return nil end
  end
  return values[1]
end

-- The number of values in a group, for each result of numbers that has as many
-- in all groups, each number once; nil where one has not. And the largest.
local function group_sizes(all)
  local list, seen, most = {}, {}, 0
  for _, one in ipairs(all) do
    local count = one.n and constant(one.n)
    if one.n and not count then return nil, math.huge end
    if count and not seen[count] then list[#list + 1] = count end
    if count then seen[count], most = true, math.max(most, count) end
  end
  return list, most
end

-- The table of all statistics by groups; the columns of it that are worth
-- printing, with quantiles and without; what a title says of it: sizes
-- (group_sizes); single, whether no median is of several values; nan, whether
-- there were any.
local function table_of(rows, by, all)
  local taken, columns, data = {}, table.move(by, 1, #by, 1, {}), {}
  local wide, narrow, about = table.move(by, 1, #by, 1, {}),
    table.move(by, 1, #by, 1, {}), {}
  for _, name in ipairs(by) do taken[name] = true end
  for _, one in ipairs(all) do taken[one.name] = true end
  local function add(name, values, printed)
    columns[#columns + 1], data[name] = name, values
    if printed then wide[#wide + 1] = name end
    if printed == "always" then narrow[#narrow + 1] = name end
  end
  local n = common_counts(all)
  local sizes, most = group_sizes(all)
  about.sizes, about.single = sizes, most <= 1
  if n then add(shown.free("n", taken), n, not about.sizes and "always") end
  for _, one in ipairs(all) do
    if one.n and not n then
      add(shown.free(one.name .. "_n", taken), one.n,
        not about.sizes and "always")
    end
    about.nan = about.nan or one.nan
    for _, part in ipairs(one.parts) do
      local quantile = part[1] == "_low" or part[1] == "_high"
      add(part[1] == "" and one.name or shown.free(one.name .. part[1], taken),
        part[2], quantile and not about.single and
        "wide" or not quantile and "always")
    end
  end
  local groups = shown.narrow(rows, by):group(by)
  for _, name in ipairs(by) do
    data[name] = {}
    for i, group in ipairs(groups) do data[name][i] = group.key[name] end
  end
  return tabular.wrap(columns, data, #groups, rows.levels), wide, narrow, about
end

local widest = 100 -- characters; in longer lines there is no room for quantiles

-- Are there quantiles to print, and is there room for them?
local function has_spread(t, wide, entry, about)
  if about.single then return false end
  if entry.spread ~= nil then return entry.spread end
  local line = render(t, { columns = wide, units = entry.units })
  return width_of(line:match "^[^\n]*") <= widest
end

-- "gradient: medians of 5 values, with 10 and 90 % quantiles; layer 1"
local function title_of(e, entry, of, rows, about, spread)
  local parts = {}
  for i, name in ipairs(of) do
    local label = shown.label(e, name)
    parts[i] = label == name and name or ("%s is %s%s"):format(name,
      shown.is_log10(e, name) and "log10 " or "", label)
  end
  local title = table.concat(parts, ", ")
  if not about.single then
    title = title .. (": medians%s%s"):format(about.sizes and
      (" of %s values"):format(table.concat(about.sizes, " and ")) or "",
      spread and ", with 10 and 90 % quantiles" or "")
  end
  if about.nan then title = title .. " (NaN left out)" end
  local conditions = shown.where_text(e, entry, rows)
  return title .. (conditions ~= "" and "; " .. conditions or "")
end

-- The results of a table, and behind the one that was searched where it ended.
local function with_censored(e, entry, rows)
  local list = {}
  for _, name in ipairs(shown.list(entry.table)) do
    list[#list + 1] = name
    if entry.of and rows.data.censored and list.marked == nil and
      reduce.bounded_by_search(e.reducers[entry.of], name) then
      list[#list + 1], list.marked = "censored", true
    end
  end
  return list
end

-- An item of the ending (ending.lua) for { table = ... }.
return function(e, entry)
  local rows = shown.rows(e, entry)
  local of = with_censored(e, entry, rows)
  if #rows == 0 then
    return shown.nothing(e, entry, "table of " .. table.concat(of, ", "), rows)
  end
  local by, all = shown.by(e, entry, rows), {}
  for i, name in ipairs(of) do
    all[i] = statistics_of(shown.rows_of(e, entry, rows, name), by, name,
      entry.also)
  end
  local t, wide, narrow, about = table_of(rows, by, all)
  local spread = has_spread(t, wide, entry, about)
  return { kind = "table", table = t, columns = spread and wide or narrow,
    units = entry.units, limit = entry.limit,
    title = entry.title or title_of(e, entry, of, rows, about, spread) }
end
