-- approaches: the entries { approach = ... } of `show`: how far what was measured is
-- from a theory that holds in a limit alone, over the parameter of the limit, and
-- whether that shrinks. Tables, and points to draw; no rows of the verdict.
local approach = require "orthorun.table.approach"
local names = require "orthorun.base.names"
local panels = require "orthorun.experiment.panels"
local shown = require "orthorun.experiment.shown"
local stats = require "orthorun.table.stats"
local stop = require "orthorun.experiment.stop"
local tabular = require "orthorun.table"
local units = require "orthorun.experiment.units"

local approaches = {}

-- --- the limit --------------------------------------------------------------

-- The limits that predictions name, by result; all must agree.
function approaches.limits(predictions)
  local limits = {}
  for _, one in ipairs(predictions) do
    for _, name in ipairs(names.keys(one and one.limits or {})) do
      local limit = one.limits[name]
      if limits[name] and limits[name].text ~= limit.text then
        stop("predict: %s is asymptotic in '%s' and in '%s'; it can be so in one",
          name, limits[name].text, limit.text)
      end
      limits[name] = limit
    end
  end
  return limits
end

-- An entry's limit: its own, as "width" or "1/rate", else what predict says.
local function limit_of(e, entry)
  if not entry.over then return e.limits[entry.approach] end
  local over = entry.over:match "^1/(.+)$"
  return { over = over or entry.over, inverse = over ~= nil, text = entry.over }
end

-- --- deviations -------------------------------------------------------------

-- Each trial's measured and predicted number, means over its places.
local function trial_numbers(rows, places, name)
  local measured, predicted = {}, {}
  for _, i in ipairs(places) do
    local x, y = rows.data[name][i], rows.data[name .. "_theory"][i]
    if x ~= nil and y ~= nil and x == x and y == y then
      measured[#measured + 1], predicted[#predicted + 1] = x, y
    end
  end
  if #measured == 0 then return nil end
  return stats.mean(measured), stats.mean(predicted)
end

-- Each unit's measured and predicted number, by key; and the keys in order.
local function unit_numbers(e, entry, rows)
  local by_key, keys = {}, {}
  for _, unit in ipairs(units.of(e, entry, rows)) do
    local measured, predicted = {}, {}
    for _, places in ipairs(unit.trials) do
      local x, y = trial_numbers(rows, places, entry.approach)
      measured[#measured + 1], predicted[#predicted + 1] = x, y
    end
    if #measured > 0 then
      keys[#keys + 1] = unit.key
      by_key[unit.key] = { stats.mean(measured), stats.mean(predicted) }
    end
  end
  return by_key, keys
end

-- The point of some units: {x, deviation, error, df, measured, predicted}. as_ratio:
-- measured/predicted - 1, else measured - predicted.
local function point_of(x, numbers, keys, as_ratio)
  local measured, predicted, deviations = {}, {}, {}
  for i, key in ipairs(keys) do
    measured[i], predicted[i] = table.unpack(numbers[key])
    deviations[i] = as_ratio and measured[i] / predicted[i] - 1 or
      measured[i] - predicted[i]
  end
  return { x = x, deviation = stats.mean(deviations), error = stats.sem(deviations),
    df = #keys > 1 and #keys - 1 or nil, measured = stats.mean(measured),
    predicted = stats.mean(predicted) }
end

-- A group's values of the parameter, in the order of the limit: {value, x, numbers,
-- keys}.
local function steps_of(e, entry, limit, rows)
  local list = {}
  for _, group in ipairs(rows:group(limit.over)) do
    local value = group.key[limit.over]
    local numbers, keys = unit_numbers(e, entry, group.rows)
    if type(value) == "number" and value > 0 and #keys > 0 then
      list[#list + 1] = { value = value, x = limit.inverse and 1 / value or value,
        numbers = numbers, keys = keys }
    end
  end
  table.sort(list, function(a, b) return a.x < b.x end)
  return list
end

local function is_ratio(e, entry, steps)
  if shown.is_log10(e, entry.approach) then return false end
  for _, one in ipairs(steps) do
    for _, pair in pairs(one.numbers) do
      if pair[2] == 0 then return false end
    end
  end
  return true
end

local function points_of(steps, as_ratio, without)
  local points = {}
  for _, one in ipairs(steps) do
    local keys = {}
    for _, key in ipairs(one.keys) do
      if key ~= without then keys[#keys + 1] = key end
    end
    if #keys > 0 then
      points[#points + 1] = point_of(one.x, one.numbers, keys, as_ratio)
      points[#points].value = one.value
    end
  end
  return points
end

-- The points again without one unit each, where units are there at several values;
-- nil where none is, or too few.
local function jackknife(steps, as_ratio)
  local count, keys, several = {}, {}, false
  for _, one in ipairs(steps) do
    for _, key in ipairs(one.keys) do
      if not count[key] then keys[#keys + 1] = key end
      count[key] = (count[key] or 0) + 1
      several = several or count[key] > 1
    end
  end
  if not several or #keys < 3 then return nil end
  local list = {}
  for i, key in ipairs(keys) do list[i] = points_of(steps, as_ratio, key) end
  return list
end

-- Each group's {key, points, as_ratio, found}.
local function groups_of(e, entry, limit, rows, by)
  local list = {}
  for _, group in ipairs(rows:group(by)) do
    local steps = steps_of(e, entry, limit, group.rows)
    if #steps > 0 then
      local as_ratio = is_ratio(e, entry, steps)
      local points = points_of(steps, as_ratio)
      list[#list + 1] = { key = group.key, points = points, as_ratio = as_ratio,
        found = approach.of(points, entry.power or 1, jackknife(steps, as_ratio)) }
    end
  end
  return list
end

-- --- tables -----------------------------------------------------------------

-- A number with its error, to two digits of it: "+0.213 ± 0.018".
local function with_error(x, error)
  if not x or x ~= x then return "" end
  if not error or error ~= error or error == math.huge then
    return ("%+.3g"):format(x)
  elseif math.abs(x) < approach.rounding and error < approach.rounding then
    return "0"
  end
  if not (error > 0) then return ("%+.4g"):format(x) end
  local places = math.max(0, 1 - math.floor(math.log(error, 10)))
  if places > 6 then return ("%+.2g ± %.1g"):format(x, error) end
  return ("%+." .. places .. "f ± %." .. places .. "f"):format(x, error)
end

-- Of many values the smallest, the middle and the largest.
local function chosen(values)
  if #values <= 4 then return values end
  return { values[1], values[(#values + 1) // 2], values[#values] }
end

local function values_of(groups)
  local seen, values = {}, {}
  for _, group in ipairs(groups) do
    for _, one in ipairs(group.points) do
      if not seen[one.value] then values[#values + 1] = one.value end
      seen[one.value] = true
    end
  end
  table.sort(values)
  return values
end

local function half_width(found)
  return found.low and (found.high - found.low) / 2 / 1.96
end

-- What is printed: deviations with errors at some values, exponent, limit, answer.
local function printed(e, limit, groups, by, levels)
  local values, columns = chosen(values_of(groups)), table.move(by, 1, #by, 1, {})
  local place = {}
  columns[#columns + 1] = "shrinks"
  for _, value in ipairs(values) do
    place[value] = ("%s %s"):format(limit.over, shown.level(e, limit.over, value))
    columns[#columns + 1] = place[value]
  end
  for _, name in ipairs { "exponent", "limit" } do
    columns[#columns + 1] = name
  end
  local t = tabular.new(columns, levels)
  for _, group in ipairs(groups) do
    local record, found = group.key, group.found
    for _, one in ipairs(group.points) do
      if place[one.value] then
        record[place[one.value]] = with_error(one.deviation, one.error)
      end
    end
    record.exponent = with_error(found.exponent, half_width(found))
    record.limit, record.shrinks = with_error(found.limit, found.error), found.shrinks
    t:append(record)
  end
  return t
end

-- All of it in numbers: a row for each group and value.
local function long_table(limit, groups, by, levels)
  local columns = table.move(by, 1, #by, 1, {})
  for _, name in ipairs { limit.over, "measured", "predicted", "deviation", "error",
    "df", "exponent", "exponent_low", "exponent_high", "limit", "limit_error",
    "shrinks" } do
    columns[#columns + 1] = name
  end
  local t = tabular.new(columns, levels)
  for _, group in ipairs(groups) do
    local found = group.found
    for _, one in ipairs(group.points) do
      local record = { [limit.over] = one.value, measured = one.measured,
        predicted = one.predicted, deviation = one.deviation, error = one.error,
        df = one.df, exponent = found.exponent, exponent_low = found.low,
        exponent_high = found.high, limit = found.limit, limit_error = found.error,
        shrinks = found.shrinks }
      for _, name in ipairs(by) do record[name] = group.key[name] end
      t:append(record)
    end
  end
  return t
end

-- "measured/predicted - 1", or what it is where that has no sense.
local function what_is_shown(groups)
  local ratio, difference = false, false
  for _, group in ipairs(groups) do
    ratio, difference = ratio or group.as_ratio, difference or not group.as_ratio
  end
  if ratio and difference then
    return "measured/predicted - 1 (where 0 is predicted, measured - predicted)"
  end
  return ratio and "measured/predicted - 1" or "measured - predicted"
end

local function title_of(e, entry, limit, groups, rows)
  local conditions = shown.where_text(e, entry, rows)
  local large = limit.inverse and "(" .. limit.text .. ")" or limit.over
  local power = entry.power and entry.power ~= 1 and
    ("%s^-%.3g"):format(large, entry.power) or limit.inverse and limit.over or
    "1/" .. large
  return ("%s: %s by %s; its exponent in %s, its limit where %s goes to 0; it shrinks " ..
    "if it falls faster than %s^(-1/4), by 95 %% intervals%s"):format(
    shown.label(e, entry.approach), what_is_shown(groups), limit.over, limit.text,
    power, large,
    conditions ~= "" and "; " .. conditions or "")
end

-- --- all of it --------------------------------------------------------------

-- Draws the points: by the last column in colours, by the first in panels.
local function draw(e, entry, limit, groups, t, by, rows)
  local conditions = shown.where_text(e, entry, rows)
  local facet = entry.facet or #by > 1 and by[1] or nil
  local rest = {}
  for _, name in ipairs(by) do
    if name ~= facet then rest[#rest + 1] = name end
  end
  local color = rest[1]
  if #rest > 1 then
    color = "group"
    t = t:with(color, function(record) return shown.key(e, record, rest) end)
  end
  panels.put(e, entry, { kind = "points", data = t, x = limit.over, y = "deviation",
    color = color, facet = facet, error = "error", hline = 0, log_x = true,
    ylabel = shown.label(e, entry.approach) .. ": " .. what_is_shown(groups)
      :gsub(" %(.*", ""), title = entry.title or shown.label(e, entry.approach) ..
      " over " .. limit.over .. (conditions ~= "" and ", " .. conditions or "") })
end

-- The rows of an entry, or nil and an item of text where there is nothing to show.
local function rows_of(e, entry, limit)
  local rows = shown.rows_of(e, entry, shown.rows(e, entry), entry.approach)
  local what = "approach of " .. entry.approach
  if #rows == 0 then return nil, shown.nothing(e, entry, what, rows) end
  if shown.is_kind(rows, entry.approach, "string") then
    return nil, shown.text("%s: it holds texts", what)
  elseif not shown.has_values(rows, entry.approach .. "_theory") then
    return nil, shown.text("%s: nothing is predicted", what)
  elseif not rows.data[limit.over] or shown.is_kind(rows, limit.over, "string") then
    return nil, shown.text("%s: '%s' is no number here", what, limit.over)
  end
  return shown.as_numbers(rows, entry.approach)
end

-- An item for { approach = ... }: what is printed, and `result`, all in numbers.
function approaches.item(e, entry)
  local limit = limit_of(e, entry)
  if not limit then
    return shown.text("approach of %s: over what? predict does not call it " ..
      "asymptotic, and over is missing", entry.approach)
  end
  local rows, message = rows_of(e, entry, limit)
  if not rows then return message end
  local by = shown.by(e, entry, rows, limit.over)
  local narrow = shown.narrow(rows, by, limit.over, entry.approach,
    entry.approach .. "_theory", units.columns(e, entry))
  local groups = groups_of(e, entry, limit, narrow, by)
  local t = long_table(limit, groups, by, rows.levels)
  draw(e, entry, limit, groups, t, by, rows)
  table.insert(e.approaches, { name = entry.approach, table = t })
  return { kind = "table", table = printed(e, limit, groups, by, rows.levels),
    keys = #by, result = t, title = entry.title or
      title_of(e, entry, limit, groups, rows) }
end

return approaches
